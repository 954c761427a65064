//! A part instead of the whole: what a Range field asks for, and what it gets.
//!
//! RFC 9110 §14
//!
//! ```text
//! Range     = "bytes" "=" 1#( first-pos "-" [ last-pos ] / "-" suffix-length )
//!
//! of ten octets   0 1 2 3 4 5 6 7 8 9
//! bytes=2-4           ^---^
//! bytes=7-                      ^---^
//! bytes=-2                        ^-^
//! bytes=8-99                      ^-^      the end is cut to what there is
//! bytes=10-                               416: nothing of it is there
//! ```
//!
//! | the field                               | the answer                                   |
//! |-----------------------------------------|----------------------------------------------|
//! | missing, malformed, another unit, too many | the whole, 200: a server may always ignore it |
//! | one range that is there                 | 206, `Content-Range: bytes 2-4/10`           |
//! | several that are there                  | 206, `multipart/byteranges`                  |
//! | none that is there                      | 416, `Content-Range: bytes */10`             |
//! | the last ones of an empty whole         | the whole, 200: no Content-Range could say it |
//!
//! Ranges that overlap or touch are joined, so no octet is sent twice and many small overlapping
//! ranges cannot make a large answer (RFC 9110 §14.2). Joining keeps the order of what was asked. A
//! gap between two ranges is never filled, although the RFC allows it for small ones: who asked for
//! certain octets gets these.
//!
//! Invariant: selected ranges are not empty, lie within the length and do not touch each other.

pub mod multipart;

pub use multipart::Multipart;

use crate::{Limits, header::list};
use std::{fmt, ops::Range};

/// What to answer to a Range field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// The whole, 200.
    Whole,
    /// One part, 206 with [`ContentRange`].
    Part(Range<u64>),
    /// Several parts, 206 with [`Multipart`].
    Parts(Vec<Range<u64>>),
    /// None of it is there, 416 with [`ContentRange::unsatisfied`].
    Unsatisfiable,
}

/// What the value of a Range field selects of `length` octets, under the default limit.
pub fn select(value: &[u8], length: u64) -> Selection {
    select_within(value, length, &Limits::DEFAULT)
}

/// As [`select`], with the caller's limit.
// ANCHOR: select
pub fn select_within(value: &[u8], length: u64, limits: &Limits) -> Selection {
    let Some(specs) = parse(value, limits.ranges) else { return Selection::Whole };
    let mut parts: Vec<Range<u64>> = Vec::with_capacity(specs.len());
    for part in specs.iter().filter_map(|spec| spec.within(length)) {
        join(&mut parts, part);
    }
    match parts.as_slice() {
        // The last octets of nothing are satisfiable, but no Content-Range can say so.
        [] if length == 0 && specs.iter().any(RangeSpec::is_suffix) => Selection::Whole,
        [] => Selection::Unsatisfiable,
        [only] => Selection::Part(only.clone()),
        _ => Selection::Parts(parts),
    }
}
// ANCHOR_END: select

/// Adds `part`, joined with all that it touches, in the place of the first of them.
fn join(parts: &mut Vec<Range<u64>>, mut part: Range<u64>) {
    let mut place = None;
    let mut at = 0;
    while let Some(other) = parts.get(at) {
        if part.start <= other.end && other.start <= part.end {
            // What was joined may now touch one that stands before it: look again from there.
            part = part.start.min(other.start)..part.end.max(other.end);
            parts.remove(at);
            place = Some(place.unwrap_or(at).min(at));
            at = 0;
        } else {
            at += 1;
        }
    }
    parts.insert(place.unwrap_or(parts.len()), part);
}

/// One range as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeSpec {
    /// `first-last`, both included.
    Between(u64, u64),
    /// `first-`: to the end.
    From(u64),
    /// `-length`: the last octets.
    Suffix(u64),
}

