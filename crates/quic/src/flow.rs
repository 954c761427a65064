//! How much may come, how much may go: windows of octets and of streams.
//!
//! RFC 9000 §4, §19.9–§19.14
//!
//! ```text
//!   receiving  consumed           received             limit
//!   ───────────┼──────────────────┼────────────────────┼─────────
//!              │ waits to be read │ may still come     │
//!              │◄──────────── window ─────────────────►│
//! ```
//!
//! When half of the window is consumed, MAX_DATA or MAX_STREAM_DATA moves the limit. When that
//! happened twice within two round trips, the window itself was what slowed the peer, and it
//! doubles, up to its ceiling.
//!
//! A connection's limit moves with what was received, as long as less than the ceiling waits: one
//! stream that nobody reads must not hold up those that somebody waits for.
//!
//! Invariant: limits only rise, and nothing beyond a limit is taken.
//!
//! Invariant: what waits to be read is never more than the window's ceiling.
//!
//! Used by: the streams and the connection.

use crate::error::Error;
use std::{
    ops::Range,
    time::{Duration, Instant},
};

/// The greatest offset, and the greatest number of streams times four: 2^62 − 1.
const GREATEST: u64 = (1 << 62) - 1;

/// The greatest number of streams of a kind (§4.6).
pub const MOST_STREAMS: u64 = 1 << 60;

/// What the peer may send, on a stream or on all together.
#[derive(Debug, Clone)]
pub struct ReceiveWindow {
    limit: u64,
    received: u64,
    consumed: u64,
    window: u64,
    most: u64,
    /// It counts what came as consumed, while there is room below the ceiling.
    eager: bool,
    /// When the limit was moved last, to measure how fast a window is used up.
    moved: Option<Instant>,
    /// Whether the limit has to be told, for the first time or again.
    pending: bool,
}

impl ReceiveWindow {
    /// A window of `window` octets, which the peer knows by our transport parameters, and that may
    /// grow to `most`.
    pub const fn new(window: u64, most: u64) -> Self {
        let most = if most < window { window } else { most };
        let (limit, received, consumed) = (window, 0, 0);
        let (moved, pending) = (None, false);
        Self { limit, received, consumed, window, most, eager: false, moved, pending }
    }

    /// As [`new`](Self::new), for all streams together: until `most` octets wait to be read, it
    /// opens again for what came and not for what was read.
    pub const fn connection(window: u64, most: u64) -> Self {
        Self { eager: true, ..Self::new(window, most) }
    }

    /// One past the last octet that may come.
    pub const fn limit(&self) -> u64 {
        self.limit
    }

    /// One past the highest octet that came; of a connection, the sum of its streams'.
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// Octets that may wait to be read, as the window is now.
    pub const fn window(&self) -> u64 {
        self.window
    }

    /// Whether it takes octets up to `end`.
    pub const fn allows(&self, end: u64) -> bool {
        end <= self.limit
    }

    /// Octets up to `end` came; answers how many of them are new. The caller asked
    /// [`allows`](Self::allows).
    pub const fn on_received(&mut self, end: u64) -> u64 {
        let new = end.saturating_sub(self.received);
        self.received += new;
        new
    }

    /// The application is done with `octets`.
    pub const fn on_consumed(&mut self, octets: u64) {
        self.consumed = self.consumed.saturating_add(octets);
        if self.consumed > self.received {
            self.consumed = self.received;
        }
    }

    // ANCHOR: target
    /// The limit, were it moved now.
    const fn target(&self) -> u64 {
        let spare = self.most - self.window;
        let waiting = self.received.saturating_sub(self.consumed);
        let ahead = if !self.eager {
            0
        } else if waiting < spare {
            waiting
        } else {
            spare
        };
        self.consumed.saturating_add(self.window).saturating_add(ahead)
    }
    // ANCHOR_END: target

    // ANCHOR: update
    /// The new limit, where it is time to tell the peer one. `rtt` is the smoothed round trip.
    pub fn poll(&mut self, now: Instant, rtt: Duration) -> Option<u64> {
        if self.target().saturating_sub(self.limit) >= self.window / 2 {
            let fast = |moved| now.saturating_duration_since(moved) < rtt * 2;
            if self.moved.is_some_and(fast) {
                self.window = self.window.saturating_mul(2).min(self.most);
            }
            self.moved = Some(now);
            let limit = self.target().min(GREATEST);
            self.pending |= limit > self.limit;
            self.limit = self.limit.max(limit);
        }
        std::mem::take(&mut self.pending).then_some(self.limit)
    }
    // ANCHOR_END: update

    /// Whether [`poll`](Self::poll) would answer a limit.
    pub const fn is_due(&self) -> bool {
        let target = self.target();
        self.pending || (target.saturating_sub(self.limit) >= self.window / 2 && self.window > 0)
    }

    /// A frame that told `limit` was lost; it goes again if it is still what counts.
    pub const fn on_lost(&mut self, limit: u64) {
        self.pending = self.pending || limit == self.limit;
    }
}

/// What we may send, on a stream or on all together.
#[derive(Debug, Clone)]
pub struct SendWindow {
    limit: u64,
    used: u64,
    /// The limit at which the peer was told that we are blocked.
    told: Option<u64>,
}

impl SendWindow {
    /// The peer takes octets up to `limit`.
    pub const fn new(limit: u64) -> Self {
        Self { limit, used: 0, told: None }
    }

    /// One past the last octet that may be sent.
    pub const fn limit(&self) -> u64 {
        self.limit
    }

