//! Violations, resets, two GOAWAYs, the end.
//!
//! RFC 9113 §5.4, §6.4, §6.8
//!
//! ```text
//!   shut_down ──► GOAWAY 2^31-1, PING           the peer may have streams on their way
//!             ◄── (streams), PING ACK           now it knows
//!             ──► GOAWAY last                   what is above was not looked at
//!             … the last stream ends ──► Closing
//!
//!   a client knows its last stream:
//!   shut_down ──► GOAWAY last, SETTINGS
//!             ◄── SETTINGS ACK                  nothing that was said before is still on its way
//!
//!   violation of the connection ──► GOAWAY last, code ──► Closing
//!   violation of a stream       ──► RST_STREAM code
//! ```
//!
//! A socket that is closed while octets wait unread is reset, and the reset can overtake the GOAWAY
//! that told the peer why. Hence `Closing`: shut down writing, read and drop, then close.
//!
//! Invariant: every reset that a peer's error makes us send costs the peer a token, as its own do.

use super::{Connection, Role, State, heads::Carrier};
use crate::{
    Error, ErrorCode, Event, Scope, StreamId,
    frame::Frame,
    state::{self, Cause},
    trace,
};
use http::{StatusCode, message::outgoing::Sink};
use std::time::Instant;

/// What the PING between two GOAWAYs carries.
const FAREWELL: [u8; 8] = *b"farewell";

/// Octets that are read and dropped while closing.
const DRAIN: u64 = 1 << 20;

impl Connection {
    // ANCHOR: violate
    /// The peer broke a rule: what ends is what the error's scope says.
    pub(super) fn violate(&mut self, error: Error) {
        trace::violation(&self.trace, self.now, &error);
        match error.scope() {
            Scope::Connection => self.fail(error),
            Scope::Stream(stream) if self.streams.get(stream).is_some() => {
                self.events.push_back(Event::Violation(error));
                self.put_rst(stream, error.code());
                self.lose(stream, error.code(), Some(error), Cause::ResetByUs);
                self.pay(error);
            }
            // RST_STREAM cannot name a stream that is idle (§6.4).
            Scope::Stream(stream) if self.is_idle(stream) => self.fail(error),
            // It was on its way when we reset the stream, and we have said all there is (§5.1).
            Scope::Stream(stream) if self.streams.cause(stream) == Some(Cause::ResetByUs) => {
                self.pay(error);
            }
            Scope::Stream(stream) => {
                self.events.push_back(Event::Violation(error));
                self.refuse(stream, error);
                self.pay(error);
            }
        }
    }
    // ANCHOR_END: violate

    /// Our reset costs the peer a token.
    fn pay(&mut self, error: Error) {
        // Not what is our own doing.
        if matches!(error, Error::Stalled { .. }) {
            return;
        }
        let flood = self.charge_reset().err().or_else(|| {
            let many = self.unhandled_resets > self.limits.unhandled_resets;
            many.then_some(Error::Flood { what: "resets of requests that nobody has seen" })
        });
        if let Some(flood) = flood
            && self.state == State::Open
        {
            trace::violation(&self.trace, self.now, &flood);
            self.fail(flood);
        }
    }

    /// A stream that never got a record, or has none any more.
    fn refuse(&mut self, stream: StreamId, error: Error) {
        // Whoever asks with too many fields is told so, and can ask with fewer (RFC 6585 §5).
        if matches!(error, Error::SectionTooLarge { .. })
            && self.role == Role::Server
            && self.streams.cause(stream).is_none()
        {
            self.put_block(stream, Carrier::Headers { end: true }, |block| {
                block.status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
                block.length(0);
            });
            self.put_rst(stream, ErrorCode::NO_ERROR);
        } else {
            self.put_rst(stream, error.code());
        }
        if self.streams.cause(stream).is_none() {
            self.streams.remember(stream, Cause::ResetByUs);
        }
    }

    /// The connection is over, because of an error.
    pub(super) fn fail(&mut self, error: Error) {
        if self.state != State::Open {
            return;
        }
        self.clean = false;
        self.events.push_back(Event::Violation(error));
        let debug = error.to_string();
        self.put_go_away(self.last_peer, error.code(), debug.as_bytes());
        self.linger();
    }

