//! Content that need not pass through the connection: the driver reads it where it goes.
//!
//! RFC 9112 §6.2, §6.3
//!
//! ```text
//! socket ──► buffer ──► receive ──► Data(copy)     chunks, and what comes together with a head
//! socket ──► the caller's own buffer ──► took(n)   content of a known length, or until close
//! ```
//!
//! Between chunks stand sizes, so chunked content cannot go this way.
//!
//! Invariant: what is counted by [`took`](Connection::took) is content and nothing else: `direct`
//! answers 0 while an event or an octet waits, and never more than is left.
//!
//! Used by: `client`'s response body.

use super::Connection;
use crate::{State, state::Response, trace};
use std::time::Instant;
use wire::trace::Direction;

impl Connection {
    /// How many of the next octets from the socket are content for certain; 0 where they must go
    /// through [`receive`](Self::receive).
    pub fn direct(&self) -> u64 {
        let between = self.state == State::Open
            && self.response == Response::Content
            && self.event.is_none()
            && self.tail.is_empty()
            && !self.ended;
        if between { self.decoder.direct(&self.limits) } else { 0 }
    }

    /// Counts `length` octets of content, at most [`direct`](Self::direct), that the driver
    /// has read itself. The end of the content is an event as always.
    pub fn took(&mut self, length: u64, now: Instant) {
        let length = length.min(self.direct());
        self.timer.tick(now);
        trace::data(&self.trace, now, Direction::Received, length);
        self.decoder.took(length);
        self.timer.arm(self.patience());
    }
}
