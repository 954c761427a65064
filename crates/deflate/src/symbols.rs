//! The symbols: what stands for octets, for lengths of references and for their distances.
//!
//! RFC 1951 §3.2.5
//!
//! ```text
//!   literal/length symbol   0 … 255   the octet itself
//!                               256   end of block
//!                         257 … 285   length 3 … 258, some with extra bits
//!   distance symbol         0 …  29   distance 1 … 32,768, most with extra bits
//! ```
//!
//! The RFC prints both as tables; both grow by doubling the step with each group of symbols, so
//! here the base of each symbol is the base of the one before plus what its extra bits can say.
//!
//! Used by: [`oracle`](crate::oracle), the decode tables and the compressor.

/// The symbol that ends a block.
pub(crate) const END_OF_BLOCK: usize = 256;
/// The first symbol that is a length.
pub(crate) const FIRST_LENGTH: usize = 257;
/// Literal/length symbols that mean something: 0 to 285.
pub(crate) const LITERALS: usize = 286;
/// Distance symbols that mean something: 0 to 29.
pub(crate) const DISTANCES: usize = 30;

/// The shortest and the longest reference.
pub(crate) const MIN_MATCH: usize = 3;
/// See [`MIN_MATCH`].
pub(crate) const MAX_MATCH: usize = 258;

/// What a symbol means: its base, and how many extra bits are added to it.
#[derive(Clone, Copy)]
pub(crate) struct Meaning {
    pub(crate) base: u16,
    pub(crate) extra: u8,
}

/// Extra bits of the length symbols 257 to 285.
const LENGTH_EXTRA: [u8; 29] =
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

/// Extra bits of the distance symbols 0 to 29.
const DISTANCE_EXTRA: [u8; 30] = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13,
    13,
];

/// Each symbol begins where the one before it ends.
#[allow(clippy::indexing_slicing, reason = "evaluated at compile time, within the table's length")]
const fn meanings<const N: usize>(first: u16, extra: [u8; N]) -> [Meaning; N] {
    let mut table = [Meaning { base: first, extra: 0 }; N];
    let mut base = first;
    let mut symbol = 0;
    while symbol < N {
        table[symbol] = Meaning { base, extra: extra[symbol] };
        base = base.wrapping_add(1 << extra[symbol]);
        symbol += 1;
    }
    table
}

/// The meaning of symbols 257 to 285. The last is 258 alone: 284 with all its extra bits would
/// say the same, and the RFC gives the most frequent long length a short name of its own.
pub(crate) const LENGTHS: [Meaning; 29] = {
    let mut table = meanings(3, LENGTH_EXTRA);
    table[28] = Meaning { base: 258, extra: 0 };
    table
};

/// The meaning of distance symbols 0 to 29.
pub(crate) const DISTANCE_TABLE: [Meaning; DISTANCES] = meanings(1, DISTANCE_EXTRA);

/// Which length symbol, counted from 257, stands for a length, counted from 3.
#[allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "at compile time")]
pub(crate) const LENGTH_SYMBOLS: [u8; 256] = {
    let mut table = [0; 256];
    let mut symbol = 0;
    while symbol < LENGTHS.len() {
        let first = LENGTHS[symbol].base as usize - MIN_MATCH;
        let mut more = 0;
        // 284 would reach 258 too, but 285, which comes after it, has the last word.
        while more < 1 << LENGTHS[symbol].extra && first + more < 256 {
            table[first + more] = symbol as u8;
            more += 1;
        }
        symbol += 1;
    }
    table
};

/// Which distance symbol stands for a distance, 1 to 32,768.
///
/// From 5 on there are two symbols for each power of two, and the bit below the highest tells
/// which.
#[inline]
pub(crate) const fn distance_symbol(distance: u32) -> u32 {
    let from_zero = distance.wrapping_sub(1);
    if from_zero < 2 {
        return from_zero;
    }
    let highest = from_zero.ilog2();
    highest * 2 + (from_zero >> (highest - 1) & 1)
}

/// The order in which the lengths of the code length code stand (RFC 1951 §3.2.7): those that are
/// most often 0 stand last, where they need not be written.
pub(crate) const CODE_LENGTH_ORDER: [u8; 19] =
    [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The lengths of the fixed literal/length code (RFC 1951 §3.2.6), symbols 286 and 287 included,
/// which take part in the code and mean nothing.
pub(crate) const FIXED_LITERAL_LENGTHS: [u8; 288] = {
    let mut lengths = [8; 288];
    let mut symbol = 144;
    while symbol < 280 {
        #[allow(clippy::indexing_slicing, reason = "evaluated at compile time")]
        {
            lengths[symbol] = if symbol < 256 { 9 } else { 7 };
        }
        symbol += 1;
    }
    lengths
};

/// The lengths of the fixed distance code: all alike, 30 and 31 included, which mean nothing.
pub(crate) const FIXED_DISTANCE_LENGTHS: [u8; 32] = [5; 32];

#[test]
fn the_tables_are_those_of_the_rfc() {
    let length = |symbol: usize| (LENGTHS[symbol - 257].base, LENGTHS[symbol - 257].extra);
    assert_eq!(
        [length(257), length(264), length(265), length(268)],
        [(3, 0), (10, 0), (11, 1), (17, 1)]
    );
    assert_eq!(
        [length(269), length(277), length(284), length(285)],
        [(19, 2), (67, 4), (227, 5), (258, 0)]
    );
    let distance = |symbol: usize| (DISTANCE_TABLE[symbol].base, DISTANCE_TABLE[symbol].extra);
    assert_eq!(
        [distance(0), distance(3), distance(4), distance(5)],
        [(1, 0), (4, 0), (5, 1), (7, 1)]
    );
    assert_eq!([distance(16), distance(28), distance(29)], [(257, 7), (16385, 13), (24577, 13)]);
    let fixed = |range: std::ops::Range<usize>, length: u8| {
        FIXED_LITERAL_LENGTHS[range].iter().all(|found| *found == length)
    };
    assert!(fixed(0..144, 8) && fixed(144..256, 9) && fixed(256..280, 7) && fixed(280..288, 8));
}

#[test]
fn each_length_and_distance_has_its_symbol() {
    for length in MIN_MATCH..=MAX_MATCH {
        let Meaning { base, extra } = LENGTHS[usize::from(LENGTH_SYMBOLS[length - MIN_MATCH])];
        assert!((usize::from(base)..usize::from(base) + (1 << extra)).contains(&length));
    }
    assert_eq!(LENGTH_SYMBOLS[255], 28, "258 has the short name");
    for distance in 1..=32_768_u32 {
        let Meaning { base, extra } = DISTANCE_TABLE[distance_symbol(distance) as usize];
        assert!((u32::from(base)..u32::from(base) + (1 << extra)).contains(&distance));
    }
}
