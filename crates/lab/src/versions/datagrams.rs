//! HTTP/3 over QUIC: both hosts.
//!
//! RFC 9000, RFC 9114
//!
//! ```text
//!   Fetch ─► http3 ─► quic::Connection ─── network ─── quic::Connection ◄─ http3 ◄─ Turns
//! ```
//!
//! QUIC's streams take turns by themselves, packet by packet, so that all of an answer may be given
//! to its stream at once.
//!
//! Invariant: answers are made of the same pieces as those of HTTP/1 and 2.
//!
//! Used by: [`versions::run`](super::run).

use super::{
    Error, Setting,
    answering::{self, Turns},
    asking,
    ledger::Book,
    page::Fetch,
};
use http::Version;
use http3::{ClientOptions, Event, Outgoing, Settings};
use port::http3::{give, http3_id, quic_id, resume, take};
use quic::{
    ClientConfig, FourTuple, ServerConfig, Transmit,
    acks::Ecn,
    connection::{Accepted, IdSource, Listeners},
    connection_id::ConnectionId,
    packet::{Packet, PacketType},
    stream::Direction,
};
use sim::{Datagram, Node};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Instant,
};
use tls::fuzzing::stage;
use wire::{Reader, Scripted, trace::Trace};

/// Connection IDs of eight octets, counted.
struct Ids(Scripted);

impl IdSource for Ids {
    fn issue(&mut self) -> (ConnectionId, [u8; 16]) {
        let id = ConnectionId::random(8, &mut self.0);
        let mut token = [0; 16];
        wire::Random::fill(&mut self.0, &mut token);
        (id, token)
    }
}

/// Both floors of one end, and what waits to be sent.
struct End {
    quic: quic::Connection,
    http3: http3::Connection,
    transmit: Transmit,
    waiting: VecDeque<Datagram>,
}

impl End {
    fn new(quic: quic::Connection, http3: http3::Connection) -> Self {
        Self { quic, http3, transmit: Transmit::new(16), waiting: VecDeque::new() }
    }

    fn receive(&mut self, datagram: Datagram, now: Instant) {
        let path = FourTuple { local: datagram.to, remote: datagram.from };
        let mut octets = datagram.payload;
        self.quic.receive_datagram(path, Ecn::NotEct, &mut octets, now);
    }

    /// Tells HTTP/3 what happened in QUIC.
    fn events(&mut self, now: Instant) -> Result<(), Error> {
        while let Some(event) = self.quic.poll_event() {
            if let Some(quic::Event::Closed(closed)) =
                take(event, &mut self.http3, &mut self.quic, now)
            {
                return Err(Error::Broken(format!("{closed:?}")));
            }
        }
        Ok(())
    }

    fn transmit(&mut self, now: Instant) -> Option<Datagram> {
        if self.waiting.is_empty() && self.quic.poll_transmit(now, &mut self.transmit) {
            let path = self.transmit.path;
            let datagram = |one: &[u8]| Datagram::new(path.local, path.remote, one.to_vec());
            self.waiting.extend(self.transmit.segments().map(datagram));
        }
        self.waiting.pop_front()
    }
}

/// The client.
pub(super) struct Client {
    end: Option<End>,
    /// Which thing of the page a stream is.
    names: BTreeMap<u64, usize>,
    book: Book,
    pub(super) go: bool,
    pub(super) fetch: Fetch,
    pub(super) error: Option<Error>,
}

