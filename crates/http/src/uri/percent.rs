//! An octet that has no place in a URI stands there as `%` and two hexadecimal digits.
//!
//! RFC 3986 §2
//!
//! ```text
//! pct-encoded = "%" HEXDIG HEXDIG
//! unreserved  = ALPHA / DIGIT / "-" / "." / "_" / "~"
//! sub-delims  = "!" / "$" / "&" / "'" / "(" / ")" / "*" / "+" / "," / ";" / "="
//! pchar       = unreserved / pct-encoded / sub-delims / ":" / "@"
//! ```
//!
//! What a Korean path is on the wire: its UTF-8 octets, each encoded.
//!
//! ```
//! use http::uri::percent;
//! assert_eq!(percent::encode("길/글".as_bytes(), percent::is_path), "%EA%B8%B8/%EA%B8%80");
//! assert_eq!(*percent::decode(b"%EA%B8%B8")?, *"길".as_bytes());
//! # Ok::<(), http::uri::InvalidUri>(())
//! ```
//!
//! Invariant: decoding happens once. What was decoded is octets, never again a URI.

use super::InvalidUri;
use std::borrow::Cow;

/// Whether `octet` means itself everywhere in a URI (RFC 3986 §2.3).
pub const fn is_unreserved(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~')
}

/// Whether `octet` may delimit parts of a component (RFC 3986 §2.2).
pub const fn is_sub_delim(octet: u8) -> bool {
    matches!(octet, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

/// Whether `octet` may stand in a path's segment as it is; `/` may not.
pub const fn is_segment(octet: u8) -> bool {
    is_unreserved(octet) || is_sub_delim(octet) || matches!(octet, b':' | b'@')
}

/// Whether `octet` may stand in a path as it is.
pub const fn is_path(octet: u8) -> bool {
    is_segment(octet) || octet == b'/'
}

/// Whether `octet` may stand in a query or a fragment as it is.
pub const fn is_query(octet: u8) -> bool {
    is_path(octet) || octet == b'?'
}

/// Whether `octet` may stand in a registered name as it is.
pub const fn is_name(octet: u8) -> bool {
    is_unreserved(octet) || is_sub_delim(octet)
}

/// Whether `octet` may stand in user information as it is.
pub const fn is_userinfo(octet: u8) -> bool {
    is_name(octet) || octet == b':'
}

/// `octets` with each one that `keep` refuses encoded, in upper-case digits. `%` itself is encoded
/// whatever `keep` says, so that decoding gives back exactly what went in.
pub fn encode(octets: &[u8], keep: fn(u8) -> bool) -> String {
    let mut text = String::with_capacity(octets.len());
    for octet in octets {
        if *octet != b'%' && octet.is_ascii() && keep(*octet) {
            text.push(char::from(*octet));
        } else {
            push(&mut text, *octet);
        }
    }
    text
}

/// As [`encode`] for text that may hold triplets already, which are left as they are.
pub(super) fn encode_more(text: &str, keep: fn(u8) -> bool) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text.as_bytes());
    while let [first, after @ ..] = rest {
        rest = after;
        let kept = match first {
            b'%' => triplet(after).is_some(),
            octet => octet.is_ascii() && keep(*octet),
        };
        if kept {
            out.push(char::from(*first));
        } else {
            push(&mut out, *first);
        }
    }
    out
}

/// Appends `octet` as `%XX`.
pub(super) fn push(text: &mut String, octet: u8) {
    text.push('%');
    for nibble in [octet >> 4, octet & 0xf] {
        let digit = char::from_digit(nibble.into(), 16).unwrap_or('0');
        text.push(digit.to_ascii_uppercase());
    }
}

/// The octets that `text` stands for; borrowed where nothing was encoded.
///
/// # Errors
/// [`InvalidUri::Percent`] with the offset of a `%` that begins no triplet.
pub fn decode(text: &[u8]) -> Result<Cow<'_, [u8]>, InvalidUri> {
    if !text.contains(&b'%') {
        return Ok(Cow::Borrowed(text));
    }
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text);
    while let [first, after @ ..] = rest {
        rest = if *first == b'%' {
            let offset = text.len() - rest.len();
            out.push(triplet(after).ok_or(InvalidUri::Percent { offset })?);
            after.get(2..).unwrap_or_default()
        } else {
            out.push(*first);
            after
        };
    }
    Ok(Cow::Owned(out))
}

/// The octet that the two digits at the front of `text` mean.
pub(super) fn triplet(text: &[u8]) -> Option<u8> {
    let digit = |octet: u8| char::from(octet).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let [high, low, ..] = text else { return None };
    Some(digit(*high)? << 4 | digit(*low)?)
}

/// Checks that `text` holds only octets that `allowed` admits, and whole triplets.
pub(super) fn check(
    text: &str,
    part: &'static str,
    allowed: fn(u8) -> bool,
) -> Result<(), InvalidUri> {
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let offset = text.len() - rest.len();
        rest = match first {
            b'%' if triplet(after).is_some() => after.get(2..).unwrap_or_default(),
            b'%' => return Err(InvalidUri::Percent { offset }),
            octet if allowed(*octet) => after,
            _ => return Err(InvalidUri::Octet { part, offset }),
        };
    }
    Ok(())
}

/// `text` in the form in which equal components are equal octets: triplets of unreserved octets
/// decoded, all others with upper-case digits (RFC 3986 §6.2.2.1 and §6.2.2.2).
pub fn normalise(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(place) = rest.find('%') {
        let (plain, tail) = rest.split_at_checked(place).unwrap_or((rest, ""));
        out.push_str(plain);
        match triplet(tail.as_bytes().get(1..).unwrap_or_default()) {
            Some(octet) => {
                if is_unreserved(octet) {
                    out.push(char::from(octet));
                } else {
                    push(&mut out, octet);
                }
                rest = tail.get(3..).unwrap_or_default();
            }
            // Not a URI's text; it is left as it is.
            None => {
                out.push('%');
                rest = tail.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}
