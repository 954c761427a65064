//! A shared connection as its users see it: a number, and what became of it.
//!
//! RFC 9113 §5.1.2, §6.8, §9.1
//!
//! ```text
//!   thread ─┐                    ┌─ stream 1
//!   thread ─┼─► Line ── driver ──┼─ stream 3      one TCP connection
//!   thread ─┘                    └─ stream 5
//! ```
//!
//! Invariant: the connection says goodbye when the last user of its line has gone.
//!
//! Users: `driver::pool`, which keeps one for each origin; [`super::exchange`].

use super::{
    call::Call,
    http3::Http3,
    mailbox::{Asked, Command, Driver, Handed, HandedQuic, Mailbox, Wish},
    pushed::Pushed,
};
use crate::{
    Error,
    driver::{random::SystemOctets, stream::Stream},
    tls::Secured,
};
use http::{Version, message::Scheme};
use std::{
    net::SocketAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use wire::{Random as _, trace::Trace};

/// How HTTP/2 is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http2Options {
    /// Ceilings.
    pub limits: ::http2::Limits,
    /// Whether servers may push. What they push is kept, up to a bound, until a GET asks for it.
    /// Off unless asked for: no browser takes pushes any more.
    pub push: bool,
}

impl Default for Http2Options {
    /// A hundred streams at once, each with a first window of 256 KiB, and 23 MiB more by which
    /// those grow that are read; a PING after 45 s of silence: home routers forget a connection
    /// after a minute or more.
    fn default() -> Self {
        let limits = ::http2::Limits {
            own_streams: 100,
            connection_window: 64 << 20,
            ping_interval: Some(Duration::from_secs(45)),
            content: u64::MAX,
            ..::http2::Limits::default()
        };
        Self { limits, push: false }
    }
}

/// How HTTP/3 is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http3Options {
    /// Ceilings.
    pub limits: ::http3::Limits,
    /// How long QUIC may try alone before TCP is tried, too: 200 ms, in which most handshakes are
    /// done, and which nobody notices where they are not.
    pub head_start: Duration,
    /// Whether servers may push, as [`Http2Options::push`] says it.
    pub push: bool,
}

impl Default for Http3Options {
    fn default() -> Self {
        let limits =
            ::http3::Limits { own_streams: 100, content: u64::MAX, ..::http3::Limits::default() };
        Self { limits, head_start: Duration::from_millis(200), push: false }
    }
}

/// What the driver tells all users of a line.
#[derive(Debug, Default)]
pub(super) struct Status {
    /// No new requests: closed, or about to be.
    pub(super) over: AtomicBool,
    /// Calls that have not ended.
    pub(super) calls: AtomicUsize,
    /// Somebody was answered, or a GOAWAY says that somebody is being.
    pub(super) fruitful: AtomicBool,
    /// `host:port`, for messages.
    pub(super) name: String,
    pub(super) idle_time: Duration,
    pub(super) pushed: Pushed,
    /// What is spoken.
    pub(super) version: Version,
    /// What was agreed on, as soon as it is known.
    secured: OnceLock<Arc<Secured>>,
    /// Whether the server's certificate is asked about.
    verifies: bool,
    /// Requests went before the handshake was done.
    pub(super) early: bool,
    /// What broke the connection, for those whose requests had not been sent.
    pub(super) broken: OnceLock<Error>,
}

impl Status {
    /// The handshake of QUIC is done.
    pub(super) fn connected(&self, summary: tls::Summary) {
        let _ = self.secured.set(Arc::new(Secured::new(summary, self.verifies)));
    }
}

/// A shared connection.
#[derive(Debug)]
pub(crate) struct Line {
    id: u64,
    mailbox: Arc<Mailbox>,
    /// The thread lives as long as one of its lines does.
    _driver: Arc<Driver>,
    pub(super) status: Arc<Status>,
    /// Its number in traces.
    pub(crate) number: u64,
    /// Requests that it has carried.
    served: AtomicU64,
    pub(super) peer: Option<SocketAddr>,
    pub(super) local: Option<SocketAddr>,
}

/// A connected stream that is to speak HTTP/2, and what is known of it.
#[derive(Debug)]
pub(crate) struct Connected<'a> {
    pub(crate) stream: Stream,
    pub(crate) name: String,
    pub(crate) number: u64,
    pub(crate) options: &'a Http2Options,
    pub(crate) idle_time: Duration,
    pub(crate) trace: &'a Trace,
}

/// A connection of QUIC that is to speak HTTP/3, and what is known of it.
#[derive(Debug)]
pub(crate) struct ConnectedQuic<'a> {
    pub(crate) port: port::Port,
    pub(crate) handle: quic::Handle,
    pub(crate) path: quic::FourTuple,
    /// What was agreed on, where the handshake is done.
    pub(crate) summary: Option<tls::Summary>,
    pub(crate) verifies: bool,
    /// Requests may go before the handshake is done.
    pub(crate) early: bool,
    pub(crate) name: String,
    pub(crate) number: u64,
    pub(crate) options: &'a Http3Options,
    pub(crate) idle_time: Duration,
    pub(crate) trace: &'a Trace,
}

