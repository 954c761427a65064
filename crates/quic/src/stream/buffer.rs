//! Octets that an application gave, until the peer has acknowledged them.
//!
//! RFC 9000 §2.2, §13.3
//!
//! ```text
//!   offset        base                   sent                 written
//!   ──────────────┼──────────────────────┼────────────────────┼──────
//!    acknowledged │ in flight            │ not sent yet       │
//!    and gone     │  acked ▓▓▓   lost ░░ │                    │
//!   chunks        │ copied │ shared │ copied                  │
//! ```
//!
//! What is lost is sent again by its range, not by its packet: it may be cut anew. Octets that
//! others share are never copied but into the packet.
//!
//! Invariant: `lost` and `acked` lie within `base..sent`, and do not overlap.
//!
//! Invariant: what is held is `base..written`, and whoever writes bounds that.
//!
//! Used by: [`SendStream`](super::SendStream), [`CryptoStream`](crate::crypto::CryptoStream).

use crate::ranges::RangeSet;
use std::{collections::VecDeque, ops::Range, sync::Arc};

/// Copied octets up to which the next small write joins the last.
const JOIN: usize = 16 * 1024;

#[derive(Debug)]
enum Octets {
    Owned(Vec<u8>),
    Shared(Arc<[u8]>, Range<usize>),
}

impl Octets {
    fn get(&self) -> &[u8] {
        match self {
            Self::Owned(octets) => octets,
            Self::Shared(octets, part) => octets.get(part.clone()).unwrap_or_default(),
        }
    }
}

#[derive(Debug)]
struct Chunk {
    start: u64,
    octets: Octets,
}

impl Chunk {
    fn end(&self) -> u64 {
        self.start + self.octets.get().len() as u64
    }
}

/// Octets to send, and what became of them.
#[derive(Debug)]
pub struct SendBuffer {
    chunks: VecDeque<Chunk>,
    base: u64,
    sent: u64,
    written: u64,
    acked: RangeSet,
    lost: RangeSet,
}

impl Default for SendBuffer {
    fn default() -> Self {
        Self::new()
    }
}

impl SendBuffer {
    /// Nothing was written.
    pub const fn new() -> Self {
        Self {
            chunks: VecDeque::new(),
            base: 0,
            sent: 0,
            written: 0,
            // As many ranges as there are packets in flight, which the congestion window bounds.
            acked: RangeSet::new(usize::MAX),
            lost: RangeSet::new(usize::MAX),
        }
    }

    /// Appends a copy of `octets`.
    pub fn write(&mut self, octets: &[u8]) {
        if octets.is_empty() {
            return;
        }
        let start = self.written;
        self.written += octets.len() as u64;
        if let Some(Chunk { octets: Octets::Owned(last), .. }) = self.chunks.back_mut()
            && last.len() + octets.len() <= JOIN
        {
            return last.extend_from_slice(octets);
        }
        self.push(Chunk { start, octets: Octets::Owned(octets.to_vec()) });
    }

    /// Appends a vector without copying it.
    pub fn write_vec(&mut self, octets: Vec<u8>) {
        if !octets.is_empty() {
            let start = self.written;
            self.written += octets.len() as u64;
            self.push(Chunk { start, octets: Octets::Owned(octets) });
        }
    }

    /// Appends a part of octets that others hold too; what lies outside is left away. Answers how
    /// many octets that were.
    pub fn write_shared(&mut self, octets: Arc<[u8]>, part: Range<usize>) -> usize {
        let end = part.end.min(octets.len());
        let part = part.start.min(end)..end;
        let length = part.len();
        if length > 0 {
            let start = self.written;
            self.written += length as u64;
            self.push(Chunk { start, octets: Octets::Shared(octets, part) });
        }
        length
    }

    fn push(&mut self, chunk: Chunk) {
        // Most streams are a head and its content, or both in one.
        if self.chunks.capacity() == 0 {
            self.chunks.reserve_exact(2);
        }
        self.chunks.push_back(chunk);
    }

