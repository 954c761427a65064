//! Packets that are dropped without a word.
//!
//! RFC 9000 §5.2, §12.2, §17; RFC 9001 §5.5
//!
//! Anybody can write such a packet, on the way or from afar. Were it answered, or did it end the
//! connection, it would be a weapon.
//!
//! Invariant: whatever is found wrong before a packet is authenticated is one of these.
//!
//! Used by: [`packet`](super), [`protection`](crate::protection), traces.

use crate::version::Version;
use wire::Truncated;

/// Why a packet, or the rest of a datagram, is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Discard {
    /// RFC 9000 §17: the head ends inside a field.
    #[error(transparent)]
    Truncated(#[from] Truncated),
    /// RFC 9000 §17.2, §17.3: the second bit is zero, and we did not say that it may be (RFC 9287).
    #[error("the fixed bit is zero (§17.2)")]
    FixedBit,
    /// RFC 9000 §17.2: more than 20 octets of connection ID, in a version that allows no more.
    #[error("a connection ID of {length} octets in {version} (§17.2)")]
    ConnectionIdTooLong {
        /// Octets that it declares.
        length: u8,
        /// The version.
        version: Version,
    },
    /// RFC 9000 §17.2: the length says more than the datagram has.
    #[error("a length of {length}, where {rest} octets are left (§17.2)")]
    Length {
        /// What the head declares, in octets.
        length: u64,
        /// What is there.
        rest: usize,
    },
    /// RFC 9001 §5.4.2: too short to take a sample of.
    #[error("{length} octets from the packet number on, too few for a sample (RFC 9001 §5.4.2)")]
    TooShort {
        /// Octets from the packet number to the end.
        length: usize,
    },
    /// RFC 9000 §17.2.1: a list of versions that is not made of whole ones, or of none.
    #[error("a Version Negotiation packet with {length} octets of versions (§17.2.1)")]
    Versions {
        /// Octets of the list.
        length: usize,
    },
    /// RFC 9001 §5.8: a Retry packet that this client's Initial packet did not cause, or an empty
    /// token in it (RFC 9000 §17.2.5.2).
    #[error("a Retry packet whose integrity tag or token is wrong (RFC 9001 §5.8)")]
    Retry,
    /// RFC 9000 §14.1: a client's Initial packet in a datagram of less than 1,200 octets.
    #[error("an Initial packet in a datagram of {length} octets (§14.1)")]
    Small {
        /// Octets of the datagram.
        length: usize,
    },
    /// RFC 9001 §5.5: it does not open under our keys.
    #[error("the packet is not authentic (RFC 9001 §5.3)")]
    NotAuthentic,
    /// RFC 9001 §4.9, §4.6.2: its keys were thrown away, or 0-RTT was rejected.
    #[error("the keys for the packet are gone (RFC 9001 §4.9)")]
    KeysGone,
    /// RFC 9000 §7.2: the source is not who the peer said it is in its first packet.
    #[error("a source connection ID that is not the peer's (§7.2)")]
    Source,
    /// RFC 9000 §6.2: a list of versions that answers nothing we sent.
    #[error("a Version Negotiation packet that answers nothing of ours (§6.2)")]
    Unexpected,
    /// RFC 9000 §12.3: a packet number beyond 2^62 - 1.
    #[error("a packet number beyond 2^62 - 1 (§12.3)")]
    PacketNumber,
}
