//! Writes a block in the shortest of the three ways.
//!
//! RFC 1951 §3.2.4, §3.2.5, §3.2.6, §3.2.7
//!
//! | BTYPE | costs                                                       | is best for          |
//! |-------|-------------------------------------------------------------|----------------------|
//! | 00    | the rest of an octet and 4 more, then the octets themselves | what does not repeat |
//! | 01    | 8 or 9 bits for a literal, 12 and more for a reference      | a few symbols        |
//! | 10    | 40 octets or more that describe codes; then codes that fit  | many symbols         |
//!
//! All three are counted to the bit before one is written, so the choice is exact.

use super::{block::Block, codes::Codes, dynamic::Description};
use crate::{
    bits::BitWriter,
    symbols::{
        DISTANCE_TABLE, END_OF_BLOCK, FIRST_LENGTH, FIXED_DISTANCE_LENGTHS, FIXED_LITERAL_LENGTHS,
        LENGTHS,
    },
};
use std::sync::LazyLock;

/// Octets in one stored block.
const MOST_STORED: usize = 65_535;
/// With fewer symbols than this, a dynamic block cannot win back its description.
const FEWEST_FOR_DYNAMIC: usize = 24;

static FIXED: LazyLock<Codes> = LazyLock::new(|| {
    let mut codes = Codes::new();
    codes.literal_lengths = FIXED_LITERAL_LENGTHS;
    codes.distance_lengths = FIXED_DISTANCE_LENGTHS;
    codes.assign();
    codes
});

/// Writes `block` and empties it. `raw` is what it stands for, if that is still known.
// ANCHOR: block
pub(crate) fn block(
    bits: &mut BitWriter,
    out: &mut Vec<u8>,
    block: &mut Block,
    raw: Option<&[u8]>,
    last: bool,
) {
    let extra = extra_bits(block);
    let fixed = 3 + extra + coded_bits(block, &FIXED_LITERAL_LENGTHS, &FIXED_DISTANCE_LENGTHS);
    let dynamic = (block.tokens().len() >= FEWEST_FOR_DYNAMIC).then(|| {
        let mut codes = Codes::new();
        codes.fit(&block.literals, &block.distances);
        let description = Description::new(&codes);
        let coded = coded_bits(block, &codes.literal_lengths, &codes.distance_lengths);
        (3 + extra + coded + description.bits(), codes, description)
    });
    let best = dynamic.as_ref().map_or(fixed, |(dynamic, ..)| fixed.min(*dynamic));
    match (raw, dynamic) {
        (Some(raw), _) if stored_bits(bits, raw) <= best => stored(bits, out, raw, last),
        (_, Some((cost, mut codes, description))) if cost < fixed => {
            bits.put(u64::from(last) | 2 << 1, 3);
            description.write(bits, out);
            codes.assign();
            symbols(bits, out, block, &codes, cost);
        }
        _ => {
            bits.put(u64::from(last) | 1 << 1, 3);
            symbols(bits, out, block, &FIXED, fixed);
        }
    }
    block.clear();
}
// ANCHOR_END: block

/// Bits of the codes alone.
fn coded_bits(block: &Block, literals: &[u8], distances: &[u8]) -> usize {
    let sum = |counts: &[u32], lengths: &[u8]| {
        let bits = counts.iter().zip(lengths).map(|(count, length)| count * u32::from(*length));
        bits.sum::<u32>() as usize
    };
    sum(&block.literals, literals) + sum(&block.distances, distances)
}

/// Extra bits behind the codes, the same whatever the codes are.
fn extra_bits(block: &Block) -> usize {
    let lengths = block.literals.iter().skip(FIRST_LENGTH).zip(&LENGTHS);
    let distances = block.distances.iter().zip(&DISTANCE_TABLE);
    let bits =
        |(count, meaning): (&u32, &crate::symbols::Meaning)| *count * u32::from(meaning.extra);
    (lengths.map(bits).sum::<u32>() + distances.map(bits).sum::<u32>()) as usize
}

fn stored_bits(bits: &BitWriter, raw: &[u8]) -> usize {
    let blocks = raw.len().div_ceil(MOST_STORED).max(1);
    // The first may begin anywhere in an octet; the others begin at a boundary.
    let padding = (16 - (bits.count() as usize + 3) % 8) % 8;
    (3 + padding + 32) + (blocks - 1) * 40 + raw.len() * 8
}

/// Writes octets as they are, in one stored block or more; an empty one where there are none.
pub(crate) fn stored(bits: &mut BitWriter, out: &mut Vec<u8>, raw: &[u8], last: bool) {
    let mut rest = raw;
    loop {
        let (octets, behind) = rest.split_at(rest.len().min(MOST_STORED));
        bits.put(u64::from(last && behind.is_empty()), 3);
        bits.align(out);
        // At most 65,535.
        let length = u16::try_from(octets.len()).unwrap_or(u16::MAX);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(octets);
        rest = behind;
        if rest.is_empty() {
            return;
        }
    }
}

/// Writes the block's symbols and its end. `cost` is at least how many bits that takes.
fn symbols(bits: &mut BitWriter, out: &mut Vec<u8>, block: &Block, codes: &Codes, cost: usize) {
    let mut place = bits.place(out, cost);
    for token in block.tokens() {
        match (token >> 16, token & 0xffff) {
            (0, octet) => {
                let (code, length) = codes.literal(octet as usize);
                place.put(code, length);
            }
            (distance, length) => {
                let (code, length) = codes.length(length as usize);
                place.put(code, length);
                let (code, length) = codes.distance(distance);
                place.put(code, length);
            }
        }
        place.spill();
    }
    let (code, length) = codes.literal(END_OF_BLOCK);
    place.put(code, length);
    place.spill();
    *bits = place.finish();
}
