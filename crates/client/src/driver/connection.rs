//! A connection: the state machine of `http1`, the socket under it, and one buffer for each way.
//!
//! ```text
//!            ┌──────────── Connection ────────────┐
//!   caller ─►│ http1::client::Connection          │
//!            │    │ poll_transmit     ▲ receive   │
//!            │  Output              64 KiB        │
//!            └────┼───────────────────┼───────────┘
//!               writev              read            the socket
//! ```
//!
//! The socket blocks, with a time-out that the kernel keeps: one call per read. Only while content
//! is being sent does it not block, since a response may come in the middle of it.
//!
//! Invariant: the octets counted in `sent` and `received` are those that the stream took and gave:
//! under TLS, what was sealed and opened.
//!
//! Users: [`super::exchange`], [`super::upload`], [`super::body`].

use super::stream::Stream;
use crate::{
    Error,
    core::timeouts::{Deadline, Phase, Timeouts, Wait},
    tls::Secured,
    trace,
};
use http1::{
    Violation,
    client::{Connection as Machine, Event},
};
use sockets::{Events, Interest, Poller, Token};
use std::{
    io::{self, IoSlice, Read, Write},
    net::SocketAddr,
    sync::Arc,
    time::Instant,
};
use wire::{
    Output,
    trace::{Direction, Trace},
};

/// The one buffer that everything received passes through. 64 KiB: what a socket usually holds.
const BUFFER: usize = 64 * 1024;
/// Slices for one `writev`.
const SLICES: usize = 16;

/// How long each wait may last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waits {
    pub(crate) timeouts: Timeouts,
    pub(crate) deadline: Deadline,
}

impl Waits {
    /// The bound of a wait that is a phase of its own: one write, one read of the body.
    pub(crate) fn cap(&self, phase: Phase) -> Result<Wait, Error> {
        self.cap_since(phase, Instant::now())
    }

    /// The bound of one of the waits in a phase that `began` earlier.
    pub(crate) fn cap_since(&self, phase: Phase, began: Instant) -> Result<Wait, Error> {
        let limit = match phase {
            Phase::Pool => self.timeouts.pool,
            Phase::Connect => self.timeouts.connect,
            Phase::Head => self.timeouts.head,
            Phase::Send | Phase::Read => self.timeouts.read,
            Phase::Total => None,
        };
        Ok(self.deadline.cap_since(phase, limit, began, Instant::now())?)
    }
}

/// What a read brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Got {
    Octets,
    /// The peer has shut down its side.
    End,
    /// Nothing, in the time there was.
    Nothing,
}

/// A connection that carries one request after another.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: Stream,
    pub(crate) machine: Machine,
    output: Output,
    buffer: Vec<u8>,
    poller: Option<(Poller, Events)>,
    /// The most content that is taken, for messages.
    pub(crate) content_limit: u64,
    /// `host:port`, for messages.
    pub(crate) name: String,
    /// Its number in traces.
    pub(crate) number: u64,
    /// Who wants to see the octets.
    trace: Trace,
    /// Requests it has carried.
    pub(crate) served: u64,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    /// When the first octet came since [`begin`](Self::begin).
    pub(crate) first_octet: Option<Instant>,
    ended: bool,
}

impl Connection {
    pub(crate) fn new(stream: Stream, name: String, number: u64, limits: &http1::Limits) -> Self {
        Self {
            stream,
            machine: Machine::new(limits, Instant::now()),
            output: Output::new(4 * BUFFER),
            buffer: Vec::new(),
            poller: None,
            content_limit: limits.content,
            name,
            number,
            trace: Trace::default(),
            served: 0,
            sent: 0,
            received: 0,
            first_octet: None,
            ended: false,
        }
    }

    /// A new exchange begins: what is counted is counted from here.
    pub(crate) fn begin(&mut self) {
        self.served += 1;
        (self.sent, self.received, self.first_octet) = (0, 0, None);
    }

    /// Tells `trace` what passes from here on: octets, and what the machine reads in them.
    pub(crate) fn listen(&mut self, trace: &Trace) {
        self.trace = trace.clone();
        self.machine.set_trace(trace.clone());
        self.stream.listen(trace);
    }

