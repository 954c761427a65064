//! The ground floor: how octets become numbers and numbers octets, and the words in which every
//! other floor tells what it did.
//!
//! ```text
//!   octets ──► Reader ──► fields      each read names its field: the name stands in the error,
//!   octets ◄── Writer ◄── fields      in the dissection and in the book's tables
//!   Output                            what a connection wants sent, bounded
//!   trace                             one vocabulary of events for all layers
//! ```
//!
//! Invariant: nothing here touches a socket, a clock or a source of randomness; drivers hand those
//! in.
#![forbid(unsafe_code)]

pub mod base64;
mod bucket;
mod clock;
#[doc(hidden)]
pub mod fuzzing;
pub mod hex;
mod notes;
mod output;
mod random;
mod reader;
pub mod spare;
pub mod trace;
mod varint;
mod writer;

pub use bucket::Bucket;
pub use clock::UnixTime;
pub use notes::{Note, Notes};
pub use output::{Output, Segment};
pub use random::{Random, Scripted};
pub use reader::{Reader, Truncated};
pub use varint::VarInt;
pub use writer::{TooLong, Writer};
