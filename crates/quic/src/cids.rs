//! Connection IDs: ours, by which datagrams find us, and the peer's, by which we find it.
//!
//! RFC 9000 §5.1, §19.15, §19.16
//!
//! ```text
//!   sequence     0   1   2   3   4   5
//!   ours         -   -   ✓   ✓   ✓           ✓ issued, - retired by the peer
//!   the peer's   -   ✓   ✓                   ✓ in use, one for each path; - retired
//!                    ▲ retire prior to: whatever is below must go
//! ```
//!
//! The type of an identifier is a parameter here, for nothing in these rules looks inside.
//!
//! Invariant: of the peer's, at most as many are kept as we allow, and at most [`RETIRING`] wait to
//! be retired, so that a peer cannot make us remember for it.
//!
//! Used by: the connection; the endpoint learns from it which identifiers lead where.

use crate::error::Error;
use std::collections::VecDeque;

/// Retired identifiers whose RETIRE_CONNECTION_ID is not acknowledged yet; a peer that makes more
/// of them is cut off, as §5.1.2 permits.
pub const RETIRING: usize = 64;

/// Identifiers of ours that the peer may have at once, whatever it allows: more do not help it.
pub const ISSUED: u64 = 8;

/// A NEW_CONNECTION_ID's contents, ours or the peer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issued<C> {
    /// Its number, from 0 up.
    pub sequence: u64,
    /// The identifier.
    pub id: C,
    /// The stateless reset token that goes with it; of the handshake's own there may be none.
    pub token: Option<[u8; 16]>,
}

/// The identifiers that we issued.
#[derive(Debug)]
pub struct LocalIds<C> {
    active: VecDeque<Issued<C>>,
    next: u64,
    /// How many the peer lets us issue.
    allowed: u64,
    retire_prior_to: u64,
    /// Sequence numbers whose NEW_CONNECTION_ID waits to be sent.
    waiting: VecDeque<u64>,
    /// Those that the peer is known to have.
    known: Vec<u64>,
}

impl<C: Copy + Eq> LocalIds<C> {
    /// Of a connection whose handshake uses `id`, which has number 0.
    pub fn new(id: C, token: Option<[u8; 16]>) -> Self {
        let active = VecDeque::from([Issued { sequence: 0, id, token }]);
        // Until the peer's parameters are known, the one it has is all there is.
        let (waiting, known) = (VecDeque::new(), Vec::new());
        Self { active, next: 1, allowed: 1, retire_prior_to: 0, waiting, known }
    }

    /// The peer's `active_connection_id_limit`, which is 2 at least.
    pub fn set_allowed(&mut self, limit: u64) {
        self.allowed = limit.clamp(2, ISSUED);
    }

    /// The preferred address brings number 1 with it (RFC 9000 §5.1.1); told before any other is
    /// issued.
    pub fn issue_preferred(&mut self, id: C, token: [u8; 16]) {
        if self.next == 1 {
            self.active.push_back(Issued { sequence: 1, id, token: Some(token) });
            self.next = 2;
        }
    }

    /// How many more should be made and given to [`issue`](Self::issue).
    pub fn wanted(&self) -> u64 {
        let live = self.active.iter().filter(|issued| issued.sequence >= self.retire_prior_to);
        self.allowed.saturating_sub(live.count() as u64)
    }

    /// A new one, which waits to be sent from now on; datagrams with it are ours at once.
    pub fn issue(&mut self, id: C, token: [u8; 16]) -> u64 {
        let sequence = self.next;
        self.next += 1;
        self.active.push_back(Issued { sequence, id, token: Some(token) });
        self.waiting.push_back(sequence);
        sequence
    }

    /// The next NEW_CONNECTION_ID's contents, and its Retire Prior To.
    pub fn poll(&mut self) -> Option<(Issued<C>, u64)> {
        while let Some(sequence) = self.waiting.pop_front() {
            if let Some(issued) = self.active.iter().find(|issued| issued.sequence == sequence) {
                return Some((*issued, self.retire_prior_to));
            }
        }
        None
    }

