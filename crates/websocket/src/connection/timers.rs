//! The one deadline of a connection, and what it means when it passes.
//!
//! RFC 6455 §5.5.2, §7.1.1
//!
//! | waiting for                         | how long                  | then                     |
//! |-------------------------------------|---------------------------|--------------------------|
//! | any octet                           | `ping_interval`           | a Ping                   |
//! | any octet, behind a Ping            | `ping_timeout`            | given up: `PongTimeout`  |
//! | the peer's Close, behind ours       | `close_timeout`           | given up                 |
//! | the stream's end, behind both       | `close_timeout`           | given up                 |
//! | the stream's end, behind a violation | `close_timeout`          | given up                 |
//!
//! What counts is that octets come, not only Pongs: a peer that sends is there. The deadline does
//! not move with each of them; when it passes, it is looked up when the last one came. So a busy
//! connection gives its driver's timers no work.
//!
//! ```text
//!   close() ── poll_transmit ──► │ 40 MB for a slow peer │ Close │ ──► sent(now)
//!                                                                    ├── close_timeout ──┤
//! ```
//!
//! What the peer owes us for a frame it cannot owe before it has it. A connection knows when its
//! octets were asked for and not when they were taken; so a driver for which these are two does not
//! call [`handle_timeout`](Connection::handle_timeout) in between, has a patience of its own with a
//! peer that takes nothing, and calls [`sent`](Connection::sent) behind the last octet.

use super::Connection;
use crate::{
    Event, Violation,
    state::{Input, Phase},
    trace,
};
use std::time::Instant;

impl Connection {
    /// When [`handle_timeout`](Self::handle_timeout) is to be called, if nothing happens before.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.timer.due()
    }

    /// The time has come, or may have.
    pub fn handle_timeout(&mut self, now: Instant) {
        if !self.timer.fire(now) {
            return;
        }
        match self.phase {
            Phase::Open => self.silence(now),
            Phase::CloseSent | Phase::Exchanged | Phase::Failed => self.leave(Input::GiveUp),
            Phase::Closed => {}
        }
    }

    /// All that [`poll_transmit`](Self::poll_transmit) gave was taken, some time later: what the
    /// peer owes us for it is counted from now. Without this call it is counted from when it was
    /// given, and a peer that takes a minute for a large message has no time left for the Pong or
    /// the Close that it owes for what stood behind.
    pub fn sent(&mut self, now: Instant) {
        self.timer.tick(now);
        let span = match self.phase {
            // Its Pong may be here by now; who had too much to send may not have listened.
            Phase::Open if self.asked => self.limits.ping_timeout,
            Phase::CloseSent | Phase::Exchanged | Phase::Failed => self.limits.close_timeout,
            // Silence is silence, whatever we say into it.
            Phase::Open | Phase::Closed => return,
        };
        self.timer.set(now.checked_add(span));
    }

    /// Octets came.
    pub(super) fn hear(&mut self, now: Instant) {
        self.timer.tick(now);
        self.heard = now;
        self.asked = false;
    }

    /// Waits for silence, from the last octet on.
    pub(super) fn watch_silence(&mut self) {
        let due = self.limits.ping_interval.and_then(|span| self.heard.checked_add(span));
        self.timer.set(due);
    }

    fn silence(&mut self, now: Instant) {
        if !self.wants_receive() {
            // It is our application that is slow: nobody has listened.
            self.hear(now);
        }
        if self.asked {
            let error = Violation::PongTimeout.at(self.position);
            trace::violation(&self.trace, now, &error);
            // Somebody in between may still deliver it.
            self.put_close(Some(error.close_code()), "");
            self.leave(Input::GiveUp);
            self.event = Some(Event::Violation(error));
            return;
        }
        self.watch_silence();
        if self.timer.due().is_some_and(|due| due <= now) {
            // A full output is no reason to be quiet: this Ping asks whether it moves.
            self.put_ping();
            self.asked = true;
            self.timer.set(now.checked_add(self.limits.ping_timeout));
        }
    }
}
