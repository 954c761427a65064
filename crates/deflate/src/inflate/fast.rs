//! The inner loop: symbols while there is enough input, and enough room, for any of them.
//!
//! RFC 1951 §3.2.3
//!
//! ```text
//!   while 16 octets of input are left, and room for 258 octets and a few more:
//!       refill                             56 bits or more
//!       up to three literals               11 bits each, at the most
//!       or a length, refill, a distance    20 and 28 bits, at the most
//! ```
//!
//! Nothing in it asks whether the input or the room ends, but for the one question on top. Whatever
//! is neither a literal nor a reference to something that is there (the end of the block, a code
//! without a meaning, a distance too far) is left to the states of [`super`], which read it again
//! and know what to say.
//!
//! Invariant: it stops between two symbols or between a length and its distance, and uses up
//! nothing behind that.

use super::{State, tables::Tables, window::Window};
use crate::{
    huffman::table::{Entry, Table},
    symbols::MAX_MATCH,
};

/// Octets of input that one turn may take: two refills.
pub(super) const INPUT: usize = 16;
/// Room that one turn may use: two literals and a reference, whose copy may run over by 15 octets.
pub(super) const ROOM: usize = 2 + MAX_MATCH + 15;

/// Input and output of one run, in registers.
pub(super) struct Fast<'a> {
    pub(super) input: &'a [u8],
    pub(super) at: usize,
    pub(super) bits: u64,
    pub(super) count: u32,
    /// Where the octets go, this call's first one at the front.
    pub(super) out: &'a mut [u8],
    pub(super) written: usize,
}

impl Fast<'_> {
    /// Reads symbols; says in which state to go on.
    // ANCHOR: fast
    #[inline(never)]
    pub(super) fn run(&mut self, tables: &Tables, window: &Window) -> State {
        let last_input = self.input.len().saturating_sub(INPUT);
        let last_room = self.out.len().saturating_sub(ROOM);
        while self.at <= last_input && self.written <= last_room {
            self.refill();
            let mut entry = tables.literals.first(self.bits);
            if entry.is(Entry::LITERAL) {
                self.literal(entry);
                entry = tables.literals.first(self.bits);
                if entry.is(Entry::LITERAL) {
                    self.literal(entry);
                    entry = tables.literals.first(self.bits);
                    if entry.is(Entry::LITERAL) {
                        self.literal(entry);
                        continue;
                    }
                }
            }
            if entry.is(Entry::SPECIAL) {
                if !entry.is(Entry::SECOND) {
                    break;
                }
                let second = tables.literals.second(entry, self.bits >> entry.bits());
                if second.is(Entry::SPECIAL) {
                    break;
                }
                self.consume(entry.bits());
                entry = second;
                if entry.is(Entry::LITERAL) {
                    self.literal(entry);
                    continue;
                }
            }
            let length = entry.number(self.bits);
            self.consume(entry.bits());
            self.refill();
            let Some((distance, bits)) = distance(&tables.distances, self.bits) else {
                return State::Distance { length };
            };
            if distance > (self.written + window.have()).min(window.most()) {
                return State::Distance { length };
            }
            self.consume(bits);
            if distance <= self.written {
                self.copy(length, distance);
            } else {
                self.copy_older(window, length, distance);
            }
        }
        State::Symbol
    }
    // ANCHOR_END: fast

    #[inline(always)]
    fn refill(&mut self) {
        if let Some(octets) = self.input.get(self.at..).and_then(<[u8]>::first_chunk) {
            // As `BitReader::refill`.
            self.bits |= u64::from_le_bytes(*octets) << self.count;
            self.at += (63 - self.count as usize) / 8;
            self.count |= 56;
        }
    }

    #[inline(always)]
    fn consume(&mut self, bits: u32) {
        self.bits >>= bits;
        self.count -= bits;
    }

    #[inline(always)]
    fn literal(&mut self, entry: Entry) {
        if let Some(slot) = self.out.get_mut(self.written) {
            *slot = entry.value().to_le_bytes()[0];
        }
        self.written += 1;
        self.consume(entry.bits());
    }

    /// Repeats what stands `distance` back in this call's octets.
    // ANCHOR: copy
    #[inline(always)]
    fn copy(&mut self, length: usize, distance: usize) {
        let start = self.written;
        self.written += length;
        if distance >= 16 {
            // Sixteen at a time, the last of them perhaps too many: what follows is written over.
            let mut at = start;
            while at < self.written {
                self.move_chunk::<16>(at - distance, at);
                at += 16;
            }
        } else if distance == 1 {
            let octet = self.out.get(start.wrapping_sub(1)).copied().unwrap_or_default();
            self.out.get_mut(start..self.written).unwrap_or_default().fill(octet);
        } else if distance >= 8 {
            let mut at = start;
            while at < self.written {
                self.move_chunk::<8>(at - distance, at);
                at += 8;
            }
        } else {
            for at in start..self.written {
                self.move_chunk::<1>(at - distance, at);
            }
        }
    }
    // ANCHOR_END: copy

    #[inline(always)]
    fn move_chunk<const N: usize>(&mut self, from: usize, to: usize) {
        let chunk = self.out.get(from..).and_then(<[u8]>::first_chunk::<N>).copied();
        let place = self.out.get_mut(to..).and_then(<[u8]>::first_chunk_mut::<N>);
        if let (Some(chunk), Some(place)) = (chunk, place) {
            *place = chunk;
        }
    }

    /// As `copy`, of something that begins in what older calls put out.
    #[inline(never)]
    fn copy_older(&mut self, window: &Window, length: usize, distance: usize) {
        let end = self.written + length;
        while self.written < end && distance > self.written {
            let octets = window.slice(distance - self.written, end - self.written);
            let to = self.written + octets.len();
            self.out.get_mut(self.written..to).unwrap_or_default().copy_from_slice(octets);
            self.written = to;
        }
        if self.written < end {
            self.copy(end - self.written, distance);
        }
    }
}

/// The distance that `bits` begin with, and how many bits it takes; nothing if the code has no
/// meaning.
#[inline(always)]
fn distance<const FIRST: u32, const ALL: usize>(
    table: &Table<FIRST, ALL>,
    bits: u64,
) -> Option<(usize, u32)> {
    let mut entry = table.first(bits);
    let mut before = 0;
    if entry.is(Entry::SPECIAL) {
        if !entry.is(Entry::SECOND) {
            return None;
        }
        before = entry.bits();
        entry = table.second(entry, bits >> before);
        if entry.is(Entry::SPECIAL) {
            return None;
        }
    }
    Some((entry.number(bits >> before), before + entry.bits()))
}
