//! What HTTP/2 and HTTP/3 have in common, in the server's words.
//!
//! | here          | HTTP/2                  | HTTP/3                                     |
//! |---------------|-------------------------|--------------------------------------------|
//! | a stream      | 1, 3, 5 …               | 0, 4, 8 …                                  |
//! | `Enough`      | RST_STREAM NO_ERROR     | STOP_SENDING H3_NO_ERROR                   |
//! | `Failed`      | RST_STREAM INTERNAL_ERROR | RESET_STREAM H3_INTERNAL_ERROR           |
//! | `Unwanted`    | RST_STREAM CANCEL       | RESET_STREAM H3_REQUEST_CANCELLED          |
//!
//! Invariant: streams are named by the protocol's own numbers.
//!
//! Used by: [`Exchanges`](super::Exchanges).

use crate::{Moment, core::answer::Refused, exchange::ContentError};
use http::{
    HeaderMap, Request, Response,
    message::{Outgoing, RequestHead, Scheme},
};
use std::{sync::Arc, time::Instant};

/// Why a stream is ended by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core) enum Reason {
    /// The answer is whole; nobody reads the rest of the request.
    Enough,
    /// The answer cannot be whole.
    Failed,
    /// Nobody wants it any more.
    Unwanted,
}

/// What happened, as far as a server cares.
pub(in crate::core) enum Told {
    Request {
        stream: u64,
        head: RequestHead,
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
    Reset {
        stream: u64,
        why: ContentError,
    },
    Writable(u64),
    /// The driver has octets of this stream that were not taken before.
    Readable(u64),
    /// Everything that a stop waits for has ended.
    Drained,
    Closed {
        clean: bool,
    },
    Other,
}

/// A connection that carries many exchanges at once.
pub(in crate::core) trait Multiplexed {
    fn poll(&mut self) -> Option<Told>;
    fn is_open(&self) -> bool;
    fn set_date(&mut self, moment: &Moment);
    fn next_timeout(&self) -> Option<Instant>;
    fn handle_timeout(&mut self, now: Instant);
    fn shut_down(&mut self, now: Instant);
    fn send_informational(&mut self, stream: u64, response: &Response) -> Result<(), Refused>;
    fn send_response(
        &mut self,
        stream: u64,
        response: &Response,
        content: Outgoing,
    ) -> Result<(), Refused>;
    fn sends_content(&self, stream: u64) -> bool;
    fn output_room(&mut self, stream: u64) -> usize;
    fn send_data(&mut self, stream: u64, octets: &[u8]) -> Result<(), Refused>;
    fn send_vec(&mut self, stream: u64, octets: Vec<u8>) -> Result<(), Refused>;
    fn send_shared(&mut self, stream: u64, octets: Arc<[u8]>) -> Result<(), Refused>;
    fn send_end(&mut self, stream: u64, trailers: Option<&HeaderMap>) -> Result<(), Refused>;
    fn release(&mut self, stream: u64, octets: usize);
    fn reset(&mut self, stream: u64, reason: Reason);
    fn set_scheme(&mut self, scheme: Scheme);
    fn push(&mut self, parent: u64, request: &Request) -> Result<u64, Refused>;
}

/// Hands the calls that both crates have under the same names through to one of them.
macro_rules! same_names {
    ($id:expr) => {
        fn next_timeout(&self) -> Option<std::time::Instant> {
            self.next_timeout()
        }
        fn handle_timeout(&mut self, now: std::time::Instant) {
            self.handle_timeout(now);
        }
        fn shut_down(&mut self, now: std::time::Instant) {
            self.shut_down(now);
        }
        fn set_date(&mut self, moment: &crate::Moment) {
            self.set_date(*moment.date());
        }
        fn send_informational(
            &mut self,
            stream: u64,
            response: &http::Response,
        ) -> Result<(), crate::core::answer::Refused> {
            self.send_informational($id(stream), response).map_err(|_| crate::core::answer::Refused)
        }
        fn send_response(
            &mut self,
            stream: u64,
            response: &http::Response,
            content: http::message::Outgoing,
        ) -> Result<(), crate::core::answer::Refused> {
            self.send_response($id(stream), response, content)
                .map_err(|_| crate::core::answer::Refused)
        }
        fn sends_content(&self, stream: u64) -> bool {
            self.sends_content($id(stream))
        }
        fn output_room(&mut self, stream: u64) -> usize {
            self.output_room($id(stream))
        }
        fn send_data(
            &mut self,
            stream: u64,
            octets: &[u8],
        ) -> Result<(), crate::core::answer::Refused> {
            self.send_data($id(stream), octets).map_err(|_| crate::core::answer::Refused)
        }
        fn send_vec(
            &mut self,
            stream: u64,
            octets: Vec<u8>,
        ) -> Result<(), crate::core::answer::Refused> {
            self.send_vec($id(stream), octets).map_err(|_| crate::core::answer::Refused)
        }
        fn send_shared(
            &mut self,
            stream: u64,
            octets: std::sync::Arc<[u8]>,
        ) -> Result<(), crate::core::answer::Refused> {
            self.send_shared($id(stream), octets).map_err(|_| crate::core::answer::Refused)
        }
        fn send_end(
            &mut self,
            stream: u64,
            trailers: Option<&http::HeaderMap>,
        ) -> Result<(), crate::core::answer::Refused> {
            self.send_end($id(stream), trailers).map_err(|_| crate::core::answer::Refused)
        }
        fn release(&mut self, stream: u64, octets: usize) {
            self.release($id(stream), octets);
        }
        fn set_scheme(&mut self, scheme: http::message::Scheme) {
            self.set_scheme(scheme);
        }
    };
}
pub(in crate::core) use same_names;
