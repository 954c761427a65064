//! Fields: names and values, in order, some more than once (RFC 9110 §5).

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