    /// A tunnel begins: what passes from here on is between us and the origin.
    pub(crate) fn restart(self, limits: &http1::Limits) -> Self {
        Self::new(self.stream, self.name, self.number, limits)
    }

    /// The socket alone: from here on it carries another protocol.
    pub(crate) fn into_stream(self) -> Stream {
        self.stream
    }

    pub(crate) fn peer(&self) -> Option<SocketAddr> {
        self.stream.peer()
    }

    pub(crate) fn local(&self) -> Option<SocketAddr> {
        self.stream.local()
    }

    /// What was agreed on with the server, where there is TLS.
    pub(crate) fn secured(&self) -> Option<Arc<Secured>> {
        self.stream.secured()
    }

    /// Whether the request went as early data, and counts as far as we know.
    pub(crate) fn sent_early(&self) -> bool {
        self.stream.sent_early()
    }

    /// Whether the end of the connection may be anybody's doing.
    pub(crate) fn was_cut(&self) -> bool {
        self.stream.was_cut()
    }

    /// Whether it can carry a request after it lay idle.
    pub(crate) fn is_alive(&mut self) -> bool {
        !self.ended && self.machine.is_reusable() && self.stream.is_quiet()
    }

    /// Whether it can go back to the pool.
    pub(crate) fn is_reusable(&self) -> bool {
        !self.ended && self.machine.is_reusable() && self.output.is_empty()
    }

    /// Gives up memory that an idle connection does not need.
    pub(crate) fn rest(&mut self) {
        (self.buffer, self.poller) = (Vec::new(), None);
        self.stream.rest();
    }