    /// Octets that may still be sent.
    pub const fn credit(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    /// `octets` are sent for the first time.
    pub const fn on_sent(&mut self, octets: u64) {
        self.used = self.used.saturating_add(octets);
    }

    /// The peer takes octets up to `limit`; answers whether that is more than before. A lower limit
    /// is a late frame, and means nothing.
    pub const fn raise(&mut self, limit: u64) -> bool {
        let more = limit > self.limit;
        if more {
            self.limit = limit;
        }
        more
    }

    /// What DATA_BLOCKED or STREAM_DATA_BLOCKED says, once for each limit. Asked where there is
    /// more to send.
    pub fn poll_blocked(&mut self) -> Option<u64> {
        if self.credit() > 0 || self.told == Some(self.limit) {
            return None;
        }
        self.told = Some(self.limit);
        self.told
    }

    /// The frame that said so was lost; it is said again if it is still true.
    pub fn on_blocked_lost(&mut self, limit: u64) {
        if self.told == Some(limit) {
            self.told = None;
        }
    }

    /// Nothing counts as sent any more: 0-RTT was rejected, and these are the parameters that
    /// count.
    pub const fn restart(&mut self, limit: u64) {
        (self.limit, self.used, self.told) = (limit, 0, None);
    }
}

/// Streams of one direction that the peer may open.
#[derive(Debug, Clone)]
pub struct PeerStreams {
    limit: u64,
    opened: u64,
    closed: u64,
    at_once: u64,
    pending: bool,
}

impl PeerStreams {
    /// The peer may have `at_once` of them open, and knows by our transport parameters.
    pub const fn new(at_once: u64) -> Self {
        let at_once = if at_once > MOST_STREAMS { MOST_STREAMS } else { at_once };
        Self { limit: at_once, opened: 0, closed: 0, at_once, pending: false }
    }

    /// How many were opened; those whose index is lower exist, or did.
    pub const fn opened(&self) -> u64 {
        self.opened
    }

    /// How many are open.
    pub const fn open(&self) -> u64 {
        self.opened - self.closed
    }

    /// The peer used the stream with this index: it, and all of lower index, are open now (§3.2).
    /// Answers those that are new.
    ///
    /// # Errors
    /// [`Error::StreamLimit`] where it is beyond what we allow; `id` is the stream's identifier.
    pub const fn on_used(&mut self, index: u64, id: u64) -> Result<Range<u64>, Error> {
        if index >= self.limit {
            return Err(Error::StreamLimit { stream: id, limit: self.limit });
        }
        let before = self.opened;
        if index >= self.opened {
            self.opened = index + 1;
        }
        Ok(before..self.opened)
    }

    /// A stream is over at both ends.
    pub const fn on_closed(&mut self) {
        if self.closed < self.opened {
            self.closed += 1;
        }
    }

    /// The limit for MAX_STREAMS, where it is time to tell one: when half of the streams are over,
    /// or there is none left to open.
    pub fn poll(&mut self) -> Option<u64> {
        if self.is_moving() {
            self.limit = self.closed.saturating_add(self.at_once).min(MOST_STREAMS);
            self.pending = true;
        }
        std::mem::take(&mut self.pending).then_some(self.limit)
    }

    const fn is_moving(&self) -> bool {
        let target = self.closed.saturating_add(self.at_once);
        let target = if target > MOST_STREAMS { MOST_STREAMS } else { target };
        let more = target.saturating_sub(self.limit);
        more > 0 && (more >= self.at_once / 2 || self.opened == self.limit)
    }

    /// Whether [`poll`](Self::poll) would answer a limit.
    pub const fn is_due(&self) -> bool {
        self.pending || self.is_moving()
    }

    /// A frame that told `limit` was lost; it goes again if it is still what counts.
    pub const fn on_lost(&mut self, limit: u64) {
        self.pending = self.pending || limit == self.limit;
    }
}

/// Streams of one direction that we may open.
#[derive(Debug, Clone)]
pub struct OwnStreams {
    limit: u64,
    opened: u64,
    wanted: bool,
    told: Option<u64>,
}

impl OwnStreams {
    /// The peer allows `limit` of them.
    pub const fn new(limit: u64) -> Self {
        Self { limit, opened: 0, wanted: false, told: None }
    }

    /// How many were opened.
    pub const fn opened(&self) -> u64 {
        self.opened
    }

    /// How many may still be opened.
    pub const fn available(&self) -> u64 {
        self.limit.saturating_sub(self.opened)
    }

    /// The index of the next one; `None` where the peer allows no more for now.
    pub const fn open(&mut self) -> Option<u64> {
        if self.opened >= self.limit {
            self.wanted = true;
            return None;
        }
        let index = self.opened;
        self.opened += 1;
        Some(index)
    }

    /// The peer allows `limit` of them in all; answers whether one that was refused may be opened
    /// now.
    pub const fn raise(&mut self, limit: u64) -> bool {
        if limit <= self.limit {
            return false;
        }
        self.limit = if limit > MOST_STREAMS { MOST_STREAMS } else { limit };
        std::mem::replace(&mut self.wanted, false)
    }

    /// 0-RTT was rejected, and this is the limit that counts, be it a lower one.
    pub const fn restart(&mut self, limit: u64) {
        (self.limit, self.told) = (limit, None);
        self.wanted |= self.opened > limit;
    }

    /// Whether the peer lets us send on the one with that index: below what was remembered, one
    /// may have been opened that it does not.
    pub const fn allows(&self, index: u64) -> bool {
        index < self.limit
    }

    /// What STREAMS_BLOCKED says, once for each limit.
    pub fn poll_blocked(&mut self) -> Option<u64> {
        if !self.wanted || self.available() > 0 || self.told == Some(self.limit) {
            return None;
        }
        self.told = Some(self.limit);
        self.told
    }

    /// The frame that said so was lost; it is said again if it is still true.
    pub fn on_blocked_lost(&mut self, limit: u64) {
        if self.told == Some(limit) {
            self.told = None;
        }
    }
}
