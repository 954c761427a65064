//! The receiving half: octets come in any order and leave in one.
//!
//! RFC 9293 §3.8.6 (windows), RFC 2018 §4 (which blocks to tell), RFC 5681 §4.2 (when to
//! acknowledge)
//!
//! ```text
//!   read ◄── buffer │ next: hole │ part │ hole │ part │        │ edge
//!                    └ nothing behind a hole can be read: head-of-line blocking
//! ```
//!
//! Invariant: `edge` never retreats, and nothing behind it is kept; so memory stays below the
//! configured buffer whatever arrives.
//!
//! Invariant: `parts` do not overlap; `blocks` covers exactly them, the latest change first.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Range,
};

#[derive(Debug)]
pub(super) struct Receiver {
    /// The octet expected next.
    next: u64,
    /// In order, not read.
    buffer: VecDeque<u8>,
    capacity: usize,
    /// The first octet the peer may not send.
    edge: u64,
    parts: BTreeMap<u64, Vec<u8>>,
    blocks: Vec<Range<u64>>,
    /// Where the stream ends, once the FIN is here.
    end: Option<u64>,
}

/// What a segment brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brought {
    /// The expected octets, and no hole was touched.
    Expected,
    /// What was missing, or part of it: must be told at once.
    Filling,
    /// Octets behind a hole, or seen before: must be told at once, and each for itself.
    Hole,
    /// Nothing.
    Nothing,
}

