//! The Retry integrity tag: it shows that whoever sent a Retry saw the client's packet.
//!
//! RFC 9001 §5.8
//!
//! ```text
//!   AES-128-GCM( the version's key and nonce, which everybody knows;
//!                nothing;
//!                1 octet of length, Original Destination Connection ID, Retry packet without tag )
//! ```
//!
//! Used by: [`encode_retry`](crate::packet::encode_retry), the client's connection.

use crate::{connection_id::ConnectionId, packet::Retry, version::Constants};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

/// The tag over a Retry packet, given without it. `original` is the destination of the packet that
/// it answers.
pub fn retry_tag(constants: &Constants, original: &ConnectionId, packet: &[u8]) -> [u8; 16] {
    let mut covered = Vec::with_capacity(1 + ConnectionId::LONGEST + packet.len());
    covered.push(u8::try_from(original.len()).unwrap_or(0));
    covered.extend_from_slice(original.octets());
    covered.extend_from_slice(packet);
    let nonce = Nonce::assume_unique_for_key(constants.retry_nonce);
    let key = UnboundKey::new(&AES_128_GCM, &constants.retry_key).map(LessSafeKey::new);
    let tag = key.and_then(|key| {
        key.seal_in_place_separate_tag(nonce, Aad::from(covered.as_slice()), &mut [])
    });
    // The key has the right length, and nothing is sealed.
    tag.ok().and_then(|tag| tag.as_ref().try_into().ok()).unwrap_or_default()
}

/// Whether the Retry packet in this datagram answers our packet to `original`.
pub fn verify_retry(datagram: &[u8], retry: &Retry, original: &ConnectionId) -> bool {
    let Some(constants) = retry.version.constants() else { return false };
    let end = retry.place.end.saturating_sub(retry.tag.len());
    let Some(packet) = datagram.get(retry.place.start..end) else { return false };
    retry_tag(constants, original, packet) == retry.tag
}
