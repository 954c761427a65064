//! Chance from a seed, in the three forms that a network needs.
//!
//! Invariant: the same seed and the same questions in the same order give the same answers.
//!
//! Used by: each link (one stream of its own, so that a change to one link leaves the fate of what
//! travels over another as it was), the modelled TCP's first sequence numbers.

use wire::Scripted;

/// A stream of chances.
#[derive(Debug, Clone)]
pub struct Chance(Scripted);

impl Chance {
    /// The stream number `stream` of a seed; two streams of one seed have nothing in common.
    pub fn new(seed: u64, stream: u64) -> Self {
        // Mixed once, or stream 1 would be stream 0 from its second number on.
        let mut mixed = Scripted(seed ^ Scripted(stream).next_u64());
        Self(Scripted(mixed.next_u64()))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 up to, but without, 1.
    pub fn unit(&mut self) -> f64 {
        // 53 bits are what an f64 holds exactly.
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let numerator = (self.bits() >> 11) as f64;
        numerator / 9_007_199_254_740_992.0
    }

    /// Whether something of probability `share` (0 to 1) happens. It always takes one number from
    /// the stream, so that another probability does not shift the chances behind it.
    pub fn happens(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// A number below `end`; 0 where `end` is 0. The bias of the remainder is below 2⁻³² for all
    /// that a network counts.
    pub fn below(&mut self, end: u64) -> u64 {
        self.bits().checked_rem(end).unwrap_or(0)
    }
}
