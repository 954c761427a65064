//! HTTP/0.9 over QUIC, asked: each path on a stream of its own.
//!
//! RFC 1945 §4.1 (Simple-Request); `hq-interop`, by which implementers test QUIC without HTTP/3
//!
//! ```text
//!   connect ──► a stream for each path, as many as the server lets be ──► all ended ──► close
//!      └─ early: the streams go along with the first flight
//! ```
//!
//! Invariant: the octets of a path are given to the caller in order, and are not kept.

use super::{Config, QuicClient, of_closed};
use crate::{Error, tls};
use quic::{
    Connection, Event, Handle, Transport,
    connection::{Listeners, ReadEnd, Stats},
    stream::{Direction, StreamId},
    version::Version,
};
use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use x509::ServerName;

/// What is spoken, as ALPN says it.
pub const ALPN: &[u8] = b"hq-interop";

/// How long a connection waits for what the next one needs: a ticket.
const TICKET: Duration = Duration::from_secs(3);

/// How to fetch.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whom to believe, and the like.
    pub tls: tls::Options,
    /// Windows, versions and the like.
    pub transport: Transport,
    /// The version of the first packet.
    pub version: Version,
    /// Who hears of connections.
    pub listeners: Listeners,
    /// Whether the system's help is taken: many datagrams in one call, ECN.
    pub offload: bool,
    /// When to give up.
    pub deadline: Option<Instant>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tls: tls::Options::default(),
            transport: Transport::default(),
            version: Version::V1,
            listeners: Listeners::default(),
            offload: true,
            deadline: None,
        }
    }
}

/// How a connection is used, beside fetching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Use {
    /// For nothing else.
    #[default]
    Plain,
    /// Keys are updated behind the first file.
    UpdateKeys,
    /// What the next connection needs is waited for.
    AwaitTicket,
    /// Requests go along with the first flight, where a ticket allows it.
    Early,
}

/// What a connection was like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// A ticket stood in for the certificate.
    pub resumed: bool,
    /// Early data were taken.
    pub early: bool,
    /// What was spoken.
    pub version: Version,
    /// Figures of the transport.
    pub stats: Stats,
}

/// Takes octets of the path with this index; an error ends the fetching.
pub type Sink<'a> = &'a mut dyn FnMut(usize, &[u8]) -> io::Result<()>;

/// A client of HTTP/0.9 for one server.
#[derive(Debug)]
pub struct Hq {
    client: QuicClient,
    config: Config,
    options: Options,
    name: ServerName,
    origin: String,
    remote: SocketAddr,
    /// From the server, for the next connection's first packet.
    token: Vec<u8>,
}

/// A connection under way.
struct Fetching<'a> {
    origin: String,
    paths: &'a [String],
    next: usize,
    open: HashMap<StreamId, usize>,
    done: usize,
    /// Streams can be opened.
    ready: bool,
    confirmed: bool,
    established: bool,
    ticket: bool,
    early: bool,
    /// Keys are to be updated, and were not yet.
    update: bool,
    failed: Option<Error>,
}

impl Hq {
    /// A client of the server `host` at `remote`.
    ///
    /// # Errors
    /// [`Error::Url`] for a name that no certificate can have; what the operating system refuses.
    pub fn new(host: &str, remote: SocketAddr, options: Options) -> Result<Self, Error> {
        let origin = format!("{host}:{}", remote.port());
        let name = ServerName::parse(host.trim_matches(['[', ']'])).map_err(|error| {
            Error::Url { url: format!("https://{origin}/"), reason: error.to_string() }
        })?;
        let client = QuicClient::new(remote, options.offload);
        let client = client.map_err(|source| of_socket(&origin, source))?;
        let config = Config::new(options.tls.clone());
        Ok(Self { client, config, options, name, origin, remote, token: Vec::new() })
    }

    /// Fetches `paths` on one connection.
    ///
    /// # Errors
    /// [`Error::Quic`] and those of TLS; [`Error::Timeout`]; what `sink` says as [`Error::Write`].
    pub fn fetch(&mut self, paths: &[String], usage: Use, sink: Sink<'_>) -> Result<Told, Error> {
        let mut config = match usage {
            Use::Early => self.config.speak_early(ALPN, &self.origin)?,
            _ => self.config.speak(ALPN, &self.origin)?,
        };
        config.transport = Arc::new(self.options.transport.clone());
        config.version = self.options.version;
        config.listeners = self.options.listeners.clone();
        let token = std::mem::take(&mut self.token);
        let begun = self.client.connect(&config, self.name.clone(), self.remote, token);
        let handle = begun.map_err(|error| self.failed(error.to_string()))?;
        let mut state = Fetching {
            origin: self.origin.clone(),
            paths,
            next: 0,
            open: HashMap::new(),
            done: 0,
            ready: false,
            confirmed: false,
            established: false,
            ticket: usage != Use::AwaitTicket,
            early: false,
            update: usage == Use::UpdateKeys,
            failed: None,
        };
        state.ready = self.client.connection(handle).is_some_and(|it| it.can_send_early());
        let result = self.run(handle, &mut state, sink);
        let Some(connection) = self.client.connection(handle) else {
            return result.and(Err(self.failed("it is gone".into())));
        };
        let told = Told {
            resumed: connection.summary().is_some_and(|summary| summary.resumed),
            early: state.early,
            version: connection.version(),
            stats: connection.stats(),
        };
        connection.close(0, b"");
        // Listeners hear of the end by the events that tell it.
        while connection.poll_event().is_some() {}
        self.client.send();
        result.map(|()| told)
    }

