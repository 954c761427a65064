//! How a field is written: by number where that is possible, and into the table where that will
//! pay.
//!
//! RFC 9204 §2.1.1.1, §3.2, §4.3, §4.5
//!
//! ```text
//!   oldest                                                     newest
//!   │ draining │ entries that are referred to as they are │
//!      └── about to be dropped: copied to the front instead (Duplicate), so that no section
//!          on its way holds on to them
//! ```
//!
//! Invariant: an entry that a line refers to counts in `required` and in `oldest`.

use super::{
    Encoder, Section,
    policy::{self, Indexing},
};
use crate::{
    Field,
    table::{fixed_name, fixed_value},
    text,
};
use hpack::{integer, places::hash};

/// A name's place.
#[derive(Debug, Clone, Copy)]
enum Name {
    Fixed(usize),
    Dynamic(u64),
    New,
}

impl Encoder {
    // ANCHOR: write
    pub(super) fn write(&mut self, field: &Field<'_>, section: &mut Section, out: &mut Vec<u8>) {
        let fixed = fixed_name(field.name);
        let indexing = policy::indexing(field, fixed, self.table.capacity());
        if indexing != Indexing::Never
            && let Some(index) = fixed.and_then(|first| fixed_value(first, field.value))
        {
            return integer::encode(0xc0, 6, index as u64, out);
        }
        let name_hash = match fixed {
            Some(index) => index as u64,
            None => hash(0, field.name),
        };
        if !section.dynamic || matches!(indexing, Indexing::Never | Indexing::Without) {
            return self.write_literal(field, fixed, name_hash, section, out);
        }
        let whole = hash(name_hash, field.value);
        if let Some(absolute) = self.find(whole, field) {
            self.history.earn(name_hash);
            let known = section.may_refer(absolute, self.ledger.known());
            if known && !section.risks {
                // Referred to first, so that its copy does not push it out.
                self.write_reference(absolute, section, out);
                self.refresh(absolute, field, section, name_hash, whole);
                return;
            }
            if let Some(newest) = self.refresh(absolute, field, section, name_hash, whole) {
                return self.write_reference(newest, section, out);
            }
            if known {
                return self.write_reference(absolute, section, out);
            }
            return self.write_literal(field, fixed, name_hash, section, out);
        }
        let came = self.history.came(whole);
        if came {
            self.history.earn(name_hash);
        }
        let comes = came || indexing == Indexing::FirstTime && self.history.spend(name_hash);
        if comes && self.insert(field, fixed, name_hash, whole, section) && section.risks {
            return self.write_reference(self.table.inserted() - 1, section, out);
        }
        self.write_literal(field, fixed, name_hash, section, out);
    }
    // ANCHOR_END: write

    /// The newest entry that is this field.
    fn find(&self, whole: u64, field: &Field<'_>) -> Option<u64> {
        let entries = self.table.entries();
        let age = self.fields.find(whole, entries, |entry| entry == (field.name, field.value))?;
        self.table.inserted().checked_sub(age as u64 + 1)
    }

    /// The newest entry of this name.
    fn find_name(&self, hash: u64, name: &[u8]) -> Option<u64> {
        let age = self.names.find(hash, self.table.entries(), |entry| entry.0 == name)?;
        self.table.inserted().checked_sub(age as u64 + 1)
    }

    /// Whether an entry of `size` octets can be put in now.
    fn has_room(&self, size: usize, section: &Section) -> bool {
        let left = self.table.capacity().checked_sub(size);
        left.is_some_and(|left| self.fits_in(left, section.floor.min(section.oldest)))
    }

    /// Copies a draining entry to the front, and answers its new index where it may be used now.
    fn refresh(
        &mut self,
        absolute: u64,
        field: &Field<'_>,
        section: &Section,
        name_hash: u64,
        whole: u64,
    ) -> Option<u64> {
        if !self.is_draining(absolute) || !self.has_room(field.size(), section) {
            return None;
        }
        let index = self.table.inserted() - absolute - 1;
        integer::encode(0x00, 5, index, &mut self.out);
        self.remember(name_hash, whole);
        self.table.insert(field.name, field.value);
        section.risks.then(|| self.table.inserted() - 1)
    }

