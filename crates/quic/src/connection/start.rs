//! A connection begins: with a first flight at a client, with a client's first packet at a server.
//!
//! RFC 9000 §7, §7.2, §8.1
//!
//! ```text
//!   client   Connection::new_client ──► Initial, ≥ 1,200 octets
//!   server   Endpoint reads a head, wants a Retry or not ──► Accepted ──► Connection::new_server
//! ```
//!
//! Used by: the endpoint.

use super::{
    Connection, Control, FourTuple, SpaceState, close::State, handshake::Tls, keys::KeyRing,
    path::Paths, stats::Stats, streams::Streams, timers::Timers,
};
use crate::{
    acks::Acks,
    cids::{LocalIds, RemoteIds},
    config::{ClientConfig, ServerConfig, Transport},
    connection_id::ConnectionId,
    crypto::CryptoStream,
    error::Error,
    parameters::TransportParameters,
    protection,
    recovery::{Ecn, Outcome, Path, Recovery, Spaces},
    version::{Constants, Version},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tls::ServerName;
use tls::{Moment, Role};
use wire::{Random, trace::Trace};

/// Makes connection IDs and their stateless reset tokens: an endpoint's, so that it can route.
pub trait IdSource {
    /// A new connection ID of [`Transport::id_length`] octets, and its token.
    fn issue(&mut self) -> (ConnectionId, [u8; 16]);
}

/// What an endpoint has to do with a connection ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Routing {
    /// Datagrams with it belong to this connection from now on.
    Add(ConnectionId),
    /// The peer has retired it, so that only what was long under way still comes with it.
    Retire(ConnectionId),
}

/// A client's first packet, as far as the endpoint has looked at it.
#[derive(Debug, Clone, Copy)]
pub struct Accepted {
    /// Its version, one that we speak.
    pub version: Version,
    /// Its destination: the Initial keys are made of it.
    pub destination: ConnectionId,
    /// Its source.
    pub source: ConnectionId,
    /// The destination of the very first packet: what the Retry token says, or `destination`.
    pub original_destination: ConnectionId,
    /// The source of our Retry packet, if there was one.
    pub retry_source: Option<ConnectionId>,
    /// Whether a token shows that the client receives at its address (§8.1).
    pub validated: bool,
    /// Where it came from.
    pub path: FourTuple,
}

/// One source of randomness for a connection and its TLS.
#[derive(Clone)]
pub(super) struct SharedRandom(Arc<Mutex<Box<dyn Random + Send>>>);

impl SharedRandom {
    pub(super) fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut octets = [0; N];
        self.fill(&mut octets);
        octets
    }
}

impl Random for SharedRandom {
    fn fill(&mut self, octets: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(octets);
    }
}

/// What both roles begin with.
struct Beginning {
    role: Role,
    transport: Arc<Transport>,
    constants: &'static Constants,
    /// From which the Initial keys are made.
    keyed: ConnectionId,
    /// The peer's, as far as it is known.
    remote: ConnectionId,
    path: FourTuple,
    validated: bool,
    token: Vec<u8>,
    now: Moment,
}

fn constants(version: Version) -> Result<&'static Constants, Error> {
    let wrong = Error::VersionNegotiation { why: "a version that we do not speak" };
    version.constants().ok_or(wrong)
}

impl Connection {
    /// A client's end of a new connection to `name` at `path`. `token` is one of an earlier
    /// connection's [`NewToken`](crate::Event::NewToken), or empty.
    ///
    /// # Errors
    /// Where TLS cannot begin, or the version is none of ours.
    pub fn new_client(
        config: &ClientConfig,
        name: ServerName,
        path: FourTuple,
        ids: Box<dyn IdSource + Send>,
        token: Vec<u8>,
        random: Box<dyn Random + Send>,
        now: Moment,
    ) -> Result<Self, Error> {
        let mut random = SharedRandom(Arc::new(Mutex::new(random)));
        // Long enough that nobody who has not seen it can answer in the server's place (§7.2).
        let remote = ConnectionId::random(ConnectionId::SHORTEST_FIRST, &mut random);
        let transport = Arc::clone(&config.transport);
        let beginning = Beginning {
            role: Role::Client,
            transport,
            constants: constants(config.version)?,
            keyed: remote,
            remote,
            path,
            validated: true,
            token,
            now,
        };
        let mut connection = Self::begin(beginning, ids, random)?;
        connection.set_trace(config.listeners.of(&remote));
        connection.start_client(config, name, now)?;
        Ok(connection)
    }

    /// A server's end, for a client's first packet, which is then given to
    /// [`receive_datagram`](Self::receive_datagram).
    ///
    /// # Errors
    /// Where the version is none of ours.
    pub fn new_server(
        config: &ServerConfig,
        accepted: &Accepted,
        ids: Box<dyn IdSource + Send>,
        random: Box<dyn Random + Send>,
        now: Moment,
    ) -> Result<Self, Error> {
        let random = SharedRandom(Arc::new(Mutex::new(random)));
        let beginning = Beginning {
            role: Role::Server,
            transport: Arc::clone(&config.transport),
            constants: constants(accepted.version)?,
            keyed: accepted.destination,
            remote: accepted.source,
            path: accepted.path,
            validated: accepted.validated,
            token: Vec::new(),
            now,
        };
        let mut connection = Self::begin(beginning, ids, random)?;
        connection.start_server(config, accepted, now);
        connection.set_trace(config.listeners.of(&accepted.original_destination));
        Ok(connection)
    }

    fn begin(
        with: Beginning,
        mut ids: Box<dyn IdSource + Send>,
        random: SharedRandom,
    ) -> Result<Self, Error> {
        let Beginning { role, transport, constants, keyed, remote, path, validated, token, now } =
            with;
        let now_at = now.instant;
        let (id, reset) = ids.issue();
        let datagram = crate::pmtud::BASE;
        let mut first = Path::new(0, transport.congestion, datagram, transport.initial_rtt, now_at);
        if !transport.ecn {
            first.ecn = Ecn::disabled();
        }
        let limits = &transport.limits;
        let spaces = Spaces::from_fn(|space| SpaceState {
            acks: Acks::with_ranges(space, transport.max_ack_delay, limits.ack_ranges.max(1)),
            crypto: CryptoStream::new(limits.crypto.max(4096) as u64),
            expected: 0,
            probes: 0,
            ping: false,
        });
        Ok(Self {
            role,
            constants,
            keys: KeyRing::new(protection::initial(constants, &keyed, role)?),
            spaces,
            recovery: Recovery::new(role, first),
            outcome: Outcome::default(),
            local_ids: LocalIds::new(id, Some(reset)),
            remote_ids: RemoteIds::new(remote, transport.active_connection_id_limit),
            ids,
            routing: VecDeque::from([Routing::Add(id)]),
            streams: Streams::new(role, &transport),
            // An ID is by chance, and its own connection's.
            paths: Paths::new(
                path,
                validated,
                transport.max_datagram,
                id.octets().last().copied().unwrap_or_default(),
            ),
            state: State::Open,
            timers: Timers::new(now_at, transport.handshake_timeout),
            control: Control::default(),
            events: VecDeque::new(),
            peer: TransportParameters::default(),
            token,
            tls: Tls::new(constants.version, keyed),
            random,
            stats: Stats::default(),
            trace: Trace::default(),
            wrong_frame: 0,
            now: now_at,
            transport,
        })
    }

    /// How long until something is given up that three probe timeouts did not bring (§10.2).
    pub(super) fn three_ptos(&self) -> Duration {
        self.recovery.pto() * 3
    }
}
