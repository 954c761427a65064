//! How late events were, in three numbers.

use std::time::Duration;

/// From an event's birth to its arrival.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delays {
    /// The sum over the number.
    pub mean: Duration,
    /// Half of them were at most so late.
    pub median: Duration,
    /// 99 of 100 were at most so late.
    pub p99: Duration,
}

impl Delays {
    /// Of each event's delay; zeros for none at all.
    #[must_use]
    pub fn of(mut each: Vec<Duration>) -> Self {
        each.sort_unstable();
        // The smallest value that at least so many of the hundred do not exceed.
        let rank = |hundredth: usize| {
            let place = (each.len() * hundredth).div_ceil(100).saturating_sub(1);
            each.get(place).copied().unwrap_or_default()
        };
        let count = u32::try_from(each.len()).unwrap_or(u32::MAX).max(1);
        Self { mean: each.iter().sum::<Duration>() / count, median: rank(50), p99: rank(99) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_of_values_that_were_there() {
        let of = |most: u64| Delays::of((1..=most).rev().map(Duration::from_millis).collect());
        let milliseconds = |delays: Delays| {
            [delays.mean, delays.median, delays.p99].map(|delay| delay.as_secs_f64() * 1000.0)
        };
        assert_eq!(milliseconds(of(100)), [50.5, 50.0, 99.0]);
        assert_eq!(milliseconds(of(1)), [1.0, 1.0, 1.0]);
        assert_eq!(of(0), Delays::default());
    }
}
