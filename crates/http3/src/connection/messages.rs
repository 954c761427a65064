//! Sections become requests, responses, trailers and promises.
//!
//! RFC 9114 §4.1, §4.3, §4.6
//!
//! | who reads | the stream                    | a section is                           |
//! |-----------|-------------------------------|----------------------------------------|
//! | server    | has no head                   | a request                              |
//! | client    | has no final head             | a response; 1xx is another one         |
//! | both      | has its head                  | trailers                               |
//! | client    | of a request, in PUSH_PROMISE | the request of a push                  |
//!
//! Invariant: a section that waits for QPACK's table has changed nothing.

use super::Connection;
use crate::{
    Error, Event, Role, StreamId,
    stream::{Blocked, Phase},
    trace::Section,
};
use http::{
    HeaderName, Method, Priority, Response, Version,
    message::{Malformed, RequestHead, RequestSection, ResponseSection, TrailerSection},
};
use qpack::Status;
use wire::trace::Direction;

impl Connection {
    // ANCHOR: section
    /// A whole section; `promise` is the number of the push whose request it is.
    pub(super) fn on_section(
        &mut self,
        id: StreamId,
        promise: Option<u64>,
        section: &[u8],
    ) -> Result<(), Error> {
        let Some(phase) = self.streams.get(&id).map(|stream| stream.receiving.phase) else {
            return Ok(());
        };
        let malformed = |malformed| Error::Malformed { stream: id, malformed };
        let status = match (promise, phase, self.role) {
            (Some(push), ..) => {
                self.check_push(push)?;
                let mut request = RequestSection::new(Version::Http3);
                let status = self.decode(id, section, |name, value| request.field(name, value))?;
                if status == Status::Done {
                    let head = request.finish().map_err(malformed)?;
                    self.on_promise(id, push, head)?;
                }
                status
            }
            (None, Phase::Head, Role::Server) => {
                let mut request = RequestSection::new(Version::Http3);
                let status = self.decode(id, section, |name, value| request.field(name, value))?;
                if status == Status::Done {
                    self.on_request(id, request.finish().map_err(malformed)?);
                }
                status
            }
            (None, Phase::Head, Role::Client) => {
                let mut response = ResponseSection::new(Version::Http3);
                let status = self.decode(id, section, |name, value| response.field(name, value))?;
                if status == Status::Done {
                    let (response, length) = response.finish().map_err(malformed)?;
                    self.on_response(id, response, length)?;
                }
                status
            }
            (None, ..) => {
                let mut trailers = TrailerSection::default();
                let status = self.decode(id, section, |name, value| trailers.field(name, value))?;
                if status == Status::Done {
                    self.on_trailers(id, trailers)?;
                }
                status
            }
        };
        if status == Status::Blocked
            && let Some(stream) = self.streams.get_mut(&id)
        {
            stream.receiving.blocked = Some(Blocked { promise, section: section.to_vec() });
        }
        Ok(())
    }
    // ANCHOR_END: section

    /// Decodes a section; its fields go to `sink` in order, or none of them.
    fn decode(
        &mut self,
        stream: StreamId,
        section: &[u8],
        mut sink: impl FnMut(&[u8], &[u8]),
    ) -> Result<Status, Error> {
        let decoded = if self.trace.is_on() {
            let mut told = Section::new();
            let decoded = self.decoder.decode(stream.get(), section, |field| {
                told.push((field.name.to_vec(), field.value.to_vec()));
                sink(field.name, field.value);
            });
            if decoded == Ok(Status::Done) {
                self.teller(Direction::Received).section(stream, &told);
            }
            decoded
        } else {
            self.decoder.decode(stream.get(), section, |field| sink(field.name, field.value))
        };
        decoded.map_err(|error| match error.scope() {
            qpack::Scope::Connection => Error::Qpack(error),
            qpack::Scope::Stream => Error::SectionTooLarge { stream },
        })
    }

    fn on_request(&mut self, id: StreamId, head: RequestHead) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        let (request, receiving) = (&head.request, &mut stream.receiving);
        receiving.phase = Phase::Content;
        receiving.expected = head.content_length;
        receiving.tunnel = request.method == Method::Connect;
        stream.sending.head_request = request.method == Method::Head;
        stream.sending.connect = receiving.tunnel;
        (stream.told, stream.unhandled) = (true, true);
        if !stream.reprioritized
            && let Some(value) = request.headers.get(HeaderName::PRIORITY)
        {
            stream.priority = Priority::parse(value.as_bytes());
            self.orders.push(super::Order::Priority(id, stream.priority));
        }
        // Who expects a 100 waits for us.
        if request.headers.contains(HeaderName::EXPECT) || stream.receiving.tunnel {
            stream.receiving.pace = None;
        } else {
            self.watch_content(id);
        }
        self.events.push_back(Event::Request { stream: id, head, end: false });
    }

    // ANCHOR: response
    fn on_response(
        &mut self,
        id: StreamId,
        response: Response,
        length: Option<u64>,
    ) -> Result<(), Error> {
        let most = self.limits.informational;
        let Some(stream) = self.streams.get_mut(&id) else { return Ok(()) };
        let response = Box::new(response);
        if response.status.is_informational() {
            let count = &mut stream.receiving.informational;
            *count = count.saturating_add(1);
            if *count > most {
                let malformed = Malformed::Order { what: "too many 1xx responses" };
                return Err(Error::Malformed { stream: id, malformed });
            }
            self.events.push_back(Event::Informational { stream: id, response });
            return Ok(());
        }
        let (head, connect) = (stream.sending.head_request, stream.sending.connect);
        let receiving = &mut stream.receiving;
        receiving.phase = Phase::Content;
        receiving.tunnel = connect && response.status.is_success();
        receiving.expected = match length {
            // What it says is about what another request would have got.
            _ if head || response.status.forbids_content() => Some(0),
            // A tunnel has no length (RFC 9110 §8.6).
            _ if receiving.tunnel => None,
            length => length,
        };
        self.events.push_back(Event::Response { stream: id, response, end: false });
        Ok(())
    }
    // ANCHOR_END: response

    fn on_trailers(&mut self, id: StreamId, section: TrailerSection) -> Result<(), Error> {
        let malformed = |malformed| Error::Malformed { stream: id, malformed };
        let trailers = section.finish().map_err(malformed)?;
        let limit = self.limits.content;
        let Some(stream) = self.streams.get_mut(&id) else { return Ok(()) };
        stream.receiving.count(0, true, limit).map_err(malformed)?;
        stream.receiving.phase = Phase::Trailers;
        self.events.push_back(Event::Trailers { stream: id, trailers });
        Ok(())
    }
}
