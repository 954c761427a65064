//! What kind of octets these are.
//!
//! RFC 9110 §8.3, RFC 6838
//!
//! ```text
//! media-type = type "/" subtype parameters
//! ```
//!
//! ```
//! use http::media::{self, MediaType};
//! assert_eq!(media::for_path("길/index.html"), "text/html; charset=utf-8");
//! let sent = MediaType::parse(b"Text/HTML; Charset=\"UTF-8\"").unwrap();
//! assert!(sent.is("text/html"));
//! assert_eq!(sent.charset().as_deref(), Some("utf-8"));
//! ```
//!
//! Invariant: type and subtype are tokens; they are compared without regard to case.

mod table;

use crate::header::list::{self, Parameters};
use std::borrow::Cow;
use table::{EXTENSIONS, TEXT};

/// What a file is when nothing better is known: octets, which a browser saves and never runs.
pub const UNKNOWN: &str = "application/octet-stream";

/// A type that was read from a field.
#[derive(Debug, Clone)]
pub struct MediaType<'a> {
    kind: &'a str,
    subtype: &'a str,
    parameters: Parameters<'a>,
}

impl<'a> MediaType<'a> {
    /// A Content-Type's value; nothing where it is malformed.
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let (kind, rest) = list::token(value)?;
        let (subtype, rest) = list::token(rest.strip_prefix(b"/")?)?;
        let (nothing, parameters) = list::with_parameters(rest);
        let mut all = parameters.clone();
        all.by_ref().for_each(drop);
        (nothing.is_empty() && !all.is_malformed()).then_some(Self { kind, subtype, parameters })
    }

    /// `text` in `text/html`, as written.
    pub const fn kind(&self) -> &'a str {
        self.kind
    }

    /// `html` in `text/html`, as written.
    pub const fn subtype(&self) -> &'a str {
        self.subtype
    }

    /// Whether this is `essence`, such as `text/html`, whatever its parameters.
    pub fn is(&self, essence: &str) -> bool {
        essence.split_once('/').is_some_and(|(kind, subtype)| {
            self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
        })
    }

    /// Type and subtype in lower case.
    pub fn essence(&self) -> String {
        format!("{}/{}", self.kind, self.subtype).to_ascii_lowercase()
    }

    /// The parameters in order.
    pub fn parameters(&self) -> Parameters<'a> {
        self.parameters.clone()
    }

    /// The first parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<Cow<'a, [u8]>> {
        self.parameters()
            .find(|(there, _)| there.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The charset in lower case; charsets ignore case (RFC 9110 §8.3.2).
    pub fn charset(&self) -> Option<String> {
        let charset = self.parameter("charset")?;
        Some(std::str::from_utf8(&charset).ok()?.to_ascii_lowercase())
    }
}

/// The Content-Type of a file with this extension, without its dot and in either case. Text says
/// that it is UTF-8: this project writes nothing else, and a browser would guess otherwise.
pub fn for_extension(extension: &str) -> Option<&'static str> {
    // Sixteen octets hold the longest extension of the table.
    let mut lower = [0; 16];
    let lower = lower.get_mut(..extension.len())?;
    lower.copy_from_slice(extension.as_bytes());
    lower.make_ascii_lowercase();
    let lower = std::str::from_utf8(lower).ok()?;
    let index = EXTENSIONS.binary_search_by(|(there, _)| (*there).cmp(lower)).ok()?;
    EXTENSIONS.get(index).map(|(_, content_type)| *content_type)
}

/// The Content-Type of the file that a path ends in, or [`UNKNOWN`].
pub fn for_path(path: &str) -> &'static str {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension.and_then(for_extension).unwrap_or(UNKNOWN)
}

/// Whether compressing is worth the time: text in all its forms, and the formats that hold their
/// data as it is. Pictures, films and archives are compressed already.
pub fn is_compressible(content_type: &str) -> bool {
    let essence = content_type.split_once(';').map_or(content_type, |(essence, _)| essence).trim();
    let is = |other: &&str| essence.eq_ignore_ascii_case(other);
    let ends = |suffix: &str| {
        let start = essence.len().saturating_sub(suffix.len());
        essence.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
    };
    essence.get(..5).is_some_and(|kind| kind.eq_ignore_ascii_case("text/"))
        || ends("+json")
        || ends("+xml")
        || ends("+text")
        || TEXT.iter().any(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_each_type_is_one() {
        assert!(EXTENSIONS.is_sorted_by(|(a, _), (b, _)| a < b));
        for (extension, content_type) in EXTENSIONS {
            assert!(MediaType::parse(content_type.as_bytes()).is_some(), "{content_type}");
            assert_eq!(for_extension(&extension.to_uppercase()), Some(*content_type));
            assert!(extension.len() <= 16, "the search has room for sixteen octets");
        }
    }
}
