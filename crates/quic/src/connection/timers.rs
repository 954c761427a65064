//! All that waits.
//!
//! RFC 9000 §10.1, §10.2, §8.2.4, §13.2.1; RFC 9001 §6.5; RFC 9002 §6
//!
//! | timer           | runs out                           | then                              |
//! |-----------------|------------------------------------|-----------------------------------|
//! | recovery        | a packet may be lost, or silence   | lost, or probes                   |
//! | acknowledgments | `max_ack_delay` after a packet     | an ACK frame is due               |
//! | pacing          | the next burst may go              | `poll_transmit` sends             |
//! | idle            | nothing came for so long           | gone, without a word              |
//! | handshake       | it takes too long                  | gone, without a word              |
//! | close           | three probe timeouts after the end | gone                              |
//! | previous keys   | three probe timeouts after new ones| forgotten                         |
//! | paths           | no PATH_RESPONSE                   | asked again, then given up        |
//! | keep alive      | silence                            | PING                              |
//!
//! Used by: the endpoint.

use super::{Connection, close::State};
use crate::{event::Closed, recovery::Space};
use std::time::{Duration, Instant};

/// Deadlines that no part keeps for itself.
#[derive(Debug)]
pub(super) struct Timers {
    pub(super) idle: Option<Instant>,
    pub(super) handshake: Option<Instant>,
    pub(super) close: Option<Instant>,
    pub(super) pacing: Option<Instant>,
    pub(super) previous_keys: Option<Instant>,
    pub(super) keep_alive: Option<Instant>,
    /// Whether something ack-eliciting was sent since something came: only the first moves the idle
    /// timer (§10.1).
    sent_since: bool,
}

impl Timers {
    pub(super) fn new(now: Instant, handshake: Duration) -> Self {
        Self {
            idle: None,
            handshake: now.checked_add(handshake),
            close: None,
            pacing: None,
            previous_keys: None,
            keep_alive: None,
            sent_since: false,
        }
    }
}

impl Connection {
    /// When [`handle_timeout`](Self::handle_timeout) wants to be called at the latest.
    pub fn next_timeout(&self) -> Option<Instant> {
        if !self.is_open() {
            return self.end_timeout();
        }
        let timers = &self.timers;
        let own = [
            timers.idle,
            timers.handshake,
            timers.pacing,
            timers.previous_keys,
            timers.keep_alive,
            self.recovery.next_timeout(),
            self.paths_timeout(),
            self.paths.current.pmtud.next_timeout().filter(|at| *at > self.now),
        ];
        let acks = Space::ALL.into_iter().filter_map(|space| self.ack_timeout(space));
        own.into_iter().flatten().chain(acks).min()
    }

    /// An acknowledgment that cannot go waits for no time.
    fn ack_timeout(&self, space: Space) -> Option<Instant> {
        let may = self.can_seal(space) && self.paths.current.budget() > 0;
        let may = may && (space != Space::Data || self.tls.complete);
        self.spaces.get(space).acks.next_timeout().filter(|at| may && *at > self.now)
    }

    // ANCHOR: timeout
    /// The instant that [`next_timeout`](Self::next_timeout) named has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        let over = |timer: Option<Instant>| timer.is_some_and(|at| at <= now);
        if !self.is_open() {
            self.start_end(now);
            if over(self.timers.close) {
                self.vanish(Closed::Idle);
            }
            return;
        }
        if over(self.timers.idle) {
            return self.vanish(Closed::Idle);
        }
        if over(self.timers.handshake) {
            return self.vanish(Closed::HandshakeTimeout);
        }
        if over(self.timers.pacing) {
            self.timers.pacing = None;
        }
        if over(self.timers.previous_keys) {
            self.timers.previous_keys = None;
            if let Some(keys) = &mut self.keys.application {
                keys.forget_previous();
            }
        }
        if over(self.timers.keep_alive) {
            self.timers.keep_alive = None;
            self.ping();
        }
        self.on_recovery_timeout(now);
        self.on_paths_timeout(now);
        self.trace_metrics();
    }
    // ANCHOR_END: timeout

    /// How long silence may last: the less of both ends' words, and three probe timeouts at least.
    fn idle_timeout(&self) -> Option<Duration> {
        let both = [self.transport.max_idle_timeout, self.peer.max_idle_timeout];
        let least = both.into_iter().flatten().filter(|idle| !idle.is_zero()).min()?;
        Some(least.max(self.three_ptos()))
    }

    /// Something came, or was sent for the first time since.
    pub(super) fn restart_idle(&mut self, now: Instant) {
        self.timers.sent_since = false;
        self.move_idle(now);
    }

    fn move_idle(&mut self, now: Instant) {
        self.timers.idle = self.idle_timeout().and_then(|idle| now.checked_add(idle));
        let keep = self.transport.keep_alive.filter(|_| self.tls.complete);
        self.timers.keep_alive = keep.and_then(|keep| now.checked_add(keep));
    }

    pub(super) fn on_eliciting_sent(&mut self, now: Instant) {
        if !self.timers.sent_since {
            self.timers.sent_since = true;
            self.move_idle(now);
        }
    }

    pub(super) fn after_receive(&mut self, now: Instant) {
        if matches!(self.state, State::Open) {
            self.watch_previous_keys(now);
        }
    }
}
