//! A cursor over DER whose every read says what it reads.
//!
//! X.690 §8.1
//!
//! ```text
//!   first octet of the length     meaning                                 in DER
//!   0nnnnnnn                      n octets                                lengths to 127
//!   10000000                      until two octets 00 00                  refused: indefinite
//!   1000 0nnn, n = 1..4           the next n octets are the length        if it needs them all
//!   1nnnnnnn, n > 4               more than 4 GiB                         refused
//! ```
//!
//! Invariant: a value is taken whole or not at all, and its length is checked against what is there
//! before anything is done with it. Nothing is copied and nothing allocated.
//!
//! Invariant: a structure that was entered is read to its end; what is left over is an error.
//!
//! Invariant: no more than [`Limits::nesting`](crate::Limits::nesting) structures are open at a
//! time.
//!
//! Used by: `certificate`, `key`, `name`, and `dissect` through them.

use super::Tag;
use crate::{Error, Limits, Violation};
use std::ops::Range;

/// Reads values from the front of a slice, under the names that the RFC gives them.
///
/// A copy of it looks ahead.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    octets: wire::Reader<'a>,
    /// How many more structures may be opened inside.
    room: usize,
    limit: usize,
}

impl<'a> Reader<'a> {
    /// Reads `input`; nobody listens.
    pub fn new(input: &'a [u8]) -> Self {
        Self::over(wire::Reader::new(input), &Limits::default())
    }

    /// Reads what `octets` has left; who listens there hears every field.
    pub fn over(octets: wire::Reader<'a>, limits: &Limits) -> Self {
        Self { octets, room: limits.nesting, limit: limits.nesting }
    }

    /// Octets read so far, counted from the start of the outermost unit.
    pub fn offset(&self) -> usize {
        self.octets.offset()
    }

