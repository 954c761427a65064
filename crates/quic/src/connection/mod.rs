//! One end of a connection: datagrams and time in, events and datagrams out.
//!
//! RFC 9000 §5, §7, §12, §13
//!
//! | file         | verb                                                               |
//! |--------------|--------------------------------------------------------------------|
//! | `start`      | a client begins, a server answers                                  |
//! | `receive`    | a datagram becomes packets, packets are opened                     |
//! | `frames`     | frames find who they are for                                       |
//! | `acks`       | what was sent is acknowledged, or lost, or probed for              |
//! | `keys`       | which keys seal and open, and when they go                         |
//! | `handshake`  | CRYPTO data in and out of TLS, transport parameters, versions      |
//! | `retry`      | Retry and Version Negotiation, at a client                         |
//! | `streams`    | which streams there are, and which waits to send                   |
//! | `commands`   | what the application says                                          |
//! | `send`       | datagrams, many at once                                            |
//! | `packets`    | a packet, frame by frame                                           |
//! | `path`       | addresses: how much may be sent there, whether they answer         |
//! | `migration`  | from one address to another                                        |
//! | `close`      | closing, draining, gone                                            |
//! | `timers`     | all that waits                                                     |
//! | `stats`      | figures                                                            |
//! | `trace`      | what a listener hears                                              |
//!
//! Invariant: all that came is looked at before anything is sent.
//!
//! Invariant: what waits in memory is bounded: by windows, by [`Limits`](crate::limits::Limits), by
//! `send_buffer`.
//!
//! Used by: the endpoint, one for each connection.

mod acks;
mod close;
mod commands;
mod frames;
mod handshake;
mod keys;
mod migration;
mod packets;
mod path;
mod receive;
mod retry;
mod send;
mod start;
mod stats;
mod streams;
mod timers;
mod trace;
mod transmit;

pub use commands::{Read, ReadEnd};
pub use start::{Accepted, IdSource, Routing};
pub use stats::Stats;
pub use trace::Listeners;
pub use transmit::Transmit;

use crate::{
    acks::Acks,
    cids::{LocalIds, RemoteIds},
    config::Transport,
    connection_id::ConnectionId,
    crypto::CryptoStream,
    event::Event,
    parameters::TransportParameters,
    recovery::{Outcome, Recovery, Space, Spaces},
    version::Constants,
};
use close::State;
use handshake::Tls;
use keys::KeyRing;
use packets::Content;
use path::Paths;
use start::SharedRandom;
use std::{collections::VecDeque, fmt, net::SocketAddr, sync::Arc, time::Instant};
use streams::Streams;
use timers::Timers;
use tls::Role;
use wire::trace::Trace;

/// Where datagrams come from and go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FourTuple {
    /// Our address. Where the driver does not know which of several it is, the socket's.
    pub local: SocketAddr,
    /// The peer's.
    pub remote: SocketAddr,
}

/// What there is for each packet number space.
#[derive(Debug)]
struct SpaceState {
    acks: Acks,
    crypto: CryptoStream,
    /// One above the largest number that came.
    expected: u64,
    /// Packets that go whatever the congestion window says: a probe timeout ran out.
    probes: u8,
    /// Whether a PING is wanted.
    ping: bool,
}

/// What waits to be sent and belongs to no stream.
#[derive(Debug, Default)]
struct Control {
    handshake_done: bool,
    handshake_done_heard: bool,
    /// Tokens for NEW_TOKEN: the endpoint makes them. Those in flight are kept by number.
    tokens: VecDeque<Vec<u8>>,
    datagrams: VecDeque<Vec<u8>>,
    /// Octets of datagrams that wait to be sent.
    datagram_octets: usize,
    /// Octets of datagrams that came and wait to be taken.
    datagrams_held: usize,
    /// Frames that somebody else wrote, for tests of the rules.
    raw: Option<(Space, Vec<u8>)>,
}

