//! The fast parser of heads: it takes what is plainly in order, in one pass, and leaves the rest.
//!
//! RFC 9112 §3, §4, §5
//!
//! ```text
//!  32 octets ┌─┬─┬─┬─┬─┬─┬─┬─   ─┬─┬─┐   one comparison each, all folded with OR into one octet:
//!            │G│E│T│ │/│ │H│ ... │:│ │   the compiler makes two vector instructions of it
//!            └─┴─┴─┴─┴─┴─┴─┴─   ─┴─┴─┘   0: no octet here can end a value, go on with the next 32
//!  8 octets  ┌─┬─┬─┬─┬─┬─┬─┬─┐           else as one number: which octet is the first to end it?
//!            └─┴─┴─┴─┴─┴─┴─┴─┘
//! ```
//!
//! It never says what is wrong: `None` means "not for me", and the caller finds the end of the head
//! and asks the [oracle](super::oracle). So nothing here needs to be readable about errors, nor to
//! know of leniency.
//!
//! Invariant: what it accepts, the oracle accepts with the same result.

use super::{
    RequestHead, ResponseHead,
    oracle::{check_host, status_of, target_of},
};
use crate::{Limits, framing::Facts, octets};
use http::{HeaderMap, Method, Request, Response, Target, Version};
use std::ops::Range;

/// The request head at the start of `input` and its length, if all of it is there and in order.
// What it answers is large; in line, it is made where it is wanted and not moved three times.
#[inline(always)]
pub fn request(input: &[u8], limits: &Limits) -> Option<(RequestHead, usize)> {
    let (line, at) = request_line(input)?;
    if at > limits.start_line as usize + 2 {
        return None;
    }
    let (headers, facts, end) = collect(input, at, limits)?;
    let method = Method::new(input.get(line.method)?).ok()?;
    let target = input.get(line.target)?;
    let target = match target {
        // The octets were checked; the copy is checked again as text, which is cheap for ASCII.
        [b'/', ..] => Target::Origin(std::str::from_utf8(target).ok()?.to_owned()),
        _ => target_of(&method, target)?,
    };
    if matches!((&method, &target), (Method::Connect, Target::Origin(_))) {
        return None;
    }
    let request = Box::new(Request { method, target, version: line.version, headers });
    let head = RequestHead { request, facts };
    check_host(&head).ok()?;
    Some((head, end))
}

/// The response head at the start of `input` and its length, if all of it is there and in order.
pub fn response(input: &[u8], limits: &Limits) -> Option<(ResponseHead, usize)> {
    let (version, rest) = version(input)?;
    let [b' ', a, b, c, b' ', ..] = rest else { return None };
    let all_digits = a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_digit();
    let status = status_of(&[*a, *b, *c]).filter(|_| all_digits)?;
    let at = value_end(input, 13);
    let [b'\r', b'\n', ..] = input.get(at..)? else { return None };
    if at > limits.start_line as usize {
        return None;
    }
    let (headers, facts, end) = collect(input, at + 2, limits)?;
    Some((ResponseHead { response: Response { status, version, headers }, facts }, end))
}

/// Where the parts of a request line stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// The method.
    pub method: Range<usize>,
    /// The target.
    pub target: Range<usize>,
    /// The version.
    pub version: Version,
}

/// The request line at the start of `input`, and where the fields begin. Copies nothing.
#[inline]
pub fn request_line(input: &[u8]) -> Option<(RequestLine, usize)> {
    let method = match input {
        [b'G', b'E', b'T', b' ', ..] => 3,
        [b'P', b'O', b'S', b'T', b' ', ..] => 4,
        _ => token_end(input, 0),
    };
    if method == 0 || input.get(method) != Some(&b' ') {
        return None;
    }
    let target = method + 1;
    let end = target_end(input, target);
    if end == target || input.get(end) != Some(&b' ') {
        return None;
    }
    let (version, rest) = version(input.get(end + 1..)?)?;
    let [b'\r', b'\n', ..] = rest else { return None };
    Some((RequestLine { method: 0..method, target: target..end, version }, end + 11))
}

/// Walks over the field lines of `input` from `at` to the empty line and over it, and tells `found`
/// where each field's name and value stand; answers the end. Copies nothing.
#[inline]
pub fn fields(
    input: &[u8],
    mut at: usize,
    limits: &Limits,
    mut found: impl FnMut(Range<usize>, Range<usize>),
) -> Option<usize> {
    let mut left = limits.fields;
    loop {
        let name = at..token_end(input, at);
        match input.get(name.end..)? {
            [b':', ..] if !name.is_empty() => {}
            [b'\r', b'\n', ..] if name.is_empty() => return Some(at + 2),
            _ => return None,
        }
        left = left.checked_sub(1)?;
        let mut start = name.end + 1;
        while let Some(b' ' | b'\t') = input.get(start) {
            start += 1;
        }
        let line = value_end(input, start);
        let [b'\r', b'\n', next, ..] = input.get(line..)? else { return None };
        let mut end = line;
        while end > start && matches!(input.get(end - 1), Some(b' ' | b'\t')) {
            end -= 1;
        }
        if matches!(next, b' ' | b'\t') || line + 2 - at > limits.field_line as usize {
            return None;
        }
        found(name, start..end);
        at = line + 2;
    }
}

