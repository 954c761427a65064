//! The lines of a section: indexed ones, and literals.
//!
//! RFC 9204 §4.5.2 to §4.5.6
//!
//! ```text
//!   1 T index (6+)                 indexed                              §4.5.2
//!   0 1 N T index (4+)  value      literal with name reference          §4.5.4
//!   0 0 1 N H name (3+)  value     literal with literal name            §4.5.6
//!   0 0 0 1 index (4+)             indexed with post-base index         §4.5.3
//!   0 0 0 0 N index (3+)  value    literal with post-base name reference §4.5.5
//! ```
//!
//! Invariant: a list's size is counted from lengths; from the limit on the sink hears nothing: a
//! section of indexed lines costs a sum for each.

use super::Decoder;
use crate::{
    Error, ErrorCode, Field, Limits,
    prefix::Prefix,
    table::{FIXED, Table},
    text::{self, NAME, Texts, VALUE},
};
use hpack::integer;
use wire::Reader;

const PLACE: ErrorCode = ErrorCode::DecompressionFailed;

/// What the N bit says.
const NEVER: &str = ", never to be indexed";

/// Octets of the buffer for Huffman strings that are kept from one section to the next.
const KEPT: usize = 8192;

impl Decoder {
    // ANCHOR: lines
    /// Reads all lines; answers in what the list was too much for us, if it was.
    pub(super) fn read_lines(
        &mut self,
        reader: &mut Reader<'_>,
        prefix: Prefix,
        mut sink: impl FnMut(Field<'_>),
    ) -> Result<Option<Error>, Error> {
        let mut list = List::new(&self.limits);
        let mut lines = Lines { table: &self.table, prefix, needed: 0 };
        while let Some(&first) = reader.rest().first() {
            lines.read(reader, first, &mut self.scratch, |field| {
                if list.admits(&field) {
                    sink(field);
                }
            })?;
        }
        let Prefix { required, .. } = prefix;
        if lines.needed != required {
            return Err(Error::RequiredDiffers { required, needed: lines.needed });
        }
        if self.scratch.len() > KEPT {
            self.scratch = Vec::new();
        }
        Ok(list.excess)
    }
    // ANCHOR_END: lines
}

/// Lines of one section.
struct Lines<'t> {
    table: &'t Table,
    prefix: Prefix,
    /// Entries that the references so far need.
    needed: u64,
}

