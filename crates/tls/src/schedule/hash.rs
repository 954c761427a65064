//! The hash of a suite, and the running hash of the handshake.
//!
//! RFC 8446 §4.4.1
//!
//! ```text
//!   ClientHello ──┐                       usually
//!   ServerHello ──┼──► Hash ──► …         every message, head and body, in order
//!
//!   ClientHello1 ──► Hash ──┐             with a HelloRetryRequest: the first ClientHello is
//!   message_hash(254) 00 00 32 ◄┘         replaced by its hash, so that a server need not keep it
//!   HelloRetryRequest
//!   ClientHello2 …
//! ```
//!
//! A client does not know the hash before it has read the ServerHello, so until then the transcript
//! keeps the messages themselves.

use ring::{digest, hmac};
use std::{cell::OnceCell, fmt};

/// The hash of a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hash {
    /// 32 octets
    Sha256,
    /// 48 octets
    Sha384,
}

impl Hash {
    /// Octets of the longest one.
    pub const LONGEST: usize = 48;

    /// Octets of a digest.
    pub const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }

    pub(crate) fn digest_algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
        }
    }

    pub(crate) fn hmac_algorithm(self) -> hmac::Algorithm {
        match self {
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
        }
    }

    /// The digest of `octets`.
    pub fn of(self, octets: &[u8]) -> Digest {
        Digest(digest::digest(self.digest_algorithm(), octets))
    }
}

/// A digest.
#[derive(Clone, Copy)]
pub struct Digest(digest::Digest);

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        self.0.as_ref()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&wire::hex::encode(self.as_ref()))
    }
}

/// What the two ends have said so far.
#[derive(Clone)]
pub struct Transcript {
    state: State,
}

#[derive(Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "the large one is the usual one, and is there for as long as the handshake"
)]
enum State {
    /// The hash is not chosen yet.
    Kept(Vec<u8>),
    /// The hash so far, and what it comes to, once somebody has asked: two ends of one flight do.
    Hashed(Hash, digest::Context, OnceCell<Digest>),
}

impl Default for Transcript {
    fn default() -> Self {
        Self { state: State::Kept(Vec::new()) }
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            State::Kept(octets) => write!(f, "Transcript({} octets)", octets.len()),
            State::Hashed(hash, ..) => write!(f, "Transcript({hash:?})"),
        }
    }
}

impl Transcript {
    /// A message was sent or received: head and body.
    pub fn add(&mut self, message: &[u8]) {
        match &mut self.state {
            State::Kept(octets) => octets.extend_from_slice(message),
            State::Hashed(_, context, known) => {
                known.take();
                context.update(message);
            }
        }
    }

    /// The suite is chosen, and with it the hash. A second choice changes nothing.
    pub fn choose(&mut self, hash: Hash) {
        if let State::Kept(octets) = &self.state {
            let mut context = digest::Context::new(hash.digest_algorithm());
            context.update(octets);
            self.state = State::Hashed(hash, context, OnceCell::new());
        }
    }

    /// The first ClientHello, which is all so far, becomes its hash, in a message of its own.
    pub fn retry(&mut self, hash: Hash) {
        const MESSAGE_HASH: u8 = 254;
        self.choose(hash);
        let digest = self.hash(hash);
        let mut context = digest::Context::new(hash.digest_algorithm());
        // The length of any hash fits in one octet.
        context.update(&[MESSAGE_HASH, 0, 0, u8::try_from(hash.length()).unwrap_or(0)]);
        context.update(digest.as_ref());
        self.state = State::Hashed(hash, context, OnceCell::new());
    }

    /// The hash of all so far.
    pub fn hash(&self, hash: Hash) -> Digest {
        match &self.state {
            State::Hashed(_, _, known) => *known.get_or_init(|| self.hash_with(hash, &[])),
            State::Kept(_) => self.hash_with(hash, &[]),
        }
    }

    /// The hash of all so far and of `more`, which is not added: for binders, which cover a part of
    /// the message that they stand in.
    pub fn hash_with(&self, hash: Hash, more: &[u8]) -> Digest {
        let mut context = match &self.state {
            State::Hashed(_, context, _) => context.clone(),
            State::Kept(octets) => {
                let mut context = digest::Context::new(hash.digest_algorithm());
                context.update(octets);
                context
            }
        };
        context.update(more);
        Digest(context.finish())
    }
}
