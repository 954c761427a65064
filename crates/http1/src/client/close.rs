//! The end of the connection, seen from the client.
//!
//! RFC 9112 §8, §9.5, §9.6
//!
//! A client has nobody to tell: on a violation it closes. What it must not do is to take an early
//! end for a complete response, so the event says how much is missing.

use super::{Connection, Event};
use crate::{Error, State, error::Violation, state::Response};
use std::time::Instant;

impl Connection {
    /// Stops: nothing more is requested; the responses under way may still come, and with the last
    /// of them the connection is closed.
    pub fn shut_down(&mut self, now: Instant) {
        self.timer.tick(now);
        self.persist = false;
        if self.state == State::Open && self.waiting.is_empty() {
            self.close();
        }
    }

    /// Gives up at once.
    pub fn abort(&mut self) {
        if matches!(self.state, State::Open | State::Closing) {
            self.clean &= self.waiting.is_empty();
            self.close();
            self.tail.clear();
        }
    }

    pub(super) fn close(&mut self) {
        self.state = State::Closed;
        self.timer.clear();
    }

    /// The peer broke a rule.
    pub(super) fn violate(&mut self, error: Error) {
        self.clean = false;
        self.tail.clear();
        crate::trace::violation(&self.trace, self.timer.now(), &error);
        self.event = Some(Event::Violation(error));
        self.close();
    }

    /// The input is over and all of it was looked at.
    pub(super) fn end_of_input(&mut self) {
        match self.response {
            Response::Content => match self.decoder.end() {
                Ok(()) => self.end_content(None),
                Err(error) => self.violate(error),
            },
            Response::Due if self.tail.is_empty() => {
                self.violate(Violation::EndBeforeResponse.at(0));
            }
            Response::Due => self.violate(Violation::EndInHead.at(self.tail.len())),
            Response::Idle | Response::Done | Response::Switched => self.close(),
        }
    }
}
