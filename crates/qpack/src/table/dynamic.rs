//! The dynamic table by absolute index: HPACK's, and a count that does not go round.
//!
//! RFC 9204 §3.2
//!
//! Invariant: what is put in fits: whoever puts it in has looked ([`Table::check`]), for here an
//! entry larger than the table is an error and does not empty it.
//!
//! Used by: the decoder and the encoder, one each.

use crate::Error;
use hpack::{Field, table::DynamicTable};

/// A table of fields that came before, each known by how many came before it.
#[derive(Debug, Default)]
pub struct Table {
    entries: DynamicTable,
    inserted: u64,
}

impl Table {
    /// How many entries were put in since the beginning: the Insert Count.
    #[inline]
    pub const fn inserted(&self) -> u64 {
        self.inserted
    }

    /// The absolute index of the oldest entry that is there, or of the next where none is.
    #[inline]
    pub fn oldest(&self) -> u64 {
        self.inserted.saturating_sub(self.entries.len() as u64)
    }

    /// Octets that the entries may have (§3.2.2).
    #[inline]
    pub const fn capacity(&self) -> usize {
        self.entries.max_size()
    }

    /// Octets that they have (§3.2.1).
    #[inline]
    pub const fn size(&self) -> usize {
        self.entries.size()
    }

    /// The entries by age.
    pub const fn entries(&self) -> &DynamicTable {
        &self.entries
    }

    /// How many entries came after this one.
    #[inline]
    pub fn age(&self, absolute: u64) -> Option<usize> {
        let age = self.inserted.checked_sub(absolute)?.checked_sub(1)?;
        usize::try_from(age).ok().filter(|age| *age < self.entries.len())
    }

    /// The entry, as its name and its value.
    #[inline]
    pub fn get(&self, absolute: u64) -> Option<(&[u8], &[u8])> {
        self.entries.get(self.age(absolute)?)
    }

    /// Changes the capacity, and drops what is too much (§3.2.2).
    pub fn set_capacity(&mut self, capacity: usize) {
        self.entries.set_max_size(capacity);
    }

    /// Whether an entry of these lengths can be put in (§3.2.2).
    ///
    /// # Errors
    /// [`Error::EntryTooLarge`]
    #[inline]
    pub const fn check(&self, name: usize, value: usize) -> Result<(), Error> {
        let size = name.saturating_add(value).saturating_add(Field::OVERHEAD);
        if size > self.capacity() {
            return Err(Error::EntryTooLarge { size, capacity: self.capacity() });
        }
        Ok(())
    }

    /// Puts an entry in that fits.
    #[inline]
    pub fn insert(&mut self, name: &[u8], value: &[u8]) {
        self.entries.insert(name, value);
        self.inserted += 1;
    }

    /// As [`insert`](Self::insert), with the name of an entry that is there.
    #[inline]
    pub fn insert_named(&mut self, absolute: u64, value: &[u8]) {
        if let Some(age) = self.age(absolute) {
            self.entries.insert_named(age, value);
            self.inserted += 1;
        }
    }

    /// Puts in once more what is there (§4.3.4).
    pub fn duplicate(&mut self, absolute: u64) {
        if let Some((name, value)) = self.get(absolute) {
            // Copied first: the entry may be the one that is dropped for it.
            let (name, value) = (name.to_vec(), value.to_vec());
            self.insert(&name, &value);
        }
    }
}
