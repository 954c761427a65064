//! Bits gathered into octets.
//!
//! RFC 1951 §3.1.1
//!
//! Invariant: fewer than 8 bits wait behind a spill; bits above `count` are zero.

/// Bits that are not a whole octet yet.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BitWriter {
    bits: u64,
    count: u32,
}

impl BitWriter {
    /// Bits that wait.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Adds the lowest `count` bits of `value`, which has no others. Between two spills up to 56
    /// bits may be added.
    #[inline]
    pub(crate) fn put(&mut self, value: u64, count: u32) {
        self.bits |= value << self.count;
        self.count += count;
    }

    /// Moves the whole octets to `out`.
    pub(crate) fn spill(&mut self, out: &mut Vec<u8>) {
        let whole = self.count / 8;
        let octets = self.bits.to_le_bytes();
        out.extend_from_slice(octets.get(..whole as usize).unwrap_or_default());
        // Never all eight: 7 bits and 56 more are 63.
        self.bits >>= whole * 8;
        self.count -= whole * 8;
    }

    /// Fills up the last octet with zeros.
    pub(crate) fn align(&mut self, out: &mut Vec<u8>) {
        self.count = self.count.next_multiple_of(8);
        self.spill(out);
    }

    /// A place for `bits` more bits at the end of `out`, to be written without asking each time
    /// whether there is room.
    pub(crate) fn place<'a>(self, out: &'a mut Vec<u8>, bits: usize) -> Place<'a> {
        let at = out.len();
        // Each spill writes eight octets, wherever the last of them that counts may be.
        out.resize(at + bits / 8 + 16, 0);
        Place { out, at, writer: self }
    }
}

/// See [`BitWriter::place`].
pub(crate) struct Place<'a> {
    out: &'a mut Vec<u8>,
    at: usize,
    writer: BitWriter,
}

impl Place<'_> {
    /// As [`BitWriter::put`].
    #[inline]
    pub(crate) fn put(&mut self, value: u64, count: u32) {
        self.writer.put(value, count);
    }

    /// As [`BitWriter::spill`].
    // ANCHOR: spill
    #[inline]
    pub(crate) fn spill(&mut self) {
        if let Some(place) = self.out.get_mut(self.at..).and_then(<[u8]>::first_chunk_mut) {
            *place = self.writer.bits.to_le_bytes();
        }
        // Octets that are not whole are written over by the next spill.
        self.at += (self.writer.count / 8) as usize;
        self.writer.bits >>= self.writer.count & !7;
        self.writer.count &= 7;
    }
    // ANCHOR_END: spill

    /// Cuts the vector to what was written.
    pub(crate) fn finish(self) -> BitWriter {
        self.out.truncate(self.at);
        self.writer
    }
}
