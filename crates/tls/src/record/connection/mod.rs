//! One end of a connection over a stream: octets and time in, data out, and the other way round.
//!
//! RFC 8446 §5, §6, §D.4
//!
//! | file      | verb                                                                 |
//! |-----------|----------------------------------------------------------------------|
//! | `receive` | octets become records, records content                               |
//! | `content` | content becomes messages, alerts, data                               |
//! | `drive`   | what the handshake wants done: send, change keys                     |
//! | `send`    | data becomes records                                                 |
//! | `close`   | close_notify, violations, the end; how long is long enough           |
//!
//! ```
//! use std::{sync::Arc, time::Instant};
//! use tls::{CertifiedKey, ClientConfig, Moment, ServerConfig, Unverified};
//! use tls::record::{Connection, Event};
//! use x509::{ServerName, SigningKey, Validity, issue::{self, Serial}};
//!
//! let now = Moment { instant: Instant::now(), time: wire::UnixTime(1_800_000_000) };
//! let random = || Box::new(wire::Scripted(1)) as Box<dyn wire::Random + Send>;
//! let name = ServerName::parse("localhost").unwrap();
//!
//! let key = SigningKey::generate_p256()?;
//! let validity = Validity::from_now(now.time, 13);
//! let certificate = issue::self_signed(&key, &[name.clone()], validity, Serial(7))?;
//! let key = Arc::new(CertifiedKey::new(vec![certificate], Box::new(key))?);
//! let config = Arc::new(ServerConfig::new(Arc::new(key)));
//! let mut server = Connection::server(config, random(), now);
//!
//! let config = Arc::new(ClientConfig::new(Arc::new(Unverified)));
//! let mut client = Connection::client(config, name, random(), now)?;
//!
//! // Two flights make a connection.
//! let mut wire = wire::Output::new(1 << 16);
//! for _ in 0..2 {
//!     client.poll_transmit(now.instant, &mut wire);
//!     server.receive(&mut wire.take(), now.instant);
//!     server.poll_transmit(now.instant, &mut wire);
//!     client.receive(&mut wire.take(), now.instant);
//! }
//! client.send(b"hello").unwrap();
//! client.poll_transmit(now.instant, &mut wire);
//! server.receive(&mut wire.take(), now.instant);
//! let events: Vec<_> = std::iter::from_fn(|| server.poll_event()).collect();
//! assert!(matches!(&events[..],
//!     [Event::HandshakeComplete(_), Event::Data { octets, early: false }] if octets == b"hello"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariant: data is told in the order in which it came, with the events of its time: none comes
//! before the handshake's end but early data, which is marked.
//!
//! Invariant: an idle connection holds no buffer.
//!
//! Used by: `client` and `server`.

mod close;
mod content;
mod drive;
mod receive;
mod send;

use super::{Event, Phase, Protection, State};
use crate::{
    ClientConfig, Error, Handshake, Level, Limits, Moment, Role, ServerConfig, Summary,
    timer::Timer,
};
use std::{collections::VecDeque, sync::Arc, time::Instant};
use wire::{Output, Random, trace::Trace};
use x509::ServerName;

pub use receive::Received;

/// One end of a connection.
#[derive(Debug)]
pub struct Connection {
    role: Role,
    limits: Limits,
    handshake: Handshake,
    phase: Phase,
    trace: Trace,
    timer: Timer,

    /// What the peer seals with, once there are keys; and under which level.
    reading: Option<Protection>,
    read_level: Level,
    /// What we seal with.
    writing: Option<Protection>,
    write_level: Level,

    events: VecDeque<Event>,
    /// A record that is not whole yet.
    tail: Vec<u8>,
    /// Octets of the peer's last record of data, its head among them: the next is likely as long.
    stride: usize,
    /// The record that was whole last, while its data is read.
    opened: Vec<u8>,
    output: Output,
    /// To what records of data are filled up.
    padding: u16,

    /// Octets of early data that we may still skip, at a server that does not take it.
    skip: Option<usize>,
    /// Octets of early data so far, either way.
    early: usize,
    /// Octets of early data that a server takes.
    early_limit: usize,
    /// Records in a row that brought nothing forward.
    useless: u32,
    /// Whether a protected record has been opened.
    heard: bool,
    /// Whether our hello and our change_cipher_spec are out.
    hello_sent: bool,
    disguised: bool,
    /// Whether the peer wants us to take the next key.
    update_owed: bool,
    /// Whether we have asked the peer to, since we last sent data.
    update_asked: bool,
    /// How often it was asked and has not answered yet.
    updates_due: u32,
    /// Octets dropped behind the end.
    discarded: u64,
    /// Whether the peer's stream has ended, and whether it was told.
    ended: bool,
    clean: bool,
    told: bool,
}

