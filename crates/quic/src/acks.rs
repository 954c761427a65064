//! What has come in a packet number space, and when the peer is told.
//!
//! RFC 9000 §13.2, §13.4.1
//!
//! | what came                                          | when it is acknowledged            |
//! |----------------------------------------------------|------------------------------------|
//! | not ack-eliciting                                  | with the next frame that goes      |
//! | ack-eliciting, Initial or Handshake                | at once                            |
//! | ack-eliciting, the second since the last ACK frame | at once                            |
//! | ack-eliciting, below one that came, or with a gap  | at once: the peer may detect loss  |
//! | marked CE                                          | at once                            |
//! | ack-eliciting otherwise                            | within `max_ack_delay`             |
//!
//! "At once" is when the connection sends next, which is when it has read what is there: a batch of
//! datagrams is one acknowledgment.
//!
//! Invariant: a number is taken once; those that are forgotten count as taken.
//!
//! Invariant: never more ranges are kept than it was told, [`RANGES`] by default.
//!
//! Used by: the connection, for each packet that it could open.

use crate::{
    ranges::RangeSet,
    recovery::{EcnCounts, Space},
};
use std::time::{Duration, Instant};

/// Ranges that are remembered and sent: a frame of them fits a datagram with room to spare.
pub const RANGES: usize = 32;

/// Ack-eliciting packets that wait for one frame (§13.2.2).
const EVERY: u32 = 2;

/// Frames without anything ack-eliciting, before one with PING asks the peer for an acknowledgment
/// of ours, so that old ranges can be forgotten (§13.2.4).
const QUIET: u32 = 20;

/// The mark of a datagram (RFC 3168).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ecn {
    /// None.
    #[default]
    NotEct,
    /// ECN-capable, the usual one.
    Ect0,
    /// ECN-capable, for experiments.
    Ect1,
    /// Congestion was experienced.
    Ce,
}

/// What has come in one space.
#[derive(Debug)]
pub struct Acks {
    space: Space,
    received: RangeSet,
    /// Numbers below are taken for received: they were acknowledged, or are too old to tell.
    floor: u64,
    /// When the largest number came: the frame's delay counts from it.
    largest_at: Option<Instant>,
    counts: EcnCounts,
    max_delay: Duration,
    /// Ack-eliciting packets since the last frame.
    waiting: u32,
    at_once: bool,
    deadline: Option<Instant>,
    quiet: u32,
}

impl Acks {
    /// Nothing has come. `max_delay` is our transport parameter `max_ack_delay`.
    pub const fn new(space: Space, max_delay: Duration) -> Self {
        Self::with_ranges(space, max_delay, RANGES)
    }

    /// The same with another ceiling of ranges.
    pub const fn with_ranges(space: Space, max_delay: Duration, ranges: usize) -> Self {
        Self {
            space,
            received: RangeSet::new(ranges),
            floor: 0,
            largest_at: None,
            counts: EcnCounts { ect0: 0, ect1: 0, ce: 0 },
            max_delay,
            waiting: 0,
            at_once: false,
            deadline: None,
            quiet: 0,
        }
    }

    /// Whether a packet came before, or is so old that it cannot be told; it is dropped then. Asked
    /// before its frames are looked at.
    pub fn is_duplicate(&self, number: u64) -> bool {
        number < self.floor || self.received.contains(number)
    }

    // ANCHOR: on_packet
    /// A packet came whose frames were good.
    pub fn on_packet(&mut self, number: u64, ack_eliciting: bool, ecn: Ecn, now: Instant) {
        match ecn {
            Ecn::NotEct => {}
            Ecn::Ect0 => self.counts.ect0 += 1,
            Ecn::Ect1 => self.counts.ect1 += 1,
            Ecn::Ce => self.counts.ce += 1,
        }
        let largest = self.received.last().map(|range| range.end - 1);
        let in_order = match largest {
            Some(largest) => number == largest + 1,
            None => true,
        };
        if largest.is_none_or(|largest| number > largest) {
            self.largest_at = Some(now);
        }
        let full = self.received.is_full();
        self.received.insert(number..number + 1);
        if full && let Some(first) = self.received.first() {
            self.floor = self.floor.max(first.start);
        }
        if !ack_eliciting {
            return;
        }
        self.waiting += 1;
        self.at_once |=
            self.space != Space::Data || self.waiting >= EVERY || !in_order || ecn == Ecn::Ce;
        self.deadline = self.deadline.or_else(|| now.checked_add(self.max_delay));
    }
    // ANCHOR_END: on_packet

    /// Whether an ACK frame is due, so that a packet is worth sending for it alone.
    pub fn is_due(&self, now: Instant) -> bool {
        self.at_once || self.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// Whether something ack-eliciting waits, so that an ACK frame is worth adding to a packet that
    /// goes anyway.
    pub const fn is_waiting(&self) -> bool {
        self.waiting > 0
    }

    /// When an ACK frame will be due.
    pub const fn next_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// The frame's contents: ranges, the largest first; `None` where nothing has come.
    pub fn ranges(&self) -> Option<&RangeSet> {
        (!self.received.is_empty()).then_some(&self.received)
    }

    /// How long the largest number has waited for its acknowledgment.
    pub fn delay(&self, now: Instant) -> Duration {
        self.largest_at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at))
    }

    /// The counts of marks, if there was any mark.
    pub fn ecn(&self) -> Option<EcnCounts> {
        (self.counts != EcnCounts::default()).then_some(self.counts)
    }

    /// An ACK frame of all of this was sent, in a packet that is `ack_eliciting` by its other
    /// frames. Answers whether the next should have a PING, for only what the peer acknowledges of
    /// ours can be forgotten.
    pub fn on_sent(&mut self, ack_eliciting: bool) -> bool {
        (self.waiting, self.at_once, self.deadline) = (0, false, None);
        self.quiet = if ack_eliciting { 0 } else { self.quiet.saturating_add(1) };
        self.quiet >= QUIET && self.received.len() > 1
    }

    /// A packet of ours was acknowledged whose ACK frame had `largest` as its largest number: the
    /// peer knows of all up to there, and they are forgotten (§13.2.4).
    pub fn on_acked(&mut self, largest: u64) {
        // The largest of all stays: an ACK frame needs one number at least.
        let last = self.received.last().map_or(0, |range| range.end - 1);
        let floor = largest.saturating_add(1).min(last);
        self.floor = self.floor.max(floor);
        self.received.remove_below(floor);
    }
}
