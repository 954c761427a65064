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

    /// Waits for silence, from the last octet on.
    pub(super) fn watch_silence(&mut self) {
        let due = self.limits.ping_interval.and_then(|span| self.heard.checked_add(span));
        self.timer.set(due);
    }

    fn silence(&mut self, now: Instant) {
        if !self.wants_receive() {
            // It is our application that is slow: nobody has listened.
            self.heard = now;
        }
        match self.pinged {
            Some(pinged) if self.heard <= pinged => {
                let error = Violation::PongTimeout.at(self.position);
                trace::violation(&self.trace, now, &error);
                // Somebody in between may still deliver it.
                self.put_close(Some(error.close_code()), "");
                self.leave(Input::GiveUp);
                self.event = Some(Event::Violation(error));
            }
            _ => {
                self.pinged = None;
                self.watch_silence();
                if self.timer.due().is_some_and(|due| due <= now) {
                    // A full output is no reason to be quiet: this Ping asks whether it moves.
                    self.put_ping();
                    self.pinged = Some(now);
                    self.timer.set(now.checked_add(self.limits.ping_timeout));
                }
            }
        }
    }
}
