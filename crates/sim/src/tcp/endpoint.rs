//! An endpoint is a host's TCP: its connections, the ports it listens on, and a RST for the rest.
//!
//! RFC 9293 §3.10.7.1 (no connection), §3.10.7.2 (LISTEN)
//!
//! ```
//! use sim::{Link, Network, tcp};
//! use std::{net::IpAddr, time::Duration};
//!
//! let (here, there): (IpAddr, IpAddr) =
//!     ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
//! let mut network = Network::new(1);
//! let a = network.attach(0, "client", here);
//! let b = network.attach(1, "server", there);
//! network.connect(a, b, Link::interop());
//!
//! let mut client = tcp::Endpoint::new(here, tcp::Config::default(), 1);
//! let mut server = tcp::Endpoint::new(there, tcp::Config::default(), 2);
//! server.listen(80);
//! let id = client.connect((there, 80).into()).unwrap();
//! client.get_mut(id).unwrap().write(b"hello");
//! network.run(&mut [&mut client, &mut server], Duration::from_secs(1)).unwrap();
//! let id = server.accept().unwrap();
//! assert_eq!(server.get_mut(id).unwrap().read(99), b"hello");
//! ```
//!
//! Invariant: segments of one connection leave in order; connections take turns.
//!
//! Used by: `lab`; as a [`Node`] by itself, or inside one that has an application.

use super::{Config, Connection, Limits, Segment, State, connection::answer_to_stray};
use crate::{Chance, Datagram, Node};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::{IpAddr, SocketAddr},
    ops::Bound,
    time::Instant,
};

/// The first of the ports taken for connections we open (RFC 6335 §6).
const EPHEMERAL: u16 = 49_152;

/// Names a connection of an endpoint, as long as the endpoint lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u64);

/// A host's TCP.
#[derive(Debug)]
pub struct Endpoint {
    ip: IpAddr,
    config: Config,
    limits: Limits,
    chance: Chance,
    connections: BTreeMap<ConnectionId, Connection>,
    /// By our port and the peer's address.
    routes: BTreeMap<(u16, SocketAddr), ConnectionId>,
    listening: BTreeSet<u16>,
    /// Opened by the peer and not yet taken by the application.
    accepted: VecDeque<ConnectionId>,
    strays: VecDeque<Datagram<Segment>>,
    next_id: u64,
    next_port: u16,
    /// Who sent last.
    turn: ConnectionId,
}

impl Endpoint {
    /// A host's TCP with the default limits; `seed` is where sequence numbers come from.
    pub fn new(ip: IpAddr, config: Config, seed: u64) -> Self {
        Self::with_limits(ip, config, Limits::default(), seed)
    }

    /// The same under other limits.
    pub fn with_limits(ip: IpAddr, config: Config, limits: Limits, seed: u64) -> Self {
        Self {
            ip,
            config,
            limits,
            chance: Chance::new(seed, 0),
            connections: BTreeMap::new(),
            routes: BTreeMap::new(),
            listening: BTreeSet::new(),
            accepted: VecDeque::new(),
            strays: VecDeque::new(),
            next_id: 1,
            next_port: EPHEMERAL,
            turn: ConnectionId(0),
        }
    }

    /// Takes connections on `port` from now on.
    pub fn listen(&mut self, port: u16) {
        self.listening.insert(port);
    }

    /// Opens a connection; `None`: there are too many, or no port is free.
    pub fn connect(&mut self, remote: SocketAddr) -> Option<ConnectionId> {
        let port = self.free_port(remote)?;
        self.open(port, remote)
    }

    fn free_port(&mut self, remote: SocketAddr) -> Option<u16> {
        for _ in EPHEMERAL..=u16::MAX {
            let port = self.next_port;
            self.next_port = port.checked_add(1).unwrap_or(EPHEMERAL);
            if !self.routes.contains_key(&(port, remote)) {
                return Some(port);
            }
        }
        None
    }

    fn open(&mut self, port: u16, remote: SocketAddr) -> Option<ConnectionId> {
        if self.connections.len() >= self.limits.connections {
            return None;
        }
        let id = ConnectionId(self.next_id);
        self.next_id += 1;
        #[expect(clippy::cast_possible_truncation, reason = "32 random bits of 64")]
        let first = self.chance.bits() as u32;
        let local = SocketAddr::new(self.ip, port);
        let connection = Connection::new(self.config, self.limits, (local, remote), first);
        self.connections.insert(id, connection);
        self.routes.insert((port, remote), id);
        Some(id)
    }

