//! What the application says.
//!
//! RFC 9114 §4.1, §4.3, §4.4; RFC 9220 §3
//!
//! | call                 | what it does                                                   |
//! |----------------------|----------------------------------------------------------------|
//! | `send_request`       | HEADERS, on a stream that the driver has opened                |
//! | `send_informational` | HEADERS with 1xx                                               |
//! | `send_response`      | HEADERS                                                        |
//! | `send_data` …        | DATA                                                           |
//! | `send_end`           | trailers, then the stream's end                                |
//!
//! Where the length is known, one DATA frame holds all content, and its head goes with the section.
//!
//! Invariant: the stream's end is sent behind all content, and behind it nothing.

use super::{Connection, State, sections::Carrier};
use crate::{
    ErrorCode, Misuse, Outgoing, Role, StreamId,
    frame::{FrameHead, FrameType},
    stream::{Part, Stream},
};
use http::{
    HeaderMap, HeaderName, Method, Request, Response, StatusCode,
    message::outgoing::{Pseudo, Sink, Unsendable, check_length},
};
use std::sync::Arc;
use wire::trace::Direction;

/// Octets that a stream may hold whatever others do: so it holds some, and hears when they have
/// gone.
const SHARE: usize = 16 << 10;

impl Connection {
    /// Whether [`send_request`](Self::send_request) would be taken now, were there a stream.
    ///
    /// # Errors
    /// [`Misuse::Closed`], [`Misuse::GoingAway`], [`Misuse::TooManyStreams`], [`Misuse::Role`]
    pub fn can_request(&self) -> Result<(), Misuse> {
        if self.role != Role::Client {
            return Err(Misuse::Role);
        }
        if self.state != State::Open {
            return Err(Misuse::Closed);
        }
        if self.goaway_received.is_some() || self.draining {
            return Err(Misuse::GoingAway);
        }
        if self.exchanges >= self.limits.own_streams {
            return Err(Misuse::TooManyStreams);
        }
        Ok(())
    }

    /// Sends a request's head on `stream`, which is new. With [`Outgoing::None`] it is the whole
    /// request; else [`send_data`](Self::send_data) and [`send_end`](Self::send_end) follow. Host
    /// becomes `:authority`; with CONNECT the stream becomes a tunnel.
    ///
    /// # Errors
    /// [`Misuse`] where the connection takes no request now, or the head is not one.
    pub fn send_request(
        &mut self,
        stream: StreamId,
        request: &Request,
        content: Outgoing,
    ) -> Result<(), Misuse> {
        self.request(stream, request, None, content)
    }

    /// Asks for another protocol on a stream of its own (RFC 9220 §3), such as `websocket`. The
    /// request's method is CONNECT, its target the resource.
    ///
    /// # Errors
    /// [`Misuse::NoExtendedConnect`] where the peer has not said that it takes this; else as
    /// [`send_request`](Self::send_request).
    pub fn send_connect(
        &mut self,
        stream: StreamId,
        request: &Request,
        protocol: &str,
    ) -> Result<(), Misuse> {
        if !self.theirs.enable_connect_protocol {
            return Err(Misuse::NoExtendedConnect);
        }
        self.request(stream, request, Some(protocol), Outgoing::Unknown)
    }

    fn request(
        &mut self,
        id: StreamId,
        request: &Request,
        protocol: Option<&str>,
        content: Outgoing,
    ) -> Result<(), Misuse> {
        self.can_request()?;
        if !id.is_request() || self.streams.contains_key(&id) {
            return Err(Misuse::WrongStream { stream: id });
        }
        let scheme = self.scheme.clone();
        let pseudo = Pseudo::of(request, protocol, scheme.as_str())?;
        let announced = check_length(&request.headers, content)?;
        let end = content == Outgoing::None;
        if end && announced.is_some_and(|length| length > 0) {
            return Err(Misuse::Head(Unsendable::LengthConflict));
        }
        let mut stream = Box::new(Stream::new());
        stream.told = true;
        stream.sending.head_request = request.method == Method::Head;
        stream.sending.connect = request.method == Method::Connect;
        self.streams.insert(id, stream);
        let put = self.put_section(id, Carrier::Headers, |lines| {
            pseudo.write(lines);
            if let Some(length) = announced {
                lines.length(length);
            }
            lines.fields(&request.headers, &[HeaderName::HOST, HeaderName::CONTENT_LENGTH]);
        });
        if let Err(misuse) = put {
            self.take(id);
            return Err(misuse);
        }
        self.exchanges += 1;
        self.next_request = self.next_request.max(id.get().saturating_add(4));
        self.begin_content(id, content, announced);
        Ok(())
    }

