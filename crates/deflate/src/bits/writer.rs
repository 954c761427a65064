//! Bits gathered into octets.
//!
//! RFC 1951 §3.1.1
//!
//! Invariant: fewer than 8 bits wait between two calls of [`put`](BitWriter::put) followed by
//! [`spill`](BitWriter::spill); bits above `count` are zero.

/// Bits that are not a whole octet yet.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BitWriter {
    bits: u64,
    count: u32,
}

impl BitWriter {
    /// Adds the lowest `count` bits of `value`, which has no others. Between two spills up to 56
    /// bits may be added.
    #[inline]
    pub(crate) fn put(&mut self, value: u64, count: u32) {
        self.bits |= value << self.count;
        self.count += count;
    }

    /// Moves the whole octets to `out`.
    #[inline]
    pub(crate) fn spill(&mut self, out: &mut Vec<u8>) {
        let whole = self.count / 8;
        let octets = self.bits.to_le_bytes();
        out.extend_from_slice(octets.get(..whole as usize).unwrap_or_default());
        // Eight octets never wait: 7 bits and 56 more are 63.
        self.bits >>= whole * 8;
        self.count -= whole * 8;
    }

    /// Fills up the last octet with zeros.
    pub(crate) fn align(&mut self, out: &mut Vec<u8>) {
        self.count = self.count.next_multiple_of(8);
        self.spill(out);
    }
}
