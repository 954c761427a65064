//! A path: two addresses, how much may be sent between them, and whether both ways work.
//!
//! RFC 9000 §8, §8.1, §8.2, §17.4
//!
//! ```text
//!   not validated ── a Handshake packet, a token, PATH_RESPONSE ──► validated
//!        │
//!        └ at most three times what came may go
//! ```
//!
//! Invariant: the paths that are kept are few: the current one, the one before, one to try.
//!
//! Used by: `send`, `receive`, `migration`.

use super::{
    Connection, FourTuple, Transmit,
    packets::{Content, Draft, SentFrame},
    receive::Undecryptable,
    send::SHORTEST,
};
use crate::{
    acks::Ecn,
    connection_id::ConnectionId,
    frame::Frame,
    packet::{Builder, MIN_DATAGRAM, TAG},
    pmtud::Pmtud,
    recovery,
    recovery::Space,
};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};
use tls::Role;
use wire::trace::Direction;

/// How often more than what came may be sent to an address that is not validated (§8.1).
const AMPLIFICATION: u64 = 3;

/// Questions of a path whose answers still count.
const ASKED: usize = 8;

/// Octets of a PATH_CHALLENGE or a PATH_RESPONSE.
pub(super) const PATH_FRAME: usize = 9;

/// One path.
#[derive(Debug)]
pub(super) struct PathState {
    pub(super) tuple: FourTuple,
    /// As packets' records say it.
    pub(super) number: u32,
    pub(super) validated: bool,
    received: u64,
    sent: u64,
    /// What the peer has to say back: any of these, for the answer to an earlier question may be
    /// on its way when the next one goes. The newest is the last.
    asked: VecDeque<[u8; 8]>,
    /// Whether the newest waits to be sent.
    challenge_waits: bool,
    /// The challenge went in a small datagram, for three times what came was not more: whether
    /// large ones get there is still to be asked (§8.2.1).
    pub(super) small: bool,
    /// How often it was asked again.
    tries: u32,
    /// When it is given up.
    until: Option<Instant>,
    /// When it is asked again, or given up.
    pub(super) deadline: Option<Instant>,
    /// What we have to say back.
    pub(super) responses: VecDeque<[u8; 8]>,
    pub(super) pmtud: Pmtud,
    /// The peer's connection ID for it, by number, where it is not the current one.
    pub(super) sequence: Option<u64>,
    /// Round trip and window, while another path is in use.
    pub(super) recovery: Option<Box<recovery::Path>>,
}

impl PathState {
    pub(super) fn new(tuple: FourTuple, validated: bool, most: u16) -> Self {
        Self {
            tuple,
            number: 0,
            validated,
            small: false,
            tries: 0,
            until: None,
            received: 0,
            sent: 0,
            asked: VecDeque::new(),
            challenge_waits: false,
            deadline: None,
            responses: VecDeque::new(),
            pmtud: Pmtud::new(most),
            sequence: None,
            recovery: None,
        }
    }

    /// Octets that may go there.
    pub(super) fn budget(&self) -> usize {
        if self.validated {
            return usize::MAX;
        }
        let most = self.received.saturating_mul(AMPLIFICATION);
        usize::try_from(most.saturating_sub(self.sent)).unwrap_or(usize::MAX)
    }

    pub(super) const fn on_sent(&mut self, octets: usize) {
        self.sent = self.sent.saturating_add(octets as u64);
    }

    pub(super) const fn on_received(&mut self, octets: usize) {
        self.received = self.received.saturating_add(octets as u64);
    }

    /// Wants an answer from there.
    pub(super) fn ask(&mut self, data: [u8; 8]) {
        self.stop();
        self.asked.push_back(data);
        self.challenge_waits = true;
    }

    /// No answer came: asks again, or answers `false` where it has waited long enough.
    pub(super) fn ask_again(&mut self, data: [u8; 8], now: Instant) -> bool {
        let again = self.until.is_none_or(|until| now < until);
        if again {
            if self.asked.len() == ASKED {
                self.asked.pop_front();
            }
            self.asked.push_back(data);
            (self.challenge_waits, self.deadline) = (true, self.until);
            self.tries += 1;
        }
        again
    }

    /// The answer came.
    pub(super) fn answered(&mut self) -> FourTuple {
        self.stop();
        self.validated = true;
        self.tuple
    }

    /// Asks no more.
    pub(super) fn stop(&mut self) {
        self.asked.clear();
        (self.challenge_waits, self.tries) = (false, 0);
        (self.deadline, self.until) = (None, None);
    }

