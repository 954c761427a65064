//! A window that grows with the time since the last loss, not with the number of round trips.
//!
//! RFC 9438 §4
//!
//! ```text
//!  W_max ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╭─────╮┄┄┄┄┄┄┄┄╱┄┄
//!  window            ╭──────╯       ╰──╮  ╱     W_cubic(t) = C · (t − K)³ + W_max
//!                 ╭──╯   concave        ╲╱      K = ∛((W_max − cwnd_epoch) / C)
//!              ╭──╯                  convex
//!   0.7·W_max ─╯                                t: seconds since this stage began
//! ```
//!
//! Where NewReno would have a larger window (short round trips, small windows), its estimate
//! `W_est` is used instead. It grows by α_cubic = 0.53 datagrams for each round trip until the
//! window is back where it was, as NewReno would on average, for a share of a queue that is fair to
//! it. Where the round trip shows no queue there is nothing to share: α_cubic is 1 there, NewReno's
//! own, which a link that loses by itself (a radio) rewards with a third more.
//!
//! Windows are counted in datagrams and time in seconds here, as the RFC writes the formulas.
//!
//! Invariant: an acknowledgment never makes the window smaller, and never makes it grow faster than
//! by half a window for each window that is acknowledged.
//!
//! Used by: [`Congestion`](super::Congestion), by default.

use super::{Acked, Controller};
use std::time::Instant;

/// How fast the window grows.
const C: f64 = 0.4;

/// What remains of the window after a loss.
const BETA: f64 = 0.7;

/// By how much `W_est` grows for each window of acknowledged octets, so that it equals NewReno's
/// average: 3 · (1 − β) / (1 + β).
const ALPHA: f64 = 3.0 * (1.0 - BETA) / (1.0 + BETA);

/// Windows in datagrams, times in seconds.
#[derive(Debug, Clone, Default)]
pub struct Cubic {
    /// The window before the last cut, or less, to make room for newcomers; 0 before one.
    max: f64,
    /// The window before the last cut.
    prior: f64,
    /// Seconds until the curve is back at `max`.
    k: f64,
    /// What NewReno would have.
    estimate: f64,
    /// When this stage of avoidance began, periods without enough to send not counted.
    epoch: Option<Instant>,
    /// Since when there was too little to send.
    paused: Option<Instant>,
    /// The part of an octet that the window has grown and that does not show yet.
    fraction: f64,
}

impl Cubic {
    /// At the beginning of a path.
    pub const fn new() -> Self {
        Self {
            max: 0.0,
            prior: 0.0,
            k: 0.0,
            estimate: 0.0,
            epoch: None,
            paused: None,
            fraction: 0.0,
        }
    }

    /// The first acknowledgment of a stage.
    fn begin(&mut self, window: f64, now: Instant) -> Instant {
        // HyStart++ ended slow start, or persistent congestion did: nothing is known of a maximum.
        if self.max <= 0.0 {
            (self.max, self.prior) = (window, window);
        }
        self.k = ((self.max - window).max(0.0) / C).cbrt();
        self.estimate = window;
        self.epoch = Some(now);
        self.paused = None;
        now
    }

    /// When this stage began, moved by the time in which there was too little to send.
    fn epoch(&mut self, window: f64, now: Instant) -> Instant {
        let Some(epoch) = self.epoch else { return self.begin(window, now) };
        let Some(paused) = self.paused.take() else { return epoch };
        let moved = epoch + now.saturating_duration_since(paused);
        self.epoch = Some(moved);
        moved
    }

    fn curve(&self, seconds: f64) -> f64 {
        C * (seconds - self.k).powi(3) + self.max
    }
}

impl Controller for Cubic {
    fn shrink(&mut self, window: u64, datagram: u64) -> u64 {
        let window = datagrams(window, datagram);
        self.prior = window;
        // Fast convergence: a flow that lost before it was back at its old maximum leaves more room
        // for others (§4.7).
        self.max = if window < self.max { window * (1.0 + BETA) / 2.0 } else { window };
        (self.epoch, self.paused, self.fraction) = (None, None, 0.0);
        octets(window * BETA, datagram)
    }

    // ANCHOR: grow
    fn grow(&mut self, window: u64, acked: &Acked, datagram: u64) -> u64 {
        let current = datagrams(window, datagram);
        let share = datagrams(acked.size, datagram) / current;
        let epoch = self.epoch(current, acked.now);
        let elapsed = acked.now.saturating_duration_since(epoch).as_secs_f64();

        // Who loses without a queue is not crowding out anybody: the loss is the link's own, and
        // NewReno's datagram for each round trip is taken at once.
        let alpha = if acked.queue && self.estimate < self.prior { ALPHA } else { 1.0 };
        self.estimate += alpha * share;
        let next = if self.curve(elapsed) < self.estimate {
            self.estimate.max(current)
        } else {
            // Where the curve will be a round trip from now, within 1 and 1.5 windows.
            let target = self.curve(elapsed + acked.rtt.as_secs_f64());
            current + (target.clamp(current, 1.5 * current) - current) * share
        };
        let grown = (next - current) * datagrams(datagram, 1) + self.fraction;
        let whole = octets(grown, 1);
        self.fraction = grown - datagrams(whole, 1);
        window.saturating_add(whole)
    }
    // ANCHOR_END: grow

    fn pause(&mut self, now: Instant) {
        self.paused = self.paused.or(Some(now));
    }

    fn name(&self) -> &'static str {
        "cubic"
    }
}

/// Octets in datagrams; exact up to 2^53, which no window reaches.
fn datagrams(octets: u64, datagram: u64) -> f64 {
    octets as f64 / (datagram.max(1)) as f64
}

/// Datagrams in octets, rounded down; what is negative or no number is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and a window is far from either end"
)]
fn octets(datagrams: f64, datagram: u64) -> u64 {
    (datagrams * datagram as f64) as u64
}
