//! What passed from the server to the client, packet by packet, and what was in each.
//!
//! ```text
//!   packet 17   lost   octets 4100..5288 of an order    answers 3, 4
//!   packet 18          octets 5288..6476                answers 5, 6     came at …
//! ```
//!
//! An *order* is a line of octets that a transport hands over in order and not otherwise: a TCP
//! connection's, or a QUIC stream's. That is all that the versions differ in here.
//!
//! Invariant: packets stand in the order in which they were sent, which is that in which they came:
//! the links here reorder nothing.
//!
//! Used by: [`super::lines`] and [`super::datagrams`], which write it; [`super::waiting`].

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use wire::trace::{Direction, Event, Sink, Value};

/// Octets of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Which order: a port of the client's, or a stream.
    pub order: u64,
    /// The first octet.
    pub from: u64,
    /// The one behind the last.
    pub to: u64,
}

/// A packet from the server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packet {
    /// Whether the network lost it.
    pub lost: bool,
    /// When it came.
    pub came: Option<Instant>,
    /// What was in it.
    pub spans: Vec<Span>,
}

/// Octets of an answer that were given to the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// Which thing of the page.
    pub object: usize,
    /// The packet that had just come, as a place in [`Ledger::packets`].
    pub packet: usize,
}

/// All that passed.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Packets from the server.
    pub packets: Vec<Packet>,
    /// What the application was given.
    pub given: Vec<Given>,
    /// IP octets from the client, and from the server.
    pub octets: [u64; 2],
    /// Connections opened.
    pub connections: usize,
    /// Streams that have waited for entries of QPACK's table.
    pub blocked: BTreeSet<u64>,
    /// Whether the links lose.
    pub(super) lossy: bool,
    /// Whose octets the server wrote, where an order carries several answers.
    written: BTreeMap<u64, Vec<(u64, u64)>>,
    /// Which thing of the page an answer of an order is.
    names: BTreeMap<(u64, u64), usize>,
    /// What QUIC has put into datagrams that have not left.
    building: Vec<Span>,
    built: VecDeque<Vec<Span>>,
    /// The next packet that has not come.
    next: usize,
}

impl Ledger {
    /// Octets of an order up to `to`, behind those before, are of this answer.
    pub(super) fn wrote(&mut self, order: u64, to: u64, answer: u64) {
        self.written.entry(order).or_default().push((to, answer));
    }

    /// An answer of an order is this thing of the page.
    pub(super) fn name(&mut self, order: u64, answer: u64, object: usize) {
        self.names.insert((order, answer), object);
    }

    /// What QUIC has put into the next datagram.
    pub(super) fn take_built(&mut self) -> Vec<Span> {
        self.built.pop_front().unwrap_or_default()
    }

    pub(super) fn sent(&mut self, spans: Vec<Span>, lost: bool) {
        self.packets.push(Packet { lost, came: None, spans });
    }

    /// The next packet that was not lost is here.
    pub(super) fn came(&mut self, now: Instant) {
        while self.packets.get(self.next).is_some_and(|packet| packet.lost) {
            self.next += 1;
        }
        if let Some(packet) = self.packets.get_mut(self.next) {
            packet.came = Some(now);
            self.next += 1;
        }
    }

    pub(super) fn gave(&mut self, object: usize) {
        self.given.push(Given { object, packet: self.next.saturating_sub(1) });
    }

    /// Whose the octets of an order are, up to `end`.
    pub(super) fn shares(&self, order: u64, end: u64) -> Vec<(usize, Span)> {
        let name = |answer| self.names.get(&(order, answer)).copied();
        let Some(written) = self.written.get(&order) else {
            // An order of its own for each answer.
            return name(order)
                .map(|object| (object, Span { order, from: 0, to: end }))
                .into_iter()
                .collect();
        };
        let mut from = 0;
        let mut shares = Vec::new();
        for (to, answer) in written {
            shares.extend(name(*answer).map(|object| (object, Span { order, from, to: *to })));
            from = *to;
        }
        shares
    }

    /// The things of the page that octets belong to.
    pub(super) fn objects(&self, span: &Span) -> Vec<usize> {
        let shares = self.shares(span.order, span.to).into_iter();
        let within = shares.filter(|(_, one)| one.from < span.to && one.to > span.from);
        within.map(|(object, _)| object).collect()
    }

    /// For each thing of the page, the octet behind its last one in an order.
    pub(super) fn ends(&self, order: u64) -> BTreeMap<usize, u64> {
        let shares = self.shares(order, u64::MAX).into_iter();
        shares.map(|(object, span)| (object, span.to)).collect()
    }
}

/// The ledger, for those who write it.
#[derive(Debug, Clone, Default)]
pub(super) struct Book(Arc<Mutex<Ledger>>);

impl Book {
    pub(super) fn open(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hears what a QUIC server puts into its datagrams: a datagram is told behind its packets' frames.
impl Sink for Book {
    fn event(&self, event: &Event<'_>) {
        if event.direction != Direction::Sent {
            return;
        }
        let mut ledger = self.open();
        if event.name == "datagram" {
            let spans = std::mem::take(&mut ledger.building);
            ledger.built.push_back(spans);
        }
        let field =
            |name| event.fields.iter().find(|field| field.name == name).map(|one| one.value);
        let (Some(order), "frame") = (event.stream, event.name) else { return };
        // Streams that the client began, in both directions: requests (RFC 9000 §2.1).
        if let (Some(Value::Number(from)), Some(Value::Number(length)), 0) =
            (field("offset"), field("length"), order & 0b11)
        {
            ledger.building.push(Span { order, from, to: from + length });
        }
    }
}
