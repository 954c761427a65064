//! A host speaks UDP and TCP over one wire, so that both can meet at one bottleneck.
//!
//! RFC 791 §3.1 (the protocol number says which)
//!
//! ```text
//!   Host { udp: a QUIC endpoint, tcp: Silent }  ──┐
//!                                                  ├── one queue, one rate ──► Host { udp, tcp }
//!   Host { udp: Silent, tcp: tcp::Endpoint }    ──┘
//! ```
//!
//! Invariant: UDP's and TCP's datagrams take turns where both have some.
//!
//! Used by: the fairness of QUIC against TCP; `lab`'s races between versions of HTTP.

use crate::{Chance, Datagram, Node, Payload, tcp::Segment};
use std::time::Instant;

/// What a network carries that knows both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// The octets of a UDP datagram.
    Udp(Vec<u8>),
    /// A segment of the modelled TCP.
    Tcp(Segment),
}

impl Payload for Packet {
    fn length(&self) -> usize {
        match self {
            Self::Udp(octets) => octets.length(),
            Self::Tcp(segment) => segment.length(),
        }
    }

    fn corrupt(&mut self, chance: &mut Chance) {
        match self {
            Self::Udp(octets) => octets.corrupt(chance),
            Self::Tcp(segment) => segment.corrupt(chance),
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Udp(octets) => format!("UDP {}", octets.describe()),
            Self::Tcp(segment) => format!("TCP {segment}"),
        }
    }
}

/// A node that says nothing and hears nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Silent;

impl<P> Node<P> for Silent {
    fn receive(&mut self, _: Datagram<P>, _: Instant) {}

    fn transmit(&mut self, _: Instant) -> Option<Datagram<P>> {
        None
    }

    fn next_timeout(&self) -> Option<Instant> {
        None
    }

    fn handle_timeout(&mut self, _: Instant) {}
}

/// One node of two halves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Host<U = Silent, T = Silent> {
    /// What hears UDP.
    pub udp: U,
    /// What hears TCP.
    pub tcp: T,
    /// Whose turn it is to send first.
    tcp_first: bool,
}

impl<U, T> Host<U, T> {
    /// A host of these two.
    pub fn new(udp: U, tcp: T) -> Self {
        Self { udp, tcp, tcp_first: false }
    }
}

impl<U: Node<Vec<u8>>, T: Node<Segment>> Node<Packet> for Host<U, T> {
    fn receive(&mut self, datagram: Datagram<Packet>, now: Instant) {
        let Datagram { from, to, ecn, payload } = datagram;
        match payload {
            Packet::Udp(payload) => self.udp.receive(Datagram { from, to, ecn, payload }, now),
            Packet::Tcp(payload) => self.tcp.receive(Datagram { from, to, ecn, payload }, now),
        }
    }

    fn transmit(&mut self, now: Instant) -> Option<Datagram<Packet>> {
        self.tcp_first = !self.tcp_first;
        let mut udp = || self.udp.transmit(now).map(|one| one.map(Packet::Udp));
        let mut tcp = || self.tcp.transmit(now).map(|one| one.map(Packet::Tcp));
        if self.tcp_first { tcp().or_else(udp) } else { udp().or_else(tcp) }
    }

    fn next_timeout(&self) -> Option<Instant> {
        [self.udp.next_timeout(), self.tcp.next_timeout()].into_iter().flatten().min()
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.udp.next_timeout().is_some_and(|at| at <= now) {
            self.udp.handle_timeout(now);
        }
        if self.tcp.next_timeout().is_some_and(|at| at <= now) {
            self.tcp.handle_timeout(now);
        }
    }
}
