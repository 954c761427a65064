//! The last octets that were put out, for references to point at.
//!
//! RFC 1951 §3.2.5
//!
//! ```text
//!   a ring of 2^n octets          … e f g h│a b c d …      │ = where the next octet goes
//!   distance 1                            h
//! ```
//!
//! What the call at hand puts out lies in the caller's vector, and references into it are copied
//! there; only what older calls put out is looked up here. So the ring is written once in a call.
//!
//! Invariant: the ring has room for what came, rounded up to a power of two, and never for more
//! than the window; one that saw 300 octets has 512.

use crate::WindowBits;

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    ring: Vec<u8>,
    /// Where the next octet goes.
    head: usize,
    /// Octets that are there, at most the ring's.
    have: usize,
    most: usize,
}

/// A ring smaller than this would grow again at once.
const LEAST: usize = 256;

impl Window {
    pub(crate) fn new(bits: WindowBits) -> Self {
        Self { ring: Vec::new(), head: 0, have: 0, most: bits.size() }
    }

    /// Octets that a reference can name.
    pub(crate) fn have(&self) -> usize {
        self.have
    }

    /// The window's size: references reach no further.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Memory taken, in octets.
    pub(crate) fn held(&self) -> usize {
        self.ring.capacity()
    }

    /// Forgets everything and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.head = 0;
        self.have = 0;
    }

    /// Forgets everything and gives the memory back.
    pub(crate) fn release(&mut self) {
        self.clear();
        self.ring = Vec::new();
    }

    /// Up to `length` octets that begin `distance` before the next one, in one piece: fewer where
    /// the ring or what is there ends.
    pub(crate) fn slice(&self, distance: usize, length: usize) -> &[u8] {
        let size = self.ring.len();
        let start = if distance <= self.head {
            self.head - distance
        } else {
            (self.head + size).saturating_sub(distance)
        };
        let end = size.min(start + length.min(distance));
        self.ring.get(start..end).unwrap_or_default()
    }

    /// Remembers what was put out.
    pub(crate) fn push(&mut self, octets: &[u8]) {
        let octets = octets.get(octets.len().saturating_sub(self.most)..).unwrap_or(octets);
        self.grow(octets.len());
        let until_end = octets.len().min(self.ring.len() - self.head);
        let (first, second) = octets.split_at_checked(until_end).unwrap_or((octets, &[]));
        self.write(first);
        self.write(second);
    }

    fn write(&mut self, octets: &[u8]) {
        let end = self.head + octets.len();
        if let Some(place) = self.ring.get_mut(self.head..end) {
            place.copy_from_slice(octets);
            self.head = if end == self.ring.len() { 0 } else { end };
            self.have = (self.have + octets.len()).min(self.ring.len());
        }
    }

    /// Makes the ring large enough for `more` octets beside those that are there, or as large as
    /// it may be.
    fn grow(&mut self, more: usize) {
        let size = (self.have + more).next_power_of_two().clamp(LEAST, self.most);
        if size <= self.ring.len() {
            return;
        }
        let mut ring = Vec::with_capacity(size);
        let older = self.slice(self.have, self.have);
        ring.extend_from_slice(older);
        let newer = self.slice(self.have - older.len(), self.have - older.len());
        ring.extend_from_slice(newer);
        self.have = ring.len();
        self.head = if self.have == size { 0 } else { self.have };
        ring.resize(size, 0);
        self.ring = ring;
    }
}

#[test]
fn the_ring_grows_with_what_came_and_keeps_the_last() {
    let octets: Vec<u8> = (0..=255).cycle().take(3000).collect();
    for step in [1, 7, 255, 256, 257, 1000] {
        let mut window = Window::new(WindowBits::new(9).unwrap());
        for (index, chunk) in octets.chunks(step).enumerate() {
            window.push(chunk);
            let came = octets.len().min((index + 1) * step);
            assert!(window.held() <= (2 * came).clamp(LEAST, 512), "{came}: {}", window.held());
            assert_eq!(window.have(), came.min(512));
            for distance in 1..=window.have() {
                let there = &octets[came - distance..came];
                assert_eq!(window.slice(distance, 1), &there[..1]);
                assert!(there.starts_with(window.slice(distance, 600)));
            }
        }
    }
}