impl Control {
    const fn on_handshake_done_heard(&mut self) {
        (self.handshake_done, self.handshake_done_heard) = (false, true);
    }
}

/// One end of a connection.
pub struct Connection {
    role: Role,
    transport: Arc<Transport>,
    /// Of the version in use.
    constants: &'static Constants,
    tls: Tls,
    keys: KeyRing,
    spaces: Spaces<SpaceState>,
    recovery: Recovery<Content>,
    outcome: Outcome<Content>,
    local_ids: LocalIds<ConnectionId>,
    remote_ids: RemoteIds<ConnectionId>,
    ids: Box<dyn IdSource + Send>,
    routing: VecDeque<Routing>,
    streams: Streams,
    paths: Paths,
    state: State,
    timers: Timers,
    control: Control,
    events: VecDeque<Event>,
    /// What the peer said of itself; until then, what was remembered, or nothing.
    peer: TransportParameters,
    /// The token of our Initial packets.
    token: Vec<u8>,
    random: SharedRandom,
    stats: Stats,
    trace: Trace,
    /// The type of the frame that was wrong, for CONNECTION_CLOSE.
    wrong_frame: u64,
    /// The time last heard.
    now: Instant,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection({}, {:?})", self.role, self.state)
    }
}

impl Connection {
    /// Which end this is.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// What happened next, if anything did.
    pub fn poll_event(&mut self) -> Option<Event> {
        let event = self.events.pop_front();
        if let Some(Event::Datagram(octets)) = &event {
            self.control.datagrams_held -= octets.len().min(self.control.datagrams_held);
        }
        if let Some(event) = &event {
            self.trace_event(event);
        }
        event
    }

    /// What the endpoint has to know about connection IDs.
    pub fn poll_routing(&mut self) -> Option<Routing> {
        self.routing.pop_front()
    }

    /// Tells `trace` of packets, frames and figures from here on, and TLS of its messages.
    pub fn set_trace(&mut self, trace: Trace) {
        if let Some(handshake) = &mut self.tls.handshake {
            handshake.set_trace(trace.clone());
        }
        self.trace = trace;
        self.trace_started();
    }

    /// What both ends agreed on so far; all of it once [`Event::Connected`] came.
    pub fn summary(&self) -> Option<&tls::Summary> {
        self.tls.handshake.as_ref().map(tls::Handshake::summary)
    }

    /// The handshake: for exporters, and for what early data must speak.
    pub fn handshake(&self) -> Option<&tls::Handshake> {
        self.tls.handshake.as_ref()
    }

    /// The peer's transport parameters, once they came.
    pub fn peer_parameters(&self) -> Option<&TransportParameters> {
        self.tls.peer_known.then_some(&self.peer)
    }

    /// The version in use.
    pub const fn version(&self) -> crate::version::Version {
        self.constants.version
    }

    /// Whether the handshake is complete.
    pub const fn is_connected(&self) -> bool {
        self.tls.complete
    }

    /// Whether 0-RTT data can be sent now, at a client.
    pub const fn can_send_early(&self) -> bool {
        self.keys.early.is_some() && matches!(self.role, Role::Client) && !self.tls.complete
    }

    /// Puts these octets, for frames, into the next packet of application data: so a test breaks
    /// rules, and a fuzzer's octets get past the protection.
    #[doc(hidden)]
    pub fn send_raw(&mut self, frames: Vec<u8>) {
        self.send_raw_in(Space::Data, frames);
    }

    /// The same in the next packet of that space: an Initial packet, for example.
    #[doc(hidden)]
    pub fn send_raw_in(&mut self, space: Space, frames: Vec<u8>) {
        self.control.raw = Some((space, frames));
        self.spaces.get_mut(space).ping = true;
    }

    /// Where datagrams go now.
    pub const fn path(&self) -> FourTuple {
        self.paths.current.tuple
    }
}
