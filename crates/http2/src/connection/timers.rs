//! How long is long enough.
//!
//! RFC 9113 §6.5.3, §6.7, §6.8, §10.5
//!
//! | waiting for                            | how long           | then                          |
//! |----------------------------------------|--------------------|-------------------------------|
//! | the answer to our SETTINGS             | `settings_timeout` | GOAWAY SETTINGS_TIMEOUT       |
//! | the preface; a frame's or block's rest | `block_timeout`    | GOAWAY ENHANCE_YOUR_CALM      |
//! | a stream, at a server                  | `idle_timeout`     | shut down                     |
//! | any octet                              | `ping_interval`    | a PING                        |
//! | any octet, behind a PING               | `ping_timeout`     | GOAWAY, closed                |
//! | a window that content waits for        | `stall_timeout`    | RST_STREAM CANCEL             |
//! | a request's content, at a server       | `content_timeout`  | RST_STREAM CANCEL             |
//! | the rest of a request that is answered | `rest_timeout`     | RST_STREAM NO_ERROR           |
//! | the answer to the first GOAWAY's PING  | `shutdown_timeout` | the second GOAWAY             |
//! | the peer's close                       | `linger`           | closed                        |
//!
//! Commands carry no time: they use the time last heard, which errs on the early side by no more
//! than a turn of the driver's loop.
//!
//! Invariant: a timer that is not waited for is not set, so an idle client has none.

use super::{Connection, Role, State};
use crate::{Error, StreamId, frame::Frame};
use std::time::{Duration, Instant};

/// What a PING into the silence carries.
const SILENCE: [u8; 8] = *b"are you?";

/// When what is waited for is too late.
#[derive(Debug, Default)]
pub(super) struct Timers {
    pub(super) settings: Option<Instant>,
    pub(super) block: Option<Instant>,
    pub(super) idle: Option<Instant>,
    pub(super) silence: Option<Instant>,
    pub(super) stall: Option<Instant>,
    pub(super) content: Option<Instant>,
    pub(super) rest: Option<Instant>,
    pub(super) shutdown: Option<Instant>,
    pub(super) linger: Option<Instant>,
    /// A PING went into the silence, and nothing has come since.
    pub(super) asked: bool,
}

impl Timers {
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

fn passed(due: &mut Option<Instant>, now: Instant) -> bool {
    due.take_if(|due| *due <= now).is_some()
}

impl Connection {
    /// When [`handle_timeout`](Self::handle_timeout) is to be called, if nothing happens before.
    pub fn next_timeout(&self) -> Option<Instant> {
        let timers = &self.timers;
        [
            timers.settings,
            timers.block,
            timers.idle,
            timers.silence,
            timers.stall,
            timers.content,
            timers.rest,
            timers.shutdown,
            timers.linger,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    // ANCHOR: handle_timeout
    /// The time has come, or may have.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.tick(now);
        if passed(&mut self.timers.linger, now) {
            self.close();
        }
        if self.state != State::Open {
            return;
        }
        if passed(&mut self.timers.settings, now) {
            return self.violate(Error::SettingsTimeout);
        }
        if passed(&mut self.timers.block, now) {
            return self.violate(Error::BlockTimeout);
        }
        if passed(&mut self.timers.silence, now) {
            self.on_silence();
        }
        if passed(&mut self.timers.stall, now) {
            self.reap_stalled();
        }
        if passed(&mut self.timers.content, now) {
            self.reap_slow();
        }
        if passed(&mut self.timers.rest, now) {
            self.refuse_rests();
        }
        if passed(&mut self.timers.shutdown, now) {
            self.second_go_away();
        }
        if passed(&mut self.timers.idle, now) && self.streams.is_empty() {
            self.shut_down(now);
        }
    }
    // ANCHOR_END: handle_timeout

    /// All that [`poll_transmit`](Self::poll_transmit) gave was taken: what the peer owes us for it
    /// is counted from now.
    pub fn sent(&mut self, now: Instant) {
        self.tick(now);
        let again = |due: &mut Option<Instant>, span| {
            if due.is_some() {
                *due = now.checked_add(span);
            }
        };
        again(&mut self.timers.linger, self.limits.linger);
        again(&mut self.timers.idle, self.limits.idle_timeout);
        again(&mut self.timers.settings, self.limits.settings_timeout);
        if self.timers.asked {
            again(&mut self.timers.silence, self.limits.ping_timeout);
        }
    }

    /// Asks the peer for an answer, which is told as [`Event::Pong`](crate::Event::Pong). Not one
    /// of the three that the connection uses itself.
    pub fn ping(&mut self, octets: [u8; 8]) {
        if self.state == State::Open {
            self.put(StreamId::CONNECTION, &Frame::Ping { octets, ack: false });
        }
    }

    pub(super) fn tick(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// Octets came.
    pub(super) fn hear(&mut self) {
        self.timers.asked = false;
        if let Some(span) = self.limits.ping_interval
            && self.state == State::Open
        {
            self.timers.silence = self.now.checked_add(span);
        }
    }

    /// A frame or a block has begun, or has come to its end.
    pub(super) fn watch_block(&mut self) {
        let waits = self.preface > 0 || !self.tail.is_empty() || self.block.is_some();
        if !waits || self.state != State::Open {
            self.timers.block = None;
        } else if self.timers.block.is_none() {
            self.timers.block = self.now.checked_add(self.limits.block_timeout);
        }
    }

    /// The last stream has ended.
    pub(super) fn watch_idle(&mut self) {
        if self.role == Role::Server && self.state == State::Open && !self.draining {
            self.timers.idle = self.now.checked_add(self.limits.idle_timeout);
        }
    }

    /// Content waits for a window.
    pub(super) fn watch_stalls(&mut self) {
        if self.timers.stall.is_none() {
            self.timers.stall = self.now.checked_add(self.limits.stall_timeout);
        }
    }

    fn on_silence(&mut self) {
        if self.timers.asked {
            return self.violate(Error::PingTimeout);
        }
        self.put(StreamId::CONNECTION, &Frame::Ping { octets: SILENCE, ack: false });
        self.timers.asked = true;
        self.timers.silence = self.now.checked_add(self.limits.ping_timeout);
    }

    pub(super) fn on_keep_alive(&mut self, octets: [u8; 8]) -> bool {
        octets == SILENCE && self.limits.ping_interval.is_some()
    }

    // ANCHOR: reap
    /// Resets streams whose content has waited too long for a window to open.
    fn reap_stalled(&mut self) {
        let (now, span) = (self.now, self.limits.stall_timeout);
        let late = |since: Instant| now.saturating_duration_since(since) >= span;
        // Where the connection's own window is shut, all that wait for it are late together.
        let shut = self.send_window <= 0 && late(self.progress);
        let mut stalled = Vec::new();
        let mut waiting = false;
        for stream in self.streams.each().filter(|stream| stream.sending.content.waiting() > 0) {
            let own = stream.sending.stalled.is_some_and(late);
            match own || (stream.sending.scheduled && shut) {
                true => stalled.push(stream.id),
                false => waiting = true,
            }
        }
        for stream in stalled {
            self.violate(Error::Stalled { stream });
        }
        if waiting && self.state == State::Open {
            // Looked at again before twice the span has passed for any of them.
            self.timers.stall = now.checked_add((span / 2).max(Duration::from_millis(10)));
        }
    }
    // ANCHOR_END: reap
}
