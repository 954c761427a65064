//! What other threads leave for a loop: finished work, new connections, the word to stop.

use super::socket::Arrival;
use crate::{Key, Share, Wake};
use sockets::Waker;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A message to a loop.
pub(crate) enum Mail {
    /// This connection has something to do.
    Touched(Key),
    /// Something was said to a group that has members here.
    Said(Arc<Share>),
    /// A connection that another loop accepted for this one.
    Accepted(Arrival),
    /// Finish what is under way and end.
    Stop,
}

/// A loop's letter box. The loop is woken by the first letter only; it empties the box when it
/// wakes. Whoever finds the box not empty may go: the first one has woken the loop or is about to.
pub(crate) struct Mailbox {
    letters: Mutex<Letters>,
    waker: Waker,
}

#[derive(Default)]
struct Letters {
    waiting: Vec<Mail>,
    /// Nobody reads any more: a connection that is left here would never be closed.
    closed: bool,
}

impl Mailbox {
    pub(crate) fn new(waker: Waker) -> Self {
        Self { letters: Mutex::default(), waker }
    }

    fn letters(&self) -> MutexGuard<'_, Letters> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn post(&self, mail: Mail) {
        let mut letters = self.letters();
        if letters.closed {
            return;
        }
        let first = letters.waiting.is_empty();
        letters.waiting.push(mail);
        drop(letters);
        if first {
            self.waker.wake();
        }
    }

    /// Takes all letters; `into` is empty and lends its memory.
    pub(crate) fn collect(&self, into: &mut Vec<Mail>) {
        std::mem::swap(&mut self.letters().waiting, into);
    }

    /// The loop has ended: what is here and what still comes is dropped.
    pub(crate) fn close(&self) {
        let mut letters = self.letters();
        letters.closed = true;
        let left = std::mem::take(&mut letters.waiting);
        drop(letters);
        drop(left);
    }
}

impl Wake for Mailbox {
    fn wake(&self, key: Key) {
        self.post(Mail::Touched(key));
    }

    fn wake_group(&self, share: Arc<Share>) {
        self.post(Mail::Said(share));
    }
}
