//! The server without an operating system: octets and time in, octets out, handlers in between.
//!
//! A driver owns sockets and threads and feeds a [`Connection`]; the laboratory's virtual network
//! can do the same, through a [`Link`] where there may be TLS in between. Here is decided what a
//! request meets: handler, answer, log. Behind an upgrade a [`Session`] has the stream.

mod answer;
mod base;
mod connection;
mod http1;
mod http2;
mod http3;
mod link;
mod log;
mod multiplex;
mod preface;
mod protocol;
mod secure;
mod session;
mod underway;

pub use ::http1::State;
pub use connection::Connection;
pub use http3::Http3;
pub use link::Link;
pub use log::{AccessLog, Record, TlsFailure};
pub use protocol::Protocol;
pub use secure::Secure;
pub use session::{Cast, Session};

use crate::{Handler, limits::Limits};
use base::Base;
use http::date::ImfFixdate;
use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};
use wire::UnixTime;

/// What all connections of a server share.
pub struct Service {
    /// What answers.
    pub handler: Arc<dyn Handler>,
    /// Whether HTTP/2 is spoken, beside HTTP/1.
    pub http2: bool,
    /// Where else the same is served, as Alt-Svc says it (RFC 7838 §3); told over TLS.
    pub alternative: OnceLock<Arc<str>>,
    /// Ceilings.
    pub limits: Arc<Limits>,
    /// Who is told of each exchange.
    pub log: Option<Arc<dyn AccessLog>>,
    /// Who is told of everything.
    pub trace: wire::trace::Trace,
}

/// The time, read once per turn of a loop, and the `Date` field made from it once per second.
#[derive(Debug, Clone)]
pub struct Moment {
    /// For everything that waits.
    pub now: Instant,
    /// For everything that is written down.
    pub wall: UnixTime,
    date: ImfFixdate,
}

impl Moment {
    /// This moment.
    pub fn new(now: Instant, wall: UnixTime) -> Self {
        Self { now, wall, date: http::date::format(wall) }
    }

    /// A later moment.
    pub fn advance(&mut self, now: Instant, wall: UnixTime) {
        self.now = now;
        if wall != self.wall {
            self.wall = wall;
            self.date = http::date::format(wall);
        }
    }

    /// The wall time as `Date` has it (RFC 9110 §5.6.7).
    pub const fn date(&self) -> &ImfFixdate {
        &self.date
    }
}
