//! What an end can do and wants, shared by all its connections.
//!
//! RFC 9000 §7.4, §18.2
//!
//! ```text
//!   ClientConfig   tls::ClientConfig + Transport
//!   ServerConfig   tls::ServerConfig + Transport + where else the server is found
//!   Transport      windows, timeouts, versions: most of it becomes our transport parameters
//! ```
//!
//! Invariant: a configuration holds no state of a connection.
//!
//! Used by: [`Connection`](crate::Connection), the endpoint.

use crate::{
    congestion::Algorithm, connection::Listeners, limits::Limits, parameters::TransportParameters,
    recovery, version::Version,
};
use std::{
    net::{SocketAddr, SocketAddrV4, SocketAddrV6},
    sync::Arc,
    time::Duration,
};

/// What both roles have.
#[derive(Debug, Clone)]
pub struct Transport {
    /// Versions, the best first. A client's first packet speaks the first of them, unless
    /// [`ClientConfig::version`] says another.
    pub versions: Vec<Version>,
    /// After so long in silence a connection is gone, 30 s; `None` leaves it to the peer.
    pub max_idle_timeout: Option<Duration>,
    /// Sends PING after so long in silence, so that neither end nor a NAT forgets; off.
    pub keep_alive: Option<Duration>,
    /// How long a handshake may take, 25 s: where a third of all datagrams is lost, some take
    /// fifteen. Strangers' are bounded in number, too.
    pub handshake_timeout: Duration,
    /// Octets of each stream's window, 256 KiB, and how far it may grow, 8 MiB: a path of
    /// 80 ms and 800 Mbit/s.
    pub stream_window: (u64, u64),
    /// Octets of the connection's window, 512 KiB, and how far it may grow, 16 MiB. What a peer can
    /// make a connection hold is bounded by it.
    pub connection_window: (u64, u64),
    /// Octets of a stream that wait to be sent or acknowledged before `send` takes no more, 1 MiB.
    pub send_buffer: u64,
    /// Octets of all streams that wait so, 4 MiB: a peer that asks for much and reads nothing makes
    /// a connection hold no more, but for 16 KiB that each stream may hold whatever others do.
    pub send_memory: u64,
    /// Streams of both directions that the peer may have open at once, 100.
    pub bidirectional_streams: u64,
    /// Streams of one direction that the peer may have open at once, 100.
    pub unidirectional_streams: u64,
    /// Octets of the largest DATAGRAM frame that we take (RFC 9221); 0, as by default, is none.
    pub max_datagram_frame_size: u64,
    /// How long an acknowledgment is held back at the most, 25 ms.
    pub max_ack_delay: Duration,
    /// Octets of the largest UDP payload to try, 1,452: Ethernet under IPv6. With 1,200 there is no
    /// search (RFC 8899).
    pub max_datagram: u16,
    /// The RTT before there is a sample, 333 ms (RFC 9002 §6.2.2).
    pub initial_rtt: Duration,
    /// Who says how much may be in flight.
    pub congestion: Algorithm,
    /// Whether datagrams are marked ECN-capable; off for a socket that cannot.
    pub ecn: bool,
    /// Whether observers on the way may measure the RTT (RFC 9000 §17.4). One in 16 connections
    /// does not take part, whatever stands here.
    pub spin: bool,
    /// Whether bits and parameters that mean nothing are sent, so that nobody gets used to their
    /// absence (RFC 9287, RFC 9000 §18.1).
    pub grease: bool,
    /// Whether the peer may move to another address (RFC 9000 §9).
    pub migration: bool,
    /// Octets of our connection IDs, 8; the endpoint finds connections by them.
    pub id_length: usize,
    /// Connection IDs of the peer that are kept, 4: a path to move to needs one.
    pub active_connection_id_limit: u64,
    /// Ceilings.
    pub limits: Limits,
    /// For tests of what peers must not say.
    #[doc(hidden)]
    pub lies: Option<Lies>,
}

/// What a test changes in our transport parameters before they are sent.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Lies {
    /// Before they are written.
    pub alter: fn(&mut TransportParameters),
    /// Behind them.
    pub append: &'static [u8],
    /// What TLS says, before it goes.
    pub say: fn(tls::Level, Vec<u8>) -> Vec<u8>,
}

