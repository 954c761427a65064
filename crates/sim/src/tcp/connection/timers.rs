//! What happens when nothing happens.
//!
//! RFC 6298 §5 (retransmission), RFC 8985 §7 (tail loss probe), RFC 9293 §3.8.6.1 (zero window),
//! §3.8.6.3 (delayed acknowledgments), §3.3.2 (TIME-WAIT)
//!
//! Invariant: handling a timeout moves it into the future or takes it away.

use super::Connection;
use crate::tcp::{Error, Input, State};
use std::time::{Duration, Instant};

impl Connection {
    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        [self.timer, self.ack_timer, self.time_wait].into_iter().flatten().min()
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.ack_timer.is_some_and(|at| at <= now) {
            self.ack_timer = None;
            self.acks_due = self.acks_due.max(1);
        }
        if self.time_wait.is_some_and(|at| at <= now) {
            self.time_wait = None;
            self.state = self.state.on(Input::TimeWaitOver);
            (self.timer, self.ack_timer, self.acks_due) = (None, None, 0);
        }
        if self.timer.is_some_and(|at| at <= now) {
            self.timer = None;
            self.waited_in_vain(now);
        }
    }

    fn waited_in_vain(&mut self, now: Instant) {
        if std::mem::take(&mut self.tail) {
            self.tail_spent = true;
            self.figures.tail_probes += 1;
            self.sender.probe_tail();
            self.timer = Some(now + self.rtt.timeout());
            return;
        }
        let times = self.rtt.back_off();
        if self.probe {
            // A closed window may stay closed as long as the peer answers.
            self.unanswered += 1;
            if self.unanswered > self.limits.retries {
                return self.end(Some(Error::TimedOut));
            }
            self.send_probe();
            self.timer = Some(now + self.rtt.timeout());
            return;
        }
        let handshake = matches!(self.state, State::SynSent | State::SynReceived);
        let most = if handshake { self.limits.syn_retries } else { self.limits.retries };
        if times > most {
            return self.end(Some(Error::TimedOut));
        }
        self.figures.timeouts += 1;
        let flight = self.sender.flight();
        let first = self.sender.timed_out();
        if !handshake {
            self.control.timed_out(flight, first);
        }
        self.timer = Some(now + self.rtt.timeout());
    }

    /// Starts the wait anew if anything is out (RFC 6298 §5.3), or takes it away (§5.2).
    pub(super) fn arm(&mut self, now: Instant) {
        if self.probe {
            return;
        }
        let wait = self.rtt.timeout();
        let tail = self.tail_wait().filter(|tail| *tail < wait);
        let out = self.sender.has_outstanding();
        self.tail = out && tail.is_some();
        self.timer = out.then(|| now + tail.unwrap_or(wait));
    }

    /// How long to wait before asking after the tail (RFC 8985 §7.2): two round trips, and the
    /// peer's delay where a lone segment makes it wait for a second. Once per flight, and only
    /// while nothing is known to be missing.
    fn tail_wait(&self) -> Option<Duration> {
        let may = self.config.tail_probe && self.sack && self.state.is_synchronized();
        if !may || self.tail_spent || !self.sender.is_quiet() {
            return None;
        }
        let alone = self.sender.flight() <= u64::from(self.mss);
        let delay = if alone { self.config.delayed_ack } else { Duration::ZERO };
        Some(self.rtt.smoothed()? * 2 + delay)
    }
}
