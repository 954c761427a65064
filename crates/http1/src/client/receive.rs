//! Octets in: 1xx, final heads, content.
//!
//! RFC 9110 §15.2, RFC 9112 §4, §6.3, §9.2
//!
//! ```text
//!  sent:      GET /a     HEAD /b     GET /c
//!  received:  103 200 content     200     200 content
//!             └── /a ───────┘    └ /b ┘   └─── /c ───┘
//! ```
//!
//! A response does not name its request; only the order does, and the method decides whether
//! content follows (HEAD's never has any, whatever its fields say). One response too many or too
//! few, and every answer behind it goes to the wrong question: one user's page to another user. So
//! octets that nobody asked for end the connection, and none is used again that is in doubt.
//!
//! Invariant: a response without a length is complete only when its sender closed in good order.

use super::{Connection, Event, Waiting};
use crate::{
    Content, Error, State,
    body::{Decoder, Found},
    error::Violation,
    framing::{self, Framing},
    head::{self, ResponseHead},
    state::{Request, RequestInput, Response, ResponseInput},
    trace,
};
use http::StatusCode;
use std::time::Instant;
use wire::trace::Direction;

enum Step {
    Used(usize),
    Stuck(usize),
}

impl Connection {
    /// Takes octets that the peer sent. They are read in place, and changed by that. Never fails:
    /// what is wrong becomes an event.
    pub fn receive(&mut self, input: &mut [u8], now: Instant) {
        self.timer.tick(now);
        match self.state {
            State::Open => {}
            State::Upgraded if self.told => return,
            State::Upgraded => return self.tail.extend(input),
            State::Closing | State::Closed => return,
        }
        if self.request != Request::Content && self.timer.due().is_some() {
            // Any octet is a sign of life; how slowly an answer may come is the caller's to say.
            self.timer.set(self.patience());
        }
        if self.tail.is_empty() {
            let used = self.advance(input);
            if matches!(self.state, State::Open | State::Upgraded) {
                self.tail.extend(input.get(used..).unwrap_or_default());
            }
        } else {
            self.tail.extend(input);
            self.advance_tail();
        }
    }

    /// The peer has shut down its sending side: the end of content without a length, and an error
    /// inside any other.
    pub fn receive_end(&mut self, now: Instant) {
        self.timer.tick(now);
        self.ended = true;
        if self.event.is_none() {
            self.resume();
        }
    }

    /// Whether more octets would be of use. Where not, the driver must stop reading.
    pub fn wants_receive(&self) -> bool {
        match self.state {
            State::Closing => !self.ended,
            State::Closed | State::Upgraded => false,
            State::Open => !self.ended && self.event.is_none(),
        }
    }

    /// Goes on with what was kept, as far as it goes.
    pub(super) fn resume(&mut self) {
        let waits = self.response == Response::Content && self.decoder.is_at_end();
        if self.state == State::Open && (!self.tail.is_empty() || waits) {
            self.advance_tail();
        }
        if self.ended && self.state == State::Open && self.event.is_none() {
            self.end_of_input();
        }
    }

    pub(super) fn after_event(&mut self, event: &Event) {
        match event {
            Event::Data(_) => self.timer.resume(),
            Event::Informational(_) => self.timer.arm(self.patience()),
            _ => {}
        }
    }

    /// How long the next octet may take.
    pub(super) fn patience(&self) -> std::time::Duration {
        match self.response {
            Response::Content => self.limits.content_timeout,
            _ => self.limits.response_timeout,
        }
    }

    fn advance_tail(&mut self) {
        let (mut octets, read) = self.tail.lend();
        let used = self.advance(octets.get_mut(read..).unwrap_or_default());
        if matches!(self.state, State::Open | State::Upgraded) {
            self.tail.put_back(octets, read + used);
        }
    }

    fn advance(&mut self, input: &mut [u8]) -> usize {
        let mut used = 0;
        while self.event.is_none() && self.state == State::Open {
            let Some(rest) = input.get_mut(used..) else { break };
            let step = match self.response {
                Response::Content => self.content(rest),
                Response::Due => self.head(rest),
                Response::Idle if rest.is_empty() => Ok(Step::Stuck(0)),
                Response::Idle => Err(Violation::ResponseUnasked.at(0)),
                Response::Done | Response::Switched => Ok(Step::Stuck(0)),
            };
            match step {
                Ok(Step::Used(more)) => used += more,
                Ok(Step::Stuck(more)) => return used + more,
                Err(error) => self.violate(error),
            }
        }
        used
    }