    /// The head has gone: the content follows in one frame, or in many, or not at all.
    fn begin_content(&mut self, id: StreamId, content: Outgoing, announced: Option<u64>) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        let sending = &mut stream.sending;
        (sending.head, sending.finished) = (true, content == Outgoing::None);
        sending.announced = announced.filter(|_| !sending.dropped);
        let whole = sending.announced.filter(|_| matches!(content, Outgoing::Length(_)));
        sending.framed = whole.is_some();
        if let Some(length @ 1..) = whole {
            let head = FrameHead { kind: FrameType::DATA, length };
            sending.queue.put(|out| head.encode(out));
            self.teller(Direction::Sent).frame(id, FrameType::DATA, length, &[]);
        }
    }

    /// Sends a 1xx response other than 101, such as 103 Early Hints (RFC 8297).
    ///
    /// # Errors
    /// [`Misuse`] where no answer is due, or the status is not 1xx.
    pub fn send_informational(
        &mut self,
        stream: StreamId,
        response: &Response,
    ) -> Result<(), Misuse> {
        let status = response.status;
        if !status.is_informational() || status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Misuse::Status { status: status.as_u16() });
        }
        self.check_head(stream, "a 1xx response")?;
        self.put_section(stream, Carrier::Headers, |lines| {
            lines.status(status);
            lines.fields(&response.headers, &[HeaderName::CONTENT_LENGTH]);
        })?;
        self.watch_content(stream);
        Ok(())
    }

    /// Sends the final response's head. With [`Outgoing::None`] that is the whole response; else
    /// [`send_data`](Self::send_data) and [`send_end`](Self::send_end) follow, for HEAD and 304
    /// too: what they send is dropped, so an answer to GET serves HEAD as it is. A status alone is
    /// sent even to a peer that says it takes less: it would wait for ever.
    ///
    /// # Errors
    /// [`Misuse`] where no answer is due, the status is 1xx, or the fields contradict the content.
    pub fn send_response(
        &mut self,
        id: StreamId,
        response: &Response,
        content: Outgoing,
    ) -> Result<(), Misuse> {
        let status = response.status;
        if status.is_informational() {
            return Err(Misuse::Status { status: status.as_u16() });
        }
        let end = content == Outgoing::None;
        self.check_head(id, "a response")?;
        let announced = check_length(&response.headers, content)?;
        let sending = self.streams.get(&id).map(|stream| &stream.sending);
        let head = sending.is_some_and(|sending| sending.head_request);
        let tunnel = sending.is_some_and(|sending| sending.connect) && status.is_success();
        let bodiless = status.forbids_content() || head;
        if end && !bodiless && announced.is_some_and(|length| length > 0) {
            return Err(Misuse::Head(Unsendable::LengthConflict));
        }
        let date = self.date.filter(|_| !response.headers.contains(HeaderName::DATE));
        // A 204 has no content and no field that says so (RFC 9110 §8.6); nor has a tunnel.
        let silent = tunnel || status == StatusCode::NO_CONTENT;
        let length = match content {
            _ if silent => None,
            Outgoing::Length(length) => Some(length),
            Outgoing::None if bodiless || announced.is_some() => None,
            Outgoing::None => Some(0),
            Outgoing::Unknown => None,
        };
        let put = self.put_section(id, Carrier::Headers, |lines| {
            lines.status(status);
            if let Some(date) = &date {
                lines.field(b"date", date.as_bytes());
            }
            if let Some(length) = length {
                lines.length(length);
            }
            let skip: &[_] = match length.is_some() || silent {
                true => &[HeaderName::CONTENT_LENGTH],
                false => &[],
            };
            lines.fields(&response.headers, skip);
        });
        match put {
            // What we would add of our own is left away, so that a refusal always finds its way.
            Err(Misuse::SectionTooLarge { .. }) if end && response.headers.is_empty() => {
                self.put_section(id, Carrier::Headers, |lines| lines.status(status))?;
            }
            put => put?,
        }
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.sending.dropped = bodiless;
            stream.receiving.tunnel &= tunnel;
        }
        self.begin_content(id, content, announced);
        Ok(())
    }

    /// Whether a head may be sent now.
    fn check_head(&self, id: StreamId, input: &'static str) -> Result<(), Misuse> {
        if self.role != Role::Server {
            return Err(Misuse::Role);
        }
        let sending = &self.find(id)?.sending;
        if sending.head || sending.over {
            return Err(Misuse::OutOfOrder { stream: id, input });
        }
        Ok(())
    }

    pub(super) fn find(&self, id: StreamId) -> Result<&Stream, Misuse> {
        if self.state != State::Open {
            return Err(Misuse::Closed);
        }
        self.streams.get(&id).map(|stream| &**stream).ok_or(Misuse::NoStream { stream: id })
    }

    /// Sends a part of the content, copied.
    ///
    /// # Errors
    /// [`Misuse`] where no content is due, or more than was announced.
    pub fn send_data(&mut self, stream: StreamId, octets: &[u8]) -> Result<(), Misuse> {
        self.send(stream, Part::Octets(octets))
    }

    /// As [`send_data`](Self::send_data), without a copy where it is not small.
    ///
    /// # Errors
    /// As [`send_data`](Self::send_data).
    pub fn send_vec(&mut self, stream: StreamId, octets: Vec<u8>) -> Result<(), Misuse> {
        self.send(stream, Part::Owned(octets))
    }

    /// As [`send_data`](Self::send_data), of octets that others send too; never copied here.
    ///
    /// # Errors
    /// As [`send_data`](Self::send_data).
    pub fn send_shared(&mut self, stream: StreamId, octets: Arc<[u8]>) -> Result<(), Misuse> {
        self.send(stream, Part::Shared(octets))
    }

    fn send(&mut self, id: StreamId, part: Part<'_>) -> Result<(), Misuse> {
        self.check_content(id, "content")?;
        let most = self.limits.stream_output as usize;
        let Some(stream) = self.streams.get_mut(&id) else { return Ok(()) };
        let sending = &mut stream.sending;
        if sending.dropped {
            return Ok(());
        }
        let length = part.len() as u64;
        if let Some(left) = sending.announced {
            let rest = left.checked_sub(length).ok_or(Misuse::TooLong { length: left })?;
            sending.announced = Some(rest);
        }
        let framed = sending.framed;
        if framed {
            sending.queue.push(part)
        } else {
            sending.queue.push_framed(part)
        }
        sending.full |= sending.queue.waiting() >= most;
        self.waiting = sending.count(self.waiting);
        self.make_ready(id);
        if !framed {
            self.teller(Direction::Sent).frame(id, FrameType::DATA, length, &[]);
        }
        Ok(())
    }

    /// Ends the content; with `trailers` they are its end.
    ///
    /// # Errors
    /// [`Misuse`] where no content is due. After [`Misuse::TooShort`] nothing can mend the message:
    /// the stream is reset.
    pub fn send_end(&mut self, id: StreamId, trailers: Option<&HeaderMap>) -> Result<(), Misuse> {
        self.check_content(id, "the end")?;
        let Some(stream) = self.streams.get_mut(&id) else { return Ok(()) };
        let missing = stream.sending.announced.filter(|left| *left > 0);
        if let Some(missing) = missing.filter(|_| !stream.sending.dropped) {
            self.reset(id, ErrorCode::H3_INTERNAL_ERROR);
            return Err(Misuse::TooShort { missing });
        }
        if let Some(trailers) = trailers.filter(|trailers| !trailers.is_empty()) {
            // Those that the peer does not take are left out: nobody needs them to understand the
            // message (RFC 9110 §6.5.1).
            let _ = self.put_section(id, Carrier::Headers, |lines| lines.fields(trailers, &[]));
        }
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.sending.finished = true;
        }
        self.make_ready(id);
        Ok(())
    }

    fn check_content(&self, id: StreamId, input: &'static str) -> Result<(), Misuse> {
        let sending = &self.find(id)?.sending;
        if sending.head && !sending.finished {
            return Ok(());
        }
        Err(Misuse::OutOfOrder { stream: id, input })
    }

    /// Whether octets given to [`send_data`](Self::send_data) reach the wire: not in answers to
    /// HEAD and in 304. An application that would have to make them can spare itself the work.
    pub fn sends_content(&self, id: StreamId) -> bool {
        self.streams.get(&id).is_some_and(|stream| !stream.sending.dropped)
    }

    /// Octets that can be given to a stream before the application should wait for
    /// [`Event::Writable`](crate::Event::Writable); 0 for one that is over.
    pub fn output_room(&mut self, id: StreamId) -> usize {
        let Some(stream) = self.streams.get_mut(&id) else { return 0 };
        let held = stream.sending.queue.waiting();
        let others = self.waiting.saturating_sub(stream.sending.counted);
        let left = (self.limits.output as usize).saturating_sub(others).max(SHARE);
        let room = left.min(self.limits.stream_output as usize).saturating_sub(held);
        stream.sending.full |= room == 0;
        room
    }

    /// Octets of a stream that the transport has not taken.
    pub fn waiting(&self, id: StreamId) -> usize {
        self.streams.get(&id).map_or(0, |stream| stream.sending.queue.waiting())
    }
}
