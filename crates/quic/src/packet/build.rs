//! Writing a packet: a head, frames behind it, and then the seal over both.
//!
//! RFC 9000 §17.2, §17.3.1; RFC 9001 §5.3, §5.4
//!
//! ```text
//!   Builder::long / short        head, packet number           appended to a vector
//!        │   frames are appended by whoever has some
//!        ▼
//!   finish ── length filled in ── padding for the sample ── seal in place, tag ── head masked
//! ```
//!
//! Invariant: nothing is allocated where the vector has room.
//!
//! Used by: the connection, which puts packets behind each other into a datagram, and datagrams
//! behind each other into one send.

use super::{FIXED, KEY_PHASE, LONG, PacketType, SPIN, number};
use crate::{connection_id::ConnectionId, protection::Keys, version::Version};
use wire::VarInt;

/// Octets of an AEAD's tag, whatever the suite.
pub const TAG: usize = 16;

/// A packet on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Builder {
    start: usize,
    /// Where the two octets of a long head's length are.
    length_at: Option<usize>,
    number_at: usize,
    number_length: usize,
    number: u64,
}

impl Builder {
    /// Begins an Initial, 0-RTT or Handshake packet at the end of `out`. Only Initial packets
    /// carry the token. `largest_acked` is the highest number of this space that the peer has
    /// acknowledged.
    pub fn long(
        out: &mut Vec<u8>,
        kind: PacketType,
        version: Version,
        [destination, source]: [&ConnectionId; 2],
        token: &[u8],
        number: u64,
        largest_acked: Option<u64>,
    ) -> Self {
        let number_length = number::length(number, largest_acked);
        Self::long_with(out, kind, version, [destination, source], token, number, number_length)
    }

    /// As [`long`](Self::long), with a packet number of so many octets, 1 to 4.
    #[doc(hidden)]
    pub fn long_with(
        out: &mut Vec<u8>,
        kind: PacketType,
        version: Version,
        [destination, source]: [&ConnectionId; 2],
        token: &[u8],
        number: u64,
        number_length: usize,
    ) -> Self {
        let start = out.len();
        let bits = version.constants().map_or(0, |constants| constants.type_bits(kind));
        out.push(LONG | FIXED | bits | low_bits(number_length));
        out.extend_from_slice(&version.0.to_be_bytes());
        for id in [destination, source] {
            out.push(u8::try_from(id.len()).unwrap_or(0));
            out.extend_from_slice(id.octets());
        }
        if kind == PacketType::Initial {
            VarInt::new(token.len() as u64).unwrap_or_default().encode(out);
            out.extend_from_slice(token);
        }
        let length_at = Some(out.len());
        out.extend_from_slice(&[0; 2]);
        Self::numbered(out, start, length_at, number, number_length)
    }

    /// Begins a 1-RTT packet at the end of `out`.
    pub fn short(
        out: &mut Vec<u8>,
        destination: &ConnectionId,
        number: u64,
        largest_acked: Option<u64>,
        spin: bool,
        key_phase: bool,
    ) -> Self {
        let start = out.len();
        let number_length = number::length(number, largest_acked);
        let spin = if spin { SPIN } else { 0 };
        let phase = if key_phase { KEY_PHASE } else { 0 };
        out.push(FIXED | spin | phase | low_bits(number_length));
        out.extend_from_slice(destination.octets());
        Self::numbered(out, start, None, number, number_length)
    }

    fn numbered(
        out: &mut Vec<u8>,
        start: usize,
        length_at: Option<usize>,
        number: u64,
        number_length: usize,
    ) -> Self {
        let number_at = out.len();
        let octets = number.to_be_bytes();
        out.extend_from_slice(octets.get(8 - number_length..).unwrap_or_default());
        Self { start, length_at, number_at, number_length, number }
    }

    /// The packet's number.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Where in the vector the packet begins.
    pub const fn start(&self) -> usize {
        self.start
    }

    /// Where in the vector the first frame begins.
    pub const fn payload_at(&self) -> usize {
        self.number_at + self.number_length
    }

    /// Whether no frame has been appended.
    pub const fn is_empty(&self, out: &[u8]) -> bool {
        out.len() <= self.payload_at()
    }

    /// Octets of the packet as it stands, its tag included.
    pub const fn length(&self, out: &[u8]) -> usize {
        out.len() - self.start + TAG
    }

    /// Whether the second bit is to be zero, now and then (RFC 9287 §3.1).
    pub fn grease_fixed_bit(&self, out: &mut [u8]) {
        if let Some(first) = out.get_mut(self.start) {
            *first &= !FIXED;
        }
    }

    /// Takes back what was begun.
    pub fn abandon(self, out: &mut Vec<u8>) {
        out.truncate(self.start);
    }

    /// Where in the vector the packet's frames end once it is padded up to `length` octets, its tag
    /// included.
    pub fn sealed_end(&self, out: &[u8], length: usize) -> usize {
        // The sample begins four octets behind the beginning of the packet number, whatever its
        // length (RFC 9001 §5.4.2).
        let sampled = self.number_at + 4;
        out.len().max(sampled).max(self.start + length.saturating_sub(TAG))
    }

    // ANCHOR: finish
    /// PADDING up to `length` octets of the whole packet, tag included; then the seal. Answers the
    /// packet's octets. A long packet is at most 16,383 octets behind its length.
    pub fn finish(self, out: &mut Vec<u8>, length: usize, keys: &Keys) -> usize {
        out.resize(self.sealed_end(out, length), 0);
        if let Some(at) = self.length_at {
            let rest = u16::try_from(out.len() + TAG - self.number_at).unwrap_or(0x3fff);
            let octets = (rest & 0x3fff | 0x4000).to_be_bytes();
            if let Some(place) = out.get_mut(at..at + 2) {
                place.copy_from_slice(&octets);
            }
        }
        out.extend_from_slice(&[0; TAG]);
        let packet = out.get_mut(self.start..).unwrap_or_default();
        let number_at = self.number_at - self.start;
        keys.seal(self.number, packet, number_at, self.number_length);
        packet.len()
    }
    // ANCHOR_END: finish
}

/// The octets of a packet number, less one, as the first octet has it.
fn low_bits(number_length: usize) -> u8 {
    u8::try_from(number_length.saturating_sub(1) & 3).unwrap_or(0)
}
