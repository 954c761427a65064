//! Where the octets of one call go: behind what the caller's vector holds, up to a bound.
//!
//! The vector is made longer in steps that grow with what was put out, and is cut to that at the
//! end; so a bound of gigabytes costs nothing until somebody sends them, and a stream that ends
//! after an octet costs little, whatever stands behind it.
//!
//! Invariant: at most `bound` octets are put out.

use super::window::Window;

pub(crate) struct Output<'a> {
    out: &'a mut Vec<u8>,
    /// Where this call began.
    start: usize,
    /// Where the next octet goes.
    at: usize,
    /// Where the bound is.
    limit: usize,
    /// How much longer the vector is made at a time.
    step: usize,
}

/// The vector grows by at least so much, and by at most so much at once.
const STEPS: std::ops::RangeInclusive<usize> = 512..=65_536;
/// The first step has at most so much: input that is here may belong to something else.
const FIRST: usize = 4096;

impl<'a> Output<'a> {
    /// Appends to `out`; `expected` octets are likely.
    pub(crate) fn new(out: &'a mut Vec<u8>, bound: usize, expected: usize) -> Self {
        let start = out.len();
        let step = expected.clamp(*STEPS.start(), FIRST);
        Self { start, at: start, limit: start.saturating_add(bound), step, out }
    }

    /// Octets of this call.
    pub(crate) fn written(&self) -> usize {
        self.at - self.start
    }

    /// Octets that may still be put out.
    pub(crate) fn room(&self) -> usize {
        self.limit - self.at
    }

    /// Makes place for octets that will come next: `length` of them, or as many as may be.
    fn reserve(&mut self, length: usize) -> usize {
        let length = length.min(self.room());
        if self.out.len() - self.at < length {
            let end = (self.at + length.max(self.step)).min(self.limit);
            self.out.resize(end, 0);
            self.step = self.written().clamp(self.step, *STEPS.end());
        }
        length
    }

    /// Whether `length` octets may still be put out; there is place for them then.
    pub(crate) fn has_room(&mut self, length: usize) -> bool {
        self.reserve(length) == length
    }

    /// The place for this call's octets, and how many of them are there.
    pub(crate) fn place(&mut self) -> (&mut [u8], usize) {
        let written = self.written();
        let end = self.out.len().min(self.limit);
        (self.out.get_mut(self.start..end).unwrap_or_default(), written)
    }

    /// So many octets are there now.
    pub(crate) fn advance_to(&mut self, written: usize) {
        self.at = self.start + written;
    }

    /// One octet; `false` if the bound is reached.
    pub(crate) fn literal(&mut self, octet: u8) -> bool {
        let room = self.reserve(1) == 1;
        if let Some(slot) = self.out.get_mut(self.at).filter(|_| room) {
            *slot = octet;
            self.at += 1;
        }
        room
    }

    /// As many of `octets` as may be.
    pub(crate) fn put(&mut self, octets: &[u8]) {
        let length = self.reserve(octets.len());
        let place = self.out.get_mut(self.at..self.at + length);
        if let (Some(place), Some(octets)) = (place, octets.get(..length)) {
            place.copy_from_slice(octets);
            self.at += length;
        }
    }

    /// Repeats what stands `distance` back, `length` octets of it or as many as may be; says how
    /// many are left. `distance` is within what came.
    pub(crate) fn copy(&mut self, window: &Window, length: usize, distance: usize) -> usize {
        let mut left = length;
        while left > 0 && self.room() > 0 {
            let before = self.at;
            match distance.checked_sub(self.written()) {
                // What an older call put out.
                Some(back) if back > 0 => self.put(window.slice(back, left)),
                _ => self.repeat(left, distance),
            }
            if self.at == before {
                break;
            }
            left -= self.at - before;
        }
        left
    }

    /// As `copy`, within this call's octets. A reference may reach into what it makes itself: with
    /// a distance of 1 it repeats one octet.
    fn repeat(&mut self, length: usize, distance: usize) {
        let length = self.reserve(length.min(distance));
        let from = self.at - distance;
        self.out.copy_within(from..from + length, self.at);
        self.at += length;
    }

    /// Cuts the vector to what was put out, and lets the window remember it.
    pub(crate) fn finish(self, window: &mut Window) {
        self.out.truncate(self.at);
        if let Some(octets) = self.out.get(self.start..).filter(|octets| !octets.is_empty()) {
            window.push(octets);
        }
    }
}

#[test]
fn what_puts_out_little_costs_little_whatever_stands_behind_it() {
    use crate::{Inflate, Status, WindowBits};
    // An empty stream of ten bits in front of much that is none of its own: a gzip file of tiny
    // members is like this at each of them.
    let mut octets = vec![0x03, 0x00];
    octets.resize(1 << 20, 0);
    let literal = [&[0x4b, 0x04, 0x00][..], &octets].concat();
    for octets in [octets, literal] {
        let mut out = Vec::new();
        let status = Inflate::new(WindowBits::MAX).inflate(&mut &octets[..], &mut out, 1 << 20);
        assert_eq!(status, Ok(Status::Ended));
        assert!(out.capacity() <= 4096, "{} octets for {}", out.capacity(), out.len());
    }
}
