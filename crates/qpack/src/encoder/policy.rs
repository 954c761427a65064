//! What goes into the table: what will come again, and what may be known.
//!
//! RFC 9204 §7.1
//!
//! | field                                   | how                                 |
//! |-----------------------------------------|-------------------------------------|
//! | marked by the caller                    | never: nor may those who pass it on |
//! | `authorization`, `proxy-authorization`  | never                               |
//! | `cookie` below 20 octets                | never: few enough to be guessed     |
//! | `set-cookie`, `age`, `content-length`   | without: each is another            |
//! | larger than three quarters of the table | without                             |
//! | `:path`, `location`, `date`             | the second time                     |
//! | `etag`, `expires`, `last-modified`      | the second time                     |
//! | all others, while their name has credit | at once                             |
//! | all others, when it has none            | the second time                     |
//!
//! Credit is what the values of a name have earned by coming again (`history`): a name that nobody
//! foresaw, and whose values are each another, has soon spent what it was given at first.
//!
//! An insertion is written on top of the reference to it, and where streams may not be blocked the
//! section needs the literal beside it; so fields that seldom come again wait until they have come
//! once. A `date` is such a field for one second, and the same for all answers within it. All of it
//! was measured on the public lists.
//!
//! Used by: the encoder, for each field.

use crate::Field;

/// How a field is written that no table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Indexing {
    /// Put into the table at once, while the name has credit (`history`).
    FirstTime,
    /// A literal the first time, put into the table from the second on.
    SecondTime,
    /// A literal.
    Without,
    /// A literal whose N bit is set (§4.5.4).
    Never,
}

/// A cookie below this many octets is a secret that can be guessed.
const SHORT_COOKIE: usize = 20;

/// Whether nobody may index the field.
pub(super) fn is_secret(field: &Field<'_>, fixed: Option<usize>) -> bool {
    match fixed {
        _ if field.sensitive => true,
        Some(AUTHORIZATION) => true,
        Some(COOKIE) => field.value.len() < SHORT_COOKIE,
        None => field.name == b"proxy-authorization",
        _ => false,
    }
}

// ANCHOR: policy
/// How a field is written that no table has; `fixed` is the number of its name's first entry in the
/// static table.
#[inline]
pub(super) fn indexing(field: &Field<'_>, fixed: Option<usize>, capacity: usize) -> Indexing {
    match fixed {
        _ if is_secret(field, fixed) => Indexing::Never,
        Some(AGE | CONTENT_LENGTH | SET_COOKIE) => Indexing::Without,
        _ if field.size() > capacity / 4 * 3 => Indexing::Without,
        Some(PATH | DATE | ETAG | LAST_MODIFIED | LOCATION) => Indexing::SecondTime,
        None if field.name == b"expires" => Indexing::SecondTime,
        _ => Indexing::FirstTime,
    }
}
// ANCHOR_END: policy

// Numbers of the static table.
const PATH: usize = 1;
const AGE: usize = 2;
const CONTENT_LENGTH: usize = 4;
const COOKIE: usize = 5;
const DATE: usize = 6;
const ETAG: usize = 7;
const LAST_MODIFIED: usize = 10;
const LOCATION: usize = 12;
const SET_COOKIE: usize = 14;
const AUTHORIZATION: usize = 84;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::fixed_name;

    #[test]
    fn numbers_are_those_of_the_static_table() {
        for (name, number) in [
            (":path", PATH),
            ("age", AGE),
            ("content-length", CONTENT_LENGTH),
            ("cookie", COOKIE),
            ("date", DATE),
            ("etag", ETAG),
            ("last-modified", LAST_MODIFIED),
            ("location", LOCATION),
            ("set-cookie", SET_COOKIE),
            ("authorization", AUTHORIZATION),
        ] {
            assert_eq!(fixed_name(name.as_bytes()), Some(number), "{name}");
        }
    }
}
