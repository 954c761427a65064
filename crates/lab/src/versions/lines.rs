//! HTTP/1.0, 1.1 and 2 over the modelled TCP, with TLS 1.3 where it is asked for: both hosts.
//!
//! RFC 9293, RFC 8446, RFC 9112, RFC 9113
//!
//! ```text
//!   Fetch ─► Ask ─► tls ─► tcp::Endpoint ─── network ─── tcp::Endpoint ◄─ tls ◄─ Answer ◄─ Turns
//! ```
//!
//! Invariant: no more is given to TCP than it may send soon, so that whose turn it is is decided
//! late.
//!
//! Used by: [`versions::run`](super::run).

use super::{
    Error, Setting, Way,
    answering::{self, Answer, Turns},
    asking::{self, Ask, Heard},
    ledger::Book,
    page::Fetch,
};
use http::Version;
use sim::{
    Datagram, Node,
    tcp::{ConnectionId, Endpoint, Event, Segment, State},
};
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Instant};
use tls::{fuzzing::stage, record};
use wire::{Output, Scripted};

/// Octets that TCP has beyond its window: enough for the next acknowledgment, and no more.
const AHEAD: u64 = 4 * 1_024;

/// A TCP connection's octets, as TLS hands them over or as they are.
struct Pipe {
    tls: Option<Box<record::Connection>>,
    /// Whether TLS, if there is one, is done with its handshake.
    open: bool,
    /// Octets given to TCP.
    written: u64,
    closing: bool,
}

impl Pipe {
    fn new(tls: Option<record::Connection>) -> Self {
        Self { open: tls.is_none(), tls: tls.map(Box::new), written: 0, closing: false }
    }

    /// What has come, opened; and whether it is the end.
    fn read(
        &mut self,
        tcp: &mut sim::tcp::Connection,
        now: Instant,
    ) -> Result<(Vec<u8>, bool), Error> {
        let mut came = tcp.read(usize::MAX);
        let mut over = tcp.is_finished();
        while let Some(event) = tcp.poll_event() {
            over |= matches!(event, Event::Finished | Event::Closed(_));
        }
        let Some(tls) = &mut self.tls else { return Ok((came, over)) };
        let mut octets = Vec::new();
        if !came.is_empty() {
            tls.receive(&mut came, now);
        }
        while let Some(event) = tls.poll_event() {
            match event {
                record::Event::Data { octets: more, .. } => octets.extend(more),
                record::Event::HandshakeComplete(_) => self.open = true,
                record::Event::Violation(error) => return Err(Error::said(&error)),
                _ => {}
            }
        }
        Ok((octets, over))
    }

    /// Gives octets to TCP, by way of TLS where there is one.
    fn write(
        &mut self,
        tcp: &mut sim::tcp::Connection,
        octets: &[u8],
        now: Instant,
    ) -> Result<(), Error> {
        let Some(tls) = &mut self.tls else { return self.put(tcp, octets) };
        if !octets.is_empty() {
            tls.send(octets).map_err(|error| Error::said(&error))?;
        }
        let mut out = Output::new(usize::MAX);
        tls.poll_transmit(now, &mut out);
        let sealed = out.take();
        self.put(tcp, &sealed)
    }

    fn put(&mut self, tcp: &mut sim::tcp::Connection, octets: &[u8]) -> Result<(), Error> {
        self.written += octets.len() as u64;
        if tcp.write(octets) == octets.len() { Ok(()) } else { Err(Error::Full) }
    }

    fn close(&mut self, tcp: &mut sim::tcp::Connection) {
        if !self.closing {
            self.closing = true;
            tcp.close();
        }
    }
}

/// One of the client's connections.
struct Line {
    id: ConnectionId,
    pipe: Pipe,
    ask: Box<dyn Ask>,
    /// Which thing of the page an answer is.
    names: BTreeMap<u64, usize>,
    under_way: usize,
    over: bool,
}

/// The client.
pub(super) struct Client {
    tcp: Endpoint,
    server: SocketAddr,
    way: Way,
    tls: Option<Arc<tls::ClientConfig>>,
    seed: u64,
    lines: Vec<Line>,
    book: Book,
    /// Whether to ask; before that connections are opened.
    pub(super) go: bool,
    pub(super) fetch: Fetch,
    pub(super) error: Option<Error>,
}

