//! The one deadline of a connection, set anew without a clock.
//!
//! Commands of the application carry no time, and to ask for one at each would cost more than the
//! command. So a deadline is *armed* with a span and becomes an instant when the connection next
//! learns what time it is; until then it is the time last heard, which errs on the early side, and
//! an early timeout arms it again instead of firing.
//!
//! | `due` | `span` | the deadline                                                  |
//! |-------|--------|---------------------------------------------------------------|
//! | none  | none   | there is none                                                 |
//! | some  | none   | is `due`                                                      |
//! | some  | some   | is `span` after the time that is heard next; `due` is a guess |
//! | none  | some   | is paused with `span` left                                    |

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
        if self.due.is_some()
            && let Some(span) = self.span.take()
        {
            self.due = now.checked_add(span);
        }
    }

    /// Due `span` after the time last heard, which is now.
    pub(crate) fn set(&mut self, span: Duration) {
        self.due = self.now.checked_add(span);
        self.span = None;
    }

    /// Due `span` after the time that is heard next.
    pub(crate) fn arm(&mut self, span: Duration) {
        self.due = self.now.checked_add(span);
        self.span = Some(span);
    }

    /// Stops the clock: what is waited for is not the peer.
    pub(crate) fn pause(&mut self) {
        if let Some(due) = self.due.take() {
            self.span.get_or_insert(due.saturating_duration_since(self.now));
        }
    }

    /// Lets it run again, with the time that was left.
    pub(crate) fn resume(&mut self) {
        if self.due.is_none()
            && let Some(span) = self.span
        {
            self.arm(span);
        }
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

    /// Moves the deadline on by `more`, to `span` from now at the most.
    pub(crate) fn extend(&mut self, more: Duration, span: Duration) {
        let most = self.now.checked_add(span);
        let due = self.due.map_or(self.now, |due| due.max(self.now)).checked_add(more);
        self.due = match (due, most) {
            (Some(due), Some(most)) => Some(due.min(most)),
            (due, most) => due.or(most),
        };
        self.span = None;
    }
}
