//! A set of whole numbers, kept as the ranges it is made of.
//!
//! RFC 9000 §13.2.3, §19.3.1
//!
//! ```text
//!   numbers   3 4 5     8 9     12
//!   ranges    3..6      8..10   12..13      half-open, ascending, never touching
//! ```
//!
//! Packet numbers that were received, octets of a stream that were acknowledged, octets that were
//! lost: all of them come mostly in order, so that a few ranges stand for many numbers, and most
//! insertions only lengthen the last range.
//!
//! Invariant: ranges are never empty, never overlap, never touch, and ascend.
//!
//! Invariant: there are never more ranges than the limit; one too many costs the lowest.
//!
//! Used by: [`acks`](crate::acks), the send buffer of a stream.

use std::{
    collections::{VecDeque, vec_deque},
    ops::Range,
};

/// A set of numbers as ranges.
///
/// ```
/// use quic::ranges::RangeSet;
/// let mut set = RangeSet::new(100);
/// set.insert(3..6);
/// set.insert(8..10);
/// set.insert(6..8);
/// assert_eq!(set.iter().collect::<Vec<_>>(), [3..10]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeSet {
    ranges: VecDeque<Range<u64>>,
    limit: usize,
}

impl RangeSet {
    /// The empty set, of at most `limit` ranges, and one at least.
    pub const fn new(limit: usize) -> Self {
        let limit = if limit == 0 { 1 } else { limit };
        Self { ranges: VecDeque::new(), limit }
    }

    /// Whether no number is in the set.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether one range more would cost the lowest.
    pub fn is_full(&self) -> bool {
        self.ranges.len() >= self.limit
    }

    /// How many ranges there are.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    // ANCHOR: insert
    /// Adds a range; answers how many of its numbers are new. Where it makes one range too many,
    /// the lowest range is forgotten.
    pub fn insert(&mut self, range: Range<u64>) -> u64 {
        if range.is_empty() {
            return 0;
        }
        // In order, which is nearly always: the last range grows, or a new one follows it.
        if self.ranges.back().is_none_or(|last| last.end < range.start) {
            let new = range.end - range.start;
            self.ranges.push_back(range);
            self.forget();
            return new;
        }
        // Those that overlap or touch the new one become one with it.
        let from = self.ranges.partition_point(|old| old.end < range.start);
        let to = self.ranges.partition_point(|old| old.start <= range.end);
        if from == to {
            let new = range.end - range.start;
            self.ranges.insert(from, range);
            self.forget();
            return new;
        }
        let known: u64 = self.ranges.range(from..to).map(|old| old.end - old.start).sum();
        let last = self.ranges.get(to - 1).map_or(range.end, |old| old.end.max(range.end));
        let Some(first) = self.ranges.get_mut(from) else { return 0 };
        *first = first.start.min(range.start)..last;
        let joined = first.end - first.start;
        if to - from > 1 {
            self.ranges.drain(from + 1..to);
        }
        joined - known
    }
    // ANCHOR_END: insert

    fn forget(&mut self) {
        if self.ranges.len() > self.limit {
            self.ranges.pop_front();
        }
    }

    /// Takes a range out; answers how many of its numbers were in the set. Where it cuts a range
    /// in two and so makes one too many, the lowest range is forgotten.
    pub fn remove(&mut self, range: Range<u64>) -> u64 {
        if range.is_empty() {
            return 0;
        }
        let mut removed = 0;
        let mut at = self.ranges.partition_point(|old| old.end <= range.start);
        while let Some(old) = self.ranges.get_mut(at) {
            if old.start >= range.end {
                break;
            }
            removed += old.end.min(range.end) - old.start.max(range.start);
            match (old.start < range.start, old.end > range.end) {
                (true, true) => {
                    let rest = range.end..old.end;
                    old.end = range.start;
                    self.ranges.insert(at + 1, rest);
                    self.forget();
                    break;
                }
                (true, false) => {
                    old.end = range.start;
                    at += 1;
                }
                (false, true) => {
                    old.start = range.end;
                    break;
                }
                (false, false) => {
                    self.ranges.remove(at);
                }
            }
        }
        removed
    }

    /// Takes out all numbers below `floor`.
    pub fn remove_below(&mut self, floor: u64) {
        while let Some(first) = self.ranges.front_mut() {
            if first.end > floor {
                first.start = first.start.max(floor);
                return;
            }
            self.ranges.pop_front();
        }
    }

    /// Whether `number` is in the set.
    pub fn contains(&self, number: u64) -> bool {
        let at = self.ranges.partition_point(|old| old.end <= number);
        self.ranges.get(at).is_some_and(|range| range.start <= number)
    }

    /// Whether every number of `range` is in the set; of an empty range, all are.
    pub fn covers(&self, range: &Range<u64>) -> bool {
        let at = self.ranges.partition_point(|old| old.end < range.end);
        range.is_empty() || self.ranges.get(at).is_some_and(|old| old.start <= range.start)
    }

    /// The lowest range.
    pub fn first(&self) -> Option<Range<u64>> {
        self.ranges.front().cloned()
    }

    /// The highest range.
    pub fn last(&self) -> Option<Range<u64>> {
        self.ranges.back().cloned()
    }

    /// Takes out and answers the lowest range.
    pub fn pop_first(&mut self) -> Option<Range<u64>> {
        self.ranges.pop_front()
    }

    /// The ranges, ascending; `.rev()` is the order of an ACK frame.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.ranges.iter())
    }

    /// The parts of `range` that are not in the set, ascending.
    pub fn missing(&self, range: Range<u64>) -> impl Iterator<Item = Range<u64>> + '_ {
        let from = self.ranges.partition_point(|old| old.end <= range.start);
        let mut at = range.start;
        let mut known = self.ranges.range(from..);
        std::iter::from_fn(move || {
            while at < range.end {
                let (start, next) = match known.next() {
                    Some(old) => (old.start.min(range.end), old.end),
                    None => (range.end, range.end),
                };
                let gap = at..start;
                at = next;
                if !gap.is_empty() {
                    return Some(gap);
                }
            }
            None
        })
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.ranges.clear();
    }
}

/// The ranges of a set, from either end.
#[derive(Debug, Clone)]
pub struct Iter<'a>(vec_deque::Iter<'a, Range<u64>>);

impl Iterator for Iter<'_> {
    type Item = Range<u64>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().cloned()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().cloned()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a RangeSet {
    type Item = Range<u64>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}