impl Client {
    pub(super) fn new(
        setting: &Setting,
        tls: tls::ClientConfig,
        remembered: Option<Settings>,
        book: Book,
        now: Instant,
    ) -> Result<Self, Error> {
        let mut config = ClientConfig::new(Arc::new(tls));
        config.transport = Arc::new(setting.quic());
        let path = FourTuple { local: super::CLIENT, remote: super::SERVER };
        let seed = setting.seed.wrapping_mul(1_000);
        let (ids, random) = (Box::new(Ids(Scripted(seed))), Box::new(Scripted(seed + 10)));
        let quic = quic::Connection::new_client(
            &config,
            stage::name(),
            path,
            ids,
            Vec::new(),
            random,
            super::moment(now),
        );
        let quic = quic.map_err(|error| Error::said(&error))?;
        let options = ClientOptions { remembered, ..ClientOptions::default() };
        let http3 = http3::Connection::client(&setting.http3(), options, now);
        book.open().connections += 1;
        Ok(Self {
            end: Some(End::new(quic, http3)),
            names: BTreeMap::new(),
            book,
            go: !setting.warm,
            fetch: Fetch::new(&setting.page),
            error: None,
        })
    }

    /// Whether HTTP/3 may be spoken.
    pub(super) fn is_warm(&self) -> bool {
        self.end.as_ref().is_some_and(|end| end.http3.is_introduced())
    }

    /// What the server said of itself, for the next time.
    pub(super) fn settings(&self) -> Option<Settings> {
        self.end.as_ref().map(|end| *end.http3.peer_settings())
    }

    fn turn(&mut self, now: Instant) -> Result<(), Error> {
        let Some(end) = &mut self.end else { return Ok(()) };
        end.events(now)?;
        while let Some(event) = end.http3.poll_event() {
            match event {
                Event::Data { stream, octets, end: last } => {
                    end.http3.release(stream, octets.len());
                    let Some(object) = self.names.get(&stream.get()) else { continue };
                    self.fetch.came(*object, octets.len());
                    self.book.open().gave(*object);
                    if last {
                        self.fetch.whole(*object, now);
                    }
                }
                Event::Readable(stream) => {
                    resume(quic_id(stream), &mut end.http3, &mut end.quic, now);
                }
                Event::Violation(error) => return Err(Error::said(&error)),
                _ => {}
            }
        }
        self.book.open().blocked.extend(end.http3.blocked().map(http3::StreamId::get));
        while self.go
            && self.fetch.wanted() > 0
            && let Some(stream) = end.quic.open(Direction::Bidirectional)
            && let Some((object, size)) = self.fetch.ask(now)
        {
            let stream = http3_id(stream);
            let request = asking::request(object, size, Version::Http3)?;
            let sent = end.http3.send_request(stream, &request, Outgoing::None);
            sent.map_err(|error| Error::said(&error))?;
            self.names.insert(stream.get(), object);
            self.book.open().name(stream.get(), stream.get(), object);
        }
        give(&mut end.http3, &mut end.quic, now);
        Ok(())
    }

    /// Does what is to be done before anything comes.
    pub(super) fn begin(&mut self, now: Instant) {
        if let Err(error) = self.turn(now) {
            self.error.get_or_insert(error);
        }
    }
}

/// The server.
pub(super) struct Server {
    config: ServerConfig,
    limits: http3::Limits,
    seed: u64,
    end: Option<End>,
    turns: Turns,
    /// When the first request was here, whole.
    pub(super) asked: Option<Instant>,
    pub(super) error: Option<Error>,
}

impl Server {
    pub(super) fn new(setting: &Setting, tls: tls::ServerConfig, book: Book) -> Self {
        let mut config = ServerConfig::new(Arc::new(tls));
        config.transport = Arc::new(setting.quic());
        config.listeners = Listeners::new(move |_| Trace::to(Arc::new(book.clone()), 0));
        Self {
            config,
            limits: setting.http3(),
            seed: setting.seed.wrapping_mul(1_000),
            end: None,
            turns: Turns::default(),
            asked: None,
            error: None,
        }
    }

