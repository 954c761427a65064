//! Two ends, and a network in which the input decides what becomes of each datagram.
//!
//! ```text
//!   End (client) ──► NAT ──► flights: lost, twice, late, damaged, cut, marked ──► End (server)
//! ```
//!
//! Invariant: time passes only from one thing that waits to the next, so a run has as many steps
//! as things happened. A world in which too much happens at one instant panics: it is a loop.

use super::end::{Books, End};
use crate::{
    ClientConfig, Connection, FourTuple, ServerConfig, Transport, acks::Ecn, version::Version,
};
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};
use tls::{
    Role,
    fuzzing::stage::{self, Stage},
};

/// Datagrams on their way; beyond, the queue of a router is full.
const QUEUE: usize = 256;
/// Things that may happen at one instant: each datagram of a full queue, some timers.
const AT_ONCE: usize = 4 * QUEUE;
/// What a NAT adds to a port each time it forgets.
const REBOUND: u16 = 1000;

/// A datagram on its way.
#[derive(Clone)]
pub(super) struct Flight {
    pub(super) due: Instant,
    to: Role,
    from: SocketAddr,
    dest: SocketAddr,
    pub(super) ecn: Ecn,
    pub(super) octets: Vec<u8>,
}

/// What an input chooses before it begins.
#[derive(Clone)]
pub(super) struct Setup {
    pub(super) stage: Stage,
    pub(super) client: Transport,
    pub(super) server: Transport,
    pub(super) version: Version,
    pub(super) delay: Duration,
}

impl Setup {
    /// Nobody gives up for time alone.
    pub(super) fn patient(stage: Stage) -> Self {
        let transport = Transport {
            max_idle_timeout: None,
            handshake_timeout: Duration::from_secs(1 << 30),
            max_datagram_frame_size: 2000,
            send_buffer: 40_000,
            ..Transport::default()
        };
        let delay = Duration::from_millis(10);
        Self { stage, client: transport.clone(), server: transport, version: Version::V1, delay }
    }

    /// Windows and limits that are full now and then.
    pub(super) fn narrow(&mut self) {
        for transport in [&mut self.client, &mut self.server] {
            transport.stream_window = (2000, 4000);
            transport.connection_window = (3000, 8000);
            transport.bidirectional_streams = 3;
            transport.unidirectional_streams = 2;
            transport.active_connection_id_limit = 2;
        }
    }
}

pub(super) struct World {
    pub(super) client: End,
    pub(super) server: End,
    pub(super) books: Books,
    pub(super) flights: Vec<Flight>,
    pub(super) now: Instant,
    delay: Duration,
    /// How often the client's NAT forgot.
    rebound: u16,
    at_once: usize,
}

const fn address(last: u8, port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)), port)
}

impl World {
    pub(super) fn new(setup: &Setup, seed: u64) -> Self {
        let now = stage::moment().instant;
        let mut config = ClientConfig::new(Arc::new(setup.stage.client.clone()));
        config.transport = Arc::new(setup.client.clone());
        config.version = setup.version;
        let path = FourTuple { local: address(1, 5000), remote: address(2, 443) };
        let client = End::client(&config, path, seed, now);
        let mut config = ServerConfig::new(Arc::new(setup.stage.server.clone()));
        config.transport = Arc::new(setup.server.clone());
        let server = End::server(config);
        let (books, flights, delay) = (Books::default(), Vec::new(), setup.delay);
        Self { client, server, books, flights, now, delay, rebound: 0, at_once: 0 }
    }

    pub(super) fn end(&mut self, role: Role) -> (&mut End, &mut Books) {
        let end = if role == Role::Client { &mut self.client } else { &mut self.server };
        (end, &mut self.books)
    }

    pub(super) fn rebind(&mut self) {
        self.rebound = (self.rebound + 1) % 50;
    }

    /// Another address of the client's own.
    pub(super) fn migrate(&mut self, by: u8) {
        let path =
            FourTuple { local: address(1, 5000 + u16::from(by % 4)), remote: address(2, 443) };
        if let Some(connection) = &mut self.client.connection {
            let _ = connection.migrate(path);
        }
    }

