//! What became of what was sent: acknowledged, lost, or to be asked about.
//!
//! RFC 9002 §5–§7, appendix A
//!
//! ```text
//!   on_sent ──► sent packets of a space ──┬── on_ack ───────► acknowledged ─► window grows
//!                                         ├── reordering ───► lost ─────────► window shrinks
//!                                         └── silence ──────► probe timeout ► one or two probes
//! ```
//!
//! Loss detection is a matter of a packet number space, of which there are three; the round trip
//! and the congestion window are a matter of the path. What a packet carried is the connection's:
//! it gets it back, with the verdict, in an [`Outcome`].
//!
//! Invariant: every packet that was sent comes back in exactly one outcome, or from
//! [`Recovery::discard`].
//!
//! Invariant: octets in flight are the sum of the sizes of the path's outstanding packets that
//! count.
//!
//! Used by: the connection.

mod ack;
mod ecn;
mod loss;
mod path;
mod pto;
mod rtt;
mod sent;

pub use ack::Ack;
pub use ecn::{Ecn, EcnCounts, EcnState};
pub use loss::{PACKET_THRESHOLD, PERSISTENT_THRESHOLD};
pub use path::Path;
pub use pto::Timeout;
pub use rtt::{GRANULARITY, INITIAL_RTT, Rtt};
pub use sent::SentPacket;

use loss::Cut;
use sent::Sent;
use std::time::{Duration, Instant};
use tls::Role;

/// A packet number space (RFC 9000 §12.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// Initial packets.
    Initial,
    /// Handshake packets.
    Handshake,
    /// 0-RTT and 1-RTT packets: the RFC's Application Data.
    Data,
}

impl Space {
    /// All of them, in the order of the handshake.
    pub const ALL: [Self; 3] = [Self::Initial, Self::Handshake, Self::Data];

    /// The RFC's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Initial => "Initial",
            Self::Handshake => "Handshake",
            Self::Data => "Application Data",
        }
    }
}

/// One thing for each space.
#[derive(Debug, Clone, Default)]
pub struct Spaces<S> {
    /// Initial packets'.
    pub initial: S,
    /// Handshake packets'.
    pub handshake: S,
    /// 0-RTT and 1-RTT packets'.
    pub data: S,
}

impl<S> Spaces<S> {
    /// Three of what `make` makes.
    pub fn from_fn(mut make: impl FnMut(Space) -> S) -> Self {
        Self {
            initial: make(Space::Initial),
            handshake: make(Space::Handshake),
            data: make(Space::Data),
        }
    }

    /// The one of `space`.
    pub const fn get(&self, space: Space) -> &S {
        match space {
            Space::Initial => &self.initial,
            Space::Handshake => &self.handshake,
            Space::Data => &self.data,
        }
    }

    /// The one of `space`, to change.
    pub const fn get_mut(&mut self, space: Space) -> &mut S {
        match space {
            Space::Initial => &mut self.initial,
            Space::Handshake => &mut self.handshake,
            Space::Data => &mut self.data,
        }
    }

    /// All three, in the order of the handshake.
    pub const fn all(&self) -> [(Space, &S); 3] {
        [
            (Space::Initial, &self.initial),
            (Space::Handshake, &self.handshake),
            (Space::Data, &self.data),
        ]
    }
}

/// What an acknowledgment or a timeout has decided. The connection keeps one and clears it.
#[derive(Debug)]
pub struct Outcome<T> {
    /// Packets that are newly acknowledged, with their numbers; in the order of the frame's
    /// ranges.
    pub acked: Vec<(u64, SentPacket<T>)>,
    /// Packets that are lost, ascending: what they carried may have to be sent again.
    pub lost: Vec<(u64, SentPacket<T>)>,
    /// Whether the congestion window was cut.
    pub congestion: bool,
    /// Whether persistent congestion was found (§7.6).
    pub persistent: bool,
    /// Whether packets that had been called lost were acknowledged after all.
    pub spurious: bool,
}

impl<T> Default for Outcome<T> {
    fn default() -> Self {
        Self {
            acked: Vec::new(),
            lost: Vec::new(),
            congestion: false,
            persistent: false,
            spurious: false,
        }
    }
}

impl<T> Outcome<T> {
    /// Empties it, to be used again.
    pub fn clear(&mut self) {
        self.acked.clear();
        self.lost.clear();
        (self.congestion, self.persistent, self.spurious) = (false, false, false);
    }
}

/// What is known of one space.
#[derive(Debug)]
struct SpaceState<T> {
    sent: Sent<T>,
    largest_acked: Option<u64>,
    last_eliciting: Option<Instant>,
    loss_time: Option<Instant>,
    counts: EcnCounts,
    /// Packets of this space that went with ECT(0), on any path.
    marked: u64,
}

impl<T> SpaceState<T> {
    const fn new() -> Self {
        Self {
            sent: Sent::new(),
            largest_acked: None,
            last_eliciting: None,
            loss_time: None,
            counts: EcnCounts { ect0: 0, ect1: 0, ce: 0 },
            marked: 0,
        }
    }
}

/// Loss recovery of one connection.
#[derive(Debug)]
pub struct Recovery<T> {
    role: Role,
    spaces: Spaces<SpaceState<T>>,
    path: Path,
    cut: Cut,
    timer: Option<Instant>,
    pto_count: u32,
    /// The peer's `max_ack_delay`.
    max_ack_delay: Duration,
    handshake_keys: bool,
    handshake_acked: bool,
    confirmed: bool,
    /// A server that may not send for now (RFC 9000 §8.1).
    blocked: bool,
    limited: bool,
}

