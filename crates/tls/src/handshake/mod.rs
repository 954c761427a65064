//! The handshake, without anything that carries it.
//!
//! RFC 8446 §2
//!
//! ```text
//!        client                                                  server
//!
//!   Key  ^ ClientHello
//!   Exch | + key_share*
//!        | + signature_algorithms*
//!        | + psk_key_exchange_modes*
//!        v + pre_shared_key*           ──────────►
//!                                                  ServerHello  ^ Key
//!                                                 + key_share*  | Exch
//!                                            + pre_shared_key*  v
//!                                        {EncryptedExtensions}  ^ Server
//!                                        {CertificateRequest*}  v Params
//!                                               {Certificate*}  ^
//!                                         {CertificateVerify*}  | Auth
//!                                                   {Finished}  v
//!                                      ◄──────────  [data*]
//!        ^ {Certificate*}
//!   Auth | {CertificateVerify*}
//!        v {Finished}                  ──────────►
//!          [data]                      ◄─────────►  [data]
//!
//!   * not always   {} under handshake keys   [] under application keys
//! ```
//!
//! | file      | what                                                              |
//! |-----------|-------------------------------------------------------------------|
//! | `state`   | which message may come now                                        |
//! | `core`    | what both ends have                                               |
//! | `client/` | hello, server's hello, server's flight, our flight                |
//! | `server/` | client's hello, negotiation, our flight, client's flight, tickets |
//! | `post`    | KeyUpdate, the exporter                                           |
//!
//! Octets of messages go in by level, as QUIC's CRYPTO frames or the records' fragments bring them;
//! events come out, and must be acted on in their order.
//!
//! Invariant: after an error, nothing is read any more, and the same error is answered.
//!
//! Invariant: [`Event::Complete`] comes only when the peer's Finished was right, and so when both
//! ends saw the same messages.
//!
//! Used by: [`record::Connection`](crate::record::Connection); QUIC.

mod chain;
mod client;
mod core;
mod event;
mod post;
mod server;
pub mod state;

use crate::{
    ClientConfig, Error, Level, Moment, Role, ServerConfig,
    message::{Head, Message},
    trace,
};
use client::Client;
use core::{Core, ends_its_record};
use server::Server;
use std::{collections::VecDeque, fmt, sync::Arc, time::Instant};
use wire::{
    Random, Reader,
    trace::{Direction, Trace},
};
use x509::ServerName;

pub use event::{EarlyData, Event, Summary};

enum Side {
    Client(Box<Client>),
    Server(Box<Server>),
}

/// One end of a handshake.
pub struct Handshake {
    core: Core,
    side: Side,
    /// A message that is not whole yet.
    inbox: Vec<u8>,
    failed: Option<Error>,
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handshake({}: {})", self.core.role, self.state_name())
    }
}

impl Handshake {
    /// A client's end; the ClientHello waits as an event. `parameters` are QUIC's, `None` over
    /// records.
    ///
    /// # Errors
    /// [`Error::Internal`] where there is no randomness, [`Error::TooLong`] for a configuration
    /// that no ClientHello can say.
    pub fn client(
        config: Arc<ClientConfig>,
        name: ServerName,
        parameters: Option<Vec<u8>>,
        random: Box<dyn Random + Send>,
        now: Moment,
    ) -> Result<Self, Error> {
        Self::client_with(config, name, parameters, random, now, VecDeque::new(), Trace::default())
    }

    /// A client's end that tells `trace`, and says what `script` has for its hellos: for tests
    /// whose octets somebody else chose.
    #[doc(hidden)]
    pub fn client_with(
        config: Arc<ClientConfig>,
        name: ServerName,
        parameters: Option<Vec<u8>>,
        random: Box<dyn Random + Send>,
        now: Moment,
        script: VecDeque<Vec<u8>>,
        trace: Trace,
    ) -> Result<Self, Error> {
        let (limits, key_log) = (config.limits.clone(), config.key_log.clone());
        let mut core = Core::new(Role::Client, parameters, limits, random, now);
        (core.key_log, core.reveal, core.trace) = (key_log, config.reveal_secrets, trace);
        let client = Client::start(&mut core, config, name, script)?;
        let side = Side::Client(Box::new(client));
        Ok(Self { core, side, inbox: Vec::new(), failed: None })
    }

    /// A server's end. `parameters` are QUIC's, `None` over records.
    pub fn server(
        config: Arc<ServerConfig>,
        parameters: Option<Vec<u8>>,
        random: Box<dyn Random + Send>,
        now: Moment,
    ) -> Self {
        let (limits, key_log) = (config.limits.clone(), config.key_log.clone());
        let mut core = Core::new(Role::Server, parameters, limits, random, now);
        (core.key_log, core.reveal) = (key_log, config.reveal_secrets);
        let side = Side::Server(Box::new(Server::new(config)));
        Self { core, side, inbox: Vec::new(), failed: None }
    }

    /// Tells `trace` of each message from here on.
    pub fn set_trace(&mut self, trace: Trace) {
        self.core.trace = trace;
    }

    /// Which end this is.
    pub fn role(&self) -> Role {
        self.core.role
    }

