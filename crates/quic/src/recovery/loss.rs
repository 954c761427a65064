//! A packet is lost when three later ones are acknowledged, or one that is an eighth of an RTT
//! later.
//!
//! RFC 9002 §6.1, §7.6, appendix A.10, B.8
//!
//! ```text
//!   sent       1   2   3   4   5          1 is lost: 4 ≥ 1 + 3
//!   acked          ✓       ✓              3 may be late: it is lost 9/8 RTT after it was sent
//! ```
//!
//! Invariant: nothing above the largest acknowledged number is ever called lost.
//!
//! Used by: [`Recovery`], after each acknowledgment and when its timer runs out.

use super::{Outcome, Recovery, SentPacket, Space};
use std::{
    ops::RangeInclusive,
    time::{Duration, Instant},
};

/// How many packets may overtake one that is not lost (§6.1.1).
pub const PACKET_THRESHOLD: u64 = 3;

/// How many probe timeouts nothing comes through in persistent congestion (§7.6.1).
pub const PERSISTENT_THRESHOLD: u32 = 3;

impl<T> Recovery<T> {
    // ANCHOR: detect
    /// Moves what is lost to `outcome`, and sets when the next packet would be.
    pub(super) fn detect(&mut self, space: Space, now: Instant, outcome: &mut Outcome<T>) {
        let delay = self.path.rtt.loss_delay();
        let state = self.spaces.get_mut(space);
        state.loss_time = None;
        let Some(largest) = state.largest_acked else { return };
        let before = outcome.lost.len();
        for number in state.sent.within(&(0..=largest)) {
            let Some(packet) = state.sent.get(number) else { continue };
            let deadline = packet.time + delay;
            if deadline <= now || state.sent.overtaken(number, largest) {
                outcome.lost.extend(state.sent.take(number).map(|packet| (number, packet)));
            } else {
                let first = state.loss_time.map_or(deadline, |time| time.min(deadline));
                state.loss_time = Some(first);
            }
        }
        state.sent.trim();
        if outcome.lost.len() > before {
            self.on_lost(space, before, now, outcome);
        }
    }
    // ANCHOR_END: detect

    fn on_lost(&mut self, space: Space, before: usize, now: Instant, outcome: &mut Outcome<T>) {
        let lost = outcome.lost.get(before..).unwrap_or_default();
        let ours = self.path.number;
        let mut last = None;
        for (_, packet) in lost.iter().filter(|(_, packet)| packet.path == ours) {
            self.path.leave(packet);
            if packet.ect {
                self.path.ecn.on_lost();
            }
            // A probe of the MTU that is lost was too large (RFC 9000 §14.4).
            if packet.in_flight && !packet.mtu_probe {
                last = last.max(Some(packet.time));
            }
        }
        let Some(sent) = last else { return };
        let cut = self.path.congestion.on_congestion(sent, now);
        if cut {
            self.cut = Cut::default();
        }
        let counted = |packet: &SentPacket<T>| packet.path == ours && !packet.mtu_probe;
        for (number, _) in lost.iter().filter(|(_, packet)| counted(packet)) {
            self.cut.on_lost(space, *number);
        }
        let persistent = self.is_persistent(space, lost);
        if persistent {
            self.path.congestion.on_persistent_congestion();
            self.path.rtt.restart_min();
            self.cut.never_undo();
        }
        outcome.congestion |= cut;
        outcome.persistent |= persistent;
    }

    // ANCHOR: persistent
    /// Whether two ack-eliciting packets, with nothing but losses between them, were sent further
    /// apart than three probe timeouts, after the first sample (§7.6.2).
    fn is_persistent(&self, space: Space, lost: &[(u64, SentPacket<T>)]) -> bool {
        let Some(sampled) = self.path.rtt.first_sample() else { return false };
        let pto = self.path.rtt.probe_timeout() + self.max_ack_delay;
        let period: Duration = pto * PERSISTENT_THRESHOLD;
        let sent = &self.spaces.get(space).sent;
        let (mut first, mut expected) = (None, None);
        for (number, packet) in lost {
            // A number between that was acknowledged ends the run; one left out does not.
            let skipped = expected.is_some_and(|at| at + 1 == *number && sent.was_skipped(at));
            if expected != Some(*number) && !skipped {
                first = None;
            }
            expected = Some(number + 1);
            let counts = packet.ack_eliciting && !packet.mtu_probe;
            if !counts || packet.time <= sampled || packet.path != self.path.number {
                continue;
            }
            let began = *first.get_or_insert(packet.time);
            if packet.time.saturating_duration_since(began) > period {
                return true;
            }
        }
        false
    }
    // ANCHOR_END: persistent
}

/// Losses of one congestion event that may yet turn out to be none.
#[derive(Debug, Default)]
pub(super) struct Cut {
    lost: Vec<(Space, u64)>,
    over: bool,
}

impl Cut {
    /// Losses that are remembered: an event with more is no reordering.
    const MOST: usize = 64;

    fn on_lost(&mut self, space: Space, number: u64) {
        if self.lost.len() == Self::MOST {
            self.never_undo();
        }
        if !self.over {
            self.lost.push((space, number));
        }
    }

    /// The cut was right, whatever comes yet.
    pub(super) fn never_undo(&mut self) {
        self.over = true;
        self.lost.clear();
    }

    /// These were acknowledged; answers whether one of them had been called lost.
    pub(super) fn on_acked(&mut self, space: Space, range: &RangeInclusive<u64>) -> bool {
        let before = self.lost.len();
        if before > 0 {
            self.lost.retain(|(at, number)| *at != space || !range.contains(number));
        }
        self.lost.len() < before
    }

    /// Whether every loss of the event was none.
    pub(super) fn is_undone(&self) -> bool {
        self.lost.is_empty() && !self.over
    }
}
