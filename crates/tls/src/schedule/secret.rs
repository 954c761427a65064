//! A secret, and what can be made of one: extract, expand, and no way back.
//!
//! RFC 5869 §2, RFC 8446 §7.1
//!
//! ```text
//!   HKDF-Extract(salt, input)           = HMAC(salt, input)         many octets ─► one good secret
//!   HKDF-Expand(secret, info, length)   = T(1) | T(2) | …           one secret ─► as many octets
//!       T(n) = HMAC(secret, T(n-1) | info | n)                      as one wants
//!
//!   HKDF-Expand-Label(secret, label, context, length): info =
//!       length(2) | 1 octet of length, "tls13 " label | 1 octet of length, context
//! ```
//!
//! Invariant: a secret is overwritten when it is dropped, and nothing prints it by accident.

use super::hash::{Digest, Hash};
use ring::hmac;
use std::fmt;

/// As many octets as the hash has, that two ends know and nobody else.
#[derive(Clone)]
pub struct Secret {
    hash: Hash,
    octets: [u8; Hash::LONGEST],
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.octets.fill(0);
        // The compiler must believe that somebody still looks at it.
        std::hint::black_box(&self.octets);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({:?})", self.hash)
    }
}

impl PartialEq for Secret {
    /// Takes as long for a difference in the first octet as for one in the last.
    fn eq(&self, other: &Self) -> bool {
        let difference = self.octets.iter().zip(&other.octets).fold(0, |all, (a, b)| all | (a ^ b));
        self.hash == other.hash && std::hint::black_box(difference) == 0
    }
}

impl Eq for Secret {}

impl Secret {
    /// The secret that these octets are: as many as the hash has, or else none.
    pub fn new(hash: Hash, octets: &[u8]) -> Option<Self> {
        (octets.len() == hash.length()).then(|| Self::copy(hash, octets))
    }

    fn copy(hash: Hash, octets: &[u8]) -> Self {
        let mut secret = Self { hash, octets: [0; Hash::LONGEST] };
        for (to, from) in secret.octets.iter_mut().zip(octets) {
            *to = *from;
        }
        secret
    }

    /// The hash that it goes with.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// The octets themselves: for a key log, and for nothing else.
    pub fn octets(&self) -> &[u8] {
        self.octets.get(..self.hash.length()).unwrap_or_default()
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(self.hash.hmac_algorithm(), self.octets())
    }

    /// HKDF-Extract (RFC 5869 §2.2).
    pub fn extract(hash: Hash, salt: &[u8], input: &[u8]) -> Self {
        let key = hmac::Key::new(hash.hmac_algorithm(), salt);
        Self::copy(hash, hmac::sign(&key, input).as_ref())
    }

    /// The secret made ready to expand, for whoever does so more than once: it is hashed once.
    pub fn expander(&self) -> Expander {
        Expander { hash: self.hash, key: self.key() }
    }

    /// As [`Expander::expand_label`].
    pub fn expand_label(&self, label: &str, context: &[u8], out: &mut [u8]) {
        self.expander().expand_label(label, context, out);
    }

    /// Another secret of the same length.
    pub fn expand_secret(&self, label: &str, context: &[u8]) -> Self {
        self.expander().secret(label, context)
    }

    /// Derive-Secret (§7.1), with the hash of the messages already made.
    pub fn derive(&self, label: &str, transcript: &Digest) -> Self {
        self.expand_secret(label, transcript.as_ref())
    }

    /// A Finished, or a binder, under this secret (§4.4.4): a MAC with a key of its own.
    pub fn finished(&self, transcript: &Digest) -> Vec<u8> {
        let key = self.expand_secret("finished", &[]);
        hmac::sign(&key.key(), transcript.as_ref()).as_ref().to_vec()
    }

    /// Whether that is the Finished under this secret. Takes as long for a wrong first octet as for
    /// a wrong last one.
    pub fn verify_finished(&self, transcript: &Digest, verify_data: &[u8]) -> bool {
        let key = self.expand_secret("finished", &[]);
        hmac::verify(&key.key(), transcript.as_ref(), verify_data).is_ok()
    }

    /// The traffic secret after this one (§7.2).
    pub fn next(&self) -> Self {
        self.expand_secret("traffic upd", &[])
    }
}

/// A secret on its way to become others. `ring` does not overwrite it: not to be kept.
pub struct Expander {
    hash: Hash,
    key: hmac::Key,
}

impl fmt::Debug for Expander {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expander({:?})", self.hash)
    }
}

impl Expander {
    // ANCHOR: expand_label
    /// HKDF-Expand-Label (RFC 8446 §7.1): fills `out`, 65,535 octets at the most, and at the most
    /// 255 times the hash. `label` and `context` are short, both our own.
    pub fn expand_label(&self, label: &str, context: &[u8], out: &mut [u8]) {
        let [.., high, low] = (out.len() as u64).to_be_bytes();
        let info = [
            &[high, low, length_octet(6 + label.len())],
            &b"tls13 "[..],
            label.as_bytes(),
            &[length_octet(context.len())],
            context,
        ];
        self.expand(&info, out);
    }

    /// HKDF-Expand (RFC 5869 §2.3); `info` in parts.
    pub fn expand(&self, info: &[&[u8]], out: &mut [u8]) {
        let mut before: Option<hmac::Tag> = None;
        for (part, number) in out.chunks_mut(self.hash.length()).zip(1_u8..) {
            let mut mac = hmac::Context::with_key(&self.key);
            mac.update(before.as_ref().map_or(&[], AsRef::as_ref));
            info.iter().for_each(|part| mac.update(part));
            mac.update(&[number]);
            let tag = mac.sign();
            for (to, from) in part.iter_mut().zip(tag.as_ref()) {
                *to = *from;
            }
            before = Some(tag);
        }
    }
    // ANCHOR_END: expand_label

    /// A secret of the same length.
    pub fn secret(&self, label: &str, context: &[u8]) -> Secret {
        let mut secret = Secret { hash: self.hash, octets: [0; Hash::LONGEST] };
        let out = secret.octets.get_mut(..self.hash.length()).unwrap_or_default();
        self.expand_label(label, context, out);
        secret
    }
}

/// A length that is known to be short.
fn length_octet(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}
