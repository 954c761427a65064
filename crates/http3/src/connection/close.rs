//! Violations, resets, two GOAWAYs, the end.
//!
//! RFC 9114 §4.1.1, §5.2, §5.3, §8
//!
//! ```text
//!   shut_down ──► GOAWAY 2^62-4                 the peer may have requests on their way
//!                 … shutdown_timeout …          now it knows
//!             ──► GOAWAY n                      from n on nothing was looked at
//!             … the last exchange ends ──► Drained ──► the driver closes, all being delivered
//!
//!   violation of the connection ──► CONNECTION_CLOSE code
//!   violation of a stream       ──► RESET_STREAM code, STOP_SENDING code
//! ```
//!
//! Invariant: every reset that a peer's error makes us send costs the peer a token, as its own do.

use super::{Connection, Order, State, sections::Carrier, unidirectional::Inbound};
use crate::{
    Error, ErrorCode, Event, Role, Scope, StreamId,
    frame::FrameType,
    stream::{Phase, Stream},
};
use http::{StatusCode, message::outgoing::Sink};
use std::time::Instant;
use wire::trace::Direction;

/// The number of the first GOAWAY: the last stream that there can be (§5.2).
const LAST: u64 = (1 << 62) - 4;

impl Connection {
    // ANCHOR: violate
    /// The peer broke a rule: what ends is what the error's scope says.
    pub(super) fn violate(&mut self, error: Error) {
        self.teller(Direction::Local).violation(&error);
        match error.scope() {
            Scope::Connection => self.fail(error),
            Scope::Stream(stream) => {
                self.events.push_back(Event::Violation(error));
                if !self.answer_too_large(stream, error) {
                    self.give_up(stream, error.code());
                    self.lose(stream, error.code(), Some(error));
                }
                if !matches!(error, Error::Slow { .. })
                    && let Err(flood) = self.charge_reset()
                {
                    self.fail(flood);
                }
            }
        }
    }
    // ANCHOR_END: violate

    /// Whoever asks with too many fields is told so, and can ask with fewer (RFC 6585 §5).
    fn answer_too_large(&mut self, id: StreamId, error: Error) -> bool {
        let head = self.streams.get(&id).is_some_and(|stream| !stream.told);
        if !matches!(error, Error::SectionTooLarge { .. }) || self.role == Role::Client || !head {
            return false;
        }
        let told = self.put_section(id, Carrier::Headers, |lines| {
            lines.status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
            lines.length(0);
        });
        if told.is_err() {
            return false;
        }
        if let Some(stream) = self.streams.get_mut(&id) {
            (stream.sending.head, stream.sending.finished) = (true, true);
        }
        self.abandon(id, ErrorCode::H3_NO_ERROR);
        true
    }

    /// The connection is over, because of an error.
    pub(super) fn fail(&mut self, error: Error) {
        if self.state != State::Open {
            return;
        }
        self.events.push_back(Event::Violation(error));
        self.clean = false;
        self.end(error.code(), error.to_string());
    }

    fn end(&mut self, code: ErrorCode, reason: String) {
        self.state = State::Closed;
        self.closing = Some((code.0, reason));
        self.forget_all();
    }

    fn forget_all(&mut self) {
        self.streams.clear();
        self.waiting = 0;
        self.inbound.clear();
        self.ready.clear();
        self.orders.clear();
        self.datagrams.clear();
        self.timers.clear();
    }

    /// Closes at once; what was not delivered is lost. After
    /// [`Event::Drained`](crate::Event::Drained) nothing is.
    pub fn close(&mut self, code: ErrorCode, reason: &str) {
        if self.state == State::Open {
            self.clean &= self.streams.is_empty();
            self.end(code, reason.to_owned());
        }
    }

    /// The transport is over, for whatever reason.
    pub fn transport_closed(&mut self) {
        if self.state == State::Open {
            self.clean = self.streams.is_empty();
            self.state = State::Closed;
            self.forget_all();
        }
        self.closing = None;
    }

    /// Neither reads nor sends any more of a stream; the record stays.
    pub(super) fn give_up(&mut self, id: StreamId, code: ErrorCode) {
        let stream = self.streams.get(&id);
        if stream.is_none_or(|stream| !stream.sending.over) {
            self.orders.push(Order::Reset(id, code));
        }
        if stream.is_none_or(|stream| stream.receiving.phase != Phase::Over) {
            self.read_no_more(id, code);
        }
    }

    /// Reads no more of a stream, which is forgotten if it was sent whole.
    pub(super) fn abandon(&mut self, id: StreamId, code: ErrorCode) {
        self.read_no_more(id, code);
        self.settle(id);
    }

