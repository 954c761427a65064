//! The code: which bits stand for which octet.
//!
//! RFC 7541 Appendix B
//!
//! The code is canonical: among codes of the same length, a larger octet has the next larger code,
//! and a longer code is larger than each shorter one. So the lengths say all, and the compiler
//! works out the rest:
//!
//! ```text
//!   octet  length      counted up          code
//!   '0'    5           00000               00000
//!   '1'    5           00001               00001
//!   …
//!   't'    5           01001               01001
//!   ' '    6           01010 0   (+1, <<1) 010100
//! ```
//!
//! Invariant: the lengths fill the code space exactly (Kraft's sum is 1), so any thirty bits begin
//! with one code; the compiler checks it.

#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "all of it is worked out by the compiler: a wrong index or cast fails the build"
)]

/// The symbol that ends a string and is never written, but for its first bits as padding.
pub(super) const EOS: u16 = 256;
/// Bits of the longest code.
pub(super) const LONGEST: u32 = 30;
/// How many symbols there are: the octets and EOS.
pub(super) const SYMBOLS: usize = 257;

/// Bits of each symbol's code.
#[rustfmt::skip]
pub(super) const LENGTHS: [u8; SYMBOLS] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, // 00
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, // 10
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, // SP ! " # $ % & ' ( ) * + , - . /
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, // 0 1 2 3 4 5 6 7 8 9 : ; < = > ?
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, // @ A B C D E F G H I J K L M N O
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, // P Q R S T U V W X Y Z [ \ ] ^ _
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, // ` a b c d e f g h i j k l m n o
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, // 70
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, // 80
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, // 90
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, // a0
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, // b0
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, // c0
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, // d0
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, // e0
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, // f0
    30, // EOS
];

/// A code: its bits, aligned to the right, and how many there are.
#[derive(Clone, Copy)]
pub(super) struct Code {
    pub(super) bits: u32,
    pub(super) length: u32,
}

/// The code of each symbol.
pub(super) static CODES: [Code; SYMBOLS] = codes();

/// The symbols in the order of their codes.
pub(super) static SORTED: [u16; SYMBOLS] = sorted();

// ANCHOR: huffman_codes
/// Counts the codes up, as a canonical code is built.
pub(super) const fn codes() -> [Code; SYMBOLS] {
    let order = sorted();
    let mut codes = [Code { bits: 0, length: 0 }; SYMBOLS];
    let mut next = 0_u32;
    let mut length = LENGTHS[order[0] as usize] as u32;
    let mut at = 0;
    while at < SYMBOLS {
        let symbol = order[at] as usize;
        let longer = LENGTHS[symbol] as u32 - length;
        next <<= longer;
        length += longer;
        codes[symbol] = Code { bits: next, length };
        next += 1;
        at += 1;
    }
    assert!(next == 1 << LONGEST, "the code space is full");
    codes
}
// ANCHOR_END: huffman_codes

const fn sorted() -> [u16; SYMBOLS] {
    let mut order = [0; SYMBOLS];
    let mut at = 0;
    let mut length = 1;
    while length <= LONGEST {
        let mut symbol = 0;
        while symbol < SYMBOLS {
            if LENGTHS[symbol] as u32 == length {
                order[at] = symbol as u16;
                at += 1;
            }
            symbol += 1;
        }
        length += 1;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_appendix_b() {
        // One of each kind of row; that the code space is full says that no other can be wrong
        // without company.
        for (symbol, bits, length) in [
            (0, 0x1ff8, 13),
            (b' '.into(), 0x14, 6),
            (b'&'.into(), 0xf8, 8),
            (b'/'.into(), 0x18, 6),
            (b'a'.into(), 0x3, 5),
            (b'z'.into(), 0x7b, 7),
            (b'~'.into(), 0x1ffd, 13),
            (127, 0xfff_fffc, 28),
            (128, 0xfffe6, 20),
            (249, 0xfff_fffe, 28),
            (255, 0x3ff_ffee, 26),
            (EOS.into(), 0x3fff_ffff, 30),
        ] {
            assert_eq!((CODES[symbol].bits, CODES[symbol].length), (bits, length), "{symbol}");
        }
    }

    #[test]
    fn no_code_begins_another() {
        for (a, one) in CODES.iter().enumerate() {
            for (b, other) in CODES.iter().enumerate().filter(|(b, _)| *b != a) {
                let short = one.length.min(other.length);
                assert_ne!(
                    one.bits >> (one.length - short),
                    other.bits >> (other.length - short),
                    "{a} and {b}"
                );
            }
        }
    }
}
