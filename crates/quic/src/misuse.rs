//! What a caller can do wrong. Nothing of it reaches the wire.

/// A call that the connection cannot answer as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// There is no such stream, or its half in question is over.
    #[error("stream {stream} is not open for that")]
    UnknownStream {
        /// The stream's identifier.
        stream: u64,
    },
    /// Written after `finish` or `reset`, or after the peer asked to stop.
    #[error("nothing more can be written on stream {stream}")]
    NotWritable {
        /// The stream's identifier.
        stream: u64,
    },
    /// The connection is closing, draining or gone.
    #[error("the connection is closing or closed")]
    Closed,
    /// The peer takes no DATAGRAM of that size, or none at all (RFC 9221 §3); or as much waits
    /// already as [`Limits::datagrams`](crate::limits::Limits::datagrams) says.
    #[error("a datagram of {length} octets cannot be sent")]
    Datagram {
        /// Octets of it.
        length: usize,
    },
    /// Keys can be updated once the handshake is confirmed and the last update is acknowledged
    /// (RFC 9001 §6.1).
    #[error("keys cannot be updated yet")]
    KeyUpdate,
    /// The handshake is not confirmed, the peer forbids it, or no connection ID is left (RFC 9000
    /// §9).
    #[error("the connection cannot migrate now")]
    Migration,
}