    /// Reads no more of a stream; the record stays, for whoever has to tell of it.
    pub(super) fn read_no_more(&mut self, id: StreamId, code: ErrorCode) {
        self.orders.push(Order::Stop(id, code));
        if id.is_unidirectional() {
            // What comes until the order is carried out begins no new stream.
            self.inbound.insert(id, Inbound::Ignored);
        }
        // Sections that may be on their way will not be acknowledged (RFC 9204 §2.2.2.2).
        self.decoder.cancel(id.get());
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.receiving.phase = Phase::Over;
            stream.receiving.pace = None;
            stream.receiving.blocked = None;
        }
    }

    /// The peer gave up its half of a stream.
    pub(super) fn on_reset(&mut self, id: StreamId, code: ErrorCode) {
        let Some(stream) = self.streams.get(&id) else { return };
        if stream.receiving.phase == Phase::Over {
            return;
        }
        if !stream.sending.over {
            self.orders.push(Order::Reset(id, ErrorCode::H3_REQUEST_CANCELLED));
        }
        self.decoder.cancel(id.get());
        self.lose(id, code, None);
        if let Err(error) = self.charge_reset() {
            self.violate(error);
        }
    }

    /// Ends an exchange before its time, and tells.
    pub(super) fn lose(&mut self, id: StreamId, code: ErrorCode, error: Option<Error>) {
        let Some(stream) = self.take(id) else { return };
        if stream.unhandled {
            // Nobody has heard of it, and nobody shall.
            self.events.retain(|event| !is_about(event, id));
        } else if stream.told {
            self.events.push_back(Event::StreamReset { stream: id, code, error });
        }
        self.count_out(id, stream.push);
    }

    /// Forgets an exchange whose halves are both over.
    pub(super) fn settle(&mut self, id: StreamId) {
        if self.streams.get(&id).is_some_and(|stream| stream.is_over()) {
            let push = self.take(id).and_then(|stream| stream.push);
            self.count_out(id, push);
        }
    }

    /// Takes a stream from its place, with all that waits in it.
    pub(super) fn take(&mut self, id: StreamId) -> Option<Box<Stream>> {
        let stream = self.streams.remove(&id)?;
        self.waiting = self.waiting.saturating_sub(stream.sending.counted);
        Some(stream)
    }

    fn count_out(&mut self, id: StreamId, push: Option<u64>) {
        if let Some(push) = push {
            self.end_push(push);
        } else if id.is_request() {
            self.exchanges = self.exchanges.saturating_sub(1);
            if self.exchanges == 0 {
                self.give_up_unpromised();
            }
        }
        if self.streams.is_empty() {
            self.watch_idle();
            self.finish_when_idle();
        }
    }

    /// Ends an exchange: what waits of its content is dropped, what still comes is not read. With
    /// `H3_NO_ERROR` behind a complete answer, the answer is sent first: so a server says that it
    /// needs no more of the request (§4.1).
    pub fn reset(&mut self, id: StreamId, code: ErrorCode) {
        if self.state != State::Open {
            return;
        }
        let Some(stream) = self.streams.get_mut(&id) else { return };
        if code == ErrorCode::H3_NO_ERROR && stream.sending.finished {
            match stream.sending.over {
                true => self.want_no_rest(id),
                false => stream.sending.stop_behind = true,
            }
            return;
        }
        self.give_up(id, code);
        if let Some(stream) = self.take(id) {
            self.count_out(id, stream.push);
        }
    }

    /// The answer is complete.
    pub(super) fn want_no_rest(&mut self, id: StreamId) {
        let open = |phase| phase != Phase::Over;
        if self.streams.get(&id).is_some_and(|stream| open(stream.receiving.phase)) {
            self.abandon(id, ErrorCode::H3_NO_ERROR);
        }
    }

    pub(super) fn charge_reset(&mut self) -> Result<(), Error> {
        match self.resets.take(self.now) {
            true => Ok(()),
            false => Err(Error::Flood { what: "resets" }),
        }
    }

    pub(super) fn charge_control(&mut self, what: &'static str) -> Result<(), Error> {
        match self.controls.take(self.now) {
            true => Ok(()),
            false => Err(Error::Flood { what }),
        }
    }

    // ANCHOR: shut_down
    /// Takes no new requests, or at a client no new pushes; what is under way goes on.
    pub fn shut_down(&mut self, now: Instant) {
        self.tick(now);
        if self.draining || self.state != State::Open {
            return;
        }
        self.draining = true;
        match self.role {
            Role::Server => {
                self.go_away(LAST);
                self.timers.shutdown = now.checked_add(self.limits.shutdown_timeout);
            }
            // A client says from which push on it takes none.
            Role::Client => self.go_away(self.max_push.map_or(0, |most| most.saturating_add(1))),
        }
        self.finish_when_idle();
    }
    // ANCHOR_END: shut_down

    /// By now the peer knows that it should begin nothing.
    pub(super) fn second_go_away(&mut self) {
        self.go_away(self.next_request);
        self.finish_when_idle();
    }

    fn go_away(&mut self, number: u64) {
        self.goaway_sent = Some(number);
        self.put_control(FrameType::GOAWAY, &[number], &[]);
    }

    /// Nothing is left of what a shutdown waits for.
    pub(super) fn finish_when_idle(&mut self) {
        let said = self.role == Role::Client || self.timers.shutdown.is_none();
        let over = (self.draining && said)
            || (self.role == Role::Client && self.goaway_received.is_some());
        if over && self.streams.is_empty() && !self.drained && self.state == State::Open {
            self.drained = true;
            self.events.push_back(Event::Drained);
        }
    }
}

/// Whether an event tells of this stream's request or what came behind it.
fn is_about(event: &Event, id: StreamId) -> bool {
    match event {
        Event::Request { stream, .. }
        | Event::Data { stream, .. }
        | Event::Trailers { stream, .. }
        | Event::Datagram { stream, .. }
        | Event::Priority { stream, .. }
        | Event::Readable(stream) => *stream == id,
        _ => false,
    }
}
