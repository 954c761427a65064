//! Octets become frames, and frames are admitted before their payload is waited for.
//!
//! RFC 9114 §4.1, §6.1, §7.1
//!
//! ```text
//!   octets ──► Frames ──► head: may it be here? is it too long? ──► refused at once
//!                    └──► DATA, as it comes ──► `data`
//!                    └──► a whole section   ──► `messages`     waits for QPACK? nothing is taken
//! ```
//!
//! Invariant: what is not taken stays with the transport, whose window then shuts: a peer cannot
//! fill our memory, only its own.

use super::{Connection, State};
use crate::{
    Error, Event, Role, StreamId,
    frame::{FrameHead, FrameType, Frames, Piece, Place},
    stream::{Phase, Stream},
};
use std::time::Instant;
use wire::{Reader, trace::Direction};

impl Connection {
    // ANCHOR: receive
    /// Takes octets of a stream; answers how many. Less than all where a section waits for QPACK's
    /// table or the application has enough: [`Event::Readable`] then says when to go on.
    pub fn receive(&mut self, stream: StreamId, octets: &[u8], now: Instant) -> usize {
        self.tick(now);
        if self.state != State::Open {
            return octets.len();
        }
        let taken = match stream.is_unidirectional() {
            true => self.receive_unidirectional(stream, octets),
            false => self.receive_exchange(stream, octets),
        };
        taken.unwrap_or_else(|error| {
            self.violate(error);
            octets.len()
        })
    }
    // ANCHOR_END: receive

    /// The stream has ended, and all of it was taken.
    pub fn receive_end(&mut self, stream: StreamId, now: Instant) {
        self.tick(now);
        if self.state != State::Open {
            return;
        }
        let ended = match stream.is_unidirectional() && !self.streams.contains_key(&stream) {
            true => self.end_unidirectional(stream),
            false => match self.admit_stream(stream) {
                Ok(true) => self.on_end(stream),
                Ok(false) => Ok(()),
                Err(error) => Err(error),
            },
        };
        if let Err(error) = ended {
            self.violate(error);
        }
    }

    /// A bidirectional stream.
    fn receive_exchange(&mut self, stream: StreamId, octets: &[u8]) -> Result<usize, Error> {
        if !self.admit_stream(stream)? {
            return Ok(octets.len());
        }
        self.receive_frames(stream, octets, Place::Request)
    }

    /// Whether a stream is one that we read; a request's begins here.
    fn admit_stream(&mut self, id: StreamId) -> Result<bool, Error> {
        if self.streams.contains_key(&id) {
            return Ok(true);
        }
        if id.initiator() == Role::Server && !id.is_unidirectional() {
            let what = "a bidirectional stream of a server";
            return Err(Error::StreamCreation { stream: id, what });
        }
        if self.role == Role::Client {
            return Ok(false);
        }
        if !self.begun.insert(id) {
            // It is over; what still came of it was on its way.
            return Ok(false);
        }
        if self.begun.held() > self.limits.gaps as usize {
            return Err(Error::Flood { what: "streams that were left out" });
        }
        let beyond = self.goaway_sent.is_some_and(|goaway| id.get() >= goaway);
        self.next_request = self.next_request.max(id.get().saturating_add(4));
        if beyond {
            // It was on its way when we said that we take no more (§5.2).
            self.give_up(id, crate::ErrorCode::H3_REQUEST_REJECTED);
            self.charge_reset()?;
            return Ok(false);
        }
        self.timers.idle = None;
        self.exchanges += 1;
        let mut stream = Box::new(Stream::new());
        if let Some(at) = self.early.iter().position(|(early, _)| *early == id) {
            stream.priority = self.early.swap_remove(at).1;
            stream.reprioritized = true;
            self.orders.push(super::Order::Priority(id, stream.priority));
        }
        self.streams.insert(id, stream);
        if self.exchanges > self.limits.streams {
            return Err(Error::TooManyStreams { stream: id, limit: self.limits.streams });
        }
        self.watch_content(id);
        Ok(true)
    }