    /// Under which keys the next message must come.
    pub fn level(&self) -> Level {
        match &self.side {
            Side::Client(client) => client.level(),
            Side::Server(server) => server.level(),
        }
    }

    /// What it waits for, in words.
    pub fn state_name(&self) -> &'static str {
        match &self.side {
            Side::Client(client) => client.state.name(),
            Side::Server(server) => server.state.name(),
        }
    }

    /// Whether [`Event::Complete`] was reached.
    pub fn is_complete(&self) -> bool {
        self.level() == Level::Application
    }

    /// Whether a message has begun that is not whole.
    pub fn is_inside_message(&self) -> bool {
        !self.inbox.is_empty()
    }

    /// Octets that the peer has sent and that are kept: a part of a message, a hello that another
    /// must repeat, certificates that are not proven yet. 0 once the handshake is complete, but for
    /// a part of a message.
    pub fn held(&self) -> usize {
        let side = match &self.side {
            Side::Client(client) => client.held(),
            Side::Server(server) => server.held(),
        };
        self.inbox.capacity() + side
    }

    /// What the two ends agreed on so far; all of it once the handshake is complete.
    pub fn summary(&self) -> &Summary {
        &self.core.summary
    }

    /// What happened next, if anything did.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.core.events.pop_front()
    }

    /// Takes octets of messages that came at `level`, cut anywhere.
    ///
    /// # Errors
    /// The rule that the peer broke. Tell it the [`alert`](Error::alert), after the events that
    /// still wait, and end the connection.
    pub fn receive(&mut self, level: Level, octets: &[u8], now: Instant) -> Result<(), Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.core.now = now;
        let result = self.take(level, octets);
        if let Err(error) = &result {
            self.failed = Some(error.clone());
            self.inbox = Vec::new();
        }
        result
    }

    fn take(&mut self, level: Level, octets: &[u8]) -> Result<(), Error> {
        let expected = self.level();
        if level != expected {
            return Err(Error::LevelUnexpected { level, expected });
        }
        // The usual case: nothing waits, and whole messages are read where they are.
        if self.inbox.is_empty() {
            let used = self.messages(octets)?;
            self.inbox.extend_from_slice(octets.get(used..).unwrap_or_default());
            return Ok(());
        }
        let mut kept = std::mem::take(&mut self.inbox);
        kept.extend_from_slice(octets);
        let used = self.messages(&kept)?;
        kept.drain(..used);
        self.inbox = if kept.is_empty() { Vec::new() } else { kept };
        Ok(())
    }

    /// Reads the messages that are whole; answers how many octets they are.
    fn messages(&mut self, input: &[u8]) -> Result<usize, Error> {
        let mut used = 0;
        loop {
            let rest = input.get(used..).unwrap_or_default();
            let mut reader = Reader::new(rest);
            let Some(head) = Head::parse(&mut reader, self.core.limits.message)? else {
                return Ok(used);
            };
            // Before its body is awaited.
            match &self.side {
                Side::Client(client) => client.expects(head.kind)?,
                Side::Server(server) => server.expects(head.kind)?,
            }
            let Some(whole) = rest.get(..Head::LENGTH + head.length) else { return Ok(used) };
            let mut body = reader.within(head.kind.name(), head.length)?;
            let message = Message::read(head.kind, &mut body)?;
            let (level, length) = (self.level(), whole.len());
            trace::message(
                &self.core.trace,
                self.core.now,
                Direction::Received,
                level,
                length,
                &message,
            );
            used += length;
            if ends_its_record(head.kind) && used < input.len() {
                return Err(Error::KeyChangeInside { message: head.kind });
            }
            match &mut self.side {
                Side::Client(client) => client.on(&mut self.core, message, whole)?,
                Side::Server(server) => server.on(&mut self.core, message, whole)?,
            }
        }
    }

    /// Octets of early data that may be sent now, at a client whose ticket allows it; `None`
    /// otherwise. Under QUIC only whether there is a number matters.
    pub fn early_data_limit(&self) -> Option<u32> {
        match &self.side {
            Side::Client(client) => client.early_data_limit(),
            Side::Server(_) => None,
        }
    }

    /// What early data must speak, at a client: what was spoken when the ticket came.
    pub fn early_alpn(&self) -> Option<&[u8]> {
        match &self.side {
            Side::Client(client) => client.ticket().and_then(|ticket| ticket.alpn.as_deref()),
            Side::Server(_) => None,
        }
    }

    /// QUIC's transport parameters that early data keeps to, at a client.
    pub fn early_parameters(&self) -> Option<&[u8]> {
        match &self.side {
            Side::Client(client) => client.ticket().and_then(|ticket| ticket.parameters.as_deref()),
            Side::Server(_) => None,
        }
    }

    /// Whether the client wants to look like TLS 1.2 to middleboxes (RFC 8446 §D.4); at a server,
    /// known after the ClientHello.
    pub fn is_compatible(&self) -> bool {
        match &self.side {
            Side::Client(client) => client.is_compatible(),
            Side::Server(server) => server.is_compatible(),
        }
    }
}
