//! HPACK: the same fields again and again, said in one octet each (RFC 7541).
//!
//! ```text
//!   fields                          block                           fields
//!   :method: GET    ┌─────────┐                    ┌─────────┐     :method: GET
//!   :path: /     ──►│ Encoder │──► 82 84 be … ────►│ Decoder │──►  :path: /
//!   x-tag: a        └────┬────┘                    └────┬────┘     x-tag: a
//!                   ┌────┴─────┐                  ┌─────┴────┐
//!                   │ 1…61     │ static table     │ 1…61     │     the same for all the world
//!                   │ 62 newest│ dynamic table    │ 62 newest│     the same at both ends of one
//!                   │ …  oldest│                  │ …  oldest│     connection, block after block
//!                   └──────────┘                  └──────────┘
//! ```
//!
//! From the ground up: [`integer`] is how a number is written from the middle of an octet on,
//! [`huffman`] how a string is written in fewer bits, [`table`] what the numbers point to;
//! [`Decoder`] and [`Encoder`] put them together. QPACK uses the first two as they are.
//!
//! What one end adds to its table the other end adds too, in the same order. So a block that breaks
//! a rule ends the connection, and a block that is merely too much for us is read to its end all
//! the same: [`Error::scope`] tells the two apart.
//!
//! Invariant: no input of a peer makes this crate panic, loop, or keep more than its [`Limits`]
//! say.
//!
//! Invariant: fields are borrowed, from the block, from a table or from one buffer that is used
//! again; nothing is allocated for a field.
#![forbid(unsafe_code)]

mod decoder;
mod encoder;
mod error;
mod field;
#[doc(hidden)]
pub mod fuzzing;
pub mod huffman;
pub mod integer;
mod limits;
pub mod table;

pub use decoder::Decoder;
pub use encoder::{Encoder, Lately, places};
pub use error::{Error, Scope};
pub use field::Field;
pub use limits::Limits;
