//! What travels: two addresses, the two bits of ECN, and a payload.
//!
//! RFC 768 (the 8 octets of a UDP head), RFC 791 and 8200 (20 or 40 octets of IP head), RFC 3168 §5
//! (ECN):
//!
//! | bits | name    | what a router that is filling up does      |
//! |------|---------|--------------------------------------------|
//! | 00   | Not-ECT | drops it                                   |
//! | 01   | ECT(1)  | marks it CE                                |
//! | 10   | ECT(0)  | marks it CE                                |
//! | 11   | CE      | has been marked                            |
//!
//! Invariant: a payload's length on the wire is the payload's own claim; the network never looks
//! inside.

use crate::Chance;
use std::net::SocketAddr;

/// The ECN bits of an IP head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Ecn {
    /// The sender does not take part.
    #[default]
    NotEct,
    /// ECN-capable, codepoint 01.
    Ect1,
    /// ECN-capable, codepoint 10: what QUIC and TCP send.
    Ect0,
    /// Congestion experienced.
    Ce,
}

impl Ecn {
    /// The two bits.
    pub fn bits(self) -> u8 {
        match self {
            Self::NotEct => 0b00,
            Self::Ect1 => 0b01,
            Self::Ect0 => 0b10,
            Self::Ce => 0b11,
        }
    }

    /// From the two low bits of `bits` (of a traffic class, say).
    pub fn from_bits(bits: u8) -> Self {
        match bits & 0b11 {
            0b00 => Self::NotEct,
            0b01 => Self::Ect1,
            0b10 => Self::Ect0,
            _ => Self::Ce,
        }
    }

    /// Whether a router may mark instead of drop.
    pub fn is_capable(self) -> bool {
        self != Self::NotEct
    }
}

/// What a datagram carries.
pub trait Payload: Clone {
    /// Octets behind the IP head.
    fn length(&self) -> usize;

    /// Damages it, as noise would.
    fn corrupt(&mut self, chance: &mut Chance);

    /// One line for the journal.
    fn describe(&self) -> String;
}

/// A UDP datagram's octets.
impl Payload for Vec<u8> {
    fn length(&self) -> usize {
        const UDP_HEAD: usize = 8;
        UDP_HEAD + self.len()
    }

    /// Flips one bit. (A kernel's UDP would see it by its checksum; relays and offloads do not
    /// always, and a protocol over it must stand it.)
    fn corrupt(&mut self, chance: &mut Chance) {
        let place = chance.below(self.len() as u64);
        let bit = chance.below(8);
        if let Some(octet) = usize::try_from(place).ok().and_then(|place| self.get_mut(place)) {
            *octet ^= 1 << bit;
        }
    }

    fn describe(&self) -> String {
        format!("{} octets", self.len())
    }
}

/// A datagram on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datagram<P = Vec<u8>> {
    /// Where it says it comes from; a NAT rewrites it.
    pub from: SocketAddr,
    /// Where it goes.
    pub to: SocketAddr,
    /// As sent, or as a router marked it.
    pub ecn: Ecn,
    /// What it carries.
    pub payload: P,
}

impl<P> Datagram<P> {
    /// A datagram of a sender that takes no part in ECN.
    pub fn new(from: SocketAddr, to: SocketAddr, payload: P) -> Self {
        Self { from, to, ecn: Ecn::NotEct, payload }
    }

    /// With these ECN bits.
    #[must_use]
    pub fn with_ecn(self, ecn: Ecn) -> Self {
        Self { ecn, ..self }
    }

    /// The same datagram around another payload.
    pub fn map<Q>(self, change: impl FnOnce(P) -> Q) -> Datagram<Q> {
        let Self { from, to, ecn, payload } = self;
        Datagram { from, to, ecn, payload: change(payload) }
    }
}

impl<P: Payload> Datagram<P> {
    /// Octets on the wire, the IP head included: what rates and MTUs count.
    pub fn length(&self) -> usize {
        let head = if self.from.is_ipv4() { 20 } else { 40 };
        head + self.payload.length()
    }
}
