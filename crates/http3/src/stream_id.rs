//! A stream's number, which says who began it and whether both ends may send.
//!
//! RFC 9000 §2.1, RFC 9114 §6
//!
//! | two lowest bits | stream                           | HTTP/3's use                     |
//! |-----------------|----------------------------------|----------------------------------|
//! | 0x00            | client-initiated, bidirectional  | a request and its response       |
//! | 0x01            | server-initiated, bidirectional  | none: an error                   |
//! | 0x02            | client-initiated, unidirectional | control, QPACK                   |
//! | 0x03            | server-initiated, unidirectional | control, QPACK, pushes           |
//!
//! Invariant: an identifier fits in 62 bits.
//!
//! Used by: everything that speaks of streams. It is not QUIC's own type, so that this crate and
//! its tests need no QUIC.

use std::{collections::BTreeSet, fmt};
use wire::VarInt;

/// Which end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It asks.
    Client,
    /// It answers.
    Server,
}

/// A stream's identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(u64);

impl StreamId {
    /// The identifier with this value; what does not fit in 62 bits is cut.
    pub const fn new(value: u64) -> Self {
        Self(value & VarInt::MAX.get())
    }

    /// The number on the wire.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Who began it.
    pub const fn initiator(self) -> Role {
        if self.0 & 1 == 0 { Role::Client } else { Role::Server }
    }

    /// Whether only the end that began it sends.
    pub const fn is_unidirectional(self) -> bool {
        self.0 & 2 != 0
    }

    /// Whether a request can stand on it: client-initiated and bidirectional.
    pub const fn is_request(self) -> bool {
        self.0 & 3 == 0
    }

    /// Its number among those of its kind, from 0.
    pub const fn index(self) -> u64 {
        self.0 >> 2
    }
}

/// Which streams of one kind have begun. They may do so in any order, for packets overtake each
/// other.
///
/// Invariant: what is held is one number for each run that stands alone; runs that meet are joined
/// with what is [`below`](Self::below).
#[derive(Debug, Default)]
pub(crate) struct Begun {
    /// All with a lower index have begun.
    below: u64,
    above: BTreeSet<u64>,
}

impl Begun {
    /// Notes that a stream begins; `false` where it has begun before.
    pub(crate) fn insert(&mut self, id: StreamId) -> bool {
        let index = id.index();
        if index < self.below || !self.above.insert(index) {
            return false;
        }
        while self.above.remove(&self.below) {
            self.below += 1;
        }
        true
    }

    /// Whether a stream has begun.
    pub(crate) fn contains(&self, id: StreamId) -> bool {
        id.index() < self.below || self.above.contains(&id.index())
    }

    /// How many numbers are held.
    pub(crate) fn held(&self) -> usize {
        self.above.len()
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