impl Lies {
    /// None.
    pub const NONE: Self = Self { alter: |_| {}, append: &[], say: |_, octets| octets };
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            versions: Version::ALL.to_vec(),
            max_idle_timeout: Some(Duration::from_secs(30)),
            keep_alive: None,
            handshake_timeout: Duration::from_secs(25),
            stream_window: (256 << 10, 8 << 20),
            connection_window: (512 << 10, 16 << 20),
            send_buffer: 1 << 20,
            send_memory: 4 << 20,
            bidirectional_streams: 100,
            unidirectional_streams: 100,
            max_datagram_frame_size: 0,
            max_ack_delay: Duration::from_millis(25),
            max_datagram: 1452,
            initial_rtt: recovery::INITIAL_RTT,
            congestion: Algorithm::default(),
            ecn: true,
            spin: true,
            grease: true,
            migration: true,
            id_length: 8,
            active_connection_id_limit: 4,
            limits: Limits::default(),
            lies: None,
        }
    }
}

impl Transport {
    /// The transport parameters that say so; what belongs to one connection is left out.
    pub fn parameters(&self) -> TransportParameters {
        let (stream, (connection, _)) = (self.stream_window.0, self.connection_window);
        TransportParameters {
            max_idle_timeout: self.max_idle_timeout,
            initial_max_data: connection,
            initial_max_stream_data_bidi_local: stream,
            initial_max_stream_data_bidi_remote: stream,
            initial_max_stream_data_uni: stream,
            initial_max_streams_bidi: self.bidirectional_streams,
            initial_max_streams_uni: self.unidirectional_streams,
            max_ack_delay: self.max_ack_delay,
            disable_active_migration: !self.migration,
            active_connection_id_limit: self.active_connection_id_limit.max(2),
            max_datagram_frame_size: self.max_datagram_frame_size,
            grease_quic_bit: self.grease,
            ..TransportParameters::default()
        }
    }
}

/// A client's configuration. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Whom to believe, what to speak, tickets from before.
    pub tls: Arc<tls::ClientConfig>,
    /// All else.
    pub transport: Arc<Transport>,
    /// The version of the first packet: one of those in [`Transport::versions`]. The server may
    /// choose another of them without a round trip (RFC 9368 §2.3).
    pub version: Version,
    /// Whether the version was taken from the list of a [`Closed::Versions`](crate::Closed): the
    /// server must then confirm that nobody else wrote that list (RFC 9368 §4).
    pub negotiated: bool,
    /// Who hears of connections as they begin; nobody.
    pub listeners: Listeners,
}

impl ClientConfig {
    /// With the defaults of [`Transport`], beginning with version 1.
    pub fn new(tls: Arc<tls::ClientConfig>) -> Self {
        let listeners = Listeners::default();
        Self { tls, transport: Arc::default(), version: Version::V1, negotiated: false, listeners }
    }
}

/// A server's configuration. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Certificates, what to speak, tickets. For early data, `early_data` must be all ones (RFC
    /// 9001 §4.6.1).
    pub tls: Arc<tls::ServerConfig>,
    /// All else.
    pub transport: Arc<Transport>,
    /// Where the server would rather be found once the handshake is done (RFC 9000 §9.6).
    pub preferred: (Option<SocketAddrV4>, Option<SocketAddrV6>),
    /// Who hears of connections as they begin; nobody.
    pub listeners: Listeners,
}

impl ServerConfig {
    /// With the defaults of [`Transport`].
    pub fn new(tls: Arc<tls::ServerConfig>) -> Self {
        let listeners = Listeners::default();
        Self { tls, transport: Arc::default(), preferred: (None, None), listeners }
    }

    /// Clients shall move to `address` once the handshake is done; one of each family may be named.
    pub fn prefer(&mut self, address: SocketAddr) {
        match address {
            SocketAddr::V4(address) => self.preferred.0 = Some(address),
            SocketAddr::V6(address) => self.preferred.1 = Some(address),
        }
    }
}
