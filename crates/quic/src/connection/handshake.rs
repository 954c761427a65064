//! TLS inside QUIC: CRYPTO data goes in by level, messages and secrets come out.
//!
//! RFC 9001 §4; RFC 9000 §7.3, §7.4; RFC 9368 §2.3
//!
//! ```text
//!   CRYPTO ──► in order ──► Handshake ──┬─► Send            ──► CRYPTO of that level
//!                                       ├─► Secret          ──► keys
//!                                       ├─► PeerParameters  ──► windows, connection IDs confirmed
//!                                       └─► Complete        ──► Connected
//! ```
//!
//! A server waits until the whole ClientHello is there before it makes its end of TLS: its answer
//! says which version it chose, and that depends on the client's parameters.
//!
//! Invariant: nothing the peer says of itself counts for more than was confirmed by it.
//!
//! Used by: `frames`, when CRYPTO data came.

use super::{Accepted, Connection, start::SharedRandom};
use crate::{
    config::{ClientConfig, Lies, ServerConfig},
    connection_id::ConnectionId,
    error::Error,
    event::Event,
    parameters::{Confirmed, PreferredAddress, TransportParameters, VersionInformation},
    protection,
    recovery::Space,
    version::Version,
};
use std::{collections::VecDeque, sync::Arc, time::Instant};
use tls::ServerName;
use tls::{EarlyData, Handshake, Level, Moment, Role, message::Message};
use wire::{Random, Reader, trace::Direction};

/// What a server keeps until the ClientHello is whole.
#[derive(Debug)]
struct Waiting {
    config: Arc<tls::ServerConfig>,
    parameters: TransportParameters,
    started: Moment,
}

/// The handshake, and what both ends have to confirm to each other.
#[derive(Debug)]
pub(super) struct Tls {
    pub(super) handshake: Option<Handshake>,
    waiting: Option<Box<Waiting>>,
    /// The version of the client's first packet.
    pub(super) first_version: Version,
    /// The destination of the client's very first packet.
    pub(super) original: ConnectionId,
    pub(super) retry_source: Option<ConnectionId>,
    /// The source of the peer's first packet that was authentic.
    pub(super) peer_source: Option<ConnectionId>,
    pub(super) peer_known: bool,
    pub(super) complete: bool,
    pub(super) confirmed: bool,
    /// Whether a list of versions was believed before.
    negotiated: bool,
}

impl Tls {
    pub(super) const fn new(first_version: Version, original: ConnectionId) -> Self {
        Self {
            handshake: None,
            waiting: None,
            first_version,
            original,
            retry_source: None,
            peer_source: None,
            peer_known: false,
            complete: false,
            confirmed: false,
            negotiated: false,
        }
    }
}

/// The levels of the three spaces; 0-RTT has no CRYPTO.
pub(super) const fn level(space: Space) -> Level {
    match space {
        Space::Initial => Level::Initial,
        Space::Handshake => Level::Handshake,
        Space::Data => Level::Application,
    }
}

/// The parameters as octets.
fn encode(
    parameters: &TransportParameters,
    lies: Option<Lies>,
    random: &mut SharedRandom,
) -> Vec<u8> {
    let mut octets = Vec::with_capacity(256);
    let grease = u16::from_be_bytes(random.draw());
    match lies {
        None => parameters.encode(&mut octets, grease),
        Some(lies) => {
            let mut parameters = parameters.clone();
            (lies.alter)(&mut parameters);
            parameters.encode(&mut octets, grease);
            octets.extend_from_slice(lies.append);
        }
    }
    octets
}

impl Connection {
    /// Our connection ID of the handshake.
    fn first_id(&self) -> ConnectionId {
        self.local_ids.iter().next().map_or(ConnectionId::EMPTY, |issued| issued.id)
    }

    pub(super) fn start_client(
        &mut self,
        config: &ClientConfig,
        name: ServerName,
        now: Moment,
    ) -> Result<(), Error> {
        self.tls.negotiated = config.negotiated;
        let mut ours = self.transport.parameters();
        ours.initial_source_connection_id = Some(self.first_id());
        ours.version_information = Some(VersionInformation {
            chosen: config.version,
            available: self.transport.versions.clone(),
        });
        self.trace_parameters(Direction::Sent, &ours);
        let octets = encode(&ours, self.transport.lies, &mut self.random);
        let random: Box<dyn Random + Send> = Box::new(self.random.clone());
        let (tls, trace) = (Arc::clone(&config.tls), self.trace.clone());
        let handshake =
            Handshake::client_with(tls, name, Some(octets), random, now, VecDeque::new(), trace)?;
        if let Some(remembered) = handshake.early_parameters() {
            let mut reader = Reader::new(remembered);
            // They were read when they came.
            if let Ok(peer) = TransportParameters::read(&mut reader, Role::Server) {
                self.peer = peer.remembered();
                self.streams.on_peer(&self.peer);
            }
        }
        self.tls.handshake = Some(handshake);
        self.act(now.instant)
    }

