//! The network: who is where, which links lead from one to the other, and what time it is.
//!
//! ```text
//!   nodes        what the caller owns and hands to each step, by place: 0, 1, 2 …
//!   interfaces   an address of a node, perhaps behind a NAT; a node may have several
//!   routes       from one interface to another: the links on the way, in order
//! ```
//!
//! Two flows share a bottleneck by having the same [`LinkId`] on their routes.
//!
//! Invariant: the network owns no node, so that a test can talk to its connections between steps.
//!
//! Used by: tests of `quic` and of the modelled TCP; `lab`.

mod channel;
mod step;

pub use channel::{Drop, Stats};

use crate::{Chance, Datagram, Entry, Journal, Limits, Link, What, nat::Nat};
use channel::Channel;
use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

/// An address of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interface(usize);

/// One direction of a wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(usize);

/// What a filter says about a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on its way.
    Pass,
    /// It is lost.
    Drop,
    /// It is held back by so much before it goes on its way.
    Hold(Duration),
}

/// Looks at each datagram as it leaves its sender, and may change it.
type Filter<P> = Box<dyn FnMut(&mut Datagram<P>) -> Verdict>;

/// Says in one line what a datagram carries.
type Describe<P> = Box<dyn Fn(&Datagram<P>) -> String>;

struct Attached {
    node: usize,
    name: String,
    ip: IpAddr,
    nat: Option<Nat>,
}

/// A datagram between two links.
struct UnderWay<P> {
    datagram: Datagram<P>,
    from: usize,
    to: usize,
    number: u64,
    route: Arc<[LinkId]>,
    /// Links it has behind it.
    passed: usize,
}

/// A network under virtual time, over payloads of one kind.
pub struct Network<P = Vec<u8>> {
    seed: u64,
    limits: Limits,
    began: Instant,
    now: Instant,
    interfaces: Vec<Attached>,
    channels: Vec<Channel>,
    routes: BTreeMap<(usize, usize), Arc<[LinkId]>>,
    /// By arrival and, at one instant, by the order in which they were sent.
    under_way: BTreeMap<(Instant, u64), UnderWay<P>>,
    order: u64,
    sent: u64,
    /// Steps taken at this instant.
    standing: usize,
    filter: Option<Filter<P>>,
    describe: Option<Describe<P>>,
    journal: Option<Journal>,
}

impl<P> Network<P> {
    /// A network without nodes and links, at time zero.
    pub fn new(seed: u64) -> Self {
        Self::with_limits(seed, Limits::default())
    }

    /// The same under other limits.
    pub fn with_limits(seed: u64, limits: Limits) -> Self {
        // Only a name for time zero: see the crate's first invariant.
        let began = Instant::now();
        Self {
            seed,
            limits,
            began,
            now: began,
            interfaces: Vec::new(),
            channels: Vec::new(),
            routes: BTreeMap::new(),
            under_way: BTreeMap::new(),
            order: 0,
            sent: 0,
            standing: 0,
            filter: None,
            describe: None,
            journal: None,
        }
    }

    /// The virtual time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// How long the network has run.
    pub fn elapsed(&self) -> Duration {
        self.now.saturating_duration_since(self.began)
    }

    /// Gives the node at place `node` an address. `name` is what the journal calls it.
    pub fn attach(&mut self, node: usize, name: &str, ip: IpAddr) -> Interface {
        self.interfaces.push(Attached { node, name: name.to_owned(), ip, nat: None });
        Interface(self.interfaces.len() - 1)
    }

    /// Puts an interface behind a NAT: others see it as `outside`, with a port the NAT chooses.
    pub fn behind_nat(&mut self, interface: Interface, outside: IpAddr) {
        let limit = self.limits.nat_mappings;
        if let Some(attached) = self.interfaces.get_mut(interface.0) {
            attached.nat = Some(Nat::new(outside, limit));
        }
    }

