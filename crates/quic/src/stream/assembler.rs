//! Octets that come in any order, and are read in theirs.
//!
//! RFC 9000 §2.2
//!
//! ```text
//!   offset        read             ready                        end
//!   ──────────────┼────────────────┼────────────────────────────┼──────────
//!                 │ may be read    │ ▓▓▓░░░▓▓░░░░▓▓▓▓  came, with gaps
//!   blocks        │      4096      │      4096      │      4096      │
//!   came          │ -              │ a bit for each octet ahead      │
//! ```
//!
//! Octets are copied once, to where they belong. What came in order needs no book-keeping; what
//! came ahead of a gap is marked in a bitmap, so that a peer that sends every second octet costs an
//! eighth more, and not a list of a million pieces.
//!
//! Invariant: memory is at most 9/8 of the octets from `read` to `end`, and two blocks. Flow
//! control bounds these, and whoever calls checks it first.
//!
//! Invariant: each octet is read once, in order.
//!
//! Used by: [`ReceiveStream`](super::ReceiveStream), [`CryptoStream`](crate::crypto::CryptoStream).

use std::collections::VecDeque;

/// Octets of a block: a page, so that little is held for a stream that carries little.
const BLOCK: usize = 4096;

/// Words of a block's bitmap.
const WORDS: usize = BLOCK / 64;

/// One block of a stream.
#[derive(Debug, Default)]
struct Block {
    /// From the block's first octet to the last that came in it.
    octets: Vec<u8>,
    /// Which octets came ahead of a gap.
    came: Option<Box<[u64; WORDS]>>,
}

/// What has come of a stream and is not read.
#[derive(Debug, Default)]
pub struct Assembler {
    blocks: VecDeque<Block>,
    /// The number of the first block: its offset is as many blocks.
    first: u64,
    read: u64,
    ready: u64,
    end: u64,
}

/// The block of an offset, and where in it.
const fn place(offset: u64) -> (u64, usize) {
    // The remainder of 4096 fits.
    #[expect(clippy::cast_possible_truncation, reason = "less than a block")]
    let within = (offset % BLOCK as u64) as usize;
    (offset / BLOCK as u64, within)
}

impl Assembler {
    /// Nothing has come.
    pub const fn new() -> Self {
        Self { blocks: VecDeque::new(), first: 0, read: 0, ready: 0, end: 0 }
    }

    // ANCHOR: insert
    /// `octets` came for `offset`. What came before is left as it is. An end beyond 2^62 is the
    /// caller's to refuse.
    pub fn insert(&mut self, offset: u64, octets: &[u8]) {
        let past = self.ready.saturating_sub(offset);
        let past = usize::try_from(past).unwrap_or(usize::MAX).min(octets.len());
        let Some(octets) = octets.get(past..).filter(|octets| !octets.is_empty()) else { return };
        let offset = offset.saturating_add(past as u64);
        let end = offset.saturating_add(octets.len() as u64);
        self.store(offset, octets, offset > self.ready);
        if offset == self.ready {
            self.ready = end;
            if self.end > end {
                self.close_gaps();
            }
        }
        self.end = self.end.max(end);
    }
    // ANCHOR_END: insert

    /// Copies octets to their blocks, and marks them if they came ahead of a gap.
    fn store(&mut self, mut offset: u64, mut octets: &[u8], ahead: bool) {
        while !octets.is_empty() {
            let (number, within) = place(offset);
            let (part, rest) = octets.split_at(octets.len().min(BLOCK - within));
            if let Some(block) = self.block(number) {
                block.write(within, part, number > 0);
                if ahead {
                    block.mark(within, within + part.len());
                }
            }
            offset += part.len() as u64;
            octets = rest;
        }
    }

    fn block(&mut self, number: u64) -> Option<&mut Block> {
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        if self.blocks.len() <= at {
            // Most streams are a request, which lies in one.
            if self.blocks.capacity() == 0 {
                self.blocks.reserve_exact(at + 1);
            }
            self.blocks.resize_with(at + 1, Block::default);
        }
        self.blocks.get_mut(at)
    }

