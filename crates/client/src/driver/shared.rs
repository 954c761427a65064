//! Whether an origin's requests share one connection, and who finds out.
//!
//! RFC 9113 §3.2 to §3.4, §9.1; RFC 9114 §3.1, §3.3
//!
//! ```text
//!   first request ──► connects, and asks by ALPN ──┬─ h2 ───────► all share this connection
//!   others ─────────► wait for what it finds ──────┴─ http/1.1 ─► each takes one of its own
//! ```
//!
//! Invariant: at most one thread connects in order to find out; where it fails, the next one tries.
//!
//! Users: [`super::pool`].

use super::{
    connection::{Connection, Waits},
    multiplex::{Connected, ConnectedQuic, Driver, Http2Options, Line},
    reach::{Reached, Reacher},
};
use crate::{Error, core::timeouts::Phase};
use http::Version;
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use wire::trace::Trace;

/// What is known of an origin.
#[derive(Debug, Default)]
enum Known {
    #[default]
    Nothing,
    /// Somebody is finding out.
    Asked,
    /// HTTP/1.1: one request at a time on a connection.
    Alone,
    Shared(Arc<Line>),
}

/// The connection that an origin's requests share.
#[derive(Debug)]
pub(super) struct Shared {
    known: Mutex<Known>,
    settled: Condvar,
    driver: Arc<Driver>,
    options: Http2Options,
    idle_time: Duration,
}

/// What the next request does.
pub(super) enum Turn<'a> {
    Take(Arc<Line>),
    Alone,
    /// It finds out.
    Ask(Asking<'a>),
}

/// The one who finds out. Where it goes without an answer, the next one asks.
pub(super) struct Asking<'a> {
    shared: &'a Shared,
    answered: bool,
}

impl Shared {
    pub(super) fn new(driver: Arc<Driver>, options: Http2Options, idle_time: Duration) -> Self {
        let (known, settled) = Default::default();
        Self { known, settled, driver, options, idle_time }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // ANCHOR: turn
    /// Whose turn it is to do what; waits while another finds out.
    ///
    /// # Errors
    /// [`Error::Timeout`].
    pub(super) fn turn(&self, waits: &Waits) -> Result<Turn<'_>, Error> {
        let began = Instant::now();
        let mut known = self.lock();
        loop {
            match &*known {
                Known::Shared(line) if line.is_open() => {
                    return Ok(Turn::Take(Arc::clone(line)));
                }
                Known::Alone => return Ok(Turn::Alone),
                Known::Nothing | Known::Shared(_) => {
                    *known = Known::Asked;
                    return Ok(Turn::Ask(Asking { shared: self, answered: false }));
                }
                Known::Asked => {
                    let wait = waits.cap_since(Phase::Connect, began)?;
                    known = match wait.limit {
                        None => self.settled.wait(known).unwrap_or_else(PoisonError::into_inner),
                        Some(limit) => {
                            let waited = self.settled.wait_timeout(known, limit);
                            waited.unwrap_or_else(PoisonError::into_inner).0
                        }
                    };
                }
            }
        }
    }
    // ANCHOR_END: turn

    fn settle(&self, now: Known) {
        let before = std::mem::replace(&mut *self.lock(), now);
        self.settled.notify_all();
        // Closed, if nobody else has it, outside the lock.
        drop(before);
    }

    /// Makes a connection that speaks HTTP/2 the one that all share.
    pub(super) fn share(&self, connection: Connection, trace: &Trace) -> Result<Arc<Line>, Error> {
        let (name, number) = (connection.name.clone(), connection.number);
        let connected = Connected {
            stream: connection.into_stream(),
            name,
            number,
            options: &self.options,
            idle_time: self.idle_time,
            trace,
        };
        let line = Arc::new(Line::open(&self.driver, connected)?);
        self.settle(Known::Shared(Arc::clone(&line)));
        Ok(line)
    }

    /// Makes a connection of HTTP/3 the one that all share.
    pub(super) fn share_quic(
        &self,
        reached: Reached,
        reacher: &Reacher,
        (name, number): (String, u64),
        trace: &Trace,
    ) -> Result<Arc<Line>, Error> {
        let Reached { port, handle, path, summary, .. } = reached;
        let connected = ConnectedQuic {
            port,
            handle,
            path,
            early: summary.is_none(),
            summary,
            verifies: reacher.context.verifies(),
            name,
            number,
            options: &reacher.options,
            idle_time: self.idle_time,
            trace,
        };
        let line = Arc::new(Line::open_quic(&self.driver, connected)?);
        self.settle(Known::Shared(Arc::clone(&line)));
        Ok(line)
    }

    /// The server is said to be elsewhere, too: the next request looks. Those under way go on.
    pub(super) fn ask_again(&self) {
        let mut known = self.lock();
        if matches!(&*known, Known::Shared(_) | Known::Alone) {
            let before = std::mem::take(&mut *known);
            drop(known);
            drop(before);
        }
    }

    /// Requests that the connection carries, if there is one.
    pub(super) fn calls(&self) -> Option<usize> {
        match &*self.lock() {
            Known::Shared(line) if line.is_open() => Some(line.calls()),
            _ => None,
        }
    }

    /// Closes the connection, if it carries nothing.
    pub(super) fn close_idle(&self) {
        let mut known = self.lock();
        if let Known::Shared(line) = &*known
            && line.calls() == 0
        {
            line.close();
            *known = Known::Nothing;
        }
    }

    /// Gives up a connection that cannot follow to another network; HTTP/3's can.
    pub(super) fn leave_network(&self) {
        let mut known = self.lock();
        if let Known::Shared(line) = &*known
            && line.version() < Version::Http3
        {
            line.close();
            *known = Known::Nothing;
        }
    }
}

impl Asking<'_> {
    /// It is HTTP/1.1.
    pub(super) fn alone(mut self) {
        self.answered = true;
        self.shared.settle(Known::Alone);
    }

    /// It is HTTP/2, and [`Shared::share`] has been told.
    pub(super) fn shared(mut self) {
        self.answered = true;
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.shared.settle(Known::Nothing);
        }
    }
}
