//! Two connections and a network between them.

use quic::{
    ClientConfig, Closed, Connection, Event, FourTuple, ServerConfig, Transmit, Transport,
    acks::Ecn,
    connection::{Accepted, IdSource, Listeners, ReadEnd, Routing},
    connection_id::ConnectionId,
    packet::{Packet, PacketType},
    recovery::Space,
    stream::{Direction, StreamId},
};
use sim::{Datagram, Link, Network, Node};
use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tls::{
    Moment,
    fuzzing::stage::{self, Stage},
};
use wire::{Reader, Scripted, UnixTime};

/// Connection IDs of eight octets, counted.
pub(crate) struct Ids(Scripted);

impl IdSource for Ids {
    fn issue(&mut self) -> (ConnectionId, [u8; 16]) {
        let id = ConnectionId::random(8, &mut self.0);
        (id, reset_token(&id))
    }
}

/// A token that tests can compute.
pub(crate) fn reset_token(id: &ConnectionId) -> [u8; 16] {
    [id.octets(), id.octets()].concat().try_into().unwrap()
}

/// What a test chooses.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) stage: Stage,
    pub(crate) client: Transport,
    pub(crate) server: Transport,
    pub(crate) version: quic::version::Version,
    /// Whether a list of versions was believed.
    pub(crate) negotiated: bool,
    pub(crate) seed: u64,
    /// Who hears the client, and the server.
    pub(crate) listeners: [Listeners; 2],
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            stage: Stage::plain(),
            client: Transport::default(),
            server: Transport::default(),
            version: quic::version::Version::V1,
            negotiated: false,
            seed: 1,
            listeners: Default::default(),
        }
    }
}

/// One end, and what it does: it sends back what comes on bidirectional streams.
pub(crate) struct End {
    pub(crate) connection: Option<Connection>,
    accept: Option<(ServerConfig, u64)>,
    transmit: Transmit,
    waiting: VecDeque<(FourTuple, Ecn, Vec<u8>)>,
    pub(crate) heard: Vec<Event>,
    pub(crate) received: HashMap<StreamId, (Vec<u8>, Option<ReadEnd>)>,
    pub(crate) to_send: HashMap<StreamId, (Vec<u8>, usize)>,
    pub(crate) echo: bool,
    pub(crate) ids: Vec<ConnectionId>,
    pub(crate) largest_burst: usize,
    /// What a Retry has to confirm.
    pub(crate) original: Option<ConnectionId>,
    pub(crate) retry_source: Option<ConnectionId>,
    /// What a server says in its first packet of a space.
    pub(crate) first: Option<(Space, Vec<u8>)>,
}

fn moment(now: Instant) -> Moment {
    Moment { instant: now, time: UnixTime(stage::moment().time.0) }
}

impl End {
    fn new() -> Self {
        Self {
            connection: None,
            accept: None,
            transmit: Transmit::new(16),
            waiting: VecDeque::new(),
            heard: Vec::new(),
            received: HashMap::new(),
            to_send: HashMap::new(),
            echo: false,
            ids: Vec::new(),
            largest_burst: 0,
            original: None,
            retry_source: None,
            first: None,
        }
    }

    pub(crate) fn quic(&mut self) -> &mut Connection {
        self.connection.as_mut().unwrap()
    }

    /// Sends `octets` on a new stream, with its end.
    pub(crate) fn say(&mut self, direction: Direction, octets: &[u8]) -> StreamId {
        let stream = self.quic().open(direction).unwrap();
        self.to_send.insert(stream, (octets.to_vec(), 0));
        self.pump(stream);
        stream
    }

    fn pump(&mut self, stream: StreamId) {
        let Some((octets, at)) = self.to_send.get_mut(&stream) else { return };
        let connection = self.connection.as_mut().unwrap();
        let Ok(taken) = connection.send(stream, &octets[*at..]) else { return };
        *at += taken;
        if *at == octets.len() {
            let _ = connection.finish(stream);
            self.to_send.remove(&stream);
        }
    }

