//! Sections become requests, responses and trailers.
//!
//! RFC 9113 §5.1, §8.1, §8.1.1
//!
//! | who reads | the stream is                 | a section is                           |
//! |-----------|-------------------------------|----------------------------------------|
//! | server    | not there yet, and may be     | a request                              |
//! | client    | begun, without a final head   | a response; 1xx is another one         |
//! | both      | begun, its head is there      | trailers, which end it                 |
//! | both      | one that we reset             | nothing: decoded and dropped           |
//!
//! Invariant: what a section is to be is known before it is decoded; that it may not be is told
//! after.

use super::{Connection, Role};
use crate::{
    Error, Event, Scope, StreamId,
    state::{Input, State, Step},
    trace,
};
use http::{
    HeaderName, Method, Priority, Response, Version,
    message::{Malformed, RequestHead, RequestSection, ResponseSection, TrailerSection},
};
use wire::trace::Direction;

/// What a section is to be.
enum Purpose {
    Request,
    Response,
    Trailers,
    /// Nothing; the stream's error, if it is one.
    Drop(Option<Error>),
}

impl Connection {
    pub(super) fn on_section(
        &mut self,
        stream: StreamId,
        end: bool,
        dependency: Option<StreamId>,
        block: &[u8],
    ) -> Result<(), Error> {
        let mut purpose = self.purpose(stream, end)?;
        if matches!(purpose, Purpose::Request) {
            self.begin(stream);
        }
        if dependency == Some(stream) && !matches!(purpose, Purpose::Drop(_)) {
            purpose = Purpose::Drop(Some(Error::SelfDependency { stream }));
        }
        let malformed = |malformed| Error::Malformed { stream, malformed };
        match purpose {
            Purpose::Request => {
                let mut section = RequestSection::new(Version::Http2);
                self.decode(stream, block, |name, value| section.field(name, value))?;
                let head = section.finish().map_err(malformed)?;
                self.on_request(stream, head, end)
            }
            Purpose::Response => {
                let mut section = ResponseSection::new(Version::Http2);
                self.decode(stream, block, |name, value| section.field(name, value))?;
                let (response, length) = section.finish().map_err(malformed)?;
                self.on_response(stream, response, length, end)
            }
            Purpose::Trailers => {
                let mut section = TrailerSection::default();
                self.decode(stream, block, |name, value| section.field(name, value))?;
                let trailers = section.finish().map_err(malformed)?;
                self.step(stream, Input::Headers { end })?;
                self.count(stream, 0, true)?;
                if self.streams.get(stream).is_some_and(|stream| stream.unwanted.is_none()) {
                    self.events.push_back(Event::Trailers { stream, trailers });
                }
                self.settle(stream);
                Ok(())
            }
            Purpose::Drop(error) => {
                self.decode(stream, block, |_, _| {})?;
                error.map_or(Ok(()), Err)
            }
        }
    }

    // ANCHOR: purpose
    /// What the section is to be, by the state of its stream alone.
    fn purpose(&mut self, id: StreamId, end: bool) -> Result<Purpose, Error> {
        let input = Input::Headers { end };
        let order = |what| {
            let malformed = Malformed::Order { what };
            Ok(Purpose::Drop(Some(Error::Malformed { stream: id, malformed })))
        };
        if let Some(stream) = self.streams.get(id) {
            return match stream.state.receive(input, id) {
                Err(error) if error.scope() == Scope::Connection => Err(error),
                Err(error) => Ok(Purpose::Drop(Some(error))),
                Ok(Step::Ignore) => Ok(Purpose::Drop(None)),
                Ok(Step::To(_)) if !stream.receiving.head => Ok(Purpose::Response),
                Ok(Step::To(_)) if stream.receiving.tunnel => order("fields inside a tunnel"),
                Ok(Step::To(_)) if !end => order("trailers that do not end the message"),
                Ok(Step::To(_)) => Ok(Purpose::Trailers),
            };
        }
        if self.is_idle(id) {
            if !self.is_peers(id) || self.role == Role::Client {
                return Err(Error::StreamParity { stream: id, frame: "HEADERS" });
            }
            return Ok(match self.goaway_sent {
                // It was on its way when we said that we take no more (§6.8).
                Some(last) if id > last => Purpose::Drop(None),
                _ => Purpose::Request,
            });
        }
        match self.streams.cause(id).map(|cause| State::Closed(cause).receive(input, id)) {
            Some(Ok(_)) => Ok(Purpose::Drop(None)),
            Some(Err(error)) if error.scope() == Scope::Connection => Err(error),
            Some(Err(error)) => Ok(Purpose::Drop(Some(error))),
            // The answer to a promise that came when we took none any more (§6.8).
            None if self.is_beyond(id) => Ok(Purpose::Drop(None)),
            None => Err(Error::StreamNotAbove { stream: id, last: self.last_peer }),
        }
    }
    // ANCHOR_END: purpose

