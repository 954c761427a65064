//! The compressor: what stood in the window before is named, the rest is coded as it is.
//!
//! RFC 1951 §4
//!
//! ```text
//!            floor          at             stop    end
//!   buffer   │ window       │ not coded     │ ahead│
//!            └─ references ─┘ ─► search ─► Block ─► write
//! ```
//!
//! The search stops 258 octets before the end of what came, for a reference might go on in what
//! comes next; a flush codes those too. When the buffer is full its older half is given up and the
//! rest slides to the front.
//!
//! Memory for a window of 32 KiB, taken as it is needed: 64 KiB of buffer, 64 KiB of tokens, and
//! 32 KiB of places at level 1 or 136 KiB from level 2 on: at most 264 KiB.
//!
//! Invariant: no reference is longer than 258 octets, reaches back further than the window, or
//! reaches before the last reset.

mod block;
mod codes;
mod dynamic;
mod find;
mod lazy;
mod level;
mod one_look;
mod write;

use crate::{Flush, Level, WindowBits, bits::BitWriter, symbols::MAX_MATCH};
use block::Block;
use find::{Chains, Ground};
use level::Search;
use one_look::OneLook;

/// A compressor of one stream, which may be handed over in any pieces.
///
/// ```
/// use deflate::{Deflate, Flush, Level, WindowBits};
/// let mut deflate = Deflate::new(Level::DEFAULT, WindowBits::MAX);
/// let mut out = Vec::new();
/// deflate.deflate(b"Hello", &mut out, Flush::Sync);
/// assert_eq!(out, [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00, 0x00, 0xff, 0xff]);
/// ```
#[derive(Debug, Clone)]
pub struct Deflate {
    level: Level,
    window: WindowBits,
    bits: BitWriter,
    work: Option<Box<Work>>,
}

/// What is taken at first use.
#[derive(Debug, Clone)]
struct Work {
    buffer: Vec<u8>,
    /// Octets before this are coded.
    at: usize,
    /// Octets before this are forgotten.
    floor: usize,
    finder: Finder,
    block: Block,
}

#[derive(Debug, Clone)]
enum Finder {
    OneLook(OneLook),
    Chains(Chains),
}

/// A buffer of a small window is larger than twice the window, so that it slides seldom.
const LEAST_SLIDE: usize = 4096;
/// So much stays at least when it slides: more than is not coded yet.
const LEAST_KEPT: usize = 512;
/// So much must follow before a reference is looked for: the longest one, and the four octets
/// behind it that the search compares.
const AHEAD: usize = MAX_MATCH + 8;

impl Deflate {
    /// A compressor whose references reach 2^`window` octets back at most.
    pub fn new(level: Level, window: WindowBits) -> Self {
        Self { level, window, bits: BitWriter::default(), work: None }
    }

    /// Takes all of `input` and appends what can be said of it to `out`.
    ///
    /// With [`Flush::Sync`] the output ends in `00 00 FF FF` at an octet's boundary, even if there
    /// was nothing to say. After [`Flush::Finish`] a new stream begins.
    pub fn deflate(&mut self, input: &[u8], out: &mut Vec<u8>, flush: Flush) {
        let search = level::of(self.level);
        if search == Search::None {
            return self.store(input, out, flush);
        }
        let mut rest = input;
        while !rest.is_empty() {
            rest = self.fill(rest, out);
            self.code(search, out, !rest.is_empty() || flush == Flush::None);
        }
        match flush {
            Flush::None => {}
            Flush::Sync => {
                self.code(search, out, false);
                self.end_block(out, false);
                write::stored(&mut self.bits, out, &[], false);
            }
            Flush::Finish => {
                self.code(search, out, false);
                self.end_block(out, true);
                self.bits.align(out);
                self.reset();
            }
        }
    }

    /// Level 0: nothing waits and nothing is remembered.
    fn store(&mut self, input: &[u8], out: &mut Vec<u8>, flush: Flush) {
        if !input.is_empty() || flush == Flush::Finish {
            write::stored(&mut self.bits, out, input, flush == Flush::Finish);
        }
        if flush == Flush::Sync {
            write::stored(&mut self.bits, out, &[], false);
        }
    }

    /// How far the buffer slides when it is full.
    fn slide(&self) -> usize {
        self.window.size().max(LEAST_SLIDE)
    }

