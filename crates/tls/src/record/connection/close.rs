//! close_notify, violations, and the end; and the one deadline.
//!
//! RFC 8446 §6.1, §6.2
//!
//! | waiting for                          | how long            | then                        |
//! |--------------------------------------|---------------------|-----------------------------|
//! | the handshake's end                  | `Limits::handshake` | `HandshakeTimeout`          |
//! | the peer's close_notify, behind ours | `Limits::close`     | given up                    |
//! | the stream's end, behind a violation | `Limits::close`     | given up                    |
//!
//! Invariant: one alert that ends it is sent at the most, and nothing behind it.

use super::Connection;
use crate::{
    Alert, Error, Misuse,
    record::{ContentType, Input, Phase},
    trace,
};
use std::time::Instant;

impl Connection {
    /// Sends close_notify: the last thing that we send. What the peer has sent may still come; then
    /// [`Event::Closed`](crate::record::Event::Closed).
    ///
    /// # Errors
    /// [`Misuse::Closed`] where nothing may be sent any more.
    pub fn close(&mut self) -> Result<(), Misuse> {
        // Whoever is told to go before the handshake is done is told why, too.
        let early = self.phase == Phase::Handshake;
        self.phase.on(Input::SendClose)?;
        if early {
            self.put_alert(Alert::USER_CANCELED);
        }
        self.put_alert(Alert::CLOSE_NOTIFY);
        self.leave(Input::SendClose);
        Ok(())
    }

    /// Gives up without a word: the stream is broken, or nobody wants it any more.
    pub fn abort(&mut self) {
        self.leave(Input::GiveUp);
    }

    /// Whether nothing more will be sent, and the peer should see that: shut down writing behind
    /// the last octet, and read on as long as [`wants_receive`](Self::wants_receive) says so.
    pub fn wants_shutdown(&self) -> bool {
        !self.phase.sends()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called, if nothing happens before.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.timer.due()
    }

    /// The time has come, or may have.
    pub fn handle_timeout(&mut self, now: Instant) {
        if !self.timer.fire(now) {
            return;
        }
        match self.phase {
            Phase::Handshake => self.violate(Error::HandshakeTimeout),
            Phase::CloseSent | Phase::Failed => self.leave(Input::GiveUp),
            Phase::Open | Phase::PeerClosed | Phase::Closed => {}
        }
        // What was armed just now counts from now.
        self.timer.tick(now);
    }

    /// The peer broke a rule: it is told which one, and not listened to any more. Or it says that
    /// we did, and then there is nothing more to say.
    pub(super) fn violate(&mut self, error: Error) {
        trace::violation(&self.trace, self.timer.now(), &error);
        let input = match &error {
            Error::PeerAlert { .. } => Input::PeerAlert,
            _ => Input::Violation,
        };
        if input == Input::Violation && self.phase.sends() {
            self.put_alert(error.alert());
        }
        self.leave(input);
        self.tell(error);
    }

    fn put_alert(&mut self, alert: Alert) {
        // A cipher that fails cannot say so.
        let _ = self.put(ContentType::Alert, &[alert.level(), alert.0]);
    }

    /// Octets that come when none are read any more are dropped, up to a limit.
    pub(super) fn discard(&mut self, octets: usize) {
        self.discarded = self.discarded.saturating_add(octets as u64);
        if self.phase == Phase::Failed && self.discarded > self.limits.discard {
            self.leave(Input::GiveUp);
        }
    }

    /// Moves on in the connection's life.
    pub(super) fn leave(&mut self, input: Input) {
        // Only a second close_notify of ours is refused, and `close` has asked before.
        let before = self.phase;
        self.phase = before.on(input).unwrap_or(before);
        if self.ended && matches!(self.phase, Phase::CloseSent | Phase::Failed) {
            // There is nothing left to wait for.
            self.phase = Phase::Closed;
        }
        if !self.phase.reads() {
            self.tail = Vec::new();
        }
        if self.phase == before {
            return;
        }
        match self.phase {
            Phase::CloseSent | Phase::Failed => self.timer.arm(self.limits.close),
            Phase::Handshake | Phase::Open | Phase::PeerClosed | Phase::Closed => {
                self.timer.clear();
            }
        }
    }
}
