//! A connection goes on between other addresses.
//!
//! RFC 9000 §5.1.1, §5.1.2, §9
//!
//! ```text
//!   client: migrate ──► PATH_CHALLENGE on the new path ──► PATH_RESPONSE ──► everything goes there
//!   server: a newest packet comes from elsewhere ──► everything goes there, and PATH_CHALLENGE on
//!           both paths: it may be an attacker who is only faster
//! ```
//!
//! Invariant: a path that does not answer is left for the one before, if that was validated.
//!
//! Used by: `receive`, `timers`, the application.

use super::{Connection, FourTuple, Routing, path::PathState};
use crate::{
    cids::Issued, connection_id::ConnectionId, error::Error, event::Event, misuse::Misuse, recovery,
};
use std::{net::SocketAddr, time::Instant};
use tls::Role;

impl Connection {
    /// Makes as many connection IDs for the peer as it wants.
    pub(super) fn issue_ids(&mut self) {
        if !self.tls.peer_known || self.transport.id_length == 0 {
            return;
        }
        for _ in 0..self.local_ids.wanted() {
            let (id, token) = self.ids.issue();
            self.local_ids.issue(id, token);
            self.routing.push_back(Routing::Add(id));
        }
    }

    pub(super) fn on_new_connection_id(
        &mut self,
        new: Issued<ConnectionId>,
        retire_prior_to: u64,
    ) -> Result<(), Error> {
        let empty = self.remote_ids.iter().next().is_some_and(|issued| issued.id.is_empty());
        if empty {
            return Err(Error::ConnectionIdUnwanted);
        }
        self.remote_ids.on_issued(new, retire_prior_to)?;
        Ok(())
    }

    /// Goes on over another path, once it answers: [`Migrated`](Event::Migrated) or
    /// [`PathFailed`](Event::PathFailed) will tell.
    ///
    /// # Errors
    /// [`Misuse::Migration`]
    pub fn migrate(&mut self, path: FourTuple) -> Result<(), Misuse> {
        let may = self.is_client()
            && self.is_open()
            && self.tls.confirmed
            && !self.peer.disable_active_migration;
        let Some(spare) = self.spare_id().filter(|_| may) else {
            return Err(Misuse::Migration);
        };
        self.try_path(path, Some(spare));
        Ok(())
    }

    /// A connection ID of the peer's that no path uses: who sees two paths is not to see that they
    /// are one connection's (§9.5).
    pub(super) fn spare_id(&self) -> Option<u64> {
        let mut all = self.remote_ids.iter().map(|issued| issued.sequence);
        all.find(|sequence| !self.uses_id(*sequence))
    }

    /// Whether datagrams went to the peer's connection ID of that number.
    pub(super) fn uses_id(&self, sequence: u64) -> bool {
        let current = self.remote_ids.current().map(|issued| issued.sequence);
        let others = [&self.paths.trial, &self.paths.before].into_iter().flatten();
        let mut used = others.map(|path| path.sequence).chain([current]).flatten();
        used.any(|one| one == sequence)
    }

    /// A path is not used any more, nor is its connection ID.
    fn leave(&mut self, path: Option<PathState>) {
        if let Some(sequence) = path.and_then(|path| path.sequence) {
            self.remote_ids.retire(sequence);
        }
    }

    /// The peer tries a path out: it gets its answer there, under an identifier of its own.
    pub(super) fn meet_path(&mut self, tuple: FourTuple) {
        if self.paths.find(tuple).is_some() || self.paths.moving {
            return;
        }
        let left = self.paths.trial.take();
        self.leave(left.map(|path| *path));
        let mut trial = self.paths.meet(tuple);
        trial.sequence = self.spare_id();
        self.paths.trial = Some(Box::new(trial));
    }

    fn try_path(&mut self, tuple: FourTuple, sequence: Option<u64>) {
        let mut trial = self.paths.make(tuple);
        // A client may send what it likes (§8.1 binds servers).
        trial.validated = self.role == Role::Client;
        trial.sequence = sequence;
        trial.ask(self.random.draw());
        let left = self.paths.trial.replace(Box::new(trial));
        self.leave(left.map(|path| *path));
        self.paths.moving = true;
    }

    /// The server would rather be elsewhere (§9.6).
    pub(super) fn prefer_address(&mut self, _now: Instant) {
        if self.role != Role::Client {
            return;
        }
        let Some(preferred) = self.peer.preferred_address else { return };
        let token = Some(preferred.token);
        let issued = Issued { sequence: 1, id: preferred.id, token };
        if self.remote_ids.on_issued(issued, 0).is_err() {
            return;
        }
        let local = self.paths.current.tuple.local;
        let remote = match self.paths.current.tuple.remote {
            SocketAddr::V4(_) => preferred.v4.map(SocketAddr::V4),
            SocketAddr::V6(_) => preferred.v6.map(SocketAddr::V6),
        };
        if let Some(remote) = remote {
            self.try_path(FourTuple { local, remote }, Some(1));
        }
    }

