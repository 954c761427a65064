//! Where the octets at hand stood before.
//!
//! ```text
//!   hash of four octets ──► head[hash] ── last place ──► prev[place] ──► the place before …
//!   hash of three       ──► threes[hash]   the last place alone
//! ```
//!
//! Places are indices into the buffer plus one, so that 0 is none and a table of zeros is empty. A
//! place may be stale (before the floor, beyond the window, written over): it is only ever a hint,
//! for the octets themselves are compared.
//!
//! Invariant: a link leads to an earlier place, so a walk ends.

use crate::symbols::MAX_MATCH;

/// A reference that was found: `length` octets stand `distance` back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Found {
    pub(crate) length: usize,
    pub(crate) distance: usize,
}

/// What is searched: the buffer, and how far back references may reach.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground<'a> {
    /// Window and what is not coded yet.
    pub(crate) buffer: &'a [u8],
    /// The first octet that may be named.
    pub(crate) floor: usize,
    /// 2^window bits.
    pub(crate) window: usize,
}

impl Ground<'_> {
    /// The furthest octet that a reference at `at` may name.
    fn oldest(&self, at: usize) -> usize {
        self.floor.max(at.saturating_sub(self.window))
    }

    /// Four octets as a number.
    #[inline]
    pub(crate) fn four(&self, at: usize) -> Option<u32> {
        self.buffer.get(at..)?.first_chunk().map(|octets| u32::from_le_bytes(*octets))
    }

    /// How many octets at `at` are those at `before`, up to 258.
    #[inline]
    pub(crate) fn common(&self, before: usize, at: usize) -> usize {
        let here = self.buffer.get(at..).unwrap_or_default();
        let here = here.get(..MAX_MATCH).unwrap_or(here);
        let there = self.buffer.get(before..).unwrap_or_default();
        let mut same = 0;
        for (one, other) in here.as_chunks::<8>().0.iter().zip(there.as_chunks::<8>().0) {
            let differ = u64::from_le_bytes(*one) ^ u64::from_le_bytes(*other);
            if differ != 0 {
                return same + (differ.trailing_zeros() / 8) as usize;
            }
            same += 8;
        }
        let (here, there) = (here.get(same..), there.get(same..));
        let rest = here.unwrap_or_default().iter().zip(there.unwrap_or_default());
        same + rest.take_while(|(one, other)| one == other).count()
    }
}

/// Chains of places with the same hash.
#[derive(Debug, Clone)]
pub(crate) struct Chains {
    head: Vec<u16>,
    prev: Vec<u16>,
    threes: Vec<u16>,
    /// Places before this one are in the tables.
    next: usize,
}

/// Beyond this distance a reference of three octets costs more than three literals.
const FAR_FOR_THREE: usize = 4096;

const THREES_BITS: u32 = 12;

impl Chains {
    pub(crate) fn new(window: usize) -> Self {
        Self {
            head: vec![0; window],
            prev: vec![0; window],
            threes: vec![0; 1 << THREES_BITS],
            next: 0,
        }
    }

    /// Memory taken, in octets.
    pub(crate) fn held(&self) -> usize {
        2 * (self.head.len() + self.prev.len() + self.threes.len())
    }

    /// The buffer lost its first `by` octets, a multiple of the window.
    pub(crate) fn slide(&mut self, by: usize) {
        slide(&mut self.head, by);
        slide(&mut self.prev, by);
        slide(&mut self.threes, by);
        self.next = self.next.saturating_sub(by);
    }

    /// Puts `at` into the tables; says the last places of the same four and the same three octets.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "a place is below 2^16")]
    fn insert(&mut self, four: u32, at: usize) -> (u16, u16) {
        let place = (at + 1) as u16;
        let mask = self.prev.len() - 1;
        let bits = self.head.len().trailing_zeros();
        let hash = (four.wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize;
        let last = self.head.get_mut(hash).map_or(0, |head| std::mem::replace(head, place));
        if let Some(prev) = self.prev.get_mut(at & mask) {
            *prev = last;
        }
        let hash = ((four << 8).wrapping_mul(0x9e37_79b1) >> (32 - THREES_BITS)) as usize;
        let three = self.threes.get_mut(hash).map_or(0, |head| std::mem::replace(head, place));
        (last, three)
    }

    /// Puts every place before `at` into the tables that is not there.
    pub(crate) fn insert_until(&mut self, ground: Ground<'_>, at: usize) {
        self.next = self.next.max(ground.floor);
        while self.next < at {
            let Some(four) = ground.four(self.next) else { return };
            self.insert(four, self.next);
            self.next += 1;
        }
    }

    /// The longest reference at `at` that is longer than `than` octets, among so many candidates.
    // ANCHOR: longest
    pub(crate) fn longest(
        &mut self,
        ground: Ground<'_>,
        at: usize,
        than: usize,
        candidates: u16,
        content: usize,
    ) -> Option<Found> {
        self.insert_until(ground, at);
        let four = ground.four(at)?;
        let (mut place, three) = self.insert(four, at);
        self.next = at + 1;
        let oldest = ground.oldest(at);
        let mut best = Found { length: than, distance: 0 };
        // Three of the four are compared: shifted, the last one, which is the highest, is gone.
        if best.length < 3
            && let Some(before) = usize::from(three).checked_sub(1)
            && before >= oldest
            && at - before <= FAR_FOR_THREE
            && ground.four(before).is_some_and(|found| found << 8 == four << 8)
        {
            best = Found { length: 3, distance: at - before };
        }
        let mut tail = ground.four(at + best.length.max(3) - 3)?;
        let mask = self.prev.len() - 1;
        for _ in 0..candidates {
            let Some(before) = usize::from(place).checked_sub(1) else { break };
            if before < oldest {
                break;
            }
            // A longer one must have the octet behind the best one, too.
            let fits = ground.four(before + best.length.max(3) - 3) == Some(tail);
            if fits && ground.four(before) == Some(four) {
                let length = ground.common(before, at);
                if length > best.length {
                    best = Found { length, distance: at - before };
                    if length >= content {
                        break;
                    }
                    let Some(further) = ground.four(at + length - 3) else { break };
                    tail = further;
                }
            }
            let link = self.prev.get(before & mask).copied().unwrap_or(0);
            if link >= place {
                break;
            }
            place = link;
        }
        (best.distance > 0).then_some(best)
    }
    // ANCHOR_END: longest
}

/// Places that the buffer lost become none.
pub(crate) fn slide(places: &mut [u16], by: usize) {
    let by = u16::try_from(by).unwrap_or(u16::MAX);
    for place in places {
        *place = place.saturating_sub(by);
    }
}
