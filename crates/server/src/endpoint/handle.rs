//! A socket in other hands: messages from any thread, handed to the loop that has the socket.
//!
//! ```text
//!   any thread                      Line                       the socket's loop
//!     send(), close()   ──►  letters (bounded)  ──►  session ──► the wire
//!                       ──►  wake, with the first letter
//!                       ◄──  gone               ◄──  the socket is closed
//! ```
//!
//! Invariant: nobody waits: a letter that does not fit is refused, and its sender decides.
//!
//! Invariant: what one thread sends through a handle arrives in that order.

use super::Share;
use crate::{Hub, Key};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use websocket::{CloseCode, Message, Prepared};

/// Why a message was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The socket is closed, or somebody said goodbye.
    #[error("the socket is closed")]
    Gone,
    /// As much waits for the socket as [`Limits::reply_buffer`](crate::Limits::reply_buffer) lets:
    /// its peer is slower than its senders.
    #[error("too much waits for the socket")]
    Full,
}

/// What waits for a socket.
pub(crate) enum Letter {
    Message(Message),
    Prepared(Prepared),
    Close(CloseCode, String),
}

impl Letter {
    /// What it counts for: a letter without content costs memory too.
    fn weight(&self) -> usize {
        let content = match self {
            Self::Message(message) => message.len(),
            Self::Prepared(message) => message.payload().len(),
            Self::Close(_, reason) => reason.len(),
        };
        content + size_of::<Self>()
    }
}

#[derive(Default)]
struct State {
    letters: VecDeque<Letter>,
    weight: usize,
    /// Nothing that is said will be heard: the socket is gone, or goodbye is among the letters.
    closed: bool,
    /// The socket is gone for good.
    gone: bool,
    /// Where the socket is a member.
    groups: Vec<Arc<Share>>,
}

/// What a socket and its handles share.
pub(crate) struct Line {
    state: Mutex<State>,
    hub: Arc<Hub>,
    key: Key,
}

impl Line {
    pub(crate) fn new(hub: Arc<Hub>, key: Key) -> Self {
        Self { state: Mutex::default(), hub, key }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change below is whole before anything of it could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    pub(crate) fn key(&self) -> Key {
        self.key
    }

    /// The next letter.
    pub(crate) fn take(&self) -> Option<Letter> {
        let mut state = self.state();
        let letter = state.letters.pop_front()?;
        state.weight = state.weight.saturating_sub(letter.weight());
        Some(letter)
    }

    /// The socket is gone: it hears nothing any more and is a member of nothing.
    pub(crate) fn hang_up(&self) {
        let mut state = self.state();
        (state.closed, state.gone, state.weight) = (true, true, 0);
        let letters = std::mem::take(&mut state.letters);
        let groups = std::mem::take(&mut state.groups);
        // Dropped and left without the lock.
        drop(state);
        drop(letters);
        for share in groups {
            share.leave(self.key);
        }
    }

    fn push(&self, letter: Letter) -> Result<(), SendError> {
        let mut state = self.state();
        if state.closed {
            return Err(SendError::Gone);
        }
        let closes = matches!(letter, Letter::Close(..));
        if !closes && state.weight >= self.hub.limits.reply_buffer.max(1) {
            return Err(SendError::Full);
        }
        state.closed = closes;
        state.weight += letter.weight();
        let first = state.letters.is_empty();
        state.letters.push_back(letter);
        drop(state);
        // Whoever left the first letter has woken the loop or is about to.
        if first {
            self.hub.wake.wake(self.key);
        }
        Ok(())
    }

    /// Adds `share` to the groups that are left when the socket goes; answers whether it is there.
    pub(crate) fn enter(&self, share: impl FnOnce() -> Arc<Share>) -> bool {
        let mut state = self.state();
        if !state.gone {
            let share = share();
            if !state.groups.iter().any(|there| Arc::ptr_eq(there, &share)) {
                state.groups.push(share);
            }
        }
        !state.gone
    }

    /// Takes the socket out of the group that `share` is a part of.
    pub(crate) fn exit(&self, part_of: impl Fn(&Arc<Share>) -> bool) {
        let mut left = Vec::new();
        self.state().groups.retain(|share| {
            let stays = !part_of(share);
            if !stays {
                left.push(share.clone());
            }
            stays
        });
        for share in left {
            share.leave(self.key);
        }
    }
}

/// A hold of a socket that any thread may keep: cheap to clone, and no reason for the socket to
/// live on.
#[derive(Clone)]
pub struct SocketHandle {
    line: Arc<Line>,
}

impl SocketHandle {
    pub(crate) fn new(line: Arc<Line>) -> Self {
        Self { line }
    }

    pub(crate) fn line(&self) -> &Line {
        &self.line
    }

    /// Sends a message, behind those that wait already.
    ///
    /// # Errors
    /// [`SendError`]; nobody waits, on no thread.
    pub fn send(&self, message: Message) -> Result<(), SendError> {
        self.line.push(Letter::Message(message))
    }

    /// Sends a message that was framed once for many sockets.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_prepared(&self, message: &Prepared) -> Result<(), SendError> {
        self.line.push(Letter::Prepared(message.clone()))
    }

    /// Says goodbye, behind all that was sent, for the endpoint too: what the peer still says is
    /// not told. A code that must not be sent, or a reason that does not fit, becomes 1011 without
    /// a reason.
    ///
    /// # Errors
    /// [`SendError::Gone`] where somebody did so already.
    pub fn close(&self, code: CloseCode, reason: &str) -> Result<(), SendError> {
        self.line.push(Letter::Close(code, reason.into()))
    }

    /// Whether the socket is closed.
    pub fn is_gone(&self) -> bool {
        self.line.state().gone
    }
}

impl PartialEq for SocketHandle {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.line, &other.line)
    }
}

impl Eq for SocketHandle {}

impl std::fmt::Debug for SocketHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SocketHandle({:?})", self.line.key)
    }
}
