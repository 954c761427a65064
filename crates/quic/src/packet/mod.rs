//! Packets: what a datagram is made of.
//!
//! RFC 9000 §12, §17
//!
//! ```text
//!   datagram  ┌ Initial ┐┌ Handshake ┐┌ 1-RTT ────────┐      as many as fit; a short head is last
//!
//!   long head   1 octet   4 octets  1        0..20          1       0..20      what the type wants
//!             ┌─────────┬─────────┬────────┬──────────────┬────────┬─────────┬────────────────────
//!             │1 1 T R P│ Version │ length │ Destination  │ length │ Source  │ …
//!             └─────────┴─────────┴────────┴──────────────┴────────┴─────────┴────────────────────
//!   short head  1 octet        0..20           1..4
//!             ┌─────────────┬──────────────┬───────────────┬──────────────────────────────────────
//!             │0 1 S R R K P│ Destination  │ Packet Number │ sealed payload │ tag
//!             └─────────────┴──────────────┴───────────────┴──────────────────────────────────────
//! ```
//!
//! T is the type, R two reserved bits, P one less than the octets of the packet number, S the spin
//! bit, K the key phase. All of the first octet behind T, or S, and the packet number are under
//! header protection.
//!
//! Invariant: reading a head changes nothing and believes nothing: what comes out may be anybody's
//! invention until [`protection`](crate::protection) has opened the packet.
//!
//! Used by: the connection, the endpoint, `dissect`.

mod build;
mod discard;
mod head;
pub mod number;
mod stateless;

pub use build::{Builder, TAG};
pub use discard::Discard;
pub use head::{Head, Packet, Retry, Unsupported, VersionNegotiation};
pub use stateless::{
    RESET_SHORTEST, encode_retry, encode_stateless_reset, encode_version_negotiation,
};

use crate::recovery::Space;
use std::fmt;

/// The first bit: a long head.
pub const LONG: u8 = 0x80;
/// The second bit, which is one unless both ends agreed that it need not be (RFC 9287).
pub const FIXED: u8 = 0x40;
/// The spin bit of a short head (RFC 9000 §17.4).
pub const SPIN: u8 = 0x20;
/// The key phase of a short head (RFC 9001 §6).
pub const KEY_PHASE: u8 = 0x04;

/// Octets that a client's datagrams with Initial packets have at least, and every path carries
/// (RFC 9000 §14.1).
pub const MIN_DATAGRAM: usize = 1200;

/// What a packet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PacketType {
    /// The first of each end (§17.2.2).
    Initial,
    /// What a client sends before the server has answered (§17.2.3).
    ZeroRtt,
    /// The rest of the handshake (§17.2.4).
    Handshake,
    /// "Come again with this token" (§17.2.5).
    Retry,
    /// "I speak these versions" (§17.2.1).
    VersionNegotiation,
    /// All else (§17.3.1).
    OneRtt,
}

impl PacketType {
    /// The RFC's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Initial => "Initial",
            Self::ZeroRtt => "0-RTT",
            Self::Handshake => "Handshake",
            Self::Retry => "Retry",
            Self::VersionNegotiation => "Version Negotiation",
            Self::OneRtt => "1-RTT",
        }
    }

    /// In which space its number counts, where it has one (RFC 9000 §12.3).
    pub const fn space(self) -> Option<Space> {
        match self {
            Self::Initial => Some(Space::Initial),
            Self::Handshake => Some(Space::Handshake),
            Self::ZeroRtt | Self::OneRtt => Some(Space::Data),
            Self::Retry | Self::VersionNegotiation => None,
        }
    }
}

impl fmt::Display for PacketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} packet", self.name())
    }
}
