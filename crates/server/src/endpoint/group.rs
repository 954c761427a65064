//! Many sockets that hear the same: one message, framed once, one letter to each loop.
//!
//! ```text
//!                        ┌─ Share of loop 0 ── members ──► slot, slot, slot …   a reference each
//!   Group::send(&m) ─────┤     said: m
//!                        └─ Share of loop 1 ── members ──► slot, slot, slot …
//!                              said: m          one wake for each loop, whatever is said meanwhile
//! ```
//!
//! A loop takes what was said, puts a reference to the frame's octets into the output of each of
//! its members (a small frame's octets themselves), and writes. With compression the frame is
//! compressed once, too. A member whose output is over its bound ([`websocket::Limits::output`]) is
//! cut off: it could only be given less than the others, and would not know.
//!
//! Invariant: whoever joins before a message is sent gets it, whoever joins behind it does not, and
//! all get messages in the same order. Between a group's messages and those of a
//! [`SocketHandle`] there is no order.
//!
//! Invariant: nobody waits for a member: neither the sender nor the other members.

use super::SocketHandle;
use crate::{Hub, Key};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use websocket::Prepared;

/// A loop has not caught up with what was said before: more is said than can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the group's loops have not caught up with what was said")]
pub struct Crowded;

/// Sockets that are spoken to together, over all loops of a server. Cheap to clone.
#[derive(Clone, Default)]
pub struct Group {
    shares: Arc<Mutex<Vec<Arc<Share>>>>,
}

/// The members of a group that live on one loop.
pub struct Share {
    hub: Arc<Hub>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Each with the number of the first message that it gets.
    members: BTreeMap<Key, u64>,
    /// What the loop has not taken yet.
    said: Vec<Prepared>,
    weight: usize,
    /// The number of the next message.
    next: u64,
}

/// What a loop [takes](Share::take): messages, and one by one the members that get them.
pub struct Said {
    messages: Vec<Prepared>,
    first: u64,
    members: std::collections::btree_map::IntoIter<Key, u64>,
}

impl Group {
    /// A group of nobody.
    pub fn new() -> Self {
        Self::default()
    }

    fn shares(&self) -> MutexGuard<'_, Vec<Arc<Share>>> {
        self.shares.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a socket a member, until it [leaves](Self::leave) or is gone. Answers whether it was
    /// still there; to join twice is to join once.
    pub fn join(&self, socket: &SocketHandle) -> bool {
        let line = socket.line();
        // Under the socket's lock, so that a socket that goes meanwhile leaves again.
        line.enter(|| {
            let mut shares = self.shares();
            let of_loop = |share: &&Arc<Share>| Arc::ptr_eq(&share.hub, line.hub());
            let share = match shares.iter().find(of_loop) {
                Some(share) => share.clone(),
                None => {
                    // Loops of servers that have ended leave empty shares behind.
                    shares.retain(|share| !share.state().members.is_empty());
                    let state = Mutex::default();
                    let share = Arc::new(Share { hub: line.hub().clone(), state });
                    shares.push(share.clone());
                    share
                }
            };
            share.join(line.key());
            share
        })
    }

    /// Takes a socket out.
    pub fn leave(&self, socket: &SocketHandle) {
        let shares = self.shares().clone();
        socket.line().exit(|share| shares.iter().any(|there| Arc::ptr_eq(there, share)));
    }

    // ANCHOR: send
    /// Says `message` to all members. It is on its way when this returns, and nobody is waited for.
    ///
    /// # Errors
    /// [`Crowded`] when [`Limits::group_buffer`](crate::Limits::group_buffer) is said and not taken
    /// by a loop yet; then nobody gets the message.
    pub fn send(&self, message: &Prepared) -> Result<(), Crowded> {
        // Held throughout, so that two senders' messages have one order on all loops.
        let shares = self.shares();
        if shares.iter().any(|share| share.is_crowded()) {
            return Err(Crowded);
        }
        for share in shares.iter() {
            if share.say(message) {
                share.hub.wake.wake_group(share.clone());
            }
        }
        Ok(())
    }
    // ANCHOR_END: send

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.shares().iter().map(|share| share.state().members.len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Share {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn join(&self, key: Key) {
        let mut state = self.state();
        let next = state.next;
        state.members.entry(key).or_insert(next);
    }

    pub(crate) fn leave(&self, key: Key) {
        let mut state = self.state();
        state.members.remove(&key);
        if state.members.is_empty() {
            // For nobody. The loop may have ended, and would leave it here to crowd the group.
            (state.said, state.weight) = (Vec::new(), 0);
        }
    }

    fn is_crowded(&self) -> bool {
        self.state().weight >= self.hub.limits.group_buffer.max(1)
    }

    /// Adds a message; answers whether the loop must be told.
    fn say(&self, message: &Prepared) -> bool {
        let mut state = self.state();
        if state.members.is_empty() {
            return false;
        }
        state.next += 1;
        state.weight += message.payload().len() + size_of::<Prepared>();
        state.said.push(message.clone());
        state.said.len() == 1
    }

    /// Takes all that was said, for the loop that was [woken](crate::Wake::wake_group).
    pub fn take(&self) -> Said {
        let mut state = self.state();
        state.weight = 0;
        let messages = std::mem::take(&mut state.said);
        let first = state.next - messages.len() as u64;
        Said { messages, first, members: state.members.clone().into_iter() }
    }
}

impl Said {
    /// The next member, and the messages for it: all but those from before its time.
    pub fn next_member(&mut self) -> Option<(Key, &[Prepared])> {
        let (key, since) = self.members.next()?;
        let before = usize::try_from(since.saturating_sub(self.first)).unwrap_or(usize::MAX);
        Some((key, self.messages.get(before..).unwrap_or_default()))
    }
}
