//! Octets in: heads, then content, one thing at a time.
//!
//! RFC 9112 §2.2, §6, §9.3
//!
//! What is received is read where it lies; only what cannot be used yet is kept in the tail.
//!
//! ```text
//!  one read:   │ head of A │ content of A │ head of B │ half a head │
//!               Request     Data, End      └──────── tail ─────────┘
//!               at once     when asked for  until A is answered
//! ```
//!
//! Where one message ends, the next begins, and nothing on the wire marks the place: one octet
//! too few taken as content, and it is read as the first of the next request's method; one too
//! many, and the next request lacks its first. So the framing is decided once, in [`framing`], and
//! an error in it ends the connection: behind it is no place that both sides would call the next
//! head.
//!
//! Invariant: at most one event waits. While it does, nothing more is read, and the driver is told
//! so by [`Connection::wants_receive`]; that is how a slow application slows its peer.

use super::{Connection, Event, Exchange, Reading};
use crate::{
    Error, State,
    body::{Decoder, Found},
    error::Violation,
    framing::{self, Expect},
    head::{self, HeadEnd, RequestHead},
    state::{Request, RequestInput, Response, ResponseInput},
    trace,
};
use http::{Method, Version};
use std::time::{Duration, Instant};
use wire::trace::Direction;

/// Whether a step got anywhere.
enum Step {
    /// So many octets were used; there may be more to do.
    Used(usize),
    /// So many were used, and nothing more can be done with what is here.
    Stuck(usize),
}

impl Connection {
    /// Takes octets that the peer sent. They are read in place, and changed by that. Never fails:
    /// what is wrong becomes an event and an answer.
    pub fn receive(&mut self, input: &mut [u8], now: Instant) {
        self.timer.tick(now);
        match self.state {
            State::Open => {}
            State::Upgraded if self.told => return,
            State::Upgraded => return self.tail.extend(input),
            State::Closing | State::Closed => return self.drain(input.len()),
        }
        self.pace(input.len());
        if self.tail.is_empty() {
            let used = self.advance(input);
            if self.state == State::Open {
                self.tail.extend(input.get(used..).unwrap_or_default());
            }
        } else {
            self.tail.extend(input);
            self.advance_tail();
        }
    }

    /// The peer has shut down its sending side. What it sent before is still answered.
    pub fn receive_end(&mut self, now: Instant) {
        self.timer.tick(now);
        self.ended = true;
        match self.state {
            State::Open if self.event.is_none() => self.resume(),
            State::Closing => self.state = State::Closed,
            State::Open | State::Closed | State::Upgraded => {}
        }
    }

    /// Whether more octets would be of use. Where not, the driver must stop reading: that is what
    /// makes the peer wait.
    pub fn wants_receive(&self) -> bool {
        match self.state {
            State::Closing => !self.ended,
            State::Closed | State::Upgraded => false,
            State::Open if self.ended || self.event.is_some() => false,
            // A head ends by itself or at its own limit.
            State::Open if self.request == Request::Head => true,
            // What is empty has room, whatever the limit.
            State::Open => self.tail.is_empty() || self.tail.len() < self.limits.tail as usize,
        }
    }