impl Client {
    pub(super) fn new(setting: &Setting, tls: Option<tls::ClientConfig>, book: Book) -> Self {
        Self {
            tcp: Endpoint::new(super::CLIENT.ip(), setting.tcp(), setting.seed),
            server: super::SERVER,
            way: setting.way,
            tls: tls.map(Arc::new),
            seed: setting.seed,
            lines: Vec::new(),
            book,
            go: !setting.warm,
            fetch: Fetch::new(&setting.page),
            error: None,
        }
    }

    /// Whether all connections that may be open are.
    pub(super) fn is_warm(&self) -> bool {
        let ready = self.lines.iter().filter(|line| self.is_ready(line)).count();
        ready == self.way.connections()
    }

    fn is_ready(&self, line: &Line) -> bool {
        let state = self.tcp.get(line.id).map(sim::tcp::Connection::state);
        state == Some(State::Established) && line.pipe.open
    }

    fn open(&mut self, now: Instant) -> Result<(), Error> {
        let id = self.tcp.connect(self.server).ok_or(Error::Full)?;
        self.book.open().connections += 1;
        let number = self.seed.wrapping_mul(1_000) + self.lines.len() as u64;
        let tls = self.tls.clone().map(|config| {
            let random = Box::new(Scripted(number));
            record::Connection::client(config, stage::name(), random, super::moment(now))
        });
        let tls = tls.transpose().map_err(|error| Error::said(&error))?;
        let ask: Box<dyn Ask> = match self.way {
            Way::Http10 => Box::new(asking::Text::new(Version::Http10, now)),
            Way::Http2 => Box::new(asking::Binary::new(self.tls.is_some(), now)),
            _ => Box::new(asking::Text::new(Version::Http11, now)),
        };
        let (names, pipe) = (BTreeMap::new(), Pipe::new(tls));
        self.lines.push(Line { id, pipe, ask, names, under_way: 0, over: false });
        Ok(())
    }

    fn turn(&mut self, now: Instant) -> Result<(), Error> {
        for line in &mut self.lines {
            let Some(tcp) = self.tcp.get_mut(line.id) else { continue };
            line.hear(tcp, &mut self.fetch, &self.book, now)?;
        }
        self.ask(now)?;
        for line in &mut self.lines {
            let Some(tcp) = self.tcp.get_mut(line.id) else { continue };
            if line.over {
                line.pipe.close(tcp);
                continue;
            }
            let mut out = Output::new(usize::MAX);
            if line.pipe.open {
                line.ask.transmit(now, &mut out);
            }
            line.pipe.write(tcp, &out.take(), now)?;
        }
        Ok(())
    }

    /// Opens connections as long as something waits for one, and asks on those that are ready.
    fn ask(&mut self, now: Instant) -> Result<(), Error> {
        let open = self.lines.iter().filter(|line| !line.over).count();
        let free = self.lines.iter().filter(|line| !line.over && line.under_way == 0).count();
        let most = self.way.connections();
        let wanted = if self.go { self.fetch.wanted().div_ceil(self.way.each()) } else { most };
        for _ in free..wanted.min(free + most.saturating_sub(open)) {
            self.open(now)?;
        }
        let ready: Vec<bool> = self.lines.iter().map(|line| self.is_ready(line)).collect();
        for (line, ready) in self.lines.iter_mut().zip(ready) {
            let Some(tcp) = self.tcp.get(line.id) else { continue };
            let order = u64::from(tcp.local().port());
            while self.go
                && ready
                && !line.over
                && line.under_way < self.way.each()
                && let Some((object, size)) = self.fetch.ask(now)
            {
                let answer = line.ask.ask(object, size)?;
                line.names.insert(answer, object);
                line.under_way += 1;
                self.book.open().name(order, answer, object);
            }
        }
        Ok(())
    }
}

impl Line {
    fn hear(
        &mut self,
        tcp: &mut sim::tcp::Connection,
        fetch: &mut Fetch,
        book: &Book,
        now: Instant,
    ) -> Result<(), Error> {
        let (mut octets, over) = self.pipe.read(tcp, now)?;
        if !octets.is_empty() {
            self.ask.receive(&mut octets, now);
        }
        while let Some(heard) = self.ask.hear()? {
            match heard {
                Heard::Content(answer, octets) => {
                    let Some(object) = self.names.get(&answer) else { continue };
                    fetch.came(*object, octets);
                    book.open().gave(*object);
                }
                Heard::Whole(answer) => {
                    let Some(object) = self.names.get(&answer) else { continue };
                    fetch.whole(*object, now);
                    self.under_way -= 1;
                }
            }
        }
        if over && !self.over {
            self.ask.end(now);
        }
        self.over |= over || self.ask.is_over();
        Ok(())
    }
}

