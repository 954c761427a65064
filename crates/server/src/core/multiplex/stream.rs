//! One stream's request and answer: what waits for room, and what ends it.
//!
//! RFC 9113 §8.1, RFC 9114 §4.1
//!
//! ```text
//!   commands ──► head ──────────────────────────► protocol
//!            ──► content ── waiting? ── no ─────► protocol
//!                              │ yes: a file, or something behind one
//!                              ▼
//!                           waiting ── room ────► protocol, a piece at a time
//! ```
//!
//! A file is read when there is room for a piece of it: a frame of 16 KiB each would cost two calls
//! of the kernel, were it to send them by itself, and a copy costs less than that.
//!
//! Invariant: what was said first goes first.

use super::{
    multiplexed::Multiplexed,
    pieces::{self, PIECE},
};
use crate::{
    core::{
        answer::{Octets, Refused},
        underway::Underway,
    },
    payload::FilePart,
};
use http::HeaderMap;
use std::{collections::VecDeque, os::unix::fs::FileExt};

/// A request that is being answered.
pub(super) struct Stream {
    pub(super) id: u64,
    pub(super) underway: Box<Underway>,
    /// The peer may send more on it.
    pub(super) open: bool,
    /// Octets that came and that the peer's window was not opened for again.
    held: usize,
    /// The handler has said all of its answer.
    pub(super) whole: bool,
    /// The peer waits for 100 (Continue).
    pub(super) expects: bool,
    /// Content that waits for room.
    pub(super) waiting: VecDeque<Octets>,
    /// The end of the content, which waits behind it.
    pub(super) ending: Option<Option<HeaderMap>>,
}

impl Stream {
    /// A request that has come.
    pub(super) fn new(id: u64, underway: Box<Underway>, open: bool, expects: bool) -> Self {
        let (held, whole, waiting, ending) = (0, false, VecDeque::new(), None);
        Self { id, underway, open, held, whole, expects, waiting, ending }
    }

    /// Gives the handler a part of the content.
    pub(super) fn deliver(&mut self, octets: Vec<u8>) {
        if !octets.is_empty() {
            self.held += octets.len();
            self.underway.exchange.deliver(octets);
        }
    }

    /// Lets the peer send as much again as the handler has taken.
    pub(super) fn release(&mut self, protocol: &mut impl Multiplexed) {
        if self.held > 0 {
            let consumed = self.underway.exchange.take_consumed().min(self.held);
            self.held -= consumed;
            release(protocol, self.id, consumed);
        }
    }

    /// Nobody takes the rest.
    pub(super) fn release_all(&mut self, protocol: &mut impl Multiplexed) {
        let held = std::mem::take(&mut self.held);
        release(protocol, self.id, held);
    }

    /// Hands over what waits while there is room for it; answers whether nothing is left.
    pub(super) fn pump(&mut self, protocol: &mut impl Multiplexed) -> Result<bool, Refused> {
        while let Some(next) = self.waiting.front_mut() {
            let room = protocol.output_room(self.id);
            if room == 0 {
                return Ok(false);
            }
            if let Octets::File(part) = next
                && part.length > 0
            {
                send_piece(protocol, self.id, part, room)?;
                continue;
            }
            if let Some(octets) = self.waiting.pop_front() {
                send(protocol, self.id, octets)?;
            }
        }
        if let Some(trailers) = self.ending.take() {
            protocol.send_end(self.id, trailers.as_ref())?;
        }
        Ok(true)
    }
}

/// Lets the peer send so many octets again.
pub(super) fn release(protocol: &mut impl Multiplexed, id: u64, octets: usize) {
    if octets > 0 {
        protocol.release(id, octets);
    }
}

/// Hands over octets that are in memory.
pub(super) fn send(
    protocol: &mut impl Multiplexed,
    id: u64,
    octets: Octets,
) -> Result<(), Refused> {
    match octets {
        Octets::Static(octets) => protocol.send_data(id, octets),
        Octets::Owned(octets) => protocol.send_vec(id, octets),
        Octets::Shared(octets) => protocol.send_shared(id, octets),
        // One that was read to its end.
        Octets::File(_) => Ok(()),
    }
}

/// Hands over the next octets of a file. One that became shorter while it was sent ends the answer
/// in the middle: its length was promised.
fn send_piece(
    protocol: &mut impl Multiplexed,
    id: u64,
    part: &mut FilePart,
    room: usize,
) -> Result<(), Refused> {
    let most = usize::try_from(part.length).unwrap_or(usize::MAX).min(PIECE).min(room.max(4096));
    if most == PIECE {
        let piece = pieces::read(part).map_err(|_| Refused)?;
        return protocol.send_shared(id, piece);
    }
    let mut piece = vec![0; most];
    part.file.read_exact_at(&mut piece, part.offset).map_err(|_| Refused)?;
    part.offset += most as u64;
    part.length -= most as u64;
    protocol.send_vec(id, piece)
}
