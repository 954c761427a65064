//! Events that are born on the server, and those who wait for them there.
//!
//! ```text
//!   publish ──► born: 0 1 2 3 ──► each listener: an answer kept back, a stream, a socket
//! ```
//!
//! Invariant: a listener hears each event from its first on, in order, once.
//!
//! Invariant: listeners are told outside of the lock, so that a slow one keeps nobody from asking.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Somebody on the server who hands events on.
pub(super) trait Listener: Send {
    /// Takes these events; answers whether it waits for more.
    fn tell(&mut self, events: &[String]) -> bool;
    /// There will be no more.
    fn end(self: Box<Self>);
}

/// The events of one run.
#[derive(Clone)]
pub(super) struct Feed(Arc<Inner>);

struct Inner {
    texts: Vec<String>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    births: Vec<Instant>,
    listeners: Vec<Box<dyn Listener>>,
    /// How many events the client says it has.
    arrived: usize,
    given_up: bool,
}

impl Feed {
    pub(super) fn new(texts: Vec<String>) -> Self {
        Self(Arc::new(Inner { texts, state: Mutex::default(), changed: Condvar::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there will be.
    pub(super) fn len(&self) -> usize {
        self.0.texts.len()
    }

    /// The events behind the first `after` that were born.
    pub(super) fn since(&self, after: usize) -> &[String] {
        let born = self.state().births.len();
        self.0.texts.get(after..born).unwrap_or_default()
    }

    /// What event `number` says, born or not.
    pub(super) fn text(&self, number: usize) -> Option<&str> {
        self.0.texts.get(number).map(String::as_str)
    }

    /// When event `number` was born.
    pub(super) fn birth(&self, number: usize) -> Option<Instant> {
        self.state().births.get(number).copied()
    }

    /// The next event is born, and whoever waits is told.
    pub(super) fn publish(&self) {
        let (mut listeners, number) = {
            let mut state = self.state();
            let number = state.births.len();
            state.births.push(Instant::now());
            (std::mem::take(&mut state.listeners), number)
        };
        let event = self.0.texts.get(number..=number).unwrap_or_default();
        listeners.retain_mut(|listener| listener.tell(event));
        // Whoever came meanwhile has heard of this event already.
        self.state().listeners.append(&mut listeners);
        self.0.changed.notify_all();
    }

    /// Lets `listener` hear all events behind the first `after`.
    pub(super) fn listen(&self, after: usize, mut listener: Box<dyn Listener>) {
        let mut state = self.state();
        let born = state.births.len();
        let events = self.0.texts.get(after..born).unwrap_or_default();
        if events.is_empty() || listener.tell(events) {
            state.listeners.push(listener);
            self.0.changed.notify_all();
        }
    }

    /// The client has the first `count` events.
    pub(super) fn arrived(&self, count: usize) {
        self.state().arrived = count;
        self.0.changed.notify_all();
    }

    /// Waits until somebody listens and has all that was born. False if the client gave up.
    pub(super) fn turn(&self) -> bool {
        let ready = |state: &mut State| {
            let told = state.arrived == state.births.len();
            !(state.given_up || told && !state.listeners.is_empty())
        };
        let state = self.state();
        !self.0.changed.wait_while(state, ready).unwrap_or_else(PoisonError::into_inner).given_up
    }

    /// Waits until `moment`. False if the client gave up before.
    pub(super) fn until(&self, moment: Instant) -> bool {
        let mut state = self.state();
        loop {
            let left = moment.saturating_duration_since(Instant::now());
            if state.given_up || left == Duration::ZERO {
                return !state.given_up;
            }
            let waited = self.0.changed.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The client wants no more.
    pub(super) fn give_up(&self) {
        self.state().given_up = true;
        self.0.changed.notify_all();
    }

    /// Tells every listener that there will be no more.
    pub(super) fn end(&self) {
        let listeners = std::mem::take(&mut self.state().listeners);
        for listener in listeners {
            listener.end();
        }
    }
}
