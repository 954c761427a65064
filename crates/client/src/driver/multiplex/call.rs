//! One request on a shared connection: what its caller and the driver's thread have in common.
//!
//! RFC 9113 §5, §5.2, §8.1; RFC 9114 §4.1
//!
//! ```text
//!   caller's thread                                  driver's thread
//!   waits ◄── head, content, end, failure ── Call ◄── what came on the stream
//!   reads a body ── octets in flight ──────► Call ──► what the stream has taken
//! ```
//!
//! Invariant: content that waits here is no more than the stream's window: the window opens again
//! only for what the caller has taken.
//!
//! Invariant: content of a request that is on its way to the driver is no more than [`IN_FLIGHT`].
//!
//! Users: [`super::exchange`] and [`super::body`] on one side, [`super::streams`] on the other.

use crate::{
    Error,
    core::{retry::Untouched, timeouts::Wait},
};
use http::{HeaderMap, Response};
use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// Octets of a request's content that are between its reader and the connection, 256 KiB: what a
/// fast path takes while the reader is asked for more.
pub(super) const IN_FLIGHT: usize = 256 * 1024;

/// How a call came to nothing.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) kind: Kind,
}

/// What is known of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The server has not worked on it, and says so (RFC 9113 §8.7).
    Untouched(Untouched),
    /// The connection broke.
    Broken,
    /// It was answered by a reset, or time ran out.
    Final,
}

/// What has come so far.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The request's stream, once it has one, and since when.
    pub(super) begun: Option<(u64, Instant)>,
    /// The statuses of interim responses (1xx) that nobody has looked at.
    pub(super) interim: Vec<u16>,
    /// The final head, until it is taken.
    pub(super) head: Option<Response>,
    /// When it came.
    pub(super) head_at: Option<Instant>,
    /// Content that came and was not taken.
    pub(super) content: VecDeque<Vec<u8>>,
    /// Nothing comes behind `content`.
    pub(super) ended: bool,
    pub(super) trailers: Option<HeaderMap>,
    pub(super) failed: Option<Failure>,
    /// Octets of the request's content that the connection has not taken.
    pub(super) in_flight: usize,
    /// The server wants no more content (RFC 9113 §8.1).
    pub(super) enough: bool,
    /// Of a tunnel: nobody speaks through it any more.
    pub(super) abandoned: bool,
}

/// One request.
#[derive(Debug)]
pub(super) struct Call {
    /// Its number on its connection.
    pub(super) id: u64,
    state: Mutex<State>,
    changed: Condvar,
}

impl Call {
    pub(super) fn new(id: u64) -> Self {
        Self { id, state: Mutex::default(), changed: Condvar::new() }
    }

    /// What has come so far. Nobody who holds this can panic half-way.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the caller, if it waits: of a tunnel, both ways do.
    pub(super) fn wake(&self) {
        self.changed.notify_all();
    }

    /// Waits until `state` changes or the time is over.
    ///
    /// # Errors
    /// [`Error::Timeout`].
    pub(super) fn wait<'a>(
        &'a self,
        state: MutexGuard<'a, State>,
        wait: Wait,
    ) -> Result<MutexGuard<'a, State>, Error> {
        let Some(limit) = wait.limit else {
            return Ok(self.changed.wait(state).unwrap_or_else(PoisonError::into_inner));
        };
        let waited = self.changed.wait_timeout(state, limit);
        let (state, timed) = waited.unwrap_or_else(PoisonError::into_inner);
        if timed.timed_out() { Err(wait.expired.into()) } else { Ok(state) }
    }

    /// As [`wait`](Self::wait), where the end of the time is no error.
    pub(super) fn pause<'a>(
        &'a self,
        state: MutexGuard<'a, State>,
        limit: std::time::Duration,
    ) -> MutexGuard<'a, State> {
        let waited = self.changed.wait_timeout(state, limit);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