    pub(super) fn start_server(&mut self, config: &ServerConfig, accepted: &Accepted, now: Moment) {
        let mut ours = self.transport.parameters();
        ours.original_destination_connection_id = Some(accepted.original_destination);
        ours.retry_source_connection_id = accepted.retry_source;
        ours.initial_source_connection_id = Some(self.first_id());
        ours.stateless_reset_token = self.local_ids.iter().next().and_then(|issued| issued.token);
        if config.preferred != (None, None) && self.transport.id_length > 0 {
            let (id, token) = self.ids.issue();
            self.local_ids.issue_preferred(id, token);
            self.routing.push_back(super::Routing::Add(id));
            let (v4, v6) = config.preferred;
            ours.preferred_address = Some(PreferredAddress { v4, v6, id, token });
        }
        self.tls.original = accepted.original_destination;
        self.tls.retry_source = accepted.retry_source;
        self.tls.peer_source = Some(accepted.source);
        self.tls.waiting = Some(Box::new(Waiting {
            config: Arc::clone(&config.tls),
            parameters: ours,
            started: now,
        }));
    }

    /// CRYPTO data of `space` can be read.
    pub(super) fn on_crypto_ready(&mut self, space: Space, now: Instant) -> Result<(), Error> {
        if self.tls.waiting.is_some() && !self.answer_hello()? {
            return Ok(());
        }
        while let Some(handshake) = &mut self.tls.handshake {
            let crypto = &mut self.spaces.get_mut(space).crypto;
            let octets = crypto.peek();
            if octets.is_empty() {
                break;
            }
            let length = octets.len();
            let result = handshake.receive(level(space), octets, now);
            crypto.consume(length);
            // What TLS has to say comes before the alert.
            self.act(now)?;
            result?;
        }
        Ok(())
    }

    // ANCHOR: hello
    /// Makes the server's end of TLS once the ClientHello is whole; answers whether it is.
    fn answer_hello(&mut self) -> Result<bool, Error> {
        let hello = self.spaces.initial.crypto.peek();
        let mut reader = Reader::new(hello);
        let most = self.tls.waiting.as_ref().map_or(0, |waiting| waiting.config.limits.message);
        let head = tls::message::Head::parse(&mut reader, most)?;
        let whole = head.is_some_and(|head| reader.len() >= head.length);
        // A hello longer than a block of the assembler is seen by TLS alone, in pieces.
        if !whole && hello.len() < 4096 {
            return Ok(false);
        }
        let client = client_parameters(hello);
        let Some(waiting) = self.tls.waiting.take() else { return Ok(false) };
        let Waiting { config, mut parameters, started } = *waiting;
        self.choose_version(client.as_ref())?;
        parameters.version_information = Some(VersionInformation {
            chosen: self.constants.version,
            available: self.transport.versions.clone(),
        });
        self.trace_parameters(Direction::Sent, &parameters);
        let octets = encode(&parameters, self.transport.lies, &mut self.random);
        let random: Box<dyn Random + Send> = Box::new(self.random.clone());
        let mut handshake = Handshake::server(config, Some(octets), random, started);
        handshake.set_trace(self.trace.clone());
        self.tls.handshake = Some(handshake);
        Ok(true)
    }
    // ANCHOR_END: hello

    /// Of the versions that the client's flight can be taken for, the one that we like best (RFC
    /// 9368 §2.3).
    fn choose_version(&mut self, client: Option<&TransportParameters>) -> Result<(), Error> {
        let Some(information) = client.and_then(|client| client.version_information.as_ref())
        else {
            return Ok(());
        };
        let wished = self.transport.versions.iter();
        let best = wished.copied().find(|version| {
            information.available.contains(version)
                && self.tls.first_version.is_compatible_with(*version)
        });
        match best {
            Some(version) => self.switch_version(version),
            None => Ok(()),
        }
    }

    /// The connection ID from which the Initial keys are made.
    pub(super) fn keyed(&self) -> ConnectionId {
        self.tls.retry_source.unwrap_or(self.tls.original)
    }

    /// Goes on in another version: new Initial keys, from the same connection ID (RFC 9369 §4.1).
    pub(super) fn switch_version(&mut self, version: Version) -> Result<(), Error> {
        let Some(constants) = version.constants() else { return Ok(()) };
        if version == self.constants.version {
            return Ok(());
        }
        let pair = protection::initial(constants, &self.keyed(), self.role)?;
        let before = self.keys.initial.replace(pair);
        self.keys.first_version = before.map(|before| before.remote);
        self.constants = constants;
        self.trace_version(version);
        Ok(())
    }

