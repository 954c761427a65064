//! What came before: which fields, and how well each name's values came again.
//!
//! RFC 9204 §2.1 leaves the choice to the encoder.
//!
//! ```text
//!   credit of a name    what becomes of a new value
//!   0                   waits until it has come once
//!   1 … MOST            goes into the table at once, and costs one
//!                       each value that comes again earns one
//! ```
//!
//! A name whose values are each another (an identifier of a request) soon has no credit: its values
//! wait until they have come once. Names share places by hash, for a wrong guess costs octets only.
//!
//! Invariant: the memory is the same, whatever comes.
//!
//! Used by: the encoder, for each field that is not in the static table.

/// Fields that came lately, and the credit of names.
#[derive(Debug)]
pub(super) struct History {
    /// The newest in place of the oldest.
    seen: [u32; SEEN],
    next: usize,
    credits: [u8; NAMES],
}

/// How many fields are remembered that were not put into the table. Few, on purpose: what comes
/// again after long is seldom worth what is dropped for it. On the public lists 8 to 20 are within
/// 1 % of each other; 32 cost 1 % more where no stream may wait.
const SEEN: usize = 16;
/// Places for names: several times as many as a site sends.
const NAMES: usize = 256;
/// What a name has at first, what it has at most, and what a value that comes again earns it.
const FIRST: u8 = 3;
const MOST: u8 = 4;
const EARNS: u8 = 1;

impl Default for History {
    fn default() -> Self {
        Self { seen: [0; SEEN], next: 0, credits: [FIRST; NAMES] }
    }
}

impl History {
    /// Whether the field of this hash came lately; from now on it did.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "bits to know it by")]
    pub(super) fn came(&mut self, whole: u64) -> bool {
        let tag = (whole >> 32) as u32;
        // Looked through, not hashed into places: two fields in one place would drive each other
        // out for as long as they take turns.
        if self.seen.contains(&tag) {
            return true;
        }
        if let Some(place) = self.seen.get_mut(self.next) {
            *place = tag;
        }
        self.next = (self.next + 1) % SEEN;
        false
    }

    /// A value of this name came again.
    #[inline]
    pub(super) fn earn(&mut self, name: u64) {
        if let Some(credit) = self.credit(name) {
            *credit = credit.saturating_add(EARNS).min(MOST);
        }
    }

    /// Whether a new value of this name may go into the table at once; it is paid for.
    #[inline]
    pub(super) fn spend(&mut self, name: u64) -> bool {
        let Some(credit) = self.credit(name) else { return false };
        let left = *credit > 0;
        *credit = credit.saturating_sub(1);
        left
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "bits to choose by")]
    fn credit(&mut self, name: u64) -> Option<&mut u8> {
        self.credits.get_mut((name ^ name >> 32) as usize % NAMES)
    }
}