impl Line {
    /// Hands a connected stream to the driver.
    ///
    /// # Errors
    /// [`Error::Connect`] where the system has no thread or descriptor left.
    pub(crate) fn open(driver: &Arc<Driver>, connected: Connected<'_>) -> Result<Self, Error> {
        let Connected { stream, name, number, options, idle_time, trace } = connected;
        let trace = trace.with_connection(number);
        stream.listen(&trace);
        let mailbox = driver
            .start()
            .and_then(|mailbox| stream.set_nonblocking(true).map(|()| mailbox))
            .map_err(|source| Error::Send { to: name.clone(), source })?;
        let secured = stream.secured();
        let (peer, local) = (stream.peer(), stream.local());
        let scheme = if secured.is_some() { Scheme::Https } else { Scheme::Http };
        let mut told = ::http2::ClientOptions::new(scheme);
        told.push = options.push;
        let mut machine = ::http2::Connection::client(&options.limits, told, Instant::now());
        machine.set_trace(trace.clone());
        let status = Status { name, idle_time, version: Version::Http2, ..Status::default() };
        if let Some(secured) = secured {
            let _ = status.secured.set(secured);
        }
        let status = Arc::new(status);
        let handed = Handed {
            line: number,
            stream,
            machine: Box::new(machine),
            status: Arc::clone(&status),
            trace,
        };
        mailbox.send(Command::Drive(handed));
        Ok(Self::of(driver, mailbox, status, number, (peer, local)))
    }

    fn of(
        driver: &Arc<Driver>,
        mailbox: Arc<Mailbox>,
        status: Arc<Status>,
        number: u64,
        (peer, local): (Option<SocketAddr>, Option<SocketAddr>),
    ) -> Self {
        let (_driver, served) = (Arc::clone(driver), AtomicU64::new(0));
        Self { id: number, mailbox, _driver, status, number, served, peer, local }
    }

    /// Hands a connection of QUIC to the driver.
    ///
    /// # Errors
    /// [`Error::Send`] where the system has no thread or descriptor left, [`Error::Request`] where
    /// it has no random octets.
    pub(crate) fn open_quic(
        driver: &Arc<Driver>,
        connected: ConnectedQuic<'_>,
    ) -> Result<Self, Error> {
        let ConnectedQuic { port, handle, path, summary, verifies, early, .. } = connected;
        let ConnectedQuic { name, number, options, idle_time, trace, .. } = connected;
        let failed = |source| Error::Send { to: name.clone(), source };
        let mailbox = driver.start().map_err(failed)?;
        let told = ::http3::ClientOptions { push: options.push, ..Default::default() };
        let mut machine = ::http3::Connection::client(&options.limits, told, Instant::now());
        machine.set_trace(trace.with_connection(number));
        let mut chance = [0; 8];
        SystemOctets::few()?.fill(&mut chance);
        machine.set_grease(u64::from_be_bytes(chance));
        let status = Status {
            name,
            idle_time,
            version: Version::Http3,
            verifies,
            early,
            ..Status::default()
        };
        if let Some(summary) = summary {
            status.connected(summary);
        }
        let status = Arc::new(status);
        let handed = HandedQuic {
            line: number,
            port,
            handle,
            machine: Box::new(Http3::new(machine, early)),
            status: Arc::clone(&status),
        };
        mailbox.send(Command::DriveQuic(Box::new(handed)));
        let ends = (Some(path.remote), Some(path.local));
        Ok(Self::of(driver, mailbox, status, number, ends))
    }

    /// What was agreed on with the server, where there is TLS and the handshake is done.
    pub(super) fn secured(&self) -> Option<Arc<Secured>> {
        self.status.secured.get().cloned()
    }

    /// What is spoken.
    pub(crate) fn version(&self) -> Version {
        self.status.version
    }

    /// Whether it takes new requests, as far as is known.
    pub(crate) fn is_open(&self) -> bool {
        !self.status.over.load(Ordering::Acquire)
    }

    /// Requests that it carries now.
    pub(crate) fn calls(&self) -> usize {
        self.status.calls.load(Ordering::Relaxed)
    }

    /// Whether anybody got an answer on it, or gets one.
    pub(crate) fn is_fruitful(&self) -> bool {
        self.status.fruitful.load(Ordering::Acquire)
    }

    /// Says that no more requests will come.
    pub(crate) fn close(&self) {
        self.status.over.store(true, Ordering::Release);
        self.mailbox.send(Command::Close(self.id));
    }

    /// A number for the next call: how many there were before.
    pub(super) fn next(&self) -> u64 {
        self.served.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn ask(&self, asked: Asked) {
        self.status.calls.fetch_add(1, Ordering::Relaxed);
        self.mailbox.send(Command::Ask(self.id, asked));
    }

    pub(super) fn wish(&self, call: &Call, wish: Wish) {
        self.mailbox.send(Command::Wish(self.id, call.id, wish));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.mailbox.send(Command::Close(self.id));
    }
}
