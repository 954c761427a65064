//! Which connection carries the next request: a pool's whole mind, without a single socket.
//!
//! RFC 9112 §9.3 and §9.4
//!
//! ```text
//!   acquire ──► an idle one? ──yes──► Reuse (the one used last: LIFO)
//!                   │no
//!                   ▼
//!              below the limit? ──yes──► Open
//!                   │no
//!                   ▼
//!                  Wait ◄── woken by release, discard
//! ```
//!
//! LIFO keeps a few connections warm and lets the others grow old and be closed; FIFO would keep
//! all of them half warm, each a candidate for "the server closed it a moment ago".
//!
//! Invariant: `in_use + idle ≤ limit`, and no idle connection is older than the idle time when it
//! is handed out.
//!
//! Users: `driver::pool`, which adds a lock and a place to wait.

use std::time::{Duration, Instant};

/// A pool's bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolLimits {
    /// Connections to one origin, idle and busy. Default 64: above the eight or so threads that
    /// usually share a session, below what a server takes for an attack. Whoever wants one more
    /// waits.
    pub connections: usize,
    /// Of these, how many may stay open without work. Default 16.
    pub idle: usize,
    /// How long an idle one is kept. Default 60 s: many servers close after 60 to 75 s, and it is
    /// better to be first.
    pub idle_time: Duration,
    /// Origins whose pools are remembered at once. Default 256; the one used longest ago goes.
    pub origins: usize,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self { connections: 64, idle: 16, idle_time: Duration::from_secs(60), origins: 256 }
    }
}

/// What to do for the next request.
#[derive(Debug, PartialEq, Eq)]
pub enum Acquire<C> {
    /// Take this one; it is counted as in use.
    Reuse(C),
    /// Open one; a place is already counted for it. If it fails, say [`Pool::discard`].
    Open,
    /// All places are taken: wait until somebody releases or discards one.
    Wait,
}

/// Connections to one origin through one proxy.
#[derive(Debug)]
pub struct Pool<C> {
    idle: Vec<(C, Instant)>,
    in_use: usize,
    limits: PoolLimits,
}

impl<C> Pool<C> {
    /// An empty pool. A limit of no connections at all is taken for one.
    pub fn new(limits: PoolLimits) -> Self {
        let connections = limits.connections.max(1);
        Self { idle: Vec::new(), in_use: 0, limits: PoolLimits { connections, ..limits } }
    }

    // ANCHOR: acquire
    /// A connection for the next request. `fresh` passes over the idle ones: the retry of a request
    /// whose connection turned out dead must not find another dead one.
    pub fn acquire(&mut self, fresh: bool) -> Acquire<C> {
        if !fresh && let Some((connection, _)) = self.idle.pop() {
            self.in_use += 1;
            return Acquire::Reuse(connection);
        }
        if self.in_use + self.idle.len() >= self.limits.connections {
            // Only a fresh one will do: an idle one, the oldest, gives up its place.
            if !fresh || self.idle.is_empty() {
                return Acquire::Wait;
            }
            self.idle.remove(0);
        }
        self.in_use += 1;
        Acquire::Open
    }
    // ANCHOR_END: acquire

    /// Takes a connection back that can carry another request. Answers one to close, if there are
    /// idle ones enough.
    pub fn release(&mut self, connection: C, now: Instant) -> Option<C> {
        self.in_use = self.in_use.saturating_sub(1);
        if self.limits.idle == 0 {
            return Some(connection);
        }
        self.idle.push((connection, now));
        // The oldest goes, for the one that just came back is the surest to be alive.
        (self.idle.len() > self.limits.idle).then(|| self.idle.remove(0).0)
    }

    /// Gives up the place of a connection that is closed.
    pub fn discard(&mut self) {
        self.in_use = self.in_use.saturating_sub(1);
    }

    /// Takes out what has been idle for too long, to be closed.
    pub fn expire(&mut self, now: Instant) -> Vec<C> {
        // They lie in the order in which they came back, so the old ones stand in front.
        let old = self.idle.iter().take_while(|(_, since)| {
            now.saturating_duration_since(*since) >= self.limits.idle_time
        });
        let old = old.count();
        self.idle.drain(..old).map(|(connection, _)| connection).collect()
    }

    /// Takes out all idle ones, to be closed.
    pub fn drain(&mut self) -> Vec<C> {
        self.idle.drain(..).map(|(connection, _)| connection).collect()
    }

    /// How many carry a request.
    pub fn in_use(&self) -> usize {
        self.in_use
    }

    /// How many wait for one.
    pub fn idle(&self) -> usize {
        self.idle.len()
    }
}
