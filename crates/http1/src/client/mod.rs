//! The client's end of a connection: requests go out, responses come back in the same order.
//!
//! RFC 9112 §9
//!
//! ```text
//!  send_request ─► send_data … send_end ─► the next send_request, before any answer: pipelining
//!  receive ──► Informational* ──► Response ──► Data … End ──► the next response
//! ```
//!
//! ```
//! use http1::{Content, Limits, Outgoing, client::{Connection, Event}};
//! use http::{Method, Request, Target};
//! use std::time::Instant;
//!
//! let now = Instant::now();
//! let mut connection = Connection::new(&Limits::default(), now);
//! let mut request = Request::new(Method::Get, Target::Origin("/".into()));
//! request.headers.try_append("Host", "a").unwrap();
//! connection.send_request(&request, Outgoing::None)?;
//! let mut out = wire::Output::new(4096);
//! connection.poll_transmit(now, &mut out);
//! assert_eq!(out.take(), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
//! connection.receive(&mut b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".to_vec(), now);
//! let Some(Event::Response { content, .. }) = connection.poll_event() else { panic!() };
//! assert_eq!(content, Content::Length(2));
//! assert_eq!(connection.poll_event(), Some(Event::Data(b"hi".to_vec())));
//! assert_eq!(connection.poll_event(), Some(Event::End { trailers: None }));
//! assert!(connection.is_reusable());
//! # Ok::<(), http1::Misuse>(())
//! ```
//!
//! Invariant: a response is matched to the oldest request that has none; octets that no request
//! asked for end the connection.
//!
//! Used by: `client`, one for each TCP connection of its pool.

mod close;
mod direct;
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
use http::HeaderMap;
use std::{collections::VecDeque, time::Instant};
use wire::{Output, trace::Trace};

/// What happened.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// A 1xx response other than 101; the final one is still to come.
    Informational(http::Response),
    /// A final response's head. With [`Content::None`] it is the whole response; else `Data` and
    /// `End` follow.
    Response {
        /// The head.
        response: http::Response,
        /// What follows it.
        content: Content,
    },
    /// A part of the response's content.
    Data(Vec<u8>),
    /// The end of the response's content.
    End {
        /// Fields that came behind it.
        trailers: Option<HeaderMap>,
    },
    /// Behind a `Response` with 101, or with 2xx to CONNECT: from here on the stream is another
    /// protocol's.
    Upgraded {
        /// Its first octets, which came with the response.
        rest: Vec<u8>,
    },
    /// The peer broke a rule, or closed early. The connection is over.
    Violation(Error),
    /// The last event, told once.
    Closed {
        /// Whether no exchange was cut off.
        clean: bool,
    },
}

/// What must be known of a request to read its response.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    method: http::Method,
    /// It asked for an upgrade.
    upgrade: bool,
}

/// A client's end of a connection.
#[derive(Debug)]
pub struct Connection {
    limits: Limits,
    state: State,
    /// The newest request.
    request: Request,
    /// The response to the oldest request.
    response: Response,
    /// The requests whose responses are not complete, oldest first.
    waiting: VecDeque<Waiting>,
    event: Option<Event>,
    tail: Tail,
    head_end: HeadEnd,
    decoder: Decoder,
    encoder: Encoder,
    output: Output,
    timer: Timer,
    trace: Trace,
    /// 1xx responses before this final one.
    informational: u8,
    /// Whether the connection lives on behind the exchanges under way.
    persist: bool,
    /// Whether a request asks for another protocol: nothing may follow it before its answer.
    exclusive: bool,
    /// Whether the peer has shut down its sending side.
    ended: bool,
    clean: bool,
    told: bool,
}

impl Connection {
    /// A connection that was just made.
    pub fn new(limits: &Limits, now: Instant) -> Self {
        Self {
            limits: limits.clone(),
            state: State::Open,
            request: Request::Idle,
            response: Response::Idle,
            waiting: VecDeque::new(),
            event: None,
            tail: Tail::default(),
            head_end: HeadEnd::default(),
            decoder: Decoder::None,
            encoder: Encoder::None,
            // A bound of nothing would never let content begin.
            output: Output::new((limits.output as usize).max(1)),
            timer: Timer::new(now),
            trace: Trace::default(),
            informational: 0,
            persist: true,
            exclusive: false,
            ended: false,
            clean: true,
            told: false,
        }
    }

    /// Tells `trace` of heads and content from here on.
    pub fn set_trace(&mut self, trace: Trace) {
        self.trace = trace;
    }

    /// Where the connection is in its life.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether a new request may be sent on it, with nothing before it in the way: all responses
    /// are complete, neither side asked to close, and nothing came unasked.
    pub fn is_reusable(&self) -> bool {
        self.state == State::Open
            && self.persist
            && !self.ended
            && self.waiting.is_empty()
            && self.event.is_none()
            && self.tail.is_empty()
            && self.request == Request::Idle
    }

    /// Requests whose responses are not complete.
    pub fn in_flight(&self) -> usize {
        self.waiting.len()
    }

    /// What happened next, if anything did.
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
