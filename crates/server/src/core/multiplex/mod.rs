//! Many requests at once, each on a stream of its own: HTTP/2 and HTTP/3.
//!
//! RFC 9113 §5, §8; RFC 9114 §4, §6
//!
//! ```text
//!   octets ──► Multiplexed ──► Told ──► stream 1 ──► Request ──► handler
//!                                   ──► stream 3 ──► Request ──► handler
//!   octets ◄──  (schedules) ◄── stream 3 ◄── commands ◄── Reply
//!                           ◄── stream 5 ◄── Session ◄── WebSocket
//! ```
//!
//! The two versions differ in what carries the streams, and in nothing that a handler sees; what
//! they have in common is [`Multiplexed`].
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
//! Used by: `http2`, `http3`.

mod begin;
mod carrier;
mod multiplexed;
mod pieces;
mod sessions;
mod stream;

pub(super) use multiplexed::{Multiplexed, Reason, Told, same_names};

use super::{Base, Cast, session::Session, underway::Underway};
use crate::{Moment, exchange::ContentError};
use sessions::Socket;
use std::{collections::BTreeMap, time::Instant};
use stream::Stream;
use websocket::Prepared;

/// Events that a connection is given in one turn: requests, and parts of their content.
const TURN: u32 = 128;

/// The exchanges of one connection.
pub(super) struct Exchanges<P> {
    pub(super) base: Base,
    pub(super) protocol: P,
    /// Requests whose answers are not whole.
    streams: BTreeMap<u64, Stream>,
    /// WebSockets.
    sessions: BTreeMap<u64, Box<Socket>>,
    /// Memory of exchanges that are over, for those that begin in the same turn.
    #[expect(clippy::vec_box, reason = "the boxes are what is kept: streams have them")]
    spare: Vec<Box<Underway>>,
    /// Requests that handlers promised and that are to be answered.
    promised: Vec<(u64, Box<http::Request>)>,
    /// Streams that the driver has octets of.
    readable: Vec<u64>,
    /// Everything that a stop waits for has ended.
    drained: bool,
    /// The turn ended before the work did.
    more: bool,
}

impl<P: Multiplexed> Exchanges<P> {
    pub(super) fn new(base: Base, protocol: P) -> Self {
        let (streams, sessions) = (BTreeMap::new(), BTreeMap::new());
        let (spare, promised, readable) = (Vec::new(), Vec::new(), Vec::new());
        let (drained, more) = (false, false);
        Self { base, protocol, streams, sessions, spare, promised, readable, drained, more }
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
            let Some(told) = self.protocol.poll() else { break };
            self.on_told(told, moment);
        }
        self.answer_promised(moment);
        self.spare.clear();
        if !self.protocol.is_open() {
            // What was not answered will not be.
            self.disconnect(moment);
        }
    }
    // ANCHOR_END: process

    /// A handler has something to say on this stream, or somebody who has its socket.
    pub(super) fn touch(&mut self, stream: u64, moment: &Moment) {
        self.protocol.set_date(moment);
        match self.sessions.get_mut(&stream) {
            Some(socket) => socket.session.process(),
            None => self.advance(stream, moment),
        }
        self.answer_promised(moment);
    }

    /// Whether a turn ended before the work did.
    pub(super) fn has_more(&self) -> bool {
        self.more || self.sessions.values().any(|socket| socket.session.has_more())
    }

    /// Streams that take more of what came.
    pub(super) fn take_readable(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.readable)
    }

    /// Whether everything that a stop waits for has ended.
    pub(super) const fn is_drained(&self) -> bool {
        self.drained
    }

    /// Whether what was read is still to be looked at.
    pub(super) const fn is_behind(&self) -> bool {
        self.more
    }

    fn on_told(&mut self, told: Told, moment: &Moment) {
        match told {
            Told::Request { stream, head, end } => self.on_request(stream, head, end, moment),
            Told::Data { stream, octets, end } => self.on_data(stream, octets, end, moment),
            Told::Trailers { stream, trailers } => {
                if let Some(there) = self.streams.get_mut(&stream) {
                    there.open = false;
                    there.underway.end_content(Ok(Some(trailers)));
                    self.advance(stream, moment);
                }
            }
            Told::Reset { stream, why } => self.on_reset(stream, why, moment),
            Told::Writable(stream) => self.advance(stream, moment),
            Told::Readable(stream) => self.readable.push(stream),
            Told::Drained => self.drained = true,
            Told::Closed { clean } => {
                self.end_sessions(clean, moment);
                self.disconnect(moment);
            }
            // The protocol's own business.
            Told::Other => {}
        }
    }

    fn on_data(&mut self, id: u64, mut octets: Vec<u8>, end: bool, moment: &Moment) {
        if self.sessions.contains_key(&id) {
            return self.tell_session(id, &mut octets, end, moment);
        }
        let Some(stream) = self.streams.get_mut(&id) else {
            // Its answer is whole. What it does not want any more is nobody's burden.
            return stream::release(&mut self.protocol, id, octets.len());
        };
        stream.deliver(octets);
        if end {
            stream.open = false;
            stream.underway.end_content(Ok(None));
        }
        self.advance(id, moment);
    }

    /// The stream is over before its time: the peer left, or a rule was broken.
    fn on_reset(&mut self, id: u64, why: ContentError, moment: &Moment) {
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
        sessions.chain(self.protocol.next_timeout()).min()
    }

    pub(super) fn handle_timeout(&mut self, moment: &Moment) {
        self.protocol.handle_timeout(moment.now);
        for socket in self.sessions.values_mut() {
            socket.session.handle_timeout(moment.now);
        }
        self.process(moment);
    }

    /// All that was to be sent was taken.
    pub(super) fn sent(&mut self, moment: &Moment) {
        for socket in self.sessions.values_mut() {
            socket.session.sent(moment.now);
        }
    }

    /// Whether the waits are counted from when the peer has taken what waits: behind the last
    /// answer, and where it has WebSockets alone.
    pub(super) fn counts_from_sent(&self) -> bool {
        self.streams.is_empty() && (!self.protocol.is_open() || !self.sessions.is_empty())
    }

    /// Finish the requests under way, and take none but those that are on their way already.
    pub(super) fn shut_down(&mut self, moment: &Moment) {
        self.base.stopping = true;
        self.protocol.shut_down(moment.now);
        for socket in self.sessions.values_mut() {
            socket.session.go_away();
        }
        self.process(moment);
    }

    /// Answers 503 whatever is asked, and ends.
    pub(super) fn refuse(&mut self, moment: &Moment) {
        self.base.refused = true;
        self.protocol.shut_down(moment.now);
    }

    /// Gives a group's message to the session that is a member.
    pub(super) fn cast(&mut self, stream: u64, message: &Prepared) -> Cast {
        let session = self.sessions.get_mut(&stream);
        session.map_or(Cast::Gone, |socket| socket.session.cast(message))
    }

    /// The others on this connection are not to blame for one that does not listen.
    pub(super) fn cut_off(&mut self, stream: u64, moment: &Moment) -> bool {
        self.protocol.reset(stream, Reason::Unwanted);
        self.on_reset(stream, ContentError::Ended, moment);
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
