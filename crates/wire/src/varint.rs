//! QUIC's variable-length integer: the first two bits say how long it is.
//!
//! RFC 9000 §16
//!
//! | first two bits | octets | usable bits | up to                     |
//! |----------------|--------|-------------|---------------------------|
//! | 00             | 1      | 6           | 63                        |
//! | 01             | 2      | 14          | 16,383                    |
//! | 10             | 4      | 30          | 1,073,741,823             |
//! | 11             | 8      | 62          | 4,611,686,018,427,387,903 |
//!
//! Invariant: a `VarInt` fits in 62 bits, so encoding cannot fail.
//!
//! Used by: QUIC's packets and frames, HTTP/3's frames, capsules.

/// An integer below 2^62.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct VarInt(u64);

impl VarInt {
    /// 2^62 − 1.
    pub const MAX: Self = Self((1 << 62) - 1);

    /// `value`, if it fits in 62 bits.
    pub const fn new(value: u64) -> Option<Self> {
        if value <= Self::MAX.0 { Some(Self(value)) } else { None }
    }

    /// The number itself.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Octets of the encoding that begins with `first`: 1, 2, 4 or 8.
    pub const fn length_from(first: u8) -> usize {
        1 << (first >> 6)
    }

    /// Octets of the shortest encoding: 1, 2, 4 or 8.
    pub const fn length(self) -> usize {
        match self.0 {
            0..=0x3f => 1,
            0x40..=0x3fff => 2,
            0x4000..=0x3fff_ffff => 4,
            _ => 8,
        }
    }

    /// Appends the shortest encoding.
    pub fn encode(self, out: &mut Vec<u8>) {
        let length = self.length();
        let tag = u64::from(length.trailing_zeros()) << (length * 8 - 2);
        let octets = (self.0 | tag).to_be_bytes();
        out.extend_from_slice(octets.get(8 - length..).unwrap_or_default());
    }

    /// The value of a whole encoding, the two length bits taken off.
    pub(crate) fn decode(octets: &[u8]) -> u64 {
        let bits = octets.iter().fold(0, |sum, octet| sum << 8 | u64::from(*octet));
        bits & (u64::MAX >> (64 - (octets.len().clamp(1, 8) * 8 - 2)))
    }
}

impl From<u32> for VarInt {
    fn from(value: u32) -> Self {
        Self(value.into())
    }
}
