//! Trace events made visible: every layer tells what it does in the words of [`wire::trace`], and
//! here those words become text that a person or a program reads.
//!
//! ```text
//!   connection ──► Trace ──► Sink ──► Recorder     keeps the events, bounded
//!                                ├──► Ladder       what went over the wire: `get -v`
//!                                ├──► Packets      QUIC, packet by packet: `quic get -vv`
//!                                ├──► Walk         from `get` down to the socket: `get --trace`
//!                                ├──► qlog         a connection of QUIC, for other tools
//!                                └──► json         one object per line, for programs
//! ```
//!
//! ```
//! use std::{sync::Arc, time::Instant};
//! use view::Recorder;
//! use wire::trace::{Direction, Field, Layer, Trace, Value};
//!
//! let recorder = Arc::new(Recorder::default());
//! let trace = Trace::to(recorder.clone(), 7);
//! trace.emit(Instant::now(), Layer::Http1, Direction::Sent, "request", None, || {
//!     [Field { name: "target", value: Value::Text("/") }]
//! });
//! let records = recorder.records();
//! assert_eq!(records[0].name, "request");
//! assert_eq!(records[0].text("target"), Some("/"));
//! ```
//!
//! Invariant: nothing here parses a protocol; names and fields come from the events. A new layer is
//! visible as soon as it speaks.
//!
//! Invariant: no octet of a peer reaches a terminal as a control character (see [`visible()`]).
//!
//! Used by: `cli`, and `lab` for the tour.
#![forbid(unsafe_code)]

pub mod json;
mod ladder;
mod packets;
pub mod qlog;
mod record;
mod visible;
mod walk;

pub use ladder::{Detail, Ladder, head_end};
pub use packets::Packets;
pub use record::{OwnedField, OwnedValue, Record, Recorder};
pub use visible::{hex_lines, visible, visible_octets};
pub use walk::Walk;
