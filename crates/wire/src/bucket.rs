//! A bucket of tokens: so many at once, and so many a second.
//!
//! ```text
//!   capacity ─┐  each costly thing takes one      empty: the peer is told to be calm
//!             ▼
//!        ▓▓▓▓▓▓▓▓▓▓▓▓▓ ◄── `rate` a second
//! ```
//!
//! Invariant: in any span of `t` seconds at most `capacity + rate · t` tokens are taken.
//!
//! Used by: connections of many streams, for all that costs us more than it costs the peer.

use std::time::{Duration, Instant};

/// Tokens, and when the next one comes.
#[derive(Debug)]
pub struct Bucket {
    tokens: u32,
    capacity: u32,
    rate: u32,
    /// Until when tokens were added.
    filled: Instant,
}

impl Bucket {
    /// A full bucket of `capacity` tokens, to which `rate` are added each second.
    pub const fn new(capacity: u32, rate: u32, now: Instant) -> Self {
        Self { tokens: capacity, capacity, rate, filled: now }
    }

    /// Takes one; `false` where there is none.
    pub fn take(&mut self, now: Instant) -> bool {
        if self.tokens < self.capacity {
            self.fill(now);
        }
        match self.tokens.checked_sub(1) {
            Some(left) => {
                // A full bucket does not fill: its second begins now.
                if self.tokens == self.capacity {
                    self.filled = now;
                }
                self.tokens = left;
                true
            }
            None => false,
        }
    }

    fn fill(&mut self, now: Instant) {
        let Some(each) = Duration::from_secs(1).checked_div(self.rate) else { return };
        let passed = now.saturating_duration_since(self.filled).as_nanos();
        let more = passed.checked_div(each.as_nanos()).unwrap_or_default();
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        if more == 0 {
            return;
        }
        self.tokens = self.tokens.saturating_add(more).min(self.capacity);
        // What is left of a token's time counts for the next one.
        self.filled = self.filled.checked_add(each.saturating_mul(more)).unwrap_or(now).min(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_and_so_many_a_second() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10, 4, start);
        assert_eq!((0..20).filter(|_| bucket.take(start)).count(), 10);
        let later = start + Duration::from_millis(2600);
        assert_eq!((0..20).filter(|_| bucket.take(later)).count(), 10);
        let much_later = start + Duration::from_secs(3600);
        assert_eq!((0..20).filter(|_| bucket.take(much_later)).count(), 10);
    }

    #[test]
    fn parts_of_a_token_add_up() {
        let start = Instant::now();
        let mut bucket = Bucket::new(2, 10, start);
        let taken = (0..100).filter(|turn| bucket.take(start + Duration::from_millis(turn * 30)));
        assert_eq!(taken.count(), 2 + 29);
    }
}
