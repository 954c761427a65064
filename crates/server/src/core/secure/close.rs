//! The end of a connection inside TLS.
//!
//! RFC 8446 §6.1
//!
//! | what ends                       | what the peer gets                              |
//! |---------------------------------|-------------------------------------------------|
//! | the last answer is whole        | close_notify, then the stream's end             |
//! | an answer is broken off         | a reset: no close_notify, so it is no good end  |
//! | the peer breaks a rule of TLS   | the alert, the stream's end; its octets dropped |
//! | the peer says that we did       | the stream's end                                |
//! | the peer's stream ends          | what is still owed, close_notify, the end       |

use super::Secure;
use crate::{Moment, core::State};
use tls::record;

impl Secure {
    /// Where the stream is in its life.
    pub fn state(&self) -> State {
        let outside = match self.tls.state() {
            record::State::Open => State::Open,
            // All was said; nobody waits for the close_notify of one who never said anything.
            record::State::Closing if self.inner.is_none() && self.stopping => State::Closed,
            record::State::Closing => State::Closing,
            record::State::Closed => State::Closed,
        };
        let Some(inner) = &self.inner else { return outside };
        if self.broken {
            return State::Closed;
        }
        // The stream's end is the end of what is inside, and the other way round.
        match inner.state() {
            State::Open => outside,
            inside => inside,
        }
    }

    /// Says close_notify when all else is said: inside is over, and nothing of it waits.
    pub(super) fn say_goodbye(&mut self, _: &Moment) {
        let over = |state| matches!(state, State::Closing | State::Closed | State::Upgraded);
        let done = self.inner.as_ref().is_some_and(|inner| over(inner.state()) && !inner.is_cut());
        if done && !self.broken && !self.tls.wants_shutdown() {
            // It fails only where it was said before.
            let _ = self.tls.close();
        }
    }

    /// Whether an answer is under way that an orderly close would end, as if it were complete: in
    /// the eyes of those who do not look for a close_notify.
    pub fn ends_with_connection(&self) -> bool {
        self.broken || self.inner.as_ref().is_some_and(|inner| inner.ends_with_connection())
    }

    /// Whether a stop may close the stream at once, without a word. Inside TLS there is always one:
    /// whoever gets an end without it must think that somebody cut the connection.
    pub fn is_idle(&self) -> bool {
        self.inner.is_none() && !self.begun
    }

    /// Whether the waits for what the peer does next are counted from when it has taken what waits.
    pub fn counts_from_sent(&self) -> bool {
        self.inner.as_ref().is_some_and(|inner| inner.counts_from_sent())
    }

    /// All that [`poll_transmit`](Self::poll_transmit) gave was handed to the kernel.
    pub fn sent(&mut self, moment: &Moment) {
        if let Some(inner) = &mut self.inner {
            inner.sent(moment);
        }
    }

    /// The stream is of no use any more: what is inside hears of it.
    pub(super) fn give_up(&mut self, moment: &Moment) {
        self.plain.clear();
        if let Some(mut inner) = self.inner.take() {
            inner.disconnect(moment);
        }
    }

    /// The stream is gone: handlers that still write or read hear of it.
    pub fn disconnect(&mut self, moment: &Moment) {
        self.count_failure();
        self.give_up(moment);
    }
}
