//! A field's value: octets without control characters and without white space around them.
//!
//! RFC 9110 §5.5
//!
//! ```text
//! field-value   = *field-content
//! field-content = field-vchar [ 1*( SP / HTAB / field-vchar ) field-vchar ]
//! field-vchar   = VCHAR / obs-text          obs-text = %x80-FF
//! ```
//!
//! Invariant: a value holds no CR, LF or NUL; what it may hold beyond ASCII is nobody's charset.

use super::InvalidField;
use std::fmt;

/// A borrowed value; it need not be UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeaderValue<'a>(&'a [u8]);

impl<'a> HeaderValue<'a> {
    /// `value`, if every octet may be sent. White space at the ends is refused, not stripped: it
    /// would not arrive.
    ///
    /// # Errors
    /// [`InvalidField::Value`] with the first octet that must not stand there.
    pub fn new(value: &'a (impl AsRef<[u8]> + ?Sized)) -> Result<Self, InvalidField> {
        let value = value.as_ref();
        let bad = |offset| Err(InvalidField::Value { offset });
        if let Some(offset) = value.iter().position(|octet| !is_value_octet(*octet)) {
            return bad(offset);
        }
        match value {
            [b' ' | b'\t', ..] => bad(0),
            [.., b' ' | b'\t'] => bad(value.len() - 1),
            _ => Ok(Self(value)),
        }
    }

    /// A value that is written in the program; a wrong one fails to compile where it is a constant.
    ///
    /// # Panics
    /// Where [`HeaderValue::new`] would answer an error. Never for constants, which are checked
    /// when the program is built.
    pub const fn from_static(value: &'static str) -> HeaderValue<'static> {
        let mut rest = value.as_bytes();
        assert!(!matches!(rest, [b' ' | b'\t', ..] | [.., b' ' | b'\t']), "white space at an end");
        while let [first, after @ ..] = rest {
            assert!(is_value_octet(*first), "an octet that must not stand in a value");
            rest = after;
        }
        HeaderValue(value.as_bytes())
    }

    /// A value from octets that a parser has already checked.
    pub(crate) const fn trusted(value: &'a [u8]) -> Self {
        Self(value)
    }

    /// The octets.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// The value as text, if it is UTF-8.
    pub fn to_str(&self) -> Option<&'a str> {
        std::str::from_utf8(self.0).ok()
    }
}

/// Whether `octet` may stand inside a value: HTAB, SP, VCHAR or obs-text.
const fn is_value_octet(octet: u8) -> bool {
    matches!(octet, b'\t' | 0x20..=0x7e | 0x80..)
}

impl PartialEq<str> for HeaderValue<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for HeaderValue<'_> {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl fmt::Display for HeaderValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_str() {
            Some(text) => f.write_str(text),
            None => write!(f, "{}", self.0.escape_ascii()),
        }
    }
}

impl fmt::Debug for HeaderValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}
