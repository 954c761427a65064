//! Encoding: codes are gathered in a word, and leave it four octets at a time.
//!
//! RFC 7541 §5.2
//!
//! ```text
//!   word   [ … already out … | 1111000 1111000 1111000 010111 … ]     the newest code lowest
//!                              └──────── bits, below 32 ────────┘
//! ```
//!
//! Invariant: the last octet is filled up with ones, the first bits of EOS, and with fewer than
//! eight of them.

use super::code::{CODES, Code, LENGTHS};

/// Octets that `plain` has when it is coded.
#[inline]
pub fn encoded_len(plain: &[u8]) -> usize {
    let bits: usize = plain.iter().map(|octet| usize::from(length(*octet))).sum();
    bits.div_ceil(8)
}

#[inline]
fn length(octet: u8) -> u8 {
    LENGTHS.get(usize::from(octet)).copied().unwrap_or(0)
}

#[inline]
fn code(octet: u8) -> Code {
    const NONE: Code = Code { bits: 0, length: 0 };
    CODES.get(usize::from(octet)).copied().unwrap_or(NONE)
}

// ANCHOR: huffman_encode
/// Appends `plain`, coded, to `out`.
#[inline]
pub fn encode(plain: &[u8], out: &mut Vec<u8>) {
    let (mut word, mut bits) = (0_u64, 0_u32);
    for octet in plain {
        let code = code(*octet);
        // At most 31 bits were left and a code has 30.
        word = word << code.length | u64::from(code.bits);
        bits += code.length;
        if bits >= 32 {
            bits -= 32;
            out.extend_from_slice(&low_word(word >> bits));
        }
    }
    let padding = 32 - bits;
    word = word << padding | (u64::from(u32::MAX) >> bits);
    let octets = bits.div_ceil(8) as usize;
    out.extend_from_slice(low_word(word).get(..octets).unwrap_or_default());
}
// ANCHOR_END: huffman_encode

#[allow(clippy::cast_possible_truncation, reason = "the lowest 32 bits are what is asked for")]
const fn low_word(word: u64) -> [u8; 4] {
    (word as u32).to_be_bytes()
}