    /// The next connection that a peer has opened to us, once it is established.
    pub fn accept(&mut self) -> Option<ConnectionId> {
        let ready = |id: &ConnectionId| {
            let state = self.connections.get(id).map(Connection::state);
            !matches!(state, Some(State::SynSent | State::SynReceived))
        };
        let at = self.accepted.iter().position(ready)?;
        self.accepted.remove(at)
    }

    /// A connection.
    pub fn get(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(&id)
    }

    /// A connection, to read and write.
    pub fn get_mut(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.connections.get_mut(&id)
    }

    /// All connections.
    pub fn connections(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        self.connections.iter().map(|(id, connection)| (*id, connection))
    }

    /// Forgets a connection, whatever its state; its peer gets RST if it sends on.
    pub fn remove(&mut self, id: ConnectionId) -> Option<Connection> {
        let connection = self.connections.remove(&id)?;
        let route = (connection.local().port(), connection.remote());
        // A newer connection may have taken over the addresses of one that is closed.
        if self.routes.get(&route) == Some(&id) {
            self.routes.remove(&route);
        }
        self.accepted.retain(|one| *one != id);
        Some(connection)
    }

    /// A segment for no connection: a SYN opens one where somebody listens; all else gets RST.
    fn receive_stray(&mut self, datagram: Datagram<Segment>, now: Instant) {
        let Datagram { from, to, payload: segment, .. } = datagram;
        let opens = segment.flags.syn && !segment.flags.ack && !segment.flags.rst;
        if opens && self.listening.contains(&to.port()) {
            if let Some(id) = self.open(to.port(), from) {
                self.accepted.push_back(id);
                if let Some(connection) = self.connections.get_mut(&id) {
                    connection.receive(segment, datagram.ecn, now);
                }
            }
            return;
        }
        const MOST: usize = 1000;
        if !segment.flags.rst && !segment.damaged && self.strays.len() < MOST {
            self.strays.push_back(Datagram::new(to, from, answer_to_stray(&segment)));
        }
    }

    /// The connection behind an address pair; one that is closed, or waits in TIME-WAIT while a
    /// SYN comes, makes room.
    fn find(&mut self, datagram: &Datagram<Segment>) -> Option<ConnectionId> {
        let route = (datagram.to.port(), datagram.from);
        let id = *self.routes.get(&route)?;
        let state = self.connections.get(&id)?.state();
        let over =
            state == State::Closed || (state == State::TimeWait && datagram.payload.flags.syn);
        if over {
            self.routes.remove(&route);
            return None;
        }
        Some(id)
    }
}

impl Node<Segment> for Endpoint {
    fn receive(&mut self, datagram: Datagram<Segment>, now: Instant) {
        if datagram.payload.damaged {
            return;
        }
        match self.find(&datagram).and_then(|id| self.connections.get_mut(&id)) {
            Some(connection) => connection.receive(datagram.payload, datagram.ecn, now),
            None => self.receive_stray(datagram, now),
        }
    }

    fn transmit(&mut self, now: Instant) -> Option<Datagram<Segment>> {
        if let Some(stray) = self.strays.pop_front() {
            return Some(stray);
        }
        let turn = self.turn;
        let later = (Bound::Excluded(turn), Bound::Unbounded);
        // Borrowed one after the other, since both halves are of one map.
        let sent = first_to_send(self.connections.range_mut(later), now)
            .or_else(|| first_to_send(self.connections.range_mut(..=turn), now));
        let (id, datagram) = sent?;
        self.turn = id;
        Some(datagram)
    }

    fn next_timeout(&self) -> Option<Instant> {
        self.connections.values().filter_map(Connection::next_timeout).min()
    }

    fn handle_timeout(&mut self, now: Instant) {
        for connection in self.connections.values_mut() {
            if connection.next_timeout().is_some_and(|at| at <= now) {
                connection.handle_timeout(now);
            }
        }
    }
}

/// The next segment of the first connection that has one.
fn first_to_send<'a>(
    connections: impl Iterator<Item = (&'a ConnectionId, &'a mut Connection)>,
    now: Instant,
) -> Option<(ConnectionId, Datagram<Segment>)> {
    for (id, connection) in connections {
        if let Some((payload, ecn)) = connection.transmit(now) {
            let (from, to) = (connection.local(), connection.remote());
            return Some((*id, Datagram { from, to, ecn, payload }));
        }
    }
    None
}