    /// The application starts to read the request's content. If the peer waits for a word before it
    /// sends any, it gets it now (RFC 9110 §10.1.1), unless the final answer has begun or content
    /// is here already.
    pub fn read_body(&mut self) {
        if self.request != Request::Content || self.exchange.reading != Reading::No {
            return;
        }
        self.exchange.reading = Reading::Yes;
        self.timer.arm(self.limits.content_timeout);
        if self.exchange.expects && self.response == Response::Due && self.tail.is_empty() {
            self.output.put(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        self.exchange.expects = false;
    }

    /// The application does not want the request's content: it is dropped as it comes, and past
    /// [`Limits::discard`](crate::Limits::discard) the connection closes behind the answer.
    pub fn discard_body(&mut self) {
        if self.request == Request::Content && !matches!(self.exchange.reading, Reading::Discard(_))
        {
            self.exchange.reading = Reading::Discard(self.limits.discard.into());
            self.timer.arm(self.limits.content_timeout);
        }
    }

    /// Goes on with what was kept, as far as it goes.
    pub(super) fn resume(&mut self) {
        if self.state == State::Open && (!self.tail.is_empty() || self.decoder_waits()) {
            let before = self.request;
            self.advance_tail();
            if self.request == Request::Head && before != Request::Head {
                // The time last heard is that of the exchange before.
                self.timer.arm(self.limits.head_timeout);
            }
        }
        if self.ended && self.state == State::Open && self.event.is_none() {
            self.end_of_input();
        }
    }

    pub(super) fn after_event(&mut self, event: &Event) {
        if let Event::Data(_) = event {
            self.timer.resume();
        }
    }

    /// Whether the decoder can tell the end without another octet.
    fn decoder_waits(&self) -> bool {
        self.request == Request::Content
            && self.exchange.reading != Reading::No
            && self.decoder.is_at_end()
    }

    fn advance_tail(&mut self) {
        let (mut octets, read) = self.tail.lend();
        let used = self.advance(octets.get_mut(read..).unwrap_or_default());
        if self.state == State::Open {
            self.tail.put_back(octets, read + used);
        }
    }

    /// Reads on until there is an event to tell or nothing more to do; answers how much was used.
    fn advance(&mut self, input: &mut [u8]) -> usize {
        let mut used = 0;
        while self.event.is_none() && self.state == State::Open {
            let Some(rest) = input.get_mut(used..) else { break };
            let step = match self.request {
                Request::Idle | Request::Head => self.head(rest),
                Request::Content => self.content(rest),
                Request::Done => Ok(Step::Stuck(0)),
            };
            match step {
                Ok(Step::Used(more)) => used += more,
                Ok(Step::Stuck(more)) => return used + more,
                Err(error) => self.violate(error),
            }
        }
        used
    }

    // ANCHOR: head
    /// Reads a head, if it is whole.
    fn head(&mut self, input: &[u8]) -> Result<Step, Error> {
        // Behind CONNECT or an upgrade these octets may not be HTTP at all, and behind a last
        // request they are nobody's: only the answer before them tells.
        if self.response != Response::Idle {
            return Ok(Step::Stuck(0));
        }
        if self.head_end.is_new() {
            // Some old clients send a CRLF too many behind a POST's content (RFC 9112 §2.2). A
            // bound, since an empty line is two octets and a turn of ours.
            match input {
                [b'\r', b'\n', ..] => {
                    self.empty_lines += 1;
                    if self.empty_lines > self.limits.empty_lines {
                        return Err(Violation::EmptyLines.at(0));
                    }
                    return Ok(Step::Used(2));
                }
                [] | [b'\r'] => return Ok(Step::Stuck(0)),
                _ => {}
            }
        }
        let Some((head, length)) = head::next_request(&mut self.head_end, input, &self.limits)?
        else {
            if self.request == Request::Idle {
                // Set once, by the first octet: a peer that sends another one just in time for
                // ever (slow-loris) moves nothing.
                self.request = self.request.on(RequestInput::Octet).unwrap_or(self.request);
                self.timer.set(self.limits.head_timeout);
            }
            return Ok(Step::Stuck(0));
        };
        self.begin(head)?;
        Ok(Step::Used(length))
    }
    // ANCHOR_END: head

    /// A request's head is whole: what follows it, and what it asks of the connection.
    fn begin(&mut self, head: RequestHead) -> Result<(), Error> {
        let RequestHead { request, facts } = head;
        // Known first: an answer that refuses a HEAD has no content either.
        self.exchange.head = request.method == Method::Head;
        let framing = framing::request(request.version, &facts, self.limits.lenient)?;
        if let Expect::Unknown { offset } = facts.expect {
            return Err(Violation::ExpectationUnknown.at(offset));
        }
        let (decoder, content) = Decoder::new(framing, &self.limits)?;
        let has_content = content != crate::Content::None;
        self.decoder = decoder;
        self.head_end = HeadEnd::default();
        self.empty_lines = 0;
        self.timer.clear();
        // HTTP/1.0 has neither 100 nor upgrades: an old proxy may have passed those fields on
        // without knowing what they say (RFC 9110 §7.8, §10.1.1).
        let http11 = request.version != Version::Http10;
        let last = !facts.persists(request.version);
        // Two ways to frame a message were offered, and leniency took one: nobody can be sure about
        // the next message (RFC 9112 §6.3).
        let doubtful = facts.coding.is_some() && facts.length != framing::Length::Absent;
        self.exchange = Exchange {
            version: request.version,
            head: request.method == Method::Head,
            connect: request.method == Method::Connect,
            upgrade: http11 && facts.upgrade && facts.upgrade_listed,
            persist: !last && !doubtful && !self.stopping,
            last,
            expects: http11 && has_content && facts.expect == Expect::Continue,
            reading: Reading::No,
        };
        let on = RequestInput::Head { content: has_content };
        self.request = self.request.on(on).unwrap_or(Request::Done);
        self.response = self.response.on(ResponseInput::Request).unwrap_or(Response::Due);
        let now = self.timer.now();
        trace::request(&self.trace, now, Direction::Received, &request, Default::default);
        self.event = Some(Event::Request { request, content });
        Ok(())
    }

    /// Reads content, if anybody wants it.
    fn content(&mut self, input: &mut [u8]) -> Result<Step, Error> {
        if self.exchange.reading == Reading::No {
            return Ok(Step::Stuck(0));
        }
        match self.decoder.decode(input, &self.limits)? {
            Found::NotYet(used) => Ok(Step::Stuck(used)),
            Found::Data(used, place) => {
                let (now, length) = (self.timer.now(), place.len() as u64);
                trace::data(&self.trace, now, Direction::Received, length);
                if let Reading::Discard(left) = self.exchange.reading {
                    match left.checked_sub(place.len() as u64) {
                        Some(left) => self.exchange.reading = Reading::Discard(left),
                        None => self.give_up_content(),
                    }
                } else {
                    let data = input.get(place).unwrap_or_default();
                    self.event = Some(Event::Data(data.to_vec()));
                    // While the event waits, nobody waits for the peer.
                    self.timer.pause();
                }
                Ok(Step::Used(used))
            }
            Found::End(used, trailers) => {
                self.request = self.request.on(RequestInput::End).unwrap_or(Request::Done);
                self.timer.clear();
                if self.exchange.reading == Reading::Yes {
                    self.event = Some(Event::End { trailers: trailers.map(|fields| *fields) });
                }
                self.decoder = Decoder::None;
                self.end_exchange();
                Ok(Step::Used(used))
            }
        }
    }

    /// The rest of the content is not worth reading: the connection ends behind the answer.
    fn give_up_content(&mut self) {
        self.exchange.persist = false;
        self.exchange.reading = Reading::No;
        self.timer.clear();
        if self.response == Response::Done {
            self.close_after_answer();
        }
    }

    /// Content came: its sender is given more time, in proportion. A pause that began anew with
    /// each octet would let a peer hold a handler for years with one octet every half minute.
    fn pace(&mut self, octets: usize) {
        if self.request != Request::Content || self.timer.due().is_none() {
            return;
        }
        let span = self.limits.content_timeout;
        let more = match self.limits.content_rate {
            0 => span,
            rate => Duration::from_secs_f64(octets as f64 / f64::from(rate)),
        };
        self.timer.extend(more, span);
    }
}
