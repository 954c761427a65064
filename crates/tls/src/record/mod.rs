//! Records: how a conversation of messages and data becomes a stream of octets that nobody can read
//! or change.
//!
//! RFC 8446 §5
//!
//! | octets | field                 | in the clear              | protected                      |
//! |--------|-----------------------|---------------------------|--------------------------------|
//! | 1      | type                  | what it is                | 23, whatever it is             |
//! | 2      | legacy_record_version | 0x0301 or 0x0303, ignored | 0x0303                         |
//! | 2      | length                | up to 2^14                | up to 2^14 + 256               |
//! | n      | fragment              | content                   | sealed: content, type, padding |
//! |        |                       |                           | and a tag of 16 octets         |
//!
//! From the ground up: [`Head`] is what the first five octets say, [`Protection`] seals and opens,
//! [`Phase`] is how a connection begins and ends, and [`Connection`] puts a
//! [`Handshake`](crate::Handshake) on top.
//!
//! Used by: `client` and `server`, under HTTP/1.1, HTTP/2 and WebSocket.

mod connection;
mod dissect;
mod event;
mod head;
mod protection;
mod state;

pub use connection::{Connection, Received};
pub use dissect::{Inside, dissect};
pub use event::Event;
pub use head::{ContentType, Head};
pub use protection::Protection;
pub use state::{Input, Phase, State};

/// Octets of content that a record can carry.
pub const MAX_CONTENT: usize = 1 << 14;
/// Octets of a protected record behind its head: the content, its type, padding, a tag; and room
/// for ciphers that nobody has made yet.
pub const MAX_PROTECTED: usize = MAX_CONTENT + 256;