    /// Reads a head, if it is whole.
    fn head(&mut self, input: &[u8]) -> Result<Step, Error> {
        if input.is_empty() {
            return Ok(Step::Stuck(0));
        }
        let Some((head, length)) = head::next_response(&mut self.head_end, input, &self.limits)?
        else {
            return Ok(Step::Stuck(0));
        };
        let now = self.timer.now();
        let received = Direction::Received;
        trace::response(&self.trace, now, received, &head.response, Default::default);
        let status = head.response.status;
        if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS {
            if self.informational == self.limits.informational {
                return Err(Violation::TooManyInformational.at(0));
            }
            self.informational += 1;
            self.event = Some(Event::Informational(head.response));
        } else {
            self.begin(head)?;
        }
        Ok(Step::Used(length))
    }

    /// A final head is whole.
    fn begin(&mut self, head: ResponseHead) -> Result<(), Error> {
        let ResponseHead { response, facts } = head;
        let Some(Waiting { method, upgrade }) = self.waiting.front() else {
            return Err(Violation::ResponseUnasked.at(0));
        };
        let (status, version) = (response.status, response.version);
        let lenient = self.limits.lenient;
        let framing = framing::response(method, status, version, &facts, lenient)?;
        if status == StatusCode::SWITCHING_PROTOCOLS && !upgrade {
            return Err(Violation::UpgradeUnasked.at(0));
        }
        if status == StatusCode::SWITCHING_PROTOCOLS || framing == Framing::Tunnel {
            self.response = self.response.on(ResponseInput::Switch).unwrap_or(Response::Switched);
            self.state = State::Upgraded;
            self.timer.clear();
            self.event = Some(Event::Response { response, content: Content::None });
            return Ok(());
        }
        let (decoder, content) = Decoder::new(framing, &self.limits)?;
        self.decoder = decoder;
        self.informational = 0;
        self.exclusive = false;
        let doubtful = facts.coding.is_some() && facts.length != framing::Length::Absent;
        let persists = facts.persists(version) && !doubtful && framing != Framing::UntilClose;
        self.persist &= persists;
        let on = ResponseInput::Head { content: content != Content::None };
        self.response = self.response.on(on).unwrap_or(Response::Done);
        self.event = Some(Event::Response { response, content });
        self.timer.arm(self.patience());
        if self.response == Response::Done {
            self.end_exchange();
        }
        Ok(())
    }

    /// Reads content.
    fn content(&mut self, input: &mut [u8]) -> Result<Step, Error> {
        match self.decoder.decode(input, &self.limits)? {
            Found::NotYet(used) => Ok(Step::Stuck(used)),
            Found::Data(used, place) => {
                let length = place.len() as u64;
                trace::data(&self.trace, self.timer.now(), Direction::Received, length);
                self.event = Some(Event::Data(input.get(place).unwrap_or_default().to_vec()));
                self.timer.pause();
                Ok(Step::Used(used))
            }
            Found::End(used, trailers) => {
                self.end_content(trailers.map(|fields| *fields));
                Ok(Step::Used(used))
            }
        }
    }

    /// The response is complete.
    pub(super) fn end_content(&mut self, trailers: Option<http::HeaderMap>) {
        self.response = self.response.on(ResponseInput::End).unwrap_or(Response::Done);
        self.event = Some(Event::End { trailers });
        self.end_exchange();
    }

    /// Goes on to the next response that is due, or to the end.
    fn end_exchange(&mut self) {
        self.waiting.pop_front();
        self.decoder = Decoder::None;
        self.response = self.response.on(ResponseInput::Next).unwrap_or(Response::Idle);
        self.timer.clear();
        if !self.waiting.is_empty() {
            self.response = self.response.on(ResponseInput::Request).unwrap_or(Response::Due);
            self.timer.arm(self.patience());
        } else if self.request == Request::Done {
            self.request = self.request.on(RequestInput::Next).unwrap_or(Request::Idle);
        }
        if !self.persist {
            // Requests behind the last response are not answered: their sender may repeat them.
            self.clean &= self.waiting.is_empty();
            self.close();
        }
    }
}