    pub(crate) fn events(&mut self) {
        while let Some(event) = self.connection.as_mut().and_then(Connection::poll_event) {
            match &event {
                Event::Readable(stream) => {
                    let stream = *stream;
                    let (octets, end) = self.received.entry(stream).or_default();
                    let connection = self.connection.as_mut().unwrap();
                    let read = connection.read(stream, |piece| {
                        octets.extend_from_slice(piece);
                        piece.len()
                    });
                    if let Ok(read) = read
                        && read.end != ReadEnd::Open
                    {
                        *end = Some(read.end);
                        let back = stream.direction() == Direction::Bidirectional;
                        if self.echo && back {
                            self.to_send.insert(stream, (octets.clone(), 0));
                            self.pump(stream);
                        }
                    }
                }
                Event::Writable(stream) => self.pump(*stream),
                _ => {}
            }
            self.heard.push(event);
        }
        while let Some(routing) = self.connection.as_mut().and_then(Connection::poll_routing) {
            match routing {
                Routing::Add(id) => self.ids.push(id),
                Routing::Retire(id) => self.ids.retain(|known| *known != id),
            }
        }
    }

    fn accept(&mut self, path: FourTuple, octets: &[u8], now: Instant) {
        let Some((config, seed)) = &self.accept else { return };
        let Ok(Packet::Protected(head)) = Packet::read(&mut Reader::new(octets), 8) else { return };
        if head.kind != PacketType::Initial || octets.len() < 1200 {
            return;
        }
        let accepted = Accepted {
            version: head.version.unwrap(),
            destination: head.destination,
            source: head.source,
            original_destination: self.original.unwrap_or(head.destination),
            retry_source: self.retry_source,
            validated: false,
            path,
        };
        let (ids, random) = (Box::new(Ids(Scripted(seed + 50))), Box::new(Scripted(seed + 60)));
        let server = Connection::new_server(config, &accepted, ids, random, moment(now));
        let mut server = server.unwrap();
        if let Some((space, frames)) = self.first.take() {
            server.send_raw_in(space, frames);
        }
        self.connection = Some(server);
    }

    pub(crate) fn closed(&self) -> Option<&Closed> {
        self.heard.iter().find_map(|event| match event {
            Event::Closed(closed) => Some(closed),
            _ => None,
        })
    }

    pub(crate) fn has(&self, wanted: impl Fn(&Event) -> bool) -> bool {
        self.heard.iter().any(wanted)
    }
}

impl Node for End {
    fn receive(&mut self, datagram: Datagram, now: Instant) {
        let path = FourTuple { local: datagram.to, remote: datagram.from };
        let mut octets = datagram.payload;
        if self.connection.is_none() {
            self.accept(path, &octets, now);
        }
        let ecn = match datagram.ecn {
            sim::Ecn::NotEct => Ecn::NotEct,
            sim::Ecn::Ect0 => Ecn::Ect0,
            sim::Ecn::Ect1 => Ecn::Ect1,
            sim::Ecn::Ce => Ecn::Ce,
        };
        if let Some(connection) = &mut self.connection {
            connection.receive_datagram(path, ecn, &mut octets, now);
            // A first packet that does not open was damaged: it begins no connection.
            if self.accept.is_some() && connection.stats().packets_received == 0 {
                self.connection = None;
            }
        }
        self.events();
    }

    fn transmit(&mut self, now: Instant) -> Option<Datagram> {
        if self.waiting.is_empty() {
            let connection = self.connection.as_mut()?;
            if connection.poll_transmit(now, &mut self.transmit) {
                let (path, ecn) = (self.transmit.path, self.transmit.ecn);
                let segments = self.transmit.segments().map(|one| (path, ecn, one.to_vec()));
                self.waiting.extend(segments);
                self.largest_burst = self.largest_burst.max(self.waiting.len());
            }
        }
        let (path, ecn, octets) = self.waiting.pop_front()?;
        let ecn = if ecn == Ecn::Ect0 { sim::Ecn::Ect0 } else { sim::Ecn::NotEct };
        Some(Datagram::new(path.local, path.remote, octets).with_ecn(ecn))
    }

    fn next_timeout(&self) -> Option<Instant> {
        self.connection.as_ref().and_then(Connection::next_timeout)
    }

    fn handle_timeout(&mut self, now: Instant) {
        if let Some(connection) = &mut self.connection {
            connection.handle_timeout(now);
        }
        self.events();
    }
}

/// A client, a server, and the network.
pub(crate) struct Pair {
    pub(crate) client: End,
    pub(crate) server: End,
    pub(crate) network: Network,
    interfaces: (sim::Interface, sim::Interface),
    links: (sim::LinkId, sim::LinkId),
    link: Link,
}

