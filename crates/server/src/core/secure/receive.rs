//! Octets from the peer: opened in place, and read inside where they lie.
//!
//! RFC 8446 §5.2, RFC 8470 §3
//!
//! ```text
//!   scratch │ record │ record │ rec          what one read of the socket brought
//!              └─ data ─► Connection::receive     the same octets, opened: nothing is copied
//! ```

use super::Secure;
use crate::{
    Moment,
    core::{Connection, Protocol, TlsFailure},
    handler::contained,
};
use std::mem;
use tls::{EarlyData, record::Event};
use wire::trace::{Direction, Field, Layer, Value};

impl Secure {
    // ANCHOR: receive
    /// Takes octets from the peer, which are changed by that, and does all that they make possible.
    pub fn receive(&mut self, mut input: &mut [u8], moment: &Moment) {
        self.begun |= !input.is_empty();
        while !input.is_empty() {
            // Either data, or something that happened, and then it is waiting.
            let received = self.tls.receive_some(input, moment.now);
            let used = received.used;
            if let Some(inner) = self.inner.as_mut().filter(|_| !received.data.is_empty()) {
                inner.receive(received.data, moment);
            }
            self.take_events(moment);
            input = input.get_mut(used..).unwrap_or_default();
        }
    }
    // ANCHOR_END: receive

    /// The peer's stream has ended. Without a close_notify before, that was nobody's good end.
    pub fn receive_end(&mut self, moment: &Moment) {
        self.tls.receive_end(true, moment.now);
        self.take_events(moment);
    }

    /// Whether octets from the peer are welcome now.
    pub fn wants_receive(&self) -> bool {
        self.tls.wants_receive() && self.inner.as_ref().is_none_or(|inner| inner.wants_receive())
    }

    /// How many octets to read, so that the last record among them is likely whole.
    pub fn best_read(&self, most: usize) -> usize {
        self.tls.best_read(most)
    }

    /// Does what the handshake and the alerts ask for.
    pub(super) fn take_events(&mut self, moment: &Moment) {
        while let Some(event) = self.tls.poll_event() {
            match event {
                Event::EarlyData(EarlyData::Accepted) => {
                    let summary = self.tls.summary().clone().into();
                    self.begin(true, summary, moment);
                }
                Event::HandshakeComplete(summary) => {
                    self.counted = true;
                    self.door.count_handshake(&summary);
                    self.begin(false, summary.into(), moment);
                }
                Event::Violation(error) => self.fail(&error, moment),
                Event::Closed { clean } => self.end(clean, moment),
                // What comes early and is not taken is skipped by `tls`, and a server gets neither
                // tickets nor, from `receive_some`, copies.
                _ => {}
            }
        }
    }

    /// The peer broke a rule of TLS, or says that we did. The alert is on its way.
    fn fail(&mut self, error: &tls::Error, moment: &Moment) {
        let handshake = !self.counted;
        self.count_failure();
        let trace = self.service.trace.with_connection(self.number);
        let line = error.to_string();
        trace.emit(moment.now, Layer::Server, Direction::Local, "tls failed", None, || {
            [Field { name: "why", value: Value::Text(&line) }]
        });
        if let Some(log) = &self.service.log {
            let failure = TlsFailure { peer: self.peer, time: moment.wall, handshake, error };
            contained(|| log.tls_failed(&failure));
        }
        self.give_up(moment);
    }

    /// Nothing more comes from the peer.
    fn end(&mut self, clean: bool, moment: &Moment) {
        self.count_failure();
        if let Some(inner) = &mut self.inner {
            inner.receive_end(clean, moment);
        }
    }

    /// A handshake that was not done before it was over will not be.
    pub(super) fn count_failure(&mut self) {
        if !mem::replace(&mut self.counted, true) {
            self.door.count_failure();
        }
    }

    /// Whether the peer speaks HTTP to us as it is: no ClientHello begins with a letter, and every
    /// method of HTTP does.
    pub(in crate::core) fn is_cleartext(&self, input: &[u8]) -> bool {
        !self.begun && input.first().is_some_and(u8::is_ascii_uppercase)
    }

    /// The answer to that, which whoever sent it can read.
    pub(in crate::core) fn clear_answer(&self, moment: &Moment) -> Connection {
        self.door.count_failure();
        let (service, hub) = (self.service.clone(), self.hub.clone());
        let (peer, number) = (self.peer, self.number);
        let mut connection =
            Connection::speaking(Protocol::Http1, service, hub, peer, number, moment);
        connection.refuse_cleartext(self.refused, moment);
        connection
    }
}
