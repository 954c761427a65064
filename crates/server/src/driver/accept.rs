//! New connections: taken from the listeners, made non-blocking, handed on.
//!
//! | `accept` says                  | because                    | then                |
//! |--------------------------------|----------------------------|---------------------|
//! | a socket                       | somebody connected         | a loop gets it      |
//! | would block                    | the queue is empty         | wait for the poller |
//! | aborted, reset, interrupted    | that one died in the queue | the next one        |
//! | anything else: `EMFILE` mostly | no descriptor, no memory   | pause for 100 ms    |
//!
//! Why a pause: the listener stays readable, since nothing was taken from its queue, and a poller
//! that is level-triggered would report it at once, again and again, at the price of a whole core,
//! just when the machine is short of everything.

use super::{
    event_loop::LISTENERS,
    socket::{Arrival, Listener},
};
use crate::core::Moment;
use sockets::{Interest, Poller, Token};
use std::{
    io,
    time::{Duration, Instant},
};

/// The listeners of a loop; only the first loop has any and deals connections out to the others, so
/// that all get the same share.
#[derive(Default)]
pub(super) struct Acceptor {
    listeners: Vec<Listener>,
    /// Descriptors have run out; a listener that stays readable would keep us spinning.
    paused_until: Option<Instant>,
}

impl Acceptor {
    pub(super) fn new(listeners: Vec<Listener>) -> Self {
        Self { listeners, paused_until: None }
    }

    pub(super) fn register(&self, poller: &Poller) -> io::Result<()> {
        for (token, listener) in (LISTENERS..).zip(&self.listeners) {
            poller.add(listener, Token(token), Interest::READ)?;
        }
        Ok(())
    }

    /// The next new connection, ready for a loop.
    pub(super) fn accept(
        &mut self,
        token: u64,
        poller: &Poller,
        moment: &Moment,
    ) -> Option<Arrival> {
        let index = usize::try_from(token - LISTENERS).ok()?;
        loop {
            match self.listeners.get(index)?.accept() {
                Ok(accepted) => return Some(accepted),
                Err(error) if is_of_that_connection(&error) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                Err(_) => {
                    self.pause(poller, moment);
                    return None;
                }
            }
        }
    }

    /// Stops listening to the listeners for a moment. Connections wait in the kernel's queue.
    fn pause(&mut self, poller: &Poller, moment: &Moment) {
        for (token, listener) in (LISTENERS..).zip(&self.listeners) {
            let _ = poller.modify(listener, Token(token), Interest::NONE);
        }
        self.paused_until = Some(moment.now + Duration::from_millis(100));
    }

    /// When to try again.
    pub(super) fn resumes(&self) -> Option<Instant> {
        self.paused_until
    }

    pub(super) fn resume(&mut self, poller: &Poller, moment: &Moment) {
        if self.paused_until.is_some_and(|until| until <= moment.now) {
            self.paused_until = None;
            for (token, listener) in (LISTENERS..).zip(&self.listeners) {
                let _ = poller.modify(listener, Token(token), Interest::READ);
            }
        }
    }

    /// Closes the listeners: from now on connections are refused by the kernel.
    pub(super) fn close(&mut self, poller: &Poller) {
        for listener in self.listeners.drain(..) {
            let _ = poller.remove(&listener);
        }
        self.paused_until = None;
    }
}

/// A connection that died in the queue says nothing about the next one.
fn is_of_that_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}
