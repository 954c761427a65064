//! HTTP/1.0 and HTTP/1.1 without a socket: octets and time in, events and octets out (RFC 1945,
//! RFC 9112, RFC 9110).
//!
//! ```text
//!              receive(octets)                    poll_event()
//!   socket ──────────────────►  ┌────────────┐  ─────────────────►  application
//!                               │ Connection │
//!   socket ◄──────────────────  └────────────┘  ◄─────────────────  application
//!             poll_transmit()                  send_response(…) …
//! ```
//!
//! From the ground up: [`head`] parses start lines and fields, [`framing`] decides where content
//! ends, [`body`] undoes and applies that, [`state`] says what may follow what, and [`server`] and
//! [`client`] put them together.
//!
//! Invariant: no input of a peer makes this crate panic, loop, or keep more than its [`Limits`]
//! say.
//!
//! Invariant: input whole, octet by octet or cut anywhere gives the same events.
#![forbid(unsafe_code)]

pub mod body;
pub mod client;
mod error;
pub mod framing;
#[doc(hidden)]
pub mod fuzzing;
pub mod head;
mod limits;
mod octets;
pub mod server;
pub mod state;
mod tail;
mod timer;
mod trace;

pub use body::{Content, Outgoing};
pub use error::{Error, Misuse, Violation};
pub use limits::Limits;
pub use state::State;
