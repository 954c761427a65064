//! The code as §5.2 tells it: a bit at a time, from the root of the tree to a leaf.
//!
//! RFC 7541 §5.2, Appendix B
//!
//! It is slow and short, and it shares nothing with the fast decoder but the table of lengths.
//! Tests and the fuzzer hold the one against the other.

use super::code::{CODES, EOS};
use crate::Error;

/// What `coded` stands for.
///
/// # Errors
/// [`Error::HuffmanEos`], [`Error::HuffmanPadding`], both at offset 0.
// ANCHOR: huffman_oracle
pub fn decode(coded: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let (mut bits, mut length) = (0_u32, 0_u32);
    for octet in coded {
        for place in (0..8).rev() {
            bits = bits << 1 | u32::from(octet >> place & 1);
            length += 1;
            let leaf = CODES.iter().position(|code| code.length == length && code.bits == bits);
            let Some(symbol) = leaf else { continue };
            if symbol == usize::from(EOS) {
                return Err(Error::HuffmanEos { offset: 0 });
            }
            out.extend(u8::try_from(symbol));
            (bits, length) = (0, 0);
        }
    }
    // The padding is the beginning of EOS, which is all ones, and shorter than an octet.
    if length > 7 || bits != (1 << length) - 1 {
        return Err(Error::HuffmanPadding { offset: 0 });
    }
    Ok(out)
}
// ANCHOR_END: huffman_oracle

/// `plain`, coded: the bits of each code, one after the other, then ones.
pub fn encode(plain: &[u8]) -> Vec<u8> {
    let mut bits = Vec::new();
    for octet in plain {
        let Some(code) = CODES.get(usize::from(*octet)) else { continue };
        bits.extend((0..code.length).rev().map(|place| code.bits >> place & 1 == 1));
    }
    bits.resize(bits.len().next_multiple_of(8), true);
    bits.chunks(8).map(|octet| octet.iter().fold(0, |all, bit| all << 1 | u8::from(*bit))).collect()
}