    /// Does what TLS wants done.
    pub(super) fn act(&mut self, now: Instant) -> Result<(), Error> {
        while let Some(event) = self.tls.handshake.as_mut().and_then(Handshake::poll_event) {
            match event {
                tls::Event::Send { level, octets } => {
                    let octets = match self.transport.lies {
                        Some(lies) => (lies.say)(level, octets),
                        None => octets,
                    };
                    let space = match level {
                        Level::Initial => Space::Initial,
                        Level::Handshake => Space::Handshake,
                        Level::EarlyData | Level::Application => Space::Data,
                    };
                    self.spaces.get_mut(space).crypto.write(&octets);
                }
                tls::Event::Secret { level, sender, suite, secret } => {
                    self.install(level, sender, suite, secret)?;
                }
                tls::Event::PeerParameters(octets) => self.on_parameters(&octets, now)?,
                tls::Event::EarlyData(outcome) => self.on_early_data(outcome, now),
                tls::Event::Ticket(ticket) => self.events.push_back(Event::Ticket(ticket)),
                tls::Event::Complete(summary) => {
                    self.tls.complete = true;
                    self.timers.handshake = None;
                    self.events.push_back(Event::Connected(summary));
                    if self.role == Role::Server {
                        // §4.1.2: for a server, complete is confirmed.
                        self.control.handshake_done = true;
                        self.confirm(now);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The handshake is confirmed (RFC 9001 §4.1.2).
    pub(super) fn confirm(&mut self, now: Instant) {
        if self.tls.confirmed {
            return;
        }
        self.tls.confirmed = true;
        self.recovery.set_confirmed(now);
        self.drop_initial_keys(now);
        self.drop_handshake_keys(now);
        self.events.push_back(Event::HandshakeConfirmed);
        self.paths.current.pmtud.start(now);
        self.issue_ids();
        self.prefer_address(now);
    }

    /// The peer's transport parameters came.
    fn on_parameters(&mut self, octets: &[u8], now: Instant) -> Result<(), Error> {
        let sender = self.role.peer();
        let peer = TransportParameters::read(&mut Reader::new(octets), sender)?;
        self.trace_parameters(Direction::Received, &peer);
        peer.confirm(
            sender,
            &Confirmed {
                original_destination: self.tls.original,
                initial_source: self.tls.peer_source.unwrap_or_default(),
                retry_source: self.tls.retry_source,
            },
        )?;
        let in_use = match self.role {
            // What the client says it chose is the version of its first packet.
            Role::Server => self.tls.first_version,
            Role::Client => self.constants.version,
        };
        peer.confirm_version(sender, in_use, &self.transport.versions, self.tls.negotiated)?;
        if self.keys.early.is_some() && self.role == Role::Client {
            // Compared once it is known whether early data counts.
            let remembered = std::mem::take(&mut self.peer);
            if self.tls.handshake.as_ref().is_some_and(|tls| tls.summary().early_data) {
                peer.confirm_remembered(&remembered)?;
            }
        }
        self.recovery.set_max_ack_delay(peer.max_ack_delay);
        self.local_ids.set_allowed(peer.active_connection_id_limit);
        if let Some(token) = peer.stateless_reset_token {
            self.remote_ids.set_first_token(token);
        }
        let most = u16::try_from(peer.max_udp_payload_size).unwrap_or(u16::MAX);
        self.paths.set_most(most);
        self.streams.on_peer(&peer);
        self.peer = peer;
        self.tls.peer_known = true;
        self.restart_idle(now);
        Ok(())
    }

    /// What becomes of 0-RTT (RFC 9001 §4.6.2).
    fn on_early_data(&mut self, outcome: EarlyData, now: Instant) {
        if outcome == EarlyData::Rejected && self.role == Role::Client {
            self.keys.early = None;
            self.recovery.discard(Space::Data, now);
            self.streams.restart(&self.peer);
        }
        self.events.push_back(Event::EarlyData(outcome));
    }
}

/// The parameters in a ClientHello, if it is one; what is wrong with it, TLS will say.
fn client_parameters(hello: &[u8]) -> Option<TransportParameters> {
    let messages = tls::message::dissect(&mut Reader::new(hello), hello.len()).ok()?;
    let Some(Message::ClientHello(hello)) = messages.into_iter().next() else { return None };
    let octets = hello.extensions.quic_transport_parameters()?;
    TransportParameters::read(&mut Reader::new(octets), Role::Client).ok()
}