    /// A connection for the first packet of a client.
    fn accept(&self, path: FourTuple, octets: &[u8], now: Instant) -> Result<Option<End>, Error> {
        let Ok(Packet::Protected(head)) = Packet::read(&mut Reader::new(octets), 8) else {
            return Ok(None);
        };
        let Some(version) = head.version.filter(|_| head.kind == PacketType::Initial) else {
            return Ok(None);
        };
        let accepted = Accepted {
            version,
            destination: head.destination,
            source: head.source,
            original_destination: head.destination,
            retry_source: None,
            validated: false,
            path,
        };
        let (ids, random) =
            (Box::new(Ids(Scripted(self.seed + 50))), Box::new(Scripted(self.seed + 60)));
        let now_here = super::moment(now);
        let quic = quic::Connection::new_server(&self.config, &accepted, ids, random, now_here);
        let quic = quic.map_err(|error| Error::said(&error))?;
        Ok(Some(End::new(quic, http3::Connection::server(&self.limits, now))))
    }

    fn turn(&mut self, now: Instant) -> Result<(), Error> {
        let Some(end) = &mut self.end else { return Ok(()) };
        end.events(now)?;
        while let Some(event) = end.http3.poll_event() {
            match event {
                Event::Request { stream, head, .. } => {
                    self.asked.get_or_insert(now);
                    let size = answering::size(&head.request);
                    let response = answering::response();
                    let sent = end.http3.send_response(stream, &response, Outgoing::Length(size));
                    sent.map_err(|error| Error::said(&error))?;
                    self.turns.push(stream.get(), size);
                }
                Event::Readable(stream) => {
                    resume(quic_id(stream), &mut end.http3, &mut end.quic, now);
                }
                Event::Violation(error) => return Err(Error::said(&error)),
                _ => {}
            }
        }
        let mut full = Turns::default();
        while let Some((id, left)) = self.turns.pop() {
            let stream = http3::StreamId::new(id);
            if end.http3.output_room(stream) == 0 {
                full.push(id, left);
                continue;
            }
            let (octets, left) = answering::piece(left);
            end.http3.send_vec(stream, octets).map_err(|error| Error::said(&error))?;
            match left {
                0 => end.http3.send_end(stream, None).map_err(|error| Error::said(&error))?,
                left => self.turns.push(id, left),
            }
        }
        self.turns = full;
        give(&mut end.http3, &mut end.quic, now);
        Ok(())
    }
}

impl Node for Client {
    fn receive(&mut self, datagram: Datagram, now: Instant) {
        self.book.open().came(now);
        if let Some(end) = &mut self.end {
            end.receive(datagram, now);
        }
        self.begin(now);
    }

    fn transmit(&mut self, now: Instant) -> Option<Datagram> {
        self.end.as_mut().and_then(|end| end.transmit(now))
    }

    fn next_timeout(&self) -> Option<Instant> {
        self.end.as_ref().and_then(|end| end.quic.next_timeout())
    }

    fn handle_timeout(&mut self, now: Instant) {
        if let Some(end) = &mut self.end {
            end.quic.handle_timeout(now);
        }
        self.begin(now);
    }
}

impl Server {
    fn try_turn(&mut self, now: Instant) {
        if let Err(error) = self.turn(now) {
            self.error.get_or_insert(error);
        }
    }
}

impl Node for Server {
    fn receive(&mut self, datagram: Datagram, now: Instant) {
        if self.end.is_none() {
            let path = FourTuple { local: datagram.to, remote: datagram.from };
            match self.accept(path, &datagram.payload, now) {
                Ok(end) => self.end = end,
                Err(error) => self.error = Some(error),
            }
        }
        if let Some(end) = &mut self.end {
            end.receive(datagram, now);
        }
        self.try_turn(now);
    }

    fn transmit(&mut self, now: Instant) -> Option<Datagram> {
        self.end.as_mut().and_then(|end| end.transmit(now))
    }

    fn next_timeout(&self) -> Option<Instant> {
        self.end.as_ref().and_then(|end| end.quic.next_timeout())
    }

    fn handle_timeout(&mut self, now: Instant) {
        if let Some(end) = &mut self.end {
            end.quic.handle_timeout(now);
        }
        self.try_turn(now);
    }
}
