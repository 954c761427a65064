//! What the transport is given, and in which order.
//!
//! RFC 9114 §6.2, RFC 9204 §2.1.1, §4.2
//!
//! ```text
//!   orders (reset, stop, priority) ──► control ──► encoder ──► decoder ──► streams in turn
//! ```
//!
//! What QPACK's encoder has to say goes before the sections that may refer to it. Which stream's
//! octets are sent first is the transport's to decide, by their priorities.
//!
//! Invariant: a stream is flushed when it has something new and the transport has room; nobody is
//! looked at in vain.

use super::{
    Connection, State,
    unidirectional::{CRITICAL, Inbound},
};
use crate::{
    Error, ErrorCode, Event, Role, StreamId, Transport,
    frame::{FrameHead, FrameType},
    stream::{Outgoing, Phase},
};
use http::Priority;
use std::time::Instant;
use wire::{VarInt, trace::Direction};

/// Frames and settings that mean nothing have these numbers (§7.2.8).
const fn reserved(chance: u64) -> u64 {
    0x1f * (chance % (1 << 32)) + 0x21
}

/// What the transport is to do with a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Reset(StreamId, ErrorCode),
    Stop(StreamId, ErrorCode),
    Priority(StreamId, Priority),
}

/// One of our three unidirectional streams.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) stream: Option<StreamId>,
    pub(super) queue: Outgoing,
    /// The transport has no room.
    blocked: bool,
}

impl Lane {
    pub(super) fn all() -> [Self; 3] {
        Default::default()
    }
}

impl Connection {
    /// Fills our unidirectional streams with what they begin with.
    pub(super) fn begin(&mut self) {
        let grease = self.grease.map(|chance| (reserved(chance), chance % 0xff));
        let ours = self.ours;
        for (lane, (kind, _)) in self.lanes.iter_mut().zip(CRITICAL) {
            lane.queue.clear();
            lane.queue.put(|out| VarInt::new(kind).unwrap_or(VarInt::MAX).encode(out));
        }
        let [control, ..] = &mut self.lanes;
        control.queue.put(|out| {
            let mut payload = Vec::new();
            ours.encode(grease, &mut payload);
            FrameHead { kind: FrameType::SETTINGS, length: payload.len() as u64 }.encode(out);
            out.append(&mut payload);
            if let Some((kind, _)) = grease {
                FrameHead { kind: FrameType(kind), length: 0 }.encode(out);
            }
        });
        if self.role == Role::Client
            && let Some(most) = self.max_push
        {
            self.put_control(FrameType::MAX_PUSH_ID, &[most], &[]);
        }
    }

    // ANCHOR: poll_transmit
    /// Gives the transport all that it takes.
    pub fn poll_transmit(&mut self, now: Instant, transport: &mut impl Transport) {
        self.tick(now);
        if self.state == State::Open {
            self.obey(transport);
            self.flush_lanes(transport);
        }
        // Lanes that are too full end it too.
        if let Some((code, reason)) = self.closing.take() {
            transport.close(code, &reason);
        }
        if self.state != State::Open {
            return;
        }
        for _ in 0..self.ready.len() {
            if let Some(id) = self.ready.pop_front() {
                self.flush(id, transport);
            }
        }
        while let Some(octets) = self.datagrams.pop_front() {
            transport.send_datagram(octets);
        }
        // Streams that ended may have left orders.
        self.obey(transport);
        self.finish_when_idle();
    }
    // ANCHOR_END: poll_transmit

    fn obey(&mut self, transport: &mut impl Transport) {
        for order in self.orders.drain(..) {
            match order {
                Order::Reset(stream, code) => transport.reset(stream, code.0),
                Order::Stop(stream, code) => {
                    transport.stop_sending(stream, code.0);
                    // From now on nothing comes of it.
                    if matches!(self.inbound.get(&stream), Some(Inbound::Ignored)) {
                        self.inbound.remove(&stream);
                    }
                }
                Order::Priority(stream, priority) => transport.set_priority(stream, priority),
            }
        }
    }

