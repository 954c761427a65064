//! A connection that speaks HTTP/2: many requests at once, each on a stream of its own.
//!
//! RFC 9113 §5, §8
//!
//! ```text
//!   octets ──► http2::Connection ──► Event ──► stream 1 ──► Request ──► handler
//!                                          ──► stream 3 ──► Request ──► handler
//!   octets ◄──     (schedules)   ◄── stream 3 ◄── commands ◄── Reply
//!                                ◄── stream 5 ◄── Session ◄── WebSocket
//! ```
//!
//! Nothing here waits for a stream: a handler that is slow keeps its own stream's window shut, a
//! peer that takes one answer slowly gets the others in between.
//!
//! | what grows            | because                       | the brake                         |
//! |-----------------------|-------------------------------|-----------------------------------|
//! | a request's content   | its handler reads too slowly  | the stream's window is not opened |
//! | an answer's content   | the peer takes it too slowly  | the handler waits in `write`      |
//! | a file's              | the same                      | it is read when there is room     |
//! | requests              | the peer asks on              | the number of streams             |
//!
//! Invariant: a stream is among ours from its request until its answer is handed over whole, or it
//! is reset; what comes for it later is dropped, and counted for the connection's window.
//!
//! Used by: [`Connection`](super::Connection).

mod begin;
mod carrier;
mod pieces;
mod sessions;
mod stream;

use super::{Base, Cast, State, http1::Switch, session::Session, underway::Underway};
use crate::{Moment, exchange::ContentError};
use ::http2::{ErrorCode, Event, StreamId};
use sessions::Socket;
use std::{collections::BTreeMap, time::Instant};
use stream::Stream;
use websocket::Prepared;
use wire::Output;

/// Events that a connection is given in one turn: requests, and parts of their content.
const TURN: u32 = 128;

/// A connection from a client that speaks HTTP/2.
pub(super) struct Connection {
    base: Base,
    http2: ::http2::Connection,
    /// Requests whose answers are not whole.
    streams: BTreeMap<StreamId, Stream>,
    /// WebSockets.
    sessions: BTreeMap<StreamId, Box<Socket>>,
    /// Memory of exchanges that are over, for those that begin in the same turn.
    #[expect(clippy::vec_box, reason = "the boxes are what is kept: streams have them")]
    spare: Vec<Box<Underway>>,
    /// Requests that handlers promised and that are to be answered.
    promised: Vec<(StreamId, Box<http::Request>)>,
    /// Octets that go before ours: the answer that switched to this version.
    before: Output,
    /// The turn ended before the work did.
    more: bool,
}

impl Connection {
    /// A connection whose peer is about to send its preface.
    pub(super) fn new(base: Base, moment: &Moment) -> Self {
        let http2 = ::http2::Connection::server(&base.service.limits.http2, moment.now);
        Self::with(base, http2, Output::new(1))
    }

    /// A connection whose peer has asked for it in HTTP/1, with the request to be answered first.
    /// `None` where its settings are none.
    pub(super) fn upgraded(base: Base, switch: Switch, moment: &Moment) -> Option<Self> {
        let Switch { settings, request, mut rest, before } = switch;
        let (limits, now) = (&base.service.limits.http2, moment.now);
        let http2 = ::http2::Connection::server_upgraded(limits, &settings, request, now).ok()?;
        let mut connection = Self::with(base, http2, before);
        connection.receive(rest.get_or_insert_default(), moment);
        Some(connection)
    }

    fn with(base: Base, mut http2: ::http2::Connection, before: Output) -> Self {
        if base.service.trace.is_on() {
            http2.set_trace(base.trace());
        }
        let (streams, sessions) = (BTreeMap::new(), BTreeMap::new());
        let (spare, promised, more) = (Vec::new(), Vec::new(), false);
        Self { base, http2, streams, sessions, spare, promised, before, more }
    }

    pub(super) fn base(&self) -> &Base {
        &self.base
    }

    pub(super) fn base_mut(&mut self) -> &mut Base {
        &mut self.base
    }

    /// Takes octets from the peer and does all that they make possible.
    pub(super) fn receive(&mut self, input: &mut [u8], moment: &Moment) {
        self.http2.set_date(*moment.date());
        self.http2.receive(input, moment.now);
        self.process(moment);
    }

    pub(super) fn receive_end(&mut self, clean: bool, moment: &Moment) {
        self.http2.receive_end(clean, moment.now);
        self.process(moment);
    }

    pub(super) fn wants_receive(&self) -> bool {
        // What was read is looked at before more is.
        !self.more && self.http2.wants_receive()
    }

    // ANCHOR: process
    /// Moves everything as far as it goes in one turn. Whoever has something to say has been
    /// touched, and whoever waited for room is told by an event; so nobody is looked at in vain.
    pub(super) fn process(&mut self, moment: &Moment) {
        self.more = false;
        self.process_sessions();
        for turn in 0.. {
            if turn == TURN {
                self.more = true;
                break;
            }
            let Some(event) = self.http2.poll_event() else { break };
            self.on_event(event, moment);
        }
        self.answer_promised(moment);
        self.spare.clear();
        if self.http2.state() != ::http2::State::Open {
            // What was not answered will not be.
            self.disconnect(moment);
        }
    }
    // ANCHOR_END: process

    /// A handler has something to say on this stream, or somebody who has its socket.
    pub(super) fn touch(&mut self, stream: u64, moment: &Moment) {
        let Some(stream) = stream_of(stream) else { return };
        self.http2.set_date(*moment.date());
        match self.sessions.get_mut(&stream) {
            Some(socket) => socket.session.process(),
            None => self.advance(stream, moment),
        }
        self.answer_promised(moment);
    }

