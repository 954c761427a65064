//! QPACK: field sections compressed so that a lost packet need not hold up the others (RFC 9204).
//!
//! ```text
//!   encoder                                                            decoder
//!   ┌────────────────┐  encoder stream: insert, duplicate, capacity   ┌────────────────┐
//!   │ static   0…98  │ ─────────────────────────────────────────────► │ static   0…98  │
//!   │ dynamic  0…    │  request streams: sections that refer to both  │ dynamic  0…    │
//!   │                │ ═════════════════════════════════════════════► │                │
//!   │ what is known  │  decoder stream: acknowledged, cancelled, seen │                │
//!   └────────────────┘ ◄───────────────────────────────────────────── └────────────────┘
//! ```
//!
//! HPACK's blocks change the table and so must be read in order. Here the table changes on a stream
//! of its own, a section only refers to it, and says how many entries it needs. One that needs an
//! entry that has not come waits (it is *blocked*), alone. An encoder that refers only to what the
//! decoder has confirmed never makes it wait, and that is what ours does unless it is
//! [allowed](Limits::risk) to do otherwise.
//!
//! Integers and strings are HPACK's; the [tables](table) are numbered anew.
//!
//! Invariant: no input of a peer makes this crate panic, loop, or keep more than its [`Limits`]
//! say.
#![forbid(unsafe_code)]

mod decoder;
mod encoder;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod instruction;
mod limits;
mod prefix;
pub mod table;
mod text;

pub use decoder::{Decoder, Status};
pub use encoder::Encoder;
pub use error::{Error, ErrorCode, Scope};
pub use hpack::Field;
pub use instruction::DecoderInstruction;
pub use limits::Limits;
