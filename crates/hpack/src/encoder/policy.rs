//! What goes into the table: what will come again, and what may be known.
//!
//! RFC 7541 §6.2, §7.1
//!
//! An entry that is never asked for drops others that would have been. So a field whose value is
//! new each time stays out, and one so large that little else would be left. A secret stays out
//! because somebody who can have fields of their own sent beside it could find it by guessing:
//! a right guess makes the block smaller.
//!
//! | field                                   | how                                           |
//! |-----------------------------------------|-----------------------------------------------|
//! | marked by the caller                    | never: also those who pass it on must not     |
//! | `authorization`, `proxy-authorization`  | never                                         |
//! | `cookie` below 20 octets                | never: few enough to be guessed               |
//! | `:path`, `age`, `content-length`, `etag`, `if-modified-since`, `if-none-match`, `location`, `set-cookie` | without: each is another |
//! | larger than three quarters of the table | without                                       |
//! | all others                              | incremental                                   |

use crate::Field;

/// How a literal is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Indexing {
    /// §6.2.1
    Incremental,
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
        Some(
            PATH | AGE | CONTENT_LENGTH | ETAG | IF_MODIFIED_SINCE | IF_NONE_MATCH | LOCATION
            | SET_COOKIE,
        ) => Indexing::Without,
        _ if field.size() > table / 4 * 3 => Indexing::Without,
        _ => Indexing::Incremental,
    }
}
// ANCHOR_END: policy

// Numbers of the static table.
const PATH: usize = 4;
const AGE: usize = 21;
const AUTHORIZATION: usize = 23;
const CONTENT_LENGTH: usize = 28;
const COOKIE: usize = 32;
const ETAG: usize = 34;
const IF_MODIFIED_SINCE: usize = 40;
const IF_NONE_MATCH: usize = 41;
const LOCATION: usize = 46;
const PROXY_AUTHORIZATION: usize = 49;
const SET_COOKIE: usize = 55;
