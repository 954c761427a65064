//! Bits taken from a slice, up to 63 at a time ahead of their use.
//!
//! RFC 1951 §3.1.1
//!
//! ```text
//!   input   … used │ taken into the buffer │ not looked at …
//!                  └── count bits ─────────┘
//! ```
//!
//! Invariant: bits of the buffer above `count` are what the input holds there or zero, never
//! anything else, so that a refill may lay octets over them again.

use super::mask;
use crate::BitOffset;

/// What lies between two calls: bits that came and were not used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Held {
    bits: u64,
    count: u32,
    /// Octets that were ever taken into the buffer.
    taken: u64,
}

impl Held {
    /// Forgets the rest of an octet, for the next stream begins with the next one.
    pub(crate) fn align(&mut self) {
        let spare = self.count % 8;
        self.bits >>= spare;
        self.count -= spare;
    }

    /// Where the next bit stands.
    pub(crate) fn offset(&self) -> BitOffset {
        BitOffset(self.taken * 8 - u64::from(self.count))
    }
}

/// A cursor over the bits of one call's input.
pub(crate) struct BitReader<'a> {
    input: &'a [u8],
    /// Octets of `input` that are in the buffer or used.
    at: usize,
    bits: u64,
    count: u32,
    /// Octets taken before this call.
    before: u64,
}

impl<'a> BitReader<'a> {
    pub(crate) fn new(held: Held, input: &'a [u8]) -> Self {
        Self { input, at: 0, bits: held.bits, count: held.count, before: held.taken }
    }

    /// What to hold until the next call, and how many octets of the input were used.
    ///
    /// Whoever starves keeps all that came. Otherwise whole octets go back to the input; those of
    /// earlier calls stay, they were counted as used then.
    pub(crate) fn finish(mut self, starved: bool) -> (Held, usize) {
        while !starved && self.count >= 8 && self.at > 0 {
            self.count -= 8;
            self.at -= 1;
        }
        let taken = self.before + self.at as u64;
        (Held { bits: self.bits & mask(self.count), count: self.count, taken }, self.at)
    }

    /// Octets of the input that are not in the buffer.
    pub(crate) fn left(&self) -> usize {
        self.input.len() - self.at
    }

    /// Input, place in it, buffer and bits in it: for a loop that keeps them in registers.
    pub(crate) fn parts(&self) -> (&'a [u8], usize, u64, u32) {
        (self.input, self.at, self.bits, self.count)
    }

    /// What that loop made of them.
    pub(crate) fn set_parts(&mut self, at: usize, bits: u64, count: u32) {
        (self.at, self.bits, self.count) = (at, bits, count);
    }

    /// Where the next bit stands.
    pub(crate) fn offset(&self) -> BitOffset {
        BitOffset((self.before + self.at as u64) * 8 - u64::from(self.count))
    }

    /// Takes octets until 56 bits or more are here, or all of the input is.
    // ANCHOR: refill
    #[inline]
    pub(crate) fn refill(&mut self) {
        if let Some(octets) = self.input.get(self.at..).and_then(<[u8]>::first_chunk) {
            // All eight are laid over the buffer; those that fit whole are counted. The rest comes
            // again with the next refill, to the same place.
            self.bits |= u64::from_le_bytes(*octets) << self.count;
            self.at += (63 - self.count as usize) / 8;
            self.count |= 56;
            return;
        }
        while self.count < 56 {
            let Some(octet) = self.input.get(self.at) else { return };
            // What is there already above `count` is this octet.
            self.bits |= u64::from(*octet) << self.count;
            self.at += 1;
            self.count += 8;
        }
    }
    // ANCHOR_END: refill

    /// Whether `count` bits are here, up to 56, taking octets where they are not.
    #[inline]
    pub(crate) fn need(&mut self, count: u32) -> bool {
        if self.count < count {
            self.refill();
        }
        self.count >= count
    }

    /// What is in the buffer, lowest bit next; nothing can be said of bits that are not here.
    #[inline]
    pub(crate) fn bits(&self) -> u64 {
        self.bits
    }

    /// Uses up `count` bits that are here.
    #[inline]
    pub(crate) fn consume(&mut self, count: u32) {
        self.bits >>= count;
        self.count -= count;
    }

    /// The next `count` bits, or nothing if the input ends before.
    #[inline]
    pub(crate) fn take(&mut self, count: u32) -> Option<u64> {
        if !self.need(count) {
            return None;
        }
        let value = self.bits & mask(count);
        self.consume(count);
        Some(value)
    }

    /// Passes over what is left of an octet.
    pub(crate) fn align(&mut self) {
        self.consume(self.count % 8);
    }

    /// Up to `most` whole octets of the input, at an octet's boundary; empty where there are none.
    pub(crate) fn octets(&mut self, most: usize) -> &'a [u8] {
        // Those that were taken into the buffer come from the input's own place again.
        while self.count >= 8 && self.at > 0 {
            self.count -= 8;
            self.at -= 1;
        }
        self.bits &= mask(self.count);
        if self.count > 0 {
            return &[];
        }
        let rest = self.input.get(self.at..).unwrap_or_default();
        let octets = rest.get(..most).unwrap_or(rest);
        self.at += octets.len();
        octets
    }
}