    /// Whether a NEW_CONNECTION_ID waits.
    pub fn is_pending(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The NEW_CONNECTION_ID with this number was acknowledged: copies of it are of no use.
    pub fn on_acked(&mut self, sequence: u64) {
        let live = self.active.iter().any(|issued| issued.sequence == sequence);
        if live && !self.known.contains(&sequence) {
            self.known.push(sequence);
            self.waiting.retain(|waits| *waits != sequence);
        }
    }

    /// The NEW_CONNECTION_ID with this number was lost.
    pub fn on_lost(&mut self, sequence: u64) {
        let live = self.active.iter().any(|issued| issued.sequence == sequence);
        let known = self.known.contains(&sequence);
        if live && !known && !self.waiting.contains(&sequence) {
            self.waiting.push_back(sequence);
        }
    }

    // ANCHOR: retire
    /// RETIRE_CONNECTION_ID came, in a packet that was sent to `used`. Answers the identifier that
    /// leads nowhere from now on.
    ///
    /// # Errors
    /// [`Error::RetireOfUnknown`] where it was never issued, or is the one that the packet used.
    pub fn on_retire(&mut self, sequence: u64, used: &C) -> Result<Option<C>, Error> {
        if sequence >= self.next {
            return Err(Error::RetireOfUnknown { sequence });
        }
        let found = self.active.iter().position(|issued| issued.sequence == sequence);
        let Some(at) = found else { return Ok(None) };
        if self.active.get(at).is_some_and(|issued| issued.id == *used) {
            return Err(Error::RetireOfUnknown { sequence });
        }
        self.waiting.retain(|waits| *waits != sequence);
        self.known.retain(|known| *known != sequence);
        Ok(self.active.remove(at).map(|issued| issued.id))
    }
    // ANCHOR_END: retire

    /// Asks the peer to retire all that were issued so far; new ones are wanted now. `false` where
    /// it has not yet done so when it was asked last (§5.1.2): then nothing changes.
    pub fn retire_all(&mut self) -> bool {
        let old = |issued: &Issued<C>| issued.sequence < self.retire_prior_to;
        let done = !self.active.iter().any(old);
        if done {
            self.retire_prior_to = self.next;
        }
        done
    }

    /// Those that lead to us.
    pub fn iter(&self) -> impl Iterator<Item = &Issued<C>> {
        self.active.iter()
    }
}

/// The identifiers that the peer issued.
#[derive(Debug)]
pub struct RemoteIds<C> {
    /// Those that may be used, ascending.
    active: Vec<Issued<C>>,
    retire_prior_to: u64,
    /// Our `active_connection_id_limit`.
    limit: u64,
    /// Retired ones: RETIRE_CONNECTION_ID waits to be sent (`true`), or to be acknowledged.
    retiring: VecDeque<(u64, bool)>,
    current: u64,
}

impl<C: Copy + Eq> RemoteIds<C> {
    /// Of a connection whose handshake uses `id` for the peer; we allow `limit` at once, 2 at
    /// least.
    pub fn new(id: C, limit: u64) -> Self {
        Self {
            active: vec![Issued { sequence: 0, id, token: None }],
            retire_prior_to: 0,
            limit: limit.max(2),
            retiring: VecDeque::new(),
            current: 0,
        }
    }

    /// The one to send to now; `None` where the peer made us retire every one it gave.
    pub fn current(&self) -> Option<&Issued<C>> {
        self.active.iter().find(|issued| issued.sequence == self.current)
    }

    /// The server has chosen its own identifier in the handshake, or by a Retry: number 0 is
    /// another.
    pub fn replace_first(&mut self, id: C) {
        if let Some(first) = self.active.iter_mut().find(|issued| issued.sequence == 0) {
            first.id = id;
        }
    }

    /// The token of number 0, from the server's transport parameters.
    pub fn set_first_token(&mut self, token: [u8; 16]) {
        if let Some(first) = self.active.iter_mut().find(|issued| issued.sequence == 0) {
            first.token = Some(token);
        }
    }

    // ANCHOR: issued
    /// A NEW_CONNECTION_ID came, or a preferred address with number 1. Answers whether the current
    /// one had to be given up for another.
    ///
    /// # Errors
    /// [`Error::ConnectionIdReused`] where it contradicts an earlier one,
    /// [`Error::ConnectionIdLimit`] where there are more than we allow, or more to retire than we
    /// remember. That Retire Prior To is not above the number is checked where the frame is read.
    pub fn on_issued(&mut self, new: Issued<C>, retire_prior_to: u64) -> Result<bool, Error> {
        // What we retire ourselves, since the peer moves about, counts too.
        if self.retiring.len() >= RETIRING {
            return Err(Error::ConnectionIdLimit { limit: self.limit });
        }
        let reused = Error::ConnectionIdReused { sequence: new.sequence };
        for old in &self.active {
            let same = old.sequence == new.sequence;
            if same != (old.id == new.id)
                || (same && old.token.is_some_and(|_| old.token != new.token))
            {
                return Err(reused);
            }
            if !same && old.token.is_some() && old.token == new.token {
                return Err(reused);
            }
        }
        self.retire_prior_to = self.retire_prior_to.max(retire_prior_to);
        let known = self.active.iter().any(|old| old.sequence == new.sequence)
            || self.retiring.iter().any(|(sequence, _)| *sequence == new.sequence);
        if !known && new.sequence < self.retire_prior_to {
            // It came late: it is retired before it was used. One that was retired long ago and
            // acknowledged is retired once more, which does no harm.
            self.retire_later(new.sequence)?;
        } else if !known {
            let at = self.active.partition_point(|old| old.sequence < new.sequence);
            self.active.insert(at, new);
        }
        self.retire_old()
    }
    // ANCHOR_END: issued

