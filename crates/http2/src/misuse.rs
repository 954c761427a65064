//! What a caller can ask that cannot be done.
//!
//! Invariant: a call that answers a `Misuse` has changed nothing on the wire.
//!
//! Used by: every command of [`Connection`](crate::Connection).

use crate::StreamId;
use http::message::outgoing::Unsendable;

/// A command that cannot be obeyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The connection is closing or closed.
    #[error("the connection is over")]
    Closed,
    /// The stream has ended, was reset, or never was: RFC 9113 §5.1.
    #[error("stream {stream} is not there any more")]
    NoStream {
        /// The stream.
        stream: StreamId,
    },
    /// Not now: the stream's head was sent already, or was not yet: RFC 9113 §8.1.
    #[error("{input} is not allowed where stream {stream} is {state}")]
    OutOfOrder {
        /// The stream.
        stream: StreamId,
        /// Where it is in its life.
        state: &'static str,
        /// What was asked for.
        input: &'static str,
    },
    /// More octets than Content-Length announced.
    #[error("the content is longer than its length of {length} left octets")]
    TooLong {
        /// Octets that were still to come.
        length: u64,
    },
    /// The content ended early. The stream is reset, so that the peer sees it.
    #[error("the content ends {missing} octets early")]
    TooShort {
        /// Octets that were still to come.
        missing: u64,
    },
    /// The head is none that can be sent.
    #[error(transparent)]
    Head(#[from] Unsendable),
    /// The status is not one that this call sends.
    #[error("status {status} cannot be sent by this call")]
    Status {
        /// The code.
        status: u16,
    },
    /// The other end's command: a client does not answer, a server does not ask.
    #[error("this end of the connection does not do that")]
    Role,
    /// The peer takes no more streams now: RFC 9113 §5.1.2. Wait until one has ended.
    #[error("the peer takes no more streams now")]
    TooManyStreams,
    /// The peer takes no more streams on this connection (RFC 9113 §6.8), or we said that we make
    /// none, or there is no number left: another connection is needed.
    #[error("this connection takes no more streams")]
    GoingAway,
    /// The peer wants no pushes (RFC 9113 §8.4), or the request cannot be pushed.
    #[error("this cannot be pushed")]
    NoPush,
    /// The peer has not said that it takes extended CONNECT: RFC 8441 §3.
    #[error("the peer has not said that it takes extended CONNECT")]
    NoExtendedConnect,
}
