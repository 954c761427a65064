//! Octets out: heads, content, and what they do to the exchange.
//!
//! RFC 9110 §15, RFC 9112 §4, §6, §9

use super::{Connection, Reading};
use crate::{
    Misuse, State,
    body::{Encoder, Outgoing, encoder::Part},
    framing,
    head::encode::{self, Announce, Persistence},
    state::{Request, Response, ResponseInput},
};
use http::{HeaderMap, HeaderName, StatusCode, Version};
use std::sync::Arc;
use wire::trace::Direction;

const DATE: HeaderName<'static> = HeaderName::DATE;

impl Connection {
    /// Sends a 1xx response other than 101, such as 103 Early Hints. HTTP/1.0 knows none of them:
    /// such a peer gets nothing.
    ///
    /// # Errors
    /// [`Misuse`] where no answer is due, or the status is not 1xx.
    pub fn send_informational(&mut self, response: &http::Response) -> Result<(), Misuse> {
        let status = response.status;
        if !status.is_informational() || status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Misuse::Status { status: status.as_u16() });
        }
        self.check_open()?;
        let next = self.response.on(ResponseInput::Informational)?;
        let facts = framing::facts_of(&response.headers);
        encode::check(&facts, Announce::Nothing)?;
        self.response = next;
        if status == StatusCode::CONTINUE {
            self.exchange.expects = false;
        }
        if self.exchange.version != Version::Http10 {
            self.put_head(response, Announce::Nothing, Persistence::Implied, &facts);
        }
        Ok(())
    }

    /// Sends the final response's head. With [`Outgoing::None`] that is the whole response; else
    /// [`send_data`](Self::send_data) and [`send_end`](Self::send_end) follow, for HEAD and 304
    /// too: what they send is dropped, so an answer to GET serves HEAD as it is.
    ///
    /// # Errors
    /// [`Misuse`] where no answer is due, the status is 1xx, or the caller's fields contradict the
    /// content.
    pub fn send_response(
        &mut self,
        response: &http::Response,
        content: Outgoing,
    ) -> Result<(), Misuse> {
        let status = response.status;
        if status.is_informational() {
            return Err(Misuse::Status { status: status.as_u16() });
        }
        if self.exchange.connect && status.is_success() {
            return self.accept_upgrade(response);
        }
        self.check_open()?;
        let next = self.response.on(ResponseInput::Head { content: content != Outgoing::None })?;
        let (announce, encoder) = self.announce(status, content);
        let facts = framing::facts_of(&response.headers);
        encode::check(&facts, announce)?;
        let persist = self.settle(&facts, &encoder);
        let persistence = match (persist, self.exchange.version) {
            (false, _) => Persistence::Close,
            (true, Version::Http10) => Persistence::KeepAlive,
            (true, _) => Persistence::Implied,
        };
        self.put_head(response, announce, persistence, &facts);
        self.response = next;
        self.encoder = encoder;
        if next == Response::Done {
            self.end_exchange();
        }
        Ok(())
    }

    /// Answers 101 to a request that asked for an upgrade, or 2xx to CONNECT: behind this head the
    /// stream is another protocol's. The next event is [`Event::Upgraded`](super::Event::Upgraded).
    ///
    /// # Errors
    /// [`Misuse::NoUpgrade`] where the request did not ask, or its content is not read to its end.
    pub fn accept_upgrade(&mut self, response: &http::Response) -> Result<(), Misuse> {
        self.check_open()?;
        let status = response.status;
        let asked = match status {
            StatusCode::SWITCHING_PROTOCOLS => self.exchange.upgrade,
            _ => self.exchange.connect && status.is_success(),
        };
        let next = self.response.on(ResponseInput::Switch)?;
        if !asked || self.request != Request::Done {
            return Err(Misuse::NoUpgrade);
        }
        let facts = framing::facts_of(&response.headers);
        encode::check(&facts, Announce::Nothing)?;
        let persistence =
            if self.exchange.connect { Persistence::Implied } else { Persistence::Upgrade };
        self.put_head(response, Announce::Nothing, persistence, &facts);
        self.response = next;
        self.state = State::Upgraded;
        self.timer.clear();
        Ok(())
    }

    /// Sends a part of the response's content, copied.
    ///
    /// # Errors
    /// [`Misuse`] where no content is due, or more than was announced.
    pub fn send_data(&mut self, octets: &[u8]) -> Result<(), Misuse> {
        self.send(Part::Octets(octets))
    }

    /// As [`send_data`](Self::send_data), without a copy where it is large.
    ///
    /// # Errors
    /// As [`send_data`](Self::send_data).
    pub fn send_vec(&mut self, octets: Vec<u8>) -> Result<(), Misuse> {
        self.send(Part::Owned(octets))
    }

    /// As [`send_data`](Self::send_data), of octets that others send too.
    ///
    /// # Errors
    /// As [`send_data`](Self::send_data).
    pub fn send_shared(&mut self, octets: Arc<[u8]>) -> Result<(), Misuse> {
        self.send(Part::Shared(octets))
    }

    /// As [`send_data`](Self::send_data), of octets that the driver has elsewhere, such as a
    /// file's.
    ///
    /// # Errors
    /// As [`send_data`](Self::send_data).
    pub fn send_external(&mut self, length: u64) -> Result<(), Misuse> {
        self.send(Part::External(length))
    }

    fn send(&mut self, part: Part<'_>) -> Result<(), Misuse> {
        self.check_open()?;
        self.response = self.response.on(ResponseInput::Data)?;
        let length = part.len();
        self.encoder.data(part, &mut self.output)?;
        crate::trace::data(&self.trace, self.timer.now(), Direction::Sent, length);
        Ok(())
    }

    /// Ends the response's content. Trailers reach HTTP/1.1 peers alone, and only behind content of
    /// unknown length.
    ///
    /// # Errors
    /// [`Misuse`] where no content is due. After [`Misuse::TooShort`] nothing can mend the
    /// response: the connection closes, so that the peer sees that something is missing.
    pub fn send_end(&mut self, trailers: Option<&HeaderMap>) -> Result<(), Misuse> {
        self.check_open()?;
        let next = self.response.on(ResponseInput::End)?;
        let result = self.encoder.end(trailers, &mut self.output);
        match result {
            Ok(()) => {
                self.response = next;
                self.end_exchange();
            }
            Err(Misuse::TooShort { .. }) => self.abort(),
            Err(_) => {}
        }
        result
    }

    /// Whether octets given to [`send_data`](Self::send_data) reach the wire: not in answers to
    /// HEAD and in 304. An application that would have to make them can spare itself the work.
    pub fn sends_content(&self) -> bool {
        !matches!(self.encoder, Encoder::None | Encoder::Dropped)
    }

    /// Whether content is under way whose end is the connection's: were the connection closed now
    /// in good order, the peer would take the part for the whole (RFC 9112 §8), so it must be
    /// reset.
    pub fn ends_with_connection(&self) -> bool {
        matches!(self.encoder, Encoder::UntilClose)
    }

    /// Octets that can be sent before the application should wait until they were taken.
    pub fn output_room(&self) -> usize {
        self.output.room()
    }

    fn check_open(&self) -> Result<(), Misuse> {
        if self.state == State::Open { Ok(()) } else { Err(Misuse::Closed) }
    }

    /// How the head announces the content, and what happens to it.
    fn announce(&self, status: StatusCode, content: Outgoing) -> (Announce, Encoder) {
        let bodiless = self.exchange.head || status == StatusCode::NOT_MODIFIED;
        match content {
            // A 204 has no content and no field that says so (RFC 9110 §8.6).
            _ if status == StatusCode::NO_CONTENT => (Announce::Nothing, Encoder::Dropped),
            Outgoing::None if bodiless => (Announce::Caller, Encoder::None),
            Outgoing::None => (Announce::Length(0), Encoder::None),
            Outgoing::Length(length) if bodiless => (Announce::Length(length), Encoder::Dropped),
            Outgoing::Length(length) => (Announce::Length(length), Encoder::Length(length)),
            Outgoing::Unknown if bodiless => (Announce::Caller, Encoder::Dropped),
            Outgoing::Unknown if self.exchange.version == Version::Http10 => {
                (Announce::Nothing, Encoder::UntilClose)
            }
            Outgoing::Unknown => (Announce::Chunked, Encoder::Chunked),
        }
    }

    /// Decides whether the connection lives on behind this response.
    fn settle(&mut self, facts: &framing::Facts, encoder: &Encoder) -> bool {
        // A peer that waits for 100 may or may not send its content now: its next octet could be
        // content or a request, and we could not tell (RFC 9110 §10.1.1).
        let doubtful = self.exchange.expects;
        let large = self.exchange.reading == Reading::No
            && !self.decoder.is_within(self.limits.discard.into());
        let unread = self.request == Request::Content && (doubtful || large);
        let close =
            facts.close || unread || self.stopping || matches!(encoder, Encoder::UntilClose);
        self.exchange.persist &= !close;
        self.exchange.persist
    }

    pub(super) fn put_head(
        &mut self,
        response: &http::Response,
        announce: Announce,
        persistence: Persistence,
        facts: &framing::Facts,
    ) {
        // An application that knows better, such as a cache, sets Date itself.
        let dates = !response.status.is_informational() && response.headers.get(DATE).is_none();
        let date = self.date.filter(|_| dates);
        self.output.write(|out| {
            out.reserve(256);
            encode::status_line(out, response.status);
            if let Some(date) = &date {
                encode::field(out, DATE.as_bytes(), date.as_bytes());
            }
            encode::fields(out, &response.headers, announce, persistence, facts);
        });
        let added = || encode::added(announce, persistence, date);
        let now = self.timer.now();
        crate::trace::response(&self.trace, now, Direction::Sent, response, added);
    }
}
