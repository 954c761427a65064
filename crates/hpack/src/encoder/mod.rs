//! The encoder: fields in, a block out.
//!
//! RFC 7541 §4.2, §6, §7.1
//!
//! ```text
//!   field ──► in a table, name and value?  ── yes ──►  1 index                       §6.1
//!             │ no
//!             ├─ a secret ──►                          0001 name, value              §6.2.3
//!             ├─ will come again ──►                   01 name, value; into the table §6.2.1
//!             └─ may not ──►                           0000 name, value              §6.2.2
//!                                    name: its index where a table has it, a string else
//! ```
//!
//! [`policy`] says which fields are secrets and which will come again; [`places`] finds what the
//! dynamic table has.
//!
//! Invariant: what goes into our table goes into the peer's, for the block says so: a block that
//! was made is sent, and in the order in which it was made.
//!
//! Invariant: a value that is sensitive is compared with no table's, so no size tells of it.
//!
//! Used by: `http2`, once a connection.

pub mod places;
mod policy;
mod string;

use crate::{
    Field, Limits, integer,
    table::{DynamicTable, FIXED, fixed_name},
};
use places::{Places, hash};
use policy::Indexing;
pub use policy::Lately;

/// Encodes the lists of one direction of one connection.
#[derive(Debug)]
pub struct Encoder {
    table: DynamicTable,
    /// Where the newest entry of a name is, and where that of a name and a value.
    names: Places,
    fields: Places,
    lately: Lately,
    /// What we spend at most, in octets.
    limit: usize,
    /// What the peer's settings said last.
    allowed: usize,
    /// The smallest and the last size since the last block, where it must be told of them.
    update: Option<(usize, usize)>,
}

/// What a peer allows before its settings have come (RFC 9113 §6.5.2).
const INITIAL: usize = 4096;

impl Encoder {
    /// An encoder with an empty table of the protocol's own 4,096 octets, or fewer where
    /// [`Limits::table_size`] says so; the first block tells the peer then.
    pub fn new(limits: &Limits) -> Self {
        let limit = limits.table_size;
        let wanted = INITIAL.min(limit);
        Self {
            table: DynamicTable::new(INITIAL),
            names: Places::new(limit),
            fields: Places::new(limit),
            lately: Lately::default(),
            limit,
            allowed: INITIAL,
            update: (wanted < INITIAL).then_some((wanted, wanted)),
        }
    }

    /// The peer's `SETTINGS_HEADER_TABLE_SIZE`, which we have acknowledged: the next block says
    /// what we make of it (§4.2).
    pub fn set_max_table_size(&mut self, size: usize) {
        let wanted = size.min(self.limit);
        let (smallest, last) = self.update.unwrap_or((usize::MAX, self.table.max_size()));
        // A peer that allows less waits for an update, even where we never used so much (RFC 9113
        // §4.3.1).
        if wanted != last || size < self.allowed {
            self.update = Some((smallest.min(wanted), wanted));
        }
        self.allowed = size;
    }

    /// The dynamic table as it is now.
    pub const fn table(&self) -> &DynamicTable {
        &self.table
    }

    // ANCHOR: encode
    /// Appends the block of a list to `out`. It must be sent, and before any that is made later.
    pub fn encode<'a>(&mut self, fields: impl IntoIterator<Item = Field<'a>>, out: &mut Vec<u8>) {
        self.write_size_updates(out);
        for field in fields {
            self.write(&field, out);
        }
    }

    fn write(&mut self, field: &Field<'_>, out: &mut Vec<u8>) {
        let fixed = fixed_name(field.name);
        let indexing = policy::indexing(field, fixed, self.table.max_size());
        if indexing != Indexing::Never
            && let Some(index) = fixed.and_then(|first| fixed_field(first, field))
        {
            return integer::encode(0x80, 7, index as u64, out);
        }
        let name = match fixed {
            Some(index) => index as u64,
            None => hash(0, field.name),
        };
        if matches!(indexing, Indexing::Never | Indexing::Without) {
            let index = fixed.or_else(|| self.find_name(name, field.name));
            let first = if indexing == Indexing::Never { 0x10 } else { 0x00 };
            return write_literal(first, 4, index, field, out);
        }
        let whole = hash(name, field.value);
        let found =
            self.fields.find(whole, &self.table, |entry| entry == (field.name, field.value));
        if let Some(age) = found {
            return integer::encode(0x80, 7, (BEHIND_FIXED + age) as u64, out);
        }
        let index = fixed.or_else(|| self.find_name(name, field.name));
        if indexing == Indexing::SecondTime && !self.lately.came(whole) {
            return write_literal(0x00, 4, index, field, out);
        }
        write_literal(0x40, 6, index, field, out);
        self.fields.add(whole, &self.table);
        if fixed.is_none() {
            self.names.add(name, &self.table);
        }
        self.table.insert(field.name, field.value);
    }
    // ANCHOR_END: encode

    /// The index of the newest entry of this name in the dynamic table.
    #[inline]
    fn find_name(&self, hash: u64, name: &[u8]) -> Option<usize> {
        let age = self.names.find(hash, &self.table, |entry| entry.0 == name)?;
        Some(BEHIND_FIXED + age)
    }

    /// §4.2: the smallest size first, for it decides what is dropped, then the last.
    fn write_size_updates(&mut self, out: &mut Vec<u8>) {
        let Some((smallest, last)) = self.update.take() else { return };
        if smallest < last {
            self.table.set_max_size(smallest);
            integer::encode(0x20, 5, smallest as u64, out);
        }
        self.table.set_max_size(last);
        integer::encode(0x20, 5, last as u64, out);
    }
}

/// The index of the newest entry of the dynamic table.
const BEHIND_FIXED: usize = FIXED.len() + 1;

/// The index of the field in the static table, whose first entry of that name is `first`.
#[inline]
fn fixed_field(first: usize, field: &Field<'_>) -> Option<usize> {
    let same_name = FIXED.get(first - 1..)?.iter().take_while(|(name, _)| *name == field.name);
    same_name.zip(first..).find(|((_, value), _)| *value == field.value).map(|(_, index)| index)
}

/// §6.2
#[inline]
fn write_literal(
    first: u8,
    prefix: u32,
    name: Option<usize>,
    field: &Field<'_>,
    out: &mut Vec<u8>,
) {
    integer::encode(first, prefix, name.unwrap_or(0) as u64, out);
    if name.is_none() {
        string::write(field.name, out);
    }
    string::write(field.value, out);
}
