//! The open connection: any thread may send, one at a time receives.
//!
//! RFC 6455 §5, §7
//!
//! ```text
//!              lock                     held while
//!   send     ► writer ► connection      framing; then writing, until the socket took all
//!   receive  ► reader ► connection      reading what came; the writer's only if it is free
//! ```
//!
//! Two locks stand in front of the connection's own, one for each way, so that a receiver is never
//! kept waiting by a sender whose peer is slow. Where a receiver has something to send (a Pong, the
//! answer to a Close) and a sender holds the way out, it leaves a flag, and the sender sends it
//! when it is done.
//!
//! A sender that must wait also reads, where nobody else does: so the peer's Pings are answered,
//! and two ends that both send a lot do not wait for each other until [`Limits::tail`] is reached.
//!
//! Invariant: locks are waited for in the order writer, reader, connection; an earlier one is only
//! ever *tried* while a later one is held.
//!
//! Invariant: whoever finds the writer taken has set `pending` before, and whoever gives it back
//! looks at `pending` after: nothing that is to be sent is forgotten.

mod receive;
mod send;

use super::{Agreed, CloseCode, Limits, reader::Reader, writer::Writer};
use crate::{
    Error, Timings,
    core::timeouts::Timeouts,
    driver::{stream::Stream, upgrade::Upgraded},
    response::Hop,
    tls::Secured,
    trace,
};
use ::websocket::{Connection, State};
use http::{HeaderMap, Uri};
use sockets::Waker;
use std::{
    fmt,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};
use wire::trace::{Direction, Trace};

/// An open WebSocket. Dropping it says "going away" and closes; [`close`](Self::close) and
/// [`receive`](Self::receive) until [`Event::Closed`](super::Event::Closed) end it in good order.
pub struct WebSocket {
    stream: Stream,
    connection: Mutex<Connection>,
    reader: Mutex<Reader>,
    writer: Mutex<Writer>,
    /// Something waits to be sent, and whoever holds the writer shall send it.
    pending: AtomicBool,
    /// Octets that the socket took, and gave.
    sent: AtomicU64,
    received: AtomicU64,
    /// Wakes the receiver.
    waker: OnceLock<Waker>,
    /// Octets that the connection lets wait.
    output: usize,
    timeouts: Timeouts,
    trace: Trace,
    /// Held while octets pass and that is told, if anybody listens.
    order: Mutex<()>,
    /// `host:port`, for messages.
    name: String,
    handshake: Handshake,
}

/// What the handshake left behind.
pub(super) struct Handshake {
    pub(super) url: Uri,
    pub(super) headers: HeaderMap,
    pub(super) history: Vec<Hop>,
    pub(super) agreed: Agreed,
    pub(super) timings: Timings,
}

impl WebSocket {
    /// Takes over the stream behind a handshake.
    pub(super) fn new(
        upgraded: Upgraded,
        mut connection: Connection,
        limits: &Limits,
        timeouts: Timeouts,
        handshake: Handshake,
    ) -> Result<Self, Error> {
        let Upgraded { stream, mut rest, name, trace, .. } = upgraded;
        let broken = |source| Error::Receive { from: name.clone(), source };
        stream.set_nonblocking(true).map_err(broken)?;
        connection.set_trace(trace.clone());
        if !rest.is_empty() {
            connection.receive(&mut rest, Instant::now());
        }
        Ok(Self {
            stream,
            connection: Mutex::new(connection),
            reader: Mutex::default(),
            writer: Mutex::new(Writer::new(limits.output)),
            pending: AtomicBool::new(false),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            waker: OnceLock::new(),
            output: limits.output.max(1),
            timeouts,
            trace,
            order: Mutex::default(),
            name,
            handshake,
        })
    }

    /// Where it leads, as `ws:`.
    pub fn url(&self) -> &Uri {
        &self.handshake.url
    }

    /// The fields of the 101.
    pub fn headers(&self) -> &HeaderMap {
        &self.handshake.headers
    }

    /// The redirects that led here, the first first.
    pub fn history(&self) -> &[Hop] {
        &self.handshake.history
    }

    /// What both sides agreed on: the subprotocol, the compression.
    pub fn agreed(&self) -> &Agreed {
        &self.handshake.agreed
    }

    /// What was agreed on with the server, under `wss`.
    pub fn secured(&self) -> Option<Arc<Secured>> {
        self.stream.secured()
    }

    /// What the handshake took.
    pub fn timings(&self) -> Timings {
        self.handshake.timings
    }

    /// Octets sent and received since the handshake.
    pub fn octets(&self) -> (u64, u64) {
        (self.sent.load(Ordering::Relaxed), self.received.load(Ordering::Relaxed))
    }

    /// The peer's address, unless it is a Unix-domain socket.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.stream.peer()
    }

    /// Where the connection is in its life.
    pub fn state(&self) -> State {
        lock(&self.connection).state()
    }

    /// Keeps what is told in the order in which it was: an answer can be here before the write that
    /// it answers has come back from the kernel.
    fn in_order(&self) -> Option<MutexGuard<'_, ()>> {
        self.trace.is_on().then(|| lock(&self.order))
    }

    fn tell_closed(&self) {
        let (sent, received) = self.octets();
        trace::CLOSE.tell(&self.trace, Direction::Local, || {
            [trace::number("octets sent", sent), trace::number("octets received", received)]
        });
    }
}

impl Drop for WebSocket {
    fn drop(&mut self) {
        if self.state() == State::Open {
            let _ = lock(&self.connection).close(CloseCode::GOING_AWAY, "");
            self.send_some();
        }
        if lock(&self.reader).closed.is_none() {
            self.tell_closed();
        }
    }
}

impl fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket")
            .field("url", &self.handshake.url)
            .field("agreed", &self.handshake.agreed)
            .finish_non_exhaustive()
    }
}

/// A thread that panicked with one of these held was between two calls of a state machine that does
/// not panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
