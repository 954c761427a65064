//! The codes of a dynamic block, as the block says them.
//!
//! RFC 1951 §3.2.7
//!
//! ```text
//!   HLIT (5) HDIST (5) HCLEN (4)
//!   lengths of the code length code: HCLEN + 4 times 3 bits, in the order 16 17 18 0 8 7 9 …
//!   lengths of the literal/length code, then of the distance code, in the code length code
//! ```

use super::{Stop, check, code::Code, cursor::Cursor};
use crate::{
    BitOffset, Violation,
    huffman::Space,
    symbols::{CODE_LENGTH_ORDER, DISTANCES, END_OF_BLOCK, LITERALS},
};

/// Reads both codes.
// ANCHOR: description
pub(super) fn read(bits: &mut Cursor<'_>) -> Result<(Code, Code), Stop> {
    bits.reader().section("dynamic codes", "RFC 1951 §3.2.7");
    let at = bits.offset();
    let literals = bits.named("HLIT", 5, |n| format!("{n}: {} literal/length codes", n + 257))?;
    let distances = bits.named("HDIST", 5, |n| format!("{n}: {} distance codes", n + 1))?;
    let short = bits.named("HCLEN", 4, |n| format!("{n}: {} code length codes", n + 4))?;
    let (literals, distances) = (usize::from(literals) + 257, usize::from(distances) + 1);
    if literals > LITERALS {
        return Err(Violation::LiteralCodes.stop(at));
    }
    if distances > DISTANCES {
        return Err(Violation::DistanceCodes.stop(BitOffset(at.0 + 5)));
    }
    let code = code_length_code(bits, usize::from(short) + 4)?;
    let at = bits.offset();
    let lengths = lengths(bits, &code, literals, distances)?;
    let (literals, distances) = lengths.split_at_checked(literals).unwrap_or_default();
    if literals.get(END_OF_BLOCK) == Some(&0) {
        return Err(Violation::EndOfBlockMissing.stop(at));
    }
    let (literals, space) = Code::new(literals);
    check(space, Violation::LiteralCodeOverfull, Violation::LiteralCodeIncomplete, at)?;
    let (distances, space) = Code::new(distances);
    check(space, Violation::DistanceCodeOverfull, Violation::DistanceCodeIncomplete, at)?;
    Ok((literals, distances))
}
// ANCHOR_END: description

/// The code in which the lengths of the other two are said.
fn code_length_code(bits: &mut Cursor<'_>, count: usize) -> Result<Code, Stop> {
    let at = bits.offset();
    let mut lengths = [0; 19];
    for symbol in CODE_LENGTH_ORDER.iter().take(count) {
        let length = bits.named("code length", 3, |length| match length {
            0 => format!("{symbol} has no code"),
            1 => format!("{symbol} has a code of 1 bit"),
            _ => format!("{symbol} has a code of {length} bits"),
        })?;
        if let Some(slot) = lengths.get_mut(usize::from(*symbol)) {
            [*slot, _] = length.to_le_bytes();
        }
    }
    let (code, space) = Code::new(&lengths);
    let space = if space == Space::Single { Space::Incomplete } else { space };
    check(space, Violation::CodeLengthCodeOverfull, Violation::CodeLengthCodeIncomplete, at)?;
    Ok(code)
}

/// The lengths of both codes; a repetition may run from one into the other.
fn lengths(
    bits: &mut Cursor<'_>,
    code: &Code,
    literals: usize,
    distances: usize,
) -> Result<Vec<u8>, Stop> {
    let count = literals + distances;
    // What the n-th length is the length of.
    let name = |place: usize| match place {
        0..END_OF_BLOCK => super::readable(&place.to_le_bytes()[..1]),
        END_OF_BLOCK => "end of block".into(),
        _ if place < literals => format!("length {place}"),
        _ => format!("distance {}", place - literals),
    };
    let mut lengths = Vec::new();
    while lengths.len() < count {
        let start = *bits;
        // The code is complete: there is always a symbol.
        let symbol = code.decode(bits)?.unwrap_or_default();
        let (times, of) = match symbol {
            16 => (3 + bits.number(2)?, lengths.last().copied()),
            17 => (3 + bits.number(3)?, Some(0)),
            18 => (11 + bits.number(7)?, Some(0)),
            length => (1, Some(length.to_le_bytes()[0])),
        };
        let Some(of) = of else {
            return Err(Violation::RepeatOfNothing.stop(start.offset()));
        };
        bits.note(start, "lengths", || {
            let first = lengths.len();
            let bits = match of {
                0 => "no code".into(),
                1 => "1 bit".into(),
                bits => format!("{bits} bits"),
            };
            match times {
                1 => format!("{symbol}: {}: {bits}", name(first)),
                _ => {
                    let last = first + usize::from(times) - 1;
                    format!("{symbol}: {} to {}: {bits}", name(first), name(last))
                }
            }
        });
        lengths.extend(std::iter::repeat_n(of, times.into()));
        if lengths.len() > count {
            return Err(Violation::RepeatTooLong.stop(start.offset()));
        }
    }
    Ok(lengths)
}
