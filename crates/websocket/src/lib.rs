//! WebSocket without a socket: one handshake in HTTP, then messages either way, whenever somebody
//! has something to say (RFC 6455, RFC 7692, RFC 8441, RFC 9220).
//!
//! ```text
//!   GET /chat, Upgrade: websocket     101 Switching Protocols          HTTP's last words
//!   ───────────────────────────────────────────────────────────────────────────────────
//!              receive(octets)                    poll_event()
//!   stream ──────────────────►  ┌────────────┐  ─────────────────►  application
//!                               │ Connection │
//!   stream ◄──────────────────  └────────────┘  ◄─────────────────  application
//!             poll_transmit()                    send(message), close …
//! ```
//!
//! From the ground up: [`frame`] is what octets are, [`handshake`] how both ends agree to speak
//! them, [`state`] how they part, [`Connection`] puts them together.
//!
//! After the handshake it needs nothing of HTTP but a stream of octets that ends, so it runs over
//! TCP behind a 101, and over an HTTP/2 or HTTP/3 stream behind an extended CONNECT alike.
//!
//! Invariant: no input of a peer makes this crate panic, loop, or keep more than its [`Limits`]
//! say.
//!
//! Invariant: input whole, octet by octet or cut anywhere gives the same events.
#![forbid(unsafe_code)]

mod close_code;
mod connection;
mod copy;
mod error;
pub mod frame;
#[doc(hidden)]
pub mod fuzzing;
pub mod handshake;
mod limits;
mod message;
mod prepared;
pub mod state;
mod tail;
mod timer;
mod trace;
mod utf8;

pub use close_code::CloseCode;
pub use connection::Connection;
pub use error::{Error, Misuse, Violation};
pub use limits::Limits;
pub use message::{Event, Kind, Message, Role};
pub use prepared::Prepared;
pub use state::State;
