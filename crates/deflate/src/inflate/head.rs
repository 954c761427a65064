//! The head of a dynamic block: two Huffman codes, said by their lengths, which are said by
//! another Huffman code.
//!
//! RFC 1951 §3.2.7
//!
//! ```text
//!   HLIT (5)  HDIST (5)  HCLEN (4)      literal codes - 257, distance codes - 1, lengths - 4
//!   (HCLEN + 4) × 3 bits                lengths of the code length code, in a peculiar order
//!   HLIT + 257 + HDIST + 1 lengths      in that code; one list, repetitions cross from one code
//!                                       to the other
//!
//!   0 … 15  a length
//!   16      the length before, 3 + (2 bits) times
//!   17      0, 3 + (3 bits) times
//!   18      0, 11 + (7 bits) times
//! ```
//!
//! Invariant: whatever HLIT, HDIST and HCLEN say, all of this fits in arrays of fixed size.

use super::tables::Tables;
use crate::{
    BitOffset, Error, Violation,
    bits::{BitReader, mask},
    huffman::{self, Space},
    symbols::{CODE_LENGTH_ORDER, DISTANCES, END_OF_BLOCK, LITERALS},
};

/// As much of a dynamic block's head as was read.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    literals: usize,
    distances: usize,
    /// How many lengths of the code length code there are, and how many are here.
    code_lengths: usize,
    /// How many lengths are here.
    have: usize,
    /// Lengths of the code length code, then of the two codes.
    short: [u8; 19],
    lengths: [u8; 320],
    /// The code length code: 7 bits to a symbol and its length.
    table: [(u8, u8); 128],
    step: Step,
    /// Where the lengths began, for errors about the whole list.
    began: BitOffset,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Short,
    Lengths,
}

impl Head {
    /// Reads HLIT, HDIST and HCLEN; nothing if they are not all here.
    pub(crate) fn start(bits: &mut BitReader<'_>) -> Result<Option<Self>, Error> {
        let at = bits.offset();
        let Some(counts) = bits.take(14) else { return Ok(None) };
        let number = |shift: u32, width: u32| {
            usize::try_from(counts >> shift & mask(width)).unwrap_or_default()
        };
        let (literals, distances) = (number(0, 5) + 257, number(5, 5) + 1);
        if literals > LITERALS {
            return Err(Violation::LiteralCodes.at(at));
        }
        if distances > DISTANCES {
            return Err(Violation::DistanceCodes.at(BitOffset(at.0 + 5)));
        }
        Ok(Some(Self {
            literals,
            distances,
            code_lengths: number(10, 4) + 4,
            have: 0,
            short: [0; 19],
            lengths: [0; 320],
            table: [(0, 0); 128],
            step: Step::Short,
            began: bits.offset(),
        }))
    }

    /// Reads on; `true` when the codes are known and their tables made.
    pub(crate) fn go_on(
        &mut self,
        bits: &mut BitReader<'_>,
        tables: &mut Tables,
    ) -> Result<bool, Error> {
        if self.step == Step::Short {
            while self.have < self.code_lengths {
                let Some(length) = bits.take(3) else { return Ok(false) };
                let symbol = CODE_LENGTH_ORDER.get(self.have).copied().unwrap_or_default();
                if let Some(slot) = self.short.get_mut(usize::from(symbol)) {
                    // Three bits.
                    *slot = length.to_le_bytes()[0];
                }
                self.have += 1;
            }
            self.code_length_code()?;
            self.step = Step::Lengths;
            self.have = 0;
            self.began = bits.offset();
        }
        while self.have < self.literals + self.distances {
            if !self.length(bits)? {
                return Ok(false);
            }
        }
        self.codes(tables)?;
        Ok(true)
    }

    /// Makes the table of the code length code; at most 7 bits, so one table answers all.
    fn code_length_code(&mut self) -> Result<(), Error> {
        let at = self.began;
        match huffman::space(&huffman::count(&self.short)) {
            Space::Complete => {}
            Space::Overfull => return Err(Violation::CodeLengthCodeOverfull.at(at)),
            _ => return Err(Violation::CodeLengthCodeIncomplete.at(at)),
        }
        let mut codes = [0; 19];
        huffman::assign(&self.short, &mut codes);
        for ((code, length), symbol) in codes.iter().zip(self.short).zip(0..).filter(|l| l.0.1 > 0)
        {
            let places = self.table.iter_mut().skip(usize::from(*code));
            for slot in places.step_by(1 << length) {
                *slot = (symbol, length);
            }
        }
        Ok(())
    }

    /// Reads one symbol of the code length code; `false` if it is not all here.
    fn length(&mut self, bits: &mut BitReader<'_>) -> Result<bool, Error> {
        let at = bits.offset();
        // 7 bits of code and 7 of repetition, unless the input ends before.
        let _ = bits.need(14);
        let next = bits.bits();
        let index = usize::try_from(next & mask(7)).unwrap_or_default();
        let (symbol, length) = self.table.get(index).copied().unwrap_or_default();
        let (base, extra) = match symbol {
            16 => (3, 2),
            17 => (3, 3),
            18 => (11, 7),
            _ => (1, 0),
        };
        if !bits.need(u32::from(length) + extra) {
            return Ok(false);
        }
        bits.consume(u32::from(length) + extra);
        let times = base + usize::try_from(next >> length & mask(extra)).unwrap_or_default();
        let value = match symbol {
            16 => match self.have.checked_sub(1).and_then(|before| self.lengths.get(before)) {
                Some(before) => *before,
                None => return Err(Violation::RepeatOfNothing.at(at)),
            },
            17 | 18 => 0,
            length => length,
        };
        let end = self.have + times;
        if end > self.literals + self.distances {
            return Err(Violation::RepeatTooLong.at(at));
        }
        self.lengths.get_mut(self.have..end).unwrap_or_default().fill(value);
        self.have = end;
        Ok(true)
    }

    fn codes(&self, tables: &mut Tables) -> Result<(), Error> {
        let at = self.began;
        let (literals, rest) = self.lengths.split_at_checked(self.literals).unwrap_or_default();
        let distances = rest.get(..self.distances).unwrap_or_default();
        if literals.get(END_OF_BLOCK) == Some(&0) {
            return Err(Violation::EndOfBlockMissing.at(at));
        }
        match tables.literals.literals(literals) {
            Space::Overfull => return Err(Violation::LiteralCodeOverfull.at(at)),
            Space::Incomplete => return Err(Violation::LiteralCodeIncomplete.at(at)),
            Space::Complete | Space::Single => {}
        }
        match tables.distances.distances(distances) {
            Space::Overfull => Err(Violation::DistanceCodeOverfull.at(at)),
            Space::Incomplete => Err(Violation::DistanceCodeIncomplete.at(at)),
            Space::Complete | Space::Single => Ok(()),
        }
    }
}
