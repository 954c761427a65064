//! The fields of a message: an ordered multimap over one run of octets.
//!
//! ```text
//! octets   Host: example.com\r\nAccept: */*\r\n...      copied once, as they arrived
//! fields   [name 0..4, value 6..17] [name 19..25, ...]   where each field stands in them
//! ```
//!
//! Most requests have some ten fields, so a lookup walks the list and compares lengths first; a
//! hash table would cost more to build than it saves. Order is kept because it means something:
//! fields of one name combine in order (RFC 9110 §5.3), and a person reads them in order.
//!
//! Invariant: each name is a token and each value free of CR, LF and NUL.
//!
//! Invariant: what was removed takes no more room than what is left, but for some kilobytes.

use super::{HeaderName, HeaderValue, InvalidField};
use std::{borrow::Cow, fmt, ops::Range};

/// Octets of removed fields that may lie about before the others move together.
const SLACK: usize = 4096;

/// An ordered multimap of fields; names are compared without regard to case.
#[derive(Clone, Default)]
pub struct HeaderMap {
    octets: Vec<u8>,
    fields: Vec<Field>,
}

/// Where a field stands in the octets. Four gigabytes of fields are beyond every limit.
#[derive(Clone, Copy)]
struct Field {
    name: (u32, u32),
    value: (u32, u32),
}

impl HeaderMap {
    /// No fields; allocates nothing.
    pub const fn new() -> Self {
        Self { octets: Vec::new(), fields: Vec::new() }
    }

    /// Takes a section's octets as they arrived, for a parser that will say with
    /// [`adopt`](Self::adopt) where the fields are. `fields` is how many it expects.
    pub fn over(octets: Vec<u8>, fields: usize) -> Self {
        Self { octets, fields: Vec::with_capacity(fields) }
    }

    /// Adds the field that stands at these places of the octets given to [`over`](Self::over). The
    /// parser has checked that the name is a token and the value free of CR, LF and NUL; places
    /// outside the octets name an empty field. Nothing may be removed in between, since that may
    /// move the octets.
    pub fn adopt(&mut self, name: Range<usize>, value: Range<usize>) {
        self.fields.push(Field { name: narrow(name), value: narrow(value) });
    }

    /// Sets the octets in which the fields adopted so far stand: for a parser that learns where the
    /// section ends only when it has seen all fields, and copies it then, once.
    pub fn lay_under(&mut self, octets: Vec<u8>) {
        self.octets = octets;
    }

    /// How many fields there are, those of the same name counted each.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Adds a field behind all others.
    pub fn append(&mut self, name: HeaderName<'_>, value: HeaderValue<'_>) {
        if self.fields.capacity() == 0 {
            // A usual answer: four to six fields of some thirty octets. Growing step by step would
            // cost more than the fields themselves.
            self.fields = Vec::with_capacity(6);
            self.octets = Vec::with_capacity(192);
        }
        let start = self.octets.len();
        let middle = start + name.as_bytes().len();
        self.octets.extend_from_slice(name.as_bytes());
        self.octets.extend_from_slice(value.as_bytes());
        self.adopt(start..middle, middle..self.octets.len());
    }

    /// Adds a field from unchecked text.
    ///
    /// # Errors
    /// [`InvalidField`] where the name is no token or the value could end its line early.
    pub fn try_append(
        &mut self,
        name: &(impl AsRef<[u8]> + ?Sized),
        value: &(impl AsRef<[u8]> + ?Sized),
    ) -> Result<(), InvalidField> {
        self.append(HeaderName::new(name)?, HeaderValue::new(value)?);
        Ok(())
    }

    /// Makes this the only field of its name, in the place of the first one or behind all others.
    pub fn set(&mut self, name: HeaderName<'_>, value: HeaderValue<'_>) {
        let Some(place) = self.iter().position(|(there, _)| there == name) else {
            return self.append(name, value);
        };
        self.remove(name);
        self.append(name, value);
        // From the end to its place; the others keep their order.
        if let Some(moving) = self.fields.get_mut(place..) {
            moving.rotate_right(1);
        }
    }

    /// Removes all fields of this name; answers whether there were any.
    pub fn remove(&mut self, name: HeaderName<'_>) -> bool {
        let before = self.fields.len();
        let octets = &self.octets;
        self.fields.retain(|field| HeaderName::trusted(slice(octets, field.name)) != name);
        let removed = self.fields.len() < before;
        if removed && self.octets.len() > SLACK {
            self.move_together();
        }
        removed
    }

