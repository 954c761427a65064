//! HTTP/2 without a socket: one connection, many streams, binary frames (RFC 9113).
//!
//! ```text
//!   octets ──► frame ──► hpack ──► message ──► stream ──► events
//!   octets ◄── frame ◄── schedule ◄── stream ◄── commands
//! ```
//!
//! From the ground up: [`frame`] is what octets are, [`settings`] what both ends told each other,
//! [`state`] the life of a stream, [`Connection`] one end of it all.
//!
//! Invariant: no input of a peer makes this crate panic, loop, or keep more than its [`Limits`]
//! say.
#![forbid(unsafe_code)]

mod connection;
mod copy;
mod error;
mod event;
pub mod frame;
#[doc(hidden)]
pub mod fuzzing;
mod limits;
mod misuse;
pub mod settings;
pub mod state;
mod stream;
mod trace;
mod window;

pub use connection::{ClientOptions, Connection, Role, State};
pub use error::{Error, ErrorCode, Scope};
pub use event::Event;
pub use frame::StreamId;
pub use http::message::Outgoing;
pub use limits::Limits;
pub use misuse::Misuse;
pub use settings::Settings;
