//! A stream's identifier says who began it, and whether both ends may send.
//!
//! RFC 9000 §2.1
//!
//! | two lowest bits | stream                          |
//! |-----------------|---------------------------------|
//! | 0x00            | client-initiated, bidirectional |
//! | 0x01            | server-initiated, bidirectional |
//! | 0x02            | client-initiated, unidirectional |
//! | 0x03            | server-initiated, unidirectional |
//!
//! Invariant: an identifier fits in 62 bits.
//!
//! Used by: everything that speaks of streams.

use std::fmt;
use tls::Role;

/// Who may send on a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Both ends.
    Bidirectional,
    /// The end that began it.
    Unidirectional,
}

impl Direction {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Bidirectional, Self::Unidirectional];
}

/// A stream's identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(u64);

impl StreamId {
    /// The identifier with this value; what does not fit in 62 bits is cut.
    pub const fn new(value: u64) -> Self {
        Self(value & ((1 << 62) - 1))
    }

    /// The stream of number `index` among those that `initiator` begins in this direction.
    pub const fn from_index(initiator: Role, direction: Direction, index: u64) -> Self {
        let server = match initiator {
            Role::Client => 0,
            Role::Server => 1,
        };
        let one_way = match direction {
            Direction::Bidirectional => 0,
            Direction::Unidirectional => 2,
        };
        Self::new(index << 2 | one_way | server)
    }

    /// The number on the wire.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Who began it.
    pub const fn initiator(self) -> Role {
        if self.0 & 1 == 0 { Role::Client } else { Role::Server }
    }

    /// Who may send.
    pub const fn direction(self) -> Direction {
        if self.0 & 2 == 0 { Direction::Bidirectional } else { Direction::Unidirectional }
    }

    /// Its number among those of its kind, from 0.
    pub const fn index(self) -> u64 {
        self.0 >> 2
    }

    /// Whether `role` may send on it.
    pub fn sends(self, role: Role) -> bool {
        self.direction() == Direction::Bidirectional || self.initiator() == role
    }

    /// Whether `role` may receive on it.
    pub fn receives(self, role: Role) -> bool {
        self.direction() == Direction::Bidirectional || self.initiator() != role
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
