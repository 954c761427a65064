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
    /// The connection is closed.
    #[error("the connection is over")]
    Closed,
    /// The stream has ended, was reset, or never was: RFC 9114 §4.1.
    #[error("stream {stream} is not there any more")]
    NoStream {
        /// The stream.
        stream: StreamId,
    },
    /// The stream is of the wrong kind, or was used already: RFC 9114 §6.
    #[error("stream {stream} is none for that")]
    WrongStream {
        /// The stream.
        stream: StreamId,
    },
    /// Not now: the stream's head was sent already, or was not yet: RFC 9114 §4.1.
    #[error("{input} is not allowed where stream {stream} is")]
    OutOfOrder {
        /// The stream.
        stream: StreamId,
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
    /// The fields are more than the peer has said that it takes: RFC 9114 §4.2.2.
    #[error("the field section has {size} octets, where the peer takes {limit}")]
    SectionTooLarge {
        /// As RFC 9114 §4.2.2 counts: 32 octets are added for each field.
        size: u64,
        /// The peer's SETTINGS_MAX_FIELD_SECTION_SIZE.
        limit: u64,
    },
    /// The other end's command: a client does not answer, a server does not ask.
    #[error("this end of the connection does not do that")]
    Role,
    /// As many requests are open as we begin. Wait until one has ended.
    #[error("no more requests are begun now")]
    TooManyStreams,
    /// The peer takes no more requests on this connection (RFC 9114 §5.2), or we said that we make
    /// none: another connection is needed.
    #[error("this connection takes no more requests")]
    GoingAway,
    /// The peer wants no pushes now (RFC 9114 §4.6), or the request cannot be pushed.
    #[error("this cannot be pushed")]
    NoPush,
    /// The peer has not said that it takes extended CONNECT: RFC 9220 §3.
    #[error("the peer has not said that it takes extended CONNECT")]
    NoExtendedConnect,
    /// Not both ends have said that they take datagrams: RFC 9297 §2.1.1.
    #[error("not both ends take datagrams")]
    NoDatagrams,
}
