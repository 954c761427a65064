//! What the application says: heads at once, content when its turn comes.
//!
//! RFC 9113 §8.1, §8.3, §8.5; RFC 8441 §4
//!
//! | call                 | what it does                                                   |
//! |----------------------|----------------------------------------------------------------|
//! | `send_request`       | HEADERS, on a stream of its own                                |
//! | `send_informational` | HEADERS with 1xx                                               |
//! | `send_response`      | HEADERS                                                        |
//! | `send_data` …        | content waits for windows and for its turn                     |
//! | `send_end`           | END_STREAM on the last DATA, or trailers behind it             |
//!
//! Invariant: END_STREAM is sent behind all content, and behind it nothing but RST_STREAM.

use super::{Connection, Role, State, heads::Carrier};
use crate::{
    ErrorCode, Misuse, Outgoing, StreamId,
    frame::Frame,
    state::{self, Sent},
    stream::Part,
};
use http::{
    HeaderMap, HeaderName, Method, Request, Response, StatusCode,
    message::outgoing::{Pseudo, Sink, Unsendable, check_length},
};
use std::sync::Arc;

impl Connection {
    /// Whether [`send_request`](Self::send_request) would be taken now.
    pub fn can_request(&self) -> Result<(), Misuse> {
        if self.role != Role::Client {
            return Err(Misuse::Role);
        }
        if self.state != State::Open {
            return Err(Misuse::Closed);
        }
        let over = self.goaway_received.is_some() || self.draining;
        if over || self.next_own > 0x7fff_ffff {
            return Err(Misuse::GoingAway);
        }
        let most = match self.theirs.max_concurrent_streams {
            Some(most) => most,
            None if self.introduced => u32::MAX,
            // What is not said yet is most likely what RFC 9113 §6.5.2 advises.
            None => 100,
        };
        if self.own_streams >= most.min(self.limits.own_streams) {
            return Err(Misuse::TooManyStreams);
        }
        Ok(())
    }

    /// Sends a request's head. With [`Outgoing::None`] it is the whole request; else
    /// [`send_data`](Self::send_data) and [`send_end`](Self::send_end) follow. Host becomes
    /// `:authority`; with CONNECT the stream becomes a tunnel.
    ///
    /// # Errors
    /// [`Misuse`] where the connection takes no request now, or the head is not one.
    pub fn send_request(
        &mut self,
        request: &Request,
        content: Outgoing,
    ) -> Result<StreamId, Misuse> {
        self.request(request, None, content)
    }

    /// Asks for another protocol on a stream of its own (RFC 8441 §4), such as `websocket`. The
    /// request's method is CONNECT, its target the resource.
    ///
    /// # Errors
    /// [`Misuse::NoExtendedConnect`] where the peer has not said that it takes this; else as
    /// [`send_request`](Self::send_request).
    pub fn send_connect(&mut self, request: &Request, protocol: &str) -> Result<StreamId, Misuse> {
        if !self.theirs.enable_connect_protocol {
            return Err(Misuse::NoExtendedConnect);
        }
        self.request(request, Some(protocol), Outgoing::Unknown)
    }

    fn request(
        &mut self,
        request: &Request,
        protocol: Option<&str>,
        content: Outgoing,
    ) -> Result<StreamId, Misuse> {
        self.can_request()?;
        let scheme = self.scheme.clone();
        let pseudo = Pseudo::of(request, protocol, scheme.as_str())?;
        let announced = check_length(&request.headers, content)?;
        if content == Outgoing::None && announced.is_some_and(|length| length > 0) {
            return Err(Misuse::Head(Unsendable::LengthConflict));
        }
        let id = StreamId::new(self.next_own);
        let end = content == Outgoing::None;
        let state = state::State::Idle.send(Sent::Headers { end });
        let state = state.unwrap_or(state::State::Open);
        self.insert(id, state);
        self.next_own += 2;
        self.own_streams += 1;
        if let Some(stream) = self.streams.get_mut(id) {
            stream.told = true;
            let sending = &mut stream.sending;
            (sending.head, sending.finished) = (true, end);
            sending.announced = announced;
            sending.head_request = request.method == Method::Head;
            sending.connect = request.method == Method::Connect;
        }
        self.put_block(id, Carrier::Headers { end }, |block| {
            pseudo.write(block);
            if let Some(length) = announced {
                block.length(length);
            }
            block.fields(&request.headers, &[HeaderName::HOST, HeaderName::CONTENT_LENGTH]);
        });
        self.widen(id);
        Ok(id)
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
        self.check_head(stream, "a 1xx response", Sent::Headers { end: false })?;
        self.put_block(stream, Carrier::Headers { end: false }, |block| {
            block.status(status);
            block.fields(&response.headers, &[HeaderName::CONTENT_LENGTH]);
        });
        self.watch_content(stream);
        Ok(())
    }

