//! A version of QUIC is a number of 32 bits and a handful of constants; all else is shared.
//!
//! RFC 8999 §5.1, RFC 9000 §15, RFC 9369 §3
//!
//! |                | version 1       | version 2        |
//! |----------------|-----------------|------------------|
//! | number         | 0x00000001      | 0x6b3343cf       |
//! | Initial        | type 0          | type 1           |
//! | 0-RTT          | type 1          | type 2           |
//! | Handshake      | type 2          | type 3           |
//! | Retry          | type 3          | type 0           |
//! | labels of keys | `quic key` …    | `quicv2 key` …   |
//! | salt, Retry    | constants       | other constants  |
//!
//! Version 2 exists so that nobody on the way learns version 1 by heart.
//!
//! Invariant: each constant that differs between versions stands in this file once.
//!
//! Used by: [`packet`](crate::packet), [`protection`](crate::protection), version negotiation.

use crate::packet::PacketType;
use std::fmt;

/// A version's number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u32);

/// What a version has of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Constants {
    /// Whose they are.
    pub version: Version,
    /// Type bits of long heads, in this order: Initial, 0-RTT, Handshake, Retry (RFC 9369 §3.2).
    types: [PacketType; 4],
    /// From which the keys of Initial packets begin (RFC 9001 §5.2).
    pub initial_salt: [u8; 20],
    /// Makes an AEAD key of a secret (RFC 9001 §5.1).
    pub key_label: &'static str,
    /// Makes an initial vector of a secret.
    pub iv_label: &'static str,
    /// Makes a header protection key of a secret.
    pub hp_label: &'static str,
    /// Makes the next secret of a secret (RFC 9001 §6.1).
    pub ku_label: &'static str,
    /// Key of the Retry integrity tag, known to everybody (RFC 9001 §5.8).
    pub retry_key: [u8; 16],
    /// Nonce of the Retry integrity tag.
    pub retry_nonce: [u8; 12],
}

// ANCHOR: constants
static VERSION_1: Constants = Constants {
    version: Version::V1,
    types: [PacketType::Initial, PacketType::ZeroRtt, PacketType::Handshake, PacketType::Retry],
    initial_salt: [
        0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c,
        0xad, 0xcc, 0xbb, 0x7f, 0x0a,
    ],
    key_label: "quic key",
    iv_label: "quic iv",
    hp_label: "quic hp",
    ku_label: "quic ku",
    retry_key: 0xbe0c_690b_9f66_575a_1d76_6b54_e368_c84e_u128.to_be_bytes(),
    retry_nonce: [0x46, 0x15, 0x99, 0xd3, 0x5d, 0x63, 0x2b, 0xf2, 0x23, 0x98, 0x25, 0xbb],
};

static VERSION_2: Constants = Constants {
    version: Version::V2,
    types: [PacketType::Retry, PacketType::Initial, PacketType::ZeroRtt, PacketType::Handshake],
    initial_salt: [
        0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d,
        0xcb, 0xf9, 0xbd, 0x2e, 0xd9,
    ],
    key_label: "quicv2 key",
    iv_label: "quicv2 iv",
    hp_label: "quicv2 hp",
    ku_label: "quicv2 ku",
    retry_key: 0x8fb4_b01b_56ac_48e2_60fb_cbce_ad7c_cc92_u128.to_be_bytes(),
    retry_nonce: [0xd8, 0x69, 0x69, 0xbc, 0x2d, 0x7c, 0x6d, 0x99, 0x90, 0xef, 0xb0, 0x4a],
};
// ANCHOR_END: constants

impl Version {
    /// Not a version: in this field it marks a Version Negotiation packet (RFC 8999 §6).
    pub const NEGOTIATION: Self = Self(0);
    /// RFC 9000
    pub const V1: Self = Self(1);
    /// RFC 9369
    pub const V2: Self = Self(0x6b33_43cf);
    /// Those that we speak, in the order in which we like them.
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

    /// What it has of its own, if it is one that we speak.
    pub const fn constants(self) -> Option<&'static Constants> {
        match self {
            Self::V1 => Some(&VERSION_1),
            Self::V2 => Some(&VERSION_2),
            _ => None,
        }
    }

    /// Whether it is one that we speak.
    pub const fn is_supported(self) -> bool {
        self.constants().is_some()
    }

    /// Whether it is one of those that mean nothing, and so must be ignored: 0x?a?a?a?a
    /// (RFC 9000 §15).
    pub const fn is_reserved(self) -> bool {
        self.0 & 0x0f0f_0f0f == 0x0a0a_0a0a
    }

    /// A version that means nothing, made of any number.
    pub const fn reserved(number: u32) -> Self {
        Self(number & 0xf0f0_f0f0 | 0x0a0a_0a0a)
    }

    /// Whether a first flight of this version can be taken for one of `other` (RFC 9368 §2.2,
    /// RFC 9369 §4): each of ours can.
    pub const fn is_compatible_with(self, other: Self) -> bool {
        self.0 == other.0 || self.is_supported() && other.is_supported()
    }

    /// The name for it, where it has one.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::NEGOTIATION => Some("negotiation"),
            Self::V1 => Some("version 1"),
            Self::V2 => Some("version 2"),
            _ if self.is_reserved() => Some("GREASE"),
            _ => None,
        }
    }
}

impl Constants {
    /// What the two type bits of a long head's first octet say.
    pub fn packet_type(&self, first: u8) -> PacketType {
        let [a, b, c, d] = self.types;
        match first >> 4 & 3 {
            0 => a,
            1 => b,
            2 => c,
            _ => d,
        }
    }

    /// The two bits of a type, in their place in the first octet. A type without a long head of
    /// this kind has those of the first.
    pub fn type_bits(&self, kind: PacketType) -> u8 {
        let index = self.types.iter().zip(0_u8..).find(|(candidate, _)| **candidate == kind);
        index.map_or(0, |(_, bits)| bits << 4)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) if !self.is_reserved() => f.write_str(name),
            _ => write!(f, "{:#010x}", self.0),
        }
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
