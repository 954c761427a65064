//! Content that comes too slowly.
//!
//! RFC 9113 §10.5
//!
//! ```text
//!   pace begins ──── content_timeout ────► fewer octets than content_rate × content_timeout:
//!   with the head, or anew where                     RST_STREAM CANCEL
//!   a window was opened                    else a new pace begins
//! ```
//!
//! A request that gives an octet a minute costs a handler and a stream for as long as its peer
//! likes. Whoever cannot send because *we* hold the window is not slow, nor is a request that waits
//! for our 100 (Expect), nor a tunnel, which has no content.
//!
//! Invariant: the timer is set only while a request's content is awaited.

use super::{Connection, Role};
use crate::{
    Error, StreamId,
    state::State::{HalfClosedLocal, Open},
    stream::{Pace, Stream},
};
use std::time::Instant;

impl Connection {
    /// From now on the content of a request is awaited.
    pub(super) fn watch_content(&mut self, id: StreamId) {
        if self.role != Role::Server {
            return;
        }
        let now = self.now;
        let Some(stream) = self.streams.get_mut(id) else { return };
        if stream.receiving.tunnel || !matches!(stream.state, Open | HalfClosedLocal) {
            return;
        }
        let counted = stream.receiving.received;
        stream.receiving.pace = Some(Pace { since: now, counted });
        if self.timers.content.is_none() {
            self.timers.content = now.checked_add(self.limits.content_timeout);
        }
    }

    /// Resets streams whose content came too slowly since their pace began.
    pub(super) fn reap_slow(&mut self) {
        let (now, span) = (self.now, self.limits.content_timeout);
        let least = (u64::from(self.limits.content_rate) * span.as_secs()).max(1);
        let shut = self.window.available() <= 0;
        // What others were given of the connection's window may be what this one waited for.
        let opened = self.window_opened;
        let mut late = Vec::new();
        let mut next: Option<Instant> = None;
        for stream in self.streams.each() {
            let Some(pace) = awaited(stream) else { continue };
            let received = stream.receiving.received;
            let since = opened.map_or(pace.since, |opened| opened.max(pace.since));
            let over = now.saturating_duration_since(since) >= span;
            let held_up = shut || stream.receiving.window.available() <= 0;
            if over && !held_up && received.saturating_sub(pace.counted) < least {
                late.push(stream.id);
                continue;
            }
            let since = if over || held_up {
                stream.receiving.pace = Some(Pace { since: now, counted: received });
                now
            } else {
                since
            };
            let due = since.checked_add(span);
            next = next.into_iter().chain(due).min();
        }
        self.timers.content = next;
        for stream in late {
            self.violate(Error::Slow { stream });
        }
    }
}

/// The pace of a request whose content is awaited.
fn awaited(stream: &Stream) -> Option<Pace> {
    let comes = matches!(stream.state, Open | HalfClosedLocal) && stream.unwanted.is_none();
    stream.receiving.pace.filter(|_| comes)
}
