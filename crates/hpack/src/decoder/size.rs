//! Size updates: the peer says how much of the table it uses.
//!
//! RFC 7541 §4.2, §6.3; RFC 9113 §4.3.1
//!
//! ```text
//!     0   1   2   3   4   5   6   7
//!   +---+---+---+---+---+---+---+---+
//!   | 0 | 0 | 1 |   Max size (5+)   |
//!   +---+---------------------------+
//! ```
//!
//! | we                                   | the next block begins with             |
//! |--------------------------------------|----------------------------------------|
//! | allow as much as it uses, or more    | nothing, or any size allowed           |
//! | allow less than it uses              | a size of at most that                 |
//! | allow less, then more                | a size of at most the less, then any allowed |
//!
//! More updates than these two do no harm and are taken.
//!
//! Invariant: the table's size is never above what we allow once a block has been begun.

use crate::{Error, integer, table::DynamicTable};
use wire::Reader;

/// What we allow, and what we wait for.
#[derive(Debug)]
pub(super) struct Sizes {
    limit: usize,
    /// The smallest size allowed since the last block, where the peer must say that it heard.
    due: Option<usize>,
}

impl Sizes {
    pub(super) const fn new(limit: usize) -> Self {
        Self { limit, due: None }
    }

    /// From the next block on at most `size`, where the table may now have `used`.
    pub(super) fn allow(&mut self, size: usize, used: usize) {
        self.limit = size;
        if size < self.due.unwrap_or(used) {
            self.due = Some(size);
        }
    }

    /// Reads the updates at the start of a block.
    #[inline]
    pub(super) fn read_updates(
        &mut self,
        reader: &mut Reader<'_>,
        table: &mut DynamicTable,
    ) -> Result<(), Error> {
        while let Some(0x20..0x40) = reader.rest().first() {
            let offset = reader.offset();
            reader.section("dynamic table size update", "RFC 7541 §6.3");
            let size = integer::decode::<32>(reader, "max size", 5)?;
            reader.explain(|| format!("{size} octets"));
            let limit = self.limit;
            let Some(new) = usize::try_from(size).ok().filter(|new| *new <= limit) else {
                return Err(Error::SizeUpdateTooLarge { size, limit, offset });
            };
            if let Some(limit) = self.due.take()
                && new > limit
            {
                return Err(Error::SizeUpdateMissing { limit });
            }
            table.set_max_size(new);
        }
        self.due.map_or(Ok(()), |limit| Err(Error::SizeUpdateMissing { limit }))
    }
}
