//! Octets of a stream that wait for room in the transport.
//!
//! RFC 9114 §4.1, §7.2.1
//!
//! ```text
//!   known length    │ HEADERS │ DATA head │ content …                      one DATA frame
//!   unknown length  │ HEADERS │ DATA │ part, part │ DATA │ large part │ …   small parts together
//! ```
//!
//! A frame's head says its length, so a frame cannot grow once its head has gone. Small parts that
//! wait together share one whose length has two octets and is mended while nothing of it has gone.
//!
//! Invariant: shared parts are never copied here, and large owned ones are moved.
//!
//! Used by: the connection.

use crate::{
    StreamId, Transport,
    frame::{FrameHead, FrameType},
};
use std::{collections::VecDeque, sync::Arc};

/// Octets of an owned piece up to which more is added to it.
const JOIN: usize = 16_384;

/// Octets from which an owned part is a piece of its own.
const MOVE: usize = 4096;

/// Octets of the longest frame that small parts share: its length has 14 bits.
const SHARED_FRAME: usize = 0x3fff;

/// Content that an application gives.
#[derive(Debug)]
pub(crate) enum Part<'a> {
    Octets(&'a [u8]),
    Owned(Vec<u8>),
    Shared(Arc<[u8]>),
}

impl Part<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Octets(octets) => octets.len(),
            Self::Owned(octets) => octets.len(),
            Self::Shared(octets) => octets.len(),
        }
    }
}

#[derive(Debug)]
enum Piece {
    Owned { octets: Vec<u8>, sent: usize },
    Shared { octets: Arc<[u8]>, sent: usize },
}

/// A DATA frame that small parts join: it stands in the last piece.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// Where its head begins.
    start: usize,
    /// Octets of its payload.
    length: usize,
}

/// What waits in one stream.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    pieces: VecDeque<Piece>,
    /// Octets that wait.
    waiting: usize,
    open: Option<Open>,
}

impl Outgoing {
    /// Octets that wait.
    pub(crate) const fn waiting(&self) -> usize {
        self.waiting
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Adds octets that are frames already.
    pub(crate) fn put(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.open = None;
        self.add(write);
    }

    /// Adds octets to the last piece, or begins one.
    fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if let Some(Piece::Owned { octets, .. }) = self.pieces.back_mut()
            && octets.len() < JOIN
        {
            let before = octets.len();
            write(octets);
            self.waiting += octets.len().saturating_sub(before);
            return;
        }
        let mut octets = Vec::with_capacity(256);
        write(&mut octets);
        self.waiting += octets.len();
        self.pieces.push_back(Piece::Owned { octets, sent: 0 });
    }

    /// Adds content whose DATA frame's head stands before it already.
    pub(crate) fn push(&mut self, part: Part<'_>) {
        self.open = None;
        let length = part.len();
        match part {
            Part::Octets(more) => return self.add(|out| out.extend_from_slice(more)),
            Part::Owned(more) if length < MOVE => {
                return self.add(|out| out.extend_from_slice(&more));
            }
            Part::Owned(octets) => self.pieces.push_back(Piece::Owned { octets, sent: 0 }),
            Part::Shared(octets) => self.pieces.push_back(Piece::Shared { octets, sent: 0 }),
        }
        self.waiting += length;
    }

    // ANCHOR: frame
    /// Adds content as a DATA frame of its own, or to the one before it.
    pub(crate) fn push_framed(&mut self, part: Part<'_>) {
        let length = part.len();
        match &part {
            _ if length == 0 => {}
            Part::Octets(more) if length < MOVE => self.join_framed(more),
            Part::Owned(more) if length < MOVE => self.join_framed(more),
            _ => {
                let head = FrameHead { kind: FrameType::DATA, length: length as u64 };
                self.put(|out| head.encode(out));
                self.push(part);
            }
        }
    }

    fn join_framed(&mut self, more: &[u8]) {
        if let Some(open) = &mut self.open
            && let Some(Piece::Owned { octets, sent }) = self.pieces.back_mut()
            && *sent <= open.start
            && open.length + more.len() <= SHARED_FRAME
        {
            octets.extend_from_slice(more);
            open.length += more.len();
            let length = short_length(open.length);
            if let Some(place) = octets.get_mut(open.start + 1..open.start + 3) {
                place.copy_from_slice(&length);
            }
            self.waiting += more.len();
            return;
        }
        let length = more.len();
        self.add(|out| {
            out.push(0);
            out.extend_from_slice(&short_length(length));
            out.extend_from_slice(more);
        });
        let start = match self.pieces.back() {
            Some(Piece::Owned { octets, .. }) => octets.len().saturating_sub(length + 3),
            _ => return,
        };
        self.open = Some(Open { start, length });
    }
    // ANCHOR_END: frame

    /// Gives the transport what it takes; answers whether that was all.
    pub(crate) fn flush(&mut self, stream: StreamId, transport: &mut impl Transport) -> bool {
        while let Some(piece) = self.pieces.front_mut() {
            let (taken, left) = match piece {
                Piece::Owned { octets, sent: 0 } => {
                    let length = octets.len();
                    let taken = transport.send_owned(stream, octets).min(length);
                    if taken < length {
                        self.waiting = self.waiting.saturating_sub(taken);
                        *piece = Piece::Owned { octets: std::mem::take(octets), sent: taken };
                        return false;
                    }
                    (taken, 0)
                }
                Piece::Owned { octets, sent } => {
                    let rest = octets.get(*sent..).unwrap_or_default();
                    let taken = transport.send(stream, rest).min(rest.len());
                    *sent += taken;
                    (taken, octets.len().saturating_sub(*sent))
                }
                Piece::Shared { octets, sent } => {
                    let taken = transport.send_shared(stream, octets, *sent);
                    let taken = taken.min(octets.len().saturating_sub(*sent));
                    *sent += taken;
                    (taken, octets.len().saturating_sub(*sent))
                }
            };
            self.waiting = self.waiting.saturating_sub(taken);
            if left > 0 {
                return false;
            }
            self.pieces.pop_front();
        }
        self.open = None;
        true
    }
}

/// A length as a variable-length integer of two octets.
fn short_length(length: usize) -> [u8; 2] {
    let length = u16::try_from(length).unwrap_or_default() & 0x3fff;
    (length | 0x4000).to_be_bytes()
}