    /// Drops the octets of removed fields where they are most of all: a map that lives long and is
    /// changed often must not grow.
    fn move_together(&mut self) {
        let width = |(start, end): (u32, u32)| end.saturating_sub(start) as usize;
        let used = |field: &Field| width(field.name) + width(field.value);
        let used: usize = self.fields.iter().map(used).sum();
        if used < self.octets.len() / 2 {
            let mut together = Self::over(Vec::with_capacity(used), self.fields.len());
            together.extend(self.iter());
            *self = together;
        }
    }

    /// The first value of this name.
    pub fn get(&self, name: HeaderName<'_>) -> Option<HeaderValue<'_>> {
        self.get_all(name).next()
    }

    /// All values of this name, in order.
    pub fn get_all<'a>(&'a self, name: HeaderName<'_>) -> impl Iterator<Item = HeaderValue<'a>> {
        let wanted = name.as_bytes();
        let named = self.fields.iter().filter(move |field| {
            // Lengths differ for most names, and comparing them touches no octet.
            field.name.1.saturating_sub(field.name.0) as usize == wanted.len()
                && slice(&self.octets, field.name).eq_ignore_ascii_case(wanted)
        });
        named.map(|field| HeaderValue::trusted(slice(&self.octets, field.value)))
    }

    /// The value of this name if there is exactly one field of it.
    pub fn get_only(&self, name: HeaderName<'_>) -> Option<HeaderValue<'_>> {
        let mut values = self.get_all(name);
        let first = values.next()?;
        if values.next().is_some() { None } else { Some(first) }
    }

    /// All values of this name as one list, joined by `, ` (RFC 9110 §5.3). Not for `Set-Cookie`,
    /// whose values hold commas of their own.
    pub fn combined(&self, name: HeaderName<'_>) -> Option<Cow<'_, [u8]>> {
        let mut values = self.get_all(name);
        let mut all = Cow::Borrowed(values.next()?.as_bytes());
        for value in values {
            let joined = all.to_mut();
            joined.extend_from_slice(b", ");
            joined.extend_from_slice(value.as_bytes());
        }
        Some(all)
    }

    /// Whether there is a field of this name.
    pub fn contains(&self, name: HeaderName<'_>) -> bool {
        self.get(name).is_some()
    }

    /// All fields in order.
    pub fn iter(&self) -> Iter<'_> {
        Iter { octets: &self.octets, fields: self.fields.iter() }
    }
}

/// The fields of a [`HeaderMap`] in order.
#[derive(Clone)]
pub struct Iter<'a> {
    octets: &'a [u8],
    fields: std::slice::Iter<'a, Field>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (HeaderName<'a>, HeaderValue<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let field = self.fields.next()?;
        Some((
            HeaderName::trusted(slice(self.octets, field.name)),
            HeaderValue::trusted(slice(self.octets, field.value)),
        ))
    }
}

impl<'a> IntoIterator for &'a HeaderMap {
    type Item = (HeaderName<'a>, HeaderValue<'a>);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl<'a> Extend<(HeaderName<'a>, HeaderValue<'a>)> for HeaderMap {
    fn extend<I: IntoIterator<Item = (HeaderName<'a>, HeaderValue<'a>)>>(&mut self, fields: I) {
        for (name, value) in fields {
            self.append(name, value);
        }
    }
}

impl<'a> FromIterator<(HeaderName<'a>, HeaderValue<'a>)> for HeaderMap {
    fn from_iter<I: IntoIterator<Item = (HeaderName<'a>, HeaderValue<'a>)>>(fields: I) -> Self {
        let mut map = Self::new();
        map.extend(fields);
        map
    }
}

/// Equal when the same fields stand in the same order.
impl PartialEq for HeaderMap {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for HeaderMap {}

impl fmt::Debug for HeaderMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

fn slice(octets: &[u8], (start, end): (u32, u32)) -> &[u8] {
    octets.get(start as usize..end as usize).unwrap_or_default()
}

fn narrow(range: Range<usize>) -> (u32, u32) {
    let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    (narrow(range.start), narrow(range.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A session's default fields may live for months and be set anew for each request.
    #[test]
    fn a_field_set_again_and_again_takes_no_more_room() {
        let mut map = HeaderMap::new();
        let names = ["A", "B", "C"].map(|name| HeaderName::new(name).unwrap());
        for turn in 0..10_000 {
            let value = turn.to_string();
            for name in names {
                map.set(name, HeaderValue::new(&value).unwrap());
            }
            assert_eq!(map.len(), 3);
            assert!(names.iter().all(|name| map.get(*name).unwrap() == value.as_str()));
        }
        assert!(map.octets.len() < 2 * SLACK, "{}", map.octets.len());
        map.remove(names[0]);
        let left: Vec<_> = map.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(left, ["B: 9999", "C: 9999"]);
    }
}
