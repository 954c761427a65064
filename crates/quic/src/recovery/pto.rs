//! One timer: for what may be late, and for silence.
//!
//! RFC 9002 §6.2, appendix A.8, A.9
//!
//! | what is outstanding                        | when the timer runs out                         |
//! |--------------------------------------------|-------------------------------------------------|
//! | a packet that others have overtaken        | 9/8 RTT after it was sent: it is lost           |
//! | nothing, and the server may not send       | never; the next datagram wakes it               |
//! | a packet, in silence                       | PTO · 2^n after the last ack-eliciting one      |
//! | nothing, but the peer may be blocked       | PTO · 2^n from now: a probe gives it credit     |
//! | nothing                                    | never                                           |
//!
//! PTO = smoothed RTT + max(4 · variation, 1 ms), + the peer's `max_ack_delay` for 1-RTT packets.
//!
//! Invariant: a probe timeout calls nothing lost.
//!
//! Used by: the connection, for its next timeout.

use super::{Outcome, Recovery, Space};
use std::time::{Duration, Instant};

/// What the timer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timeout {
    /// Packets are lost; they are in the outcome.
    Loss,
    /// Send one or two ack-eliciting packets in this space now, with something new, or something
    /// outstanding again, or PING; the congestion window and the pacer do not hold them back
    /// (§6.2.4, §7.5). A client's Initial is padded as always.
    Probe(Space),
}

/// The backoff doubles this often at most: 2^16 times a millisecond is longer than any connection
/// idles.
const MOST_BACKOFF: u32 = 16;

impl<T> Recovery<T> {
    /// When [`on_timeout`](Self::on_timeout) wants to be called.
    pub const fn next_timeout(&self) -> Option<Instant> {
        self.timer
    }

    /// How often the probe timeout ran out since something came back.
    pub const fn pto_count(&self) -> u32 {
        self.pto_count
    }

    /// The probe timeout of 1-RTT packets without backoff: the unit of idle and closing timers and
    /// of key updates.
    pub fn pto(&self) -> Duration {
        self.path.rtt.probe_timeout() + self.max_ack_delay
    }

    // ANCHOR: on_timeout
    /// The timer may have run out; `None` where it has not.
    pub fn on_timeout(&mut self, now: Instant, outcome: &mut Outcome<T>) -> Option<Timeout> {
        if self.timer.is_none_or(|timer| now < timer) {
            return None;
        }
        if let Some((_, space)) = self.loss_time() {
            self.detect(space, now, outcome);
            self.arm(now);
            return Some(Timeout::Loss);
        }
        let space = self.probe(now).map(|(_, space)| space)?;
        self.pto_count = self.pto_count.saturating_add(1);
        self.arm(now);
        Some(Timeout::Probe(space))
    }
    // ANCHOR_END: on_timeout

    fn loss_time(&self) -> Option<(Instant, Space)> {
        let times = self.spaces.all();
        times.iter().filter_map(|(space, state)| Some((state.loss_time?, *space))).min()
    }

    // ANCHOR: arm
    /// Sets the timer anew, after anything that moves it.
    pub(super) fn arm(&mut self, now: Instant) {
        self.timer = match self.loss_time() {
            Some((time, _)) => Some(time),
            None if self.blocked => None,
            None => self.probe(now).map(|(time, _)| time),
        };
    }
    // ANCHOR_END: arm

    /// When to probe, and where; `None` where nothing is to be asked.
    fn probe(&self, now: Instant) -> Option<(Instant, Space)> {
        let backoff = 1 << self.pto_count.min(MOST_BACKOFF);
        let timeout = self.path.rtt.probe_timeout();
        let mut first: Option<(Instant, Space)> = None;
        for (space, state) in self.spaces.all() {
            // Before the handshake is confirmed the peer may lack the keys for these.
            if state.sent.eliciting() == 0 || (space == Space::Data && !self.confirmed) {
                continue;
            }
            let delay = if space == Space::Data { self.max_ack_delay } else { Duration::ZERO };
            let Some(last) = state.last_eliciting else { continue };
            let at = last + (timeout + delay).saturating_mul(backoff);
            if first.is_none_or(|(earliest, _)| at < earliest) {
                first = Some((at, space));
            }
        }
        if first.is_some() || self.peer_has_validated() {
            return first;
        }
        // The server may have used up what it may send to an address it does not trust yet, and
        // only a client can end that (§6.2.2.1).
        let space = if self.handshake_keys { Space::Handshake } else { Space::Initial };
        Some((now + timeout.saturating_mul(backoff), space))
    }
}
