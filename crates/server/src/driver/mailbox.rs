//! What other threads leave for a loop: finished work, new connections, the word to stop.

use super::socket::Socket;
use crate::{Key, Peer, Wake};
use sockets::Waker;
use std::sync::{Mutex, PoisonError};

/// A message to a loop.
pub(crate) enum Mail {
    /// This connection has something to do.
    Touched(Key),
    /// A connection that another loop accepted for this one.
    Accepted(Socket, Peer),
    /// Finish what is under way and end.
    Stop,
}

/// A loop's letter box. The loop is woken by the first letter only; it empties the box when it
/// wakes.
pub(crate) struct Mailbox {
    letters: Mutex<Vec<Mail>>,
    waker: Waker,
}

impl Mailbox {
    pub(crate) fn new(waker: Waker) -> Self {
        Self { letters: Mutex::new(Vec::new()), waker }
    }

    pub(crate) fn post(&self, mail: Mail) {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        let first = letters.is_empty();
        letters.push(mail);
        drop(letters);
        if first {
            self.waker.wake();
        }
    }

    /// Takes all letters; `into` is empty and lends its memory.
    pub(crate) fn collect(&self, into: &mut Vec<Mail>) {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut *letters, into);
    }
}

impl Wake for Mailbox {
    fn wake(&self, key: Key) {
        self.post(Mail::Touched(key));
    }
}
