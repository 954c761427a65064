//! Two ends that say the same octets each time: a key exchange without secrets, a signer without
//! randomness, one certificate, one moment.
//!
//! Invariant: nothing here is safe to use where somebody listens.

use crate::{
    CertificateVerifier, CertifiedKey, ClientAuth, ClientConfig, KeyExchange, KeyPair,
    MemorySessions, MemoryTickets, Moment, NamedGroup, Refusal, ServerConfig, SharedSecret,
    SignatureScheme, Signer, record::Connection,
};
use ring::digest::{SHA256, digest};
use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};
use wire::{Scripted, UnixTime};
use x509::{Certificate, PublicKey, ServerName, SigningKey, Validity, issue};

/// A key exchange whose secret is the hash of the two public keys. Anybody can compute it.
#[derive(Debug, Clone, Copy)]
pub struct PlayExchange(pub u64);

struct PlayPair {
    group: NamedGroup,
    public: Vec<u8>,
}

/// Octets of a public key.
fn length(group: NamedGroup) -> usize {
    if group == NamedGroup::SECP256R1 { 65 } else { 32 }
}

impl KeyExchange for PlayExchange {
    fn generate(&self, group: NamedGroup) -> Option<Box<dyn KeyPair>> {
        let mut public = vec![4; length(group)];
        wire::Random::fill(&mut Scripted(self.0), public.get_mut(1..)?);
        Some(Box::new(PlayPair { group, public }))
    }
}

impl KeyPair for PlayPair {
    fn group(&self) -> NamedGroup {
        self.group
    }

    fn public_key(&self) -> &[u8] {
        &self.public
    }

    fn agree(self: Box<Self>, peer: &[u8]) -> Option<SharedSecret> {
        let good = peer.len() == length(self.group) && peer.first() == Some(&4);
        let (first, second) = if self.public.as_slice() < peer {
            (&self.public[..], peer)
        } else {
            (peer, &self.public[..])
        };
        let both = digest(&SHA256, &[first, second].concat());
        good.then(|| SharedSecret::new(both.as_ref()))
    }
}

/// Signs with a hash that anybody can compute, and believes it.
#[derive(Debug, Clone, Copy)]
pub struct PlaySigner;

impl Signer for PlaySigner {
    fn schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn sign(&self, _: SignatureScheme, message: &[u8]) -> Option<Vec<u8>> {
        Some(digest(&SHA256, message).as_ref().to_vec())
    }
}

impl CertificateVerifier for PlaySigner {
    fn verify_server(&self, _: &[Certificate], _: &ServerName, _: UnixTime) -> Result<(), Refusal> {
        Ok(())
    }

    fn verify_client(&self, _: &[Certificate], _: UnixTime) -> Result<(), Refusal> {
        Ok(())
    }

    fn verify_signature(
        &self,
        _: &PublicKey,
        _: SignatureScheme,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        digest(&SHA256, message).as_ref() == signature
    }
}

/// The one moment.
pub fn moment() -> Moment {
    static MOMENT: OnceLock<Instant> = OnceLock::new();
    Moment { instant: *MOMENT.get_or_init(Instant::now), time: UnixTime(1_800_000_000) }
}

/// The one server.
pub fn name() -> ServerName {
    ServerName::parse("localhost").unwrap()
}

/// The one certificate.
pub fn certified_key() -> Arc<CertifiedKey> {
    static KEY: OnceLock<Arc<CertifiedKey>> = OnceLock::new();
    let make = || {
        // A seed of sevens, in PKCS#8 (RFC 8410 §7).
        let head = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
        let key = SigningKey::from_pkcs8(&[&head[..], &[7; 32]].concat()).unwrap();
        let validity = Validity::from_now(moment().time, 13);
        let made = issue::self_signed(&key, &[name()], validity, issue::Serial(7)).unwrap();
        Arc::new(CertifiedKey::new(vec![made], Box::new(PlaySigner)).unwrap())
    };
    Arc::clone(KEY.get_or_init(make))
}

/// What the two ends of a play can do.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The client's side.
    pub client: ClientConfig,
    /// The server's side.
    pub server: ServerConfig,
}

impl Stage {
    /// A plain handshake, without tickets.
    pub fn plain() -> Self {
        let mut client = ClientConfig::new(Arc::new(PlaySigner));
        client.alpn = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        client.exchange = Arc::new(PlayExchange(1));
        let mut server = ServerConfig::new(Arc::new(certified_key()));
        server.alpn = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        server.exchange = Arc::new(PlayExchange(2));
        Self { client, server }
    }

    /// With tickets and early data.
    pub fn resuming() -> Self {
        let mut stage = Self::plain();
        stage.client.sessions = Some(Arc::new(MemorySessions::default()));
        stage.client.early_data = true;
        stage.server.tickets = Some(Arc::new(MemoryTickets::default()));
        stage.server.early_data = 16_384;
        stage
    }

    /// With a HelloRetryRequest.
    pub fn retrying() -> Self {
        let mut stage = Self::plain();
        stage.server.groups = vec![NamedGroup::SECP256R1];
        stage
    }

    /// With a client that must say who it is.
    pub fn asking() -> Self {
        let mut stage = Self::plain();
        stage.server.client_auth = ClientAuth::Required(Arc::new(PlaySigner));
        stage.client.certificates = Some(Arc::new(certified_key()));
        stage
    }

    /// A client's end.
    pub fn connect(&self) -> Connection {
        let config = Arc::new(self.client.clone());
        Connection::client(config, name(), Box::new(Scripted(3)), moment()).unwrap()
    }

    /// A server's end. Its tickets differ from those of another number.
    pub fn accept(&self, number: u64) -> Connection {
        let config = Arc::new(self.server.clone());
        Connection::server(config, Box::new(Scripted(4 + number)), moment())
    }
}