    /// Nothing more is said: forgets all, reads on for a while.
    fn linger(&mut self) {
        self.state = State::Closing;
        while let Some(id) = self.streams.id_at(0) {
            self.streams.close(id, Cause::ResetByUs);
        }
        self.schedule = super::Schedule::default();
        self.block = None;
        self.tail = Vec::new();
        self.timers.clear();
        self.timers.linger = self.now.checked_add(self.limits.linger);
    }

    pub(super) fn close(&mut self) {
        if self.state == State::Open {
            self.linger();
        }
        self.state = State::Closed;
        self.timers.clear();
    }

    /// Octets that come while closing are dropped, up to a limit.
    pub(super) fn drain(&mut self, octets: usize) {
        self.drained = self.drained.saturating_add(octets as u64);
        if self.drained > DRAIN {
            self.close();
        }
    }

    fn put_rst(&mut self, stream: StreamId, code: ErrorCode) {
        self.put(stream, &Frame::RstStream { code: code.0 });
    }

    fn put_go_away(&mut self, last: StreamId, code: ErrorCode, debug: &[u8]) {
        self.goaway_sent = Some(self.goaway_sent.map_or(last, |before| before.min(last)));
        let last = self.goaway_sent.unwrap_or(last);
        self.put(StreamId::CONNECTION, &Frame::GoAway { last, code: code.0, debug });
    }

    /// Ends a stream before its time, and tells.
    pub(super) fn lose(
        &mut self,
        id: StreamId,
        code: ErrorCode,
        error: Option<Error>,
        cause: Cause,
    ) {
        let Some(stream) = self.streams.get(id) else { return };
        if stream.unhandled {
            self.unhandled_resets += 1;
        }
        if stream.told {
            self.events.push_back(Event::StreamReset { stream: id, code, error });
        }
        self.end_stream(id, cause);
    }

    /// Ends a stream where its state says that it has.
    pub(super) fn settle(&mut self, id: StreamId) {
        if let Some(state::State::Closed(cause)) = self.streams.get(id).map(|stream| stream.state) {
            self.end_stream(id, cause);
        }
    }

    // ANCHOR: end_stream
    /// Forgets a stream but for how it ended. What it held of the connection's window is released
    /// by the application, where the stream ended in good order; else nobody would. A client with
    /// windows for all its streams does not wait: it holds one more answer, which it has asked for.
    fn end_stream(&mut self, id: StreamId, cause: Cause) {
        use state::State::{ReservedLocal, ReservedRemote};
        self.unschedule(id);
        let Some(stream) = self.streams.get(id) else { return };
        let held = stream.receiving.window.held();
        let reserved = matches!(stream.state, ReservedLocal | ReservedRemote);
        match (reserved, self.is_peers(id)) {
            (true, _) => {}
            (false, true) => self.peer_streams = self.peer_streams.saturating_sub(1),
            (false, false) => self.own_streams = self.own_streams.saturating_sub(1),
        }
        self.streams.close(id, cause);
        match cause {
            Cause::Ended if self.spares_streams() => self.refund(held),
            Cause::Ended => self.orphaned = self.orphaned.saturating_add(held),
            Cause::ResetByUs | Cause::ResetByPeer => self.refund(held),
        }
        if self.streams.is_empty() {
            self.watch_idle();
            self.finish_when_idle();
        }
    }
    // ANCHOR_END: end_stream

    /// Ends a stream: what waits of its content is dropped, what still comes is ignored. With
    /// `NO_ERROR` behind a complete answer, the answer is sent first: so a server says that it
    /// needs no more of the request (§8.1). It says so after
    /// [`rest_timeout`](crate::Limits::rest_timeout), or when much of the rest comes.
    pub fn reset(&mut self, id: StreamId, code: ErrorCode) {
        if self.state != State::Open {
            return;
        }
        let Some(stream) = self.streams.get_mut(id) else { return };
        let sending = &mut stream.sending;
        let waits = sending.content.waiting() > 0 || sending.trailers.is_some();
        if code == ErrorCode::NO_ERROR && sending.finished && waits {
            sending.reset_behind = Some(code);
            return;
        }
        if code == ErrorCode::NO_ERROR && sending.finished && self.role == Role::Server {
            return self.want_no_rest(id);
        }
        self.put_rst(id, code);
        self.end_stream(id, Cause::ResetByUs);
    }