    /// Octets not yet read.
    pub fn rest(&self) -> &'a [u8] {
        self.octets.rest()
    }

    /// Whether all has been read.
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// The next value's tag, if there is one.
    pub fn peek(&self) -> Option<Tag> {
        self.rest().first().copied().map(Tag)
    }

    /// Whether the next value has this tag: how a field that may be left out is known.
    pub fn next_is(&self, tag: Tag) -> bool {
        self.peek() == Some(tag)
    }

    /// Says what the field just read means; `meaning` runs only when somebody listens.
    pub fn explain(&self, meaning: impl FnOnce() -> String) {
        self.octets.explain(meaning);
    }

    /// Whether somebody listens.
    pub fn is_observed(&self) -> bool {
        self.octets.is_observed()
    }

    /// The violation, at the place where this reader stands.
    pub(crate) fn error(&self, violation: Violation, field: &'static str) -> Error {
        violation.at(field, self.offset())
    }

    // ANCHOR: length
    /// The tag and the length of the value in front, and how many octets the two take. Nothing is
    /// read yet.
    fn head(&self, field: &'static str) -> Result<(Tag, usize, usize), Error> {
        let mut ahead = wire::Reader::new(self.rest());
        let cut = |_| self.error(Violation::Truncated, field);
        let tag = Tag(ahead.u8(field).map_err(cut)?);
        if tag.number() == 31 {
            return Err(self.error(Violation::TagHigh, field));
        }
        let first = ahead.u8(field).map_err(cut)?;
        let length = match first {
            0..=0x7f => usize::from(first),
            0x80 => return Err(self.error(Violation::LengthIndefinite, field)),
            0x81..=0x84 => {
                let octets = ahead.take(field, usize::from(first & 0x7f)).map_err(cut)?;
                let length = octets.iter().fold(0, |high, low| high << 8 | u64::from(*low));
                // The first of several octets says something, and one octet says less than 128.
                let shortest = octets.first() != Some(&0) && length > 0x7f;
                if !shortest {
                    return Err(self.error(Violation::LengthNotMinimal, field));
                }
                usize::try_from(length).unwrap_or(usize::MAX)
            }
            0x85..=0xff => return Err(self.error(Violation::LengthTooLong, field)),
        };
        if length > ahead.len() {
            return Err(self.error(Violation::Truncated, field));
        }
        Ok((tag, length, ahead.offset()))
    }
    // ANCHOR_END: length

    /// Passes over the head of the next value, which must have this tag; the length of what
    /// follows.
    fn enter(&mut self, field: &'static str, expected: Tag) -> Result<usize, Error> {
        let (found, length, head) = self.head(field)?;
        if found != expected {
            return Err(self.error(Violation::TagUnexpected { expected, found }, field));
        }
        self.octets.take("tag, length", head)?;
        self.explain(|| format!("{found}, {length} octet{}", if length == 1 { "" } else { "s" }));
        Ok(length)
    }

    /// The contents of the next value, which must have this tag.
    ///
    /// # Errors
    /// Whatever is wrong with its tag and its length; the reader then stands where it stood.
    pub fn value(&mut self, field: &'static str, tag: Tag) -> Result<&'a [u8], Error> {
        let length = self.enter(field, tag)?;
        Ok(self.octets.take(field, length)?)
    }

    /// The next value whatever it is, without a look at its contents: its tag and its contents.
    ///
    /// # Errors
    /// As [`value`](Self::value), but for the tag.
    pub fn any(&mut self, field: &'static str) -> Result<(Tag, &'a [u8]), Error> {
        let (tag, ..) = self.head(field)?;
        Ok((tag, self.value(field, tag)?))
    }

    /// The value in front with its tag and length, still unread: what a signature covers.
    ///
    /// # Errors
    /// As [`any`](Self::any).
    pub fn whole(&self, field: &'static str) -> Result<(&'a [u8], Range<usize>), Error> {
        let (_, length, head) = self.head(field)?;
        let octets = self.rest().get(..head + length).unwrap_or_default();
        Ok((octets, self.offset()..self.offset() + octets.len()))
    }

    /// Reads the inside of a structure with this tag: `rfc` describes it, `body` reads it, and
    /// nothing may be left of it.
    ///
    /// # Errors
    /// What `body` finds; [`Violation::TooDeep`]; [`Violation::Trailing`].
    pub fn structure<T>(
        &mut self,
        field: &'static str,
        rfc: &'static str,
        tag: Tag,
        body: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Some(room) = self.room.checked_sub(1) else {
            return Err(self.error(Violation::TooDeep { limit: self.limit }, field));
        };
        self.octets.section(field, rfc);
        let length = self.enter(field, tag)?;
        let octets = self.octets.within(field, length)?;
        let mut inner = Self { octets, room, limit: self.limit };
        self.octets.enter();
        let read = body(&mut inner).and_then(|value| inner.end(field).map(|()| value));
        self.octets.leave();
        read
    }

    /// [`structure`](Self::structure) of a SEQUENCE.
    ///
    /// # Errors
    /// As there.
    pub fn sequence<T>(
        &mut self,
        field: &'static str,
        rfc: &'static str,
        body: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.structure(field, rfc, Tag::SEQUENCE, body)
    }

    /// [`structure`](Self::structure), if the next value has this tag.
    ///
    /// # Errors
    /// As there.
    pub fn optional<T>(
        &mut self,
        field: &'static str,
        rfc: &'static str,
        tag: Tag,
        body: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        if self.next_is(tag) { self.structure(field, rfc, tag, body).map(Some) } else { Ok(None) }
    }

    /// A SEQUENCE OF at least one: `member` reads each.
    ///
    /// # Errors
    /// As [`structure`](Self::structure); [`Violation::Empty`].
    pub fn list<T>(
        &mut self,
        field: &'static str,
        rfc: &'static str,
        tag: Tag,
        mut member: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        self.structure(field, rfc, tag, |list| {
            let mut members = Vec::new();
            if list.is_empty() {
                return Err(list.error(Violation::Empty, field));
            }
            while !list.is_empty() {
                members.push(member(list)?);
            }
            Ok(members)
        })
    }

    /// Everything has been read.
    ///
    /// # Errors
    /// [`Violation::Trailing`].
    pub fn end(&self, field: &'static str) -> Result<(), Error> {
        match self.rest().len() {
            0 => Ok(()),
            octets => Err(self.error(Violation::Trailing { octets }, field)),
        }
    }
}