    /// Notes that the peer has used an identifier: those below it that were not used never will be
    /// (§5.1.1).
    fn begin(&mut self, stream: StreamId) {
        self.last_peer = stream;
        self.timers.idle = None;
    }

    /// Decodes a block; its fields go to `sink` in order.
    pub(super) fn decode(
        &mut self,
        stream: StreamId,
        block: &[u8],
        mut sink: impl FnMut(&[u8], &[u8]),
    ) -> Result<(), Error> {
        let told = if self.trace.is_on() {
            let mut section = trace::Section::new();
            let told = self.decoder.decode(block, |field| {
                section.push((field.name.to_vec(), field.value.to_vec()));
                sink(field.name, field.value);
            });
            trace::section(&self.trace, self.now, Direction::Received, stream, &section);
            told
        } else {
            self.decoder.decode(block, |field| sink(field.name, field.value))
        };
        told.map_err(|error| match error.scope() {
            hpack::Scope::Connection => Error::Compression(error),
            hpack::Scope::Stream => Error::SectionTooLarge { stream },
        })
    }

    fn on_request(&mut self, id: StreamId, head: RequestHead, end: bool) -> Result<(), Error> {
        if self.peer_streams >= self.limits.streams {
            return Err(Error::TooManyStreams { stream: id, limit: self.limits.streams });
        }
        if end && head.content_length.is_some_and(|length| length > 0) {
            let expected = head.content_length.unwrap_or_default();
            let malformed = Malformed::LengthDiffers { expected, received: 0 };
            return Err(Error::Malformed { stream: id, malformed });
        }
        let state = if end { State::HalfClosedRemote } else { State::Open };
        self.insert(id, state);
        self.peer_streams += 1;
        let early = self.take_early(id);
        if let Some(stream) = self.streams.get_mut(id) {
            stream.receiving.head = true;
            stream.receiving.expected = head.content_length;
            let connect = head.request.method == Method::Connect;
            stream.receiving.tunnel = connect;
            stream.sending.connect = connect;
            stream.sending.head_request = head.request.method == Method::Head;
            (stream.told, stream.unhandled) = (true, true);
            let field = head.request.headers.get(HeaderName::PRIORITY);
            let field = field.map(|value| Priority::parse(value.as_bytes()));
            stream.reprioritized = early.is_some();
            stream.priority = early.or(field).unwrap_or_default();
        }
        // Who expects a 100 waits for us.
        if !head.request.headers.contains(HeaderName::EXPECT) {
            self.watch_content(id);
        }
        self.events.push_back(Event::Request { stream: id, head, end });
        Ok(())
    }

    // ANCHOR: response
    fn on_response(
        &mut self,
        id: StreamId,
        response: Response,
        length: Option<u64>,
        end: bool,
    ) -> Result<(), Error> {
        let order = |what| Error::Malformed { stream: id, malformed: Malformed::Order { what } };
        let most = self.limits.informational;
        let Some(stream) = self.streams.get_mut(id) else { return Ok(()) };
        let response = Box::new(response);
        if response.status.is_informational() {
            if end {
                return Err(order("a 1xx response that ends the stream"));
            }
            stream.receiving.informational = stream.receiving.informational.saturating_add(1);
            if stream.receiving.informational > most {
                return Err(order("too many 1xx responses"));
            }
            self.events.push_back(Event::Informational { stream: id, response });
            return Ok(());
        }
        let (head, connect) = (stream.sending.head_request, stream.sending.connect);
        stream.receiving.head = true;
        stream.receiving.tunnel = connect && response.status.is_success();
        let bodiless = head || response.status.forbids_content();
        stream.receiving.expected = match length {
            // What it says is about what another request would have got.
            _ if bodiless => Some(0),
            // A tunnel has no length (RFC 9110 §8.6).
            _ if stream.receiving.tunnel => None,
            length => length,
        };
        let reserved = stream.state == State::ReservedRemote;
        self.step(id, Input::Headers { end })?;
        if reserved {
            self.peer_streams += 1;
            if self.peer_streams > self.limits.streams {
                let limit = self.limits.streams;
                return Err(Error::TooManyStreams { stream: id, limit });
            }
        }
        if end {
            self.count(id, 0, true)?;
        }
        self.events.push_back(Event::Response { stream: id, response, end });
        self.settle(id);
        Ok(())
    }
    // ANCHOR_END: response

    /// Moves a stream on as the peer's frame says.
    pub(super) fn step(&mut self, id: StreamId, input: Input) -> Result<(), Error> {
        if let Some(stream) = self.streams.get_mut(id)
            && let Step::To(state) = stream.state.receive(input, id)?
        {
            stream.state = state;
        }
        Ok(())
    }

    /// Counts a stream's content.
    pub(super) fn count(&mut self, id: StreamId, octets: u64, end: bool) -> Result<(), Error> {
        let limit = self.limits.content;
        let Some(stream) = self.streams.get_mut(id) else { return Ok(()) };
        let counted = stream.receiving.count(octets, end, limit);
        counted.map_err(|malformed| Error::Malformed { stream: id, malformed })
    }
}
