//! Spreads a window over its round trip, in bursts large enough for one offloaded send.
//!
//! RFC 9002 §7.7
//!
//! ```text
//!   rate  = 1.25 · window / RTT    (2 · in slow start, or pacing would be what slows it)
//!   burst = rate · 2 ms            within 10 and 256 datagrams
//!
//!   tokens  burst ┤╲     ╱╲     ╱╲
//!                 │ ╲   ╱  ╲   ╱  ╲        a wait ends when half a burst is there, so that
//!               0 ┤  ╲_╱    ╲_╱    ╲_      the next send is many datagrams, not one
//! ```
//!
//! Invariant: in any span of `t` seconds at most `burst + rate · t` octets are sent.
//!
//! Used by: the connection, before each send; probes and acknowledgments do not ask.

use std::time::{Duration, Instant};

/// How long a burst may be in time, which is also what timers can tell apart.
const INTERVAL: Duration = Duration::from_millis(2);

/// Bounds of a burst, in datagrams: what RFC 9002 lets a new path send at once, and what the
/// receive buffers of usual systems (212 KB and more) can hold.
const LEAST: u64 = 10;
const MOST: u64 = 256;

/// A bucket of octets that may be sent now.
#[derive(Debug, Clone)]
pub struct Pacer {
    tokens: u64,
    filled: Instant,
}

impl Pacer {
    /// A full bucket, for a new path.
    pub const fn new(now: Instant) -> Self {
        // Cut to a burst when it is filled for the first time.
        Self { tokens: u64::MAX, filled: now }
    }

    // ANCHOR: wait
    /// `None` where a datagram may be sent now, and otherwise when to ask again. `datagram` is its
    /// greatest size; `window` and `rtt` are the path's.
    pub fn wait(
        &mut self,
        now: Instant,
        datagram: u64,
        window: u64,
        rtt: Duration,
        slow_start: bool,
    ) -> Option<Instant> {
        // Shorter than a timer can wait: the window alone paces.
        if rtt <= INTERVAL {
            self.tokens = u64::MAX;
            return None;
        }
        let quarters = if slow_start { 8 } else { 5 };
        let rate = Rate { octets: window.saturating_mul(quarters) / 4, time: rtt };
        let burst = rate.octets_in(INTERVAL).clamp(LEAST * datagram, MOST * datagram);
        let more = rate.octets_in(now.saturating_duration_since(self.filled));
        self.tokens = self.tokens.saturating_add(more);
        // The time of a part of an octet counts for the next one.
        self.filled += rate.time_for(more);
        if self.tokens >= burst {
            (self.tokens, self.filled) = (burst, self.filled.max(now));
        }
        if self.tokens >= datagram {
            return None;
        }
        let missing = (burst / 2).saturating_sub(self.tokens);
        Some(now + rate.time_for(missing).max(Duration::from_micros(1)))
    }
    // ANCHOR_END: wait

    /// Octets that may go in this burst, after [`wait`](Self::wait) said that one datagram may.
    pub const fn tokens(&self) -> u64 {
        self.tokens
    }

    /// `octets` were sent.
    pub const fn on_sent(&mut self, octets: u64) {
        self.tokens = self.tokens.saturating_sub(octets);
    }
}

/// So many octets in so much time.
struct Rate {
    octets: u64,
    time: Duration,
}

impl Rate {
    fn octets_in(&self, time: Duration) -> u64 {
        let (octets, nanos) = (u128::from(self.octets), time.as_nanos());
        let octets = octets.saturating_mul(nanos) / self.time.as_nanos().max(1);
        u64::try_from(octets).unwrap_or(u64::MAX)
    }

    fn time_for(&self, octets: u64) -> Duration {
        let (nanos, octets) = (self.time.as_nanos(), u128::from(octets));
        let nanos = nanos.saturating_mul(octets) / u128::from(self.octets.max(1));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}
