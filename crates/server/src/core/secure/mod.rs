//! A connection inside TLS: records and handshake outside, HTTP inside.
//!
//! RFC 8446, RFC 7301, RFC 8470
//!
//! ```text
//!   socket ──► tls::record::Connection ──► data, opened in place ──► Connection
//!                 │ HandshakeComplete, ALPN: which protocol begins      │
//!   socket ◄── out ◄── records ◄── seal ◄── plain ◄─────────────────────┘
//!                                    ▲
//!                                  files, read in pieces
//! ```
//!
//! | what grows                        | the brake                                            |
//! |-----------------------------------|------------------------------------------------------|
//! | octets of a handshake             | the limits and the deadline of `tls`                 |
//! | cleartext that waits to be sealed | the next is fetched when all of it was               |
//! | records that wait for the peer    | sealed only while the driver's output has room       |
//!
//! The handshake runs on the event loop. Its dearest steps are a signature and a key agreement,
//! 25 to 110 µs each: less than it costs to hand them to another thread and be woken by it when
//! many do so, and others wait no longer for them than for a file's look-up. A key that is not in
//! memory would be another matter, and a long RSA key is (some milliseconds): elliptic ones are
//! what one should have.
//!
//! Invariant: nothing is answered before the peer has shown that it knows the keys, but requests in
//! early data, which are marked.
//!
//! Invariant: close_notify goes out behind a whole answer, never behind a part of one.

mod close;
mod receive;
mod send;

use super::{Cast, Connection, Moment, Protocol, Service};
use crate::{Hub, Peer, Tls, limits::Limits};
use std::{sync::Arc, time::Instant};
use tls::record;
use websocket::Prepared;
use wire::Output;

/// Octets in the clear that wait to be sealed, and a unit more: four of the longest records.
const PLAIN: usize = 4 * record::MAX_CONTENT;

/// A stream whose octets are records.
pub struct Secure {
    tls: record::Connection,
    door: Arc<Tls>,
    /// What is inside, from the moment on when it is known which protocol that is.
    inner: Option<Box<Connection>>,
    service: Arc<Service>,
    hub: Arc<Hub>,
    peer: Peer,
    number: u64,
    /// Cleartext that waits to be sealed.
    plain: Output,
    /// Over the cap: it gets a 503 when it can read one.
    refused: bool,
    /// The server stops.
    stopping: bool,
    /// What waited to be sealed cannot be: the answer ends where it is.
    broken: bool,
    /// An octet has come.
    begun: bool,
    /// What became of the handshake was counted.
    counted: bool,
}

impl Secure {
    /// A connection that has just been accepted. `number` is the driver's name for it.
    pub fn new(
        door: Arc<Tls>,
        service: Arc<Service>,
        hub: Arc<Hub>,
        peer: Peer,
        number: u64,
        moment: &Moment,
    ) -> Self {
        let now = tls::Moment { instant: moment.now, time: moment.wall };
        let random = Box::new(crate::random::System);
        let mut tls = record::Connection::server(door.config(service.http2).clone(), random, now);
        if service.trace.is_on() {
            tls.set_trace(service.trace.with_connection(number));
        }
        Self {
            tls,
            door,
            inner: None,
            service,
            hub,
            peer,
            number,
            // What many streams have to say goes into one record, and not a record each.
            plain: Output::new(PLAIN),
            refused: false,
            stopping: false,
            broken: false,
            begun: false,
            counted: false,
        }
    }

    /// Moves everything inside as far as it goes in one turn.
    pub fn process(&mut self, moment: &Moment) {
        if let Some(inner) = &mut self.inner {
            inner.process(moment);
        }
    }

    /// Does what the handler of this stream, or somebody who has its socket, asks for.
    pub fn touch(&mut self, stream: u64, moment: &Moment) {
        if let Some(inner) = &mut self.inner {
            inner.touch(stream, moment);
        }
    }

    /// Whether a turn ended before the work did.
    pub fn has_more(&self) -> bool {
        self.inner.as_ref().is_some_and(|inner| inner.has_more())
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called.
    pub fn next_timeout(&self) -> Option<Instant> {
        let inner = self.inner.as_ref().and_then(|inner| inner.next_timeout());
        [self.tls.next_timeout(), inner].into_iter().flatten().min()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, moment: &Moment) {
        self.tls.handle_timeout(moment.now);
        self.take_events(moment);
        if let Some(inner) = &mut self.inner {
            inner.handle_timeout(moment);
        }
    }

    /// Finish the request under way, if there is one, and take no other. A handshake that is under
    /// way is not worth finishing.
    pub fn shut_down(&mut self, moment: &Moment) {
        self.stopping = true;
        match &mut self.inner {
            Some(inner) => inner.shut_down(moment),
            // It fails only where it is closing already.
            None => drop(self.tls.close()),
        }
    }

    /// Answers 503 whatever is asked, as soon as the peer can read it.
    pub fn refuse(&mut self, moment: &Moment) {
        self.refused = true;
        if let Some(inner) = &mut self.inner {
            inner.refuse(moment);
        }
    }

    /// Whether it was [refused](Self::refuse).
    pub fn is_refused(&self) -> bool {
        self.refused
    }

    /// Gives a group's message to the session that is a member.
    pub fn cast(&mut self, stream: u64, message: &Prepared) -> Cast {
        self.inner.as_mut().map_or(Cast::Gone, |inner| inner.cast(stream, message))
    }

    /// The member of a group does not take what is said, and is cut off for that. Answers whether
    /// the connection goes on without it.
    pub fn cut_off(&mut self, stream: u64, moment: &Moment) -> bool {
        self.inner.as_mut().is_some_and(|inner| inner.cut_off(stream, moment))
    }

    /// The ceilings of the server it belongs to.
    pub fn limits(&self) -> &Limits {
        &self.service.limits
    }

    /// What was agreed on, and the protocol that follows from it.
    fn begin(&mut self, early: bool, summary: Arc<tls::Summary>, moment: &Moment) {
        if let Some(inner) = &mut self.inner {
            return inner.set_tls(summary, early);
        }
        let (service, hub) = (self.service.clone(), self.hub.clone());
        let protocol = Protocol::agreed(summary.alpn.as_deref());
        let (peer, number) = (self.peer, self.number);
        let mut inner = Connection::speaking(protocol, service, hub, peer, number, moment);
        inner.set_tls(summary, early);
        if self.refused {
            inner.refuse(moment);
        }
        if self.stopping {
            inner.shut_down(moment);
        }
        self.inner = Some(Box::new(inner));
    }
}
