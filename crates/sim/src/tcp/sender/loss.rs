//! What acknowledgments tell, and what silence does.
//!
//! RFC 6675 §4 and §5, 6582 §3.2, 8985 §6.2, 6298 §5.4
//!
//! ```text
//!            third duplicate, or enough Sacked behind a hole
//!   Open ─────────────────────────────────────────────────────► Recovery
//!     ▲  ◄────────── all that was out then is acknowledged ───────  │
//!     └────────────────────── Timeout ◄──── silence ────────────────┘
//! ```
//!
//! Invariant: one window of losses reduces the window once.

use super::{Fate, Phase, Sender, Sent, Told};
use std::time::{Duration, Instant};

/// Acknowledgments that say the same before a hole is believed (RFC 5681 §3.2).
const DUP_THRESH: u32 = 3;

impl Sender {
    /// The peer expects `ack` and has the `blocks` behind it. `duplicate`: the segment told
    /// nothing else. `shortest` is the shortest round trip seen.
    pub(in crate::tcp) fn told(
        &mut self,
        ack: u64,
        blocks: &[(u64, u64)],
        duplicate: bool,
        shortest: Duration,
        now: Instant,
    ) -> Told {
        let mut told = Told { advanced: ack > self.una, ..Told::default() };
        // When the latest that arrived was sent, and whether it had to be sent again.
        let mut latest: Option<(Instant, bool)> = None;
        let mut gone = 0_u32;
        let mut note = |one: &Sent, told: &mut Told| {
            told.octets += one.length();
            let trip = now.saturating_duration_since(one.at);
            if !one.again {
                told.sample = Some(trip);
            }
            // Quicker than any round trip: it was the first copy that arrived.
            if !one.again || trip >= shortest {
                latest = latest.max(Some((one.at, one.again)));
            }
        };
        while let Some(one) = self.segments.front_mut().filter(|one| one.start < ack) {
            let done = Sent { end: one.end.min(ack), ..*one };
            if one.fate != Fate::Sacked {
                note(&done, &mut told);
            }
            if one.end > ack {
                one.start = ack;
                break;
            }
            self.segments.pop_front();
            gone += 1;
        }
        for one in &mut self.segments {
            let inside = |(start, end): &(u64, u64)| *start <= one.start && one.end <= *end;
            if one.fate != Fate::Sacked && blocks.iter().any(inside) {
                note(one, &mut told);
                one.fate = Fate::Sacked;
            }
        }
        self.forget(ack);
        if told.advanced && matches!(self.phase, Phase::Recovery(_)) {
            // What a partial acknowledgment covers has been counted as gone, but for the one that
            // filled the hole (RFC 6582 §3.2's deflation).
            self.dup_acks = self.dup_acks.saturating_sub(gone.saturating_sub(1));
        } else if told.advanced {
            self.dup_acks = 0;
        } else if told.octets > 0 || (duplicate && !self.sack) {
            // With SACK a duplicate is what tells of something new (RFC 6675 §2).
            self.dup_acks += 1;
        }
        // Without SACK what arrived behind the hole is not known, and would be sent again.
        let latest = latest.filter(|_| self.sack);
        let overtaken = latest.is_some_and(|latest| self.overtaken(latest, shortest));
        self.judge(&mut told, overtaken);
        told
    }

    /// Takes what is acknowledged out of the buffer.
    fn forget(&mut self, ack: u64) {
        if ack <= self.una {
            return;
        }
        let acknowledged = usize::try_from(ack - self.una.max(1)).unwrap_or(usize::MAX);
        self.buffer.drain(..acknowledged.min(self.buffer.len()));
        self.una = ack;
    }

    /// A retransmission that something sent clearly later has overtaken is lost too, and so is
    /// whatever a retransmission has overtaken (RFC 8985 §6.2); RFC 6675 would wait for the
    /// timeout. Answers whether anything was found lost for the first time.
    fn overtaken(&mut self, (latest, again): (Instant, bool), shortest: Duration) -> bool {
        let mut first = false;
        for one in &mut self.segments {
            let late = one.at + shortest / 4 < latest;
            if late && one.fate == Fate::Out && (one.again || again) {
                one.fate = Fate::Lost;
                first |= !one.again;
            }
        }
        first
    }

