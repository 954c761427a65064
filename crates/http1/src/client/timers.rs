//! The one deadline of a client's connection.
//!
//! | waiting for       | how long           | then       |
//! |-------------------|--------------------|------------|
//! | a response's head | `response_timeout` | an error   |
//! | more content      | `content_timeout`  | an error   |
//! | a request         | for ever: the pool decides | |

use super::Connection;
use crate::{State, error::Violation, state::Response};
use std::time::Instant;

impl Connection {
    /// When [`handle_timeout`](Self::handle_timeout) is to be called, if nothing happens before.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.timer.due()
    }

    /// The time has come, or may have.
    pub fn handle_timeout(&mut self, now: Instant) {
        if !self.timer.fire(now) || self.state != State::Open {
            return;
        }
        match self.response {
            Response::Content => self.violate(Violation::ContentTimeout.at(0)),
            Response::Due => self.violate(Violation::ResponseTimeout.at(0)),
            Response::Idle | Response::Done | Response::Switched => {}
        }
    }
}
