//! The description of a block's own codes: their lengths, coded.
//!
//! RFC 1951 §3.2.7
//!
//! The other side of [`inflate::head`](crate::inflate), where the picture stands.

use super::codes::Codes;
use crate::{
    bits::BitWriter,
    huffman,
    symbols::{CODE_LENGTH_ORDER, DISTANCES, FIRST_LENGTH, LITERALS},
};

/// Symbols of the code length code that repeat: their number, the fewest and the most times, and
/// the extra bits that say how often.
const REPEAT: (u8, usize, usize, u32) = (16, 3, 6, 2);
const ZEROS: (u8, usize, usize, u32) = (17, 3, 10, 3);
const MANY_ZEROS: (u8, usize, usize, u32) = (18, 11, 138, 7);

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Description {
    literals: usize,
    distances: usize,
    /// Symbols of the code length code, with the value and number of their extra bits.
    symbols: Vec<(u8, u8, u32)>,
    /// The code length code.
    lengths: [u8; 19],
    /// How many of its lengths are written.
    written: usize,
}

impl Description {
    pub(crate) fn new(codes: &Codes) -> Self {
        // Lengths of 0 at the end are not written.
        let used = |lengths: &[u8], least: usize| {
            lengths.iter().rposition(|length| *length > 0).map_or(least, |last| least.max(last + 1))
        };
        let literals =
            used(codes.literal_lengths.get(..LITERALS).unwrap_or_default(), FIRST_LENGTH);
        let distances = used(codes.distance_lengths.get(..DISTANCES).unwrap_or_default(), 1);
        let mut all = [0; LITERALS + DISTANCES];
        let both = codes.literal_lengths.iter().take(literals);
        for (slot, length) in all.iter_mut().zip(both.chain(&codes.distance_lengths)) {
            *slot = *length;
        }
        let symbols = runs(all.get(..literals + distances).unwrap_or_default());
        let mut counts = [0; 19];
        for (symbol, ..) in &symbols {
            if let Some(count) = counts.get_mut(usize::from(*symbol)) {
                *count += 1;
            }
        }
        let mut lengths = [0; 19];
        huffman::lengths::lengths(&counts, 7, &mut lengths);
        let is_written =
            |symbol: &u8| lengths.get(usize::from(*symbol)).is_some_and(|length| *length > 0);
        let written =
            CODE_LENGTH_ORDER.iter().rposition(is_written).map_or(4, |last| 4.max(last + 1));
        Self { literals, distances, symbols, lengths, written }
    }

    /// Bits that [`write`](Self::write) writes.
    pub(crate) fn bits(&self) -> usize {
        let bits = |symbol: u8| self.lengths.get(usize::from(symbol)).copied().unwrap_or(0);
        let coded = self.symbols.iter().map(|(symbol, _, extra)| u32::from(bits(*symbol)) + extra);
        14 + 3 * self.written + coded.sum::<u32>() as usize
    }

    /// Writes it.
    pub(crate) fn write(&self, bits: &mut BitWriter, out: &mut Vec<u8>) {
        bits.put((self.literals - 257) as u64, 5);
        bits.put((self.distances - 1) as u64, 5);
        bits.put((self.written - 4) as u64, 4);
        bits.spill(out);
        for symbol in CODE_LENGTH_ORDER.iter().take(self.written) {
            let length = self.lengths.get(usize::from(*symbol)).copied().unwrap_or(0);
            bits.put(u64::from(length), 3);
            bits.spill(out);
        }
        let mut codes = [0; 19];
        huffman::assign(&self.lengths, &mut codes);
        for (symbol, times, extra) in &self.symbols {
            let index = usize::from(*symbol);
            let code = codes.get(index).copied().unwrap_or(0);
            let length = self.lengths.get(index).copied().unwrap_or(0);
            bits.put(u64::from(code), u32::from(length));
            bits.put(u64::from(*times), *extra);
            bits.spill(out);
        }
    }
}

/// Lengths as symbols of the code length code: runs become repetitions.
fn runs(lengths: &[u8]) -> Vec<(u8, u8, u32)> {
    let mut symbols = Vec::with_capacity(lengths.len());
    for run in lengths.chunk_by(|one, other| one == other) {
        let mut left = run.len();
        let value = run.first().copied().unwrap_or(0);
        let kinds: &[_] = if value == 0 {
            &[MANY_ZEROS, ZEROS]
        } else {
            // What is repeated must stand there once.
            symbols.push((value, 0, 0));
            left -= 1;
            &[REPEAT]
        };
        for (symbol, least, most, extra) in kinds {
            while left >= *least {
                let times = left.min(*most);
                // At most 127.
                symbols.push((*symbol, u8::try_from(times - least).unwrap_or(0), *extra));
                left -= times;
            }
        }
        symbols.extend((0..left).map(|_| (value, 0, 0)));
    }
    symbols
}

#[test]
fn runs_are_said_in_few_symbols() {
    assert_eq!(runs(&[5]), [(5, 0, 0)]);
    assert_eq!(runs(&[5, 5, 5]), [(5, 0, 0); 3]);
    assert_eq!(runs(&[5; 8]), [(5, 0, 0), (16, 3, 2), (5, 0, 0)]);
    assert_eq!(runs(&[0, 0]), [(0, 0, 0); 2]);
    assert_eq!(runs(&[0; 10]), [(17, 7, 3)]);
    assert_eq!(runs(&[0; 138]), [(18, 127, 7)]);
    assert_eq!(runs(&[0; 142]), [(18, 127, 7), (17, 1, 3)]);
    assert_eq!(runs(&[1, 0, 0, 0, 2]), [(1, 0, 0), (17, 0, 3), (2, 0, 0)]);
}
