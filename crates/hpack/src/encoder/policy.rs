//! What goes into the table: what will come again, and what may be known.
//!
//! RFC 7541 §6.2, §7.1
//!
//! An entry that is never asked for drops others that would have been. So a field whose value is
//! new each time stays out, and one so large that little else would be left. A secret stays out
//! because somebody who can have fields of their own sent beside it could find it by guessing:
//! a right guess makes the block smaller.
//!
//! | field                                   | how                                        |
//! |-----------------------------------------|--------------------------------------------|
//! | marked by the caller                    | never: nor may those who pass it on        |
//! | `authorization`, `proxy-authorization`  | never                                      |
//! | `cookie` below 20 octets                | never: few enough to be guessed            |
//! | `set-cookie`, `age`, `content-length`   | without: each is another                   |
//! | larger than three quarters of the table | without                                    |
//! | `:path`, `etag`, `expires`, `last-modified`, `location` | when it comes a second time |
//! | all others                              | incremental                                |
//!
//! Most paths and dates never come again, and those that do come often. That was measured: on the
//! public stories it makes blocks 1 to 3 % smaller than leaving those fields out, and smaller than
//! putting them in.
//!
//! Used by: the encoder, for each field.

use crate::Field;

/// How a literal is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Indexing {
    /// §6.2.1
    Incremental,
    /// Without indexing the first time, incremental from the second on.
    SecondTime,
    /// §6.2.2
    Without,
    /// §6.2.3
    Never,
}

/// A cookie below this many octets is a secret that can be guessed.
const SHORT_COOKIE: usize = 20;

/// How a field is written that no table has; `fixed` is the number of its name's first entry in the
/// static table.
// ANCHOR: policy
#[inline]
pub(super) fn indexing(field: &Field<'_>, fixed: Option<usize>, table: usize) -> Indexing {
    match fixed {
        _ if field.sensitive => Indexing::Never,
        Some(AUTHORIZATION | PROXY_AUTHORIZATION) => Indexing::Never,
        Some(COOKIE) if field.value.len() < SHORT_COOKIE => Indexing::Never,
        Some(AGE | CONTENT_LENGTH | SET_COOKIE) => Indexing::Without,
        _ if field.size() > table / 4 * 3 => Indexing::Without,
        Some(PATH | ETAG | EXPIRES | LAST_MODIFIED | LOCATION) => Indexing::SecondTime,
        _ => Indexing::Incremental,
    }
}
// ANCHOR_END: policy

/// What came lately, by its hash: the newest of each place.
#[derive(Debug)]
pub struct Lately([u32; 64]);

impl Default for Lately {
    /// Nothing came.
    fn default() -> Self {
        Self([0; 64])
    }
}

impl Lately {
    /// Whether the field of this hash came lately; from now on it did.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "bits to choose and to know it by")]
    pub fn came(&mut self, hash: u64) -> bool {
        let tag = (hash >> 32) as u32;
        let Some(place) = self.0.get_mut(hash as usize & 63) else { return false };
        std::mem::replace(place, tag) == tag
    }
}

// Numbers of the static table.
const PATH: usize = 4;
const AGE: usize = 21;
const AUTHORIZATION: usize = 23;
const CONTENT_LENGTH: usize = 28;
const COOKIE: usize = 32;
const ETAG: usize = 34;
const EXPIRES: usize = 36;
const LAST_MODIFIED: usize = 44;
const LOCATION: usize = 46;
const PROXY_AUTHORIZATION: usize = 49;
const SET_COOKIE: usize = 55;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::fixed_name;

    #[test]
    fn numbers_are_those_of_the_static_table() {
        for (name, number) in [
            (":path", PATH),
            ("age", AGE),
            ("authorization", AUTHORIZATION),
            ("content-length", CONTENT_LENGTH),
            ("cookie", COOKIE),
            ("etag", ETAG),
            ("expires", EXPIRES),
            ("last-modified", LAST_MODIFIED),
            ("location", LOCATION),
            ("proxy-authorization", PROXY_AUTHORIZATION),
            ("set-cookie", SET_COOKIE),
        ] {
            assert_eq!(fixed_name(name.as_bytes()), Some(number), "{name}");
        }
    }
}
