//! HTTP/2, as the driver of many requests knows it.
//!
//! RFC 9113 §5.4, §6.8, §8.4
//!
//! Users: [`super::link`].

use super::machine::{Machine, Refusal, Reset, Told};
use ::http2::{Connection, ErrorCode, Event, Misuse, Scope, StreamId};
use http::{Request, message::Outgoing};
use std::sync::Arc;

/// The stream's name, in the protocol's words.
fn name(stream: u64) -> StreamId {
    StreamId::new(u32::try_from(stream).unwrap_or_default())
}

fn number(stream: StreamId) -> u64 {
    stream.value().into()
}

impl Machine for Connection {
    fn poll(&mut self) -> Option<Told> {
        Some(match self.poll_event()? {
            Event::Informational { stream, response } => {
                Told::Informational { stream: number(stream), response }
            }
            Event::Response { stream, response, end } => {
                Told::Response { stream: number(stream), response, end }
            }
            Event::Data { stream, octets, end } => {
                Told::Data { stream: number(stream), octets, end }
            }
            Event::Trailers { stream, trailers } => {
                Told::Trailers { stream: number(stream), trailers }
            }
            Event::StreamReset { stream, code, error } => Told::Reset(Reset {
                stream: number(stream),
                code: code.0.into(),
                name: code.to_string(),
                refused: code == ErrorCode::REFUSED_STREAM,
                rule: error.map(|error| error.to_string()),
            }),
            Event::Writable(stream) => Told::Writable(number(stream)),
            Event::PushPromise { stream, head, .. } => {
                Told::Promise { stream: number(stream), head }
            }
            Event::Settings => Told::Introduced,
            Event::GoAway { last, code, debug } => {
                let why = (code != ErrorCode::NO_ERROR).then(|| (code.0.into(), why(code, &debug)));
                Told::GoAway { served: last != StreamId::CONNECTION, why }
            }
            Event::Violation(error) if error.scope() == Scope::Connection => {
                Told::Broken { code: error.code().0.into(), text: error.to_string() }
            }
            Event::Closed { .. } => Told::Closed,
            _ => Told::Other,
        })
    }

    fn is_leaving(&self) -> bool {
        self.can_request() == Err(Misuse::GoingAway)
    }

    fn send_request(&mut self, head: &Request, content: Outgoing) -> Result<u64, Refusal> {
        self.send_request(head, content).map(number).map_err(refusal)
    }

    fn send_connect(&mut self, head: &Request, protocol: &str) -> Result<u64, Refusal> {
        self.send_connect(head, protocol).map(number).map_err(refusal)
    }

    fn output_room(&mut self, stream: u64) -> usize {
        self.output_room(name(stream))
    }

    fn send_vec(&mut self, stream: u64, octets: Vec<u8>) -> Result<(), String> {
        self.send_vec(name(stream), octets).map_err(|misuse| misuse.to_string())
    }

    fn send_shared(&mut self, stream: u64, octets: Arc<[u8]>) -> Result<(), String> {
        self.send_shared(name(stream), octets).map_err(|misuse| misuse.to_string())
    }

    fn send_end(&mut self, stream: u64) -> Result<(), String> {
        self.send_end(name(stream), None).map_err(|misuse| misuse.to_string())
    }

    fn release(&mut self, stream: u64, octets: usize) {
        self.release(name(stream), octets);
    }

    fn cancel(&mut self, stream: u64) {
        self.reset(name(stream), ErrorCode::CANCEL);
    }

    fn refuse_promise(&mut self, stream: u64, broken: bool) {
        let code = if broken { ErrorCode::PROTOCOL_ERROR } else { ErrorCode::CANCEL };
        self.reset(name(stream), code);
    }
}

fn refusal(misuse: Misuse) -> Refusal {
    match misuse {
        Misuse::TooManyStreams => Refusal::Later,
        Misuse::Closed | Misuse::GoingAway => Refusal::Gone,
        misuse => Refusal::Wrong(misuse.to_string()),
    }
}

/// What a server says when it ends the connection because of us.
fn why(code: ErrorCode, debug: &[u8]) -> String {
    let words = match debug {
        [] => String::new(),
        words => format!(" ({})", words.escape_ascii()),
    };
    format!("the server ended the connection: {code}{words}")
}
