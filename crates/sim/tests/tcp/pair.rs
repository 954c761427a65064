//! Two hosts, a link, and a transfer over it.

use sim::{
    Interface, Link, LinkId, Network,
    tcp::{Config, Connection, ConnectionId, Endpoint, Limits, Segment, State},
};
use std::{net::IpAddr, time::Duration};

pub(crate) fn ip(last: u8) -> IpAddr {
    [10, 0, 0, last].into()
}

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Octets of which no two windows look alike.
pub(crate) fn text(length: usize, seed: u64) -> Vec<u8> {
    let mut octets = vec![0; length];
    wire::Random::fill(&mut wire::Scripted(seed), &mut octets);
    octets
}

/// A client and a server that listens on port 80.
pub(crate) struct Pair {
    pub(crate) network: Network<Segment>,
    pub(crate) client: Endpoint,
    pub(crate) server: Endpoint,
    pub(crate) at: (Interface, Interface),
    pub(crate) links: (LinkId, LinkId),
}

impl Pair {
    pub(crate) fn new(seed: u64, link: Link, config: Config) -> Self {
        Self::with(seed, link, (config, config), Limits::default())
    }

    pub(crate) fn with(
        seed: u64,
        link: Link,
        (ours, theirs): (Config, Config),
        limits: Limits,
    ) -> Self {
        let mut network = Network::new(seed);
        let at = (network.attach(0, "client", ip(1)), network.attach(1, "server", ip(2)));
        let links = network.connect(at.0, at.1, link);
        let client = Endpoint::with_limits(ip(1), ours, limits, seed);
        let mut server = Endpoint::with_limits(ip(2), theirs, limits, seed ^ 1);
        server.listen(80);
        Self { network, client, server, at, links }
    }

    pub(crate) fn connect(&mut self) -> ConnectionId {
        self.client.connect((ip(2), 80).into()).unwrap()
    }

    pub(crate) fn step(&mut self) -> bool {
        self.network.step(&mut [&mut self.client, &mut self.server]).unwrap()
    }

    pub(crate) fn advance(&mut self, span: Duration) {
        self.network.advance(&mut [&mut self.client, &mut self.server], span).unwrap();
    }

    /// Connects, and waits until the server has accepted.
    pub(crate) fn connected(&mut self) -> (ConnectionId, ConnectionId) {
        let client = self.connect();
        loop {
            if let Some(server) = self.server.accept() {
                return (client, server);
            }
            assert!(self.step(), "no connection");
        }
    }

    pub(crate) fn client(&mut self, id: ConnectionId) -> &mut Connection {
        self.client.get_mut(id).unwrap()
    }

    pub(crate) fn server(&mut self, id: ConnectionId) -> &mut Connection {
        self.server.get_mut(id).unwrap()
    }
}

/// Writes what is left as room allows, closes at the end, and reads what there is.
pub(crate) fn pump(one: &mut Connection, left: &mut &[u8], heard: &mut Vec<u8>) {
    if one.state() == State::SynSent {
        return;
    }
    let taken = one.write(left);
    *left = &left[taken..];
    if left.is_empty() {
        one.close();
    }
    heard.extend(one.read(usize::MAX));
}

/// What each side got, in both directions at once, and how long it took.
pub(crate) struct Done {
    pub(crate) at_server: Vec<u8>,
    pub(crate) at_client: Vec<u8>,
    pub(crate) took: Duration,
}

/// Sends `up` to the server and `down` to the client at the same time, until both have ended.
pub(crate) fn exchange(pair: &mut Pair, up: &[u8], down: &[u8]) -> Done {
    let id = pair.connect();
    let (mut up, mut down) = (up, down);
    let (mut at_server, mut at_client) = (Vec::new(), Vec::new());
    let mut accepted = None;
    loop {
        let went = pair.step();
        pump(pair.client(id), &mut up, &mut at_client);
        accepted = accepted.or_else(|| pair.server.accept());
        let Some(server) = accepted else {
            assert!(went && pair.client(id).error().is_none(), "no connection");
            continue;
        };
        pump(pair.server(server), &mut down, &mut at_server);
        let finished = pair.client(id).is_finished() && pair.server(server).is_finished();
        let took = pair.network.elapsed();
        assert_eq!(pair.client(id).error(), None, "client at {took:?}");
        assert_eq!(pair.server(server).error(), None, "server at {took:?}");
        if finished {
            return Done { at_server, at_client, took };
        }
        assert!(went, "silent at {took:?} with {} and {} left", up.len(), down.len());
    }
}
