//! Decode tables: the next bits of the input are the index of what they mean.
//!
//! RFC 1951 §3.2.2, §3.2.5
//!
//! A table over 15 bits would answer each symbol with one look and never stay in the cache. So the
//! first table is over fewer bits; where a code is longer, it names a second one over the rest:
//!
//! ```text
//!   bits of input   … 1 0 1 1 0 0 1 0 1 0 0 1 1
//!                         └─────────┬─────────┘
//!   first table     [ entry | entry | →second | entry … ]     2^11 or 2^8 entries
//!   second tables                     [ entry | entry … ]     as many bits as the longest needs
//!
//!   entry   31            16 15      12 11     8 7        0
//!          | value          | kind     | code   | in all   |
//! ```
//!
//! *code* is how many bits the code takes in this table, *in all* that and the extra bits behind
//! it, *value* the octet, the base of the length or distance, or where the second table begins.
//! An entry says all that has to be known to go on, so the inner loop of inflate looks once.
//!
//! Invariant: each index below `FIRST` bits and each of a second table holds an entry of the code
//! being decoded, or one that says that there is no such code.

use super::{LONGEST, LONGEST_BITS, Space, count, space};
use crate::{
    bits::mask,
    symbols::{DISTANCE_TABLE, END_OF_BLOCK, FIRST_LENGTH, LENGTHS, Meaning},
};

/// What the next bits mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry(u32);

impl Entry {
    /// The value is an octet.
    pub(crate) const LITERAL: u32 = 1 << 15;
    /// Neither octet nor reference: look at the other kinds. Where it is none of them, the code
    /// means nothing.
    pub(crate) const SPECIAL: u32 = 1 << 14;
    /// The code goes on in a second table.
    pub(crate) const SECOND: u32 = 1 << 13;
    /// The block ends.
    pub(crate) const END: u32 = 1 << 12;

    /// One bit that means nothing: the other half of a code of one symbol.
    const NONE: Self = Self::new(0, Self::SPECIAL, 0).coded(1);

    const fn new(value: u16, kind: u32, extra: u8) -> Self {
        Self((value as u32) << 16 | kind | extra as u32)
    }

    /// The same meaning behind a code of so many bits.
    const fn coded(self, bits: u32) -> Self {
        Self(self.0 + (bits << 8) + bits)
    }

    /// Octet, base, or start of the second table.
    pub(crate) const fn value(self) -> usize {
        (self.0 >> 16) as usize
    }

    /// Bits of the code in this table; for a second table, its index bits.
    pub(crate) const fn code(self) -> u32 {
        self.0 >> 8 & 15
    }

    /// Bits of the code in this table and of what follows it.
    pub(crate) const fn bits(self) -> u32 {
        self.0 & 255
    }

    /// Whether it is of `kind`.
    pub(crate) const fn is(self, kind: u32) -> bool {
        self.0 & kind != 0
    }

    /// The base and what the extra bits add to it; `bits` begin with the code.
    #[allow(clippy::cast_possible_truncation, reason = "at most 13 extra bits")]
    pub(crate) const fn number(self, bits: u64) -> usize {
        self.value() + ((bits & mask(self.bits())) >> self.code()) as usize
    }
}

/// What each literal/length symbol means, without a code.
#[allow(clippy::cast_possible_truncation, clippy::indexing_slicing, reason = "at compile time")]
const LITERAL_MEANINGS: [Entry; 288] = {
    let mut table = [Entry::new(0, Entry::SPECIAL, 0); 288];
    let mut symbol = 0;
    while symbol < FIRST_LENGTH + LENGTHS.len() {
        table[symbol] = match symbol {
            END_OF_BLOCK => Entry::new(0, Entry::SPECIAL | Entry::END, 0),
            FIRST_LENGTH.. => meaning(LENGTHS[symbol - FIRST_LENGTH]),
            _ => Entry::new(symbol as u16, Entry::LITERAL, 0),
        };
        symbol += 1;
    }
    table
};

/// What each distance symbol means, without a code.
#[allow(clippy::indexing_slicing, reason = "at compile time")]
const DISTANCE_MEANINGS: [Entry; 32] = {
    let mut table = [Entry::new(0, Entry::SPECIAL, 0); 32];
    let mut symbol = 0;
    while symbol < DISTANCE_TABLE.len() {
        table[symbol] = meaning(DISTANCE_TABLE[symbol]);
        symbol += 1;
    }
    table
};

const fn meaning(of: Meaning) -> Entry {
    Entry::new(of.base, 0, of.extra)
}

/// A first table over `FIRST` bits, with its second tables behind it: `ALL` entries.
#[derive(Debug, Clone)]
pub(crate) struct Table<const FIRST: u32, const ALL: usize> {
    entries: [Entry; ALL],
}

/// 288 symbols of up to 15 bits need at most 2,342 entries behind 11 bits, 32 of them at most 402
/// behind 8, counted over all codes that there can be.
pub(crate) type LiteralTable = Table<11, 2342>;
/// See [`LiteralTable`].
pub(crate) type DistanceTable = Table<8, 402>;

impl LiteralTable {
    /// The table of a literal/length code, unless the lengths are no code.
    pub(crate) fn literals(&mut self, lengths: &[u8]) -> Space {
        self.build(lengths, &LITERAL_MEANINGS)
    }
}

