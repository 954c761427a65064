//! How long each phase of an exchange may take.
//!
//! No RFC sets these; RFC 9110 §9.2.2 and RFC 9112 §9.5 only say that either side may give up.
//!
//! ```text
//!  pool │ resolve + connect │ request │ wait for the head │ read │ read │ read
//!  ─────┼───────────────────┼─────────┼───────────────────┼──────┼──────┼─────►
//!  pool │      connect      │  read per write  │   head   │ read │ read │ read
//!  ├────────────────────────────── total ────────────────────────────────────┤
//! ```
//!
//! Invariant: [`Deadline::cap`] never answers more than what is left of the total.
//!
//! Users: every floor of the driver that can wait.

use std::{
    fmt,
    time::{Duration, Instant},
};

/// Upper bounds of the phases; `None` waits as long as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Waiting for a free place in a full pool. Default 30 s: longer, and somebody forgot a body.
    pub pool: Option<Duration>,
    /// Looking the name up and connecting, all addresses together, a tunnel and TLS's handshake
    /// included. Default 30 s: three lost SYNs
    /// (1 + 2 + 4 s) on one address leave time for another.
    pub connect: Option<Duration>,
    /// From the request's last octet to the end of the response's head. Default 60 s, as proxies
    /// wait.
    pub head: Option<Duration>,
    /// Between two reads of the body, or two writes of the request. Default 60 s.
    pub read: Option<Duration>,
    /// Everything, from the first call to the last octet, redirects included. Default none: a
    /// download takes as long as it takes.
    pub total: Option<Duration>,
    /// How long to wait for `100 Continue` before the content is sent all the same. Default 1 s;
    /// RFC 9110 §10.1.1 says that a client must not wait for ever.
    pub expect: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        Self {
            pool: seconds(30),
            connect: seconds(30),
            head: seconds(60),
            read: seconds(60),
            total: None,
            expect: Duration::from_secs(1),
        }
    }
}

impl Timeouts {
    /// No bound at all, as curl has it unless told otherwise.
    pub const NONE: Self = Self {
        pool: None,
        connect: None,
        head: None,
        read: None,
        total: None,
        expect: Duration::from_secs(1),
    };
}

/// What was being waited for when the time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// A free place in the pool.
    Pool,
    /// An address and a connection.
    Connect,
    /// Room to send.
    Send,
    /// The response's head.
    Head,
    /// The next octets of the body.
    Read,
    /// The whole, whatever it was doing.
    Total,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pool => "waiting for a free connection",
            Self::Connect => "connecting",
            Self::Send => "sending the request",
            Self::Head => "waiting for the response",
            Self::Read => "waiting for more of the body",
            Self::Total => "the whole request",
        })
    }
}

/// The moment at which the whole must be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    started: Instant,
    total: Option<Duration>,
}

impl Deadline {
    /// Starts to count.
    pub const fn new(started: Instant, total: Option<Duration>) -> Self {
        Self { started, total }
    }

    /// When it began.
    pub const fn started(&self) -> Instant {
        self.started
    }

    /// How long a wait in `phase` may last from `now` on, and whose fault it is if that is not
    /// enough. `Err` when nothing is left: then the wait must not begin.
    ///
    /// # Errors
    /// [`Expired`], naming the total.
    pub fn cap(
        &self,
        phase: Phase,
        limit: Option<Duration>,
        now: Instant,
    ) -> Result<Wait, Expired> {
        self.cap_since(phase, limit, now, now)
    }

    /// As [`cap`](Self::cap), for one of several waits in a phase that `began` earlier: a peer that
    /// sends an octet now and then does not make the phase longer.
    ///
    /// # Errors
    /// [`Expired`], naming the phase or the total.
    pub fn cap_since(
        &self,
        phase: Phase,
        limit: Option<Duration>,
        began: Instant,
        now: Instant,
    ) -> Result<Wait, Expired> {
        let left = |after: Duration, since: Instant, phase| {
            (after.saturating_sub(now.saturating_duration_since(since)), Expired { phase, after })
        };
        let whole = self.total.map(|total| left(total, self.started, Phase::Total));
        let own = limit.map(|limit| left(limit, began, phase));
        // Of two that end at once, the whole is named.
        match whole.into_iter().chain(own).min_by_key(|(left, _)| *left) {
            Some((left, expired)) if left.is_zero() => Err(expired),
            Some((left, expired)) => Ok(Wait { limit: Some(left), expired }),
            None => Ok(Wait { limit: None, expired: Expired { phase, after: Duration::ZERO } }),
        }
    }
}

/// A wait that may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// How long it may last.
    pub limit: Option<Duration>,
    /// What to say if that is not enough.
    pub expired: Expired,
}

/// Time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("timed out after {after:?}: {phase}")]
pub struct Expired {
    /// While doing what.
    pub phase: Phase,
    /// The bound that was reached.
    pub after: Duration,
}
