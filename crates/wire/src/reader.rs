//! A cursor over octets whose every read says what it reads.
//!
//! The name given with each read is the field's name in the RFC. It tells a person what the octets
//! are, it stands in the error when they are missing, and, when somebody listens, it becomes one
//! line of a dissection:
//!
//! ```
//! use wire::Reader;
//! let mut reader = Reader::new(&[0x00, 0x00, 0x06]);
//! assert_eq!(reader.u24("Length")?, 6);
//! assert_eq!(
//!     reader.u8("Type").unwrap_err().to_string(),
//!     "`Type` is cut short at octet 3"
//! );
//! # Ok::<(), wire::Truncated>(())
//! ```
//!
//! Invariant: a read either takes all of its octets or none, so an error leaves the cursor in
//! place.
//!
//! Invariant: no read allocates, whatever length a peer declares; only a listener's copies do, and
//! they are of octets that are there.
//!
//! Used by: every parser of this project, and so by `dissect`.

use crate::{Notes, VarInt};

/// The input ended inside a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is cut short at octet {offset}")]
pub struct Truncated {
    /// The field's name in the RFC.
    pub field: &'static str,
    /// Where the field begins, in octets from the start of the outermost unit, counted from 0.
    pub offset: usize,
}

/// Reads big-endian fields from the front of a slice.
///
/// Every read answers [`Truncated`], and nothing else, where the input ends inside its field. It is
/// a copy of three words, so a parser that wants to look ahead reads from a copy.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    input: &'a [u8],
    at: usize,
    /// Where `input` itself begins in the outermost unit, so that offsets in errors and notes are
    /// those a person counts from the start of what they dissect.
    base: usize,
    notes: Option<&'a Notes>,
}

impl<'a> Reader<'a> {
    /// Reads `input`; nobody listens.
    #[inline]
    pub fn new(input: &'a [u8]) -> Self {
        Self { input, at: 0, base: 0, notes: None }
    }

    /// Reads `input` and tells `notes` of each field.
    pub fn observed(input: &'a [u8], notes: &'a Notes) -> Self {
        Self { input, at: 0, base: 0, notes: Some(notes) }
    }

    /// Octets read so far, counted from the start of the outermost unit.
    #[inline]
    pub fn offset(&self) -> usize {
        self.base + self.at
    }

    /// Octets not yet read.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// How many octets are left.
    #[inline]
    pub fn len(&self) -> usize {
        self.input.len().saturating_sub(self.at)
    }

    /// Whether all has been read.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether somebody listens; only then is it worth making a [`explain`](Self::explain) text.
    pub fn is_observed(&self) -> bool {
        self.notes.is_some()
    }

    /// A copy of this reader of which nobody hears, to look ahead with.
    #[inline]
    #[must_use]
    pub const fn unobserved(&self) -> Self {
        Self { notes: None, ..*self }
    }

    /// Opens a unit: the fields that follow belong to `name`, which `rfc` describes.
    #[inline]
    pub fn section(&self, name: &'static str, rfc: &'static str) {
        if let Some(notes) = self.notes {
            notes.section(self.offset(), name, rfc);
        }
    }

    /// Marks the sections opened until [`leave`](Self::leave) as parts of the one before.
    pub fn enter(&self) {
        if let Some(notes) = self.notes {
            notes.enter();
        }
    }

    /// Ends what [`enter`](Self::enter) began.
    pub fn leave(&self) {
        if let Some(notes) = self.notes {
            notes.leave();
        }
    }

    /// Says what the field just read means; `meaning` runs only when somebody listens.
    #[inline]
    pub fn explain(&self, meaning: impl FnOnce() -> String) {
        if let Some(notes) = self.notes {
            notes.explain(meaning());
        }
    }

    /// One octet.
    #[inline]
    pub fn u8(&mut self, field: &'static str) -> Result<u8, Truncated> {
        let [octet] = self.octets(field)?;
        Ok(octet)
    }

    /// Two octets.
    #[inline]
    pub fn u16(&mut self, field: &'static str) -> Result<u16, Truncated> {
        self.octets(field).map(u16::from_be_bytes)
    }

    /// Three octets, as HTTP/2's and TLS's lengths.
    #[inline]
    pub fn u24(&mut self, field: &'static str) -> Result<u32, Truncated> {
        let [a, b, c] = self.octets(field)?;
        Ok(u32::from_be_bytes([0, a, b, c]))
    }

    /// Four octets.
    #[inline]
    pub fn u32(&mut self, field: &'static str) -> Result<u32, Truncated> {
        self.octets(field).map(u32::from_be_bytes)
    }

    /// Eight octets.
    #[inline]
    pub fn u64(&mut self, field: &'static str) -> Result<u64, Truncated> {
        self.octets(field).map(u64::from_be_bytes)
    }

    /// One to eight octets: QUIC's variable-length integer (RFC 9000 §16).
    pub fn varint(&mut self, field: &'static str) -> Result<u64, Truncated> {
        let length = self.rest().first().map_or(1, |first| VarInt::length_from(*first));
        let value = VarInt::decode(self.take(field, length)?);
        self.explain(|| value.to_string());
        Ok(value)
    }

    /// The next `length` octets, borrowed.
    #[inline]
    pub fn take(&mut self, field: &'static str, length: usize) -> Result<&'a [u8], Truncated> {
        let Some(octets) = self.rest().get(..length) else {
            return Err(Truncated { field, offset: self.offset() });
        };
        self.note(octets, field);
        Ok(octets)
    }

    /// The next `N` octets, copied.
    #[inline]
    pub fn octets<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Truncated> {
        let Some(octets) = self.rest().first_chunk::<N>() else {
            return Err(Truncated { field, offset: self.offset() });
        };
        self.note(octets, field);
        Ok(*octets)
    }

    /// A reader of the next `length` octets alone, which this one passes over. Offsets go on
    /// counting from the outermost unit, and the same listener hears both.
    pub fn within(&mut self, field: &'static str, length: usize) -> Result<Self, Truncated> {
        let Some(input) = self.rest().get(..length) else {
            return Err(Truncated { field, offset: self.offset() });
        };
        let inner = Self { input, at: 0, base: self.offset(), notes: self.notes };
        self.at += length;
        Ok(inner)
    }

    /// Passes over `length` octets, or to the end, without a field's name: for scanners that found
    /// the end of something themselves.
    pub fn skip(&mut self, length: usize) {
        self.at = self.at.saturating_add(length).min(self.input.len());
    }

    #[inline]
    fn note(&mut self, octets: &[u8], field: &'static str) {
        if let Some(notes) = self.notes {
            notes.field(self.base + self.at, octets, field);
        }
        self.at += octets.len();
    }
}
