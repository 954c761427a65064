//! The end of an exchange and of the connection.
//!
//! RFC 9112 §9.3, §9.6
//!
//! ```text
//!  answer sent, it was the last ──► Closing: shut down writing, read and drop, then Closed
//!  the peer said it was its last ──► Closed at once: nothing of it is on its way
//! ```
//!
//! A socket that is closed while octets wait unread is reset, and the reset can overtake the answer
//! that told the peer why. Hence `Closing`:
//!
//! ```text
//!  client                                   server
//!    │ POST … 10 MB of content  ───────────►  │ too large
//!    │ ◄─────────────────────── 413, FIN      │ Closing: reads on and drops
//!    │ … still sending  ──────────────────►   │ (closed here, the kernel would answer with RST,
//!    │ reads 413, closes: FIN  ───────────►   │  and the client's would throw the 413 away)
//!    │                                        │ Closed
//! ```
//!
//! Invariant: behind a broken rule no octet is read as a request any more: nobody knows where one
//! begins.

use super::{Connection, Event, Exchange, Reading};
use crate::{
    Error, State,
    body::Encoder,
    error::Violation,
    framing,
    head::{
        HeadEnd,
        encode::{Announce, Persistence},
    },
    state::{Request, RequestInput, Response, ResponseInput},
};
use http::{HeaderName, HeaderValue, StatusCode};
use std::time::Instant;

impl Connection {
    /// Stops gracefully: the exchange under way is finished and says `Connection: close`; requests
    /// behind it are not answered, and their sender knows that it may send them elsewhere.
    pub fn shut_down(&mut self, now: Instant) {
        self.timer.tick(now);
        self.stopping = true;
        self.exchange.persist = false;
        if self.state == State::Open && !self.is_busy() && self.tail.is_empty() {
            self.state = State::Closed;
            self.timer.clear();
        }
    }

    /// Gives up: the response under way stays incomplete, and the peer sees that.
    pub fn abort(&mut self) {
        if matches!(self.state, State::Open | State::Closing) {
            self.clean = false;
            self.state = State::Closed;
            self.timer.clear();
            self.tail.clear();
        }
    }

    /// Answers `status` to whatever is asked, or to nothing, and ends: for a server that has too
    /// many connections already.
    pub fn refuse(&mut self, status: StatusCode, now: Instant) {
        self.refuse_with(status, &format!("{status} {}\n", status.reason()), now);
    }

    /// As [`refuse`](Self::refuse), in other words.
    pub fn refuse_with(&mut self, status: StatusCode, text: &str, now: Instant) {
        self.timer.tick(now);
        if self.state == State::Open && self.response == Response::Idle {
            self.put_small_answer(status, text);
            self.response = Response::Done;
            self.linger();
        }
    }

    /// The peer broke a rule: it gets the status that suits, if no response has begun, and no more.
    pub(super) fn violate(&mut self, error: Error) {
        self.clean = false;
        self.tail.clear();
        self.head_end = HeadEnd::default();
        crate::trace::violation(&self.trace, self.timer.now(), &error);
        match self.response {
            Response::Idle | Response::Due => {
                self.answer(error);
                self.response = Response::Done;
                self.linger();
            }
            // The answer is out, and only content that nobody wanted is wrong: it stays readable.
            Response::Done => self.linger(),
            // The answer under way cannot be mended, and is better cut than believed.
            Response::Content | Response::Switched => {
                self.state = State::Closed;
                self.timer.clear();
            }
        }
        self.event = Some(Event::Violation(error));
    }

    /// A small answer that says which rule was broken; it repeats nothing that the peer sent.
    fn answer(&mut self, error: Error) {
        self.put_small_answer(error.status(), &format!("{error}\n"));
    }

    fn put_small_answer(&mut self, status: StatusCode, text: &str) {
        let mut response = http::Response::new(status);
        if let (name, Ok(value)) = (HeaderName::CONTENT_TYPE, HeaderValue::new("text/plain")) {
            response.headers.append(name, value);
        }
        let announce = Announce::Length(text.len() as u64);
        let facts = framing::Facts::default();
        self.put_head(&response, announce, Persistence::Close, &facts);
        if !self.exchange.head {
            self.output.put(text.as_bytes());
        }
    }

    /// The input is over and all of it was looked at.
    pub(super) fn end_of_input(&mut self) {
        match self.request {
            Request::Idle if self.response == Response::Idle => {
                self.state = State::Closed;
                self.timer.clear();
            }
            Request::Head => {
                let at = self.tail.len();
                self.violate(Violation::EndInHead.at(at));
            }
            Request::Content if self.exchange.reading != Reading::No => {
                if let Err(error) = self.decoder.end() {
                    self.violate(error);
                }
            }
            // An answer is due; the next look comes when it is complete.
            Request::Idle | Request::Content | Request::Done => {}
        }
    }

    /// Looks whether both messages are complete, and goes on to the next exchange or to the end.
    pub(super) fn end_exchange(&mut self) {
        if self.response != Response::Done {
            return;
        }
        if self.request != Request::Done {
            // Nobody reads on; if much is to come, a new connection costs less.
            if !self.exchange.persist || !self.decoder.is_within(self.limits.discard.into()) {
                self.exchange.persist = false;
                return self.close_after_answer();
            }
            return self.discard_body();
        }
        if !self.exchange.persist {
            return self.close_after_answer();
        }
        self.request = self.request.on(RequestInput::Next).unwrap_or(Request::Idle);
        self.response = self.response.on(ResponseInput::Next).unwrap_or(Response::Idle);
        self.exchange = Exchange::default();
        self.encoder = Encoder::None;
        self.timer.arm(self.limits.idle_timeout);
    }

    /// The last answer is complete.
    pub(super) fn close_after_answer(&mut self) {
        let nothing_follows = self.ended || self.exchange.last && self.tail.is_empty();
        if self.request == Request::Done && nothing_follows {
            self.state = State::Closed;
            self.timer.clear();
        } else {
            self.linger();
        }
        self.tail.clear();
    }

    fn linger(&mut self) {
        if self.ended {
            self.state = State::Closed;
            return self.timer.clear();
        }
        self.state = State::Closing;
        self.timer.arm(self.limits.linger);
    }

    /// Octets that come while closing are dropped, up to a limit.
    pub(super) fn drain(&mut self, octets: usize) {
        self.drained = self.drained.saturating_add(octets as u64);
        if self.drained > self.limits.discard.into() {
            self.state = State::Closed;
            self.timer.clear();
        }
    }
}