/// A connection that the server has taken.
struct Served {
    pipe: Pipe,
    answer: Box<dyn Answer>,
    turns: Turns,
}

impl Served {
    /// Hears, answers; says whether there was a request.
    fn turn(
        &mut self,
        tcp: &mut sim::tcp::Connection,
        book: &Book,
        now: Instant,
    ) -> Result<bool, Error> {
        let (mut octets, over) = self.pipe.read(tcp, now)?;
        let mut asked = false;
        if !octets.is_empty() {
            self.answer.receive(&mut octets, now);
        }
        if over {
            self.answer.end(now);
        }
        self.pipe.write(tcp, &[], now)?;
        let order = u64::from(tcp.remote().port());
        while self.pipe.open && (tcp.unsent() as u64) < tcp.figures().window + AHEAD {
            while let Some((id, size)) = self.answer.request()? {
                self.turns.push(id, size);
                asked = true;
            }
            let mut out = Output::new(usize::MAX);
            self.answer.transmit(now, &mut out);
            let octets = out.take();
            if octets.is_empty() {
                let Some((id, left)) = self.turns.pop() else { break };
                let (piece, left) = answering::piece(left);
                self.answer.give(id, piece, left == 0)?;
                if left > 0 {
                    self.turns.push(id, left);
                }
                continue;
            }
            let mut to = self.pipe.written;
            for (length, answer) in self.answer.owners(&octets) {
                to += length as u64;
                book.open().wrote(order, to, answer);
            }
            self.pipe.write(tcp, &octets, now)?;
        }
        if self.answer.is_over() || over {
            self.pipe.close(tcp);
        }
        Ok(asked)
    }
}

/// The server.
pub(super) struct Server {
    tcp: Endpoint,
    way: Way,
    tls: Option<Arc<tls::ServerConfig>>,
    seed: u64,
    served: BTreeMap<ConnectionId, Served>,
    book: Book,
    /// When the first request was here, whole.
    pub(super) asked: Option<Instant>,
    pub(super) error: Option<Error>,
}

impl Server {
    pub(super) fn new(setting: &Setting, tls: Option<tls::ServerConfig>, book: Book) -> Self {
        let mut tcp = Endpoint::new(super::SERVER.ip(), setting.tcp(), !setting.seed);
        tcp.listen(super::SERVER.port());
        Self {
            tcp,
            way: setting.way,
            tls: tls.map(Arc::new),
            seed: setting.seed,
            served: BTreeMap::new(),
            book,
            asked: None,
            error: None,
        }
    }

    fn turn(&mut self, now: Instant) -> Result<(), Error> {
        while let Some(id) = self.tcp.accept() {
            let number = !self.seed.wrapping_mul(1_000) - self.served.len() as u64;
            let tls = self.tls.clone().map(|config| {
                record::Connection::server(config, Box::new(Scripted(number)), super::moment(now))
            });
            let answer: Box<dyn Answer> = match self.way {
                Way::Http2 => Box::new(answering::Binary::new(now)),
                _ => Box::new(answering::Text::new(now)),
            };
            self.served
                .insert(id, Served { pipe: Pipe::new(tls), answer, turns: Turns::default() });
        }
        for (id, served) in &mut self.served {
            let Some(tcp) = self.tcp.get_mut(*id) else { continue };
            if served.turn(tcp, &self.book, now)? {
                self.asked.get_or_insert(now);
            }
        }
        Ok(())
    }
}

/// Each host is asked to send after each thing that happened; what is to be said is found then.
macro_rules! node {
    ($host:ty, $hear:expr) => {
        impl Node<Segment> for $host {
            fn receive(&mut self, datagram: Datagram<Segment>, now: Instant) {
                if $hear {
                    self.book.open().came(now);
                }
                self.tcp.receive(datagram, now);
                if let Err(error) = self.turn(now) {
                    self.error.get_or_insert(error);
                }
            }

            fn transmit(&mut self, now: Instant) -> Option<Datagram<Segment>> {
                self.tcp.transmit(now)
            }

            fn next_timeout(&self) -> Option<Instant> {
                self.tcp.next_timeout()
            }

            fn handle_timeout(&mut self, now: Instant) {
                self.tcp.handle_timeout(now);
                if let Err(error) = self.turn(now) {
                    self.error.get_or_insert(error);
                }
            }
        }
    };
}

node!(Client, true);
node!(Server, false);

impl Client {
    /// Does what is to be done before anything comes.
    pub(super) fn begin(&mut self, now: Instant) {
        if let Err(error) = self.turn(now) {
            self.error.get_or_insert(error);
        }
    }
}
