//! HTTP/3, as the driver of many requests knows it.
//!
//! RFC 9114 §4.1.1, §5.2, §8.1
//!
//! QUIC opens the streams; a few lie ready, so that a request finds one.
//!
//! Users: [`super::quic_link`].

use super::machine::{Machine, Refusal, Reset, Told};
use ::http3::{Connection, ErrorCode, Event, Misuse, Scope, StreamId};
use http::{Request, message::Outgoing};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// Streams that lie ready.
const SPARE: usize = 16;

/// Names of pushes: no stream has a number with this bit.
const PUSH: u64 = 1 << 62;

/// An HTTP/3 connection and the streams that QUIC has opened for it.
#[derive(Debug)]
pub(super) struct Http3 {
    pub(super) connection: Connection,
    spare: VecDeque<StreamId>,
    /// The streams of pushes, and their numbers. A promise is told before its stream is known, so
    /// pushes are named by their numbers (RFC 9114 §4.6).
    pushes: BTreeMap<StreamId, u64>,
    /// Whether a request may be repeated by others: until the handshake is done.
    pub(super) early: bool,
}

impl Http3 {
    pub(super) fn new(connection: Connection, early: bool) -> Self {
        Self { connection, spare: VecDeque::new(), pushes: BTreeMap::new(), early }
    }

    /// Has QUIC open streams for the next requests.
    pub(super) fn stock(&mut self, quic: &mut quic::Connection) {
        while self.spare.len() < SPARE
            && let Some(stream) = quic.open(quic::stream::Direction::Bidirectional)
        {
            self.spare.push_back(port::http3::http3_id(stream));
        }
    }
}

impl Http3 {
    /// What the driver calls a stream.
    fn name(&self, stream: StreamId) -> u64 {
        self.pushes.get(&stream).map_or(stream.get(), |push| PUSH | push)
    }

    /// As [`name`](Self::name), of a stream of which nothing follows if `last`.
    fn name_last(&mut self, stream: StreamId, last: bool) -> u64 {
        let name = self.name(stream);
        if last {
            self.pushes.remove(&stream);
        }
        name
    }

    /// Asks on a stream that lies ready.
    fn on_a_stream(
        &mut self,
        ask: impl FnOnce(&mut Connection, StreamId) -> Result<(), Misuse>,
    ) -> Result<u64, Refusal> {
        let Some(stream) = self.spare.front().copied() else {
            return match self.connection.can_request() {
                Err(Misuse::Closed | Misuse::GoingAway) => Err(Refusal::Gone),
                _ => Err(Refusal::Later),
            };
        };
        match ask(&mut self.connection, stream) {
            Ok(()) => {
                self.spare.pop_front();
                Ok(stream.get())
            }
            Err(Misuse::TooManyStreams) => Err(Refusal::Later),
            Err(Misuse::Closed | Misuse::GoingAway) => Err(Refusal::Gone),
            Err(misuse) => Err(Refusal::Wrong(misuse.to_string())),
        }
    }

    /// The stream that the driver calls so; `None` for a push whose stream is not there.
    fn stream(&self, name: u64) -> Option<StreamId> {
        if name & PUSH == 0 {
            return Some(StreamId::new(name));
        }
        self.pushes.iter().find(|(_, push)| name == PUSH | **push).map(|(stream, _)| *stream)
    }
}

impl Machine for Http3 {
    fn poll(&mut self) -> Option<Told> {
        Some(match self.connection.poll_event()? {
            Event::Informational { stream, response } => {
                Told::Informational { stream: stream.get(), response }
            }
            Event::Response { stream, response, end } => {
                Told::Response { stream: self.name_last(stream, end), response, end }
            }
            Event::Data { stream, octets, end } => {
                Told::Data { stream: self.name_last(stream, end), octets, end }
            }
            Event::Trailers { stream, trailers } => {
                Told::Trailers { stream: self.name_last(stream, true), trailers }
            }
            Event::StreamReset { stream, code, error } => Told::Reset(Reset {
                stream: self.name_last(stream, true),
                code: code.0,
                name: code.to_string(),
                refused: code == ErrorCode::H3_REQUEST_REJECTED,
                rule: error.map(|error| error.to_string()),
            }),
            Event::PushPromise { push, head, .. } => Told::Promise { stream: PUSH | push, head },
            Event::PushStream { push, stream } => {
                self.pushes.insert(stream, push);
                Told::Other
            }
            // Whoever has taken it asks by itself.
            Event::PushCancelled { push } => Told::Reset(Reset {
                stream: PUSH | push,
                code: ErrorCode::H3_REQUEST_CANCELLED.0,
                name: ErrorCode::H3_REQUEST_CANCELLED.to_string(),
                refused: true,
                rule: None,
            }),
            Event::Stopped { stream, .. } => Told::Enough(stream.get()),
            Event::Writable(stream) => Told::Writable(stream.get()),
            Event::Readable(stream) => Told::Readable(stream.get()),
            Event::Settings => Told::Introduced,
            Event::GoAway { id } => Told::GoAway { served: id > 0, why: None },
            Event::Violation(error) if error.scope() == Scope::Connection => {
                Told::Broken { code: error.code().0, text: error.to_string() }
            }
            Event::Drained => Told::Drained,
            Event::Closed { .. } => Told::Closed,
            _ => Told::Other,
        })
    }

    fn is_leaving(&self) -> bool {
        self.connection.can_request() == Err(Misuse::GoingAway)
    }

    // ANCHOR: send_request
    fn send_request(&mut self, head: &Request, content: Outgoing) -> Result<u64, Refusal> {
        // Somebody on the way could send it again: what changes something waits (RFC 8470 §4).
        if self.early && !(head.method.is_safe() && content == Outgoing::None) {
            return Err(Refusal::Later);
        }
        self.on_a_stream(|connection, stream| connection.send_request(stream, head, content))
    }
    // ANCHOR_END: send_request

    fn send_connect(&mut self, head: &Request, protocol: &str) -> Result<u64, Refusal> {
        self.on_a_stream(|connection, stream| connection.send_connect(stream, head, protocol))
    }

    fn output_room(&mut self, stream: u64) -> usize {
        self.connection.output_room(StreamId::new(stream))
    }

    fn send_vec(&mut self, stream: u64, octets: Vec<u8>) -> Result<(), String> {
        let sent = self.connection.send_vec(StreamId::new(stream), octets);
        sent.map_err(|misuse| misuse.to_string())
    }

    fn send_shared(&mut self, stream: u64, octets: Arc<[u8]>) -> Result<(), String> {
        let sent = self.connection.send_shared(StreamId::new(stream), octets);
        sent.map_err(|misuse| misuse.to_string())
    }

    fn send_end(&mut self, stream: u64) -> Result<(), String> {
        let sent = self.connection.send_end(StreamId::new(stream), None);
        sent.map_err(|misuse| misuse.to_string())
    }

    fn release(&mut self, stream: u64, octets: usize) {
        if let Some(stream) = self.stream(stream) {
            self.connection.release(stream, octets);
        }
    }

    fn cancel(&mut self, stream: u64) {
        match self.stream(stream) {
            Some(id) => {
                self.pushes.remove(&id);
                self.connection.reset(id, ErrorCode::H3_REQUEST_CANCELLED);
            }
            None => self.connection.cancel_push(stream & !PUSH),
        }
    }

    fn refuse_promise(&mut self, stream: u64, _: bool) {
        self.cancel(stream);
    }
}
