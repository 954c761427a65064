//! The prefix of a section: how many entries it needs, and where its relative indices begin.
//!
//! RFC 9204 §4.5.1
//!
//! ```text
//!     0   1   2   3   4   5   6   7
//!   +---+---+---+---+---+---+---+---+
//!   |   Required Insert Count (8+)  |     counted round at twice the entries a table can have
//!   +---+---------------------------+
//!   | S |      Delta Base (7+)      |     S: the base lies below the count
//!   +---+---------------------------+
//! ```
//!
//! The count grows for as long as a connection lives, yet both ends know it within the size of a
//! table: so it is sent modulo 2 × MaxEntries, plus one, for 0 says that nothing is needed.
//!
//! Invariant: what is read is at most MaxEntries ahead of what came, and above 0.

use crate::{Error, ErrorCode};
use hpack::{Field, integer};
use wire::Reader;

/// What stands in front of the lines of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Prefix {
    /// Entries that must have been inserted before the section can be read.
    pub(crate) required: u64,
    /// The absolute index at which post-base indices begin.
    pub(crate) base: u64,
}

/// Entries that a table of `capacity` octets can have at most (§3.2.1).
pub(crate) const fn max_entries(capacity: usize) -> u64 {
    (capacity / Field::OVERHEAD) as u64
}

impl Prefix {
    // ANCHOR: required
    /// Reads it, where `inserted` entries have come and the table may have `capacity` octets by our
    /// settings, whatever it has now.
    pub(crate) fn read(
        reader: &mut Reader<'_>,
        inserted: u64,
        capacity: usize,
    ) -> Result<Self, Error> {
        let bad = |error| Error::primitive(error, ErrorCode::DecompressionFailed);
        reader.section("encoded field section prefix", "RFC 9204 §4.5.1");
        let encoded = integer::decode::<62>(reader, "required insert count", 8).map_err(bad)?;
        let required = Self::required(encoded, inserted, capacity)?;
        reader.explain(|| required.to_string());
        let below = reader.rest().first().is_some_and(|first| first & 0x80 != 0);
        let delta = integer::decode::<62>(reader, "delta base", 7).map_err(bad)?;
        let base = match below {
            true => required.checked_sub(delta).and_then(|base| base.checked_sub(1)),
            false => required.checked_add(delta),
        };
        let base = base.ok_or(Error::Base { required, delta })?;
        reader.explain(|| format!("base {base}"));
        Ok(Self { required, base })
    }

    /// §4.5.1.1: of all counts that are written so, the one near what has come.
    fn required(encoded: u64, inserted: u64, capacity: usize) -> Result<u64, Error> {
        if encoded == 0 {
            return Ok(0);
        }
        let wrong = Error::InsertCount { encoded };
        let full = 2 * max_entries(capacity);
        if encoded > full {
            return Err(wrong);
        }
        let most = inserted + max_entries(capacity);
        let mut required = most / full * full + encoded - 1;
        if required > most {
            required = required.checked_sub(full).ok_or(wrong)?;
        }
        if required == 0 { Err(wrong) } else { Ok(required) }
    }
    // ANCHOR_END: required

    /// Appends it, where the peer's settings allow `capacity` octets.
    pub(crate) fn write(self, capacity: usize, out: &mut Vec<u8>) {
        let Self { required, base } = self;
        if required == 0 {
            return out.extend_from_slice(&[0, 0]);
        }
        let full = (2 * max_entries(capacity)).max(1);
        integer::encode(0, 8, required % full + 1, out);
        match base.checked_sub(required) {
            Some(delta) => integer::encode(0, 7, delta, out),
            None => integer::encode(0x80, 7, required - base - 1, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s4_5_1_1_a_count_within_reach_is_read_as_it_was_written() {
        for capacity in [32, 64, 100, 4096] {
            let reach = max_entries(capacity);
            for inserted in 0..300_u64 {
                for required in inserted.saturating_sub(reach).max(1)..=inserted + reach {
                    let mut out = Vec::new();
                    Prefix { required, base: inserted }.write(capacity, &mut out);
                    // The decoder may have seen fewer or more, within the size of the table.
                    let read = Prefix::read(&mut Reader::new(&out), inserted, capacity);
                    let wanted = Prefix { required, base: inserted };
                    if required + reach > inserted {
                        assert_eq!(read, Ok(wanted), "{capacity} {inserted} {required}");
                    }
                }
            }
        }
    }

    #[test]
    fn s4_5_1_1_the_example() {
        // MaxEntries 3 (a table of 100 octets), 10 came, 4 is written: 9.
        assert_eq!(Prefix::required(4, 10, 100), Ok(9));
        assert_eq!(Prefix::required(7, 10, 100), Err(Error::InsertCount { encoded: 7 }));
        assert!(Prefix::required(1, 0, 0).is_err());
        assert!(Prefix::required(5, 0, 100).is_err(), "beyond what can have been sent");
        assert!(Prefix::required(1, 0, 100).is_err(), "0 is written as 0");
    }
}
