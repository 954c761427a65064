//! What happened on a connection.
//!
//! RFC 9113 §8
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
        /// The stream of the request, or of the promise.
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
        /// The stream that the response will come on.
        stream: StreamId,
        /// The request.
        head: RequestHead,
    },
    /// The peer says how urgent a response is (RFC 9218 §7.1). It is obeyed already.
    Priority {
        /// The stream of the response.
        stream: StreamId,
        /// The priority.
        priority: Priority,
    },
    /// A stream is over, before its time. Nothing follows on it.
    StreamReset {
        /// The stream.
        stream: StreamId,
        /// Why. `REFUSED_STREAM`: nothing was done, and it may be asked again.
        code: ErrorCode,
        /// The rule that the peer broke, where we reset it.
        error: Option<Error>,
    },
    /// A stream whose [`output_room`](crate::Connection::output_room) was 0 has room again.
    Writable(StreamId),
    /// The peer's settings have changed: how many streams it takes, whether extended CONNECT.
    Settings,
    /// The answer to a [`ping`](crate::Connection::ping).
    Pong([u8; 8]),
    /// The peer takes no new streams. Those above `last` were told as reset with `REFUSED_STREAM`.
    GoAway {
        /// The last stream that it works on.
        last: StreamId,
        /// Why.
        code: ErrorCode,
        /// Words for a person.
        debug: Vec<u8>,
    },
    /// The peer broke a rule, and the connection or a stream ends. For the log.
    Violation(Error),
    /// The last event, told once.
    Closed {
        /// Whether no stream was cut off.
        clean: bool,
    },
}
