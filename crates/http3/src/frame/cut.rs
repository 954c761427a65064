//! Cuts a stream's octets into frames, however they arrive.
//!
//! RFC 9114 §7.1
//!
//! ```text
//!             ┌────── Type, Length ──────┐   known: kept until it is whole ─► Payload
//!   octets ──►│ up to 16 octets are kept ├──► DATA: passed on as it comes ──► Data …
//!             └──────────────────────────┘   unknown: dropped as it comes
//! ```
//!
//! A head is told before its payload is waited for, so whoever cuts can refuse a frame that is in
//! the wrong place, or too long, before a single octet of it is kept.
//!
//! Invariant: memory grows with the octets that came, never with a length that was declared.
//!
//! Used by: every stream that carries frames.

use super::{FrameHead, FrameType};
use wire::Reader;

/// Octets of memory that are kept from one frame to the next.
const KEPT: usize = 4096;

/// What was cut off.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A frame begins.
    Head(FrameHead),
    /// Octets of a DATA frame; empty ones tell of an empty frame.
    Data(&'a [u8]),
    /// The whole payload of any other frame that is known.
    Payload(FrameType, &'a [u8]),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between two frames, or inside of a head.
    Head,
    /// Inside of a DATA frame; 0 are left only where it is empty and was not told yet.
    Data {
        left: u64,
    },
    Payload {
        kind: FrameType,
        length: u64,
    },
    Skip {
        left: u64,
    },
}

/// A stream's frames.
#[derive(Debug)]
pub struct Frames {
    state: State,
    /// The start of a head or of a payload whose rest has not come.
    kept: Vec<u8>,
    /// What was kept has been told, and is to be dropped.
    told: bool,
}

impl Default for Frames {
    fn default() -> Self {
        Self { state: State::Head, kept: Vec::new(), told: false }
    }
}

impl Frames {
    /// Whether the stream may end here: between two frames.
    pub fn is_between(&self) -> bool {
        self.state == State::Head && (self.kept.is_empty() || self.told)
    }

    /// Octets in memory.
    pub fn held(&self) -> usize {
        self.kept.capacity()
    }

    /// Drops the rest of the frame whose head was just told.
    pub fn skip(&mut self) {
        self.state = match self.state {
            State::Data { left: 0 } | State::Payload { length: 0, .. } => State::Head,
            State::Data { left } | State::Payload { length: left, .. } => State::Skip { left },
            other => other,
        };
    }

    // ANCHOR: cut
    /// The next piece; `input` then begins behind it. `None`: all of `input` was looked at.
    pub fn next<'s, 'i: 's>(&'s mut self, input: &mut &'i [u8]) -> Option<Piece<'s>> {
        if std::mem::take(&mut self.told) {
            self.kept.clear();
            if self.kept.capacity() > KEPT {
                self.kept = Vec::new();
            }
        }
        loop {
            match self.state {
                State::Head => {
                    let head = self.read_head(input)?;
                    self.state = match head.kind {
                        FrameType::DATA => State::Data { left: head.length },
                        kind if kind.is_known() => State::Payload { kind, length: head.length },
                        _ if head.length == 0 => State::Head,
                        _ => State::Skip { left: head.length },
                    };
                    return Some(Piece::Head(head));
                }
                State::Skip { left } => match left - take(input, left).len() as u64 {
                    0 => self.state = State::Head,
                    left => {
                        self.state = State::Skip { left };
                        return None;
                    }
                },
                State::Data { left } => {
                    if input.is_empty() && left > 0 {
                        return None;
                    }
                    let data = take(input, left);
                    self.state = match left - data.len() as u64 {
                        0 => State::Head,
                        left => State::Data { left },
                    };
                    return Some(Piece::Data(data));
                }
                State::Payload { kind, length } => return self.read_payload(kind, length, input),
            }
        }
    }
    // ANCHOR_END: cut

    /// Gives octets of a DATA piece back, which then come again.
    pub fn give_back(&mut self, octets: usize) {
        if octets > 0 {
            let left = if let State::Data { left } = self.state { left } else { 0 };
            self.state = State::Data { left: left + octets as u64 };
        }
    }

    fn read_head(&mut self, input: &mut &[u8]) -> Option<FrameHead> {
        let parse = |octets: &[u8]| {
            let mut reader = Reader::new(octets);
            let head = FrameHead::read(&mut reader).ok()?;
            Some((head, reader.offset()))
        };
        if self.kept.is_empty() {
            if let Some((head, used)) = parse(input) {
                *input = input.get(used..).unwrap_or_default();
                return Some(head);
            }
            self.kept.extend_from_slice(take(input, u64::MAX));
            return None;
        }
        let before = self.kept.len();
        let more = input.get(..input.len().min(FrameHead::MOST)).unwrap_or_default();
        self.kept.extend_from_slice(more);
        let Some((head, used)) = parse(&self.kept) else {
            *input = &[];
            return None;
        };
        *input = input.get(used.saturating_sub(before)..).unwrap_or_default();
        self.kept.clear();
        Some(head)
    }

    fn read_payload<'s, 'i: 's>(
        &'s mut self,
        kind: FrameType,
        length: u64,
        input: &mut &'i [u8],
    ) -> Option<Piece<'s>> {
        let missing = length.saturating_sub(self.kept.len() as u64);
        let more = take(input, missing);
        let whole = more.len() as u64 == missing;
        if whole && self.kept.is_empty() {
            self.state = State::Head;
            return Some(Piece::Payload(kind, more));
        }
        self.kept.extend_from_slice(more);
        if !whole {
            return None;
        }
        (self.state, self.told) = (State::Head, true);
        Some(Piece::Payload(kind, &self.kept))
    }
}

/// Takes at most so many octets off the front.
fn take<'i>(input: &mut &'i [u8], most: u64) -> &'i [u8] {
    let most = usize::try_from(most).unwrap_or(usize::MAX).min(input.len());
    let (taken, rest) = input.split_at_checked(most).unwrap_or((input, &[]));
    *input = rest;
    taken
}
