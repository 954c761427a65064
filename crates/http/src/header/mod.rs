//! Fields: names and values, in order, some more than once (RFC 9110 §5).
//!
//! | module  | answers                                                        | RFC 9110   |
//! |---------|----------------------------------------------------------------|------------|
//! | `name`  | which octets are a name; names without regard to case          | §5.1       |
//! | `value` | which octets are a value                                       | §5.5       |
//! | `map`   | all fields of a message in their order                         | §5.2, §5.3 |
//! | `list`  | what stands inside values                                      | §5.6       |
//! | `hop`   | which fields end at the next hop                               | §7.6.1     |
//! | `fields`| small fields that more than one crate writes                   |            |
//!
//! Invariant: a [`HeaderName`] is a token, and a [`HeaderValue`] holds no CR, LF or NUL.

mod fields;
pub mod hop;
pub mod list;
mod map;
mod name;
mod value;

pub use fields::{add_vary, allow, retry_after};
pub use map::{HeaderMap, Iter};
pub use name::HeaderName;
pub use value::HeaderValue;

/// A name or a value that must not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidField {
    /// RFC 9110 §5.1: not a token.
    #[error("the field name is not a token: octet {offset}")]
    Name {
        /// The first wrong octet; 0 for an empty name.
        offset: usize,
    },
    /// RFC 9110 §5.5: CR, LF, NUL or another control octet; or white space at an end.
    #[error("the field value holds an octet that is not allowed: octet {offset}")]
    Value {
        /// The first wrong octet.
        offset: usize,
    },
}
