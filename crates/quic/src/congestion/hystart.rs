//! Slow start that leaves before it loses: a round trip that grows says that a queue does.
//!
//! RFC 9406 (HyStart++)
//!
//! ```text
//!            8 samples, least RTT of this round ≥ least of the last + threshold
//!   standard ───────────────────────────────────────────────────────► conservative
//!   window × 2 a round  ◄───────────────────────────────────────────  window × 1.25 a round
//!                        least RTT of this round < the one at entry     │ 5 rounds
//!                                                                       ▼
//!                                                            slow start is over
//!   threshold = least RTT of the last round / 8, within 4 and 16 ms
//! ```
//!
//! A round ends when the packet is acknowledged that was sent last when it began.
//!
//! Invariant: slow start ends by this at most once, and only after five conservative rounds.
//!
//! Used by: [`Congestion`](super::Congestion), in slow start.

use std::time::Duration;

/// Bounds of the rise that counts.
const LEAST: Duration = Duration::from_millis(4);
const MOST: Duration = Duration::from_millis(16);

/// Which part of the least RTT counts as a rise.
const DIVISOR: u32 = 8;

/// Samples of a round before it says something.
const SAMPLES: u32 = 8;

/// By how much conservative slow start is slower.
const SLOWER: u64 = 4;

/// Rounds of conservative slow start before it is over.
const ROUNDS: u32 = 5;

/// Slow start's view of the round trip.
#[derive(Debug, Clone)]
pub struct HyStart {
    /// The number that ends this round.
    end: u64,
    last: Option<Duration>,
    current: Option<Duration>,
    samples: u32,
    /// In conservative slow start: the least RTT when it began, and how many rounds ago.
    conservative: Option<(Duration, u32)>,
}

impl Default for HyStart {
    fn default() -> Self {
        Self::new()
    }
}

impl HyStart {
    /// At the beginning of slow start.
    pub const fn new() -> Self {
        Self { end: 0, last: None, current: None, samples: 0, conservative: None }
    }

    /// By how much the window grows for `octets` that were acknowledged. Since we pace, a burst of
    /// acknowledgments needs no other bound.
    pub const fn growth(&self, octets: u64) -> u64 {
        if self.conservative.is_some() { octets / SLOWER } else { octets }
    }

    /// Whether slow start is the conservative one.
    pub const fn is_conservative(&self) -> bool {
        self.conservative.is_some()
    }

    // ANCHOR: sample
    /// A sample came with the acknowledgment of `number`, and `next` is the number that is sent
    /// next; answers whether slow start is over.
    pub fn on_sample(&mut self, sample: Duration, number: u64, next: u64) -> bool {
        self.current = Some(self.current.map_or(sample, |least| least.min(sample)));
        self.samples = self.samples.saturating_add(1);
        if let (Some(current), true) = (self.current, self.samples >= SAMPLES) {
            match self.conservative {
                // The rise was a jolt, no queue.
                Some((baseline, _)) if current < baseline => self.conservative = None,
                Some(_) => {}
                None => {
                    let rises =
                        |last: Duration| current >= last + (last / DIVISOR).clamp(LEAST, MOST);
                    self.conservative = self.last.filter(|last| rises(*last)).map(|_| (current, 0));
                }
            }
        }
        number >= self.end && self.next_round(next)
    }
    // ANCHOR_END: sample

    fn next_round(&mut self, next: u64) -> bool {
        self.end = next;
        self.last = self.current.take();
        self.samples = 0;
        let Some((_, rounds)) = &mut self.conservative else { return false };
        *rounds += 1;
        *rounds >= ROUNDS
    }
}
