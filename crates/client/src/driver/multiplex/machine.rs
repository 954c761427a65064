//! What HTTP/2 and HTTP/3 have in common, in the client's words.
//!
//! | here       | HTTP/2                               | HTTP/3                                   |
//! |------------|--------------------------------------|------------------------------------------|
//! | a stream   | 1, 3, 5 …                            | 0, 4, 8 …, which QUIC opens              |
//! | `cancel`   | RST_STREAM CANCEL                    | RESET_STREAM H3_REQUEST_CANCELLED        |
//! | `refused`  | REFUSED_STREAM, above GOAWAY's last  | H3_REQUEST_REJECTED, from GOAWAY's on    |
//! | `GoAway`   | with a code, and words               | without                                  |
//!
//! Invariant: streams are named by the protocol's own numbers.
//!
//! Users: [`super::calls`], [`super::told`], which speak to either.

use http::{
    HeaderMap, Request, Response,
    message::{Outgoing, RequestHead},
};
use std::sync::Arc;

/// Why a request is not sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// As many are under way as may be.
    Later,
    /// Not on this connection any more.
    Gone,
    /// It cannot be sent.
    Wrong(String),
}

/// A stream that was reset.
#[derive(Debug)]
pub(super) struct Reset {
    pub(super) stream: u64,
    pub(super) code: u64,
    /// The code's name.
    pub(super) name: String,
    /// The server has not worked on it, and says so.
    pub(super) refused: bool,
    /// The rule that the server broke, where we reset it.
    pub(super) rule: Option<String>,
}

/// What happened.
#[derive(Debug)]
pub(super) enum Told {
    Informational {
        stream: u64,
        response: Box<Response>,
    },
    Response {
        stream: u64,
        response: Box<Response>,
        end: bool,
    },
    Data {
        stream: u64,
        octets: Vec<u8>,
        end: bool,
    },
    Trailers {
        stream: u64,
        trailers: HeaderMap,
    },
    Reset(Reset),
    /// The server wants no more of the request.
    Enough(u64),
    Writable(u64),
    /// The driver has octets of this stream that were not taken before.
    Readable(u64),
    /// The answer to this request comes on that stream.
    Promise {
        stream: u64,
        head: RequestHead,
    },
    /// The server's settings have come.
    Introduced,
    /// The server takes no new requests. `served`: some were; `why`: not in good order.
    GoAway {
        served: bool,
        why: Option<(u64, String)>,
    },
    /// The server broke a rule, and the connection ends.
    Broken {
        code: u64,
        text: String,
    },
    /// Nothing is left, and nothing new is taken.
    Drained,
    Closed,
    Other,
}

/// A connection that carries many requests at once.
pub(super) trait Machine {
    fn poll(&mut self) -> Option<Told>;
    /// Whether the server takes no new requests.
    fn is_leaving(&self) -> bool;
    fn send_request(&mut self, head: &Request, content: Outgoing) -> Result<u64, Refusal>;
    /// Asks for another protocol on a stream of its own.
    fn send_connect(&mut self, head: &Request, protocol: &str) -> Result<u64, Refusal>;
    fn output_room(&mut self, stream: u64) -> usize;
    fn send_vec(&mut self, stream: u64, octets: Vec<u8>) -> Result<(), String>;
    fn send_shared(&mut self, stream: u64, octets: Arc<[u8]>) -> Result<(), String>;
    fn send_end(&mut self, stream: u64) -> Result<(), String>;
    fn release(&mut self, stream: u64, octets: usize);
    /// Nobody wants it any more.
    fn cancel(&mut self, stream: u64);
    /// A promise is not taken: a rule was broken with it, or there is no room.
    fn refuse_promise(&mut self, stream: u64, broken: bool);
}
