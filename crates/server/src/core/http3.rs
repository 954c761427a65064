//! A connection that speaks HTTP/3: many requests at once, each on a stream of QUIC's.
//!
//! RFC 9114, RFC 9220, RFC 8470 §5
//!
//! ```text
//!   quic::Event ──► port::http3::take ──► http3::Connection ──► Exchanges ──► handlers
//!   quic        ◄── port::http3::give ◄────────────────────────────┘
//! ```
//!
//! Octets that nobody has room for stay in QUIC's streams, whose windows then shut; when there is
//! room again, HTTP/3 says so and they are read.
//!
//! Invariant: a stop is told with GOAWAY, and the connection is closed when the last answer has
//! been acknowledged, not when it was sent.
//!
//! Used by: `server::quic::http3`, the laboratory.

use super::{
    Base, Cast, Service,
    answer::Refused,
    multiplex::{Exchanges, Multiplexed, Reason, Told, same_names},
};
use crate::{Hub, Moment, Peer, exchange::ContentError};
use ::http3::{ErrorCode, Event, StreamId};
use http::Request;
use std::{sync::Arc, time::Instant};
use websocket::Prepared;

/// The stream's name, in the protocol's words.
const fn name(stream: u64) -> StreamId {
    StreamId::new(stream)
}

impl Multiplexed for ::http3::Connection {
    same_names!(name);

    fn poll(&mut self) -> Option<Told> {
        Some(match self.poll_event()? {
            Event::Request { stream, head, end } => {
                Told::Request { stream: stream.get(), head, end }
            }
            Event::Data { stream, octets, end } => Told::Data { stream: stream.get(), octets, end },
            Event::Trailers { stream, trailers } => {
                Told::Trailers { stream: stream.get(), trailers }
            }
            Event::StreamReset { stream, error, .. } => {
                let why = error.map_or(ContentError::Ended, |error| {
                    ContentError::Malformed(error.to_string())
                });
                Told::Reset { stream: stream.get(), why }
            }
            Event::Writable(stream) => Told::Writable(stream.get()),
            Event::Readable(stream) => Told::Readable(stream.get()),
            Event::Drained => Told::Drained,
            Event::Closed { clean } => Told::Closed { clean },
            // A violation ends streams, which is told by itself.
            _ => Told::Other,
        })
    }

    fn is_open(&self) -> bool {
        self.state() == ::http3::State::Open
    }

    fn reset(&mut self, stream: u64, reason: Reason) {
        let code = match reason {
            Reason::Enough => ErrorCode::H3_NO_ERROR,
            Reason::Failed => ErrorCode::H3_INTERNAL_ERROR,
            Reason::Unwanted => ErrorCode::H3_REQUEST_CANCELLED,
        };
        self.reset(name(stream), code);
    }

    fn push(&mut self, parent: u64, request: &Request) -> Result<u64, Refused> {
        Ok(self.push(name(parent), request).map_err(|_| Refused)?.get())
    }
}

/// A connection from a client that speaks HTTP/3.
pub struct Http3 {
    exchanges: Exchanges<::http3::Connection>,
}

impl Http3 {
    /// A connection that has just begun. `number` is the driver's name for it. What is read before
    /// [`set_tls`](Self::set_tls) came as early data.
    pub fn new(
        service: Arc<Service>,
        hub: Arc<Hub>,
        peer: Peer,
        number: u64,
        moment: &Moment,
    ) -> Self {
        let mut http3 = ::http3::Connection::server(&service.limits.http3, moment.now);
        let mut base = Base::new(service, hub, peer, number);
        base.early = true;
        if base.service.trace.is_on() {
            http3.set_trace(base.trace());
        }
        Self { exchanges: Exchanges::new(base, http3) }
    }

    /// What means nothing is sent, too: see [`http3::Connection::set_grease`].
    pub fn set_grease(&mut self, chance: u64) {
        self.exchanges.protocol.set_grease(chance);
    }

    /// The handshake is done: this is what both ends agreed on.
    pub fn set_tls(&mut self, tls: Arc<tls::Summary>) {
        let base = &mut self.exchanges.base;
        (base.tls, base.early) = (Some(tls), false);
    }

    /// Something happened on the connection. [`advance`](Self::advance) makes of it what can be.
    pub fn on_event(&mut self, event: quic::Event, quic: &mut quic::Connection, moment: &Moment) {
        let http3 = &mut self.exchanges.protocol;
        match port::http3::take(event, http3, quic, moment.now) {
            Some(quic::Event::Connected(summary)) => {
                // What came before was early; it is looked at as such.
                self.process(quic, moment);
                self.set_tls(Arc::from(summary));
            }
            // Who asks from now on asks from there (RFC 9000 §9).
            Some(quic::Event::Migrated(path)) => {
                self.exchanges.base.peer = Peer::Inet(path.remote);
            }
            _ => {}
        }
    }

    // ANCHOR: advance
    /// Moves everything as far as it goes in one turn, and gives QUIC what there is to say.
    pub fn advance(&mut self, quic: &mut quic::Connection, moment: &Moment) {
        self.process(quic, moment);
        self.exchanges.collect_sessions(moment);
        port::http3::give(&mut self.exchanges.protocol, quic, moment.now);
        self.exchanges.sent(moment);
        if self.exchanges.is_drained() && quic.stats().in_flight == 0 {
            quic.close(ErrorCode::H3_NO_ERROR.0, b"");
        }
    }
    // ANCHOR_END: advance

    fn process(&mut self, quic: &mut quic::Connection, moment: &Moment) {
        self.exchanges.protocol.set_date(*moment.date());
        self.exchanges.process(moment);
        // Streams that nobody gets to in this turn stay among those to be read.
        while !self.exchanges.is_behind() {
            let readable = self.exchanges.take_readable();
            if readable.is_empty() {
                break;
            }
            for stream in readable {
                let (id, http3) = (name(stream), &mut self.exchanges.protocol);
                port::http3::resume(port::http3::quic_id(id), http3, quic, moment.now);
            }
            self.exchanges.process(moment);
        }
    }

    /// A handler has something to say on this stream, or somebody who has its socket.
    pub fn touch(&mut self, stream: u64, moment: &Moment) {
        self.exchanges.touch(stream, moment);
    }

    /// Whether a turn ended before the work did.
    pub fn has_more(&self) -> bool {
        self.exchanges.has_more()
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.exchanges.next_timeout()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, moment: &Moment) {
        self.exchanges.handle_timeout(moment);
    }

    /// Finish the requests under way, and take none but those that are on their way already.
    pub fn shut_down(&mut self, moment: &Moment) {
        self.exchanges.shut_down(moment);
    }

    /// Gives a group's message to the session that is a member.
    pub fn cast(&mut self, stream: u64, message: &Prepared) -> Cast {
        self.exchanges.cast(stream, message)
    }

    /// The member of a group does not take what is said, and is cut off for that.
    pub fn cut_off(&mut self, stream: u64, moment: &Moment) {
        self.exchanges.cut_off(stream, moment);
    }

    /// The connection is gone: handlers that still write or read hear of it.
    pub fn disconnect(&mut self, moment: &Moment) {
        self.exchanges.disconnect(moment);
    }
}