impl Connection {
    /// A client's end; its ClientHello waits to be sent.
    ///
    /// # Errors
    /// As [`Handshake::client`].
    pub fn client(
        config: Arc<ClientConfig>,
        name: ServerName,
        random: Box<dyn Random + Send>,
        now: Moment,
    ) -> Result<Self, Error> {
        Self::client_with(config, name, random, now, VecDeque::new(), Trace::default())
    }

    /// A client's end that tells `trace` from its first word on; see
    /// [`set_trace`](Self::set_trace).
    ///
    /// # Errors
    /// As [`Handshake::client`].
    pub fn client_traced(
        config: Arc<ClientConfig>,
        name: ServerName,
        random: Box<dyn Random + Send>,
        now: Moment,
        trace: Trace,
    ) -> Result<Self, Error> {
        Self::client_with(config, name, random, now, VecDeque::new(), trace)
    }

    /// A client's end that says what `script` has for its hellos.
    #[doc(hidden)]
    pub fn client_with(
        config: Arc<ClientConfig>,
        name: ServerName,
        random: Box<dyn Random + Send>,
        now: Moment,
        script: VecDeque<Vec<u8>>,
        trace: Trace,
    ) -> Result<Self, Error> {
        let (limits, padding) = (config.limits.clone(), config.padding);
        let handshake =
            Handshake::client_with(config, name, None, random, now, script, trace.clone())?;
        let mut connection = Self::new(handshake, limits, 0, now.instant);
        (connection.trace, connection.padding) = (trace, padding);
        connection.drive();
        Ok(connection)
    }

    /// A server's end.
    pub fn server(config: Arc<ServerConfig>, random: Box<dyn Random + Send>, now: Moment) -> Self {
        let (limits, padding) = (config.limits.clone(), config.padding);
        let early_limit = usize::try_from(config.early_data).unwrap_or(usize::MAX);
        let handshake = Handshake::server(config, None, random, now);
        let mut connection = Self::new(handshake, limits, early_limit, now.instant);
        connection.padding = padding;
        connection
    }

    fn new(handshake: Handshake, limits: Limits, early_limit: usize, now: Instant) -> Self {
        let mut timer = Timer::new(now);
        timer.arm(limits.handshake);
        timer.tick(now);
        Self {
            role: handshake.role(),
            handshake,
            phase: Phase::Handshake,
            trace: Trace::default(),
            timer,
            reading: None,
            read_level: Level::Initial,
            writing: None,
            write_level: Level::Initial,
            events: VecDeque::new(),
            tail: Vec::new(),
            stride: 0,
            opened: Vec::new(),
            // A bound of nothing would never let anything begin.
            output: Output::new(limits.output.max(1)),
            padding: 0,
            limits,
            skip: None,
            early: 0,
            early_limit,
            useless: 0,
            heard: false,
            hello_sent: false,
            disguised: false,
            update_owed: false,
            update_asked: false,
            updates_due: 0,
            discarded: 0,
            ended: false,
            clean: false,
            told: false,
        }
    }

    /// Tells `trace` of each message and record from here on.
    pub fn set_trace(&mut self, trace: Trace) {
        self.handshake.set_trace(trace.clone());
        self.trace = trace;
    }

    /// Which end this is.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Where the connection is in its life.
    pub fn state(&self) -> State {
        self.phase.state()
    }

    /// The same, step by step.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The handshake: what was agreed on, the exporter, what early data must keep to.
    pub fn handshake(&self) -> &Handshake {
        &self.handshake
    }

    /// What the two ends agreed on so far.
    pub fn summary(&self) -> &Summary {
        self.handshake.summary()
    }

    /// What happened next, if anything did.
    pub fn poll_event(&mut self) -> Option<Event> {
        // Whoever asks is done with the data of the record before.
        self.opened = Vec::new();
        let event = self.events.pop_front();
        if event.is_none() && self.is_over() && !self.told {
            self.told = true;
            return Some(Event::Closed { clean: self.clean });
        }
        event
    }

    /// Whether nothing more can come.
    fn is_over(&self) -> bool {
        matches!(self.phase, Phase::PeerClosed | Phase::Closed)
    }

    /// Moves what is to be sent to `out`. A driver calls it when `out` has room: what it leaves
    /// here is what [`output_room`](Self::output_room) counts.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Output) {
        self.timer.tick(now);
        if !out.is_full() {
            self.answer_key_update();
        }
        if !self.output.is_empty() {
            out.append(&mut self.output);
        }
    }

    /// Octets of memory that the connection holds beyond its own size: what came and is not told
    /// yet, what waits to be sent. 0 while it is idle.
    pub fn held(&self) -> usize {
        let data = |event: &Event| match event {
            Event::Data { octets, .. } => octets.capacity(),
            _ => 0,
        };
        let output = usize::try_from(self.output.len()).unwrap_or(usize::MAX);
        let events: usize = self.events.iter().map(data).sum();
        let records = self.tail.capacity() + self.opened.capacity();
        records + output + events + self.handshake.held()
    }
}