impl<'t> Lines<'t> {
    #[inline]
    fn read(
        &mut self,
        reader: &mut Reader<'_>,
        first: u8,
        scratch: &mut Vec<u8>,
        mut sink: impl FnMut(Field<'_>),
    ) -> Result<(), Error> {
        let offset = reader.offset();
        let (unit, rfc) = match first {
            0x80.. => ("indexed field line", "RFC 9204 §4.5.2"),
            0x40.. => ("literal field line with name reference", "RFC 9204 §4.5.4"),
            0x20.. => ("literal field line with literal name", "RFC 9204 §4.5.6"),
            0x10.. => ("indexed field line with post-base index", "RFC 9204 §4.5.3"),
            _ => ("literal field line with post-base name reference", "RFC 9204 §4.5.5"),
        };
        reader.section(unit, rfc);
        let (prefix, secret) = match first {
            0x80.. => (6, false),
            0x40.. => (4, first & 0x20 != 0),
            0x20.. => return self.read_literal(reader, first, scratch, sink),
            0x10.. => (4, false),
            _ => (3, first & 0x08 != 0),
        };
        let index = integer::decode::<62>(reader, "index", prefix)
            .map_err(|error| Error::primitive(error, PLACE))?;
        let is_fixed = match first {
            0x80.. => first & 0x40 != 0,
            0x40.. => first & 0x10 != 0,
            _ => false,
        };
        let (name, value) = match first {
            _ if is_fixed => fixed(index, offset)?,
            0x40.. => self.relative(index, offset)?,
            _ => self.post_base(index, offset)?,
        };
        let base = self.prefix.base;
        let place = || match first {
            _ if is_fixed => format!("static {index}"),
            0x40.. => format!("relative {index}, entry {}", base.wrapping_sub(index + 1)),
            _ => format!("post-base {index}, entry {}", base + index),
        };
        if matches!(first, 0x80.. | 0x10..0x20) {
            let field = Field::new(name, value);
            reader.explain(|| format!("{}, {field}", place()));
            sink(field);
            return Ok(());
        }
        let never = if secret { NEVER } else { "" };
        reader.explain(|| format!("{}, {}{never}", place(), name.escape_ascii()));
        let value = TEXTS.read(reader, 7, VALUE)?;
        reader.explain(|| value.to_string());
        let (_, value) = text::decode(None, value, scratch, PLACE)?;
        sink(Field { name, value, sensitive: secret });
        Ok(())
    }

    /// §4.5.6
    fn read_literal(
        &self,
        reader: &mut Reader<'_>,
        first: u8,
        scratch: &mut Vec<u8>,
        mut sink: impl FnMut(Field<'_>),
    ) -> Result<(), Error> {
        let secret = first & 0x10 != 0;
        let name = TEXTS.read(reader, 3, NAME)?;
        reader.explain(|| format!("{name}{}", if secret { NEVER } else { "" }));
        let value = TEXTS.read(reader, 7, VALUE)?;
        reader.explain(|| value.to_string());
        let (name, value) = text::decode(Some(name), value, scratch, PLACE)?;
        sink(Field { name, value, sensitive: secret });
        Ok(())
    }

    /// §3.2.5: back from the base.
    fn relative(&mut self, index: u64, offset: usize) -> Result<(&'t [u8], &'t [u8]), Error> {
        let absolute = self.prefix.base.checked_sub(1).and_then(|last| last.checked_sub(index));
        self.entry(absolute, index, offset)
    }

    /// §3.2.6: on from the base.
    fn post_base(&mut self, index: u64, offset: usize) -> Result<(&'t [u8], &'t [u8]), Error> {
        self.entry(self.prefix.base.checked_add(index), index, offset)
    }

    #[inline]
    fn entry(
        &mut self,
        absolute: Option<u64>,
        index: u64,
        offset: usize,
    ) -> Result<(&'t [u8], &'t [u8]), Error> {
        let missing = Error::DynamicIndex { index, offset, place: PLACE };
        let absolute = absolute.ok_or(missing)?;
        // What the section did not say that it needs may not have come at another decoder (§2.2.3).
        if absolute >= self.prefix.required {
            let needed = absolute + 1;
            return Err(Error::RequiredDiffers { required: self.prefix.required, needed });
        }
        self.needed = self.needed.max(absolute + 1);
        self.table.get(absolute).ok_or(missing)
    }
}

/// A section's octets are there, so no string is longer than they.
const TEXTS: Texts = Texts { place: PLACE, most: usize::MAX };

fn fixed(index: u64, offset: usize) -> Result<(&'static [u8], &'static [u8]), Error> {
    let entry = usize::try_from(index).ok().and_then(|index| FIXED.get(index));
    entry.copied().ok_or(Error::StaticIndex { index, offset, place: PLACE })
}

/// What the list may still be.
struct List {
    octets: usize,
    fields: usize,
    excess: Option<Error>,
    limit: usize,
    most: usize,
}

impl List {
    const fn new(limits: &Limits) -> Self {
        let (octets, fields) = (limits.list_size, limits.fields);
        Self { octets, fields, excess: None, limit: octets, most: fields }
    }

    /// Counts a field; from the first that is too much on, none is admitted.
    #[inline]
    fn admits(&mut self, field: &Field<'_>) -> bool {
        let Some(fields) = self.fields.checked_sub(1) else {
            self.excess.get_or_insert(Error::TooManyFields { limit: self.most });
            return false;
        };
        let Some(octets) = self.octets.checked_sub(field.size()) else {
            self.excess.get_or_insert(Error::ListTooLarge { limit: self.limit });
            // Nothing small comes after what was too large.
            self.octets = 0;
            return false;
        };
        (self.fields, self.octets) = (fields, octets);
        true
    }
}
