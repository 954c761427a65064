//! A URI or a part of one that a base completes: how text falls into five components.
//!
//! RFC 3986 §3, §4.1
//!
//! ```text
//!  http://user@host:8080/over/there?name=ferret#nose
//!  \__/   \____________/\_________/ \_________/ \__/
//! scheme    authority      path        query   fragment
//!
//! URI-reference = URI / relative-ref
//! ```
//!
//! Invariant: each component holds only octets that RFC 3986 admits there, and `%` only before two
//! hexadecimal digits.

use super::{Authority, InvalidUri, percent};

/// The five components, as they were written. A component that is absent differs from an empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference<'a> {
    /// Before the first `:`; absent in a relative reference.
    pub scheme: Option<&'a str>,
    /// Behind `//`.
    pub authority: Option<Authority>,
    /// Always there, perhaps empty.
    pub path: &'a str,
    /// Behind the first `?`.
    pub query: Option<&'a str>,
    /// Behind the first `#`.
    pub fragment: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// Splits and checks `text`.
    ///
    /// # Errors
    /// [`InvalidUri`] with the offset of the first octet that cannot stand where it stands.
    // ANCHOR: reference
    pub fn parse(text: &'a str) -> Result<Self, InvalidUri> {
        let at = |rest: &str| text.len() - rest.len();
        let (scheme, rest) = scheme(text)?;
        let (rest, fragment) = split_before(rest, &['#']);
        let (rest, query) = split_before(rest, &['?']);
        let (authority, path) = match rest.strip_prefix("//") {
            Some(behind) => {
                let (authority, path) = match behind.find('/') {
                    Some(slash) => behind.split_at_checked(slash).unwrap_or((behind, "")),
                    None => (behind, ""),
                };
                (Some(authority), path)
            }
            None => (None, rest),
        };
        let start = scheme.map_or(0, |scheme| scheme.len() + 1);
        let path_at = start + authority.map_or(0, |text| text.len() + 2);
        let authority = authority
            .map(|text| Authority::parse(text).map_err(|error| error.moved(start + 2)))
            .transpose()?;
        percent::check(path, "path", percent::is_path).map_err(|error| error.moved(path_at))?;
        for (part, component) in [("query", query), ("fragment", fragment)] {
            let Some(component) = component else { continue };
            let before = match part {
                "query" => path_at + path.len() + 1,
                _ => at(component),
            };
            percent::check(component, part, percent::is_query)
                .map_err(|error| error.moved(before))?;
        }
        Ok(Self { scheme, authority, path, query, fragment })
    }
    // ANCHOR_END: reference
}

/// The scheme, if there is one, and what stands behind its `:`.
///
/// A `:` in the first segment of a path must belong to a scheme (RFC 3986 §4.2), so a wrong octet
/// before it is a wrong scheme.
fn scheme(text: &str) -> Result<(Option<&str>, &str), InvalidUri> {
    match text.find([':', '/', '?', '#']) {
        Some(place) if text.as_bytes().get(place) == Some(&b':') => {
            let (scheme, rest) = text.split_at_checked(place).unwrap_or((text, ""));
            check_scheme(scheme)?;
            Ok((Some(scheme), rest.strip_prefix(':').unwrap_or(rest)))
        }
        _ => Ok((None, text)),
    }
}

/// Checks `scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )` (RFC 3986 §3.1).
pub(crate) fn check_scheme(scheme: &str) -> Result<(), InvalidUri> {
    let allowed = |(offset, octet): &(usize, u8)| match offset {
        0 => octet.is_ascii_alphabetic(),
        _ => octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.'),
    };
    match scheme.bytes().enumerate().find(|place| !allowed(place)) {
        Some((offset, _)) => Err(InvalidUri::Scheme { offset }),
        None if scheme.is_empty() => Err(InvalidUri::Scheme { offset: 0 }),
        None => Ok(()),
    }
}

/// What stands before the first of `marks`, and what stands behind it, if it is there.
fn split_before<'a>(text: &'a str, marks: &[char]) -> (&'a str, Option<&'a str>) {
    match text.split_once(marks) {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}
