//! What a connection tells whoever drives it.
//!
//! RFC 9000 §2.4, §5.3
//!
//! Invariant: what a peer can cause is told once until it is asked for: one `Readable` for a
//! stream until it is read, one `Writable` for a `send` that took less than all.
//!
//! Used by: HTTP/3, the drivers.

use crate::{
    connection::FourTuple,
    error::{Error, TransportError},
    stream::{Direction, StreamId},
    version::Version,
};

/// What happened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// The handshake is complete: the peer is who it says (§4.1.1 of RFC 9001).
    Connected(Box<tls::Summary>),
    /// Both ends know that it is complete (§4.1.2 of RFC 9001).
    HandshakeConfirmed,
    /// What becomes of 0-RTT data. Where it was rejected, streams are kept and everything on them
    /// is sent again.
    EarlyData(tls::EarlyData),
    /// The peer opened a stream.
    Opened(StreamId),
    /// There is something to read, or the end of the stream.
    Readable(StreamId),
    /// A `send` that took less than all would take more now.
    Writable(StreamId),
    /// The peer has acknowledged everything, the end included.
    Finished(StreamId),
    /// The peer gave up its half of the stream.
    Reset {
        /// The stream.
        stream: StreamId,
        /// The application's reason.
        code: u64,
    },
    /// The peer reads no more of ours; the stream is reset already.
    Stopped {
        /// The stream.
        stream: StreamId,
        /// The application's reason.
        code: u64,
    },
    /// A datagram came (RFC 9221).
    Datagram(Vec<u8>),
    /// An `open` that was refused would be answered now.
    StreamsAvailable(Direction),
    /// A path carries both ways.
    PathValidated(FourTuple),
    /// A path that was tried does not answer.
    PathFailed(FourTuple),
    /// Everything goes over this path now.
    Migrated(FourTuple),
    /// For the next connection: it is in the session store already.
    Ticket(Box<tls::Ticket>),
    /// For the next connection's first packet, from the same address (RFC 9000 §8.1.3).
    NewToken(Vec<u8>),
    /// It is over; nothing else comes.
    Closed(Closed),
}

/// Why a connection is over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Closed {
    /// We closed it.
    Local {
        /// The application's code.
        code: u64,
    },
    /// The peer broke a rule, and was told so.
    Violation(Error),
    /// The peer's transport says that something is wrong.
    Transport {
        /// What.
        code: TransportError,
        /// The type of the frame that was wrong; 0 where it does not say.
        frame: u64,
        /// For a person, in UTF-8 if the peer is honest.
        reason: Vec<u8>,
    },
    /// The peer's application closed it.
    Application {
        /// The application's code.
        code: u64,
        /// For a person.
        reason: Vec<u8>,
    },
    /// Silence for too long (RFC 9000 §10.1).
    Idle,
    /// The handshake took too long.
    HandshakeTimeout,
    /// The peer knows nothing of this connection (RFC 9000 §10.3).
    StatelessReset,
    /// The server speaks none of our versions, but these (RFC 9000 §6.2). Where one of ours is
    /// among them, which is so only if the first was not, begin anew with it.
    Versions(Vec<Version>),
    /// Keys are worn out (RFC 9001 §6.6), or the cipher failed.
    Internal(Error),
}
