//! Tokens: what a server gives a client so that it need not remember.
//!
//! RFC 9000 §8.1, §10.3.2
//!
//! | token           | in                                 | shows                                 |
//! |-----------------|------------------------------------|---------------------------------------|
//! | Retry token     | Retry, then in each Initial packet | the client receives at its address    |
//! | token of before | NEW_TOKEN, then another's Initial  | it did so, a while ago                |
//! | stateless reset | at the end of what looks like noise| who sends it once was the other end   |
//!
//! ```text
//!   mark, 4 │ nonce, 12 │ sealed: time │ version │ address │ port │ connection IDs │ tag, 16
//! ```
//!
//! The mark tells the two kinds apart even where the seal does not open (§8.1.1): a client that
//! comes with a Retry token will not follow another Retry, so it is told at once.
//!
//! Invariant: nobody but us can make one, and it is good for one address, one version and a while.
//!
//! Invariant: reading one costs one AEAD over a hundred octets, and leaves nothing behind.
//!
//! Used by: the endpoint.

use crate::{connection_id::ConnectionId, version::Version};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use tls::schedule::{Hash, Secret};
use wire::{Random, Reader, Truncated, UnixTime};

/// How long a Retry token is good: a client comes back at once.
pub const RETRY_LIFETIME: Duration = Duration::from_secs(15);

/// How long a NEW_TOKEN's token is good: an address may belong to somebody else tomorrow.
pub const TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Makes tokens, and knows its own again. Servers that share the key share the tokens.
pub struct TokenKey {
    seal: LessSafeKey,
    reset: hmac::Key,
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey")
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// From a Retry packet: this client came once already.
    Retry {
        /// The destination of its very first packet.
        original_destination: ConnectionId,
        /// The source of our Retry packet.
        retry_source: ConnectionId,
    },
    /// From a NEW_TOKEN frame of an earlier connection.
    Before,
}

const RETRY: [u8; 4] = *b"wbRt";
const BEFORE: [u8; 4] = *b"wbNt";

impl TokenKey {
    /// A key of 32 random octets. `None` if the cipher refuses it, which it does not.
    pub fn new(key: &[u8; 32]) -> Option<Self> {
        let secret = Secret::new(Hash::Sha256, key)?;
        let (mut seal, mut reset) = ([0; 32], [0; 32]);
        secret.expand_label("wirebook token", &[], &mut seal);
        secret.expand_label("wirebook reset", &[], &mut reset);
        let unbound = UnboundKey::new(&AES_256_GCM, &seal).ok()?;
        let reset = hmac::Key::new(hmac::HMAC_SHA256, &reset);
        Some(Self { seal: LessSafeKey::new(unbound), reset })
    }

    /// What a stateless reset of the connection with that identifier of ours ends with: always the
    /// same, so it need not be kept (§10.3.2).
    pub fn stateless_reset(&self, id: &ConnectionId) -> [u8; 16] {
        let tag = hmac::sign(&self.reset, id.octets());
        tag.as_ref().first_chunk().copied().unwrap_or_default()
    }

    /// A token for the client at `address`.
    pub fn seal(
        &self,
        token: &Token,
        address: SocketAddr,
        version: Version,
        now: UnixTime,
        random: &mut dyn Random,
    ) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce);
        let mut body = encode(token, address, version, now);
        let mark = if matches!(token, Token::Retry { .. }) { RETRY } else { BEFORE };
        let tag = self.seal.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(mark),
            &mut body,
        );
        let Ok(tag) = tag else { return Vec::new() };
        [&mark, nonce.as_slice(), &body, tag.as_ref()].concat()
    }

    // ANCHOR: open
    /// What the token says, if it is ours, from this address, of this version, and not too old.
    pub fn open(
        &self,
        octets: &[u8],
        address: SocketAddr,
        version: Version,
        now: UnixTime,
    ) -> Option<Token> {
        // Ours have at most so many: no more is copied.
        const LONGEST: usize = 8 + 4 + 16 + 2 + 2 * 21 + 16;
        let (mark, octets) = octets.split_first_chunk::<4>()?;
        let (nonce, sealed) = octets.split_first_chunk::<NONCE_LEN>()?;
        let mut buffer = [0; LONGEST];
        let body = buffer.get_mut(..sealed.len())?;
        body.copy_from_slice(sealed);
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let body = self.seal.open_in_place(nonce, Aad::from(*mark), body).ok()?;
        let (token, made) = decode(*mark, body, address, version).ok()??;
        let lifetime = match token {
            Token::Retry { .. } => RETRY_LIFETIME,
            Token::Before => TOKEN_LIFETIME,
        };
        let age = now.0.checked_sub(made)?;
        u64::try_from(age).ok().filter(|age| *age <= lifetime.as_secs()).map(|_| token)
    }
    // ANCHOR_END: open

    /// Whether these octets came in a Retry packet of this program's, be they good or not.
    pub fn is_from_retry(octets: &[u8]) -> bool {
        octets.starts_with(&RETRY)
    }
}

/// Octets of an address: as version 6 has it.
fn ip_octets(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    }
}

fn encode(token: &Token, address: SocketAddr, version: Version, now: UnixTime) -> Vec<u8> {
    let mut body = now.0.to_be_bytes().to_vec();
    body.extend_from_slice(&version.0.to_be_bytes());
    body.extend_from_slice(&ip_octets(address.ip()));
    if let Token::Retry { original_destination, retry_source } = token {
        // A Retry comes back from the same port; a later connection rarely does (§8.1.3).
        body.extend_from_slice(&address.port().to_be_bytes());
        for id in [original_destination, retry_source] {
            body.push(u8::try_from(id.len()).unwrap_or(0));
            body.extend_from_slice(id.octets());
        }
    }
    body
}

/// The token and when it was made, in seconds; `None` where it is for somebody else.
fn decode(
    mark: [u8; 4],
    body: &[u8],
    address: SocketAddr,
    version: Version,
) -> Result<Option<(Token, i64)>, Truncated> {
    let mut reader = Reader::new(body);
    let made = i64::from_be_bytes(reader.octets("Time")?);
    let right = reader.u32("Version")? == version.0
        && reader.octets::<16>("Address")? == ip_octets(address.ip());
    let token = match mark {
        _ if !right => None,
        RETRY => {
            let port = reader.u16("Port")?;
            let mut id = || {
                let length = reader.u8("Length")?;
                reader.take("Connection ID", length.into()).map(ConnectionId::new)
            };
            let (original, retry) = (id()?, id()?);
            original.zip(retry).filter(|_| port == address.port()).map(|(original, retry)| {
                Token::Retry { original_destination: original, retry_source: retry }
            })
        }
        BEFORE => Some(Token::Before),
        _ => None,
    };
    Ok(token.map(|token| (token, made)))
}
