//! The closing handshake, violations, and the end.
//!
//! RFC 6455 §5.5.1, §7
//!
//! Invariant: one Close frame is sent at the most, and nothing behind it.

use super::Connection;
use crate::{
    CloseCode, Error, Event, Misuse, Violation,
    state::{Input, Phase},
    trace,
};

/// The longest reason: a control frame's payload without the code.
const REASON: usize = 123;

impl Connection {
    /// Begins the closing handshake: the last frame that we send. Messages that the peer has sent
    /// already may still come; then its Close, then [`Event::Closed`].
    ///
    /// # Errors
    /// [`Misuse::Closed`] where our Close frame is sent already, [`Misuse::CloseCode`] for a code
    /// that must not be on the wire, [`Misuse::ControlTooLong`] for a reason of more than 123
    /// octets.
    pub fn close(&mut self, code: CloseCode, reason: &str) -> Result<(), Misuse> {
        let next = self.phase.on(Input::SendClose, self.role)?;
        if !code.is_valid_on_wire() {
            return Err(Misuse::CloseCode { code });
        }
        if reason.len() > REASON {
            return Err(Misuse::ControlTooLong { length: reason.len() + 2 });
        }
        self.put_close(Some(code), reason);
        self.phase = next;
        self.outgoing = None;
        self.timer.arm(self.limits.close_timeout);
        Ok(())
    }

    /// Gives up without a word: the stream is broken, or nobody wants it any more.
    pub fn abort(&mut self) {
        self.leave(Input::GiveUp);
    }

    /// Whether nothing more will be sent, and the peer should see that: shut down writing behind
    /// the last octet (TCP's FIN, HTTP/2's END_STREAM), and read on as long as
    /// [`wants_receive`](Self::wants_receive) says so.
    pub fn wants_shutdown(&self) -> bool {
        matches!(self.phase, Phase::Failed | Phase::Closed)
    }

    /// The peer's Close frame (§5.5.1).
    pub(super) fn receive_close(&mut self, payload: &[u8]) -> Result<(), Violation> {
        let (code, reason) = match payload {
            [] => (None, ""),
            [_] => return Err(Violation::CloseCodeCut),
            [high, low, reason @ ..] => {
                let code = CloseCode::new(u16::from_be_bytes([*high, *low]));
                if !code.is_valid_on_wire() {
                    return Err(Violation::CloseCodeInvalid { code: code.as_u16() });
                }
                let reason = std::str::from_utf8(reason);
                (Some(code), reason.map_err(|_| Violation::CloseReasonNotUtf8)?)
            }
        };
        if self.phase == Phase::Open {
            // The usual answer is the same code.
            self.put_close(code, "");
        }
        self.event = Some(Event::Close { code, reason: reason.to_owned() });
        self.clean = true;
        self.leave(Input::ReceiveClose);
        Ok(())
    }

    /// The peer broke a rule: it is told which one, and not listened to any more (§7.1.7).
    pub(super) fn violate(&mut self, error: Error) {
        trace::violation(&self.trace, self.timer.now(), &error);
        if self.phase == Phase::Open {
            let reason = error.violation.to_string();
            self.put_close(Some(error.close_code()), cut(&reason));
        }
        self.leave(Input::Violation);
        self.event = Some(Event::Violation(error));
    }

    /// The peer's stream is over.
    pub(super) fn end(&mut self) {
        self.leave(Input::End);
    }

    /// Octets that come when none are read any more are dropped, up to a limit.
    pub(super) fn discard(&mut self, octets: usize) {
        self.discarded = self.discarded.saturating_add(octets as u64);
        if self.discarded > self.limits.discard {
            self.leave(Input::GiveUp);
        }
    }

    /// Moves on in the closing handshake. From here on no frame is read, so what was kept for the
    /// next is dropped.
    pub(super) fn leave(&mut self, input: Input) {
        // Only a second Close frame of ours is refused, and none is sent here.
        self.phase = self.phase.on(input, self.role).unwrap_or(self.phase);
        self.tail.clear();
        (self.frame, self.incoming, self.outgoing, self.pong) = (None, None, None, None);
        self.compression = None;
        if self.ended {
            // There is nothing left to wait for.
            self.phase = Phase::Closed;
        }
        match self.phase {
            Phase::Closed => self.timer.clear(),
            Phase::Open | Phase::CloseSent | Phase::Exchanged | Phase::Failed => {
                self.timer.arm(self.limits.close_timeout);
            }
        }
    }
}

/// As much of a text as fits in a Close frame, cut between characters.
fn cut(text: &str) -> &str {
    let end = (0..=REASON.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}
