//! A connection that stops speaking HTTP: behind a 101 the stream is another protocol's.
//!
//! RFC 9110 §7.8, RFC 9112 §9.5
//!
//! ```text
//!   GET, Upgrade: websocket ──►
//!                           ◄── 101 Switching Protocols │ octets of the new protocol
//!                               └────── head ──────────┘ └─ `rest` ─┘ and then the stream
//! ```
//!
//! Invariant: the place that the request held in its pool is free again as soon as the stream is
//! handed over: a pool bounds requests under way, and this connection carries none any more.
//!
//! Users: [`crate::websocket`]. Where nobody asks for the stream, the connection is closed.

use super::{exchange::Exchange, stream::Stream};
use crate::{Timings, adapter::Incoming, tls::Secured};
use http1::client::Event;
use std::{
    io::{self, BufRead, Read},
    sync::Arc,
};
use wire::trace::Trace;

/// A stream that was HTTP until a moment ago.
#[derive(Debug)]
pub struct Upgraded {
    /// The socket; it blocks.
    pub(crate) stream: Stream,
    /// What came behind the head already.
    pub(crate) rest: Vec<u8>,
    /// `host:port`, for messages.
    pub(crate) name: String,
    /// Who listens, with the connection's number.
    pub(crate) trace: Trace,
    /// What the handshake cost.
    pub(crate) timings: Timings,
}

/// The content of a 101: none, but the stream behind it can be had.
#[derive(Debug)]
pub(crate) struct Upgrade {
    exchange: Option<Exchange>,
    timings: Timings,
}

impl Upgrade {
    pub(crate) fn new(exchange: Exchange, timings: Timings) -> Self {
        Self { exchange: Some(exchange), timings }
    }
}

impl Incoming for Upgrade {
    fn secured(&self) -> Option<Arc<Secured>> {
        self.exchange.as_ref()?.checkout.connection.secured()
    }

    fn timings(&self) -> Timings {
        self.timings
    }

    fn upgrade(mut self: Box<Self>) -> Option<Upgraded> {
        let Exchange { checkout, trace, .. } = self.exchange.take()?;
        let mut connection = checkout.connection;
        let rest = match connection.poll_event() {
            Some(Event::Upgraded { rest }) => rest,
            _ => return None,
        };
        let mut timings = self.timings;
        (timings.sent, timings.received) = (connection.sent, connection.received);
        let name = connection.name.clone();
        Some(Upgraded { stream: connection.into_stream(), rest, name, trace, timings })
    }
}

impl Drop for Upgrade {
    fn drop(&mut self) {
        if let Some(exchange) = self.exchange.take() {
            exchange.end();
        }
    }
}

impl Read for Upgrade {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl BufRead for Upgrade {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(&[])
    }

    fn consume(&mut self, _: usize) {}
}
