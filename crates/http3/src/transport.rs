//! What carries the streams: the little that HTTP/3 asks of QUIC.
//!
//! RFC 9114 §3, §6; RFC 9000 §2.4
//!
//! | RFC 9000 §2.4           | here                                      |
//! |-------------------------|-------------------------------------------|
//! | open a stream           | `open_unidirectional`                     |
//! | write data              | `send`, `send_shared`: as much as fits    |
//! | end the stream          | `finish`                                  |
//! | reset the stream        | `reset`                                   |
//! | abort reading           | `stop_sending`                            |
//! | RFC 9221: a datagram    | `send_datagram`                           |
//! | close the connection    | `close`                                   |
//!
//! It is to streams what [`wire::Output`] is to one line of octets: room is the transport's to
//! give, and nothing is copied here on the way.
//!
//! Invariant: `send` may take less than all; then nothing is sent on that stream until
//! the driver says that there is room.
//!
//! Used by: the connection, which writes to it; drivers and tests
//! implement it.

use crate::StreamId;
use http::Priority;
use std::sync::Arc;

/// Streams that octets are written to.
///
/// A stream that the peer has stopped, and that the transport therefore refuses, takes everything:
/// the octets are dropped until the connection is told that it was stopped.
pub trait Transport {
    /// A new unidirectional stream, or `None` where the peer allows none for now.
    fn open_unidirectional(&mut self) -> Option<StreamId>;

    /// Takes octets of a stream, as many as there is room for; answers how many.
    fn send(&mut self, stream: StreamId, octets: &[u8]) -> usize;

    /// As [`send`](Self::send), of octets that others hold too; `from` is where to begin.
    fn send_shared(&mut self, stream: StreamId, octets: &Arc<[u8]>, from: usize) -> usize {
        self.send(stream, octets.get(from..).unwrap_or_default())
    }

    /// As [`send`](Self::send), of octets that nobody else needs: it may keep the vector, and then
    /// takes all and leaves an empty one.
    fn send_owned(&mut self, stream: StreamId, octets: &mut Vec<u8>) -> usize {
        self.send(stream, octets)
    }

    /// Nothing more follows on the stream.
    fn finish(&mut self, stream: StreamId);

    /// Gives up our half of the stream.
    fn reset(&mut self, stream: StreamId, code: u64);

    /// Asks the peer to give up its half, and drops what came: of the stream nothing is delivered
    /// any more, not even its end.
    fn stop_sending(&mut self, stream: StreamId, code: u64);

    /// How urgent what is sent on the stream is (RFC 9218 §10).
    fn set_priority(&mut self, stream: StreamId, priority: Priority) {
        let _ = (stream, priority);
    }

    /// Sends a datagram, or drops it: nobody relies on one.
    fn send_datagram(&mut self, octets: Vec<u8>);

    /// Ends the connection with this code, and words for a person.
    fn close(&mut self, code: u64, reason: &str);
}
