//! What happened on a connection.
//!
//! RFC 9114 §4
//!
//! Used by: drivers, which poll them.

use crate::{Error, ErrorCode, StreamId};
use http::{HeaderMap, Priority, message::RequestHead};

/// What happened.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// A request's head, for a server.
    Request {
        /// The stream to answer on.
        stream: StreamId,
        /// The head, its scheme and protocol.
        head: RequestHead,
        /// Whether it is the whole request.
        end: bool,
    },
    /// A response's head, for a client.
    Response {
        /// The stream of the request, or of the push.
        stream: StreamId,
        /// The head.
        response: Box<http::Response>,
        /// Whether it is the whole response.
        end: bool,
    },
    /// A 1xx response, for a client.
    Informational {
        /// The stream of the request.
        stream: StreamId,
        /// The head.
        response: Box<http::Response>,
    },
    /// A part of the content. Each octet is to be given back by
    /// [`release`](crate::Connection::release) when it is used.
    Data {
        /// The stream.
        stream: StreamId,
        /// The part; empty only where it ends the content.
        octets: Vec<u8>,
        /// Whether the content ends here.
        end: bool,
    },
    /// Fields behind the content, which ends here.
    Trailers {
        /// The stream.
        stream: StreamId,
        /// The fields.
        trailers: HeaderMap,
    },
    /// A server promises a response to a request that it has made up itself, for a client.
    PushPromise {
        /// The stream of the request that made it do so.
        parent: StreamId,
        /// The number of the push.
        push: u64,
        /// The request.
        head: RequestHead,
    },
    /// The response to a promise comes on this stream.
    PushStream {
        /// The number of the push.
        push: u64,
        /// The stream of its response.
        stream: StreamId,
    },
    /// A server will not keep a promise.
    PushCancelled {
        /// The number of the push.
        push: u64,
    },
    /// The peer says how urgent a response is (RFC 9218 §7.2). It is obeyed already.
    Priority {
        /// The stream of the response.
        stream: StreamId,
        /// The priority.
        priority: Priority,
    },
    /// A datagram of a stream came (RFC 9297 §2.1).
    Datagram {
        /// The stream.
        stream: StreamId,
        /// What it carries.
        octets: Vec<u8>,
    },
    /// The peer reads no more of ours; what it sends itself goes on. For a client: the server does
    /// not need the rest of the request (RFC 9114 §4.1).
    Stopped {
        /// The stream.
        stream: StreamId,
        /// Why.
        code: ErrorCode,
    },
    /// An exchange is over, before its time. Nothing follows on its stream.
    StreamReset {
        /// The stream.
        stream: StreamId,
        /// Why. `H3_REQUEST_REJECTED`: nothing was done, and it may be asked again.
        code: ErrorCode,
        /// The rule that the peer broke, where we reset it.
        error: Option<Error>,
    },
    /// A stream whose [`output_room`](crate::Connection::output_room) was 0 has room again.
    Writable(StreamId),
    /// A stream of which [`receive`](crate::Connection::receive) did not take all would take more
    /// now: give it what was left.
    Readable(StreamId),
    /// The peer's settings have come: whether extended CONNECT, whether datagrams.
    Settings,
    /// The peer takes no new requests, or at a server no new pushes. Requests from `id` on were
    /// told as reset with `H3_REQUEST_REJECTED`.
    GoAway {
        /// The first stream, or at a server the first push, that it does not work on.
        id: u64,
    },
    /// Nothing more is to be done here: close the transport with `H3_NO_ERROR` once it has
    /// delivered all. Told once, behind a shutdown of either end.
    Drained,
    /// The peer broke a rule, and the connection or a stream ends. For the log.
    Violation(Error),
    /// The last event, told once.
    Closed {
        /// Whether no exchange was cut off.
        clean: bool,
    },
}
