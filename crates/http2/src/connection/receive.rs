//! Octets become frames, and frames find who they are for.
//!
//! RFC 9113 §3.4, §4.1, §5.5
//!
//! ```text
//!   preface ──► SETTINGS ──► frame, frame, frame …       a frame is looked at when it is whole
//!                             └─ the start of one waits in the tail
//! ```
//!
//! Invariant: at most one frame waits, and no longer than we announced.

use super::{Connection, Role, State};
use crate::{
    Error, Scope,
    frame::{Frame, FrameHead, FrameType, PREFACE, flags},
    trace,
};
use std::time::Instant;
use wire::{Reader, trace::Direction};

/// Events that may wait before [`Connection::wants_receive`] says no.
const EVENTS: usize = 4096;

impl Connection {
    /// Takes octets from the peer, all of them. What they mean is told by
    /// [`poll_event`](Self::poll_event).
    pub fn receive(&mut self, input: &mut [u8], now: Instant) {
        self.tick(now);
        self.hear();
        let mut input: &[u8] = input;
        while !self.tail.is_empty() && !input.is_empty() && self.state == State::Open {
            let missing = self.missing();
            let (more, rest) = input.split_at_checked(missing).unwrap_or((input, &[]));
            self.tail.extend_from_slice(more);
            input = rest;
            let mut whole = std::mem::take(&mut self.tail);
            let used = self.process(&whole);
            whole.drain(..used.min(whole.len()));
            self.tail = whole;
        }
        if self.state == State::Open {
            let used = self.process(input);
            self.tail.extend_from_slice(input.get(used..).unwrap_or_default());
            self.watch_block();
        } else {
            self.drain(input.len());
        }
    }

    /// The peer's stream has ended; `clean` says that it did so in good order and was not reset.
    ///
    /// Streams under way end too, whichever half of TCP is still open: an end that sends no more
    /// can open no window and answer no SETTINGS, and cannot be told from one that is gone.
    pub fn receive_end(&mut self, clean: bool, now: Instant) {
        self.tick(now);
        if self.state == State::Open {
            let whole = self.tail.is_empty() && self.block.is_none() && self.skip == 0;
            self.clean &= clean && whole && self.streams.is_empty();
        }
        self.close();
    }

    /// Whether octets from the peer are welcome now: not while as many answers wait as may, since a
    /// peer that asks and asks and takes no answer is not listened to.
    pub fn wants_receive(&self) -> bool {
        match self.state {
            State::Open => {
                self.answers < self.limits.answers
                    && self.output.room() > 0
                    && self.events.len() < EVENTS
            }
            State::Closing => true,
            State::Closed => false,
        }
    }

    /// Octets in memory that came and are not told yet, or wait to be sent.
    pub fn held(&mut self) -> usize {
        let data = |event: &crate::Event| match event {
            crate::Event::Data { octets, .. } => octets.capacity(),
            _ => 0,
        };
        let events: usize = self.events.iter().map(data).sum();
        let events = events + self.events.len() * size_of::<crate::Event>();
        let block = self.block.as_ref().map_or(0, super::headers::Block::held);
        let content: usize = self.streams.each().map(|stream| stream.sending.content.held()).sum();
        let output = usize::try_from(self.output.len()).unwrap_or(usize::MAX);
        self.tail.capacity() + events + block + content + output
    }

