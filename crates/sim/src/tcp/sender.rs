//! The sending half: what is out, what of it arrived, and what has to go again.
//!
//! RFC 6675 (SACK-based recovery), 6582 (NewReno's, without SACK), 3042 (limited transmit), and of
//! RFC 8985 the rule by which a lost retransmission is seen.
//!
//! ```text
//!   una ──────────────────────────────► next ────────────► end of what was written
//!    │ Out │ Sacked │ Lost │ Out │ Out │   not sent       │ FIN
//!              ▲         ▲
//!              │         └ goes first when the window has room
//!              └ told by the peer; no longer in the pipe
//!   pipe = octets that are Out
//! ```
//!
//! Invariant: `segments` covers `una..next` without gaps, in order.
//!
//! Invariant: a segment that was sent again never gives a sample of the round trip (Karn).

mod loss;

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Out,
    Sacked,
    Lost,
}

#[derive(Debug, Clone, Copy)]
struct Sent {
    start: u64,
    /// Behind the last octet; SYN and FIN count one each.
    end: u64,
    at: Instant,
    fate: Fate,
    again: bool,
}

impl Sent {
    fn length(&self) -> u64 {
        self.end - self.start
    }
}

/// Why the window is as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// Repairing, until all that was out when the loss was seen is acknowledged.
    Recovery(u64),
    /// The same after a timeout; the window grows meanwhile.
    Timeout(u64),
}

/// What to put in the next segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) again: bool,
}

/// What an acknowledgment told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Told {
    /// Octets acknowledged for the first time, by number or by block.
    pub(super) octets: u64,
    /// Whether `una` moved.
    pub(super) advanced: bool,
    pub(super) sample: Option<Duration>,
    /// The window must be reduced.
    pub(super) loss: bool,
}

#[derive(Debug)]
pub(super) struct Sender {
    una: u64,
    next: u64,
    /// Octets from `una` on (from 1 while the SYN is out).
    buffer: VecDeque<u8>,
    capacity: usize,
    /// The FIN's number, once the application has closed.
    fin: Option<u64>,
    segments: VecDeque<Sent>,
    phase: Phase,
    dup_acks: u32,
    /// No new reduction until this is acknowledged (RFC 6582's `recover`).
    recover: u64,
    /// Fast retransmit: the first lost segment goes whatever the window says.
    urgent: bool,
    sack: bool,
}

