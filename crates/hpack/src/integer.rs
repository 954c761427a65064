//! An integer begins in what is left of an octet and goes on, seven bits at a time, for as long as
//! it must.
//!
//! RFC 7541 §5.1
//!
//! ```text
//!     0   1   2   3   4   5   6   7
//!   +---+---+---+---+---+---+---+---+
//!   | ?   ?   ? | 1   1   1   1   1 |   prefix of N bits (here 5); less than 2^N - 1 is the value
//!   +---+---+---+-------------------+
//!   | 1 |    (value - (2^N-1)), low |   the least significant seven bits first,
//!   +---+---------------------------+
//!   | 0 |            …, most        |   a zero in front of the last
//!   +---+---------------------------+
//! ```
//!
//! | value | prefix of 5 bits | octets        |
//! |-------|------------------|---------------|
//! | 10    | 01010            | `0a`          |
//! | 31    | 11111            | `1f 00`       |
//! | 1337  | 11111            | `1f 9a 0a`    |
//!
//! Nothing in the form says how long an integer may be, and zeros may be written for ever. So a
//! reader says how many bits it keeps, and takes as many octets as those need and no more.
//!
//! Invariant: at most 1 + ⌈BITS / 7⌉ octets are looked at, and the value is below 2^BITS.
//!
//! Used by: every representation of HPACK (32 bits) and of QPACK (62 bits).

use crate::Error;
use wire::Reader;

// ANCHOR: integer_decode
/// Reads an integer that begins in the lowest `prefix` bits (1 to 8) of the next octet; what stands
/// above them is the caller's. The value is below 2^BITS, where BITS is 62 at most.
///
/// # Errors
/// [`Error::Truncated`] where the input ends inside it, which on a stream of instructions means
/// "not yet"; [`Error::IntegerTooLarge`].
#[inline]
pub fn decode<const BITS: u32>(
    reader: &mut Reader<'_>,
    field: &'static str,
    prefix: u32,
) -> Result<u64, Error> {
    let full = 0xff >> (8 - prefix.clamp(1, 8));
    if reader.rest().first().is_some_and(|first| first & full == full) {
        return decode_long::<BITS>(reader, field, u64::from(full));
    }
    Ok(u64::from(reader.u8(field)? & full))
}

/// Reads an integer whose prefix is all ones: the octets behind it say how much is to be added.
fn decode_long<const BITS: u32>(
    reader: &mut Reader<'_>,
    field: &'static str,
    full: u64,
) -> Result<u64, Error> {
    let offset = reader.offset();
    let mut value = full;
    let mut length = 1;
    for (octet, shift) in reader.rest().iter().skip(1).zip((0..BITS).step_by(7)) {
        length += 1;
        // A shift of at most 56, so nothing is lost at the top.
        value += u64::from(octet & 0x7f) << shift;
        if octet & 0x80 == 0 {
            if value >> BITS != 0 {
                return Err(Error::IntegerTooLarge { field, offset, bits: BITS });
            }
            reader.take(field, length)?;
            return Ok(value);
        }
    }
    // The octets ended, or there were as many as BITS need and still one promised more.
    if length == reader.len() && length <= BITS.div_ceil(7) as usize {
        return Err(wire::Truncated { field, offset }.into());
    }
    Err(Error::IntegerTooLarge { field, offset, bits: BITS })
}
// ANCHOR_END: integer_decode

/// Writes `value` in a prefix of `prefix` bits (1 to 8) whose octet has the bits of `first` above
/// it, in as few octets as it takes.
#[inline]
pub fn encode(first: u8, prefix: u32, value: u64, out: &mut Vec<u8>) {
    let full = 0xff_u8 >> (8 - prefix.clamp(1, 8));
    match u8::try_from(value) {
        Ok(small) if small < full => out.push(first | small),
        _ => {
            out.push(first | full);
            let mut rest = value - u64::from(full);
            while rest >= 0x80 {
                out.push(0x80 | low_seven(rest));
                rest >>= 7;
            }
            out.push(low_seven(rest));
        }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "seven bits fit an octet")]
const fn low_seven(value: u64) -> u8 {
    (value & 0x7f) as u8
}
