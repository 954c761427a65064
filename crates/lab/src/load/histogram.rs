//! How long each of many things took, in little memory: buckets that grow with what they count.
//!
//! ```text
//!   nanoseconds   0 … 31 │ 32 … 63 │ 64 … 127 │ 128 … 255 │ …       an octave a row
//!   a bucket's        1       1          2           4               32 of them in each octave
//! ```
//!
//! A bucket is at most a thirty-second part of what it counts wide, so a percentile is off by 3 %
//! at the most, and half a minute and a microsecond find place in the same ten kilobytes.
//!
//! Invariant: to count costs an addition, whatever was counted before.

use std::{fmt, time::Duration};

/// The logarithm of how many buckets an octave has.
const BITS: u32 = 5;
/// Buckets in each octave.
const PARTS: u64 = 1 << BITS;
/// Rows of 32 buckets: the first is for what has no octave, the last for 2^42 ns, over an hour,
/// and whatever takes longer.
const OCTAVES: usize = 38;
/// All buckets.
const BUCKETS: usize = OCTAVES << BITS;
/// Rows of a drawing at the most.
const ROWS: usize = 20;

/// How long things took.
#[derive(Clone)]
pub struct Histogram {
    counts: Vec<u64>,
    count: u64,
    sum: u128,
    least: u64,
    most: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], count: 0, sum: 0, least: u64::MAX, most: 0 }
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {:?} to {:?}", self.count, self.min(), self.max())
    }
}

// ANCHOR: bucket
/// The bucket that counts `value`.
fn bucket(value: u64) -> usize {
    // How many of the low bits do not matter: none in the first two octaves.
    let shift = (u64::BITS - value.leading_zeros()).saturating_sub(BITS + 1);
    let at = u64::from(shift) * PARTS + (value >> shift);
    usize::try_from(at).unwrap_or(usize::MAX).min(BUCKETS - 1)
}

/// The least value that the bucket counts.
fn floor(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let shift = (bucket / PARTS).saturating_sub(1);
    (bucket - shift * PARTS) << shift
}
// ANCHOR_END: bucket

impl Histogram {
    /// Counts one thing.
    pub fn record(&mut self, time: Duration) {
        let value = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        if let Some(count) = self.counts.get_mut(bucket(value)) {
            *count += 1;
        }
        self.count += 1;
        self.sum += u128::from(value);
        self.least = self.least.min(value);
        self.most = self.most.max(value);
    }

    /// Counts what `other` counted.
    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
    }

    /// How many were counted.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The shortest; zero where nothing was counted.
    pub const fn min(&self) -> Duration {
        Duration::from_nanos(if self.count == 0 { 0 } else { self.least })
    }

    /// The longest.
    pub const fn max(&self) -> Duration {
        Duration::from_nanos(self.most)
    }

    /// The mean.
    pub fn mean(&self) -> Duration {
        let mean = self.sum.checked_div(self.count.into()).unwrap_or(0);
        Duration::from_nanos(u64::try_from(mean).unwrap_or(u64::MAX))
    }

    /// So long did `thousandths` of them take at the most: 500 is the median. Not below the truth,
    /// and above it by a thirty-second part at the most.
    pub fn percentile(&self, thousandths: u64) -> Duration {
        let wanted = (u128::from(self.count) * u128::from(thousandths)).div_ceil(1000).max(1);
        let mut seen = 0;
        for (at, count) in self.counts.iter().enumerate() {
            seen += u128::from(*count);
            if seen >= wanted {
                let highest = floor(at + 1).saturating_sub(1);
                return Duration::from_nanos(highest.clamp(self.least, self.most));
            }
        }
        self.max()
    }

    /// Where the rows of a drawing begin, how many each counts: as fine as fits in some twenty
    /// rows, from the first that counts something to the last.
    pub fn rows(&self) -> Vec<(Duration, u64)> {
        let used = |count: &u64| *count > 0;
        let first = self.counts.iter().position(used);
        let last = self.counts.iter().rposition(used);
        let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
        let per_row = [1, 2, 4, 8, 16, 32, 64, 128]
            .into_iter()
            .find(|per_row| last / per_row - first / per_row < ROWS)
            .unwrap_or(256);
        let (from, to) = (first / per_row, last / per_row);
        let row = |row: usize| {
            let counts = self.counts.iter().skip(row * per_row).take(per_row);
            (Duration::from_nanos(floor(row * per_row)), counts.sum())
        };
        (from..=to).map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        for at in 0..BUCKETS - 1 {
            assert_eq!(bucket(floor(at)), at);
            assert_eq!(bucket(floor(at + 1) - 1), at);
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn a_bucket_is_a_thirty_second_of_its_value_wide_at_most() {
        for at in 1 << BITS..BUCKETS - 1 {
            assert!((floor(at + 1) - floor(at)) * PARTS <= floor(at), "{at}");
        }
    }

    #[test]
    fn percentiles_are_exact_to_three_hundredths() {
        let mut histogram = Histogram::default();
        for micros in 1..=1000 {
            histogram.record(Duration::from_micros(micros));
        }
        for (thousandths, exact) in [(500, 500), (900, 900), (990, 990), (999, 999), (1000, 1000)] {
            let told = histogram.percentile(thousandths).as_nanos();
            let exact = exact * 1000;
            assert!(exact <= told && told <= exact + exact / 32 + 1, "{thousandths}: {told}");
        }
        assert_eq!(histogram.min(), Duration::from_micros(1));
        assert_eq!(histogram.max(), Duration::from_micros(1000));
        assert_eq!(histogram.mean(), Duration::from_nanos(500_500));
    }

    #[test]
    fn one_is_every_percentile() {
        let mut histogram = Histogram::default();
        histogram.record(Duration::from_nanos(12_345));
        for thousandths in [0, 1, 500, 1000] {
            assert_eq!(histogram.percentile(thousandths), Duration::from_nanos(12_345));
        }
    }

    #[test]
    fn nothing_counted_is_nothing_told() {
        let histogram = Histogram::default();
        assert_eq!((histogram.min(), histogram.max()), (Duration::ZERO, Duration::ZERO));
        assert_eq!(histogram.percentile(500), Duration::ZERO);
        assert!(histogram.rows().is_empty());
    }

    #[test]
    fn rows_count_everything_and_are_few() {
        for most in [1_u64, 100, 10_000, 10_000_000_000] {
            let mut histogram = Histogram::default();
            for part in 1..=100 {
                histogram.record(Duration::from_nanos(most * part / 100));
            }
            let rows = histogram.rows();
            assert!(rows.len() <= ROWS, "{most}: {}", rows.len());
            assert_eq!(rows.iter().map(|(_, count)| count).sum::<u64>(), 100);
        }
    }

    #[test]
    fn what_two_counted_is_counted_by_their_sum() {
        let (mut one, mut other) = (Histogram::default(), Histogram::default());
        one.record(Duration::from_millis(1));
        other.record(Duration::from_millis(3));
        one.add(&other);
        assert_eq!((one.count(), one.mean()), (2, Duration::from_millis(2)));
        assert_eq!((one.min(), one.max()), (Duration::from_millis(1), Duration::from_millis(3)));
    }
}
