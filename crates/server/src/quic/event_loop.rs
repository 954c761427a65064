//! One socket, many connections: wait, take what came, let the application speak, send.
//!
//! ```text
//!   wait ──► receive ──► timers ──► letters ──► each touched connection: events, settle ──┐
//!    ▲                                                                                    │
//!    └────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Invariant: a turn takes what one call brings, so that acknowledgments go out while the next
//! datagrams come in, and timers are never late by more than that.

use super::{Application, STOPPED, Word};
use crate::{Key, Share, Wake, handler::contained};
use port::{Port, Stray};
use quic::{Handle, endpoint::Identifiers, token::TokenKey};
use sockets::{Events, Interest, Poller, Token, Waker};
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tls::Moment;

/// Letters that wait at the most: datagrams that come faster are lost, as datagrams are.
const MOST_LETTERS: usize = 4096;

/// What others leave for a loop.
pub(super) enum Letter {
    /// A datagram of one of its connections.
    Stray(Stray),
    /// For the application.
    Word(Word),
    /// Close everything and end.
    Stop,
}

/// A loop's letter box.
pub(super) struct Letters {
    waiting: Mutex<Vec<Letter>>,
    waker: Waker,
}

impl Letters {
    pub(super) fn new(waker: Waker) -> Self {
        Self { waiting: Mutex::default(), waker }
    }

    pub(super) fn post(&self, letter: Letter) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST_LETTERS && matches!(letter, Letter::Stray(_)) {
            return;
        }
        let first = waiting.is_empty();
        waiting.push(letter);
        drop(waiting);
        // Whoever left the first one has woken the loop, or is about to.
        if first {
            self.waker.wake();
        }
    }

    fn take(&self) -> Vec<Letter> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Wake for Letters {
    fn wake(&self, key: Key) {
        self.post(Letter::Word(Word::Touched(key)));
    }

    fn wake_group(&self, share: Arc<Share>) {
        self.post(Letter::Word(Word::Said(share)));
    }
}

pub(super) struct EventLoop {
    turn: u8,
    port: Port,
    poller: Poller,
    /// Of all loops of this port, ours among them.
    letters: Vec<Arc<Letters>>,
    key: Arc<TokenKey>,
    application: Box<dyn Application>,
    grace: Duration,
    /// Set by a stop: when whoever is still here is cut off.
    stopping: Option<Instant>,
    interest: Interest,
}

impl EventLoop {
    pub(super) fn new(
        turn: u8,
        port: Port,
        poller: Poller,
        letters: Vec<Arc<Letters>>,
        key: Arc<TokenKey>,
        application: Box<dyn Application>,
        grace: Duration,
    ) -> Self {
        let (stopping, interest) = (None, Interest::READ);
        Self { turn, port, poller, letters, key, application, grace, stopping, interest }
    }

    /// Runs until a stop is asked for and the last connection has ended, or its grace has.
    pub(super) fn run(mut self) -> io::Result<()> {
        self.poller.add(&self.port, Token(0), self.interest)?;
        crate::exchange::enter_loop();
        let (mut events, mut touched) = (Events::with_capacity(4), Vec::new());
        while !self.has_ended() {
            let due = [self.port.next_timeout(), self.application.next_timeout(), self.stopping];
            let wake = due.into_iter().flatten().min();
            let patience = wake.map(|wake| wake.saturating_duration_since(Instant::now()));
            self.poller.wait(&mut events, patience)?;
            let now = port::moment();
            if events.iter().any(|event| event.writable) {
                self.port.unblock();
            }
            if events.iter().any(|event| event.readable) {
                self.receive(now)?;
            }
            self.port.expire(now.instant);
            let words = if events.woken() { self.read_letters(now) } else { Vec::new() };
            self.application.turn(now, words, &mut touched);
            touched.drain(..).for_each(|handle| self.port.touch(handle));
            self.port.take_touched(&mut touched);
            for handle in touched.drain(..) {
                self.attend(handle, now);
            }
            let wanted = if self.port.is_blocked() { Interest::BOTH } else { Interest::READ };
            if wanted != self.interest {
                self.poller.modify(&self.port, Token(0), wanted)?;
                self.interest = wanted;
            }
        }
        Ok(())
    }

    fn has_ended(&mut self) -> bool {
        let Some(until) = self.stopping else { return false };
        until <= Instant::now() || self.port.endpoint().is_empty()
    }

    fn receive(&mut self, now: Moment) -> io::Result<()> {
        let Self { turn, port, letters, key, .. } = self;
        let loops = letters.len();
        let mut whose = |id: &[u8]| {
            // One loop has no neighbours, and hashes nothing.
            let other = (loops > 1).then(|| Identifiers::turn_of(key, id)).flatten()?;
            (other != *turn && usize::from(other) < loops).then_some(other)
        };
        let mut hand = |other: u8, stray| {
            if let Some(letters) = letters.get(usize::from(other)) {
                letters.post(Letter::Stray(stray));
            }
        };
        port.receive(now, &mut whose, &mut hand)
    }

    /// Answers what is the application's.
    fn read_letters(&mut self, now: Moment) -> Vec<Word> {
        let mut words = Vec::new();
        let Some(letters) = self.letters.get(usize::from(self.turn)) else { return words };
        for letter in letters.take() {
            match letter {
                Letter::Stray(mut stray) => {
                    self.port.take(stray.path, stray.ecn, &mut stray.octets, now);
                }
                Letter::Word(word) => words.push(word),
                Letter::Stop => self.begin_stop(now),
            }
        }
        words
    }

    fn begin_stop(&mut self, now: Moment) {
        self.stopping.get_or_insert(now.instant + self.grace);
        let handles: Vec<Handle> = self.port.endpoint().handles().collect();
        for handle in handles {
            if let Some(connection) = self.port.get_mut(handle) {
                self.application.stop(handle, connection);
            }
            self.port.touch(handle);
        }
    }

    /// Tells the application what happened, and the peer what it says.
    fn attend(&mut self, handle: Handle, now: Moment) {
        let Self { port, application, .. } = self;
        let whole = contained(|| {
            while let Some(connection) = port.get_mut(handle)
                && let Some(event) = connection.poll_event()
            {
                application.event(handle, connection, event);
            }
            if let Some(connection) = port.get_mut(handle) {
                application.settle(handle, connection);
            }
        });
        if !whole && let Some(connection) = port.get_mut(handle) {
            // A bug of the application's costs this connection and no other.
            connection.close(STOPPED, b"internal error");
        }
        if !port.settle(handle, now) {
            application.gone(handle);
        }
    }
}