    // ANCHOR: judge
    /// Finds what is lost, and moves between the phases.
    fn judge(&mut self, told: &mut Told, overtaken: bool) {
        if let Phase::Recovery(until) | Phase::Timeout(until) = self.phase
            && self.una >= until
        {
            self.phase = Phase::Open;
            self.dup_acks = 0;
        }
        let mut lost = self.mark() || overtaken;
        if let Phase::Recovery(until) = self.phase
            && told.advanced
            && let Some(first) = self.segments.front_mut()
            && first.start < until
            && first.fate == Fate::Out
            && !first.again
        {
            // A partial acknowledgment: it stops at the next hole (RFC 6582 §3.2).
            first.fate = Fate::Lost;
            self.urgent = true;
        }
        let fresh = self.phase == Phase::Open && self.una >= self.recover;
        if fresh && self.dup_acks >= DUP_THRESH && !lost {
            let first = self.segments.front_mut().filter(|one| one.fate == Fate::Out);
            if let Some(first) = first {
                first.fate = Fate::Lost;
                lost = true;
            }
        }
        if fresh && lost {
            told.loss = true;
            self.urgent = true;
            self.phase = Phase::Recovery(self.next);
            self.recover = self.next;
        }
    }
    // ANCHOR_END: judge

    /// Marks what has enough Sacked behind it (RFC 6675 §4, `IsLost`): three separate stretches,
    /// or more than two full segments. Answers whether anything was marked.
    fn mark(&mut self) -> bool {
        let full = self.segments.iter().map(Sent::length).max().unwrap_or(0);
        let (mut octets, mut stretches, mut inside, mut marked) = (0, 0, false, false);
        for one in self.segments.iter_mut().rev() {
            if one.fate == Fate::Sacked {
                octets += one.length();
                stretches += u32::from(!inside);
                inside = true;
                continue;
            }
            inside = false;
            let enough = stretches >= DUP_THRESH || octets > u64::from(DUP_THRESH - 1) * full;
            if enough && one.fate == Fate::Out && !one.again {
                one.fate = Fate::Lost;
                marked = true;
            }
        }
        marked
    }

    /// Nothing came back in time: all that is out counts as lost. Answers whether it is the
    /// first timeout for these octets.
    pub(in crate::tcp) fn timed_out(&mut self) -> bool {
        for one in &mut self.segments {
            if one.fate == Fate::Out {
                one.fate = Fate::Lost;
            }
        }
        let again = self.segments.front().is_some_and(|one| one.again);
        let first = !(again && matches!(self.phase, Phase::Timeout(_)));
        self.phase = Phase::Timeout(self.next);
        self.recover = self.next;
        self.dup_acks = 0;
        // Not `urgent`: the window is one segment, and the pipe is empty.
        first
    }

    /// Whether nothing is known to be missing.
    pub(in crate::tcp) fn is_quiet(&self) -> bool {
        self.phase == Phase::Open && self.segments.iter().all(|one| one.fate == Fate::Out)
    }

    /// Sends the last segment again before anything is known to be lost: its acknowledgment will
    /// tell what is missing before it (RFC 8985 §7.3).
    pub(in crate::tcp) fn probe_tail(&mut self) {
        if let Some(last) = self.segments.back_mut() {
            last.fate = Fate::Lost;
            self.urgent = true;
        }
    }

    /// The peer has seen a mark: counts as a loss, once per round trip (RFC 3168 §6.1.2).
    pub(in crate::tcp) fn marked(&mut self) -> bool {
        let fresh = self.phase == Phase::Open && self.una >= self.recover;
        if fresh {
            self.recover = self.next;
        }
        fresh
    }

    /// Whether the window may grow: not while a fast recovery repairs.
    pub(in crate::tcp) fn may_grow(&self) -> bool {
        !matches!(self.phase, Phase::Recovery(_))
    }
}
