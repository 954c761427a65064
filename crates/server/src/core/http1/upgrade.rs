//! What becomes of the stream behind an upgrade.
//!
//! RFC 9110 §7.8, RFC 6455 §4.2.2
//!
//! ```text
//!   request ──► route ──► Command::Upgrade ──► 101 ──► Event::Upgraded { rest }
//!                                                            │
//!                    octets, timeouts, ends ◄───────────► Session
//! ```
//!
//! Invariant: from the upgrade on, everything is the session's; the protocol that agreed to it only
//! hands over its 101.

use super::{Connection, Session, State};
use crate::{Key, Moment, endpoint::Opening};
use http::{Response, StatusCode};
use http1::Outgoing;

impl Connection {
    /// Agrees to the upgrade: 101 is the answer.
    pub(super) fn accept_upgrade(
        &mut self,
        response: &Response,
        opening: Box<Opening>,
        moment: &Moment,
    ) {
        let Some(current) = &mut self.current else { return };
        let accepted = self.http1.accept_upgrade(response).is_ok();
        let status = if accepted { response.status } else { StatusCode::BAD_REQUEST };
        current.note_status(status);
        if accepted {
            self.opening = Some(opening);
            return;
        }
        // The route looked before it agreed. What it cannot see is that the peer did not mean it:
        // HTTP/1.0, or a `Connection` that does not name the upgrade.
        let _ = self.http1.send_response(&Response::new(status), Outgoing::None);
        self.finish(moment);
    }

    /// The stream is another protocol's from here on. Answers whether somebody takes it over; a
    /// tunnel (CONNECT) finds nobody.
    pub(super) fn hand_over(&mut self, mut rest: Vec<u8>, moment: &Moment) -> bool {
        let Some(opening) = self.opening.take() else { return false };
        if let Some(mut current) = self.current.take() {
            current.finish(&self.base, moment);
        }
        let mut session = self.base.session(*opening, Key::ALONE, moment);
        // Octets that came with the request; a client should have waited, and nothing is lost.
        session.receive(&mut rest, moment.now);
        if self.base.stopping {
            // The handler agreed behind the stop: whoever was there before has been told.
            session.go_away();
        }
        self.session = Some(Box::new(session));
        true
    }
}

/// A session's state, as the driver of a connection knows it.
pub(super) fn state_of(session: &Session) -> State {
    match session.state() {
        websocket::State::Closed => State::Closed,
        _ if session.wants_shutdown() => State::Closing,
        // The closing handshake reads and writes like any other talk.
        websocket::State::Open | websocket::State::Closing => State::Open,
    }
}
