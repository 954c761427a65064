//! The one deadline of a connection, set without a clock.
//!
//! Commands of the application carry no time. So a deadline is *armed* with a span, counted from
//! the time last heard, and moves on when the connection next hears what time it is.

use std::time::{Duration, Instant};

#[derive(Debug)]
pub(crate) struct Timer {
    now: Instant,
    due: Option<Instant>,
    span: Option<Duration>,
}

impl Timer {
    pub(crate) fn new(now: Instant) -> Self {
        Self { now, due: None, span: None }
    }

    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    /// Takes note of the time.
    pub(crate) fn tick(&mut self, now: Instant) {
        self.now = now;
        if let Some(span) = self.span.take() {
            self.due = now.checked_add(span);
        }
    }

    /// Due `span` after the time that is heard next.
    pub(crate) fn arm(&mut self, span: Duration) {
        self.due = self.now.checked_add(span);
        self.span = Some(span);
    }

    pub(crate) fn clear(&mut self) {
        (self.due, self.span) = (None, None);
    }

    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether the deadline has passed; it then is no more.
    pub(crate) fn fire(&mut self, now: Instant) -> bool {
        self.tick(now);
        let fired = self.due.is_some_and(|due| due <= now);
        if fired {
            self.clear();
        }
        fired
    }
}