    /// Frames of a message.
    pub(super) fn receive_frames(
        &mut self,
        id: StreamId,
        octets: &[u8],
        place: Place,
    ) -> Result<usize, Error> {
        let Some(stream) = self.streams.get_mut(&id) else { return Ok(octets.len()) };
        if stream.receiving.phase == Phase::Over {
            return Ok(octets.len());
        }
        if stream.receiving.blocked.is_some() {
            stream.receiving.paused = true;
            return Ok(0);
        }
        // Lent, so that the rest of the connection can be used meanwhile.
        let mut frames = std::mem::take(&mut stream.receiving.frames);
        let mut rest = octets;
        let taken = self.cut_frames(id, &mut frames, &mut rest, place);
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.receiving.frames = frames;
        }
        Ok(octets.len().saturating_sub(rest.len()).saturating_sub(taken?))
    }

    /// Answers how many octets of what was cut are to come again.
    fn cut_frames(
        &mut self,
        id: StreamId,
        frames: &mut Frames,
        input: &mut &[u8],
        place: Place,
    ) -> Result<usize, Error> {
        while let Some(piece) = frames.next(input) {
            match piece {
                Piece::Head(head) => {
                    if !self.admit(id, head, place)? {
                        frames.skip();
                    }
                }
                Piece::Data(data) => {
                    let left = data.len().saturating_sub(self.on_data(id, data)?);
                    if left > 0 {
                        frames.give_back(left);
                        return Ok(left);
                    }
                }
                Piece::Payload(kind, payload) => {
                    self.on_payload(id, kind, payload)?;
                    let blocked =
                        self.streams.get(&id).map(|stream| stream.receiving.blocked.is_some());
                    if blocked != Some(false) {
                        break;
                    }
                }
            }
        }
        Ok(0)
    }

    // ANCHOR: admit
    /// Whether a frame may be here, and its payload is to be kept.
    fn admit(&mut self, id: StreamId, head: FrameHead, place: Place) -> Result<bool, Error> {
        let FrameHead { kind, length } = head;
        self.teller(Direction::Received).frame(id, kind, length, &[]);
        if !kind.is_known() {
            self.charge_control("frames that mean nothing")?;
            return Ok(false);
        }
        let frame = kind.name();
        let wrong = |place| Err(Error::FrameUnexpected { frame, place });
        if !kind.is_allowed(place, self.peer()) {
            return wrong("where a message's frames are");
        }
        let Some(stream) = self.streams.get(&id) else { return Ok(false) };
        let receiving = &stream.receiving;
        match kind {
            FrameType::DATA if receiving.phase == Phase::Head => wrong("before the head"),
            FrameType::DATA if receiving.phase == Phase::Trailers => wrong("behind the trailers"),
            FrameType::DATA => self.charge_data(id, length).map(|()| true),
            _ if receiving.tunnel && receiving.phase != Phase::Head => wrong("inside of a tunnel"),
            FrameType::HEADERS if receiving.phase == Phase::Trailers => {
                wrong("behind the trailers")
            }
            _ if length > u64::from(self.limits.section) => {
                // It is not read at all, so the encoder must not wait for us.
                self.decoder.cancel(id.get());
                Err(Error::SectionTooLarge { stream: id })
            }
            _ => Ok(true),
        }
    }
    // ANCHOR_END: admit

    fn on_payload(&mut self, id: StreamId, kind: FrameType, payload: &[u8]) -> Result<(), Error> {
        if kind != FrameType::PUSH_PROMISE {
            return self.on_section(id, None, payload);
        }
        let length = payload.len() as u64;
        let mut reader = Reader::new(payload);
        let push = reader.varint("Push ID").map_err(|_| Error::FrameLayout {
            frame: "PUSH_PROMISE",
            length,
            section: "7.2.5",
        })?;
        self.on_section(id, Some(push), reader.rest())
    }

    /// The end of a stream that carries a message.
    pub(super) fn on_end(&mut self, id: StreamId) -> Result<(), Error> {
        let limit = self.limits.content;
        let Some(stream) = self.streams.get_mut(&id) else { return Ok(()) };
        let receiving = &mut stream.receiving;
        if receiving.blocked.is_some() {
            receiving.ended = true;
            return Ok(());
        }
        if !receiving.frames.is_between() {
            return Err(Error::FrameTruncated { stream: id });
        }
        let malformed = |malformed| Error::Malformed { stream: id, malformed };
        match receiving.phase {
            Phase::Over => return Ok(()),
            Phase::Head if self.role == Role::Server => {
                return Err(Error::Incomplete { stream: id });
            }
            Phase::Head => {
                let what = "the end before the final head";
                return Err(malformed(http::message::Malformed::Order { what }));
            }
            Phase::Content => receiving.count(0, true, limit).map_err(malformed)?,
            Phase::Trailers => {}
        }
        let tell = receiving.phase == Phase::Content;
        receiving.phase = Phase::Over;
        receiving.pace = None;
        if tell {
            self.tell_end(id);
        }
        self.settle(id);
        Ok(())
    }

    /// Marks what was told last as the end, or tells the end by itself.
    fn tell_end(&mut self, id: StreamId) {
        match self.events.back_mut() {
            Some(
                Event::Request { stream, end, .. }
                | Event::Response { stream, end, .. }
                | Event::Data { stream, end, .. },
            ) if *stream == id => *end = true,
            _ => self.events.push_back(Event::Data { stream: id, octets: Vec::new(), end: true }),
        }
    }

    /// The peer gave up its half of a stream.
    pub fn stream_reset(&mut self, stream: StreamId, code: u64, now: Instant) {
        self.tick(now);
        if self.state != State::Open {
            return;
        }
        if stream.is_unidirectional() && !self.streams.contains_key(&stream) {
            if let Err(error) = self.reset_unidirectional(stream) {
                self.violate(error);
            }
            return;
        }
        match self.admit_stream(stream) {
            Ok(true) => self.on_reset(stream, crate::ErrorCode(code)),
            Ok(false) => {}
            Err(error) => self.violate(error),
        }
    }
}
