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
    oracle::{check_host, is_target_octet, status_of, target_of},
};
use crate::{Limits, framing::Facts};
use http::{HeaderMap, Method, Request, Response, Target, Version};
use std::ops::Range;

/// The request head at the start of `input` and its length, if all of it is there and in order.
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
    let request = Request { method, target, version: line.version, headers };
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
        if let [b'\r', b'\n', ..] = input.get(at..)? {
            return Some(at + 2);
        }
        left = left.checked_sub(1)?;
        let name = at..token_end(input, at);
        if name.is_empty() || input.get(name.end) != Some(&b':') {
            return None;
        }
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

/// The first octet at or behind `at` that no token has.
#[inline]
fn token_end(input: &[u8], at: usize) -> usize {
    let rest = input.get(at..).unwrap_or_default();
    at + rest.iter().position(|octet| !is_tchar(*octet)).unwrap_or(rest.len())
}

/// The first octet at or behind `at` that no target has.
#[inline]
fn target_end(input: &[u8], at: usize) -> usize {
    let rest = input.get(at..).unwrap_or_default();
    at + rest.iter().position(|octet| !is_target_octet(*octet)).unwrap_or(rest.len())
}

/// The first octet at or behind `at` that no value has.
#[inline]
fn value_end(input: &[u8], at: usize) -> usize {
    let rest = input.get(at..).unwrap_or_default();
    at + rest.iter().position(|octet| !super::oracle::is_value_octet(*octet)).unwrap_or(rest.len())
}

#[inline]
fn is_tchar(octet: u8) -> bool {
    // The table has an entry for every octet, and the compiler sees it.
    TCHAR.get(usize::from(octet)).copied().unwrap_or_default()
}

/// Which octets a token has.
static TCHAR: [bool; 256] = {
    let mut table = [false; 256];
    let mut octet = 0u8;
    loop {
        #[allow(
            clippy::indexing_slicing,
            reason = "an octet is below 256; checked at compile time"
        )]
        {
            table[octet as usize] = http::is_tchar(octet);
        }
        if octet == 255 {
            break;
        }
        octet += 1;
    }
    table
};
