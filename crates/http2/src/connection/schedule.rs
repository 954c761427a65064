//! Whose DATA goes next.
//!
//! RFC 9218 §10, RFC 9113 §5.2
//!
//! ```text
//!   urgency 0   in order: 5, 9      taking turns: -        the first urgency that has anything
//!           1   -                   7, 3, 11               is served alone;
//!           …                                              in order: one stream to its end,
//!           7   -                   -                      taking turns: a frame each
//! ```
//!
//! A stream is scheduled while it has content that its own window admits. Where the connection's
//! window is used up, all wait.
//!
//! Invariant: a stream stands in one place at most, and in none when it is closed.
//!
//! Invariant: nobody starves who is as urgent as the one that is served: streams in order and those
//! that take turns are served by turns too.

use super::{Connection, State};
use crate::{
    StreamId,
    frame::{FrameHead, FrameType, flags},
    trace,
};
use http::Priority;
use std::{collections::VecDeque, time::Instant};
use wire::{Output, trace::Direction};

/// Octets of content in a frame at the most, whatever the peer admits: a longer one holds the line
/// against what is more urgent.
const FRAME: u32 = 16_384;

/// Streams of one urgency.
#[derive(Debug, Default)]
struct Level {
    ordered: VecDeque<StreamId>,
    turns: VecDeque<StreamId>,
    /// Whose turn it is: that of one that takes turns.
    turn: bool,
}

/// Streams that have content to send, by urgency.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    levels: [Level; 8],
    scheduled: usize,
}

impl Schedule {
    fn level(&mut self, urgency: u8) -> Option<&mut Level> {
        self.levels.get_mut(usize::from(urgency))
    }

    fn push(&mut self, id: StreamId, priority: Priority) {
        let Some(level) = self.level(priority.urgency()) else { return };
        if priority.incremental() {
            level.turns.push_back(id);
        } else {
            // Nearly always the newest stream: at the end.
            let at = level.ordered.partition_point(|there| *there < id);
            level.ordered.insert(at, id);
        }
        self.scheduled += 1;
    }

    fn remove(&mut self, id: StreamId, priority: Priority) {
        let Some(level) = self.level(priority.urgency()) else { return };
        let queue = if priority.incremental() { &mut level.turns } else { &mut level.ordered };
        if let Some(at) = queue.iter().position(|there| *there == id) {
            queue.remove(at);
            self.scheduled -= 1;
        }
    }

    // ANCHOR: pop
    /// Takes the stream out that is to send a frame now.
    fn pop(&mut self) -> Option<StreamId> {
        if self.scheduled == 0 {
            return None;
        }
        let busy = |level: &&mut Level| !level.ordered.is_empty() || !level.turns.is_empty();
        let level = self.levels.iter_mut().find(busy)?;
        let turn = level.ordered.is_empty() || (level.turn && !level.turns.is_empty());
        level.turn = !turn;
        self.scheduled -= 1;
        if turn { level.turns.pop_front() } else { level.ordered.pop_front() }
    }
    // ANCHOR_END: pop
}

impl Connection {
    /// Schedules a stream that has become able to send.
    pub(super) fn make_ready(&mut self, id: StreamId) {
        let Some(stream) = self.streams.get_mut(id) else { return };
        if stream.is_ready() && !stream.sending.scheduled {
            stream.sending.scheduled = true;
            stream.sending.stalled = None;
            self.schedule.push(id, stream.priority);
        } else if !stream.sending.scheduled
            && stream.sending.content.waiting() > 0
            && stream.sending.stalled.is_none()
        {
            stream.sending.stalled = Some(self.now);
            self.watch_stalls();
        }
    }

    /// Takes a stream out of the schedule that is about to close.
    pub(super) fn unschedule(&mut self, id: StreamId) {
        if let Some(stream) = self.streams.get_mut(id)
            && stream.sending.scheduled
        {
            stream.sending.scheduled = false;
            self.schedule.remove(id, stream.priority);
        }
    }

    /// Sets how urgent a stream's content is; a server may know better than its client.
    pub fn set_priority(&mut self, id: StreamId, priority: Priority) {
        let Some(stream) = self.streams.get_mut(id) else { return };
        let before = std::mem::replace(&mut stream.priority, priority);
        if stream.sending.scheduled && before != priority {
            self.schedule.remove(id, before);
            self.schedule.push(id, priority);
        }
    }

    // ANCHOR: poll_transmit
    /// Moves what is to be sent to the end of `out`: control frames and heads, then DATA by
    /// priority, until `out` holds [`Limits::output`](crate::Limits::output) octets.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Output) {
        self.tick(now);
        self.flush(out);
        let most = u64::from(self.limits.output);
        while self.state == State::Open
            && self.send_window > 0
            && !out.is_full()
            && out.len() < most
            && let Some(id) = self.schedule.pop()
        {
            self.send_frame(id, out);
            // What stands behind the last DATA frame must not be overtaken: trailers, resets.
            self.flush(out);
        }
        if self.send_window <= 0 && self.schedule.scheduled > 0 {
            self.watch_stalls();
        }
    }
    // ANCHOR_END: poll_transmit

    fn flush(&mut self, out: &mut Output) {
        if !self.output.is_empty() {
            out.append(&mut self.output);
            self.answers = 0;
        }
    }

    /// Sends one DATA frame of a stream that was scheduled.
    fn send_frame(&mut self, id: StreamId, out: &mut Output) {
        let most = self.theirs.max_frame_size.min(FRAME);
        let Some(stream) = self.streams.get_mut(id) else { return };
        stream.sending.scheduled = false;
        let waiting = stream.sending.content.waiting();
        let window = self.send_window.min(stream.sending.window);
        let Ok(window) = u64::try_from(window) else { return };
        let length = waiting.min(window).min(most.into());
        let sending = &mut stream.sending;
        let last = length == waiting && sending.finished;
        let end = last && sending.trailers.is_none();
        let head = FrameHead {
            length: u32::try_from(length).unwrap_or(most),
            kind: FrameType::DATA,
            flags: if end { flags::END_STREAM } else { 0 },
            stream: id,
        };
        out.write(|out| head.encode(out));
        let externals = &mut self.externals;
        sending.content.take(length, out, |octets| externals.push_back((id, octets)));
        let counted = i64::from(head.length);
        sending.window -= counted;
        self.send_window -= counted;
        self.progress = self.now;
        if sending.full && sending.content.held() < self.limits.stream_output as usize / 2 {
            sending.full = false;
            if !sending.finished {
                self.events.push_back(crate::Event::Writable(id));
            }
        }
        if self.trace.is_on() {
            trace::head(&self.trace, self.now, Direction::Sent, &head);
        }
        match (end, last) {
            (true, _) => self.sent_end(id),
            (false, true) => self.send_last(id),
            // One that is served in order comes first again: it has the lowest identifier.
            (false, false) => self.make_ready(id),
        }
    }

    /// Which stream's content the next [`External`](wire::Segment::External) part of the output
    /// is, and how many octets of it; in the order of the output. They are to be sent even where
    /// the stream was reset since: a frame that was begun must be ended.
    pub fn next_external(&mut self) -> Option<(StreamId, u64)> {
        self.externals.pop_front()
    }
}
