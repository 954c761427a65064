//! HTTP/3 over any transport that gives `(StreamId, octets, fin)`.
//!
//! RFC 9114, RFC 9218, RFC 9220, RFC 9297
//!
//! So far: [`StreamId`] is how streams are named, [`Transport`] what must carry them.
//!
//! Invariant: no input of a peer makes this crate panic, loop, or keep more than its limits say.
#![forbid(unsafe_code)]

mod stream_id;
mod transport;

pub use stream_id::StreamId;
pub use transport::Transport;

/// Which end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It asks.
    Client,
    /// It answers.
    Server,
}
