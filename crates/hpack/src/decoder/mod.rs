//! The decoder: a block in, its fields out, one after the other.
//!
//! RFC 7541 §3, §6
//!
//! ```text
//!   1 . . . . . . .   indexed field               §6.1     a number, and that is all
//!   0 1 . . . . . .   literal, indexed from now   §6.2.1   name (or its number), value
//!   0 0 1 . . . . .   size update                 §6.3     before the first field only
//!   0 0 0 1 . . . .   literal, never indexed      §6.2.3   a secret
//!   0 0 0 0 . . . .   literal, not indexed        §6.2.2
//! ```
//!
//! The sink borrows each field from where it stands: the block, a table, or the buffer into which
//! Huffman strings are decoded. What it keeps, it copies.
//!
//! Invariant: a list's size is counted from lengths, before anything is done with the octets, and
//! from the limit on the sink hears nothing: a block of indexed fields costs a sum for each.
//!
//! Invariant: whatever the list's size, the table takes what the block puts in.
//!
//! Used by: `http2`, once a connection; `dissect`, with somebody listening.

mod size;
mod text;

use crate::{
    Error, Field, Limits, integer,
    table::{DynamicTable, FIXED},
};
use size::Sizes;
use text::{Text, Texts};
use wire::Reader;

/// Decodes the blocks of one direction of one connection, in the order in which they came.
#[derive(Debug)]
pub struct Decoder {
    table: DynamicTable,
    sizes: Sizes,
    limits: Limits,
    /// Huffman strings, decoded: a name and a value at a time.
    scratch: Vec<u8>,
}

impl Decoder {
    /// A decoder with an empty table. HTTP/2 begins with the protocol's own 4,096 octets, whatever
    /// the settings that are on their way say (RFC 9113 §6.5.2).
    pub fn new(limits: Limits) -> Self {
        let table = DynamicTable::new(limits.table_size);
        let sizes = Sizes::new(table.max_size());
        Self { table, sizes, limits, scratch: Vec::new() }
    }

    /// The peer has acknowledged our `SETTINGS_HEADER_TABLE_SIZE`: from the next block on, its
    /// table has at most `size` octets, and if that is less than now, that block says so (§4.2).
    pub fn set_max_table_size(&mut self, size: usize) {
        self.sizes.allow(size.min(DynamicTable::LARGEST), self.table.max_size());
    }

    /// The dynamic table as it is now.
    pub const fn table(&self) -> &DynamicTable {
        &self.table
    }

