//! A server's connection with a hand on the clock.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use http::{Request, Response, StatusCode};
use http1::{
    Content, Limits,
    server::{Connection, Event},
};
use std::time::{Duration, Instant};
use wire::Output;

/// A connection with a hand on the clock.
pub(crate) struct Server {
    pub(crate) connection: Connection,
    pub(crate) now: Instant,
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::under(&Limits::default())
    }

    pub(crate) fn under(limits: &Limits) -> Self {
        let now = Instant::now();
        Self { connection: Connection::new(limits, now), now }
    }

    pub(crate) fn receive(&mut self, input: &str) {
        self.connection.receive(&mut input.as_bytes().to_vec(), self.now);
    }

    /// Receives a request and takes its event.
    pub(crate) fn request(&mut self, input: &str) -> (Request, Content) {
        self.receive(input);
        match self.connection.poll_event() {
            Some(Event::Request { request, content }) => (*request, content),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn sent(&mut self) -> String {
        let mut out = Output::new(1 << 20);
        self.connection.poll_transmit(self.now, &mut out);
        String::from_utf8(out.take()).unwrap()
    }

    pub(crate) fn later(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.connection.handle_timeout(self.now);
    }

    pub(crate) fn event(&mut self) -> Option<Event> {
        self.connection.poll_event()
    }

    pub(crate) fn closed(&mut self) -> Option<bool> {
        match self.event() {
            Some(Event::Closed { clean }) => Some(clean),
            None => None,
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn response(status: u16, fields: &[(&str, &str)]) -> Response {
    let mut response = Response::new(StatusCode::new(status).unwrap());
    for (name, value) in fields {
        response.headers.try_append(*name, *value).unwrap();
    }
    response
}

pub(crate) const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