impl Pair {
    pub(crate) fn new(setup: &Setup, link: Link) -> Self {
        let (here, there): (SocketAddr, SocketAddr) =
            ("10.0.0.1:5000".parse().unwrap(), "10.0.0.2:443".parse().unwrap());
        let mut network = Network::new(setup.seed);
        let client = network.attach(0, "client", here.ip());
        let server = network.attach(1, "server", there.ip());
        let links = network.connect(client, server, link.clone());
        let interfaces = (client, server);
        let (mut client, mut server) = (End::new(), End::new());
        let mut config = ClientConfig::new(Arc::new(setup.stage.client.clone()));
        config.transport = Arc::new(setup.client.clone());
        (config.version, config.negotiated) = (setup.version, setup.negotiated);
        config.listeners = setup.listeners[0].clone();
        let path = FourTuple { local: here, remote: there };
        let now = moment(network.now());
        let seed = setup.seed.wrapping_mul(1000);
        let (ids, random) = (Box::new(Ids(Scripted(seed))), Box::new(Scripted(seed + 10)));
        let made =
            Connection::new_client(&config, stage::name(), path, ids, Vec::new(), random, now);
        client.connection = Some(made.unwrap());
        let mut config = ServerConfig::new(Arc::new(setup.stage.server.clone()));
        config.transport = Arc::new(setup.server.clone());
        config.listeners = setup.listeners[1].clone();
        server.accept = Some((config, seed));
        server.echo = true;
        Self { client, server, network, interfaces, links, link }
    }

    pub(crate) fn plain() -> Self {
        Self::new(&Setup::default(), Link::new().delay(Duration::from_millis(10)))
    }

    /// A server that would rather be at 10.0.2.2.
    pub(crate) fn preferring(setup: &Setup, link: Link) -> Self {
        let mut pair = Self::new(setup, link);
        let preferred: std::net::SocketAddrV4 = "10.0.2.2:443".parse().unwrap();
        let second = pair.network.attach(1, "server's other", (*preferred.ip()).into());
        pair.network.connect(pair.interfaces.0, second, pair.link.clone());
        if let Some((config, _)) = &mut pair.server.accept {
            config.preferred = (Some(preferred), None);
        }
        pair
    }

    /// Lets so much time pass.
    pub(crate) fn run(&mut self, span: Duration) {
        self.network.advance(&mut [&mut self.client, &mut self.server], span).unwrap();
    }

    /// Steps until `done`, for so long at the most; answers whether it was.
    pub(crate) fn until(&mut self, most: Duration, done: impl Fn(&Self) -> bool) -> bool {
        let end = self.network.elapsed() + most;
        while !done(self) {
            let more = self.network.step(&mut [&mut self.client, &mut self.server]).unwrap();
            if !more || self.network.elapsed() > end {
                return done(self);
            }
        }
        true
    }

    pub(crate) fn connect(&mut self) {
        let confirmed = |end: &End| end.has(|event| matches!(event, Event::HandshakeConfirmed));
        let most = Duration::from_secs(9);
        let done = self.until(most, |pair| confirmed(&pair.client) && confirmed(&pair.server));
        assert!(done, "client {:?}\nserver {:?}", self.client.heard, self.server.heard);
    }

    /// The server's echo of a stream of the client's is whole.
    pub(crate) fn echoed(&self, stream: StreamId) -> bool {
        self.client.received.get(&stream).is_some_and(|(_, end)| end.is_some())
    }

    /// Both ways carry datagrams of so many octets from now on, UDP and IP counted.
    pub(crate) fn set_mtu(&mut self, mtu: usize) {
        for link in [self.links.0, self.links.1] {
            let known = self.network.link_mut(link).unwrap();
            *known = known.clone().mtu(mtu);
        }
    }

    pub(crate) fn behind_nat(&mut self) {
        self.network.behind_nat(self.interfaces.0, "192.0.2.1".parse().unwrap());
    }

    pub(crate) fn rebind_port(&mut self) {
        self.network.rebind_port(self.interfaces.0);
    }

    pub(crate) fn rebind_address(&mut self) {
        self.network.rebind_address(self.interfaces.0, "192.0.2.9".parse().unwrap());
    }

    /// The client gets another address; answers the path from there.
    pub(crate) fn second_address(&mut self) -> FourTuple {
        self.second_address_over(self.link.clone())
    }

    /// The same by another way.
    pub(crate) fn second_address_over(&mut self, link: Link) -> FourTuple {
        let local: SocketAddr = "10.0.1.1:5001".parse().unwrap();
        let second = self.network.attach(0, "client's other", local.ip());
        self.network.connect(second, self.interfaces.1, link);
        FourTuple { local, remote: "10.0.0.2:443".parse().unwrap() }
    }
}
