//! How much may be out: the congestion window, and who moves it.
//!
//! RFC 5681 §3.1; RFC 3465 (counting octets, not acknowledgments)
//!
//! ```text
//!   cwnd < ssthresh   slow start: one octet more for each octet acknowledged
//!   otherwise         congestion avoidance: NewReno a segment per round trip, CUBIC by its curve
//!   loss              ssthresh = cwnd × β, cwnd = ssthresh        (β: ½ NewReno, 0.7 CUBIC)
//!   timeout           the same, and cwnd = one segment
//! ```
//!
//! Invariant: the window is never below one segment, the threshold never below two.

mod cubic;

use cubic::Cubic;
use std::time::{Duration, Instant};

/// Who moves the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Algorithm {
    /// RFC 5681 and 6582.
    NewReno,
    /// RFC 9438, what today's kernels take.
    #[default]
    Cubic,
}

/// The window of one connection. Octets are f64 because CUBIC's curve is.
#[derive(Debug, Clone)]
pub(super) struct Control {
    mss: f64,
    initial: f64,
    window: f64,
    threshold: f64,
    /// Octets acknowledged towards the next segment (NewReno).
    counted: f64,
    cubic: Option<Cubic>,
}

impl Control {
    pub(super) fn new(algorithm: Algorithm, mss: u16, initial_window: u16) -> Self {
        let initial = f64::from(mss) * f64::from(initial_window.max(1));
        Self {
            mss: f64::from(mss),
            initial,
            window: initial,
            threshold: f64::INFINITY,
            counted: 0.0,
            cubic: (algorithm == Algorithm::Cubic).then(Cubic::default),
        }
    }

    /// The peer takes no segments longer than this.
    pub(super) fn agree(&mut self, mss: u16) {
        let mss = f64::from(mss);
        let scale = mss / self.mss;
        (self.window, self.initial) = (self.window * scale, self.initial * scale);
        self.mss = mss;
    }

    /// Octets that may be out.
    pub(super) fn window(&self) -> u64 {
        #[expect(clippy::cast_possible_truncation, reason = "an f64 saturates")]
        #[expect(clippy::cast_sign_loss, reason = "never below one segment")]
        let octets = self.window as u64;
        octets
    }

    /// `octets` more were acknowledged while the window was all that held the sender back.
    pub(super) fn acknowledged(&mut self, octets: u64, rtt: Duration, now: Instant) {
        #[expect(clippy::cast_precision_loss, reason = "a window's worth at most")]
        let octets = octets as f64;
        if self.window < self.threshold {
            // At most two segments' worth per acknowledgment (RFC 3465 §2.3): after a hole is
            // filled, one acknowledgment may be worth a whole window.
            self.window += octets.min(2.0 * self.mss);
            return;
        }
        if let Some(cubic) = &mut self.cubic {
            let segments = self.window / self.mss;
            let segments = cubic.grow(segments, octets / self.mss, rtt, now);
            self.window = segments * self.mss;
            return;
        }
        self.counted += octets;
        if self.counted >= self.window {
            self.counted -= self.window;
            self.window += self.mss;
        }
    }

    /// Something was lost or marked while `flight` octets were out.
    pub(super) fn reduce(&mut self, flight: u64) {
        #[expect(clippy::cast_precision_loss, reason = "a window's worth at most")]
        let flight = flight as f64;
        let reduced = match &mut self.cubic {
            Some(cubic) => cubic.reduce(self.window / self.mss) * self.mss,
            None => flight.min(self.window) / 2.0,
        };
        self.threshold = reduced.max(2.0 * self.mss);
        self.window = self.threshold;
        self.counted = 0.0;
    }

    /// Nothing came back for so long that all that is out counts as lost. `first`: the first
    /// timeout for these octets; later ones leave the threshold as it is (RFC 5681 §3.1).
    pub(super) fn timed_out(&mut self, flight: u64, first: bool) {
        if first {
            self.reduce(flight);
        }
        if let Some(cubic) = &mut self.cubic {
            cubic.restart();
        }
        self.window = self.mss;
        self.counted = 0.0;
    }

    /// Nothing was sent for a whole timeout: what the window knew is stale (RFC 5681 §4.1).
    pub(super) fn idle(&mut self) {
        self.window = self.window.min(self.initial);
        if let Some(cubic) = &mut self.cubic {
            cubic.restart();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RTT: Duration = Duration::from_millis(100);

    /// One round trip in which everything is acknowledged, two segments at a time.
    fn round_trip(control: &mut Control, now: &mut Instant) {
        let mut left = control.window();
        while left > 0 {
            let part = left.min(2000);
            control.acknowledged(part, RTT, *now);
            left -= part;
        }
        *now += RTT;
    }

    #[test]
    fn slow_start_doubles_in_a_round_trip() {
        for algorithm in [Algorithm::NewReno, Algorithm::Cubic] {
            let mut control = Control::new(algorithm, 1000, 10);
            round_trip(&mut control, &mut Instant::now());
            assert_eq!(control.window(), 20_000);
        }
    }

    #[test]
    fn new_reno_halves_and_then_grows_by_a_segment_per_round_trip() {
        let mut control = Control::new(Algorithm::NewReno, 1000, 20);
        control.reduce(20_000);
        assert_eq!(control.window(), 10_000);
        let mut now = Instant::now();
        for round in 1..=5 {
            round_trip(&mut control, &mut now);
            assert_eq!(control.window(), 10_000 + round * 1000);
        }
    }

    #[test]
    fn a_timeout_leaves_one_segment_and_the_threshold_only_falls_once() {
        for algorithm in [Algorithm::NewReno, Algorithm::Cubic] {
            let mut control = Control::new(algorithm, 1000, 20);
            control.timed_out(20_000, true);
            assert_eq!(control.window(), 1000);
            let threshold = control.threshold;
            control.timed_out(1000, false);
            assert_eq!((control.window(), control.threshold), (1000, threshold));
        }
    }

    #[test]
    fn cubic_comes_back_to_where_it_lost_after_k_seconds() {
        let mut control = Control::new(Algorithm::Cubic, 1000, 1000);
        control.reduce(1_000_000);
        assert_eq!(control.window(), 700_000);
        let (start, mut now) = (Instant::now(), Instant::now());
        while control.window() < 999_000 {
            round_trip(&mut control, &mut now);
        }
        // K = cbrt(1000 × 0.3 ÷ 0.4) = 9.086 s; flat there, so it is near W_max a little earlier.
        let passed = (now - start).as_secs_f64();
        assert!((7.0..9.6).contains(&passed), "{passed}");
    }
}
