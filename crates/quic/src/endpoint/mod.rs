//! All connections behind one socket: which datagram is for which, and what strangers get.
//!
//! RFC 9000 §5.2, §6, §8.1, §10.3
//!
//! ```text
//!   datagram ──► destination known? ── yes ──► its connection
//!                │ no
//!                ├─ Initial, ≥ 1,200 octets ──► a new connection, or Retry where there are many
//!                ├─ another version ──────────► Version Negotiation
//!                ├─ a short head ─────────────► stateless reset, within a budget
//!                └─ else ─────────────────────► dropped
//! ```
//!
//! | file        | holds                                             |
//! |-------------|---------------------------------------------------|
//! | `slots`     | connections, and the connection IDs that find them |
//! | `ids`       | how our connection IDs are made                   |
//! | `strangers` | datagrams that belong to no connection            |
//!
//! Invariant: a stranger's datagram leaves nothing behind unless it opened under Initial keys; past
//! [`EndpointLimits::half_open`] not even then, until a token shows where the stranger is.
//!
//! Invariant: no answer to a stranger is longer than what it answers.
//!
//! Used by: the drivers, one for each socket.

mod ids;
mod slots;
mod strangers;

pub use ids::{ID_LENGTH, Identifiers};
pub use slots::Handle;

use crate::{
    acks::Ecn,
    config::{ClientConfig, ServerConfig},
    connection::{Connection, FourTuple},
    error::Error,
    packet::{LONG, Packet},
    token::{Token, TokenKey},
};
use slots::Slots;
use std::{sync::Arc, time::Instant};
use tls::{Moment, ServerName};
use wire::{Random, Reader};

/// Makes a source of randomness for each connection: the operating system's, or a test's.
pub type Entropy = Box<dyn FnMut() -> Box<dyn Random + Send> + Send>;

/// Ceilings of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndpointLimits {
    /// Connections at once, 16,384; a stranger past it is refused.
    pub connections: usize,
    /// Connections at once whose handshake is not complete and whose address is not known, 256;
    /// past it a stranger must come again with a token (§8.1.2).
    pub half_open: usize,
    /// Stateless resets, version negotiations and refusals in a second, 200: they are a courtesy.
    pub courtesies: u32,
}

impl Default for EndpointLimits {
    fn default() -> Self {
        Self { connections: 16_384, half_open: 256, courtesies: 200 }
    }
}

/// What became of a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// This connection took it.
    Connection(Handle),
    /// It began this connection.
    Accepted(Handle),
    /// A stranger sent it, and `answer` is to be sent back.
    Answered,
    /// Nobody wants it.
    Dropped,
}

/// Connections behind one socket.
pub struct Endpoint {
    server: Option<ServerConfig>,
    /// Whether every stranger must come again with a token.
    always_retry: bool,
    key: Arc<TokenKey>,
    /// Which of several endpoints of one port this is; connection IDs say it.
    turn: u8,
    limits: EndpointLimits,
    entropy: Entropy,
    random: Box<dyn Random + Send>,
    slots: Slots,
    courtesies: strangers::Budget,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("connections", &self.slots.len()).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// An endpoint that begins connections and takes none, until [`serve`](Self::serve).
    pub fn new(key: Arc<TokenKey>, limits: EndpointLimits, mut entropy: Entropy) -> Self {
        let random = entropy();
        Self {
            server: None,
            always_retry: false,
            key,
            turn: 0,
            limits,
            entropy,
            random,
            slots: Slots::default(),
            courtesies: strangers::Budget::default(),
        }
    }

    /// Takes connections from now on; with `always_retry` only from those who came back with a
    /// token.
    pub fn serve(&mut self, config: ServerConfig, always_retry: bool) {
        self.server = Some(config);
        self.always_retry = always_retry;
    }

    /// Makes connection IDs say which of several endpoints of one port this is: whoever gets a
    /// datagram that is not its own learns from [`Identifiers::turn_of`] whose it is.
    pub fn set_turn(&mut self, turn: u8) {
        self.turn = turn;
    }

    /// Begins a connection; see [`Connection::new_client`].
    ///
    /// # Errors
    /// Where TLS cannot begin.
    pub fn connect(
        &mut self,
        config: &ClientConfig,
        name: ServerName,
        path: FourTuple,
        token: Vec<u8>,
        now: Moment,
    ) -> Result<Handle, Error> {
        let (ids, random) = (self.identifiers(), (self.entropy)());
        let connection = Connection::new_client(config, name, path, ids, token, random, now)?;
        Ok(self.slots.insert_own(connection))
    }

    // ANCHOR: receive
    /// A datagram came. It is opened in place. Behind it call [`settle`](Self::settle) with the
    /// connection, once its events are taken. `answer` is emptied first.
    pub fn receive(
        &mut self,
        path: FourTuple,
        ecn: Ecn,
        datagram: &mut [u8],
        now: Moment,
        answer: &mut Vec<u8>,
    ) -> Received {
        answer.clear();
        if let Some(handle) = self.find(datagram) {
            if let Some(connection) = self.slots.get_mut(handle) {
                connection.receive_datagram(path, ecn, datagram, now.instant);
            }
            return Received::Connection(handle);
        }
        self.meet(path, ecn, datagram, now, answer)
    }
    // ANCHOR_END: receive

    /// Whose a datagram is.
    fn find(&self, datagram: &[u8]) -> Option<Handle> {
        match datagram.first()? {
            // By far the most: a short head, whose connection ID is ours and so has our length.
            first if first & LONG == 0 => self.slots.find(datagram.get(1..=ID_LENGTH)?),
            _ => {
                let packet = Packet::read(&mut Reader::new(datagram), ID_LENGTH).ok()?;
                self.slots.find(packet.destination(datagram))
            }
        }
    }

    /// The connection, if it is still there.
    pub fn get_mut(&mut self, handle: Handle) -> Option<&mut Connection> {
        self.slots.get_mut(handle)
    }

    /// Connections that are there.
    pub fn handles(&self) -> impl Iterator<Item = Handle> + '_ {
        self.slots.handles()
    }

    /// How many connections there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Connections whose handshake is not complete and whose address is not known.
    pub fn half_open(&self) -> usize {
        self.slots.half_open()
    }

    /// Whatever was done with a connection, this takes the consequences: connection IDs that came
    /// or went, a token for the client's next connection, its end. Answers whether it is still
    /// there.
    pub fn settle(&mut self, handle: Handle, now: Moment) -> bool {
        self.slots.route(handle);
        let Some(connection) = self.slots.get_mut(handle) else { return false };
        if connection.is_gone() {
            self.slots.remove(handle);
            return false;
        }
        let connected = connection.is_connected();
        if connected && self.slots.complete(handle) && self.server.is_some() {
            self.hand_token(handle, now);
        }
        true
    }

    /// A token for the next connection, so that it needs no Retry (§8.1.3).
    fn hand_token(&mut self, handle: Handle, now: Moment) {
        let Some(connection) = self.slots.get_mut(handle) else { return };
        let (address, version) = (connection.path().remote, connection.version());
        let token = self.key.seal(&Token::Before, address, version, now.time, &mut *self.random);
        connection.send_token(token);
    }

    /// When [`handle_timeout`](Connection::handle_timeout) of a connection is to be called.
    pub fn next_timeout(&self, handle: Handle) -> Option<Instant> {
        self.slots.get(handle).and_then(Connection::next_timeout)
    }

    fn identifiers(&mut self) -> Box<Identifiers> {
        let random = (self.entropy)();
        Box::new(Identifiers::new(Arc::clone(&self.key), self.turn, random))
    }
}
