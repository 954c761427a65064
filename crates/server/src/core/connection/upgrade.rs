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

use super::{Connection, State};
use crate::{
    Key, Moment,
    core::session::{Cast, Session},
    endpoint::Opening,
};
use http::{Response, StatusCode};
use http1::Outgoing;
use websocket::Prepared;
use wire::trace::{Direction, Field, Layer, Value};

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
        if let Some(record) = &mut current.record {
            record.status = status;
        }
        if accepted {
            current.opening = Some(opening);
            return;
        }
        // The route looked before it agreed. What it cannot see is that the peer did not mean it:
        // HTTP/1.0, or a `Connection` that does not name the upgrade.
        let _ = self.http1.send_response(&Response::new(status), Outgoing::None);
        self.finish(None, moment);
    }

    /// The stream is another protocol's from here on. Answers whether somebody takes it over; a
    /// tunnel (CONNECT) finds nobody.
    pub(super) fn hand_over(&mut self, mut rest: Vec<u8>, moment: &Moment) -> bool {
        let Some(opening) = self.current.as_mut().and_then(|current| current.opening.take()) else {
            return false;
        };
        if let Some(mut current) = self.current.take() {
            self.write_down(&mut current, moment);
        }
        let key = Key { connection: self.number, stream: 0 };
        let trace = self.service.trace.with_connection(self.number);
        let hub = self.hub.clone();
        let mut session = Session::new(*opening, hub, key, self.peer, &trace, moment.now);
        session.open();
        // Octets that came with the request; a client should have waited, and nothing is lost.
        session.receive(&mut rest, moment.now);
        if self.stopping {
            // The handler agreed behind the stop: whoever was there before has been told.
            session.go_away();
        }
        self.session = Some(Box::new(session));
        true
    }

    /// Gives a group's message to the session that is a member.
    pub fn cast(&mut self, message: &Prepared) -> Cast {
        self.session.as_mut().map_or(Cast::Gone, |session| session.cast(message))
    }

    /// The member of a group does not take what is said, and is dropped by the driver for that.
    pub fn cut_off(&mut self, moment: &Moment) {
        let trace = self.service.trace.with_connection(self.number);
        trace.emit(moment.now, Layer::Server, Direction::Local, "cut off", None, || {
            let why = "as much waits for this member of a group as may";
            [Field { name: "why", value: Value::Text(why) }]
        });
        self.disconnect(moment);
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