    pub(super) fn has_more(&self) -> bool {
        self.more || self.sessions.values().any(|socket| socket.session.has_more())
    }

    fn on_event(&mut self, event: Event, moment: &Moment) {
        match event {
            Event::Request { stream, head, end } => self.on_request(stream, head, end, moment),
            Event::Data { stream, octets, end } => self.on_data(stream, octets, end, moment),
            Event::Trailers { stream, trailers } => {
                if let Some(there) = self.streams.get_mut(&stream) {
                    there.open = false;
                    there.underway.end_content(Ok(Some(trailers)));
                    self.advance(stream, moment);
                }
            }
            Event::StreamReset { stream, error, .. } => {
                let why = match error {
                    Some(error) => ContentError::Malformed(error.to_string()),
                    None => ContentError::Ended,
                };
                self.on_reset(stream, why, moment);
            }
            Event::Writable(stream) => self.advance(stream, moment),
            Event::Closed { clean } => {
                self.end_sessions(clean, moment);
                self.disconnect(moment);
            }
            // A violation ends streams, which is told by itself; the rest is the protocol's own
            // business.
            _ => {}
        }
    }

    fn on_data(&mut self, id: StreamId, mut octets: Vec<u8>, end: bool, moment: &Moment) {
        if self.sessions.contains_key(&id) {
            return self.tell_session(id, &mut octets, end, moment);
        }
        let Some(stream) = self.streams.get_mut(&id) else {
            // Its answer is whole. What it does not want any more is nobody's burden.
            return stream::release(&mut self.http2, id, octets.len());
        };
        stream.deliver(octets);
        if end {
            stream.open = false;
            stream.underway.end_content(Ok(None));
        }
        self.advance(id, moment);
    }

    /// The stream is over before its time: the peer left, or a rule was broken.
    fn on_reset(&mut self, id: StreamId, why: ContentError, moment: &Moment) {
        if let Some(mut socket) = self.sessions.remove(&id) {
            socket.session.receive_end(false, moment.now);
        }
        if let Some(mut stream) = self.streams.remove(&id) {
            stream.underway.end_content(Err(why));
            stream.underway.disconnect(&self.base, moment);
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        let sessions = self.sessions.values().filter_map(|socket| socket.session.next_timeout());
        sessions.chain(self.http2.next_timeout()).min()
    }

    pub(super) fn handle_timeout(&mut self, moment: &Moment) {
        self.http2.handle_timeout(moment.now);
        for socket in self.sessions.values_mut() {
            socket.session.handle_timeout(moment.now);
        }
        self.process(moment);
    }

    pub(super) fn poll_transmit(&mut self, moment: &Moment, out: &mut Output) {
        if !self.before.is_empty() {
            out.append(&mut self.before);
        }
        self.collect_sessions(moment);
        self.http2.poll_transmit(moment.now, out);
    }

    pub(super) fn sent(&mut self, moment: &Moment) {
        self.http2.sent(moment.now);
        for socket in self.sessions.values_mut() {
            socket.session.sent(moment.now);
        }
    }

    pub(super) fn state(&self) -> State {
        match self.http2.state() {
            ::http2::State::Open => State::Open,
            ::http2::State::Closing => State::Closing,
            ::http2::State::Closed => State::Closed,
        }
    }

    /// Never: a peer is told of a stop, so that it knows which requests were looked at.
    pub(super) fn is_idle(&self) -> bool {
        false
    }

    /// Whether the waits are counted from when the peer has taken what waits: behind the last
    /// answer, and where it has WebSockets alone.
    pub(super) fn counts_from_sent(&self) -> bool {
        let over = self.http2.state() != ::http2::State::Open;
        self.streams.is_empty() && (over || !self.sessions.is_empty())
    }

    /// Finish the requests under way, and take none but those that are on their way already.
    pub(super) fn shut_down(&mut self, moment: &Moment) {
        self.base.stopping = true;
        self.http2.shut_down(moment.now);
        for socket in self.sessions.values_mut() {
            socket.session.go_away();
        }
        self.process(moment);
    }

    /// Answers 503 whatever is asked, and ends.
    pub(super) fn refuse(&mut self, moment: &Moment) {
        self.base.refused = true;
        self.http2.shut_down(moment.now);
    }

    /// Gives a group's message to the session that is a member.
    pub(super) fn cast(&mut self, stream: u64, message: &Prepared) -> Cast {
        let session = stream_of(stream).and_then(|stream| self.sessions.get_mut(&stream));
        session.map_or(Cast::Gone, |socket| socket.session.cast(message))
    }

    /// The others on this connection are not to blame for one that does not listen.
    pub(super) fn cut_off(&mut self, stream: u64, moment: &Moment) -> bool {
        if let Some(stream) = stream_of(stream) {
            self.http2.reset(stream, ErrorCode::CANCEL);
            self.on_reset(stream, ContentError::Ended, moment);
        }
        true
    }

    pub(super) fn disconnect(&mut self, moment: &Moment) {
        for mut stream in std::mem::take(&mut self.streams).into_values() {
            stream.underway.end_content(Err(ContentError::Ended));
            stream.underway.disconnect(&self.base, moment);
        }
        self.sessions.clear();
    }
}

/// The stream's name, in the protocol's words.
fn stream_of(stream: u64) -> Option<StreamId> {
    u32::try_from(stream).ok().map(StreamId::new)
}
