//! The one deadline of a server's connection, and what it means when it passes.
//!
//! RFC 9110 §15.5.9
//!
//! | waiting for          | how long            | then                        |
//! |----------------------|---------------------|-----------------------------|
//! | a request            | `idle_timeout`      | close without a word        |
//! | the rest of a head   | `head_timeout`      | 408                         |
//! | more content         | `content_timeout`, and `content_rate` | 408       |
//! | the peer's close     | `linger`            | close                       |
//! | the application      | for ever            |                             |

use super::Connection;
use crate::{
    State,
    error::Violation,
    state::{Request, Response},
};
use std::time::Instant;

impl Connection {
    /// When [`handle_timeout`](Self::handle_timeout) is to be called, if nothing happens before.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.timer.due()
    }

    /// All that was to be sent has been: the time for the next request, or for the peer's close,
    /// begins now. Without this call it begins when the answer was queued, and a driver that takes
    /// a minute to write a large one would find the connection idle for a minute already.
    pub fn sent(&mut self, now: Instant) {
        self.timer.tick(now);
        match self.state {
            State::Closing => self.timer.set(self.limits.linger),
            State::Open if !self.is_busy() => self.timer.set(self.limits.idle_timeout),
            State::Open | State::Closed | State::Upgraded => {}
        }
    }

    /// The time has come, or may have.
    pub fn handle_timeout(&mut self, now: Instant) {
        if !self.timer.fire(now) {
            return;
        }
        match (self.state, self.request) {
            (State::Closing, _) => self.state = State::Closed,
            (State::Closed | State::Upgraded, _) => {}
            (State::Open, Request::Head) => {
                self.violate(Violation::HeadTimeout.at(self.tail.len()))
            }
            // The answer is complete, and only what nobody wants is late.
            (State::Open, Request::Content) if self.response == Response::Done => self.abort(),
            (State::Open, Request::Content) => self.violate(Violation::ContentTimeout.at(0)),
            (State::Open, Request::Idle | Request::Done) => {
                if self.response == Response::Idle {
                    self.state = State::Closed;
                    self.tail.clear();
                }
            }
        }
    }
}
