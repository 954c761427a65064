//! What a link does to datagrams, and what was seen of them.
//!
//! RFC 8999 (what every version of QUIC shows), RFC 9000 §17
//!
//! A router sees of QUIC only this: whether the head is long, which version and which kind of
//! packet comes first. That is enough to tell whether there was a Retry, another version, or an
//! answer three times as long as the question.

use std::net::IpAddr;
use std::time::Duration;

use sockets::udp::Ecn;

/// Which way a datagram goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    ToServer = 0,
    ToClient = 1,
}

/// What becomes of a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Deliver,
    Drop,
    /// The octet at this offset, counted around, is spoilt.
    Corrupt(usize),
}

/// A datagram that asks for its fate.
pub(crate) struct Passing<'a> {
    pub(crate) direction: Direction,
    /// How many went this way before it.
    pub(crate) number: usize,
    pub(crate) octets: &'a [u8],
    /// Since the first datagram of all.
    pub(crate) since: Duration,
}

/// How a link behaves.
pub(crate) struct Link {
    /// One way.
    pub(crate) delay: Duration,
    /// Bits in a second, of IP packets; `None`: as fast as the machine.
    pub(crate) rate: Option<u64>,
    /// Datagrams that wait for the rate at most, each way; more are dropped.
    pub(crate) queue: usize,
    /// From when on the server sees another port, or another address.
    pub(crate) rebind: Option<(Duration, Option<IpAddr>)>,
    pub(crate) fate: Box<dyn FnMut(&Passing<'_>) -> Fate + Send>,
}

impl Link {
    /// The interop runner's: 15 ms one way, 10 Mbit/s, 25 packets in the queue.
    pub(crate) fn usual() -> Self {
        Self {
            delay: Duration::from_millis(15),
            rate: Some(10_000_000),
            queue: 25,
            rebind: None,
            fate: Box::new(|_| Fate::Deliver),
        }
    }

    pub(crate) fn with_fate(self, fate: impl FnMut(&Passing<'_>) -> Fate + Send + 'static) -> Self {
        Self { fate: Box::new(fate), ..self }
    }
}

/// The kind of a datagram's first packet, as far as anybody on the way can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    VersionNegotiation,
    Initial,
    ZeroRtt,
    Handshake,
    Retry,
    /// A short head, or something else altogether.
    Short,
}

/// A datagram that came by.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) direction: Direction,
    pub(crate) length: usize,
    pub(crate) kind: Kind,
    /// Of a long head.
    pub(crate) version: Option<u32>,
    pub(crate) ecn: Option<Ecn>,
    pub(crate) fate: Fate,
}

/// QUIC version 2, whose kinds of long heads are numbered anew (RFC 9369 §3.2).
pub(crate) const VERSION_2: u32 = 0x6b33_43cf;

impl Seen {
    pub(crate) fn of(passing: &Passing<'_>, ecn: Option<Ecn>, fate: Fate) -> Self {
        let (kind, version) = first_packet(passing.octets);
        let (direction, length) = (passing.direction, passing.octets.len());
        Self { direction, length, kind, version, ecn, fate }
    }
}

/// The kind and version of the first packet of a datagram.
fn first_packet(octets: &[u8]) -> (Kind, Option<u32>) {
    let [first, a, b, c, d, ..] = *octets else { return (Kind::Short, None) };
    if first & 0x80 == 0 {
        return (Kind::Short, None);
    }
    let version = u32::from_be_bytes([a, b, c, d]);
    let number = (first >> 4) & 3;
    let number = if version == VERSION_2 { (number + 3) % 4 } else { number };
    let kind = match (version, number) {
        (0, _) => Kind::VersionNegotiation,
        (_, 0) => Kind::Initial,
        (_, 1) => Kind::ZeroRtt,
        (_, 2) => Kind::Handshake,
        _ => Kind::Retry,
    };
    (kind, Some(version))
}
