//! Content that waits to be sent: parts in order, cut where frames end.
//!
//! ```text
//!   parts    │ owned, small ones together │ shared │ external (a file's) │
//!   frames   │─── 16 KiB ───│─── 16 KiB ───│─── 16 KiB ───│ …
//! ```
//!
//! Invariant: shared and external parts are cut without a copy, an owned one that fits a frame
//! whole is moved.
//!
//! Used by: `schedule`, which asks for a frame's worth at a time.

use crate::copy;
use std::{collections::VecDeque, ops::Range, sync::Arc};
use wire::Output;

/// Octets of an owned part up to which the next small one joins it.
const JOIN: usize = 16_384;

/// Octets from which an owned part is worth a segment of its own.
const MOVE: usize = 4096;

/// Content that an application gives.
#[derive(Debug)]
pub(crate) enum Part<'a> {
    Octets(&'a [u8]),
    Owned(Vec<u8>),
    Shared(Arc<[u8]>),
    External(u64),
}

impl Part<'_> {
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Octets(octets) => octets.len() as u64,
            Self::Owned(octets) => octets.len() as u64,
            Self::Shared(octets) => octets.len() as u64,
            Self::External(length) => *length,
        }
    }
}

/// Content that waits.
#[derive(Debug)]
enum Piece {
    Owned { octets: Vec<u8>, sent: usize },
    Shared { octets: Arc<[u8]>, rest: Range<usize> },
    External(u64),
}

/// What waits in one stream.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    pieces: VecDeque<Piece>,
    waiting: u64,
    held: usize,
    /// A vector that was sent, for the next small part.
    spare: Vec<u8>,
}

impl Outgoing {
    /// Octets that wait.
    pub(crate) const fn waiting(&self) -> u64 {
        self.waiting
    }

    /// Octets of them that are in memory.
    pub(crate) const fn held(&self) -> usize {
        self.held
    }

    /// Forgets all; keeps what the next stream can use.
    pub(crate) fn clear(&mut self) {
        self.pieces.clear();
        if self.pieces.capacity() > 64 {
            self.pieces = VecDeque::new();
        }
        (self.waiting, self.held) = (0, 0);
    }

    pub(crate) fn push(&mut self, part: Part<'_>) {
        let length = part.len();
        if length == 0 {
            return;
        }
        self.waiting += length;
        match part {
            Part::Octets(octets) => self.join(octets),
            Part::Owned(octets) if octets.len() < MOVE => self.join(&octets),
            Part::Owned(octets) => {
                self.held += octets.len();
                self.pieces.push_back(Piece::Owned { octets, sent: 0 });
            }
            Part::Shared(octets) => {
                self.held += octets.len();
                let rest = 0..octets.len();
                self.pieces.push_back(Piece::Shared { octets, rest });
            }
            Part::External(length) => self.pieces.push_back(Piece::External(length)),
        }
    }

    fn join(&mut self, more: &[u8]) {
        self.held += more.len();
        match self.pieces.back_mut() {
            Some(Piece::Owned { octets, .. }) if octets.len() + more.len() <= JOIN => {
                copy::append(octets, more);
            }
            _ => {
                let mut octets = std::mem::take(&mut self.spare);
                copy::append(&mut octets, more);
                self.pieces.push_back(Piece::Owned { octets, sent: 0 });
            }
        }
    }

    // ANCHOR: take
    /// Moves the next `length` octets to `out`; there are as many. `external` hears of each part
    /// that the driver has elsewhere.
    pub(crate) fn take(&mut self, length: u64, out: &mut Output, mut external: impl FnMut(u64)) {
        let mut left = length.min(self.waiting);
        self.waiting -= left;
        while left > 0
            && let Some(piece) = self.pieces.front_mut()
        {
            // What is in memory has a length that fits.
            let most = usize::try_from(left).unwrap_or(usize::MAX);
            let (taken, done) = match piece {
                Piece::Owned { octets, sent } => {
                    let rest = octets.get(*sent..).unwrap_or_default();
                    let taken = rest.len().min(most);
                    let whole = taken == rest.len();
                    if whole && *sent == 0 && taken >= MOVE {
                        out.put_vec(std::mem::take(octets));
                    } else {
                        let part = rest.get(..taken).unwrap_or_default();
                        out.write(|out| copy::append(out, part));
                    }
                    *sent += taken;
                    self.held -= taken;
                    (taken as u64, whole)
                }
                Piece::Shared { octets, rest } => {
                    let taken = rest.len().min(most);
                    out.put_shared_part(Arc::clone(octets), rest.start..rest.start + taken);
                    rest.start += taken;
                    self.held -= taken;
                    (taken as u64, rest.start >= rest.end)
                }
                Piece::External(length) => {
                    let taken = left.min(*length);
                    out.put_external(taken);
                    external(taken);
                    *length -= taken;
                    (taken, *length == 0)
                }
            };
            left -= taken;
            if done {
                self.drop_front();
            }
        }
    }
    // ANCHOR_END: take

    fn drop_front(&mut self) {
        if let Some(Piece::Owned { mut octets, .. }) = self.pieces.pop_front()
            && octets.capacity() <= MOVE
        {
            octets.clear();
            self.spare = octets;
        }
    }
}