    fn retire_old(&mut self) -> Result<bool, Error> {
        let floor = self.retire_prior_to;
        let old = self.active.partition_point(|issued| issued.sequence < floor);
        for issued in self.active.drain(..old).collect::<Vec<_>>() {
            self.retire_later(issued.sequence)?;
        }
        if self.active.len() as u64 > self.limit {
            return Err(Error::ConnectionIdLimit { limit: self.limit });
        }
        if self.current().is_some() {
            return Ok(false);
        }
        if let Some(next) = self.active.first() {
            self.current = next.sequence;
        }
        Ok(true)
    }

    fn retire_later(&mut self, sequence: u64) -> Result<(), Error> {
        if self.retiring.len() >= RETIRING {
            return Err(Error::ConnectionIdLimit { limit: self.limit });
        }
        self.retiring.push_back((sequence, true));
        Ok(())
    }

    /// How many there are beside the current one: a path needs one of its own.
    pub fn spare(&self) -> usize {
        self.active.len().saturating_sub(1)
    }

    /// The first that is not the current one, for a path to be probed; it stays where it is.
    pub fn peek_spare(&self) -> Option<&Issued<C>> {
        self.active.iter().find(|issued| issued.sequence != self.current)
    }

    /// Goes on with the next one, and retires the one before: a path is left for another. `None`
    /// where there is no other, and then nothing changes.
    pub fn rotate(&mut self) -> Option<&Issued<C>> {
        let next = self.peek_spare()?.sequence;
        self.switch(next)
    }

    /// Goes on with this one, and retires the one before.
    pub fn switch(&mut self, sequence: u64) -> Option<&Issued<C>> {
        self.active.iter().find(|issued| issued.sequence == sequence)?;
        if let Some(before) = self.turn_to(sequence) {
            self.retire(before);
        }
        self.current()
    }

    /// Goes on with this one, and answers the number of the one before, which is still to be used
    /// on another path, or to be retired. `None` where nothing changes.
    pub fn turn_to(&mut self, sequence: u64) -> Option<u64> {
        let found = self.active.iter().any(|issued| issued.sequence == sequence);
        if !found || sequence == self.current {
            return None;
        }
        Some(std::mem::replace(&mut self.current, sequence))
    }

    /// Gives up one that is not the current one: its path is not used any more.
    pub fn retire(&mut self, sequence: u64) {
        let found = self.active.iter().position(|issued| issued.sequence == sequence);
        if let Some(at) = found.filter(|_| sequence != self.current) {
            self.active.remove(at);
            // Ours to bound: there are never more active ones than the limit.
            self.retiring.push_back((sequence, true));
        }
    }

    /// The next RETIRE_CONNECTION_ID's number.
    pub fn poll_retire(&mut self) -> Option<u64> {
        let (sequence, waits) = self.retiring.iter_mut().find(|(_, waits)| *waits)?;
        *waits = false;
        Some(*sequence)
    }

    /// How many retired ones are not acknowledged as such.
    pub fn retiring(&self) -> usize {
        self.retiring.len()
    }

    /// Whether a RETIRE_CONNECTION_ID waits.
    pub fn is_retire_pending(&self) -> bool {
        self.retiring.iter().any(|(_, waits)| *waits)
    }

    /// The RETIRE_CONNECTION_ID with this number was acknowledged.
    pub fn on_retire_acked(&mut self, sequence: u64) {
        self.retiring.retain(|(at, _)| *at != sequence);
    }

    /// The RETIRE_CONNECTION_ID with this number was lost.
    pub fn on_retire_lost(&mut self, sequence: u64) {
        if let Some((_, waits)) = self.retiring.iter_mut().find(|(at, _)| *at == sequence) {
            *waits = true;
        }
    }

    /// Those that may be used, ascending.
    pub fn iter(&self) -> impl Iterator<Item = &Issued<C>> {
        self.active.iter()
    }

    /// Whether a datagram that ends so is a stateless reset (§10.3.1), of an identifier that was
    /// `used`: compared without telling by the time how much was right.
    pub fn is_reset(&self, last: &[u8; 16], used: impl Fn(u64) -> bool) -> bool {
        let equal = |token: &[u8; 16]| {
            token.iter().zip(last).fold(0, |sum, (ours, theirs)| sum | (ours ^ theirs)) == 0
        };
        // All are compared, the first that fits or not.
        let fits = |issued: &Issued<C>| usize::from(issued.token.as_ref().is_some_and(equal));
        let used = self.active.iter().filter(|issued| used(issued.sequence));
        used.map(fits).sum::<usize>() > 0
    }
}