    /// Makes the interface's NAT forget: the next datagram leaves from another port (RFC 9000 §9's
    /// NAT rebinding). Without a NAT nothing happens.
    pub fn rebind_port(&mut self, interface: Interface) {
        if let Some(nat) = self.interfaces.get_mut(interface.0).and_then(|one| one.nat.as_mut()) {
            nat.rebind(nat.outside());
        }
    }

    /// As [`rebind_port`](Self::rebind_port), and the outside address is another one too.
    pub fn rebind_address(&mut self, interface: Interface, outside: IpAddr) {
        if let Some(nat) = self.interfaces.get_mut(interface.0).and_then(|one| one.nat.as_mut()) {
            nat.rebind(outside);
        }
    }

    /// Adds a link that leads nowhere yet; [`route`](Self::route) puts it on a way.
    pub fn link(&mut self, link: Link) -> LinkId {
        let chance = Chance::new(self.seed, self.channels.len() as u64);
        self.channels.push(Channel::new(link, chance));
        LinkId(self.channels.len() - 1)
    }

    /// Says over which links datagrams go from one interface to another (one way only).
    pub fn route(&mut self, from: Interface, to: Interface, links: &[LinkId]) {
        self.routes.insert((from.0, to.0), links.into());
    }

    /// Two links of one description, one each way; answers the one from `a` to `b` first.
    pub fn connect(&mut self, a: Interface, b: Interface, link: Link) -> (LinkId, LinkId) {
        let there = self.link(link.clone());
        let back = self.link(link);
        self.route(a, b, &[there]);
        self.route(b, a, &[back]);
        (there, back)
    }

    /// A link's description, to be changed while the network runs.
    pub fn link_mut(&mut self, link: LinkId) -> Option<&mut Link> {
        self.channels.get_mut(link.0).map(|channel| &mut channel.link)
    }

    /// What a link has done; all zero for a link that is not there.
    pub fn stats(&self, link: LinkId) -> Stats {
        self.channels.get(link.0).map(|channel| channel.stats).unwrap_or_default()
    }

    /// Datagrams between sender and receiver.
    pub fn in_flight(&self) -> usize {
        self.under_way.len()
    }

    /// Shows each datagram to `filter` as it leaves its sender. It may drop it, hold it or change
    /// it: how a test takes away exactly the packet it means.
    pub fn filter(&mut self, filter: impl FnMut(&mut Datagram<P>) -> Verdict + 'static) {
        self.filter = Some(Box::new(filter));
    }

    /// Takes the filter away.
    pub fn clear_filter(&mut self) {
        self.filter = None;
    }

    /// Begins a journal (anew, if there is one).
    pub fn keep_journal(&mut self) {
        self.journal = Some(Journal::new(self.limits.journal));
    }

    /// Has the journal describe payloads so, instead of by their own words.
    pub fn describe(&mut self, describe: impl Fn(&Datagram<P>) -> String + 'static) {
        self.describe = Some(Box::new(describe));
    }

    /// The journal, if one is kept.
    pub fn journal(&self) -> Option<&Journal> {
        self.journal.as_ref()
    }

    /// The journal, to take entries out of.
    pub fn journal_mut(&mut self) -> Option<&mut Journal> {
        self.journal.as_mut()
    }

    /// Writes an entry, if anybody reads.
    fn note(&mut self, one: &UnderWay<P>, what: What)
    where
        P: crate::Payload,
    {
        let time = self.elapsed();
        let Some(journal) = &mut self.journal else { return };
        let name = |at: usize| self.interfaces.get(at).map_or("?", |one| &one.name).to_owned();
        let text = match &self.describe {
            Some(describe) => describe(&one.datagram),
            None => one.datagram.payload.describe(),
        };
        journal.push(Entry {
            time,
            datagram: one.number,
            from: name(one.from),
            to: name(one.to),
            what,
            length: one.datagram.length(),
            text,
        });
    }
}