    /// The next thing that happened.
    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        self.machine.poll_event()
    }

    /// Whether the peer has shut down its side.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Switches between waiting in the kernel's reads and waiting in `wait`.
    pub(crate) fn set_nonblocking(&self, nonblocking: bool) -> Result<(), Error> {
        self.stream.set_nonblocking(nonblocking).map_err(|error| self.send_error(error))
    }

    /// Writes all that the machine wants sent; blocks.
    pub(crate) fn flush(&mut self, waits: &Waits) -> Result<(), Error> {
        loop {
            self.machine.poll_transmit(Instant::now(), &mut self.output);
            let wait = waits.cap(Phase::Send)?;
            self.stream.limit_writes(wait.limit).map_err(|error| self.send_error(error))?;
            if self.output.is_empty() {
                return if self.push()? { Ok(()) } else { Err(wait.expired.into()) };
            }
            if !self.write_some()? {
                return Err(wait.expired.into());
            }
        }
    }

    /// Writes what the socket takes now. Answers whether nothing is left.
    pub(crate) fn write_now(&mut self) -> Result<bool, Error> {
        loop {
            self.machine.poll_transmit(Instant::now(), &mut self.output);
            if self.output.is_empty() {
                return self.push();
            }
            if !self.write_some()? {
                return Ok(false);
            }
        }
    }

    /// Hands the socket what TLS has sealed and the socket has not taken yet.
    fn push(&mut self) -> Result<bool, Error> {
        self.stream.push().map_err(|error| self.send_error(error))
    }

    /// One `writev`; false if the socket took nothing.
    fn write_some(&mut self) -> Result<bool, Error> {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let filled = self.output.slices(&mut slices);
        let written = self.stream.write_vectored(slices.get(..filled).unwrap_or_default());
        match written {
            Ok(written) => {
                let slices = slices.get(..filled).unwrap_or_default();
                trace::passed(&self.trace, &trace::SENT, slices, written);
                self.output.advance(written as u64);
                self.sent += written as u64;
                Ok(written > 0)
            }
            Err(error) if is_wait(&error) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(self.send_error(error)),
        }
    }

    /// Reads once and shows it to the machine. `limit` bounds the wait of a blocking socket.
    pub(crate) fn read_some(&mut self, wait: Option<Wait>) -> Result<Got, Error> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(BUFFER, 0);
        let read = self.read_into(&mut buffer, wait);
        self.buffer = buffer;
        let now = Instant::now();
        Ok(match read? {
            None => Got::Nothing,
            Some(0) => Got::End,
            Some(length) => {
                self.first_octet.get_or_insert(now);
                self.machine.receive(self.buffer.get_mut(..length).unwrap_or_default(), now);
                Got::Octets
            }
        })
    }

    // ANCHOR: direct
    /// Reads content straight into `buffer`: the copy that is not made is much of what a download
    /// costs. To be called only where the machine says that content comes next; 0 is the end.
    pub(crate) fn read_direct(&mut self, buffer: &mut [u8], waits: &Waits) -> Result<usize, Error> {
        let most = usize::try_from(self.machine.direct()).unwrap_or(usize::MAX).min(buffer.len());
        let wait = waits.cap(Phase::Read)?;
        match self.read_into(buffer.get_mut(..most).unwrap_or_default(), Some(wait))? {
            None => Err(wait.expired.into()),
            Some(length) => {
                self.machine.took(length as u64, Instant::now());
                Ok(length)
            }
        }
    }
    // ANCHOR_END: direct

    /// One read, counted and told; `None` if nothing came in time. The end is shown to the machine.
    fn read_into(&mut self, buffer: &mut [u8], wait: Option<Wait>) -> Result<Option<usize>, Error> {
        if let Some(wait) = wait {
            let limited = self.stream.limit_reads(wait.limit);
            limited.map_err(|error| self.receive_error(error))?;
        }
        loop {
            match self.stream.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_wait(&error) => return Ok(None),
                Err(error) => return Err(self.receive_error(error)),
                Ok(0) => {
                    self.ended = true;
                    self.machine.receive_end(Instant::now());
                    return Ok(Some(0));
                }
                Ok(length) => {
                    self.received += length as u64;
                    let octets = buffer.get(..length).unwrap_or_default();
                    trace::octets(&self.trace, &trace::RECEIVED, Direction::Received, octets);
                    return Ok(Some(length));
                }
            }
        }
    }

    /// Reads, and takes "nothing in time" for an error.
    pub(crate) fn read_more(&mut self, wait: Wait) -> Result<Got, Error> {
        match self.read_some(Some(wait))? {
            Got::Nothing => Err(wait.expired.into()),
            got => Ok(got),
        }
    }

    /// Waits until the socket, which must not block, can be read or (if asked) written.
    pub(crate) fn wait(&mut self, writable: bool, wait: Wait) -> Result<(), Error> {
        if self.stream.holds() {
            return Ok(());
        }
        let interest = if writable { Interest::BOTH } else { Interest::READ };
        let polled = self.poll(interest, wait);
        match polled {
            Ok(true) => Ok(()),
            Ok(false) => Err(wait.expired.into()),
            Err(error) => Err(self.receive_error(error)),
        }
    }

    fn poll(&mut self, interest: Interest, wait: Wait) -> io::Result<bool> {
        let (poller, events) = match &mut self.poller {
            Some(poller) => poller,
            empty => {
                let poller = Poller::portable()?;
                poller.add(&self.stream, Token(0), interest)?;
                empty.insert((poller, Events::with_capacity(1)))
            }
        };
        poller.modify(&self.stream, Token(0), interest)?;
        let until = wait.limit.and_then(|limit| Instant::now().checked_add(limit));
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            poller.wait(events, left)?;
            if !events.is_empty() {
                return Ok(true);
            }
            // A signal may end a wait before its time.
            if until.is_some_and(|until| until <= Instant::now()) {
                return Ok(false);
            }
        }
    }

    /// What a violation in a response's head means to the caller.
    pub(crate) fn violated(&self, error: &http1::Error) -> Error {
        let from = self.name.clone();
        match error.violation {
            // Perhaps behind a 1xx: still no answer.
            Violation::EndBeforeResponse => self.silence(),
            Violation::EndInHead => Error::PartialHead { from },
            Violation::ContentTooLarge => Error::TooLarge { limit: self.content_limit },
            _ => Error::Malformed { from, reason: error.to_string() },
        }
    }

    /// The peer closed before it said anything.
    pub(crate) fn silence(&self) -> Error {
        Error::EmptyReply { to: self.name.clone() }
    }

    fn send_error(&self, source: io::Error) -> Error {
        match Error::from_read(source, &self.name) {
            Error::Receive { from: to, source } => Error::Send { to, source },
            // TLS has more to say.
            error => error,
        }
    }

    fn receive_error(&self, source: io::Error) -> Error {
        Error::from_read(source, &self.name)
    }
}

/// What a socket says when its time-out is over, or when it must not block.
pub(super) fn is_wait(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
