//! HTTP/2 without a socket: one connection, many streams, binary frames (RFC 9113).
//!
//! ```text
//!   octets ──► frame ──► stream ──► events
//!   octets ◄── frame ◄── stream ◄── commands
//! ```
//!
//! From the ground up: [`frame`] is what octets are, [`settings`] what both ends told each other,
//! [`state`] the life of a stream.
//!
//! Invariant: no input of a peer makes this crate panic, loop, or keep more than its limits say.
#![forbid(unsafe_code)]

mod error;
pub mod frame;
#[doc(hidden)]
pub mod fuzzing;
pub mod settings;
pub mod state;

pub use error::{Error, ErrorCode, Scope};
pub use frame::StreamId;
pub use settings::Settings;
