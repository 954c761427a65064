//! Dates in cookies: whatever servers have written since 1994.
//!
//! RFC 6265 §5.1.1
//!
//! ```text
//! Wdy, 06-Nov-1994 08:49:37 GMT      tokens in any order; the first of each kind counts:
//!      |  |   |    |
//!      |  |   |    +-- time: h:m:s, one or two digits each
//!      |  |   +------- year: two to four digits, 70–99 → 19xx, 0–69 → 20xx
//!      |  +----------- month: the first three letters, in any case
//!      +-------------- day of the month: one or two digits
//! ```
//!
//! Invariant: a year before 1601 and a day that does not exist are refused.

use crate::date::Civil;
use wire::UnixTime;

const MONTHS: [&[u8; 3]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];

/// The moment that an Expires attribute names, as a cookie's reader understands it; nothing where
/// it cannot.
pub fn parse(text: &[u8]) -> Option<UnixTime> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    let tokens = text.split(|octet| is_delimiter(*octet)).filter(|token| !token.is_empty());
    for token in tokens {
        // A token is of the first kind that fits and is not yet found.
        if time.is_none() && take(&mut time, clock(token)) {
            continue;
        }
        if day.is_none() && take(&mut day, digits(token, 1, 2)) {
            continue;
        }
        if month.is_none() && take(&mut month, month_of(token)) {
            continue;
        }
        if year.is_none() {
            take(&mut year, digits(token, 2, 4));
        }
    }
    let (hour, minute, second) = time?;
    let year = match year? {
        short @ 70..=99 => 1900 + short,
        short @ 0..=69 => 2000 + short,
        full => full,
    };
    let civil = Civil { year: year.into(), month: month?, day: day?, hour, minute, second };
    (year >= 1601 && second < 60).then_some(())?;
    civil.checked().map(Civil::to_unix)
}

fn take<T>(place: &mut Option<T>, found: Option<T>) -> bool {
    *place = found;
    place.is_some()
}

/// All that is neither a digit, a letter, `:` nor an octet beyond ASCII.
const fn is_delimiter(octet: u8) -> bool {
    matches!(octet, 0x09 | 0x20..=0x2f | 0x3b..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e)
}

/// `h:m:s`, with anything that is no digit behind it.
fn clock(token: &[u8]) -> Option<(u32, u32, u32)> {
    let mut fields = token.splitn(3, |octet| *octet == b':');
    let (hour, minute, second) = (fields.next()?, fields.next()?, fields.next()?);
    // Only the last field may have something behind its digits.
    let whole = |field: &[u8]| field.iter().all(u8::is_ascii_digit);
    (whole(hour) && whole(minute)).then_some(())?;
    Some((digits(hour, 1, 2)?, digits(minute, 1, 2)?, digits(second, 1, 2)?))
}

fn month_of(token: &[u8]) -> Option<u32> {
    let front = token.first_chunk::<3>()?;
    let index = MONTHS.iter().position(|month| front.eq_ignore_ascii_case(*month))?;
    u32::try_from(index + 1).ok()
}

/// The number at the front of `token`, of so many digits, with no digit behind it.
fn digits(token: &[u8], least: usize, most: usize) -> Option<u32> {
    let count = token.iter().take_while(|octet| octet.is_ascii_digit()).count();
    (least..=most).contains(&count).then_some(())?;
    let number = token.iter().take(count).fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    Some(number)
}