    /// Whether an entry is among the oldest eighth of the octets, and the table nearly full.
    fn is_draining(&self, absolute: u64) -> bool {
        let capacity = self.table.capacity();
        if self.table.size() < capacity - capacity / DRAINING {
            return false;
        }
        let mut octets = 0;
        let mut at = self.table.oldest();
        while at < absolute && octets < capacity / DRAINING {
            let (name, value) = self.table.get(at).unwrap_or_default();
            octets += Field::new(name, value).size();
            at += 1;
        }
        octets < capacity / DRAINING
    }

    /// Puts a field into both tables, if there is room.
    fn insert(
        &mut self,
        field: &Field<'_>,
        fixed: Option<usize>,
        name_hash: u64,
        whole: u64,
        section: &Section,
    ) -> bool {
        if !self.has_room(field.size(), section) {
            return false;
        }
        match (fixed, self.find_name(name_hash, field.name)) {
            (Some(index), _) => {
                integer::encode(0xc0, 6, index as u64, &mut self.out);
            }
            (None, Some(absolute)) => {
                let index = self.table.inserted() - absolute - 1;
                integer::encode(0x80, 6, index, &mut self.out);
            }
            (None, None) => text::write(0x40, 5, field.name, &mut self.out),
        }
        text::write(0x00, 7, field.value, &mut self.out);
        self.remember(name_hash, whole);
        self.table.insert(field.name, field.value);
        true
    }

    /// Remembers where the entry will be that is about to be put in.
    fn remember(&mut self, name_hash: u64, whole: u64) {
        let entries = self.table.entries();
        self.fields.add(whole, entries);
        self.names.add(name_hash, entries);
    }

    /// §4.5.2, §4.5.3
    #[inline]
    fn write_reference(&self, absolute: u64, section: &mut Section, out: &mut Vec<u8>) {
        section.refer(absolute);
        match section.base.checked_sub(absolute + 1) {
            Some(relative) => integer::encode(0x80, 6, relative, out),
            None => integer::encode(0x10, 4, absolute - section.base, out),
        }
    }

    /// §4.5.4 to §4.5.6
    fn write_literal(
        &self,
        field: &Field<'_>,
        fixed: Option<usize>,
        name_hash: u64,
        section: &mut Section,
        out: &mut Vec<u8>,
    ) {
        let dynamic = || {
            let absolute = self.find_name(name_hash, field.name)?;
            let may = section.dynamic && section.may_refer(absolute, self.ledger.known());
            // A name is not worth holding on to an entry that is about to go.
            Some(absolute).filter(|absolute| may && !self.is_draining(*absolute))
        };
        let name = match fixed {
            Some(index) => Name::Fixed(index),
            None => dynamic().map_or(Name::New, Name::Dynamic),
        };
        let secret = policy::is_secret(field, fixed);
        let flag = |bit: u8| if secret { bit } else { 0 };
        match name {
            Name::Fixed(index) => integer::encode(0x50 | flag(0x20), 4, index as u64, out),
            Name::Dynamic(absolute) => {
                section.refer(absolute);
                match section.base.checked_sub(absolute + 1) {
                    Some(index) => integer::encode(0x40 | flag(0x20), 4, index, out),
                    None => integer::encode(flag(0x08), 3, absolute - section.base, out),
                }
            }
            Name::New => text::write(0x20 | flag(0x10), 3, field.name, out),
        }
        text::write(0x00, 7, field.value, out);
    }
}

/// The oldest part of the table that is about to be dropped: one of so many.
const DRAINING: usize = 8;

impl Section {
    /// Whether a line may refer to an entry, where the peer has confirmed `known`.
    #[inline]
    const fn may_refer(&self, absolute: u64, known: u64) -> bool {
        self.dynamic && (absolute < known || self.risks)
    }

    #[inline]
    fn refer(&mut self, absolute: u64) {
        self.required = self.required.max(absolute + 1);
        self.oldest = self.oldest.min(absolute);
    }
}