impl Receiver {
    /// Expects the octet behind the SYN.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            next: 1,
            buffer: VecDeque::new(),
            capacity,
            edge: 1 + capacity as u64,
            parts: BTreeMap::new(),
            blocks: Vec::new(),
            end: None,
        }
    }

    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Octets that can be read.
    pub(super) fn readable(&self) -> usize {
        self.buffer.len()
    }

    /// Octets that wait behind a hole.
    pub(super) fn held(&self) -> usize {
        self.parts.values().map(Vec::len).sum()
    }

    /// Whether the FIN and all before it are here.
    pub(super) fn is_finished(&self) -> bool {
        self.end.is_some_and(|end| self.next > end)
    }

    /// Whether a segment of `length` octets at `start` touches the window (RFC 9293 §3.10.7.4).
    pub(super) fn accepts(&self, start: u64, length: u64) -> bool {
        let edge = self.edge.max(self.next + 1);
        start < edge && (start >= self.next || start + length > self.next)
    }

    // ANCHOR: receive
    /// Takes octets at `start`, and a FIN behind them if `fin`.
    pub(super) fn receive(&mut self, start: u64, data: Vec<u8>, fin: bool) -> Brought {
        let length = data.len() as u64;
        if length == 0 && !fin {
            return Brought::Nothing;
        }
        let had_holes = !self.parts.is_empty();
        if fin {
            self.end.get_or_insert(start + length);
        }
        let kept = self.keep(start, data);
        let before = self.next;
        while let Some(part) = self.parts.first_entry() {
            if *part.key() > self.next {
                break;
            }
            let octets = part.remove();
            self.next += octets.len() as u64;
            self.buffer.extend(octets);
        }
        if self.end == Some(self.next) {
            // The FIN takes a number of its own.
            self.next += 1;
        }
        let next = self.next;
        self.blocks.retain(|block| block.end > next);
        match (kept && self.next > before, had_holes) {
            (true, false) => Brought::Expected,
            (true, true) => Brought::Filling,
            (false, _) => Brought::Hole,
        }
    }
    // ANCHOR_END: receive

    /// Keeps what is new of `data` and inside the window; answers whether anything was.
    fn keep(&mut self, mut start: u64, mut data: Vec<u8>) -> bool {
        if let Ok(seen) = usize::try_from(self.next.saturating_sub(start)) {
            data.drain(..seen.min(data.len()));
            start = start.max(self.next);
        }
        let room = usize::try_from(self.edge.saturating_sub(start)).unwrap_or(usize::MAX);
        data.truncate(room);
        if data.is_empty() {
            return self.end.is_some_and(|end| start == end && self.next == end);
        }
        // Only what no block has is kept, so that octets sent in ever other pieces take no more
        // memory than the window.
        for block in &self.blocks {
            let end = start + data.len() as u64;
            if block.start <= start && start < block.end {
                let seen = usize::try_from(block.end - start).unwrap_or(usize::MAX);
                data.drain(..seen.min(data.len()));
                start = block.end;
            } else if block.start < end && end <= block.end {
                data.truncate(usize::try_from(block.start - start).unwrap_or(usize::MAX));
            }
        }
        if data.is_empty() {
            return false;
        }
        let range = start..start + data.len() as u64;
        let inside = self.parts.range(range.clone()).map(|(at, _)| *at).collect::<Vec<_>>();
        for at in inside {
            self.parts.remove(&at);
        }
        self.parts.insert(start, data);
        self.merge(range);
        true
    }

    /// Puts a range among the blocks, in front, joined with those it touches.
    fn merge(&mut self, mut range: Range<u64>) {
        self.blocks.retain(|block| {
            let touches = block.start <= range.end && range.start <= block.end;
            if touches {
                range = range.start.min(block.start)..range.end.max(block.end);
            }
            !touches
        });
        self.blocks.insert(0, range);
    }

    /// The blocks to tell, at most `most`, the latest first (RFC 2018 §4).
    pub(super) fn blocks(&self, most: usize) -> impl Iterator<Item = &Range<u64>> {
        self.blocks.iter().take(most)
    }

    /// Takes up to `most` octets out.
    pub(super) fn read(&mut self, most: usize) -> Vec<u8> {
        let taken = most.min(self.buffer.len());
        self.buffer.drain(..taken).collect()
    }

    /// The window to announce now: octets behind `next`. It only grows in steps worth telling
    /// (RFC 9293 §3.8.6.2.2).
    pub(super) fn window(&mut self, mss: u16) -> u64 {
        let free = self.next + (self.capacity - self.buffer.len().min(self.capacity)) as u64;
        let step = (self.capacity as u64 / 2).min(u64::from(mss));
        if free >= self.edge + step {
            self.edge = free;
        }
        self.edge.saturating_sub(self.next)
    }

    /// Whether reading has opened the window by so much that the peer should hear of it unasked.
    pub(super) fn has_opened(&self, mss: u16) -> bool {
        let free = self.next + (self.capacity - self.buffer.len().min(self.capacity)) as u64;
        let told = self.edge.saturating_sub(self.next);
        let step = (self.capacity as u64 / 2).min(2 * u64::from(mss));
        free >= self.edge + step && told < self.capacity as u64 / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receiver() -> Receiver {
        Receiver::new(100)
    }

    #[test]
    fn one_hole_holds_back_all_behind_it() {
        let mut receiver = receiver();
        assert_eq!(receiver.receive(1, b"ab".to_vec(), false), Brought::Expected);
        assert_eq!(receiver.receive(5, b"ef".to_vec(), false), Brought::Hole);
        assert_eq!(receiver.receive(7, b"gh".to_vec(), true), Brought::Hole);
        assert_eq!((receiver.readable(), receiver.held()), (2, 4));
        assert_eq!(receiver.receive(3, b"cd".to_vec(), false), Brought::Filling);
        assert_eq!(receiver.read(99), b"abcdefgh");
        assert!(receiver.is_finished());
        assert_eq!(receiver.next(), 10);
    }

    #[test]
    fn the_latest_block_is_told_first() {
        let mut receiver = receiver();
        for start in [11, 21, 31, 26] {
            receiver.receive(start, vec![0; 5], false);
        }
        // 21..26, 26..31 and 31..36 are one.
        assert_eq!(receiver.blocks(4).cloned().collect::<Vec<_>>(), [21..36, 11..16]);
        receiver.receive(1, vec![0; 10], false);
        assert!(receiver.blocks(4).eq([&(21..36)]));
    }

    #[test]
    fn every_order_of_overlapping_pieces_gives_the_same_octets() {
        let text = b"the quick brown fox jumps";
        let pieces = [(0, 9), (4, 12), (12, 20), (10, 25), (3, 4)];
        for shift in 0..pieces.len() {
            for step in 1..pieces.len() {
                let mut receiver = receiver();
                for at in 0..pieces.len() {
                    let (from, to) = pieces[(shift + at * step) % pieces.len()];
                    receiver.receive(1 + from as u64, text[from..to].to_vec(), to == 25);
                }
                // Some steps do not visit every piece: then they are all given once more.
                for (from, to) in pieces {
                    receiver.receive(1 + from as u64, text[from..to].to_vec(), to == 25);
                }
                assert_eq!(receiver.read(99), text);
                assert!(receiver.is_finished() && receiver.held() == 0);
            }
        }
    }

    #[test]
    fn nothing_behind_the_window_is_kept() {
        let mut receiver = receiver();
        receiver.receive(1, vec![7; 300], false);
        assert_eq!((receiver.readable(), receiver.window(10)), (100, 0));
        assert!(!receiver.accepts(102, 10));
        receiver.receive(150, vec![7; 10], false);
        assert_eq!(receiver.held(), 0);
        // The window opens in steps, and its edge never goes back.
        receiver.read(9);
        assert_eq!(receiver.window(10), 0);
        receiver.read(1);
        assert_eq!(receiver.window(10), 10);
    }
}