    /// Whether this is what was to be said back.
    pub(super) fn expects(&self, data: &[u8; 8]) -> bool {
        self.asked.contains(data)
    }

    /// Whether nothing is asked.
    pub(super) fn is_answered(&self) -> bool {
        self.asked.is_empty()
    }

    /// Whether a challenge waits that no window holds back: the window may be full of what went to
    /// where nobody is any more, and only the answer tells of it. Three times what came still
    /// bounds it (RFC 9002 §7.5 lets probes go, too).
    pub(super) const fn asks_anyway(&self) -> bool {
        self.challenge_waits && !self.validated
    }

    /// Whether a challenge or a response waits.
    pub(super) fn wants(&self) -> bool {
        self.challenge_waits || !self.responses.is_empty()
    }
}

/// The paths of a connection, and what goes with its packets everywhere.
#[derive(Debug)]
pub(super) struct Paths {
    pub(super) current: PathState,
    /// The one before, while the current one is not validated.
    pub(super) before: Option<Box<PathState>>,
    /// One that is tried out, or on which the peer tries us.
    pub(super) trial: Option<Box<PathState>>,
    /// The trial becomes the current one once it is validated.
    pub(super) moving: bool,
    pub(super) undecryptable: Vec<Undecryptable>,
    /// Where the peer was first.
    home: SocketAddr,
    /// Octets of the datagram that is being looked at.
    pub(super) arrived: usize,
    /// Whether the datagram being written is marked ECT(0).
    pub(super) marking: bool,
    /// The number of the path that the datagram being written takes.
    pub(super) sending: u32,
    /// Numbers are given out to paths in order.
    pub(super) count: u32,
    /// Anything, of this connection alone.
    pub(super) whim: u8,
    spin: bool,
    most: u16,
}

impl Paths {
    pub(super) fn new(tuple: FourTuple, validated: bool, most: u16, whim: u8) -> Self {
        Self {
            current: PathState::new(tuple, validated, most),
            before: None,
            trial: None,
            moving: false,
            undecryptable: Vec::new(),
            home: tuple.remote,
            arrived: 0,
            marking: false,
            sending: 0,
            count: 1,
            whim,
            spin: false,
            most,
        }
    }

    /// The peer takes no larger datagrams, on whatever path.
    pub(super) fn set_most(&mut self, most: u16) {
        self.most = self.most.min(most);
        self.current.pmtud.set_most(most);
    }

    pub(super) fn make(&mut self, tuple: FourTuple) -> PathState {
        let mut path = PathState::new(tuple, false, self.most);
        path.number = self.count;
        self.count += 1;
        path
    }

    /// The path over which the datagram came that is being looked at, where it is new.
    pub(super) fn meet(&mut self, tuple: FourTuple) -> PathState {
        let mut path = self.make(tuple);
        path.on_received(self.arrived);
        path
    }

    /// Whether the peer is known to be there. Where it was first it is known for good: some servers
    /// answer from there, wherever they prefer to be asked.
    pub(super) fn knows(&self, remote: SocketAddr) -> bool {
        let others = [self.trial.as_deref(), self.before.as_deref()].into_iter().flatten();
        remote == self.home || others.chain([&self.current]).any(|path| path.tuple.remote == remote)
    }

    /// A probe of the MTU of a path that is not the current one came or was lost: it is asked again
    /// should that path be come back to.
    pub(super) fn forget_mtu_probe(&mut self, number: u32) {
        let others = [self.trial.as_deref_mut(), self.before.as_deref_mut()];
        if let Some(path) = others.into_iter().flatten().find(|path| path.number == number) {
            path.pmtud.forget_probe();
        }
    }

    /// The path of these addresses, if it is known.
    pub(super) fn find(&mut self, tuple: FourTuple) -> Option<&mut PathState> {
        if self.current.tuple == tuple {
            return Some(&mut self.current);
        }
        let others = [self.trial.as_deref_mut(), self.before.as_deref_mut()];
        others.into_iter().flatten().find(|path| path.tuple == tuple)
    }

    pub(super) fn on_received(&mut self, tuple: FourTuple, octets: usize) {
        self.arrived = octets;
        if let Some(path) = self.find(tuple) {
            path.on_received(octets);
        }
    }

    /// A challenge came: the answer goes the same way back (§8.2.2).
    pub(super) fn on_challenge(&mut self, tuple: FourTuple, data: [u8; 8], most: usize) {
        let Some(path) = self.find(tuple) else { return };
        if path.responses.len() >= most.max(1) {
            path.responses.pop_front();
        }
        path.responses.push_back(data);
    }