    /// What an end wants to send goes on its way.
    pub(super) fn pump(&mut self, role: Role) {
        let (now, outside) = (self.now, self.rebound * REBOUND);
        let due = now + self.delay;
        let mut calls = 0;
        loop {
            let (end, books) = self.end(role);
            let Some(connection) = &mut end.connection else { return };
            if !connection.poll_transmit(now, &mut end.transmit) {
                return end.events(books);
            }
            calls += 1;
            assert!(calls < 5000, "{role} sends without end");
            let transmit = &end.transmit;
            let (FourTuple { local, remote }, ecn) = (transmit.path, transmit.ecn);
            let octets: Vec<Vec<u8>> = transmit.segments().map(<[u8]>::to_vec).collect();
            let mut from = local;
            if role == Role::Client {
                from.set_port(local.port() + outside);
            }
            for octets in octets {
                assert!(!octets.is_empty() && octets.len() <= 1500, "{} octets", octets.len());
                if self.flights.len() < QUEUE {
                    let to = role.peer();
                    self.flights.push(Flight { due, to, from, dest: remote, ecn, octets });
                }
            }
        }
    }

    pub(super) fn send_by_hand(&mut self, role: Role, octets: Vec<u8>) {
        let due = self.now + self.delay;
        let (ours, theirs) = (address(1, 5000 + self.rebound * REBOUND), address(2, 443));
        let (from, dest) = if role == Role::Client { (ours, theirs) } else { (theirs, ours) };
        self.flights.push(Flight { due, to: role.peer(), from, dest, ecn: Ecn::NotEct, octets });
    }

    fn deliver(&mut self, mut flight: Flight) {
        let outside = self.rebound * REBOUND;
        let (role, now) = (flight.to, self.now);
        if role == Role::Client {
            // What was sent to where the NAT was before is lost.
            match flight.dest.port().checked_sub(outside) {
                Some(port) if (5000..5004).contains(&port) => flight.dest.set_port(port),
                _ => return,
            }
        }
        let path = FourTuple { local: flight.dest, remote: flight.from };
        let (end, books) = self.end(role);
        end.receive(path, flight.ecn, &mut flight.octets, now, books);
    }

    /// The next thing happens; answers whether there was one.
    pub(super) fn step(&mut self) -> bool {
        self.pump(Role::Client);
        self.pump(Role::Server);
        let timeout = |end: &End| end.connection.as_ref().and_then(Connection::next_timeout);
        let timers = [(Role::Client, timeout(&self.client)), (Role::Server, timeout(&self.server))];
        let first =
            timers.into_iter().filter_map(|(role, at)| Some((at?, role))).min_by_key(|t| t.0);
        let flight =
            (0..self.flights.len()).min_by_key(|at| self.flights.get(*at).map(|one| one.due));
        let due = flight.and_then(|at| self.flights.get(at)).map(|one| one.due);
        let Some(next) = first.map(|(at, _)| at).into_iter().chain(due).min() else {
            return false;
        };
        self.at_once = if next > self.now { 0 } else { self.at_once + 1 };
        assert!(self.at_once < AT_ONCE, "{timers:?} and {} flights: a loop", self.flights.len());
        self.now = self.now.max(next);
        match (flight, first) {
            (Some(at), _) if due == Some(next) => {
                let flight = self.flights.remove(at);
                self.deliver(flight);
            }
            (_, Some((_, role))) => {
                let now = self.now;
                let (end, books) = self.end(role);
                if let Some(connection) = &mut end.connection {
                    connection.handle_timeout(now);
                }
                end.events(books);
            }
            _ => {}
        }
        self.pump(Role::Client);
        self.pump(Role::Server);
        true
    }

    /// Steps until `done`, so many at the most; answers whether it was.
    pub(super) fn until(&mut self, most: usize, done: impl Fn(&Self) -> bool) -> bool {
        for _ in 0..most {
            if done(self) {
                return true;
            }
            if !self.step() {
                break;
            }
        }
        done(self)
    }

    pub(super) fn closed(&self) -> bool {
        self.client.closed.is_some() || self.server.closed.is_some()
    }

    pub(super) fn is_gone(&self) -> bool {
        let gone = |end: &End| end.connection.as_ref().is_none_or(Connection::is_gone);
        gone(&self.client) && gone(&self.server)
    }
}
