//! A connection ID names a connection, wherever its datagrams come from.
//!
//! RFC 8999 §5.3, RFC 9000 §5.1, §17.2
//!
//! ```text
//!   TCP    (address, port) ↔ (address, port)       change one, and the connection is gone
//!   QUIC   8394c8f03e515708                        addresses may change; the name stays
//! ```
//!
//! Its octets mean something only to the end that chose them.
//!
//! Invariant: at most 20 octets, as versions 1 and 2 have it; kept inline, so a copy is cheap.
//!
//! Used by: packets, frames, the endpoint, which finds connections by it.

use std::fmt;
use wire::Random;

/// Up to 20 octets.
#[derive(Clone, Copy)]
pub struct ConnectionId {
    length: u8,
    octets: [u8; Self::LONGEST],
}

impl ConnectionId {
    /// Octets of the longest one in versions 1 and 2.
    pub const LONGEST: usize = 20;

    /// Octets that a client's first destination has at least (RFC 9000 §7.2).
    pub const SHORTEST_FIRST: usize = 8;

    /// No octets: for an end that is found by its address alone.
    pub const EMPTY: Self = Self { length: 0, octets: [0; Self::LONGEST] };

    /// These octets, unless they are more than 20.
    pub fn new(octets: &[u8]) -> Option<Self> {
        let length = u8::try_from(octets.len()).ok()?;
        let mut id = Self { length, ..Self::EMPTY };
        id.octets.get_mut(..octets.len())?.copy_from_slice(octets);
        Some(id)
    }

    /// `length` octets that nobody can guess, 20 at the most.
    pub fn random(length: usize, random: &mut dyn Random) -> Self {
        let mut octets = [0; Self::LONGEST];
        random.fill(&mut octets);
        Self::new(octets.get(..length).unwrap_or(&octets)).unwrap_or(Self::EMPTY)
    }

    /// The octets.
    pub fn octets(&self) -> &[u8] {
        self.octets.get(..self.length.into()).unwrap_or_default()
    }

    /// How many octets.
    pub fn len(&self) -> usize {
        self.length.into()
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl PartialEq for ConnectionId {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

impl Eq for ConnectionId {}

impl std::hash::Hash for ConnectionId {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.octets().hash(state);
    }
}

impl PartialOrd for ConnectionId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ConnectionId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.octets().cmp(other.octets())
    }
}

impl Default for ConnectionId {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl AsRef<[u8]> for ConnectionId {
    fn as_ref(&self) -> &[u8] {
        self.octets()
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.octets().iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectionId({self})")
    }
}
