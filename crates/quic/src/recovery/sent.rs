//! What was sent and not yet acknowledged or lost, in one packet number space.
//!
//! RFC 9002 §3, appendix A.1
//!
//! ```text
//!   number   base                       next
//!   slots    │ sent │ gone │ sent │ sent │     gone: acknowledged, lost, or never sent
//! ```
//!
//! Numbers only rise, so the slot of a packet is found by a subtraction, and both ends of the queue
//! move forward. What a packet carried is the connection's to say: it is a type parameter here.
//!
//! Invariant: the first slot, if there is one, is a packet; the queue is as long as what is
//! outstanding spans, not as long as what was sent.
//!
//! Used by: [`Recovery`](super::Recovery).

use super::PACKET_THRESHOLD;
use std::{collections::VecDeque, ops::RangeInclusive, time::Instant};

/// One packet that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentPacket<T> {
    /// When.
    pub time: Instant,
    /// Octets of it, the head and the authentication tag counted, UDP and IP not.
    pub size: u16,
    /// Whether the peer will acknowledge it for its own sake.
    pub ack_eliciting: bool,
    /// Whether it counts as in flight: ack-eliciting, or PADDING in it.
    pub in_flight: bool,
    /// Whether it went with ECT(0).
    pub ect: bool,
    /// Whether it only probes the path's MTU: its loss says nothing of congestion (RFC 9000
    /// §14.4).
    pub mtu_probe: bool,
    /// Which path it took: the number of [`Path`](super::Path) that was in use.
    pub path: u32,
    /// What it carried, as the connection keeps it.
    pub content: T,
}

/// The packets of one space.
#[derive(Debug)]
pub(super) struct Sent<T> {
    slots: VecDeque<Option<SentPacket<T>>>,
    base: u64,
    /// Numbers that were left out on purpose, a few of the last.
    skipped: VecDeque<u64>,
    eliciting: usize,
}

/// How many left-out numbers are remembered: the peer that would guess does so at once.
const SKIPPED: usize = 8;

impl<T> Sent<T> {
    pub(super) const fn new() -> Self {
        Self { slots: VecDeque::new(), base: 0, skipped: VecDeque::new(), eliciting: 0 }
    }

    /// The number after the last that was sent or left out.
    pub(super) fn next(&self) -> u64 {
        self.base + self.slots.len() as u64
    }

    /// Packets of which an acknowledgment is awaited for their own sake.
    pub(super) const fn eliciting(&self) -> usize {
        self.eliciting
    }

    /// Keeps a packet; those between it and the one before were never sent, and an acknowledgment
    /// of them is a lie. A number that is not above all before it is not kept.
    pub(super) fn push(&mut self, number: u64, packet: SentPacket<T>) {
        while self.next() < number {
            let left_out = self.next();
            self.skip(left_out);
            if self.slots.is_empty() {
                self.base = number.max(self.base);
            } else {
                self.slots.push_back(None);
            }
        }
        if self.next() == number {
            self.eliciting += usize::from(packet.ack_eliciting);
            self.slots.push_back(Some(packet));
        }
    }

    fn skip(&mut self, number: u64) {
        if self.skipped.len() == SKIPPED {
            self.skipped.pop_front();
        }
        self.skipped.push_back(number);
    }

    /// Whether `range` holds a number that was left out.
    pub(super) fn skipped_in(&self, range: &RangeInclusive<u64>) -> Option<u64> {
        self.skipped.iter().copied().find(|number| range.contains(number))
    }

    /// Whether `number` was left out.
    pub(super) fn was_skipped(&self, number: u64) -> bool {
        self.skipped.contains(&number)
    }

    /// Whether so many later packets were sent up to `largest`, which is acknowledged, that
    /// `number` is lost (§6.1.1). One that was left out has overtaken nobody (A.10).
    pub(super) fn overtaken(&self, number: u64, largest: u64) -> bool {
        let later = largest.saturating_sub(number);
        // More than are remembered as left out need no count.
        if later < PACKET_THRESHOLD || later >= PACKET_THRESHOLD + SKIPPED as u64 {
            return later >= PACKET_THRESHOLD;
        }
        let left_out = self.skipped.iter().filter(|at| (number..largest).contains(at)).count();
        later - left_out as u64 >= PACKET_THRESHOLD
    }

    fn slot(&mut self, number: u64) -> Option<&mut Option<SentPacket<T>>> {
        let at = usize::try_from(number.checked_sub(self.base)?).ok()?;
        self.slots.get_mut(at)
    }

    /// The packet, if it is outstanding.
    pub(super) fn get(&self, number: u64) -> Option<&SentPacket<T>> {
        let at = usize::try_from(number.checked_sub(self.base)?).ok()?;
        self.slots.get(at)?.as_ref()
    }

    /// Takes the packet out, if it is outstanding. [`trim`](Self::trim) is called afterwards.
    pub(super) fn take(&mut self, number: u64) -> Option<SentPacket<T>> {
        let packet = self.slot(number)?.take()?;
        self.eliciting = self.eliciting.saturating_sub(usize::from(packet.ack_eliciting));
        Some(packet)
    }

    /// Lets go of the slots at the front that hold nothing.
    pub(super) fn trim(&mut self) {
        while let Some(None) = self.slots.front() {
            self.slots.pop_front();
            self.base += 1;
        }
    }

    /// The part of `range` in which there may be packets, ascending.
    pub(super) fn within(&self, range: &RangeInclusive<u64>) -> std::ops::Range<u64> {
        let end = range.end().saturating_add(1).min(self.next());
        (*range.start()).max(self.base).min(end)..end
    }

    /// The outstanding packets, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &SentPacket<T>)> {
        let numbers = self.base..self.next();
        numbers.zip(&self.slots).filter_map(|(number, slot)| Some((number, slot.as_ref()?)))
    }

    /// Takes everything out, ascending.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (u64, SentPacket<T>)> {
        let base = self.base;
        self.base = self.next();
        self.eliciting = 0;
        let slots = std::mem::take(&mut self.slots);
        (base..).zip(slots).filter_map(|(number, slot)| Some((number, slot?)))
    }
}