    /// Moves `ready` over what had come ahead.
    fn close_gaps(&mut self) {
        while self.ready < self.end {
            let (number, within) = place(self.ready);
            let run = self.block(number).map_or(0, |block| block.run(within));
            self.ready += run as u64;
            if run == 0 || within + run < BLOCK {
                return;
            }
        }
    }

    /// The next octets that can be read: as many as lie in one piece; empty where none can.
    pub fn peek(&self) -> &[u8] {
        let (number, within) = place(self.read);
        let at = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let Some(block) = self.blocks.get(at) else { return &[] };
        let ready = usize::try_from(self.ready - self.read).unwrap_or(BLOCK).min(BLOCK - within);
        block.octets.get(within..within + ready).unwrap_or_default()
    }

    /// `octets` of those that can be read were read; more than there are read all.
    pub fn consume(&mut self, octets: usize) {
        self.read = self.read.saturating_add(octets as u64).min(self.ready);
        let (number, _) = place(self.read);
        while self.first < number {
            self.blocks.pop_front();
            self.first += 1;
        }
    }

    /// Octets that can be read now.
    pub const fn readable(&self) -> u64 {
        self.ready - self.read
    }

    /// The offset up to which everything was read.
    pub const fn read_offset(&self) -> u64 {
        self.read
    }

    /// The offset up to which everything has come.
    pub const fn ready_offset(&self) -> u64 {
        self.ready
    }

    /// One past the highest octet that has come.
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// Octets of memory that are held.
    pub fn held(&self) -> usize {
        let bitmap = |block: &Block| block.came.as_ref().map_or(0, |_| BLOCK / 8);
        let blocks = self.blocks.capacity() * size_of::<Block>();
        let held = |block: &Block| block.octets.capacity() + bitmap(block);
        blocks + self.blocks.iter().map(held).sum::<usize>()
    }

    /// Lets go of everything that is held: nobody will read it.
    pub fn discard(&mut self) {
        self.blocks = VecDeque::new();
        (self.read, self.ready) = (self.end, self.end);
        self.first = place(self.end).0;
    }
}

impl Block {
    fn write(&mut self, within: usize, part: &[u8], whole: bool) {
        // A stream that came this far will likely fill the block; a short one stays short.
        let (end, length) = (within + part.len(), self.octets.len());
        if end > self.octets.capacity() {
            let least = if whole { BLOCK } else { end.max(length * 2).min(BLOCK) };
            self.octets.reserve_exact(least - length);
        }
        if self.octets.len() < within {
            self.octets.resize(within, 0);
        }
        let over = part.len().min(self.octets.len() - within);
        let (old, new) = part.split_at(over);
        if let Some(place) = self.octets.get_mut(within..within + over) {
            place.copy_from_slice(old);
        }
        self.octets.extend_from_slice(new);
    }

    /// Marks the octets of `from..to`.
    fn mark(&mut self, from: usize, to: usize) {
        let came = self.came.get_or_insert_with(|| Box::new([0; WORDS]));
        let mut at = from;
        while at < to {
            let bit = at % 64;
            let bits = (64 - bit).min(to - at);
            let mask = (u64::MAX >> (64 - bits)) << bit;
            if let Some(word) = came.get_mut(at / 64) {
                *word |= mask;
            }
            at += bits;
        }
    }

    /// How many octets from `from` on are marked, without a gap.
    fn run(&self, from: usize) -> usize {
        let Some(came) = &self.came else { return 0 };
        let mut at = from;
        while let Some(word) = came.get(at / 64) {
            let ones = (!(word >> (at % 64))).trailing_zeros() as usize;
            let most = 64 - at % 64;
            at += ones.min(most);
            if ones < most {
                break;
            }
        }
        at - from
    }
}