    // ANCHOR: peer
    /// The newest 1-RTT packet came over `tuple`.
    pub(super) fn on_peer_address(&mut self, tuple: FourTuple, probing: bool, now: Instant) {
        if tuple == self.paths.current.tuple || probing || !self.tls.complete {
            return;
        }
        // The packet may have said that it is over: nothing is told behind that.
        if !self.is_open() {
            return;
        }
        // Servers move only where they said they would (§9.6).
        if self.role == Role::Client {
            return;
        }
        // Back on the one before: what came from elsewhere was an attacker's copy (§9.3.2).
        let is = |path: &mut Box<PathState>| path.tuple == tuple;
        let known = self.paths.trial.take_if(is).or_else(|| self.paths.before.take_if(is));
        let mut next = known.map_or_else(|| self.paths.meet(tuple), |known| *known);
        let same_host = tuple.remote.ip() == self.paths.current.tuple.remote.ip();
        if !next.validated {
            next.ask(self.random.draw());
        }
        let sequence = next.sequence.take().or_else(|| self.spare_id());
        self.go_to(next, sequence, same_host, now);
        if let Some(before) = &mut self.paths.before {
            before.ask(self.random.draw());
        }
    }
    // ANCHOR_END: peer

    /// Everything goes over `next` from now on, to the peer's connection ID of that number; where
    /// it has no other, to the same (§9.5).
    fn go_to(&mut self, mut next: PathState, sequence: Option<u64>, same_host: bool, now: Instant) {
        if same_host {
            // Only the port is another: a NAT forgot, and the path is the same (§9.4).
            // Questions that go to the old port from now on are for themselves: their loss is no
            // congestion.
            std::mem::swap(&mut next.pmtud, &mut self.paths.current.pmtud);
            std::mem::swap(&mut next.number, &mut self.paths.current.number);
        } else {
            let (datagram, rtt) = (next.pmtud.size(), self.transport.initial_rtt);
            let mut path =
                recovery::Path::new(next.number, self.transport.congestion, datagram, rtt, now);
            if !self.transport.ecn {
                path.ecn = recovery::Ecn::disabled();
            }
            let path = next.recovery.take().map_or(path, |path| *path);
            let old = self.recovery.migrate(path, now);
            self.paths.current.recovery = Some(Box::new(old));
            next.pmtud.start(now);
        }
        let tuple = next.tuple;
        let mut before = std::mem::replace(&mut self.paths.current, next);
        before.sequence = sequence.and_then(|sequence| self.remote_ids.turn_to(sequence));
        let left = if before.validated && !self.paths.current.is_answered() {
            self.paths.before.replace(Box::new(before)).map(|path| *path)
        } else {
            Some(before)
        };
        self.leave(left);
        self.events.push_back(Event::Migrated(tuple));
    }

    pub(super) fn on_path_response(&mut self, data: [u8; 8], now: Instant) {
        let is = |path: &PathState| path.expects(&data);
        if is(&self.paths.current) {
            let tuple = self.paths.current.answered();
            let left = self.paths.before.take();
            self.leave(left.map(|path| *path));
            self.events.push_back(Event::PathValidated(tuple));
            if std::mem::take(&mut self.paths.current.small) {
                // By 1,200 octets this time, now that as much may go (§8.2.1).
                self.paths.current.ask(self.random.draw());
            }
        } else if let Some(mut trial) = self.paths.trial.take_if(|trial| is(trial)) {
            let tuple = trial.answered();
            self.events.push_back(Event::PathValidated(tuple));
            if std::mem::take(&mut self.paths.moving) {
                let sequence = trial.sequence.take();
                self.go_to(*trial, sequence, false, now);
            } else {
                self.paths.trial = Some(trial);
            }
        } else if self.paths.before.as_deref().is_some_and(is) {
            // The client is still there: whoever sent from elsewhere was somebody else (§9.3.3).
            if let Some(before) = &mut self.paths.before {
                before.answered();
            }
        }
    }

    pub(super) fn paths_timeout(&self) -> Option<Instant> {
        let others = [&self.paths.trial, &self.paths.before];
        let others = others.into_iter().flatten().filter_map(|path| path.deadline);
        self.paths.current.deadline.into_iter().chain(others).min()
    }

    /// Paths that have not answered are asked again, and then given up.
    pub(super) fn on_paths_timeout(&mut self, now: Instant) {
        let due = |path: &PathState| path.deadline.is_some_and(|deadline| deadline <= now);
        let data = self.random_data();
        let current = &mut self.paths.current;
        if due(current) && !current.ask_again(data, now) {
            // One that was there stays: only 1,200 octets did not come through.
            let there = current.validated;
            current.stop();
            if !there {
                self.fall_back(now);
            }
        }
        if let Some(mut trial) = self.paths.trial.take_if(|trial| due(trial)) {
            if trial.ask_again(data, now) {
                self.paths.trial = Some(trial);
            } else {
                self.paths.moving = false;
                self.events.push_back(Event::PathFailed(trial.tuple));
                self.leave(Some(*trial));
            }
        }
        if let Some(before) = &mut self.paths.before
            && due(before)
            && !before.ask_again(data, now)
        {
            // It may yet be fallen back to.
            before.stop();
        }
    }

    fn random_data(&mut self) -> [u8; 8] {
        self.random.draw()
    }

    /// The new path does not answer: back to the one before.
    fn fall_back(&mut self, now: Instant) {
        let failed = self.paths.current.tuple;
        self.events.push_back(Event::PathFailed(failed));
        let Some(mut before) = self.paths.before.take() else { return };
        if let Some(path) = before.recovery.take() {
            self.recovery.migrate(*path, now);
        } else {
            std::mem::swap(&mut before.pmtud, &mut self.paths.current.pmtud);
            std::mem::swap(&mut before.number, &mut self.paths.current.number);
        }
        if let Some(sequence) = before.sequence.take() {
            self.paths.current.sequence = self.remote_ids.turn_to(sequence);
        }
        let tuple = before.tuple;
        let failed = std::mem::replace(&mut self.paths.current, *before);
        self.leave(Some(failed));
        self.events.push_back(Event::Migrated(tuple));
    }
}