impl Sender {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            una: 0,
            next: 0,
            buffer: VecDeque::new(),
            capacity,
            fin: None,
            segments: VecDeque::new(),
            phase: Phase::Open,
            dup_acks: 0,
            recover: 0,
            urgent: false,
            sack: false,
        }
    }

    /// Both sides speak SACK.
    pub(super) fn with_sack(&mut self) {
        self.sack = true;
    }

    pub(super) fn una(&self) -> u64 {
        self.una
    }

    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Octets that can still be written.
    pub(super) fn room(&self) -> usize {
        if self.fin.is_some() { 0 } else { self.capacity.saturating_sub(self.buffer.len()) }
    }

    /// Octets written and not acknowledged.
    pub(super) fn waiting(&self) -> usize {
        self.buffer.len()
    }

    pub(super) fn write(&mut self, octets: &[u8]) -> usize {
        let taken = octets.len().min(self.room());
        self.buffer.extend(octets.get(..taken).unwrap_or_default());
        taken
    }

    pub(super) fn close(&mut self) {
        let written = self.una.max(1) + self.buffer.len() as u64;
        self.fin.get_or_insert(written);
    }

    /// Whether the FIN has been acknowledged.
    pub(super) fn is_finished(&self) -> bool {
        self.fin.is_some_and(|fin| self.una > fin)
    }

    /// The end of all there is to send, the FIN included.
    fn end(&self) -> u64 {
        match self.fin {
            Some(fin) => fin + 1,
            None => self.una.max(1) + self.buffer.len() as u64,
        }
    }

    /// Whether anything waits that has never been sent.
    pub(super) fn has_new(&self) -> bool {
        self.next < self.end()
    }

    /// Whether anything is unacknowledged.
    pub(super) fn has_outstanding(&self) -> bool {
        !self.segments.is_empty()
    }

    /// Whether anything has to go again.
    pub(super) fn has_lost(&self) -> bool {
        self.segments.iter().any(|one| one.fate == Fate::Lost)
    }

    /// The SYN that was out goes once more, now with an acknowledgment: both opened at once
    /// (RFC 9293 §3.5, figure 7).
    pub(super) fn unsend_syn(&mut self) {
        self.segments.clear();
        self.next = 0;
    }

    /// Octets sent and not acknowledged.
    pub(super) fn flight(&self) -> u64 {
        self.next - self.una
    }

    /// Octets believed to be under way. Without SACK each duplicate acknowledgment says that one
    /// segment has left (which is what RFC 6582's inflated window says the other way round).
    pub(super) fn pipe(&self, mss: u16) -> u64 {
        let out = self.segments.iter().filter(|one| one.fate == Fate::Out);
        let out: u64 = out.map(Sent::length).sum();
        let gone = if self.sack { 0 } else { u64::from(self.dup_acks) * u64::from(mss) };
        out.saturating_sub(gone)
    }

    /// Octets of the data in `start..end`.
    pub(super) fn data(&self, start: u64, end: u64) -> Vec<u8> {
        let base = self.una.max(1);
        let at = |offset: u64| usize::try_from(offset.saturating_sub(base)).unwrap_or(usize::MAX);
        let end = at(self.fin.map_or(end, |fin| end.min(fin))).min(self.buffer.len());
        self.buffer.range(at(start).min(end)..end).copied().collect()
    }

    /// Whether `start..end` ends with the FIN.
    pub(super) fn covers_fin(&self, end: u64) -> bool {
        self.fin.is_some_and(|fin| end > fin)
    }

    // ANCHOR: next
    /// What to send next, if `window` octets may be out and the peer takes what is before `edge`.
    /// `Err(true)`: the congestion window is in the way; `Err(false)`: anything else.
    pub(super) fn piece(
        &self,
        mss: u16,
        window: u64,
        edge: u64,
        nagle: bool,
    ) -> Result<Piece, bool> {
        let pipe = self.pipe(mss);
        let room = window.saturating_sub(pipe);
        if let Some(lost) = self.segments.iter().find(|one| one.fate == Fate::Lost) {
            let fits = self.urgent || lost.length() <= room || pipe == 0;
            return if fits {
                Ok(Piece { start: lost.start, end: lost.end, again: true })
            } else {
                Err(true)
            };
        }
        if self.next == 0 {
            return Ok(Piece { start: 0, end: 1, again: false });
        }
        let mss = u64::from(mss);
        let left = self.end().saturating_sub(self.next);
        let open = edge.saturating_sub(self.next);
        let length = left.min(mss).min(open);
        // A window smaller than a segment is used only when nothing else is out (RFC 9293
        // §3.8.6.2.1); the FIN alone needs no window that data could fill.
        let silly = length < mss && length < left && self.has_outstanding();
        let waits = nagle && length < mss && self.has_outstanding() && self.fin.is_none();
        if length == 0 || silly || waits {
            return Err(false);
        }
        if length > room && pipe > 0 {
            return Err(true);
        }
        Ok(Piece { start: self.next, end: self.next + length, again: false })
    }
    // ANCHOR_END: next

    /// A piece has gone out.
    pub(super) fn sent(&mut self, piece: Piece, now: Instant) {
        if !piece.again {
            let Piece { start, end, .. } = piece;
            self.segments.push_back(Sent { start, end, at: now, fate: Fate::Out, again: false });
            self.next = end;
            return;
        }
        self.urgent = false;
        if let Some(one) = self.segments.iter_mut().find(|one| one.start == piece.start) {
            (one.fate, one.again, one.at) = (Fate::Out, true, now);
        }
    }
}

#[cfg(test)]
mod tests;
