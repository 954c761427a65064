//! Where an entry is: a hash names a row of four places, and one of them may know it.
//!
//! ```text
//!   hash ──► row     [ tag, entry | tag, entry | tag, entry | tag, entry ]
//! ```
//!
//! It is a hint and no more: what it points to is compared, and what it has forgotten is written
//! again as a literal. So entries are not taken out when they are dropped, a full row forgets its
//! oldest, and a look costs at most four comparisons, whoever chose the fields.
//!
//! Invariant: the rows do not grow; they are made when the first entry comes.
//!
//! Used by: the encoder here, and that of QPACK.

use crate::table::DynamicTable;

/// A map from hashes to entries of a dynamic table.
#[derive(Debug)]
pub struct Places {
    rows: Vec<[Place; 4]>,
    count: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// The hash's bits that did not choose the row.
    tag: u32,
    /// How many entries came before it, counted round at 2^32.
    entry: u32,
}

impl Place {
    /// How many entries came after it; as many as the table has, or more, where it was dropped.
    #[inline]
    const fn age(self, table: &DynamicTable) -> usize {
        table.inserted().wrapping_sub(self.entry).wrapping_sub(1) as usize
    }
}

/// A table of 16 MiB has rows enough.
const MOST_ROWS: usize = 1 << 18;

impl Places {
    /// Places for a table of `size` octets: two for each entry that it can have.
    pub fn new(size: usize) -> Self {
        let count = (size / 64).next_power_of_two().min(MOST_ROWS);
        Self { rows: Vec::new(), count }
    }

    /// The age of an entry that `matches`.
    #[inline]
    pub fn find(
        &self,
        hash: u64,
        table: &DynamicTable,
        matches: impl Fn((&[u8], &[u8])) -> bool,
    ) -> Option<usize> {
        let (row, tag) = self.split(hash);
        for place in self.rows.get(row)? {
            if place.tag == tag
                && let age = place.age(table)
                && table.get(age).is_some_and(&matches)
            {
                return Some(age);
            }
        }
        None
    }

    /// Remembers the entry that is about to be put into the table.
    #[inline]
    pub fn add(&mut self, hash: u64, table: &DynamicTable) {
        if self.rows.is_empty() {
            self.rows = vec![[Place::default(); 4]; self.count];
        }
        let (row, tag) = self.split(hash);
        let Some(row) = self.rows.get_mut(row) else { return };
        // The same again takes its own place, all else the place that is out of date the longest.
        let oldest = row.iter_mut().max_by_key(|place| match place.tag == tag {
            true => usize::MAX,
            false => place.age(table),
        });
        if let Some(place) = oldest {
            *place = Place { tag, entry: table.inserted() };
        }
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "bits to choose by, any will do")]
    fn split(&self, hash: u64) -> (usize, u32) {
        (hash as usize & (self.count - 1), (hash >> 32) as u32)
    }
}

/// A hash of `octets` that begins with `seed`. It is quick and not hard to break, which gains
/// nobody more than what a full row forgets.
#[inline]
pub fn hash(seed: u64, octets: &[u8]) -> u64 {
    let mut hash = fold(seed ^ octets.len() as u64);
    let mut rest = octets;
    while let Some((word, behind)) = rest.split_first_chunk() {
        hash = fold(hash ^ u64::from_le_bytes(*word));
        rest = behind;
    }
    if rest.is_empty() {
        return hash;
    }
    // The last word again where there is one, or the few octets that there are.
    let last = match octets.last_chunk() {
        Some(word) => u64::from_le_bytes(*word),
        None => rest.iter().fold(0, |word, octet| word << 8 | u64::from(*octet)),
    };
    fold(hash ^ last)
}

/// Multiplies, and folds the upper half onto the lower, so that each bit touches both.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the two halves of the product")]
const fn fold(word: u64) -> u64 {
    // Odd, and with as many ones as zeros.
    let product = (word ^ 0x2545_f491_4f6c_dd1d) as u128 * 0x9e37_79b9_7f4a_7c15;
    product as u64 ^ (product >> 64) as u64
}
