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
//! Integers and strings are HPACK's; the [tables](table) are numbered anew. [`Encoder`] and
//! [`Decoder`] are one end each; [`DecoderInstruction`] is what goes back. Whoever owns both and
//! the streams between them (here `http3`, in a test four vectors) hands octets over:
//!
//! ```
//! use qpack::{Decoder, Encoder, Field, Limits, Status};
//!
//! let limits = Limits::default();
//! let (mut encoder, mut decoder) = (Encoder::new(&limits), Decoder::new(&limits));
//! encoder.set_peer(4096, 16); // what the decoder's settings say
//! let mut lengths = Vec::new();
//! for stream in [0, 4] {
//!     let (mut section, mut instructions, mut back) = (Vec::new(), Vec::new(), Vec::new());
//!     encoder.encode(stream, [Field::new(b"user-agent", b"Wirebook")], &mut section);
//!     encoder.take_instructions(&mut instructions);
//!
//!     // The section may arrive before the instructions: it needs none of them.
//!     let status = decoder.decode(stream, &section, |field| assert_eq!(field.value, b"Wirebook"))?;
//!     assert_eq!(status, Status::Done);
//!     decoder.receive_instructions(&instructions)?;
//!     decoder.take_instructions(&mut back);
//!     encoder.receive_instructions(&back)?;
//!     lengths.push(section.len());
//! }
//! assert_eq!(lengths, [11, 3]); // a literal, then a number
//! # Ok::<(), qpack::Error>(())
//! ```
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
