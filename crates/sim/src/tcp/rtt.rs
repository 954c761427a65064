//! How long a round trip takes, and how long to wait before something counts as lost.
//!
//! RFC 6298 §2 and §5:
//!
//! ```text
//!   first sample:  SRTT = R            RTTVAR = R/2
//!   later:         RTTVAR = 3/4·RTTVAR + 1/4·|SRTT − R|     SRTT = 7/8·SRTT + 1/8·R
//!   RTO = SRTT + max(1 ms, 4·RTTVAR), at least the configured minimum, doubled per timeout
//! ```
//!
//! Invariant: the caller gives no samples of octets sent twice (Karn's rule, §3).

use std::time::Duration;

/// Before the first sample (§2.1).
const INITIAL: Duration = Duration::from_secs(1);
/// The clock's granularity G.
const GRANULARITY: Duration = Duration::from_millis(1);
/// The longest wait; §2.5 asks for 60 s at least.
const LONGEST: Duration = Duration::from_secs(60);

#[derive(Debug, Clone)]
pub(super) struct Rtt {
    smoothed: Option<Duration>,
    variation: Duration,
    shortest: Option<Duration>,
    min_rto: Duration,
    /// Timeouts in a row.
    backoff: u32,
}

impl Rtt {
    pub(super) fn new(min_rto: Duration) -> Self {
        Self { smoothed: None, variation: Duration::ZERO, shortest: None, min_rto, backoff: 0 }
    }

    pub(super) fn sample(&mut self, sample: Duration) {
        self.shortest = Some(self.shortest.map_or(sample, |shortest| shortest.min(sample)));
        let Some(smoothed) = self.smoothed else {
            self.smoothed = Some(sample);
            self.variation = sample / 2;
            return;
        };
        self.variation = self.variation * 3 / 4 + smoothed.abs_diff(sample) / 4;
        self.smoothed = Some(smoothed * 7 / 8 + sample / 8);
    }

    pub(super) fn smoothed(&self) -> Option<Duration> {
        self.smoothed
    }

    pub(super) fn shortest(&self) -> Duration {
        self.shortest.unwrap_or_default()
    }

    /// The retransmission timeout, backed off.
    pub(super) fn timeout(&self) -> Duration {
        let variation = GRANULARITY.max(self.variation * 4);
        let plain = self.smoothed.map_or(INITIAL, |smoothed| smoothed + variation);
        let factor = 1_u32.checked_shl(self.backoff).unwrap_or(u32::MAX);
        plain.max(self.min_rto).saturating_mul(factor).min(LONGEST)
    }

    /// A timeout has passed (§5.5); answers how many in a row.
    pub(super) fn back_off(&mut self) -> u32 {
        self.backoff = self.backoff.saturating_add(1);
        self.backoff
    }

    /// Something new was acknowledged.
    pub(super) fn recovered(&mut self) {
        self.backoff = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn the_timeout_follows_the_samples() {
        let mut rtt = Rtt::new(MS * 200);
        assert_eq!(rtt.timeout(), MS * 1000);
        rtt.sample(MS * 100);
        assert_eq!(rtt.timeout(), MS * 300);
        rtt.sample(MS * 100);
        // RTTVAR 37.5 ms.
        assert_eq!(rtt.timeout(), MS * 250);
        rtt.sample(MS * 180);
        // RTTVAR = 28.125 + 20 = 48.125, SRTT = 110.
        assert_eq!(rtt.timeout(), Duration::from_micros(302_500));
    }

    #[test]
    fn each_timeout_doubles_it_up_to_a_minute() {
        let mut rtt = Rtt::new(MS * 200);
        rtt.sample(MS * 10);
        assert_eq!(rtt.timeout(), MS * 200);
        rtt.back_off();
        assert_eq!(rtt.timeout(), MS * 400);
        (0..40).for_each(|_| {
            rtt.back_off();
        });
        assert_eq!(rtt.timeout(), LONGEST);
        rtt.recovered();
        assert_eq!(rtt.timeout(), MS * 200);
    }
}