    /// Takes as much of `input` as there is room for; answers the rest.
    fn fill<'a>(&mut self, input: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let (by, size) = (self.slide(), self.window.size());
        let most = by + size.max(LEAST_KEPT);
        let search = level::of(self.level);
        let work = self.work.get_or_insert_with(|| Box::new(Work::new(search, size)));
        if work.buffer.len() == most {
            if work.would_lose_raw(by) {
                work.write(&mut self.bits, out, false);
            }
            work.slide(by);
        }
        let room = most - work.buffer.len();
        let (taken, rest) = input.split_at(room.min(input.len()));
        let needed = work.buffer.len() + taken.len();
        if needed > work.buffer.capacity() {
            // Twice as much as it was, but never more than it may ever hold.
            let size = needed.max(work.buffer.capacity() * 2).min(most);
            work.buffer.reserve_exact(size - work.buffer.len());
        }
        work.buffer.extend_from_slice(taken);
        rest
    }

    /// Searches what is in the buffer, to the end or, if more comes, as far as it is certain.
    fn code(&mut self, search: Search, out: &mut Vec<u8>, more: bool) {
        let Some(work) = &mut self.work else { return };
        let end = work.buffer.len();
        let stop = if more { end.saturating_sub(AHEAD) } else { end };
        while work.at < stop {
            let ground =
                Ground { buffer: &work.buffer, floor: work.floor, window: self.window.size() };
            work.at = match (&mut work.finder, search) {
                (Finder::Chains(chains), Search::Chains(effort)) => {
                    chains.run(ground, work.at, stop, effort, &mut work.block)
                }
                (Finder::OneLook(finder), _) => finder.run(ground, work.at, stop, &mut work.block),
                _ => return,
            };
            if work.block.is_full() {
                work.write(&mut self.bits, out, false);
            }
        }
    }

    /// Writes what was gathered; a last block even if there is nothing in it.
    fn end_block(&mut self, out: &mut Vec<u8>, last: bool) {
        match &mut self.work {
            Some(work) if last || !work.block.is_empty() => work.write(&mut self.bits, out, last),
            None if last => write::block(&mut self.bits, out, &mut Block::new(), None, true),
            _ => {}
        }
    }

    /// Forgets the window, and whatever was not flushed: what comes next can be read without what
    /// came before. Behind a [`Flush::Sync`] the same stream goes on. The memory is kept.
    pub fn reset(&mut self) {
        self.bits = BitWriter::default();
        if let Some(work) = &mut self.work {
            work.at = work.buffer.len();
            work.floor = work.at;
            work.block.clear();
        }
    }

    /// As [`reset`](Self::reset), and gives the memory back.
    pub fn release(&mut self) {
        self.bits = BitWriter::default();
        self.work = None;
    }

    /// Octets of memory taken beyond the value itself.
    pub fn held(&self) -> usize {
        self.work.as_ref().map_or(0, |work| work.held())
    }
}

impl Work {
    fn new(search: Search, window: usize) -> Self {
        let finder = match search {
            Search::Chains(_) => Finder::Chains(Chains::new(window)),
            _ => Finder::OneLook(OneLook::new(window)),
        };
        Self { buffer: Vec::new(), at: 0, floor: 0, finder, block: Block::new() }
    }

    /// Gives the first `by` octets up.
    fn slide(&mut self, by: usize) {
        self.buffer.drain(..by);
        self.at = self.at.saturating_sub(by);
        self.floor = self.floor.saturating_sub(by);
        match &mut self.finder {
            Finder::OneLook(finder) => finder.slide(by),
            Finder::Chains(chains) => chains.slide(by),
        }
    }

    /// Whether a block that might better be stored loses octets when the first `by` are given up.
    fn would_lose_raw(&self, by: usize) -> bool {
        let octets = self.block.octets();
        self.at.saturating_sub(octets) < by && octets < 2 * self.block.tokens().len()
    }

    fn write(&mut self, bits: &mut BitWriter, out: &mut Vec<u8>, last: bool) {
        // Where the block began before what the buffer still has, it was worth a reference.
        let raw = self.at.checked_sub(self.block.octets());
        let raw = raw.and_then(|start| self.buffer.get(start..self.at));
        write::block(bits, out, &mut self.block, raw, last);
    }

    fn held(&self) -> usize {
        let finder = match &self.finder {
            Finder::OneLook(finder) => finder.held(),
            Finder::Chains(chains) => chains.held(),
        };
        size_of::<Self>() + self.buffer.capacity() + finder + self.block.held()
    }
}
