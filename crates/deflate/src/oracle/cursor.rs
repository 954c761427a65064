//! One bit after the other, over a [`Reader`], so that each field has its name.
//!
//! RFC 1951 §3.1.1
//!
//! Invariant: the reader stands at the octet that holds the next bit.

use crate::BitOffset;
use wire::Reader;

/// The input is over. It is no violation: more may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Over;

/// See the module.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    reader: Reader<'a>,
    /// Bits of that octet that are read, 0 to 7.
    bit: u32,
    /// Where the stream begins.
    base: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(reader: Reader<'a>) -> Self {
        Self { reader, bit: 0, base: reader.offset() }
    }

    /// The reader behind the last octet of which a bit was read.
    pub(super) fn into_reader(mut self) -> Reader<'a> {
        self.align();
        self.reader
    }

    pub(super) fn reader(&self) -> &Reader<'a> {
        &self.reader
    }

    /// Where the next bit stands, from the start of the stream.
    pub(super) fn offset(&self) -> BitOffset {
        let octets = (self.reader.offset() - self.base) as u64;
        BitOffset(octets * 8 + u64::from(self.bit))
    }

    /// The next bit: the least significant one of an octet comes first.
    pub(super) fn bit(&mut self) -> Result<u16, Over> {
        let octet = self.reader.rest().first().ok_or(Over)?;
        let bit = octet >> self.bit & 1;
        self.bit += 1;
        if self.bit == 8 {
            self.align();
        }
        Ok(u16::from(bit))
    }

    /// A number of `count` bits, 16 at most: the least significant one comes first.
    pub(super) fn number(&mut self, count: u32) -> Result<u16, Over> {
        let mut number = 0;
        for place in 0..count {
            number |= self.bit()? << place;
        }
        Ok(number)
    }

    /// As `number`, and tells an observer what it was called and, from `meaning`, what it means.
    pub(super) fn named(
        &mut self,
        field: &'static str,
        count: u32,
        meaning: impl FnOnce(u16) -> String,
    ) -> Result<u16, Over> {
        let start = *self;
        let number = self.number(count)?;
        self.note(start, field, || meaning(number));
        Ok(number)
    }

    /// Passes over what is left of an octet.
    pub(super) fn align(&mut self) {
        if self.bit > 0 {
            self.reader.skip(1);
            self.bit = 0;
        }
    }

    /// Up to `most` octets at an octet's boundary.
    pub(super) fn octets(&mut self, field: &'static str, most: usize) -> &'a [u8] {
        let length = most.min(self.reader.len());
        if length == 0 {
            return &[];
        }
        // There are as many.
        self.reader.take(field, length).unwrap_or_default()
    }

    /// Tells an observer that what was read since `start` was this field: its octets, which of
    /// their bits, and what they mean.
    pub(super) fn note(&self, start: Self, field: &'static str, meaning: impl FnOnce() -> String) {
        if !self.reader.is_observed() {
            return;
        }
        let bits = self.offset().0 - start.offset().0;
        let octets = (u64::from(start.bit) + bits).div_ceil(8);
        // It is a copy of the reader that reads the octets; the next field may share the last one.
        let mut copy = start.reader;
        let _ = copy.take(field, usize::try_from(octets).unwrap_or(0));
        let last = u64::from(start.bit) + bits.saturating_sub(1);
        copy.explain(|| match bits {
            1 => format!("{} (bit {})", meaning(), start.bit),
            _ => format!("{} (bits {}–{last})", meaning(), start.bit),
        });
    }
}