impl RangeSpec {
    /// The octets it means of `length`; nothing where none is there.
    pub fn within(self, length: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::Between(first, last) => first..last.saturating_add(1).min(length),
            Self::From(first) => first..length,
            Self::Suffix(count) => length.saturating_sub(count)..length,
        };
        (!range.is_empty()).then_some(range)
    }

    /// Whether it asks for last octets: those alone are satisfiable where there are no octets
    /// (RFC 9110 §14.1.2).
    const fn is_suffix(&self) -> bool {
        matches!(self, Self::Suffix(1..))
    }

    /// Numbers beyond 64 bits are beyond every length, so they saturate.
    fn parse(text: &[u8]) -> Option<Self> {
        let dash = text.iter().position(|octet| *octet == b'-')?;
        let (first, last) = text.split_at_checked(dash)?;
        let last = last.get(1..)?;
        match (first, last) {
            ([], last) => Some(Self::Suffix(number(last)?)),
            (first, []) => Some(Self::From(number(first)?)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                // Invalid, not unsatisfiable: RFC 9110 §14.1.1.
                (first <= last).then_some(Self::Between(first, last))
            }
        }
    }
}

impl fmt::Display for RangeSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Between(first, last) => write!(f, "{first}-{last}"),
            Self::From(first) => write!(f, "{first}-"),
            Self::Suffix(count) => write!(f, "-{count}"),
        }
    }
}

/// The ranges of a field in the unit `bytes`; nothing where it is malformed, in another unit, or
/// holds more than `most`.
pub fn parse(value: &[u8], most: usize) -> Option<Vec<RangeSpec>> {
    let (unit, set) = value.split_at_checked(b"bytes=".len())?;
    if !unit.eq_ignore_ascii_case(b"bytes=") {
        return None;
    }
    let mut specs = Vec::new();
    for element in list::plain(set) {
        if specs.len() >= most {
            return None;
        }
        specs.push(RangeSpec::parse(element)?);
    }
    (!specs.is_empty()).then_some(specs)
}

/// `1*DIGIT`, saturating.
fn number(digits: &[u8]) -> Option<u64> {
    let valid = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let add = |sum: u64, digit: &u8| {
        sum.saturating_mul(10).saturating_add(u64::from(digit.wrapping_sub(b'0')))
    };
    valid.then(|| digits.iter().fold(0, add))
}

/// The value of a Content-Range field in the unit `bytes` (RFC 9110 §14.4).
///
/// ```text
/// Content-Range = "bytes" SP ( first-pos "-" last-pos "/" ( length / "*" ) / "*" "/" length )
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentRange {
    /// What is enclosed; nothing in a 416.
    pub range: Option<Range<u64>>,
    /// The length of the whole, where it is known.
    pub length: Option<u64>,
}

impl ContentRange {
    /// For a 206: these octets of `length`.
    pub const fn part(range: Range<u64>, length: u64) -> Self {
        Self { range: Some(range), length: Some(length) }
    }

    /// For a 416: there are only `length` octets.
    pub const fn unsatisfied(length: u64) -> Self {
        Self { range: None, length: Some(length) }
    }

    /// Reads a field's value; nothing where it is malformed or means no octets: such a part must
    /// not be put together with others.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let (unit, rest) = value.split_at_checked(b"bytes ".len())?;
        if !unit.eq_ignore_ascii_case(b"bytes ") {
            return None;
        }
        let slash = rest.iter().position(|octet| *octet == b'/')?;
        let (range, length) = rest.split_at_checked(slash)?;
        let length = match length.get(1..)? {
            b"*" => None,
            digits => Some(exact(digits)?),
        };
        if range == b"*" {
            return length.map(Self::unsatisfied);
        }
        let dash = range.iter().position(|octet| *octet == b'-')?;
        let (first, last) = range.split_at_checked(dash)?;
        let (first, end) = (exact(first)?, exact(last.get(1..)?)?.checked_add(1)?);
        let fits = first < end && length.is_none_or(|length| end <= length);
        fits.then_some(Self { range: Some(first..end), length })
    }
}

/// `1*DIGIT` that fits in 64 bits.
fn exact(digits: &[u8]) -> Option<u64> {
    number(digits).filter(|number| *number < u64::MAX)
}

impl fmt::Display for ContentRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.range {
            Some(range) => write!(f, "bytes {}-{}/", range.start, range.end.saturating_sub(1))?,
            None => f.write_str("bytes */")?,
        }
        match self.length {
            Some(length) => write!(f, "{length}"),
            None => f.write_str("*"),
        }
    }
}
