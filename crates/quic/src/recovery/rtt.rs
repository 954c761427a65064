//! How long a packet and its acknowledgment take, and how much that varies.
//!
//! RFC 9002 §5
//!
//! ```text
//!   latest    = now − when the largest newly acknowledged packet was sent
//!   adjusted  = latest − ack_delay                  unless that is below the minimum
//!   variation = 3/4 · variation + 1/4 · |smoothed − adjusted|
//!   smoothed  = 7/8 · smoothed  + 1/8 · adjusted
//! ```
//!
//! Invariant: whatever delay a peer claims, no adjusted sample is below the least RTT seen.
//!
//! Used by: loss detection, the probe timeout, pacing, and windows that tune themselves.

use std::time::{Duration, Instant};

/// The RTT before there is a sample: 333 ms (§6.2.2).
pub const INITIAL_RTT: Duration = Duration::from_millis(333);

/// The least that any timer waits: 1 ms (§6.1.2).
pub const GRANULARITY: Duration = Duration::from_millis(1);

/// The longest sample that is believed, 1 h: times that are computed from it stay times.
const MOST: Duration = Duration::from_secs(3600);

/// What is known of one path's round trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rtt {
    latest: Duration,
    smoothed: Duration,
    variation: Duration,
    min: Duration,
    first_sample: Option<Instant>,
}

impl Default for Rtt {
    fn default() -> Self {
        Self::new(INITIAL_RTT)
    }
}

impl Rtt {
    /// Before there is a sample; `initial` is a guess, [`INITIAL_RTT`] or what an earlier
    /// connection to the same peer measured.
    pub fn new(initial: Duration) -> Self {
        Self {
            latest: Duration::ZERO,
            smoothed: initial,
            variation: initial / 2,
            min: Duration::ZERO,
            first_sample: None,
        }
    }

    // ANCHOR: update
    /// A sample, and the delay that the peer says is its own doing: 0 for Initial packets, at most
    /// the peer's `max_ack_delay` once the handshake is confirmed (§5.3). The caller sees to both.
    pub fn update(&mut self, sample: Duration, ack_delay: Duration, now: Instant) {
        let sample = sample.min(MOST);
        self.latest = sample;
        if self.first_sample.is_none() {
            self.min = sample;
            self.smoothed = sample;
            self.variation = sample / 2;
            self.first_sample = Some(now);
            return;
        }
        // The minimum ignores the delay: a peer that lies about it can only raise our estimate.
        self.min = self.min.min(sample);
        let adjusted = match sample.checked_sub(ack_delay) {
            Some(adjusted) if adjusted >= self.min => adjusted,
            _ => sample,
        };
        self.variation = (self.variation * 3 + self.smoothed.abs_diff(adjusted)) / 4;
        self.smoothed = (self.smoothed * 7 + adjusted) / 8;
    }
    // ANCHOR_END: update

    /// The last sample, as it was measured; zero before there is one.
    pub const fn latest(&self) -> Duration {
        self.latest
    }

    /// The moving average, or the guess before there is a sample.
    pub const fn smoothed(&self) -> Duration {
        self.smoothed
    }

    /// The mean deviation.
    pub const fn variation(&self) -> Duration {
        self.variation
    }

    /// The least sample, delays included; zero before there is one.
    pub const fn min(&self) -> Duration {
        self.min
    }

    /// When the first sample was taken.
    pub const fn first_sample(&self) -> Option<Instant> {
        self.first_sample
    }

    /// Persistent congestion means the path is another one now: the next sample is the minimum
    /// anew (§5.2).
    pub fn restart_min(&mut self) {
        self.min = self.latest;
    }

    /// Whether a queue shows: the round trip is longer than the least by an eighth of it, within 4
    /// and 16 ms, which is the rise that ends slow start too (RFC 9406 §4.3).
    pub fn shows_queue(&self) -> bool {
        let rise = (self.min / 8).clamp(Duration::from_millis(4), Duration::from_millis(16));
        self.smoothed >= self.min + rise
    }

    /// The probe timeout without the peer's delay and without backoff:
    /// `smoothed + max(4 · variation, 1 ms)` (§6.2.1).
    pub fn probe_timeout(&self) -> Duration {
        self.smoothed + (self.variation * 4).max(GRANULARITY)
    }

    /// How much later than its successors a packet may be acknowledged: 9/8 of an RTT, 1 ms at
    /// least (§6.1.2).
    pub fn loss_delay(&self) -> Duration {
        let rtt = self.latest.max(self.smoothed);
        (rtt + rtt / 8).max(GRANULARITY)
    }
}
