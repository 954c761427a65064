//! What a connection wants sent: a bounded queue of octets in the order of the wire.
//!
//! Three kinds of octets meet in one queue, so that a driver can hand them to the kernel with the
//! fewest copies and calls:
//!
//! ```text
//!   Owned      heads, frames, small bodies      one growing vector: many answers, one write
//!   Shared     one message to many peers        a reference to octets that nobody copies
//!   External   a file's part                    only counted; the driver supplies it (sendfile)
//! ```
//!
//! Invariant: [`Output::len`] counts exactly the octets that [`Output::advance`] can take off.
//!
//! Invariant: an `Output` refuses nothing; it tells [`Output::is_full`], and whoever fills it asks
//! first. A unit that was begun can thus always be ended.

use crate::spare;
use std::{collections::VecDeque, io::IoSlice, ops::Range, sync::Arc};

/// The octets at the front of the queue, as the driver must send them.
#[derive(Debug, PartialEq, Eq)]
pub enum Segment<'a> {
    /// These octets.
    Octets(&'a [u8]),
    /// This many octets that the driver has elsewhere.
    External(u64),
}

#[derive(Debug)]
enum Chunk {
    Owned { octets: Vec<u8>, sent: usize },
    Shared { octets: Arc<[u8]>, rest: Range<usize> },
    External(u64),
}

/// A queue of octets to send.
///
/// ```
/// use wire::{Output, Segment};
/// let mut output = Output::new(64 * 1024);
/// output.put(b"HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n");
/// output.put_external(4096);
/// assert_eq!(output.len(), 39 + 2 + 4096);
/// // The driver sends, and says how much went.
/// output.advance(41);
/// assert_eq!(output.front(), Some(Segment::External(4096)));
/// ```
#[derive(Debug)]
pub struct Output {
    chunks: VecDeque<Chunk>,
    /// Octets in memory, not yet sent; external ones cost nothing and are not bounded.
    held: usize,
    external: u64,
    limit: usize,
}

impl Output {
    /// A queue that calls itself full at `limit` octets held in memory.
    pub fn new(limit: usize) -> Self {
        Self { chunks: VecDeque::new(), held: 0, external: 0, limit }
    }

    /// Octets to send, external ones included.
    pub fn len(&self) -> u64 {
        self.held as u64 + self.external
    }

    /// Whether nothing is left to send.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Whether whoever fills the queue should wait.
    pub fn is_full(&self) -> bool {
        self.held >= self.limit
    }

    /// Octets that still fit before the queue is full.
    pub fn room(&self) -> usize {
        self.limit.saturating_sub(self.held)
    }

