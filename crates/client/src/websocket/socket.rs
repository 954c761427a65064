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
//! A sender that must wait also reads, where nobody else does: so the peer's Pings are answered, and
//! two ends that both send a lot do not wait for each other until [`Limits::tail`] is reached.
//!
//! Invariant: locks are waited for in the order writer, reader, connection; an earlier one is only
//! ever *tried* while a later one is held.
//!
//! Invariant: whoever finds the writer taken has set `pending` before, and whoever gives it back
//! looks at `pending` after: nothing that is to be sent is forgotten.

use super::{
    Agreed, CloseCode, Event, Limits, Message,
    reader::Reader,
    writer::{Writer, Wrote},
};
use crate::{
    Error, Timings,
    core::timeouts::{Deadline, Phase, Timeouts},
    driver::{connection::Waits, stream::Stream, upgrade::Upgraded},
    response::Hop,
    trace,
};
use ::websocket::{Connection, Misuse, State};
use http::{HeaderMap, Uri};
use sockets::{Interest, Waker};
use std::{
    fmt, io,
    net::SocketAddr,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use wire::trace::{Direction, Trace};

/// How often a receiver whose timer is due looks whether a sender still comes on.
const LOOK: Duration = Duration::from_secs(1);

/// An open WebSocket. Dropping it says "going away" and closes; [`close`](Self::close) and
/// [`receive`](Self::receive) until [`Event::Closed`] end it in good order.
pub struct WebSocket {
    stream: Stream,
    connection: Mutex<Connection>,
    reader: Mutex<Reader>,
    writer: Mutex<Writer>,
    /// Something waits to be sent, and whoever holds the writer shall send it.
    pending: AtomicBool,
    /// Octets that the socket took.
    sent: AtomicU64,
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

    /// What the handshake took.
    pub fn timings(&self) -> Timings {
        self.handshake.timings
    }

    /// Octets sent and received since the handshake.
    pub fn octets(&self) -> (u64, u64) {
        (self.sent.load(Ordering::Relaxed), lock(&self.reader).received)
    }

    /// The peer's address, unless it is a Unix-domain socket.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.stream.peer()
    }

    /// Where the connection is in its life.
    pub fn state(&self) -> State {
        lock(&self.connection).state()
    }

    // ANCHOR: send
    /// Sends a message, and waits until the socket has taken all of it. Large messages are masked
    /// where they are and not copied.
    ///
    /// # Errors
    /// [`Error::WebSocket`] once the connection is closing; [`Error::Timeout`] if the socket takes
    /// nothing for [`Timeouts::read`], after which the rest still waits and another call goes on
    /// with it; [`Error::Send`] if the connection broke.
    pub fn send(&self, message: Message) -> Result<(), Error> {
        let mut writer = lock(&self.writer);
        // What a time-out left behind goes first, or the connection would be full of it.
        self.flush(&mut writer)?;
        lock(&self.connection).send(message)?;
        let flushed = self.flush(&mut writer);
        drop(writer);
        self.send_pending();
        flushed
    }
    // ANCHOR_END: send

    /// Puts a message behind what waits to be sent, and sends only if a lot does: for many small
    /// messages in one write. [`flush_queued`](Self::flush_queued) sends what is left.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn queue(&self, message: Message) -> Result<(), Error> {
        /// As much as one write takes well.
        const ENOUGH: usize = 64 * 1024;
        let mut connection = lock(&self.connection);
        if connection.output_room() == 0 {
            drop(connection);
            self.flush_queued()?;
            connection = lock(&self.connection);
        }
        connection.send(message)?;
        let waits = self.output.saturating_sub(connection.output_room());
        drop(connection);
        if waits < ENOUGH { Ok(()) } else { self.flush_queued() }
    }

    /// Sends what [`queue`](Self::queue) left waiting.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn flush_queued(&self) -> Result<(), Error> {
        let mut writer = lock(&self.writer);
        let flushed = self.flush(&mut writer);
        drop(writer);
        self.send_pending();
        flushed
    }

    /// Asks the peer for a Pong with these octets, at most 125 (RFC 6455 §5.5.2).
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn ping(&self, octets: &[u8]) -> Result<(), Error> {
        self.control(|connection, _| connection.send_ping(octets))
    }

    /// Sends a Pong that nobody asked for (RFC 6455 §5.5.3). Pings are answered without this.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn pong(&self, octets: &[u8]) -> Result<(), Error> {
        self.control(|connection, _| connection.send_pong(octets))
    }

    /// Begins the closing handshake: nothing can be sent from here on, while what the peer sends
    /// before its own Close still comes. [`receive`](Self::receive) tells when all is over, at the
    /// latest [`Limits::close_timeout`] later.
    ///
    /// # Errors
    /// As [`send`](Self::send); a code that must not be sent and a reason of more than 123 octets
    /// are refused.
    pub fn close(&self, code: CloseCode, reason: &str) -> Result<(), Error> {
        self.control(|connection, _| connection.close(code, reason))
    }

    /// A small frame: it goes behind what is under way, and waits for nobody who sends.
    fn control(
        &self,
        act: impl FnOnce(&mut Connection, Instant) -> Result<(), Misuse>,
    ) -> Result<(), Error> {
        act(&mut lock(&self.connection), Instant::now())?;
        // Its timers have changed, and the receiver sleeps by the old ones.
        if let Some(waker) = self.waker.get() {
            waker.wake();
        }
        self.pending.store(true, Ordering::SeqCst);
        let Ok(mut writer) = self.writer.try_lock() else { return Ok(()) };
        self.pending.store(false, Ordering::SeqCst);
        let flushed = self.flush(&mut writer);
        drop(writer);
        self.send_pending();
        flushed
    }

    // ANCHOR: receive
    /// The next thing that happened; `None` if nothing did for `timeout` (`None`: as long as it
    /// takes; zero: only what is there). Once [`Event::Closed`] was told, it is told again.
    ///
    /// Pings that come are answered here, and ours are sent. What the peer did wrong is an
    /// [`Event::Violation`].
    ///
    /// # Errors
    /// [`Error::Receive`] if an open connection broke; then [`Event::Closed`] follows.
    pub fn receive(&self, timeout: Option<Duration>) -> Result<Option<Event>, Error> {
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut reader = lock(&self.reader);
        loop {
            if let Some(event) = self.next_event(&mut reader) {
                return Ok(Some(event));
            }
            let over = |now| until.is_some_and(|until| until <= now);
            let waits = std::mem::take(&mut reader.drained) && !over(Instant::now());
            if !waits && self.read(&mut reader)? {
                self.send_some();
                continue;
            }
            let unsent = self.send_some();
            let now = Instant::now();
            let connection = lock(&self.connection);
            let interest = Interest { readable: connection.wants_receive(), writable: unsent };
            let due = connection.next_timeout();
            drop(connection);
            let due = match due {
                Some(due) if due <= now => match self.moves(&mut reader) {
                    true => now.checked_add(LOOK),
                    false => {
                        lock(&self.connection).handle_timeout(now);
                        continue;
                    }
                },
                due => due,
            };
            if over(now) {
                return Ok(None);
            }
            let next = due.into_iter().chain(until).min();
            if interest == Interest::NONE && next.is_none() {
                // Nothing can happen any more; an open connection always reads.
                return Ok(Some(Event::Closed { clean: false }));
            }
            let wait = next.map(|next| next.saturating_duration_since(now));
            self.wait(&mut reader, interest, wait)?;
        }
    }
    // ANCHOR_END: receive

    fn next_event(&self, reader: &mut Reader) -> Option<Event> {
        if let Some(clean) = reader.closed {
            return Some(Event::Closed { clean });
        }
        let event = lock(&self.connection).poll_event();
        if let Some(Event::Closed { clean }) = event {
            reader.closed = Some(clean);
            self.tell_closed(reader.received);
            // The answer to the peer's Close may still be here.
            self.send_some();
        }
        event
    }

    /// Whether a sender is in the middle of a long message and has come on since this was last
    /// asked. Then the peer is there, though all that it hears is that message: a Ping would wait
    /// behind it.
    fn moves(&self, reader: &mut Reader) -> bool {
        let sent = self.sent.load(Ordering::Relaxed);
        let moved = std::mem::replace(&mut reader.sent, sent) != sent;
        moved && self.state() == State::Open && self.writer.try_lock().is_err()
    }

    /// Keeps what is told in the order in which it was: an answer can be here before the write that
    /// it answers has come back from the kernel.
    fn in_order(&self) -> Option<MutexGuard<'_, ()>> {
        self.trace.is_on().then(|| lock(&self.order))
    }

    fn tell_closed(&self, received: u64) {
        let sent = self.sent.load(Ordering::Relaxed);
        trace::CLOSE.tell(&self.trace, Direction::Local, || {
            [trace::number("octets sent", sent), trace::number("octets received", received)]
        });
    }

    /// Reads once, if anything is there; false if nothing is.
    fn read(&self, reader: &mut Reader) -> Result<bool, Error> {
        if !lock(&self.connection).wants_receive() {
            return Ok(false);
        }
        let order = self.in_order();
        let read = reader.read(&self.stream, &self.trace);
        drop(order);
        let (mut connection, now) = (lock(&self.connection), Instant::now());
        match read {
            Ok(None) => return Ok(false),
            Ok(Some([])) => connection.receive_end(true, now),
            Ok(Some(octets)) => connection.receive(octets, now),
            Err(source) => {
                let open = connection.state() == State::Open;
                connection.receive_end(false, now);
                if open {
                    return Err(Error::Receive { from: self.name.clone(), source });
                }
            }
        }
        Ok(true)
    }

    fn wait(
        &self,
        reader: &mut Reader,
        interest: Interest,
        wait: Option<Duration>,
    ) -> Result<(), Error> {
        let failed = |source| Error::Receive { from: self.name.clone(), source };
        if self.waker.get().is_none() {
            let waker = reader.waker(&self.stream).map_err(failed)?;
            let _ = self.waker.set(waker);
        }
        reader.wait(&self.stream, interest, wait).map_err(failed)
    }

    /// Sends what waits as far as the socket takes it and the writer is free. Answers whether the
    /// socket is full. A broken way out is no error here: reading will tell more.
    fn send_some(&self) -> bool {
        self.pending.store(true, Ordering::SeqCst);
        self.send_pending()
    }

    fn send_pending(&self) -> bool {
        let mut unsent = false;
        while self.pending.load(Ordering::SeqCst) {
            let Ok(mut writer) = self.writer.try_lock() else { return false };
            self.pending.store(false, Ordering::SeqCst);
            unsent = !matches!(self.advance(&mut writer), Ok(Wrote::All));
        }
        unsent
    }

    /// Writes what the socket takes now; what the connection wants sent is fetched when nothing is
    /// left from before, so that it knows how much waits.
    fn advance(&self, writer: &mut Writer) -> io::Result<Wrote> {
        loop {
            let order = self.in_order();
            let wrote = writer.write(&self.stream, &self.sent, &self.trace)?;
            drop(order);
            if wrote == Wrote::Full {
                return Ok(Wrote::Full);
            }
            let mut connection = lock(&self.connection);
            connection.poll_transmit(Instant::now(), &mut writer.output);
            if writer.output.is_empty() {
                if connection.wants_shutdown() {
                    // Once more does no harm.
                    let _ = self.stream.shut_down_writing();
                }
                return Ok(Wrote::All);
            }
        }
    }

    // ANCHOR: flush
    /// Writes all that the connection wants sent; waits for the socket, and reads meanwhile.
    fn flush(&self, writer: &mut Writer) -> Result<(), Error> {
        let failed = |source| Error::Send { to: self.name.clone(), source };
        let deadline = Deadline::new(Instant::now(), None);
        let waits = Waits { timeouts: self.timeouts, deadline };
        let mut reads = true;
        while self.advance(writer).map_err(failed)? == Wrote::Full {
            let wait = waits.cap(Phase::Send)?;
            match writer.wait(&self.stream, reads, wait.limit).map_err(failed)? {
                None => return Err(wait.expired.into()),
                // Whoever receives has it already, or the connection wants no more for now.
                Some(true) => reads = self.read_meanwhile(),
                Some(false) => {}
            }
        }
        Ok(())
    }
    // ANCHOR_END: flush

    /// Reads in the place of a receiver, if there is none. What breaks is told to the next one.
    fn read_meanwhile(&self) -> bool {
        let Ok(mut reader) = self.reader.try_lock() else { return false };
        self.read(&mut reader).unwrap_or(false)
    }
}

impl Drop for WebSocket {
    fn drop(&mut self) {
        if self.state() == State::Open {
            let _ = lock(&self.connection).close(CloseCode::GOING_AWAY, "");
            self.send_some();
        }
        let reader = lock(&self.reader);
        if reader.closed.is_none() {
            self.tell_closed(reader.received);
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