impl<T> Recovery<T> {
    /// At the beginning of a connection, which begins on `path`.
    pub fn new(role: Role, path: Path) -> Self {
        Self {
            role,
            spaces: Spaces::from_fn(|_| SpaceState::new()),
            path,
            cut: Cut::default(),
            timer: None,
            pto_count: 0,
            max_ack_delay: Duration::from_millis(25),
            handshake_keys: false,
            handshake_acked: false,
            confirmed: false,
            blocked: false,
            limited: false,
        }
    }

    /// The path in use: its round trip, congestion window, pacer and ECN.
    pub const fn path(&self) -> &Path {
        &self.path
    }

    /// The path in use, to pace by it, or to tell it its datagrams' size.
    pub const fn path_mut(&mut self) -> &mut Path {
        &mut self.path
    }

    /// Goes on on another path, and answers the old one, which may be come back to. Packets that
    /// are on their way on the old one say nothing of the new one (RFC 9000 §9.4).
    pub fn migrate(&mut self, mut path: Path, now: Instant) -> Path {
        path.in_flight = Space::ALL
            .iter()
            .flat_map(|space| self.spaces.get(*space).sent.iter())
            .filter(|(_, packet)| packet.in_flight && packet.path == path.number)
            .map(|(_, packet)| u64::from(packet.size))
            .sum();
        self.cut = Cut::default();
        self.pto_count = 0;
        let old = std::mem::replace(&mut self.path, path);
        self.arm(now);
        old
    }

    /// A packet was sent. Its number is above all before it in its space; numbers between are left
    /// out for good, and an acknowledgment of one is a lie that is found out.
    pub fn on_sent(&mut self, space: Space, number: u64, packet: SentPacket<T>) {
        let now = packet.time;
        let state = self.spaces.get_mut(space);
        let (eliciting, in_flight) = (packet.ack_eliciting, packet.in_flight);
        if packet.ect {
            state.marked += 1;
        }
        if packet.path == self.path.number {
            if packet.ect {
                self.path.ecn.on_sent();
            }
            if in_flight {
                self.path.in_flight += u64::from(packet.size);
                self.path.congestion.on_sent();
                self.path.pacer.on_sent(packet.size.into());
            }
        }
        if in_flight && eliciting {
            state.last_eliciting = Some(now);
        }
        state.sent.push(number, packet);
        if in_flight {
            self.arm(now);
        }
    }

    /// The number that comes after the last one sent in `space`.
    pub fn next_number(&self, space: Space) -> u64 {
        self.spaces.get(space).sent.next()
    }

    /// The largest number of `space` that was acknowledged: packet numbers are coded against it.
    pub const fn largest_acked(&self, space: Space) -> Option<u64> {
        self.spaces.get(space).largest_acked
    }

    /// The packets of `space` that are outstanding, ascending: what a probe may send again.
    pub fn outstanding(&self, space: Space) -> impl Iterator<Item = (u64, &SentPacket<T>)> {
        self.spaces.get(space).sent.iter()
    }

    /// Whether an acknowledgment is awaited in `space`.
    pub const fn is_awaiting(&self, space: Space) -> bool {
        self.spaces.get(space).sent.eliciting() > 0
    }

    /// What was sent in `space` does not count any more, neither as lost nor as acknowledged, and
    /// is answered: its keys are gone (§6.4, A.11); or a Retry came or 0-RTT was rejected, and it
    /// is to be sent again (§6.2.3, RFC 9001 §4.6.2). Numbers go on.
    pub fn discard(&mut self, space: Space, now: Instant) -> Vec<SentPacket<T>> {
        let state = self.spaces.get_mut(space);
        let packets: Vec<_> = state.sent.drain().map(|(_, packet)| packet).collect();
        (state.last_eliciting, state.loss_time) = (None, None);
        for packet in &packets {
            self.path.leave(packet);
        }
        self.pto_count = 0;
        self.arm(now);
        packets
    }

    /// The peer's transport parameter `max_ack_delay`.
    pub fn set_max_ack_delay(&mut self, delay: Duration) {
        self.max_ack_delay = delay;
    }

    /// Handshake keys are there: probes against a deadlock are Handshake packets now.
    pub fn set_handshake_keys(&mut self, now: Instant) {
        self.handshake_keys = true;
        self.arm(now);
    }

    /// The handshake is confirmed (RFC 9001 §4.1.2): the peer holds what it declared about delays,
    /// and 1-RTT packets are probed for.
    pub fn set_confirmed(&mut self, now: Instant) {
        self.confirmed = true;
        self.arm(now);
    }

    /// Whether a server may not send for now, since it would send more than three times what came
    /// from an address that is not validated. Its timer rests meanwhile; where it would have run
    /// out, it does so as soon as it may (A.6).
    pub fn set_blocked(&mut self, blocked: bool, now: Instant) {
        if self.blocked != blocked {
            self.blocked = blocked;
            self.arm(now);
        }
    }

    /// Whether the last time that the connection sent, it had less to send than the window would
    /// have let it: then acknowledgments do not make the window grow (§7.8). Waiting for the pacer
    /// is not that.
    pub const fn set_limited(&mut self, limited: bool) {
        self.limited = limited;
    }
}
