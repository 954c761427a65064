//! A string is written in Huffman's code where that is shorter.
//!
//! RFC 7541 §5.2
//!
//! Invariant: a string is never written in more octets than it has, beside its length.

use crate::{huffman, integer};

/// Appends a string with its length.
#[inline]
pub(super) fn write(plain: &[u8], out: &mut Vec<u8>) {
    let coded = huffman::encoded_len(plain);
    if coded < plain.len() {
        integer::encode(0x80, 7, coded as u64, out);
        huffman::encode(plain, out);
    } else {
        integer::encode(0x00, 7, plain.len() as u64, out);
        out.extend_from_slice(plain);
    }
}
