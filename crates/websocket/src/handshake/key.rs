//! The proof that the other end understood: a hash that only a WebSocket server would compute.
//!
//! RFC 6455 §4.1, §4.2.2
//!
//! ```text
//!  Sec-WebSocket-Key      16 random octets, in base64
//!  Sec-WebSocket-Accept   base64(SHA-1(key, as it stands there, and a GUID that no one else uses))
//! ```
//!
//! It is no secret and protects none: it keeps a server that knows only HTTP from being talked to
//! as if it were WebSocket, and a cache from answering in its stead.

use ring::digest;
use wire::{Random, base64};

/// RFC 6455 §1.3.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

// ANCHOR: accept_key
/// What a server answers to this key.
///
/// ```
/// use websocket::handshake::accept_key;
/// assert_eq!(accept_key(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
/// ```
pub fn accept_key(key: &[u8]) -> String {
    let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    context.update(key);
    context.update(GUID);
    base64::encode(context.finish().as_ref())
}
// ANCHOR_END: accept_key

/// A new key: nobody can guess it, so no answer can have been made before.
pub(super) fn new_key(random: &mut dyn Random) -> String {
    let mut octets = [0; 16];
    random.fill(&mut octets);
    base64::encode(&octets)
}

/// Whether this is base64 of 16 octets. Bits beyond the last octet are let pass, though no encoder
/// sets them: the RFC's own example in §4.1 does.
pub(super) fn is_key(key: &[u8]) -> bool {
    let digits = key.strip_suffix(b"==").unwrap_or_default();
    digits.len() == 22
        && digits.iter().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/'))
}
