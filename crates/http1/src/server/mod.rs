//! The server's end of a connection: requests come in, one exchange at a time.
//!
//! RFC 9112 §9
//!
//! ```text
//!  receive ──► head ──► Request ──► read_body ──► Data … End ─┐
//!                          │                                  ├─► both done: the next head
//!                          └─► send_response, send_data … send_end ─┘
//! ```
//!
//! A pipelined request waits in the tail until the answer before it is complete. That is all that
//! HTTP/1.1 offers against its own head-of-line blocking, and it makes three promises cheap:
//! answers leave in order, what was accepted before a bad request is answered, and a peer cannot
//! make us hold more than one request.
//!
//! ```
//! use http1::{Limits, Outgoing, server::{Connection, Event}};
//! use std::time::Instant;
//!
//! let now = Instant::now();
//! let mut connection = Connection::new(&Limits::default(), now);
//! connection.receive(&mut b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(), now);
//! let Some(Event::Request { request, .. }) = connection.poll_event() else { panic!() };
//! assert_eq!(request.target.path(), "/");
//! connection.send_response(&http::Response::new(http::StatusCode::OK), Outgoing::Length(3))?;
//! connection.send_data(b"hi\n")?;
//! connection.send_end(None)?;
//! let mut out = wire::Output::new(4096);
//! connection.poll_transmit(now, &mut out);
//! assert_eq!(out.take(), b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi\n");
//! # Ok::<(), http1::Misuse>(())
//! ```
//!
//! Invariant: an idle connection holds no buffer.
//!
//! Used by: `server`, one for each TCP connection.

mod close;
mod receive;
mod send;
mod timers;

use crate::{
    Content, Error, Limits, State,
    body::{Decoder, Encoder},
    head::HeadEnd,
    state::{Request, Response},
    tail::Tail,
    timer::Timer,
};
use http::{HeaderMap, Version, date::ImfFixdate};
use std::time::Instant;
use wire::{Output, trace::Trace};

/// What happened.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// A request's head. With [`Content::None`] it is the whole request; else call
    /// [`read_body`](Connection::read_body) for `Data` and `End`.
    Request {
        /// The head; boxed, since it passes through many hands and is large to move.
        request: Box<http::Request>,
        /// What follows it.
        content: Content,
    },
    /// A part of the request's content.
    Data(Vec<u8>),
    /// The end of the request's content.
    End {
        /// Fields that came behind it.
        trailers: Option<HeaderMap>,
    },
    /// [`accept_upgrade`](Connection::accept_upgrade) was done: from here on the stream is another
    /// protocol's, and this connection has no more to do than
    /// [`poll_transmit`](Connection::poll_transmit).
    Upgraded {
        /// Its first octets, which came with the request.
        rest: Vec<u8>,
    },
    /// The peer broke a rule. For the log: the answer is queued, the exchange under way is over.
    Violation(Error),
    /// The last event, told once: there will be no request any more.
    Closed {
        /// Whether no exchange was cut off.
        clean: bool,
    },
}

/// A server's end of a connection.
#[derive(Debug)]
pub struct Connection {
    limits: Limits,
    state: State,
    request: Request,
    response: Response,
    exchange: Exchange,
    /// What is known and not yet told; one event at the most, the rest is still octets.
    event: Option<Event>,
    tail: Tail,
    head_end: HeadEnd,
    empty_lines: u8,
    decoder: Decoder,
    encoder: Encoder,
    output: Output,
    timer: Timer,
    trace: Trace,
    /// For answers that have no Date of their own.
    date: Option<ImfFixdate>,
    /// Whether the peer has shut down its sending side.
    ended: bool,
    /// Whether we were asked to stop.
    stopping: bool,
    /// Whether no exchange was cut off.
    clean: bool,
    /// Whether the last event, [`Event::Closed`] or [`Event::Upgraded`], was told.
    told: bool,
    /// Octets dropped while closing.
    drained: u64,
}

/// What the request's head says about the exchange under way.
#[derive(Debug)]
struct Exchange {
    version: Version,
    /// HEAD: the answer has no content.
    head: bool,
    /// CONNECT: a 2xx makes a tunnel.
    connect: bool,
    /// An upgrade was asked for.
    upgrade: bool,
    /// The connection lives on behind this exchange.
    persist: bool,
    /// The peer itself said that this is its last request.
    last: bool,
    /// The peer waits for 100 before it sends content.
    expects: bool,
    reading: Reading,
}

/// What is done with the request's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Nothing yet: it waits, and the peer with it.
    No,
    /// It goes to the application.
    Yes,
    /// It is dropped; so many octets more are worth it.
    Discard(u64),
}

impl Default for Exchange {
    fn default() -> Self {
        Self {
            version: Version::Http11,
            head: false,
            connect: false,
            upgrade: false,
            persist: true,
            last: false,
            expects: false,
            reading: Reading::No,
        }
    }
}

impl Connection {
    /// A connection that was just accepted.
    pub fn new(limits: &Limits, now: Instant) -> Self {
        let mut timer = Timer::new(now);
        timer.set(limits.idle_timeout);
        Self {
            limits: limits.clone(),
            state: State::Open,
            request: Request::Idle,
            response: Response::Idle,
            exchange: Exchange::default(),
            event: None,
            tail: Tail::default(),
            head_end: HeadEnd::default(),
            empty_lines: 0,
            decoder: Decoder::None,
            encoder: Encoder::None,
            // A bound of nothing would never let an answer begin.
            output: Output::new((limits.output as usize).max(1)),
            timer,
            trace: Trace::default(),
            date: None,
            ended: false,
            stopping: false,
            clean: true,
            told: false,
            drained: 0,
        }
    }

    /// Tells the wall time, for the Date of each answer that has none: a server that has a clock
    /// must send it (RFC 9110 §6.6.1), with the answers that the connection gives by itself too.
    pub fn set_date(&mut self, date: ImfFixdate) {
        self.date = Some(date);
    }

    /// Tells `trace` of heads and content from here on.
    pub fn set_trace(&mut self, trace: Trace) {
        self.trace = trace;
    }

    /// Where the connection is in its life.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether an exchange is under way, or a part of a request has come.
    pub fn is_busy(&self) -> bool {
        self.request != Request::Idle || self.response != Response::Idle
    }

    /// Octets in memory that came and are not told yet; what waits to be sent is not among them.
    pub fn held(&self) -> usize {
        let event = match &self.event {
            Some(Event::Data(data)) => data.len(),
            _ => 0,
        };
        self.tail.len() + event
    }

    /// What happened next, if anything did. When an exchange is over, this goes on with the
    /// requests that wait.
    pub fn poll_event(&mut self) -> Option<Event> {
        if self.event.is_none() {
            self.resume();
        }
        if let Some(event) = self.event.take() {
            self.after_event(&event);
            return Some(event);
        }
        match self.state {
            State::Closed if !self.told => {
                self.told = true;
                Some(Event::Closed { clean: self.clean })
            }
            State::Upgraded if !self.told => {
                self.told = true;
                Some(Event::Upgraded { rest: self.tail.take() })
            }
            _ => None,
        }
    }

    /// Moves what is to be sent to the end of `out`.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Output) {
        self.timer.tick(now);
        if !self.output.is_empty() {
            out.append(&mut self.output);
        }
    }
}
