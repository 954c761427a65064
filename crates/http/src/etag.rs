//! A name for one state of a resource: same tag, same content.
//!
//! RFC 9110 §8.8.3
//!
//! ```text
//! entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE
//! etagc      = %x21 / %x23-7E / obs-text          no space, no quote, no escape
//! ```
//!
//! | a       | b       | strong comparison | weak comparison |
//! |---------|---------|-------------------|-----------------|
//! | `W/"1"` | `W/"1"` | no                | yes             |
//! | `W/"1"` | `W/"2"` | no                | no              |
//! | `W/"1"` | `"1"`   | no                | yes             |
//! | `"1"`   | `"1"`   | yes               | yes             |
//!
//! Used by: [`conditional`](crate::conditional); a file server makes one of size and time.
//!
//! Invariant: an `ETag` holds no quote and no control octet, so its field's value is well formed.

use std::fmt;

/// An entity-tag, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ETag<'a> {
    weak: bool,
    opaque: &'a [u8],
}

impl<'a> ETag<'a> {
    /// A tag that says: the same octets. `opaque` without quotes; nothing where it holds an octet
    /// that no tag may hold.
    pub fn strong(opaque: &'a (impl AsRef<[u8]> + ?Sized)) -> Option<Self> {
        let opaque = opaque.as_ref();
        opaque.iter().all(|octet| is_etagc(*octet)).then_some(Self { weak: false, opaque })
    }

    /// A tag that says: as good as the same.
    pub fn weak(opaque: &'a (impl AsRef<[u8]> + ?Sized)) -> Option<Self> {
        Some(Self { weak: true, ..Self::strong(opaque)? })
    }

    /// A field's whole value as one tag.
    pub fn parse(value: &'a (impl AsRef<[u8]> + ?Sized)) -> Option<Self> {
        let (tag, rest) = Self::read(value.as_ref())?;
        rest.is_empty().then_some(tag)
    }

    /// The tag at the front of `text`, and what stands behind it.
    fn read(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let weak = text.starts_with(b"W/");
        let quoted = if weak { text.get(2..)? } else { text };
        let inside = quoted.strip_prefix(b"\"")?;
        let end = inside.iter().position(|octet| !is_etagc(*octet))?;
        let (opaque, rest) = inside.split_at_checked(end)?;
        Some((Self { weak, opaque }, rest.strip_prefix(b"\"")?))
    }

    /// Whether it is weak.
    pub const fn is_weak(&self) -> bool {
        self.weak
    }

    /// What stands between the quotes.
    pub const fn opaque(&self) -> &'a [u8] {
        self.opaque
    }

    /// Whether both surely mean the same octets; ranges need that (RFC 9110 §8.8.3.2).
    pub fn strong_eq(&self, other: &ETag<'_>) -> bool {
        !self.weak && !other.weak && self.opaque == other.opaque
    }

    /// Whether both are as good as the same; caches ask no more (RFC 9110 §8.8.3.2).
    pub fn weak_eq(&self, other: &ETag<'_>) -> bool {
        self.opaque == other.opaque
    }

    /// The field's value, octet for octet. `Display` is for people: it shows octets beyond ASCII as
    /// Latin-1.
    pub fn to_octets(&self) -> Vec<u8> {
        let prefix: &[u8] = if self.weak { b"W/\"" } else { b"\"" };
        [prefix, self.opaque, b"\""].concat()
    }
}

impl fmt::Display for ETag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.weak { "W/\"" } else { "\"" })?;
        for octet in self.opaque {
            fmt::Write::write_char(f, char::from(*octet))?;
        }
        f.write_str("\"")
    }
}

const fn is_etagc(octet: u8) -> bool {
    matches!(octet, 0x21 | 0x23..=0x7e | 0x80..)
}

/// What `If-Match` and `If-None-Match` hold: `*`, or tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ETags<'a> {
    /// `*`: whatever there is.
    Any,
    /// A list; see [`tags`](Self::tags).
    List(&'a [u8]),
}

impl<'a> ETags<'a> {
    /// A field's value, several of one name joined by commas.
    pub fn new(value: &'a [u8]) -> Self {
        match value.trim_ascii() {
            b"*" => Self::Any,
            list => Self::List(list),
        }
    }

    /// The tags in order, up to the first octet that belongs to none. What follows is not guessed
    /// at: a tag that is not seen fails `If-Match` and lets `If-None-Match` pass, and both are
    /// safe.
    pub fn tags(&self) -> impl Iterator<Item = ETag<'a>> {
        let mut rest = match self {
            Self::Any => [].as_slice(),
            Self::List(list) => list,
        };
        std::iter::from_fn(move || {
            // Empty elements are allowed in lists (RFC 9110 §5.6.1.2).
            let blank = |octet: &u8| matches!(octet, b',' | b' ' | b'\t');
            let start = rest.iter().position(|octet| !blank(octet))?;
            let (tag, behind) = ETag::read(rest.get(start..)?)?;
            let behind = behind.trim_ascii_start();
            // Two tags without a comma between them are no list.
            rest = if behind.is_empty() || behind.starts_with(b",") { behind } else { &[] };
            Some(tag)
        })
    }
}