    /// Sends the final response's head. With [`Outgoing::None`] that is the whole response; else
    /// [`send_data`](Self::send_data) and [`send_end`](Self::send_end) follow, for HEAD and 304
    /// too: what they send is dropped, so an answer to GET serves HEAD as it is.
    ///
    /// # Errors
    /// [`Misuse`] where no answer is due, the status is 1xx, or the fields contradict the content.
    pub fn send_response(
        &mut self,
        stream: StreamId,
        response: &Response,
        content: Outgoing,
    ) -> Result<(), Misuse> {
        let status = response.status;
        if status.is_informational() {
            return Err(Misuse::Status { status: status.as_u16() });
        }
        let end = content == Outgoing::None;
        let next = self.check_head(stream, "a response", Sent::Headers { end })?;
        let announced = check_length(&response.headers, content)?;
        let mut tunnel = false;
        let head = self.streams.get(stream).is_some_and(|stream| stream.sending.head_request);
        let bodiless = status.forbids_content() || head;
        if end && !bodiless && announced.is_some_and(|length| length > 0) {
            return Err(Misuse::Head(Unsendable::LengthConflict));
        }
        if let Some(record) = self.streams.get_mut(stream) {
            let sending = &mut record.sending;
            tunnel = sending.connect && status.is_success();
            (sending.head, sending.finished) = (true, end);
            sending.dropped = bodiless;
            sending.announced = announced.filter(|_| !bodiless);
            record.receiving.tunnel &= tunnel;
            if record.state == state::State::ReservedLocal {
                self.own_streams += 1;
            }
            record.state = next;
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
        self.put_block(stream, Carrier::Headers { end }, |block| {
            block.status(status);
            if let Some(date) = &date {
                block.field(b"date", date.as_bytes());
            }
            if let Some(length) = length {
                block.length(length);
            }
            let skip: &[_] = match length.is_some() || silent {
                true => &[HeaderName::CONTENT_LENGTH],
                false => &[],
            };
            block.fields(&response.headers, skip);
        });
        self.settle(stream);
        Ok(())
    }

    /// Whether a head may be sent now, and where the stream is behind it.
    fn check_head(
        &self,
        id: StreamId,
        input: &'static str,
        sent: Sent,
    ) -> Result<state::State, Misuse> {
        if self.role != Role::Server {
            return Err(Misuse::Role);
        }
        let stream = self.find(id)?;
        let order = Misuse::OutOfOrder { stream: id, state: stream.state.name(), input };
        if stream.sending.head { Err(order) } else { stream.state.send(sent).ok_or(order) }
    }

    pub(super) fn find(&self, id: StreamId) -> Result<&crate::stream::Stream, Misuse> {
        if self.state != State::Open {
            return Err(Misuse::Closed);
        }
        self.streams.get(id).ok_or(Misuse::NoStream { stream: id })
    }

    /// Sends a part of the content, copied.
    ///
    /// # Errors
    /// [`Misuse`] where no content is due, or more than was announced.
    pub fn send_data(&mut self, stream: StreamId, octets: &[u8]) -> Result<(), Misuse> {
        self.send(stream, Part::Octets(octets))
    }

    /// As [`send_data`](Self::send_data), without a copy where it fits a frame and is not small.
    ///
    /// # Errors
    /// As [`send_data`](Self::send_data).
    pub fn send_vec(&mut self, stream: StreamId, octets: Vec<u8>) -> Result<(), Misuse> {
        self.send(stream, Part::Owned(octets))
    }

    /// As [`send_data`](Self::send_data), of octets that others send too; never copied.
    ///
    /// # Errors
    /// As [`send_data`](Self::send_data).
    pub fn send_shared(&mut self, stream: StreamId, octets: Arc<[u8]>) -> Result<(), Misuse> {
        self.send(stream, Part::Shared(octets))
    }

    /// As [`send_data`](Self::send_data), of octets that the driver has elsewhere, such as a
    /// file's. Their order among several streams is that of the output: see
    /// [`next_external`](Self::next_external).
    ///
    /// # Errors
    /// As [`send_data`](Self::send_data).
    pub fn send_external(&mut self, stream: StreamId, length: u64) -> Result<(), Misuse> {
        self.send(stream, Part::External(length))
    }

    fn send(&mut self, id: StreamId, part: Part<'_>) -> Result<(), Misuse> {
        self.check_content(id, "content")?;
        let most = self.limits.stream_output as usize;
        let Some(stream) = self.streams.get_mut(id) else { return Ok(()) };
        let sending = &mut stream.sending;
        if sending.dropped {
            return Ok(());
        }
        if let Some(left) = sending.announced {
            let rest = left.checked_sub(part.len()).ok_or(Misuse::TooLong { length: left })?;
            sending.announced = Some(rest);
        }
        sending.content.push(part);
        sending.full |= sending.content.held() >= most;
        self.make_ready(id);
        Ok(())
    }

    /// Ends the content; with `trailers` they are its end.
    ///
    /// # Errors
    /// [`Misuse`] where no content is due. After [`Misuse::TooShort`] nothing can mend the message:
    /// the stream is reset.
    pub fn send_end(&mut self, id: StreamId, trailers: Option<&HeaderMap>) -> Result<(), Misuse> {
        self.check_content(id, "the end")?;
        let Some(stream) = self.streams.get_mut(id) else { return Ok(()) };
        let sending = &mut stream.sending;
        if let Some(missing) = sending.announced.filter(|left| *left > 0) {
            self.reset(id, ErrorCode::INTERNAL_ERROR);
            return Err(Misuse::TooShort { missing });
        }
        sending.finished = true;
        sending.trailers = trailers.filter(|trailers| !trailers.is_empty()).cloned();
        if sending.content.waiting() == 0 {
            self.send_last(id);
        }
        Ok(())
    }

    /// Ends a stream whose content is all sent: an empty DATA frame needs no window.
    pub(super) fn send_last(&mut self, id: StreamId) {
        let Some(stream) = self.streams.get_mut(id) else { return };
        match stream.sending.trailers.take() {
            Some(trailers) => {
                self.put_block(id, Carrier::Headers { end: true }, |block| {
                    block.fields(&trailers, &[]);
                });
            }
            None => {
                self.put(id, &Frame::Data { data: &[], end: true });
                // It answers nothing that the peer sent.
                self.answers = self.answers.saturating_sub(1);
            }
        }
        self.sent_end(id);
    }

    /// END_STREAM is on its way.
    pub(super) fn sent_end(&mut self, id: StreamId) {
        let Some(stream) = self.streams.get_mut(id) else { return };
        if let Some(state) = stream.state.send(Sent::Data { end: true }) {
            stream.state = state;
        }
        let reset = stream.sending.reset_behind.take();
        self.settle(id);
        if let Some(code) = reset {
            self.reset(id, code);
        }
    }

    fn check_content(&self, id: StreamId, input: &'static str) -> Result<(), Misuse> {
        let stream = self.find(id)?;
        if stream.sending.head && !stream.sending.finished {
            return Ok(());
        }
        Err(Misuse::OutOfOrder { stream: id, state: stream.state.name(), input })
    }

    /// Whether octets given to [`send_data`](Self::send_data) reach the wire: not in answers to
    /// HEAD and in 304. An application that would have to make them can spare itself the work.
    pub fn sends_content(&self, id: StreamId) -> bool {
        self.streams.get(id).is_some_and(|stream| !stream.sending.dropped)
    }

    /// Octets that can be given to a stream before the application should wait for
    /// [`Event::Writable`](crate::Event::Writable); 0 for one that is over.
    pub fn output_room(&mut self, id: StreamId) -> usize {
        let most = self.limits.stream_output as usize;
        let Some(stream) = self.streams.get_mut(id) else { return 0 };
        let room = most.saturating_sub(stream.sending.content.held());
        stream.sending.full |= room == 0;
        room
    }

    /// Octets of a stream's content that wait: for windows, or for their turn.
    pub fn waiting(&self, id: StreamId) -> u64 {
        self.streams.get(id).map_or(0, |stream| stream.sending.content.waiting())
    }

    /// A record for a stream that begins.
    pub(super) fn insert(&mut self, id: StreamId, state: state::State) {
        let receive = self.ours.initial_window_size;
        let send = self.theirs.initial_window_size;
        self.streams.insert(id, state, receive, send);
        self.timers.idle = None;
        // To the peer a stream of ours is idle until its HEADERS have gone.
        if self.is_peers(id) {
            self.widen(id);
        }
    }

    /// Tells the peer of a window that is larger than the settings say.
    fn widen(&mut self, id: StreamId) {
        if self.bandwidth_is_wide() {
            self.update_stream(id);
        }
    }
}
