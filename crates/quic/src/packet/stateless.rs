//! Packets that an endpoint sends without a connection.
//!
//! RFC 9000 §10.3, §17.2.1, §17.2.5; RFC 9001 §5.8
//!
//! | packet             | says                                  | who believes it               |
//! |--------------------|---------------------------------------|-------------------------------|
//! | Version Negotiation| I speak these                         | a client that tried another   |
//! | Retry              | come again, that I see your address   | a client; there is a tag      |
//! | stateless reset    | I know nothing of this connection     | who knows the token at its end |
//!
//! Invariant: a stateless reset is shorter than what it answers, so two ends that both forgot do
//! not answer each other for ever.
//!
//! Used by: the endpoint.

use super::{FIXED, LONG, PacketType};
use crate::{connection_id::ConnectionId, protection::retry_tag, version::Version};
use wire::Random;

/// Octets of the shortest stateless reset: shorter ones could not be a packet (§10.3).
pub const RESET_SHORTEST: usize = 21;

/// Octets of the longest one that we send: what it answers was likely a small packet.
const RESET_LONGEST: usize = 42;

/// A list of our versions and one that means nothing, for the packet with these connection IDs: its
/// destination becomes the source, and the other way round.
pub fn encode_version_negotiation(
    out: &mut Vec<u8>,
    [destination, source]: [&[u8]; 2],
    versions: &[Version],
    random: &mut dyn Random,
) {
    let mut noise = [0; 5];
    random.fill(&mut noise);
    let [first, grease @ ..] = noise;
    // All bits but the first are free; the second is set so that it looks like QUIC (§17.2.1).
    out.push(LONG | FIXED | first);
    out.extend_from_slice(&Version::NEGOTIATION.0.to_be_bytes());
    for id in [source, destination] {
        // Both were behind one octet of length.
        let length = u8::try_from(id.len()).unwrap_or(u8::MAX);
        out.push(length);
        out.extend(id.iter().take(length.into()));
    }
    let reserved = Version::reserved(u32::from_be_bytes(grease));
    for version in versions.iter().copied().chain([reserved]) {
        out.extend_from_slice(&version.0.to_be_bytes());
    }
}

/// A Retry packet to the client with this connection ID: it shall go on with `source` as
/// destination. `original` is the destination of the packet that it answers. Nothing is written for
/// a version that we do not speak.
pub fn encode_retry(
    out: &mut Vec<u8>,
    version: Version,
    [destination, source]: [&ConnectionId; 2],
    original: &ConnectionId,
    token: &[u8],
) {
    let Some(constants) = version.constants() else { return };
    let start = out.len();
    // The four unused bits are set, as in the RFC's example.
    out.push(LONG | FIXED | constants.type_bits(PacketType::Retry) | 0x0f);
    out.extend_from_slice(&version.0.to_be_bytes());
    for id in [destination, source] {
        out.push(u8::try_from(id.len()).unwrap_or(0));
        out.extend_from_slice(id.octets());
    }
    out.extend_from_slice(token);
    let tag = retry_tag(constants, original, out.get(start..).unwrap_or_default());
    out.extend_from_slice(&tag);
}

/// A stateless reset for a datagram of `received` octets. Answers whether there is one: datagrams
/// too short to be answered by something shorter are not.
pub fn encode_stateless_reset(
    out: &mut Vec<u8>,
    received: usize,
    token: &[u8; 16],
    random: &mut dyn Random,
) -> bool {
    let length = received.saturating_sub(1).min(RESET_LONGEST);
    if length < RESET_SHORTEST {
        return false;
    }
    let start = out.len();
    out.resize(start + length - token.len(), 0);
    let noise = out.get_mut(start..).unwrap_or_default();
    random.fill(noise);
    if let Some(first) = noise.first_mut() {
        *first = *first & !LONG | FIXED;
    }
    out.extend_from_slice(token);
    true
}