/// The fields as a map over one copy of the section.
#[inline(always)]
fn collect(input: &[u8], at: usize, limits: &Limits) -> Option<(HeaderMap, Facts, usize)> {
    let mut facts = Facts::default();
    let mut headers = HeaderMap::over(Vec::new(), 16);
    let end = fields(input, at, limits, |name, value| {
        let octets = |range: &Range<usize>| input.get(range.clone()).unwrap_or_default();
        facts.field(octets(&name), octets(&value), value.start);
        headers.adopt(name.start - at..name.end - at, value.start - at..value.end - at);
    })?;
    if end > limits.head as usize {
        return None;
    }
    headers.lay_under(input.get(at..end)?.to_vec());
    Some((headers, facts, end))
}

/// `HTTP/1.x` at the start, and what follows it.
fn version(input: &[u8]) -> Option<(Version, &[u8])> {
    match input {
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'1', rest @ ..] => {
            Some((Version::Http11, rest))
        }
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'0', rest @ ..] => {
            Some((Version::Http10, rest))
        }
        _ => None,
    }
}

// ANCHOR: token_end
/// The first octet at or behind `at` that no token has, or the end.
///
/// Nearly all names are letters and hyphens, so eight octets at a time are asked whether they are;
/// the table answers for the rest.
#[inline(always)]
fn token_end(input: &[u8], at: usize) -> usize {
    let mut rest = input.get(at..).unwrap_or_default();
    let mut end = at;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let others = not_letter_or_hyphen(u64::from_le_bytes(*word));
        if others != 0 {
            end += (others.trailing_zeros() / 8) as usize;
            return if input.get(end) == Some(&b':') { end } else { rare_token_end(input, end) };
        }
        (rest, end) = (after, end + 8);
    }
    rare_token_end(input, end)
}

/// Marks, in its high bit, each octet of `word` that is neither a letter nor `-`. Exact for all
/// eight: only seven bits are added to, so nothing carries over.
#[inline(always)]
const fn not_letter_or_hyphen(word: u64) -> u64 {
    let seven = word & !HIGHS;
    let lower = seven | (ONES * 0x20);
    let from_a = lower + ONES * (0x80 - b'a' as u64);
    let past_z = lower + ONES * (0x7f - b'z' as u64);
    let not_hyphen = (seven ^ (ONES * b'-' as u64)) + ONES * 0x7f;
    ((!from_a | past_z) & not_hyphen | word) & HIGHS
}
// ANCHOR_END: token_end

/// As [`token_end`], octet by octet: digits, underscores and the other signs of a token.
#[inline(never)]
fn rare_token_end(input: &[u8], at: usize) -> usize {
    let rest = input.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|octet| octets::is(octets::TOKEN, **octet)).count()
}

/// The first octet at or behind `at` that no target has, or the end.
#[inline]
fn target_end(input: &[u8], at: usize) -> usize {
    let mut rest = input.get(at..).unwrap_or_default();
    let mut end = at;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        // Below `!`, DEL, `#`, or beyond ASCII.
        let stops = below(word, 0x21) | equal(word, 0x7f) | equal(word, b'#') | word & HIGHS;
        if stops != 0 {
            return end + (stops.trailing_zeros() / 8) as usize;
        }
        (rest, end) = (after, end + 8);
    }
    end + rest.iter().take_while(|octet| octets::is(octets::TARGET, **octet)).count()
}

// ANCHOR: value_end
/// The first octet at or behind `at` that no value has, or the end.
#[inline(always)]
fn value_end(input: &[u8], at: usize) -> usize {
    let mut rest = input.get(at..).unwrap_or_default();
    let mut end = at;
    loop {
        while let Some((block, after)) = rest.split_first_chunk::<32>() {
            let stop = |octet: &u8| u8::from((*octet < b' ') | (*octet == 0x7f));
            if block.iter().fold(0, |stops, octet| stops | stop(octet)) != 0 {
                break;
            }
            (rest, end) = (after, end + 32);
        }
        while let Some((word, after)) = rest.split_first_chunk::<8>() {
            let word = u64::from_le_bytes(*word);
            let stops = below(word, b' ') | equal(word, 0x7f);
            if stops != 0 {
                let place = (stops.trailing_zeros() / 8) as usize;
                (rest, end) = (rest.get(place..).unwrap_or_default(), end + place);
                break;
            }
            (rest, end) = (after, end + 8);
        }
        match rest {
            // HTAB is the one control octet that a value may hold.
            [b'\t' | b' '..=b'~' | 0x80.., after @ ..] => (rest, end) = (after, end + 1),
            _ => return end,
        }
    }
}
// ANCHOR_END: value_end

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks, in its high bit, the first octet of `word` that is below `bound`; marks behind the first
/// may be wrong, since a borrow runs through them, and so may those of octets beyond ASCII.
#[inline]
const fn below(word: u64, bound: u8) -> u64 {
    word.wrapping_sub(ONES * bound as u64) & !word & HIGHS
}

/// Marks the first octet of `word` that is `octet`, in the same way.
#[inline]
const fn equal(word: u64, octet: u8) -> u64 {
    let word = word ^ (ONES * octet as u64);
    word.wrapping_sub(ONES) & !word & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_octets_at_once_are_told_apart_as_one_by_one() {
        for octet in 0..=u8::MAX {
            for place in 0..8 {
                // Neighbours at both ends of the range: a carry would show.
                for neighbour in [b'a', 0xff, 0x00] {
                    let mut word = [neighbour; 8];
                    word[place] = octet;
                    let marks = not_letter_or_hyphen(u64::from_le_bytes(word)).to_le_bytes();
                    for (mark, octet) in marks.into_iter().zip(word) {
                        let other = !octet.is_ascii_alphabetic() && octet != b'-';
                        assert_eq!(mark == 0x80, other, "{octet:#x} among {word:x?}");
                    }
                }
            }
        }
    }
}