    /// Decodes a whole block and hands its fields to `sink` in their order.
    ///
    /// # Errors
    /// What [`Scope::Connection`](crate::Scope::Connection) says of the error is final: do not use
    /// the decoder again. After an error of [`Scope::Stream`](crate::Scope::Stream) it goes on with
    /// the next block. Either way the fields that were handed over are no list.
    pub fn decode(&mut self, block: &[u8], sink: impl FnMut(Field<'_>)) -> Result<(), Error> {
        self.read(&mut Reader::new(block), sink)
    }

    // ANCHOR: decode
    /// Decodes all that `reader` holds, telling its observer of each octet.
    ///
    /// # Errors
    /// As [`decode`](Self::decode).
    pub fn read(
        &mut self,
        reader: &mut Reader<'_>,
        mut sink: impl FnMut(Field<'_>),
    ) -> Result<(), Error> {
        if reader.len() > self.limits.block {
            let (octets, limit) = (reader.len(), self.limits.block);
            return Err(Error::BlockTooLarge { octets, limit });
        }
        let mut list = List::new(&self.limits);
        self.sizes.read_updates(reader, &mut self.table)?;
        while let Some(&first) = reader.rest().first() {
            match first {
                0x80.. => self.read_indexed(reader, &mut list, &mut sink)?,
                0x20..0x40 => return Err(Error::SizeUpdateLate { offset: reader.offset() }),
                _ => self.read_literal(reader, first, &mut list, &mut sink)?,
            }
        }
        if self.scratch.len() > KEPT {
            self.scratch = Vec::new();
        }
        list.excess.map_or(Ok(()), Err)
    }
    // ANCHOR_END: decode

    /// §6.1
    #[inline]
    fn read_indexed(
        &mut self,
        reader: &mut Reader<'_>,
        list: &mut List,
        sink: &mut impl FnMut(Field<'_>),
    ) -> Result<(), Error> {
        let offset = reader.offset();
        reader.section("indexed header field", "RFC 7541 §6.1");
        let index = integer::decode::<32>(reader, "index", 7)?;
        let (name, value) = match Place::of(index, &self.table, offset)? {
            Place::Fixed(name, value) => (name, value),
            Place::Age(age) => self.table.get(age).unwrap_or_default(),
        };
        let field = Field::new(name, value);
        reader.explain(|| format!("{index}, {field}"));
        if list.admits(&field) {
            sink(field);
        }
        Ok(())
    }

    // ANCHOR: literal
    /// §6.2
    #[inline]
    fn read_literal(
        &mut self,
        reader: &mut Reader<'_>,
        first: u8,
        list: &mut List,
        sink: &mut impl FnMut(Field<'_>),
    ) -> Result<(), Error> {
        let offset = reader.offset();
        let (indexed, sensitive) = (first >= 0x40, (0x10..0x20).contains(&first));
        let (unit, rfc) = match (indexed, sensitive) {
            (true, _) => ("literal header field with incremental indexing", "RFC 7541 §6.2.1"),
            (_, true) => ("literal header field never indexed", "RFC 7541 §6.2.3"),
            _ => ("literal header field without indexing", "RFC 7541 §6.2.2"),
        };
        reader.section(unit, rfc);
        let index = integer::decode::<32>(reader, "index", if indexed { 6 } else { 4 })?;
        let mut text = Texts { scratch: &mut self.scratch, used: 0 };
        let (place, new) = if index == 0 {
            reader.explain(|| "0, a new name".to_owned());
            (None, text.read(reader, "name length", "name string")?)
        } else {
            let place = Place::of(index, &self.table, offset)?;
            reader.explain(|| format!("{index}, {}", place.name(&self.table).escape_ascii()));
            (Some(place), Text::Plain(&[]))
        };
        let value = text.read(reader, "value length", "value string")?;
        let value = value.octets(&self.scratch);
        let new = new.octets(&self.scratch);
        let name = place.map_or(new, |place| place.name(&self.table));
        let field = Field { name, value, sensitive };
        if list.admits(&field) {
            sink(field);
        }
        if indexed {
            match place {
                Some(Place::Age(age)) => self.table.insert_named(age, value),
                Some(Place::Fixed(name, _)) => self.table.insert(name, value),
                None => self.table.insert(new, value),
            }
        }
        Ok(())
    }
    // ANCHOR_END: literal
}

/// Octets of the buffer for Huffman strings that are kept from one block to the next.
const KEPT: usize = 8192;

/// Where the field of an index is.
#[derive(Clone, Copy)]
enum Place {
    Fixed(&'static [u8], &'static [u8]),
    /// So many entries before the newest of the dynamic table.
    Age(usize),
}

impl Place {
    /// §2.3.3
    #[inline]
    fn of(index: u64, table: &DynamicTable, offset: usize) -> Result<Self, Error> {
        let place = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(place) = place.checked_sub(1) else { return Err(Error::IndexZero { offset }) };
        if let Some((name, value)) = FIXED.get(place) {
            return Ok(Self::Fixed(name, value));
        }
        let age = place - FIXED.len();
        if age >= table.len() {
            let last = FIXED.len() + table.len();
            return Err(Error::IndexBeyondTables { index, last, offset });
        }
        Ok(Self::Age(age))
    }

    #[inline]
    fn name(self, table: &DynamicTable) -> &[u8] {
        match self {
            Self::Fixed(name, _) => name,
            Self::Age(age) => table.get(age).unwrap_or_default().0,
        }
    }
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