    fn flush_lanes(&mut self, transport: &mut impl Transport) {
        let (mut encoder, mut decoder) = (Vec::new(), Vec::new());
        self.encoder.take_instructions(&mut encoder);
        self.decoder.take_instructions(&mut decoder);
        let instructions = [Vec::new(), encoder, decoder];
        let names = ["", "qpack_encoder", "qpack_decoder"];
        let most = self.limits.answers as usize;
        for at in 0..self.lanes.len() {
            let Some(lane) = self.lanes.get_mut(at) else { return };
            let more = instructions.get(at).map(Vec::as_slice).unwrap_or_default();
            if !more.is_empty() {
                lane.queue.put(|out| out.extend_from_slice(more));
            }
            if lane.stream.is_none() {
                lane.stream = transport.open_unidirectional();
                if let Some(stream) = lane.stream {
                    transport.set_priority(stream, Priority::new(0, false));
                    self.tell_lane(at, stream);
                }
            }
            let Some(lane) = self.lanes.get_mut(at) else { return };
            let stream = lane.stream;
            if let Some(stream) = stream.filter(|_| !lane.blocked) {
                lane.blocked = !lane.queue.flush(stream, transport);
            }
            let waiting = lane.queue.waiting();
            if let Some(stream) = stream.filter(|_| !more.is_empty()) {
                let name = names.get(at).copied().unwrap_or_default();
                self.teller(Direction::Sent).instructions(stream, name, more.len());
            }
            // Also where the peer has never let us begin the stream.
            if waiting > most {
                return self.violate(Error::Flood { what: "answers that wait" });
            }
        }
        while self.role == Role::Server
            && self.max_push.is_some()
            && self.spare.len() < self.limits.pushes as usize
            && let Some(stream) = transport.open_unidirectional()
        {
            self.spare.push(stream);
        }
    }

    fn tell_lane(&self, at: usize, stream: StreamId) {
        let name = CRITICAL.get(at).map_or("", |(_, name)| *name);
        let teller = self.teller(Direction::Sent);
        teller.stream_type(stream, name);
        if at == 0 && self.trace.is_on() {
            let name = |(id, value)| (crate::settings::name(id), value);
            let entries: Vec<_> = self.ours.entries().map(name).collect();
            let mut payload = Vec::new();
            self.ours.encode(None, &mut payload);
            teller.frame(stream, FrameType::SETTINGS, payload.len() as u64, &entries);
        }
    }

    /// Gives the transport what it takes of one stream.
    fn flush(&mut self, id: StreamId, transport: &mut impl Transport) {
        let now = self.now;
        let Some(stream) = self.streams.get_mut(&id) else { return };
        let sending = &mut stream.sending;
        sending.scheduled = false;
        if sending.over {
            return;
        }
        let whole = sending.queue.flush(id, transport);
        self.waiting = sending.count(self.waiting);
        if sending.full && sending.queue.waiting() <= self.limits.stream_output as usize / 2 {
            sending.full = false;
            self.events.push_back(Event::Writable(id));
        }
        if !whole {
            sending.blocked = Some(now);
            return self.watch_stalls();
        }
        if sending.finished {
            transport.finish(id);
            sending.over = true;
            if std::mem::take(&mut sending.stop_behind) {
                self.want_no_rest(id);
            }
            self.settle(id);
        }
    }

    /// A stream has something new to send.
    pub(super) fn make_ready(&mut self, id: StreamId) {
        if let Some(stream) = self.streams.get_mut(&id)
            && !stream.sending.scheduled
            && stream.sending.blocked.is_none()
        {
            stream.sending.scheduled = true;
            self.ready.push_back(id);
        }
    }

    /// The transport has room for more of a stream.
    pub fn stream_writable(&mut self, stream: StreamId) {
        for lane in &mut self.lanes {
            if lane.stream == Some(stream) {
                lane.blocked = false;
            }
        }
        if let Some(record) = self.streams.get_mut(&stream) {
            record.sending.blocked = None;
            self.make_ready(stream);
        }
    }

    /// The peer wants no more of a stream of ours, which the transport has given up.
    pub fn stream_stopped(&mut self, stream: StreamId, code: u64, now: Instant) {
        self.tick(now);
        if self.state != State::Open {
            return;
        }
        let code = ErrorCode(code);
        if let Some(at) = self.lanes.iter().position(|lane| lane.stream == Some(stream)) {
            let what = CRITICAL.get(at).map_or("critical stream", |(_, name)| *name);
            return self.violate(Error::CriticalClosed { what });
        }
        let Some(record) = self.streams.get_mut(&stream) else { return };
        let sending = &mut record.sending;
        if sending.over {
            return;
        }
        sending.queue.clear();
        self.waiting = sending.count(self.waiting);
        (sending.over, sending.dropped) = (true, true);
        // Nothing waits for room any more, so nothing of it can be late.
        sending.blocked = None;
        if self.role == Role::Server {
            if record.receiving.phase != Phase::Over {
                self.read_no_more(stream, ErrorCode::H3_REQUEST_CANCELLED);
            }
            if let Err(error) = self.charge_reset() {
                return self.violate(error);
            }
            return self.lose(stream, code, None);
        }
        self.events.push_back(Event::Stopped { stream, code });
        self.settle(stream);
    }
}
