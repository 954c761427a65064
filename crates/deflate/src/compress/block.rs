//! One block's symbols, gathered until there are enough to make a code for them.
//!
//! RFC 1951 §3.2.3
//!
//! ```text
//!   token   31            16 15               0
//!          | distance, or 0  | length, or octet |
//! ```
//!
//! A code that fits its text well needs many symbols to pay for its own description, and a text
//! that changes wants a new code soon; `MOST` is between the two.
//!
//! Used by: the search, which fills it, and [`write`](super::write), which empties it.

use crate::symbols::{
    DISTANCES, END_OF_BLOCK, FIRST_LENGTH, LENGTH_SYMBOLS, LITERALS, MIN_MATCH, distance_symbol,
};

/// Tokens in a block; a search may overrun this by a few hundred before it looks.
const MOST: usize = 16_384 - 384;

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    tokens: Vec<u32>,
    /// Octets that the tokens stand for.
    octets: usize,
    /// How often each symbol occurs.
    pub(crate) literals: [u32; LITERALS],
    /// See `literals`.
    pub(crate) distances: [u32; DISTANCES],
}

impl Block {
    pub(crate) fn new() -> Self {
        let mut block = Self {
            tokens: Vec::new(),
            octets: 0,
            literals: [0; LITERALS],
            distances: [0; DISTANCES],
        };
        block.clear();
        block
    }

    /// Empties it; each block ends with one end of block.
    pub(crate) fn clear(&mut self) {
        self.tokens.clear();
        self.octets = 0;
        self.literals.fill(0);
        self.distances.fill(0);
        if let Some(count) = self.literals.get_mut(END_OF_BLOCK) {
            *count = 1;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.tokens.len() >= MOST
    }

    pub(crate) fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Octets that the tokens stand for.
    pub(crate) fn octets(&self) -> usize {
        self.octets
    }

    /// Memory taken, in octets.
    pub(crate) fn held(&self) -> usize {
        self.tokens.capacity() * size_of::<u32>()
    }

    /// An octet as it is.
    #[inline]
    pub(crate) fn literal(&mut self, octet: u8) {
        self.tokens.push(u32::from(octet));
        self.octets += 1;
        if let Some(count) = self.literals.get_mut(usize::from(octet)) {
            *count += 1;
        }
    }

    /// A reference: `length` octets, 3 to 258, as they stand `distance` back, 1 to 32,768.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "both fit in 16 bits")]
    pub(crate) fn reference(&mut self, length: usize, distance: usize) {
        let (wide, distance) = (length as u32, distance as u32);
        self.tokens.push(distance << 16 | wide);
        self.octets += length;
        let symbol = LENGTH_SYMBOLS.get(length.wrapping_sub(MIN_MATCH)).copied().unwrap_or(0);
        if let Some(count) = self.literals.get_mut(FIRST_LENGTH + usize::from(symbol)) {
            *count += 1;
        }
        if let Some(count) = self.distances.get_mut(distance_symbol(distance) as usize) {
            *count += 1;
        }
    }
}