impl DistanceTable {
    /// The table of a distance code, unless the lengths are no code.
    pub(crate) fn distances(&mut self, lengths: &[u8]) -> Space {
        self.build(lengths, &DISTANCE_MEANINGS)
    }
}

impl<const FIRST: u32, const ALL: usize> Table<FIRST, ALL> {
    /// A table in which no bits mean anything.
    pub(crate) const fn empty() -> Self {
        Self { entries: [Entry::NONE; ALL] }
    }

    /// The entry that the lowest of `bits` lead to in the first table.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "at most 11 bits")]
    pub(crate) fn first(&self, bits: u64) -> Entry {
        self.entry((bits & mask(FIRST)) as usize)
    }

    /// The entry in the second table that `entry` names; `bits` begin behind the first ones.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "at most 7 bits")]
    pub(crate) fn second(&self, entry: Entry, bits: u64) -> Entry {
        self.entry(entry.value() + (bits & mask(entry.code())) as usize)
    }

    #[inline]
    fn entry(&self, index: usize) -> Entry {
        self.entries.get(index).copied().unwrap_or(Entry::NONE)
    }

    /// Fills the table for the code that `lengths` say, if it is one.
    // ANCHOR: build
    fn build(&mut self, lengths: &[u8], meanings: &[Entry]) -> Space {
        let mut left = count(lengths);
        let space = space(&left);
        match space {
            Space::Overfull | Space::Incomplete => return space,
            Space::Single => self.entries.fill(Entry::NONE),
            Space::Complete => {}
        }
        let (mut code, mut length) = (0_u16, 0);
        let mut free = 1 << FIRST;
        let mut second = (usize::MAX, 0, 0);
        for symbol in Sorted::new(lengths, &left).symbols() {
            let symbol = usize::from(*symbol);
            let bits = u32::from(lengths.get(symbol).copied().unwrap_or(1));
            let meaning = meanings.get(symbol).copied().unwrap_or(Entry::NONE);
            code <<= bits - length;
            length = bits;
            let turned = usize::from(code.reverse_bits() >> (16 - bits));
            if bits <= FIRST {
                self.repeat(0, FIRST, turned, bits, meaning.coded(bits));
            } else {
                let (prefix, rest) = (turned & ((1 << FIRST) - 1), bits - FIRST);
                // Codes with the same first bits stand side by side, the shortest first.
                if second.0 != prefix {
                    let width = second_width(&left, rest, FIRST);
                    second = (prefix, free, width);
                    self.name_second(prefix, free, width);
                    free += 1 << width;
                }
                self.repeat(second.1, second.2, turned >> FIRST, rest, meaning.coded(rest));
            }
            if let Some(left) = left.get_mut(bits as usize) {
                *left -= 1;
            }
            code = code.wrapping_add(1);
        }
        space
    }
    // ANCHOR_END: build

    /// Makes the first table's entry at `prefix` point to a second table at `start`.
    fn name_second(&mut self, prefix: usize, start: usize, width: u32) {
        if let Some(entry) = self.entries.get_mut(prefix) {
            // At most 2,342 entries.
            let value = u32::try_from(start).unwrap_or(0) << 16;
            *entry = Entry(value | Entry::SPECIAL | Entry::SECOND | width << 8 | FIRST);
        }
    }

    /// Sets each index of a table over `width` bits at `start` whose lowest `bits` are `code`.
    fn repeat(&mut self, start: usize, width: u32, code: usize, bits: u32, entry: Entry) {
        let table = self.entries.get_mut(start..start + (1 << width)).unwrap_or_default();
        for slot in table.iter_mut().skip(code).step_by(1 << bits) {
            *slot = entry;
        }
    }
}

/// How many bits a second table needs whose shortest code has `rest` bits: as many as it takes for
/// the codes that are left to fill it.
fn second_width(left: &[u16; LONGEST + 1], rest: u32, first: u32) -> u32 {
    let mut room = 1_i32 << rest;
    for (count, width) in left.iter().skip((first + rest) as usize).zip(rest..) {
        room -= i32::from(*count);
        if room <= 0 {
            return width;
        }
        room *= 2;
    }
    LONGEST_BITS - first
}

/// The symbols that have a code, by length, and by number where the length is the same.
struct Sorted {
    symbols: [u16; 288],
    count: usize,
}

impl Sorted {
    fn new(lengths: &[u8], counts: &[u16; LONGEST + 1]) -> Self {
        let mut starts = [0_u16; LONGEST + 2];
        let mut sum = 0;
        for (start, count) in starts.iter_mut().skip(1).zip(counts.iter().skip(1)) {
            *start = sum;
            sum += count;
        }
        let mut symbols = [0; 288];
        for (length, symbol) in lengths.iter().zip(0_u16..).filter(|(length, _)| **length > 0) {
            let Some(place) = starts.get_mut(usize::from(*length)) else { continue };
            if let Some(slot) = symbols.get_mut(usize::from(*place)) {
                *slot = symbol;
            }
            *place += 1;
        }
        Self { symbols, count: usize::from(sum) }
    }

    fn symbols(&self) -> &[u16] {
        self.symbols.get(..self.count).unwrap_or_default()
    }
}