    /// The offset of the next octets to send, lost ones first; `None` where there are none.
    pub fn next_offset(&self) -> Option<u64> {
        let new = (self.sent < self.written).then_some(self.sent);
        self.lost.first().map(|range| range.start).or(new)
    }

    // ANCHOR: poll
    /// The next octets to send, `room` at most, and new ones only up to the offset `limit`; they
    /// are in flight from now on.
    pub fn poll(&mut self, room: usize, limit: u64) -> Option<Range<u64>> {
        if room == 0 {
            return None;
        }
        if let Some(lost) = self.lost.first() {
            let again = lost.start..lost.end.min(lost.start.saturating_add(room as u64));
            self.lost.remove(again.clone());
            return Some(again);
        }
        let end = self.written.min(limit).min(self.sent.saturating_add(room as u64));
        let new = self.sent..end;
        if new.is_empty() {
            return None;
        }
        self.sent = end;
        Some(new)
    }
    // ANCHOR_END: poll

    /// The octets of `range`, in order, as they lie; nothing of what is acknowledged and gone.
    pub fn slices(&self, range: Range<u64>) -> impl Iterator<Item = &[u8]> {
        let from = self.chunks.partition_point(|chunk| chunk.end() <= range.start);
        let chunks = self.chunks.range(from..).take_while(move |chunk| chunk.start < range.end);
        chunks.map(move |chunk| {
            let octets = chunk.octets.get();
            let at = |offset: u64| usize::try_from(offset - chunk.start).unwrap_or(usize::MAX);
            let from = at(range.start.max(chunk.start));
            octets.get(from..at(range.end).min(octets.len())).unwrap_or_default()
        })
    }

    /// Appends the octets of `range` to `out`.
    pub fn copy(&self, range: Range<u64>, out: &mut Vec<u8>) {
        self.slices(range).for_each(|octets| out.extend_from_slice(octets));
    }

    // ANCHOR: acked
    /// A packet with these octets was acknowledged.
    pub fn on_acked(&mut self, range: Range<u64>) {
        let range = range.start.max(self.base)..range.end.min(self.sent);
        if range.is_empty() {
            return;
        }
        self.lost.remove(range.clone());
        if range.start == self.base && self.acked.is_empty() {
            self.base = range.end;
        } else {
            self.acked.insert(range);
            if let Some(first) = self.acked.first().filter(|first| first.start <= self.base) {
                self.base = first.end;
                self.acked.pop_first();
            }
        }
        while self.chunks.front().is_some_and(|chunk| chunk.end() <= self.base) {
            self.chunks.pop_front();
        }
    }

    /// A packet with these octets was lost: what no other packet has brought goes again.
    pub fn on_lost(&mut self, range: Range<u64>) {
        let range = range.start.max(self.base)..range.end.min(self.sent);
        if !range.is_empty() {
            for missing in self.acked.missing(range) {
                self.lost.insert(missing);
            }
        }
    }
    // ANCHOR_END: acked

    /// Everything that was not acknowledged is to be sent again, as new: 0-RTT was rejected, or a
    /// Retry came.
    pub fn rewind(&mut self) {
        self.lost.clear();
        for missing in self.acked.missing(self.base..self.sent) {
            self.lost.insert(missing);
        }
        if self.acked.is_empty() {
            self.lost.clear();
            self.sent = self.base;
        }
    }

    /// Whether every octet written was acknowledged.
    pub const fn is_acked(&self) -> bool {
        self.base == self.written
    }

    /// The offset up to which octets were sent at least once.
    pub const fn sent(&self) -> u64 {
        self.sent
    }

    /// The offset up to which octets were written.
    pub const fn written(&self) -> u64 {
        self.written
    }

    /// Octets that are held.
    pub const fn held(&self) -> u64 {
        self.written - self.base
    }

    /// Whether lost octets wait: these need no credit.
    pub fn has_lost(&self) -> bool {
        !self.lost.is_empty()
    }

    /// Lets go of everything: the stream was reset.
    pub fn discard(&mut self) {
        self.chunks = VecDeque::new();
        self.acked.clear();
        self.lost.clear();
        self.written = self.sent;
        self.base = self.sent;
    }
}
