//! An acknowledgment came.
//!
//! RFC 9002 §5, §7, appendix A.7; RFC 9000 §13.1, §13.4.2
//!
//! ```text
//!   ranges ──► newly acknowledged? ──► a sample of the RTT, if the largest is among them
//!                                  ──► ECN counts ──► congestion?
//!                                  ──► what is lost now? ──► congestion?
//!                                  ──► the window grows
//! ```
//!
//! Invariant: its cost is bounded by what is outstanding and by the octets of the frame, never by
//! how wide its ranges are.
//!
//! Used by: the connection, for each ACK frame.

use super::{EcnCounts, Outcome, Recovery, Space};
use crate::{congestion::Acked, error::Error};
use std::{
    ops::RangeInclusive,
    time::{Duration, Instant},
};
use tls::Role;

/// What an ACK frame says beside its ranges (RFC 9000 §19.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    /// The largest number it acknowledges.
    pub largest: u64,
    /// How long the peer held that packet's acknowledgment back, the exponent applied.
    pub delay: Duration,
    /// The counts, where the frame has them.
    pub ecn: Option<EcnCounts>,
}

impl<T> Recovery<T> {
    // ANCHOR: on_ack
    /// An ACK frame came in `space`. `ranges` may come in any order and may overlap.
    ///
    /// # Errors
    /// [`Error::AckOfUnsent`] where it acknowledges what was never sent; nothing is changed then.
    pub fn on_ack(
        &mut self,
        space: Space,
        ack: &Ack,
        ranges: impl Iterator<Item = RangeInclusive<u64>> + Clone,
        now: Instant,
        outcome: &mut Outcome<T>,
    ) -> Result<(), Error> {
        self.check(space, ack, ranges.clone())?;
        let state = self.spaces.get_mut(space);
        let raises = state.largest_acked.is_none_or(|largest| largest < ack.largest);
        if raises {
            state.largest_acked = Some(ack.largest);
        }
        let before = outcome.acked.len();
        for range in ranges {
            for number in state.sent.within(&range) {
                outcome.acked.extend(state.sent.take(number).map(|packet| (number, packet)));
            }
            if self.cut.on_acked(space, &range) {
                outcome.spurious = true;
            }
        }
        state.sent.trim();
        if outcome.spurious && self.cut.is_undone() {
            self.path.congestion.on_spurious();
        }
        if outcome.acked.len() == before {
            return Ok(());
        }
        self.sample(space, ack, before, now, outcome);
        self.ecn(space, ack, raises, before, now, outcome);
        self.detect(space, now, outcome);
        self.acknowledged(before, now, outcome);
        self.handshake_acked |= space == Space::Handshake;
        if self.peer_has_validated() {
            self.pto_count = 0;
        }
        self.arm(now);
        Ok(())
    }
    // ANCHOR_END: on_ack

    fn check(
        &self,
        space: Space,
        ack: &Ack,
        mut ranges: impl Iterator<Item = RangeInclusive<u64>>,
    ) -> Result<(), Error> {
        let sent = &self.spaces.get(space).sent;
        if ack.largest >= sent.next() {
            return Err(Error::AckOfUnsent { number: ack.largest });
        }
        // A peer that acknowledges what it has not seen, to make us send faster, is found out by a
        // number that was left out (RFC 9000 §21.4).
        match ranges.find_map(|range| sent.skipped_in(&range)) {
            Some(number) => Err(Error::AckOfUnsent { number }),
            None => Ok(()),
        }
    }

    /// §5.1: only where the largest is newly acknowledged, and something ack-eliciting is.
    fn sample(
        &mut self,
        space: Space,
        ack: &Ack,
        before: usize,
        now: Instant,
        outcome: &Outcome<T>,
    ) {
        let newly = outcome.acked.get(before..).unwrap_or_default();
        let largest = newly.iter().find(|(number, _)| *number == ack.largest);
        let Some((number, packet)) = largest else { return };
        if packet.path != self.path.number || !newly.iter().any(|(_, packet)| packet.ack_eliciting)
        {
            return;
        }
        let delay = match space {
            // These are acknowledged at once, whatever the frame says (§5.3).
            Space::Initial => Duration::ZERO,
            // Until then the peer may lack the keys, and hold packets back for longer.
            _ if !self.confirmed => ack.delay,
            _ => ack.delay.min(self.max_ack_delay),
        };
        let sample = now.saturating_duration_since(packet.time);
        self.path.rtt.update(sample, delay, now);
        let next = self.spaces.get(space).sent.next();
        self.path.congestion.on_sample(sample, *number, next);
    }

    fn ecn(
        &mut self,
        space: Space,
        ack: &Ack,
        raises: bool,
        before: usize,
        now: Instant,
        outcome: &mut Outcome<T>,
    ) {
        // Frames that come out of order carry old counts (RFC 9000 §13.4.2.1).
        if !raises {
            return;
        }
        let newly = outcome.acked.get(before..).unwrap_or_default();
        let ours = |path| path == self.path.number;
        let acked = newly.iter().filter(|(_, packet)| packet.ect && ours(packet.path)).count();
        let sent = newly.iter().map(|(_, packet)| packet.time).max();
        let state = self.spaces.get_mut(space);
        let marked = self.path.ecn.validate(acked as u64, ack.ecn, state.counts, state.marked);
        if let Some(counts) = ack.ecn {
            state.counts = counts;
        }
        if let (true, Some(sent)) = (marked, sent) {
            outcome.congestion |= self.path.congestion.on_congestion(sent, now);
            self.cut.never_undo();
        }
    }

    fn acknowledged(&mut self, before: usize, now: Instant, outcome: &Outcome<T>) {
        let (rtt, queue) = (self.path.rtt.smoothed(), self.path.rtt.shows_queue());
        for (number, packet) in outcome.acked.get(before..).unwrap_or_default() {
            if !packet.in_flight || packet.path != self.path.number {
                continue;
            }
            self.path.leave(packet);
            self.path.congestion.on_acked(&Acked {
                number: *number,
                size: packet.size.into(),
                sent: packet.time,
                now,
                rtt,
                queue,
                limited: self.limited,
            });
        }
    }

    /// Whether the peer knows that our address is ours (A.8): a server takes it for granted of its
    /// clients, a client sees it by an acknowledgment of a Handshake packet.
    pub(super) fn peer_has_validated(&self) -> bool {
        self.role == Role::Server || self.handshake_acked || self.confirmed
    }
}
