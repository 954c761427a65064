//! A Huffman code, decoded bit after bit.
//!
//! RFC 1951 §3.2.2
//!
//! ```text
//!   codes of one bit        0                       one code, the first is 0
//!   codes of two bits       10                      one code, the first is 10
//!   codes of three bits     110  111                two codes, the first is 110
//! ```
//!
//! Codes of one length are consecutive numbers. So while bits come in, it is enough to know for
//! each length the first code and how many there are: if the number read so far is one of them, it
//! is a code, and how far it is from the first tells which of the symbols of that length it means.

use super::cursor::{Cursor, Over};
use crate::huffman::{LONGEST, Space, count, first_codes, space};

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Code {
    counts: [u16; LONGEST + 1],
    firsts: [u16; LONGEST + 1],
    /// Symbols by length, and by number where the length is the same.
    symbols: Vec<u16>,
    /// The longest code; 1 where there is none.
    longest: usize,
}

impl Code {
    /// The code that these lengths say, 0 for symbols that have none, and how much of the space of
    /// codes it leaves.
    pub(super) fn new(lengths: &[u8]) -> (Self, Space) {
        let counts = count(lengths);
        let mut symbols: Vec<u16> = (0..)
            .zip(lengths)
            .filter(|(_, length)| **length > 0)
            .map(|(symbol, _)| symbol)
            .collect();
        symbols.sort_by_key(|symbol| lengths.get(usize::from(*symbol)));
        let longest = lengths.iter().max().map_or(1, |longest| usize::from(*longest).max(1));
        let firsts = first_codes(&counts);
        (Self { counts, firsts, symbols, longest }, space(&counts))
    }

    /// The next symbol; nothing if no code begins with these bits.
    // ANCHOR: decode
    pub(super) fn decode(&self, bits: &mut Cursor<'_>) -> Result<Option<u16>, Over> {
        let (mut code, mut shorter) = (0, 0);
        let lengths = self.counts.iter().zip(self.firsts).skip(1);
        for (count, first) in lengths.take(self.longest) {
            code = code << 1 | bits.bit()?;
            if code >= first && code - first < *count {
                let index = shorter + code - first;
                return Ok(self.symbols.get(usize::from(index)).copied());
            }
            shorter += count;
        }
        Ok(None)
    }
    // ANCHOR_END: decode
}
