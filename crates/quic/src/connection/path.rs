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
};
use crate::{
    acks::Ecn,
    frame::Frame,
    packet::{Builder, MIN_DATAGRAM, TAG},
    pmtud::Pmtud,
    recovery,
    recovery::Space,
};
use std::{collections::VecDeque, net::SocketAddr, time::Instant};
use tls::Role;
use wire::trace::Direction;

/// How often more than what came may be sent to an address that is not validated (§8.1).
const AMPLIFICATION: u64 = 3;

/// One path.
#[derive(Debug)]
pub(super) struct PathState {
    pub(super) tuple: FourTuple,
    /// As packets' records say it.
    pub(super) number: u32,
    pub(super) validated: bool,
    received: u64,
    sent: u64,
    /// What the peer has to say back.
    pub(super) challenge: Option<[u8; 8]>,
    /// Whether the challenge waits to be sent.
    pub(super) challenge_waits: bool,
    /// The challenge went in a small datagram, for three times what came was not more: whether
    /// large ones get there is still to be asked (§8.2.1).
    pub(super) small: bool,
    tries: u8,
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
            received: 0,
            sent: 0,
            challenge: None,
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
    pub(super) const fn ask(&mut self, data: [u8; 8]) {
        (self.challenge, self.challenge_waits) = (Some(data), true);
        (self.tries, self.deadline) = (0, None);
    }

    /// No answer came: asks again, or answers `false` where it has asked often enough.
    pub(super) const fn ask_again(&mut self, data: [u8; 8], most: u8) -> bool {
        let tries = self.tries + 1;
        let again = tries < most;
        if again {
            self.ask(data);
            self.tries = tries;
        }
        again
    }

    /// The answer came.
    pub(super) const fn answered(&mut self) -> FourTuple {
        (self.challenge, self.challenge_waits, self.deadline) = (None, false, None);
        self.validated = true;
        self.tuple
    }

    /// Whether nothing is asked.
    pub(super) const fn is_answered(&self) -> bool {
        self.challenge.is_none()
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
            marking: false,
            sending: 0,
            count: 1,
            whim,
            spin: false,
            most,
        }
    }

    pub(super) fn make(&mut self, tuple: FourTuple) -> PathState {
        let mut path = PathState::new(tuple, false, self.most);
        path.number = self.count;
        self.count += 1;
        path
    }

    /// Whether the peer is known to be there.
    pub(super) fn knows(&self, remote: SocketAddr) -> bool {
        let others = [self.trial.as_deref(), self.before.as_deref()].into_iter().flatten();
        others.chain([&self.current]).any(|path| path.tuple.remote == remote)
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
        if let Some(path) = self.find(tuple) {
            path.on_received(octets);
        }
    }

    /// A challenge came: the answer goes the same way back (§8.2.2).
    pub(super) fn on_challenge(&mut self, tuple: FourTuple, data: [u8; 8], most: usize) {
        if self.find(tuple).is_none() && self.trial.is_none() {
            let mut trial = self.make(tuple);
            // What brought it.
            trial.on_received(MIN_DATAGRAM);
            self.trial = Some(Box::new(trial));
        }
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
        let deadline = now.checked_add(self.recovery.pto());
        let path = &mut self.paths.current;
        put_path(path, draft, deadline);
    }

    /// A datagram on a path that is not the current one.
    pub(super) fn transmit_probe(&mut self, now: Instant, transmit: &mut Transmit) -> bool {
        if !self.tls.complete {
            return false;
        }
        let deadline = now.checked_add(self.recovery.pto());
        for trial in [true, false] {
            let slot = if trial { &mut self.paths.trial } else { &mut self.paths.before };
            let Some(mut path) = slot.take() else { continue };
            let sent = path.wants()
                && path.budget() >= MIN_DATAGRAM
                && self.write_probe(&mut path, transmit, now, deadline);
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

    fn write_probe(
        &mut self,
        path: &mut PathState,
        transmit: &mut Transmit,
        now: Instant,
        deadline: Option<Instant>,
    ) -> bool {
        let ids = &self.remote_ids;
        let chosen = path.sequence.and_then(|at| ids.iter().find(|issued| issued.sequence == at));
        let Some(id) = chosen.or_else(|| ids.current()).map(|issued| issued.id) else {
            return false;
        };
        let acked = self.recovery.largest_acked(Space::Data);
        let number = self.recovery.next_number(Space::Data);
        let phase = self.keys.application.as_ref().is_some_and(|keys| keys.phase());
        let out = &mut transmit.octets;
        let builder = Builder::short(out, &id, number, acked, false, phase);
        let end = MIN_DATAGRAM - TAG;
        let content = Content::new(Space::Data);
        let mut draft = Draft { out, end, content, ack_eliciting: false };
        put_path(path, &mut draft, deadline);
        let Draft { out, content, .. } = draft;
        self.paths.marking = false;
        let size = self.seal(Space::Data, builder, out, MIN_DATAGRAM);
        self.paths.sending = path.number;
        self.sent(Space::Data, number, size, true, true, content, now);
        self.trace_datagram(Direction::Sent, size, Ecn::NotEct, false);
        transmit.segment = size;
        true
    }
}

/// PATH_CHALLENGE and PATH_RESPONSE of a path.
fn put_path(path: &mut PathState, draft: &mut Draft<'_>, deadline: Option<Instant>) {
    while draft.room() > 9
        && let Some(data) = path.responses.pop_front()
    {
        draft.put(&Frame::PathResponse(data), SentFrame::Challenge);
    }
    if let Some(data) = path.challenge
        && path.challenge_waits
        && draft.room() > 9
    {
        path.challenge_waits = false;
        path.deadline = path.deadline.or(deadline);
        draft.put(&Frame::PathChallenge(data), SentFrame::Challenge);
    }
}
