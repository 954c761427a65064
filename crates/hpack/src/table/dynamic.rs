//! The dynamic table: what was said lately, newest first, in one run of octets.
//!
//! RFC 7541 §2.3.2, §4
//!
//! ```text
//!   octets    [ dropped … | name value | name value | name value | free … ]
//!                          ▲ oldest                    ▲ newest
//!   entries   (start, name's length, value's length) for each
//! ```
//!
//! Names and values stand one behind the other in the order in which they came. The oldest is
//! dropped by forgetting where it is. When the run is twice as long as the table may be, what is
//! alive moves to the front: that is at least half a run after the last time, so each octet is
//! moved once on average, and every name and value is one slice.
//!
//! Invariant: [`size`](DynamicTable::size) is the sum of the entries' sizes and never above
//! [`max_size`](DynamicTable::max_size).
//!
//! Invariant: the run holds at most twice `max_size` octets, and grows with what was put in.
//!
//! Used by: the decoder and the encoder, one each; they stay the same by doing the same.

use crate::Field;
use std::collections::VecDeque;

/// A table of fields that came before.
#[derive(Debug, Default)]
pub struct DynamicTable {
    octets: Vec<u8>,
    /// Octets that have left the front of the run since the beginning: where an entry starts is
    /// counted from there, so that moving the run changes no entry.
    moved: usize,
    /// The oldest first.
    entries: VecDeque<Entry>,
    size: usize,
    max_size: usize,
    inserted: u32,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    start: usize,
    name: u32,
    value: u32,
}

impl Entry {
    /// §4.1
    const fn size(self) -> usize {
        self.length() + Field::OVERHEAD
    }

    const fn length(self) -> usize {
        self.name as usize + self.value as usize
    }
}

impl DynamicTable {
    /// An empty table of at most `max_size` octets, as §4.1 counts them.
    pub fn new(max_size: usize) -> Self {
        Self { max_size: max_size.min(Self::LARGEST), ..Self::default() }
    }

    /// The largest `max_size`, in octets: what a setting can say.
    pub const LARGEST: usize = u32::MAX as usize;

    /// How many entries there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The sum of the entries' sizes (§4.1).
    pub const fn size(&self) -> usize {
        self.size
    }

    /// What the sum may be.
    #[inline]
    pub const fn max_size(&self) -> usize {
        self.max_size
    }

    /// How many entries were put in since the beginning, counted round at 2^32.
    #[inline]
    pub const fn inserted(&self) -> u32 {
        self.inserted
    }

    /// The entry that came `age` entries before the newest, as its name and its value.
    #[inline]
    pub fn get(&self, age: usize) -> Option<(&[u8], &[u8])> {
        let entry = self.entry(age)?;
        let start = entry.start.wrapping_sub(self.moved);
        self.octets.get(start..start + entry.length())?.split_at_checked(entry.name as usize)
    }

    #[inline]
    fn entry(&self, age: usize) -> Option<Entry> {
        self.entries.get(self.entries.len().checked_sub(age + 1)?).copied()
    }

    // ANCHOR: insert
    /// Puts a field in, and drops the oldest until it has room. A field larger than the table
    /// empties it and is not kept, which is no error (§4.4).
    #[inline]
    pub fn insert(&mut self, name: &[u8], value: &[u8]) {
        self.compact(name.len() + value.len());
        if self.make_room(name.len(), value.len()) {
            self.octets.extend_from_slice(name);
            self.octets.extend_from_slice(value);
        }
    }

    /// The same with the name of the entry that is `age` old, which may be dropped by it (§4.4).
    #[inline]
    pub fn insert_named(&mut self, age: usize, value: &[u8]) {
        let Some(name) = self.entry(age) else { return };
        let length = name.name as usize;
        self.compact(length + value.len());
        // A dropped entry's octets stay where they are until the run is moved the next time.
        let start = name.start.wrapping_sub(self.moved);
        if self.make_room(length, value.len()) {
            self.octets.extend_from_within(start..start + length);
            self.octets.extend_from_slice(value);
        }
    }
    // ANCHOR_END: insert

    /// Writes the entry down, if it is not larger than the whole table.
    #[inline]
    fn make_room(&mut self, name: usize, value: usize) -> bool {
        let size = name.saturating_add(value).saturating_add(Field::OVERHEAD);
        self.evict(self.max_size.saturating_sub(size));
        // What is no larger than the table has lengths that fit.
        let (true, Ok(name), Ok(value)) =
            (size <= self.max_size, u32::try_from(name), u32::try_from(value))
        else {
            return false;
        };
        let start = self.moved.wrapping_add(self.octets.len());
        self.entries.push_back(Entry { start, name, value });
        self.size += size;
        self.inserted = self.inserted.wrapping_add(1);
        true
    }

    /// Drops the oldest until no more than `size` are left (§4.3).
    #[inline]
    fn evict(&mut self, size: usize) {
        while self.size > size {
            let Some(oldest) = self.entries.pop_front() else { return };
            self.size -= oldest.size();
        }
    }

    /// Moves what is alive to the front where `more` octets would make the run too long.
    #[inline]
    fn compact(&mut self, more: usize) {
        if self.octets.len().saturating_add(more) > self.max_size.saturating_mul(2) {
            self.move_to_front();
        }
    }

    #[cold]
    fn move_to_front(&mut self) {
        let dropped = match self.entries.front() {
            Some(oldest) => oldest.start.wrapping_sub(self.moved).min(self.octets.len()),
            None => self.octets.len(),
        };
        self.octets.drain(..dropped);
        self.moved = self.moved.wrapping_add(dropped);
    }

    /// Changes what the sizes may add up to, and drops what is too much (§4.3).
    pub fn set_max_size(&mut self, max_size: usize) {
        self.max_size = max_size.min(Self::LARGEST);
        self.evict(self.max_size);
        if self.octets.len() > self.max_size.saturating_mul(2) {
            self.move_to_front();
            self.octets.shrink_to(self.max_size.saturating_mul(2));
        }
    }
}