    /// Lets `write` append to the queue's last vector, and answers what it answers.
    ///
    /// The vector may begin with octets that others put there. `write` may take back what it has
    /// appended itself, as an encoder does that fails half-way.
    pub fn write<R>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        // A long vector is left alone: growing it would copy it.
        const LONG: usize = 64 * 1024;
        if !matches!(self.chunks.back(), Some(Chunk::Owned { octets, .. }) if octets.len() < LONG) {
            self.chunks.push_back(Chunk::Owned { octets: Vec::new(), sent: 0 });
        }
        let Some(Chunk::Owned { octets, sent }) = self.chunks.back_mut() else {
            // Cannot be: the line above put one there.
            return write(&mut Vec::new());
        };
        let before = octets.len().saturating_sub(*sent);
        let result = write(octets);
        // Counted anew instead of added up, so that `len` stays true whatever `write` did.
        *sent = octets.len().min(*sent);
        let waiting = octets.len().saturating_sub(*sent);
        self.held = self.held.saturating_sub(before) + waiting;
        if waiting == 0 {
            self.chunks.pop_back();
        }
        result
    }

    /// Appends a copy of `octets`.
    pub fn put(&mut self, octets: &[u8]) {
        self.write(|out| out.extend_from_slice(octets));
    }

    /// Appends a vector without copying it, unless it is so small that a copy is cheaper than one
    /// more element in the kernel's list.
    pub fn put_vec(&mut self, octets: Vec<u8>) {
        const SMALL: usize = 4096;
        if octets.len() < SMALL {
            return self.put(&octets);
        }
        self.held += octets.len();
        self.chunks.push_back(Chunk::Owned { octets, sent: 0 });
    }

    /// Appends octets that others send too.
    pub fn put_shared(&mut self, octets: Arc<[u8]>) {
        if !octets.is_empty() {
            self.held += octets.len();
            let rest = 0..octets.len();
            self.chunks.push_back(Chunk::Shared { octets, rest });
        }
    }

    /// As [`put_shared`](Self::put_shared), of a part of them; what lies outside is left away. A
    /// frame's part of a body costs a reference.
    pub fn put_shared_part(&mut self, octets: Arc<[u8]>, part: Range<usize>) {
        let end = part.end.min(octets.len());
        let rest = part.start.min(end)..end;
        if !rest.is_empty() {
            self.held += rest.len();
            self.chunks.push_back(Chunk::Shared { octets, rest });
        }
    }

    /// Appends `length` octets that the driver has elsewhere. All that wait must fit in 64 bits,
    /// which no disk fills.
    pub fn put_external(&mut self, length: u64) {
        if length > 0 {
            self.external += length;
            self.chunks.push_back(Chunk::External(length));
        }
    }

    /// Moves everything from `other` to the end of this queue, without copying large parts.
    pub fn append(&mut self, other: &mut Self) {
        if self.chunks.is_empty() {
            std::mem::swap(&mut self.chunks, &mut other.chunks);
        } else {
            self.chunks.append(&mut other.chunks);
        }
        self.held += std::mem::take(&mut other.held);
        self.external += std::mem::take(&mut other.external);
    }

    /// What to send first, or `None` if nothing waits.
    pub fn front(&self) -> Option<Segment<'_>> {
        self.chunks.front().map(|chunk| match chunk {
            Chunk::Owned { octets, sent } => {
                Segment::Octets(octets.get(*sent..).unwrap_or_default())
            }
            Chunk::Shared { octets, rest } => {
                Segment::Octets(octets.get(rest.clone()).unwrap_or_default())
            }
            Chunk::External(length) => Segment::External(*length),
        })
    }

    /// Fills `slices` with what stands before the first external part, for one `writev`; answers
    /// how many of them it filled.
    pub fn slices<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut filled = 0;
        for (chunk, slice) in self.chunks.iter().zip(slices) {
            *slice = IoSlice::new(match chunk {
                Chunk::Owned { octets, sent } => octets.get(*sent..).unwrap_or_default(),
                Chunk::Shared { octets, rest } => octets.get(rest.clone()).unwrap_or_default(),
                Chunk::External(_) => break,
            });
            filled += 1;
        }
        filled
    }

    /// Takes `sent` octets off the front; more than there are empties the queue.
    pub fn advance(&mut self, mut sent: u64) {
        while let Some(chunk) = self.chunks.front_mut() {
            let left = match chunk {
                Chunk::Owned { octets, sent } => (octets.len() - *sent) as u64,
                Chunk::Shared { rest, .. } => rest.len() as u64,
                Chunk::External(length) => *length,
            };
            let taken = sent.min(left);
            // What is taken from memory fits in usize, since it is there.
            let in_memory = usize::try_from(taken).unwrap_or(usize::MAX);
            match chunk {
                Chunk::Owned { sent, .. } => {
                    *sent += in_memory;
                    self.held -= in_memory;
                }
                Chunk::Shared { rest, .. } => {
                    rest.start += in_memory;
                    self.held -= in_memory;
                }
                Chunk::External(length) => {
                    *length -= taken;
                    self.external -= taken;
                }
            }
            sent -= taken;
            if taken < left {
                return;
            }
            if let Some(Chunk::Owned { octets, .. }) = self.chunks.pop_front() {
                spare::give(octets);
            }
        }
    }

    /// Takes the octets before the first external part out, copied into one vector: for tests and
    /// tools.
    pub fn take(&mut self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.held);
        while let Some(Segment::Octets(octets)) = self.front() {
            all.extend_from_slice(octets);
            let length = octets.len() as u64;
            self.advance(length);
        }
        all
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.chunks.clear();
        (self.held, self.external) = (0, 0);
    }
}
