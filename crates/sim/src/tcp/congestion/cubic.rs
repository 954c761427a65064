//! CUBIC: the window is a cubic function of the time since the last loss, flat where it lost.
//!
//! RFC 9438 §4
//!
//! ```text
//!   W_cubic(t) = C·(t − K)³ + W_max          K = ∛((W_max − cwnd_epoch) ÷ C)
//!
//!   cwnd │            probing ╱
//!  W_max ┤      ______───────╱
//!        │    ╱   flat
//!  ×0.7  ┤ __╱
//!        └──┬────────┬────────── t
//!           0        K
//! ```
//!
//! Windows are counted in segments here, as the RFC does.
//!
//! Invariant: in congestion avoidance the window never grows by more than half in a round trip
//! (§4.2), and never below what Reno would have (§4.3).

use std::time::{Duration, Instant};

const C: f64 = 0.4;
const BETA: f64 = 0.7;
/// Reno's increase for this β (§4.3), until the window is back where it was.
const ALPHA: f64 = 3.0 * (1.0 - BETA) / (1.0 + BETA);

#[derive(Debug, Clone, Default)]
pub(super) struct Cubic {
    /// The window just before the last loss, or less with fast convergence.
    w_max: f64,
    /// The window just before the last loss.
    prior: f64,
    epoch: Option<Epoch>,
}

/// One stretch of congestion avoidance.
#[derive(Debug, Clone)]
struct Epoch {
    start: Instant,
    k: f64,
    /// What Reno would have.
    w_est: f64,
}

impl Cubic {
    // ANCHOR: grow
    /// The window after `acked` segments were acknowledged.
    pub(super) fn grow(&mut self, cwnd: f64, acked: f64, rtt: Duration, now: Instant) -> f64 {
        if self.epoch.is_none() {
            // Out of slow start without a loss: the curve begins at its flat part (§4.8, §4.10).
            self.w_max = self.w_max.max(cwnd);
            let k = ((self.w_max - cwnd) / C).cbrt();
            self.epoch = Some(Epoch { start: now, k, w_est: cwnd });
        }
        let Some(epoch) = &mut self.epoch else { return cwnd };
        let t = now.saturating_duration_since(epoch.start).as_secs_f64();
        let curve = |t: f64| C * (t - epoch.k).powi(3) + self.w_max;
        let alpha = if epoch.w_est < self.prior { ALPHA } else { 1.0 };
        let reno = epoch.w_est + alpha * acked / cwnd;
        let now_at = curve(t);
        let target = curve(t + rtt.as_secs_f64()).clamp(cwnd, 1.5 * cwnd);
        epoch.w_est = reno;
        if now_at < reno {
            return cwnd.max(reno);
        }
        cwnd + (target - cwnd) / cwnd * acked
    }
    // ANCHOR_END: grow

    /// The window after a loss (§4.6); a flow that was still below its last maximum makes room
    /// for newcomers (§4.7).
    pub(super) fn reduce(&mut self, cwnd: f64) -> f64 {
        self.prior = cwnd;
        self.w_max = if cwnd < self.w_max { cwnd * (1.0 + BETA) / 2.0 } else { cwnd };
        self.epoch = None;
        cwnd * BETA
    }

    /// After a timeout or a pause the next stretch begins at the window it then has.
    pub(super) fn restart(&mut self) {
        (self.w_max, self.epoch) = (0.0, None);
    }
}
