//! Canonical Huffman codes: a list of lengths says the whole code.
//!
//! RFC 1951 §3.2.2
//!
//! ```text
//!   symbol  length   codes of a length are consecutive numbers in the order of their symbols,
//!     A       2  10  and begin where the shorter ones leave off, with a zero behind
//!     B       1  0
//!     C       3  110
//!     D       3  111
//! ```
//!
//! A code is written with its most significant bit first, into octets that fill from the least
//! significant bit. Turned around it can be cut off from the low end of a buffer like any number,
//! and the buffer's low bits are an index into a table: that is how [`table`] decodes.
//!
//! Used by: the decode tables and the compressor. The [`oracle`](crate::oracle) has its own,
//! simpler form.

pub(crate) mod lengths;
pub(crate) mod table;

/// The longest code of literals, lengths and distances.
pub(crate) const LONGEST: usize = 15;
/// The same as a number of bits.
pub(crate) const LONGEST_BITS: u32 = 15;

/// How many codes there are of each length.
pub(crate) fn count(lengths: &[u8]) -> [u16; LONGEST + 1] {
    let mut counts = [0; LONGEST + 1];
    for length in lengths {
        if let Some(count) = counts.get_mut(usize::from(*length)) {
            *count += 1;
        }
    }
    counts
}

/// What is left of the space of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    /// Every sequence of bits is a code or begins with one.
    Complete,
    /// There is no code, or one code of one bit: taken where one symbol is all there is.
    Single,
    /// Some sequences of bits mean nothing.
    Incomplete,
    /// Two codes would have to be the same.
    Overfull,
}

/// The inequality of Kraft: a code of n bits takes 2^-n of the space (RFC 1951 §3.2.2).
pub(crate) fn space(counts: &[u16; LONGEST + 1]) -> Space {
    let mut left = 1_i32;
    let mut codes = 0;
    for count in counts.iter().skip(1) {
        left = left * 2 - i32::from(*count);
        codes += count;
        if left < 0 {
            return Space::Overfull;
        }
    }
    match (left, codes) {
        (0, _) => Space::Complete,
        (_, 0) => Space::Single,
        (_, 1) if counts[1] == 1 => Space::Single,
        _ => Space::Incomplete,
    }
}

/// The first code of each length (RFC 1951 §3.2.2, step 2).
pub(crate) fn first_codes(counts: &[u16; LONGEST + 1]) -> [u16; LONGEST + 1] {
    let mut firsts = [0; LONGEST + 1];
    let mut code = 0_u16;
    for (first, count) in firsts.iter_mut().skip(1).zip(counts.iter().skip(1)) {
        *first = code;
        code = code.wrapping_add(*count).wrapping_mul(2);
    }
    firsts
}

/// Codes of each symbol, turned around; 0 for symbols without a code. The lengths must fit.
pub(crate) fn assign(lengths: &[u8], codes: &mut [u16]) {
    let mut next = first_codes(&count(lengths));
    for (length, code) in lengths.iter().zip(codes) {
        *code = 0;
        if let Some(next) = next.get_mut(usize::from(*length)).filter(|_| *length > 0) {
            *code = next.reverse_bits() >> (16 - u32::from(*length));
            *next = next.wrapping_add(1);
        }
    }
}

#[test]
fn the_example_of_section_3_2_2() {
    let mut codes = [0; 8];
    assign(&[3, 3, 3, 3, 3, 2, 4, 4], &mut codes);
    // 010 011 100 101 110 00 1110 1111, each turned around.
    assert_eq!(codes, [0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111]);
}

#[test]
fn the_space_of_codes() {
    let of = |lengths: &[u8]| space(&count(lengths));
    assert_eq!(of(&[2, 1, 3, 3]), Space::Complete);
    assert_eq!(of(&[1, 1, 1]), Space::Overfull);
    assert_eq!(of(&[2, 2]), Space::Incomplete);
    assert_eq!(of(&[2]), Space::Incomplete);
    assert_eq!(of(&[0, 1]), Space::Single);
    assert_eq!(of(&[0, 0]), Space::Single);
}
