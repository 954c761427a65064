//! Bits in octets: the least significant first.
//!
//! RFC 1951 §3.1.1
//!
//! ```text
//!   octet       0               1
//!   bit     7 6 5 4 3 2 1 0 7 6 5 4 3 2 1 0
//!           · · · · · 2 2 1 · · ·             1 = BFINAL, 2 = BTYPE: from right to left
//! ```
//!
//! Numbers go in with their least significant bit first, Huffman codes with their most significant
//! bit first; so a code is kept turned around (see [`huffman`](crate::huffman)) and then both are
//! cut off from the same end of the same 64-bit buffer.
//!
//! Used by: [`Inflate`](crate::Inflate) and [`Deflate`](crate::Deflate).

mod reader;
mod writer;

pub(crate) use reader::{BitReader, Held};
pub(crate) use writer::BitWriter;

/// The lowest `count` bits set, `count` under 64.
pub(crate) const fn mask(count: u32) -> u64 {
    (1_u64 << (count & 63)) - 1
}
