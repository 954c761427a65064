//! How long is long enough.
//!
//! RFC 9114 §5.1, §5.2, §10.5
//!
//! | waiting for                        | how long           | then                            |
//! |------------------------------------|--------------------|---------------------------------|
//! | a request, at a server             | `idle_timeout`     | shut down                       |
//! | a request's head and content       | `content_timeout`  | H3_REQUEST_CANCELLED            |
//! | the peer to take any of an answer  | `stall_timeout`    | H3_REQUEST_CANCELLED            |
//! | requests that were on their way    | `shutdown_timeout` | the second GOAWAY               |
//!
//! Whether the peer is there at all is QUIC's to find out.
//!
//! Commands carry no time: they use the time last heard, which errs on the early side by no more
//! than a turn of the driver's loop.
//!
//! Invariant: a timer that is not waited for is not set, so an idle client has none.

use super::{Connection, State};
use crate::{
    Error, Role, StreamId,
    stream::{Pace, Phase},
};
use std::time::Instant;

/// When what is waited for is too late.
#[derive(Debug, Default)]
pub(super) struct Timers {
    pub(super) idle: Option<Instant>,
    pub(super) content: Option<Instant>,
    pub(super) stall: Option<Instant>,
    pub(super) shutdown: Option<Instant>,
}

impl Timers {
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

fn passed(due: &mut Option<Instant>, now: Instant) -> bool {
    due.take_if(|due| *due <= now).is_some()
}

impl Connection {
    /// When [`handle_timeout`](Self::handle_timeout) is to be called, if nothing happens before.
    pub fn next_timeout(&self) -> Option<Instant> {
        let Timers { idle, content, stall, shutdown } = &self.timers;
        [idle, content, stall, shutdown].into_iter().copied().flatten().min()
    }

    // ANCHOR: handle_timeout
    /// The time has come, or may have.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.tick(now);
        if self.state != State::Open {
            return;
        }
        if passed(&mut self.timers.content, now) {
            self.reap_slow();
        }
        if passed(&mut self.timers.stall, now) {
            self.reap_stalled();
        }
        if passed(&mut self.timers.shutdown, now) {
            self.second_go_away();
        }
        if passed(&mut self.timers.idle, now) && self.streams.is_empty() {
            self.shut_down(now);
        }
    }
    // ANCHOR_END: handle_timeout

    pub(super) fn tick(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// The last exchange has ended.
    pub(super) fn watch_idle(&mut self) {
        if self.role == Role::Server && self.state == State::Open && !self.draining {
            self.timers.idle = self.now.checked_add(self.limits.idle_timeout);
        }
    }

    /// From now on the head or the content of a request is awaited.
    pub(super) fn watch_content(&mut self, id: StreamId) {
        if self.role != Role::Server {
            return;
        }
        let now = self.now;
        let Some(stream) = self.streams.get_mut(&id) else { return };
        let receiving = &mut stream.receiving;
        let awaited = matches!(receiving.phase, Phase::Head | Phase::Content);
        if !awaited || (receiving.tunnel && receiving.phase == Phase::Content) {
            return;
        }
        receiving.pace = Some(Pace { since: now, counted: receiving.received });
        if self.timers.content.is_none() {
            self.timers.content = now.checked_add(self.limits.content_timeout);
        }
    }

    // ANCHOR: reap_slow
    /// Resets streams whose request came too slowly since their pace began. Who cannot send because
    /// the application takes no more is not slow; whose section waits for QPACK's table is, for the
    /// peer keeps back what it needs.
    fn reap_slow(&mut self) {
        let (now, span) = (self.now, self.limits.content_timeout);
        let least = (u64::from(self.limits.content_rate) * span.as_secs()).max(1);
        let (mut late, mut next): (Vec<StreamId>, Option<Instant>) = (Vec::new(), None);
        for (id, stream) in &mut self.streams {
            let receiving = &mut stream.receiving;
            let Some(pace) = receiving.pace else { continue };
            let over = now.saturating_duration_since(pace.since) >= span;
            let held_up = receiving.paused && receiving.blocked.is_none();
            let slow = receiving.received.saturating_sub(pace.counted) < least;
            if over && !held_up && (slow || receiving.phase == Phase::Head) {
                late.push(*id);
                continue;
            }
            if over {
                receiving.pace = Some(Pace { since: now, counted: receiving.received });
            }
            let since = if over { now } else { pace.since };
            next = next.into_iter().chain(since.checked_add(span)).min();
        }
        self.timers.content = next;
        for stream in late {
            self.violate(Error::Slow { stream });
        }
    }
    // ANCHOR_END: reap_slow

    /// Content waits for the transport.
    pub(super) fn watch_stalls(&mut self) {
        if self.timers.stall.is_none() {
            self.timers.stall = self.now.checked_add(self.limits.stall_timeout);
        }
    }

    /// Resets streams that the peer has taken nothing of for too long.
    fn reap_stalled(&mut self) {
        let (now, span) = (self.now, self.limits.stall_timeout);
        let (mut late, mut next): (Vec<StreamId>, Option<Instant>) = (Vec::new(), None);
        for (id, stream) in &self.streams {
            let Some(since) = stream.sending.blocked else { continue };
            match now.saturating_duration_since(since) >= span {
                true => late.push(*id),
                false => next = next.into_iter().chain(since.checked_add(span)).min(),
            }
        }
        self.timers.stall = next;
        for stream in late {
            self.violate(Error::Slow { stream });
        }
    }
}
