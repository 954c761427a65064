//! The key exchange: two public keys cross the wire, and both ends know one secret.
//!
//! RFC 8446 §4.2.8, §7.4.2
//!
//! | group     | public key                    | secret                         |
//! |-----------|-------------------------------|--------------------------------|
//! | x25519    | 32 octets                     | 32 octets, never all zero      |
//! | secp256r1 | 0x04, then x and y: 65 octets | x: 32 octets                   |
//!
//! A trait, because this is where a handshake takes randomness that no caller can hand it: `ring`
//! makes keys from the system's own. A test that wants the RFC's handshakes octet for octet, or a
//! simulation that must run twice alike, gives another exchange.
//!
//! Invariant: a private key is used once, and is gone then.

use crate::NamedGroup;
use ring::{
    agreement::{self, EphemeralPrivateKey, UnparsedPublicKey},
    rand::SystemRandom,
};
use std::fmt;

/// Makes key pairs.
pub trait KeyExchange: Send + Sync {
    /// A new key pair in `group`; `None` where the group is not known, or there is no randomness.
    fn generate(&self, group: NamedGroup) -> Option<Box<dyn KeyPair>>;
}

/// A private key and its public key.
pub trait KeyPair: Send {
    /// The group.
    fn group(&self) -> NamedGroup;

    /// The public key, as it goes into a KeyShareEntry.
    fn public_key(&self) -> &[u8];

    /// The secret with the peer's public key; `None` where that is no good key.
    fn agree(self: Box<Self>, peer: &[u8]) -> Option<SharedSecret>;
}

/// What both ends know. Overwritten when it is dropped.
pub struct SharedSecret(Vec<u8>);

impl SharedSecret {
    /// The secret that these octets are.
    pub fn new(octets: &[u8]) -> Self {
        Self(octets.to_vec())
    }

    /// The octets.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for SharedSecret {
    fn drop(&mut self) {
        self.0.fill(0);
        // The compiler must believe that somebody still looks at it.
        std::hint::black_box(&self.0);
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedSecret({} octets)", self.0.len())
    }
}

/// `ring`'s X25519 and P-256.
#[derive(Debug, Clone, Copy, Default)]
pub struct RingExchange;

impl RingExchange {
    /// The groups that it knows, the fastest first.
    pub const GROUPS: [NamedGroup; 2] = [NamedGroup::X25519, NamedGroup::SECP256R1];
}

struct RingPair {
    group: NamedGroup,
    private: EphemeralPrivateKey,
    public: agreement::PublicKey,
}

impl KeyExchange for RingExchange {
    fn generate(&self, group: NamedGroup) -> Option<Box<dyn KeyPair>> {
        let algorithm = match group {
            NamedGroup::X25519 => &agreement::X25519,
            NamedGroup::SECP256R1 => &agreement::ECDH_P256,
            _ => return None,
        };
        let private = EphemeralPrivateKey::generate(algorithm, &SystemRandom::new()).ok()?;
        let public = private.compute_public_key().ok()?;
        Some(Box::new(RingPair { group, private, public }))
    }
}

impl KeyPair for RingPair {
    fn group(&self) -> NamedGroup {
        self.group
    }

    fn public_key(&self) -> &[u8] {
        self.public.as_ref()
    }

    fn agree(self: Box<Self>, peer: &[u8]) -> Option<SharedSecret> {
        let peer = UnparsedPublicKey::new(self.private.algorithm(), peer);
        // It refuses points that are not on the curve, and a secret of zeros.
        agreement::agree_ephemeral(self.private, &peer, SharedSecret::new).ok()
    }
}
