//! The codes of one block, from the compressor's side: symbol to bits.
//!
//! RFC 1951 §3.2.2, §3.2.5
//!
//! Invariant: a symbol that occurs in the block has a code.

use crate::{
    huffman,
    symbols::{DISTANCE_TABLE, FIRST_LENGTH, LENGTH_SYMBOLS, LENGTHS, MIN_MATCH, distance_symbol},
};

/// Lengths and codes of both alphabets; codes are turned around, ready for the writer.
#[derive(Debug, Clone)]
pub(crate) struct Codes {
    pub(crate) literal_lengths: [u8; 288],
    pub(crate) distance_lengths: [u8; 32],
    literals: [u16; 288],
    distances: [u16; 32],
    /// For each length from 3, its code and extra bits and how many they are, in one.
    lengths: [u32; 256],
}

impl Codes {
    pub(crate) const fn new() -> Self {
        Self {
            literal_lengths: [0; 288],
            distance_lengths: [0; 32],
            literals: [0; 288],
            distances: [0; 32],
            lengths: [0; 256],
        }
    }

    /// The lengths that suit how often each symbol occurs.
    pub(crate) fn fit(&mut self, literals: &[u32], distances: &[u32]) {
        huffman::lengths::lengths(literals, huffman::LONGEST, &mut self.literal_lengths);
        huffman::lengths::lengths(distances, huffman::LONGEST, &mut self.distance_lengths);
    }

    /// The codes that the lengths say.
    pub(crate) fn assign(&mut self) {
        huffman::assign(&self.literal_lengths, &mut self.literals);
        huffman::assign(&self.distance_lengths, &mut self.distances);
        for (index, slot) in self.lengths.iter_mut().enumerate() {
            let symbol = usize::from(LENGTH_SYMBOLS.get(index).copied().unwrap_or(0));
            let base = LENGTHS.get(symbol).map_or(0, |meaning| usize::from(meaning.base));
            let extra = LENGTHS.get(symbol).map_or(0, |meaning| u32::from(meaning.extra));
            let index_of = FIRST_LENGTH + symbol;
            let code = self.literals.get(index_of).copied().unwrap_or(0);
            let length = u32::from(self.literal_lengths.get(index_of).copied().unwrap_or(0));
            // Fewer than 32 above the base.
            let more = u32::try_from(index + MIN_MATCH - base).unwrap_or(0);
            *slot = (u32::from(code) | more << length) << 8 | (length + extra);
        }
    }

    /// The code of a literal or of the end of the block, and how many bits it has.
    #[inline]
    pub(crate) fn literal(&self, symbol: usize) -> (u64, u32) {
        let code = self.literals.get(symbol).copied().unwrap_or(0);
        (u64::from(code), u32::from(self.literal_lengths.get(symbol).copied().unwrap_or(0)))
    }

    /// The code and the extra bits of a length, 3 to 258.
    #[inline]
    pub(crate) fn length(&self, length: usize) -> (u64, u32) {
        let packed = self.lengths.get(length.wrapping_sub(MIN_MATCH)).copied().unwrap_or(0);
        (u64::from(packed >> 8), packed & 255)
    }

    /// The code and the extra bits of a distance, 1 to 32,768.
    #[inline]
    pub(crate) fn distance(&self, distance: u32) -> (u64, u32) {
        let symbol = distance_symbol(distance) as usize & 31;
        let code = self.distances.get(symbol).copied().unwrap_or(0);
        let length = u32::from(self.distance_lengths.get(symbol).copied().unwrap_or(0));
        let (base, extra) = DISTANCE_TABLE
            .get(symbol)
            .map_or((0, 0), |meaning| (u32::from(meaning.base), u32::from(meaning.extra)));
        let more = u64::from(distance.wrapping_sub(base));
        (u64::from(code) | more << length, length + extra)
    }
}