    /// The spin bit of the newest packet (§17.4): a server reflects, a client turns it round.
    pub(super) fn on_spin(&mut self, role: Role, spin: bool) {
        self.spin = if role == Role::Client { !spin } else { spin };
    }

    pub(super) const fn spin(&self, takes_part: bool) -> bool {
        // One connection in 16 does not take part.
        self.spin && takes_part && !self.whim.is_multiple_of(16)
    }
}

impl Connection {
    pub(super) fn put_path_frames(&mut self, draft: &mut Draft<'_>, now: Instant) {
        let patience = self.patience(now);
        put_path(&mut self.paths.current, draft, patience);
    }

    /// A datagram on a path that is not the current one.
    pub(super) fn transmit_probe(&mut self, now: Instant, transmit: &mut Transmit) -> bool {
        if !self.tls.complete {
            return false;
        }
        for trial in [true, false] {
            let slot = if trial { &mut self.paths.trial } else { &mut self.paths.before };
            let Some(mut path) = slot.take() else { continue };
            let sent = path.wants()
                && path.budget() >= SHORTEST
                && self.write_probe(&mut path, transmit, now);
            if sent {
                transmit.path = path.tuple;
                path.on_sent(transmit.octets.len());
            }
            *(if trial { &mut self.paths.trial } else { &mut self.paths.before }) = Some(path);
            if sent {
                return true;
            }
        }
        false
    }

    /// The peer's connection ID for a path that is not the current one: its own, another where that
    /// was retired, and the current one only where the peer gives no more (§9.5).
    fn id_for(&self, path: &mut PathState) -> Option<ConnectionId> {
        let find = |at: u64| self.remote_ids.iter().find(|issued| issued.sequence == at);
        path.sequence = path.sequence.filter(|at| find(*at).is_some()).or_else(|| self.spare_id());
        let own = path.sequence.and_then(find);
        own.or_else(|| self.remote_ids.current()).map(|issued| issued.id)
    }

    fn write_probe(&mut self, path: &mut PathState, transmit: &mut Transmit, now: Instant) -> bool {
        let Some(id) = self.id_for(path) else { return false };
        let acked = self.recovery.largest_acked(Space::Data);
        let number = self.recovery.next_number(Space::Data);
        let phase = self.keys.application.as_ref().is_some_and(|keys| keys.phase());
        let out = &mut transmit.octets;
        let builder = Builder::short(out, &id, number, acked, false, phase);
        // 1,200 octets, so that the path is known to carry them, except where that were more than
        // three times what came (§8.2.1, §8.2.2).
        let most = path.budget().min(MIN_DATAGRAM);
        let content = Content::new(Space::Data);
        let mut draft = Draft { out, end: most - TAG, content, ack_eliciting: false };
        put_path(path, &mut draft, self.patience(now));
        let Draft { out, content, .. } = draft;
        self.paths.marking = false;
        let least = if most < MIN_DATAGRAM { 0 } else { MIN_DATAGRAM };
        let size = self.seal(Space::Data, builder, out, least);
        self.paths.sending = path.number;
        self.sent(Space::Data, number, size, true, true, content, now);
        self.trace_datagram(Direction::Sent, size, Ecn::NotEct, false);
        transmit.segment = size;
        true
    }
}

/// How long an answer is waited for.
#[derive(Debug, Clone, Copy)]
struct Patience {
    now: Instant,
    /// Until the question is repeated; then twice as long, and so on.
    first: Duration,
    /// Until the path is given up (§8.2.4).
    all: Duration,
}

impl Connection {
    fn patience(&self, now: Instant) -> Patience {
        let first = self.recovery.pto();
        // A path of which nothing is known has a probe timeout of three round trips as assumed.
        let unknown = self.transport.initial_rtt.saturating_mul(3);
        Patience { now, first, all: first.max(unknown).saturating_mul(3) }
    }
}

/// PATH_CHALLENGE and PATH_RESPONSE of a path.
fn put_path(path: &mut PathState, draft: &mut Draft<'_>, patience: Patience) {
    while draft.room() >= PATH_FRAME
        && let Some(data) = path.responses.pop_front()
    {
        draft.put(&Frame::PathResponse(data), SentFrame::Challenge);
    }
    if let Some(data) = path.asked.back().copied()
        && path.challenge_waits
        && draft.room() >= PATH_FRAME
    {
        let Patience { now, first, all } = patience;
        path.challenge_waits = false;
        path.until = path.until.or(now.checked_add(all));
        let next = now.checked_add(first.saturating_mul(1 << path.tries.min(16)));
        path.deadline = next.min(path.until);
        draft.put(&Frame::PathChallenge(data), SentFrame::Challenge);
    }
}