    /// Octets that the frame in the tail still lacks; at least one.
    fn missing(&self) -> usize {
        let declared = self.tail.first_chunk().map_or(0, |[a, b, c]: &[u8; 3]| {
            usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c)
        });
        // Until its head is whole, a frame is as long as its head.
        let head = FrameHead::LENGTH;
        let length = if self.tail.len() < head { head } else { head + declared };
        length.saturating_sub(self.tail.len()).max(1)
    }

    // ANCHOR: process
    /// Looks at all frames that are whole; answers how many octets are done with.
    fn process(&mut self, octets: &[u8]) -> usize {
        let mut reader = Reader::new(octets);
        while self.state == State::Open {
            if self.preface > 0 || self.skip > 0 {
                if reader.is_empty() {
                    break;
                }
                self.pass(&mut reader);
                continue;
            }
            let ahead = reader;
            match FrameHead::parse(&mut reader, self.limits.frame.clamp(16_384, 0xff_ffff)) {
                Ok(None) => break,
                Ok(Some(head)) if reader.len() < head.length as usize => {
                    reader = ahead;
                    break;
                }
                Ok(Some(head)) => {
                    if let Err(error) = self.on_frame(&head, &mut reader) {
                        self.violate(error);
                    }
                    reader = ahead;
                    reader.skip(FrameHead::LENGTH + head.length as usize);
                }
                Err(error) => self.on_too_long(error),
            }
        }
        reader.offset()
    }
    // ANCHOR_END: process

    /// Compares the preface, or drops what is left of a frame that is too long.
    fn pass(&mut self, reader: &mut Reader<'_>) {
        if self.skip > 0 {
            let dropped = reader.len().min(self.skip as usize);
            reader.skip(dropped);
            self.skip -= u32::try_from(dropped).unwrap_or(self.skip);
            return;
        }
        let offset = PREFACE.len() - self.preface;
        let wanted = PREFACE.get(offset..).unwrap_or_default();
        let same = wanted.iter().zip(reader.rest()).take_while(|(want, got)| want == got).count();
        if same < wanted.len().min(reader.len()) {
            return self.violate(Error::Preface { offset: offset + same });
        }
        reader.skip(same);
        self.preface -= same;
    }

    /// A frame that is longer than we take: its head alone says whose end it is.
    fn on_too_long(&mut self, error: Error) {
        let (Error::FrameTooLong { stream, length, .. }, Scope::Stream(_)) = (error, error.scope())
        else {
            return self.violate(error);
        };
        if self.block.is_some() || !self.introduced {
            return self.violate(Error::SettingsFirst { frame: "a frame too long" });
        }
        self.skip = length;
        // The payload is dropped, and counts all the same where it is DATA; what else it may be
        // would be short, so that this errs on the strict side.
        if !self.window.take(length) {
            let stream = crate::StreamId::CONNECTION;
            return self.violate(Error::WindowExceeded { stream, length });
        }
        self.refund(length);
        if self.streams.get(stream).is_some() {
            return self.violate(error);
        }
        // The code must be told (§4.2), and no RST_STREAM may name a stream that is idle or closed
        // (§5.1, §6.4).
        self.fail(error);
    }

    // ANCHOR: on_frame
    fn on_frame(&mut self, head: &FrameHead, reader: &mut Reader<'_>) -> Result<(), Error> {
        let (stream, frame) = (head.stream, head.kind.name());
        if !self.introduced {
            match head.kind {
                FrameType::SETTINGS if !head.has(flags::ACK) => {}
                // Who acknowledges ours has not said its own yet (§3.4).
                FrameType::SETTINGS => {
                    return Err(Error::SettingsFirst { frame: "an acknowledgement" });
                }
                _ => return Err(Error::SettingsFirst { frame }),
            }
        }
        if let Some(block) = &self.block
            && (head.kind != FrameType::CONTINUATION || block.stream != stream)
        {
            return Err(Error::BlockInterrupted { stream: block.stream, frame });
        }
        let frame = Frame::read(head, reader)?;
        trace::frame(&self.trace, self.now, Direction::Received, head, &frame);
        match frame {
            Frame::Data { data, end } => self.on_data(head, data, end),
            Frame::Headers { fragment, end, complete, dependency } => {
                self.on_headers(stream, fragment, end, complete, dependency)
            }
            Frame::Continuation { fragment, complete } => {
                self.on_continuation(stream, fragment, complete)
            }
            Frame::PushPromise { promised, fragment, complete } => {
                self.on_push_promise(stream, promised, fragment, complete)
            }
            Frame::Priority { dependency } => self.on_priority(stream, dependency),
            Frame::RstStream { code } => self.on_rst_stream(stream, code),
            Frame::Settings { ack: true, .. } => self.on_settings_ack(),
            Frame::Settings { settings, .. } => self.on_settings(settings),
            Frame::Ping { octets, ack } => self.on_ping(octets, ack),
            Frame::GoAway { last, code, debug } => self.on_go_away(last, code, debug),
            Frame::WindowUpdate { increment } => self.on_window_update(stream, increment),
            Frame::PriorityUpdate { prioritized, value } => {
                self.on_priority_update(prioritized, value)
            }
            Frame::Unknown => self.charge_control("frames of unknown types"),
        }
    }
    // ANCHOR_END: on_frame

    /// Whether the peer may begin streams of this parity (§5.1.1).
    pub(super) const fn is_peers(&self, stream: crate::StreamId) -> bool {
        match self.role {
            Role::Server => stream.is_client_initiated(),
            Role::Client => !stream.is_client_initiated() && !stream.is_connection(),
        }
    }
}