    fn failed(&self, reason: String) -> Error {
        Error::Quic { with: self.origin.clone(), reason }
    }

    /// Asks and listens until everything is there.
    fn run(
        &mut self,
        handle: Handle,
        state: &mut Fetching<'_>,
        sink: Sink<'_>,
    ) -> Result<(), Error> {
        let begun = Instant::now();
        loop {
            let now = Instant::now();
            if self.options.deadline.is_some_and(|deadline| deadline <= now) {
                return Err(self.failed("time is up".into()));
            }
            let Some(connection) = self.client.connection(handle) else {
                return Err(self.failed("it is gone".into()));
            };
            while let Some(event) = connection.poll_event() {
                match event {
                    Event::NewToken(token) => self.token = token,
                    Event::Closed(closed) => {
                        return Err(of_closed(&self.origin, closed, state.established));
                    }
                    event => state.hear(connection, &event, sink),
                }
            }
            if let Some(error) = state.failed.take() {
                return Err(error);
            }
            state.ask(connection);
            let late = begun.elapsed() > TICKET;
            if state.done == state.paths.len() && state.confirmed && (state.ticket || late) {
                return Ok(());
            }
            let left = self.options.deadline.map(|deadline| deadline.duration_since(now));
            let patience = left.unwrap_or(TICKET).min(TICKET);
            let turned = self.client.turn(patience);
            turned.map_err(|source| of_socket(&self.origin, source))?;
        }
    }
}

/// What the operating system says of our own socket.
fn of_socket(origin: &str, source: io::Error) -> Error {
    Error::Receive { from: origin.to_owned(), source }
}

impl Fetching<'_> {
    /// Opens as many streams as there may be.
    fn ask(&mut self, connection: &mut Connection) {
        while self.ready
            && let Some(path) = self.paths.get(self.next)
        {
            // The first file goes under the first keys, all others under the second ones.
            if self.update && self.next > 0 {
                if self.done == 0 || connection.update_keys().is_err() {
                    return;
                }
                self.update = false;
            }
            let Some(stream) = connection.open(Direction::Bidirectional) else { return };
            let question = format!("GET {path}\r\n");
            // A stream's first octets always find room, unless the connection is over, which its
            // last event tells.
            let sent = connection.send(stream, question.as_bytes());
            let ended = connection.finish(stream);
            if sent.is_err() || ended.is_err() {
                return;
            }
            self.open.insert(stream, self.next);
            self.next += 1;
        }
    }

    fn hear(&mut self, connection: &mut Connection, event: &Event, sink: Sink<'_>) {
        match event {
            Event::Connected(_) => (self.ready, self.established) = (true, true),
            Event::HandshakeConfirmed => self.confirmed = true,
            Event::EarlyData(::tls::EarlyData::Accepted) => self.early = true,
            Event::Ticket(_) => self.ticket = true,
            Event::Readable(stream) => self.read(connection, *stream, sink),
            Event::Reset { stream, code } => self.refused(*stream, *code),
            _ => {}
        }
    }

    fn read(&mut self, connection: &mut Connection, stream: StreamId, sink: Sink<'_>) {
        let Some(index) = self.open.get(&stream).copied() else { return };
        let mut written = Ok(());
        let read = connection.read(stream, |octets| {
            if written.is_ok() {
                written = sink(index, octets);
            }
            octets.len()
        });
        if let Err(error) = written {
            self.failed = Some(Error::Write(error));
            return;
        }
        match read.map(|read| read.end) {
            Ok(ReadEnd::End) => {
                self.open.remove(&stream);
                self.done += 1;
            }
            Ok(ReadEnd::Reset(code)) => self.refused(stream, code),
            Ok(ReadEnd::Open) | Err(_) => {}
        }
    }

    fn refused(&mut self, stream: StreamId, code: u64) {
        let Some(path) = self.open.get(&stream).and_then(|index| self.paths.get(*index)) else {
            return;
        };
        let reason = format!("the server would not give {path} (code {code}): is it there?");
        self.failed = Some(Error::Quic { with: self.origin.clone(), reason });
    }
}