    /// The answer is complete. What is left of most requests is under way already, so a reset
    /// would save nothing, and would hide what the peer does wrong.
    fn want_no_rest(&mut self, id: StreamId) {
        let Some(stream) = self.streams.get_mut(id) else { return };
        stream.unwanted.get_or_insert(self.now);
        // Nobody else will.
        let held = stream.receiving.window.held();
        let released = stream.receiving.window.release(held);
        self.refund(released);
        if self.timers.rest.is_none() {
            self.timers.rest = self.now.checked_add(self.limits.rest_timeout);
        }
    }

    /// Tells the peers of those whose time is up that nobody wants the rest.
    pub(super) fn refuse_rests(&mut self) {
        let (now, span) = (self.now, self.limits.rest_timeout);
        let mut late = Vec::new();
        let mut next = None;
        for stream in self.streams.each() {
            let Some(due) = stream.unwanted.and_then(|since| since.checked_add(span)) else {
                continue;
            };
            match due <= now {
                true => late.push(stream.id),
                false => next = Some(next.map_or(due, |next: Instant| next.min(due))),
            }
        }
        self.timers.rest = next;
        late.into_iter().for_each(|id| self.refuse_rest(id));
    }

    /// Tells the peer that nobody wants the rest.
    pub(super) fn refuse_rest(&mut self, id: StreamId) {
        self.put_rst(id, ErrorCode::NO_ERROR);
        self.end_stream(id, Cause::ResetByUs);
    }

    // ANCHOR: shut_down
    /// Stops gracefully: streams that are there go on, new ones are not begun. The connection is
    /// [`Closing`](State::Closing) when the last has ended.
    pub fn shut_down(&mut self, now: Instant) {
        self.tick(now);
        if self.draining || self.state != State::Open {
            return;
        }
        self.draining = true;
        match self.role {
            Role::Server => {
                self.put_go_away(StreamId::new(0x7fff_ffff), ErrorCode::NO_ERROR, &[]);
                let ping = Frame::Ping { octets: FAREWELL, ack: false };
                self.put(StreamId::CONNECTION, &ping);
            }
            // What a client has been promised it knows, and it will begin no more itself.
            Role::Client => {
                self.put_go_away(self.last_peer, ErrorCode::NO_ERROR, &[]);
                self.announce_again();
            }
        }
        self.timers.shutdown = now.checked_add(self.limits.shutdown_timeout);
    }
    // ANCHOR_END: shut_down

    /// The answer to the PING between two GOAWAYs; `false` where it is none.
    pub(super) fn on_farewell(&mut self, octets: [u8; 8]) -> bool {
        let waiting = octets == FAREWELL && self.timers.shutdown.is_some();
        if waiting {
            self.second_go_away();
        }
        waiting
    }

    pub(super) fn second_go_away(&mut self) {
        self.timers.shutdown = None;
        if self.role == Role::Server {
            self.put_go_away(self.last_peer, ErrorCode::NO_ERROR, &[]);
        }
        self.finish_when_idle();
    }

    /// Says GOAWAY with a code of the application's choice and ends all streams.
    pub fn go_away(&mut self, code: ErrorCode, debug: &str, now: Instant) {
        self.tick(now);
        if self.state == State::Open {
            self.clean &= self.streams.is_empty();
            self.put_go_away(self.last_peer, code, debug.as_bytes());
            self.linger();
        }
    }

    /// Gives up without a word: streams under way are cut off.
    pub fn abort(&mut self) {
        if self.state != State::Closed {
            self.clean &= self.streams.is_empty() && self.state == State::Closing;
            self.close();
        }
    }

    /// Whether the connection ends when its last stream has.
    pub(super) fn finish_when_idle(&mut self) {
        let over = (self.draining && self.timers.shutdown.is_none())
            || (self.role == Role::Client && self.goaway_received.is_some());
        if self.state != State::Open || !over || !self.streams.is_empty() {
            return;
        }
        if self.goaway_sent.is_none() {
            self.put_go_away(self.last_peer, ErrorCode::NO_ERROR, &[]);
        }
        self.linger();
    }
}
