//! A client that asks for octets and counts them, and a server that sends them: by QUIC and by the
//! modelled TCP.

use quic::{
    ClientConfig, Connection, Event, FourTuple, ServerConfig, Transmit, Transport,
    acks::Ecn,
    connection::{Accepted, IdSource},
    connection_id::ConnectionId,
    packet::Packet,
    stream::{Direction, StreamId},
};
use sim::{Datagram, Node, tcp};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tls::{
    Moment,
    fuzzing::stage::{self, Stage},
};
use wire::{Reader, Scripted, UnixTime};

/// What a server hands over at once.
static NOTHING: [u8; 16384] = [0; 16384];

pub(crate) const PORT: u16 = 443;

struct Ids(Scripted);

impl IdSource for Ids {
    fn issue(&mut self) -> (ConnectionId, [u8; 16]) {
        let id = ConnectionId::random(8, &mut self.0);
        (id, [id.octets(), id.octets()].concat().try_into().unwrap())
    }
}

fn moment(now: Instant) -> Moment {
    Moment { instant: now, time: UnixTime(stage::moment().time.0) }
}

fn transport() -> Arc<Transport> {
    // Loss alone speaks here, as to the TCP beside it.
    Arc::new(Transport { ecn: false, ..Transport::default() })
}

/// One end of a QUIC connection.
pub(crate) struct Quic {
    pub(crate) connection: Option<Connection>,
    seed: u64,
    transmit: Transmit,
    waiting: VecDeque<Datagram>,
    /// Where the server sends, and how much yet.
    answer: Option<StreamId>,
    left: u64,
    /// What the client has, and since when it has all.
    pub(crate) got: u64,
    pub(crate) done: Option<Instant>,
}

impl Quic {
    /// A server whose answer has `octets`; a client does not mind.
    pub(crate) fn new(octets: u64, seed: u64) -> Self {
        Self {
            connection: None,
            seed,
            transmit: Transmit::new(16),
            waiting: VecDeque::new(),
            answer: None,
            left: octets,
            got: 0,
            done: None,
        }
    }

    fn sources(&self) -> (Box<Ids>, Box<Scripted>) {
        (Box::new(Ids(Scripted(self.seed))), Box::new(Scripted(self.seed + 500)))
    }

    /// The client begins.
    pub(crate) fn connect(&mut self, local: SocketAddr, remote: SocketAddr, now: Instant) {
        let mut config = ClientConfig::new(Arc::new(Stage::plain().client));
        config.transport = transport();
        let (ids, random) = self.sources();
        let path = FourTuple { local, remote };
        let now = moment(now);
        let made =
            Connection::new_client(&config, stage::name(), path, ids, Vec::new(), random, now);
        self.connection = Some(made.unwrap());
    }

    fn accept(&mut self, path: FourTuple, octets: &[u8], now: Instant) {
        let Ok(Packet::Protected(head)) = Packet::read(&mut Reader::new(octets), 8) else { return };
        let Some(version) = head.version else { return };
        let mut config = ServerConfig::new(Arc::new(Stage::plain().server));
        config.transport = transport();
        let accepted = Accepted {
            version,
            destination: head.destination,
            source: head.source,
            original_destination: head.destination,
            retry_source: None,
            validated: false,
            path,
        };
        let (ids, random) = self.sources();
        let made = Connection::new_server(&config, &accepted, ids, random, moment(now));
        self.connection = Some(made.unwrap());
    }

    fn events(&mut self, now: Instant) {
        let Some(connection) = &mut self.connection else { return };
        while let Some(event) = connection.poll_event() {
            match event {
                Event::Connected(_) if connection.role() == tls::Role::Client => {
                    let stream = connection.open(Direction::Bidirectional).unwrap();
                    connection.send(stream, b"all").unwrap();
                    connection.finish(stream).unwrap();
                }
                Event::Readable(stream) => {
                    let mut octets = 0;
                    let read = connection.read(stream, |piece| {
                        octets += piece.len();
                        piece.len()
                    });
                    if connection.role() == tls::Role::Server {
                        self.answer = Some(stream);
                    } else {
                        self.got += octets as u64;
                        let end = read.is_ok_and(|read| read.end == quic::connection::ReadEnd::End);
                        self.done = self.done.or(end.then_some(now));
                    }
                }
                _ => {}
            }
        }
        while connection.poll_routing().is_some() {}
        let Some(stream) = self.answer else { return };
        while self.left > 0 {
            let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(NOTHING.len());
            match connection.send(stream, &NOTHING[..most]) {
                Ok(taken) if taken > 0 => self.left -= taken as u64,
                _ => return,
            }
        }
        connection.finish(stream).unwrap();
        self.answer = None;
    }
}

impl Node for Quic {
    fn receive(&mut self, datagram: Datagram, now: Instant) {
        let path = FourTuple { local: datagram.to, remote: datagram.from };
        let mut octets = datagram.payload;
        if self.connection.is_none() {
            self.accept(path, &octets, now);
        }
        if let Some(connection) = &mut self.connection {
            connection.receive_datagram(path, Ecn::NotEct, &mut octets, now);
        }
        self.events(now);
    }

    fn transmit(&mut self, now: Instant) -> Option<Datagram> {
        let waiting = self.waiting.is_empty();
        if waiting && self.connection.as_mut()?.poll_transmit(now, &mut self.transmit) {
            let path = self.transmit.path;
            let segments = self.transmit.segments();
            let datagrams = segments.map(|one| Datagram::new(path.local, path.remote, one.into()));
            self.waiting.extend(datagrams);
        }
        self.waiting.pop_front()
    }

    fn next_timeout(&self) -> Option<Instant> {
        self.connection.as_ref().and_then(Connection::next_timeout)
    }

    fn handle_timeout(&mut self, now: Instant) {
        if let Some(connection) = &mut self.connection {
            connection.handle_timeout(now);
        }
        self.events(now);
    }
}

/// One end of a connection of the modelled TCP.
pub(crate) struct Tcp {
    pub(crate) endpoint: tcp::Endpoint,
    pub(crate) id: Option<tcp::ConnectionId>,
    serves: bool,
    pub(crate) got: u64,
}

impl Tcp {
    /// A server, if it `serves`; otherwise a client that will connect.
    pub(crate) fn new(address: SocketAddr, serves: bool, seed: u64) -> Self {
        let mut endpoint = tcp::Endpoint::new(address.ip(), tcp::Config::default(), seed);
        if serves {
            endpoint.listen(PORT);
        }
        Self { endpoint, id: None, serves, got: 0 }
    }

    fn pump(&mut self) {
        self.id = self.id.or_else(|| self.endpoint.accept());
        let Some(connection) = self.id.and_then(|id| self.endpoint.get_mut(id)) else { return };
        if self.serves {
            while connection.write(&NOTHING) > 0 {}
        } else {
            self.got += connection.read(usize::MAX).len() as u64;
        }
    }
}

impl Node<tcp::Segment> for Tcp {
    fn receive(&mut self, datagram: Datagram<tcp::Segment>, now: Instant) {
        self.endpoint.receive(datagram, now);
        self.pump();
    }

    fn transmit(&mut self, now: Instant) -> Option<Datagram<tcp::Segment>> {
        self.endpoint.transmit(now)
    }

    fn next_timeout(&self) -> Option<Instant> {
        self.endpoint.next_timeout()
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
        self.pump();
    }
}

/// Milliseconds.
pub(crate) const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}
