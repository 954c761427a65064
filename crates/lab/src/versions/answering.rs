//! The server's side of HTTP/1 and 2 on a stream of octets, and whose turn it is to be answered.
//!
//! RFC 9112 §9.3, RFC 9113 §5, RFC 9218 §10
//!
//! ```text
//!   requests ──► Turns: /1  /2  /3  …     a piece of each answer in turn, made when there is room
//! ```
//!
//! Answers are made as they go, all at the same pace: so a server whose answers are equally urgent
//! and of use by parts mixes them, piece by piece. On a connection of HTTP/1 there is but one turn.
//!
//! Invariant: a path `/SIZE/…` is answered with so many octets; all versions with the same fields.
//!
//! Used by: [`super::lines`]; [`Turns`], [`piece`], [`response`] and [`size`] by
//! [`super::datagrams`] too.

use super::Error;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use std::{collections::VecDeque, time::Instant};
use wire::Output;

/// Octets of an answer that are made at a time: with its head it fits a packet.
const PIECE: u64 = 1_024;

/// The longest answer.
const MOST: u64 = 1 << 30;

/// Answers under way.
#[derive(Debug, Default)]
pub(super) struct Turns(VecDeque<(u64, u64)>);

impl Turns {
    pub(super) fn push(&mut self, id: u64, size: u64) {
        self.0.push_back((id, size));
    }

    /// Whose turn it is, and how many octets of its answer are still to be made.
    pub(super) fn pop(&mut self) -> Option<(u64, u64)> {
        self.0.pop_front()
    }
}

/// The next piece of an answer, and how many octets are left behind it.
pub(super) fn piece(left: u64) -> (Vec<u8>, u64) {
    let length = left.min(PIECE);
    (vec![b'.'; usize::try_from(length).unwrap_or_default()], left - length)
}

/// How long an answer a request asks for.
pub(super) fn size(request: &Request) -> u64 {
    let size = request.target.path().split('/').nth(1).and_then(|size| size.parse().ok());
    size.unwrap_or(1).clamp(1, MOST)
}

/// The head of every answer.
pub(super) fn response() -> Response {
    let mut response = Response::new(StatusCode::OK);
    let kind = HeaderValue::from_static("application/octet-stream");
    response.headers.append(HeaderName::CONTENT_TYPE, kind);
    response
}

/// A server's side.
pub(super) trait Answer {
    /// Octets came.
    fn receive(&mut self, octets: &mut [u8], now: Instant);
    /// No more will come.
    fn end(&mut self, now: Instant);
    /// The next request, whose answer's head is on its way: its name and how long its answer is.
    fn request(&mut self) -> Result<Option<(u64, u64)>, Error>;
    /// A piece of an answer.
    fn give(&mut self, id: u64, octets: Vec<u8>, last: bool) -> Result<(), Error>;
    /// What is to be sent.
    fn transmit(&mut self, now: Instant, out: &mut Output);
    /// Whether nothing more will be said.
    fn is_over(&self) -> bool;
    /// Whose octets these are, which [`transmit`](Self::transmit) gave: how many, of which answer.
    fn owners(&self, octets: &[u8]) -> Vec<(usize, u64)>;
}

/// HTTP/1.0 or 1.1.
pub(super) struct Text {
    connection: http1::server::Connection,
    asked: u64,
}

impl Text {
    pub(super) fn new(now: Instant) -> Self {
        let limits = http1::Limits { pipeline: 1000, ..http1::Limits::default() };
        Self { connection: http1::server::Connection::new(&limits, now), asked: 0 }
    }
}

impl Answer for Text {
    fn receive(&mut self, octets: &mut [u8], now: Instant) {
        self.connection.receive(octets, now);
    }

    fn end(&mut self, now: Instant) {
        self.connection.receive_end(now);
    }

    fn request(&mut self) -> Result<Option<(u64, u64)>, Error> {
        use http1::server::Event;
        while let Some(event) = self.connection.poll_event() {
            match event {
                Event::Request { request, .. } => {
                    let size = size(&request);
                    let sent = http1::Outgoing::Length(size);
                    let sent = self.connection.send_response(&response(), sent);
                    sent.map_err(|error| Error::said(&error))?;
                    self.asked += 1;
                    return Ok(Some((self.asked - 1, size)));
                }
                Event::Violation(error) => return Err(Error::said(&error)),
                _ => {}
            }
        }
        Ok(None)
    }

    fn give(&mut self, _: u64, octets: Vec<u8>, last: bool) -> Result<(), Error> {
        self.connection.send_vec(octets).map_err(|error| Error::said(&error))?;
        if last {
            self.connection.send_end(None).map_err(|error| Error::said(&error))?;
        }
        Ok(())
    }

    fn transmit(&mut self, now: Instant, out: &mut Output) {
        self.connection.poll_transmit(now, out);
        if !out.is_empty() {
            self.connection.sent(now);
        }
    }

    fn is_over(&self) -> bool {
        self.connection.state() != http1::State::Open
    }

    /// There is one at a time, the last that was asked for.
    fn owners(&self, octets: &[u8]) -> Vec<(usize, u64)> {
        vec![(octets.len(), self.asked.saturating_sub(1))]
    }
}

/// HTTP/2.
pub(super) struct Binary {
    connection: http2::Connection,
}

impl Binary {
    pub(super) fn new(now: Instant) -> Self {
        Self { connection: http2::Connection::server(&http2::Limits::default(), now) }
    }

    fn stream(id: u64) -> http2::StreamId {
        http2::StreamId::new(u32::try_from(id).unwrap_or_default())
    }
}

impl Answer for Binary {
    fn receive(&mut self, octets: &mut [u8], now: Instant) {
        self.connection.receive(octets, now);
    }

    fn end(&mut self, now: Instant) {
        self.connection.receive_end(true, now);
    }

    fn request(&mut self) -> Result<Option<(u64, u64)>, Error> {
        use http2::Event;
        while let Some(event) = self.connection.poll_event() {
            match event {
                Event::Request { stream, head, .. } => {
                    let size = size(&head.request);
                    let sent = http2::Outgoing::Length(size);
                    let sent = self.connection.send_response(stream, &response(), sent);
                    sent.map_err(|error| Error::said(&error))?;
                    return Ok(Some((stream.value().into(), size)));
                }
                Event::Violation(error) => return Err(Error::said(&error)),
                _ => {}
            }
        }
        Ok(None)
    }

    fn give(&mut self, id: u64, octets: Vec<u8>, last: bool) -> Result<(), Error> {
        let stream = Self::stream(id);
        self.connection.send_vec(stream, octets).map_err(|error| Error::said(&error))?;
        if last {
            self.connection.send_end(stream, None).map_err(|error| Error::said(&error))?;
        }
        Ok(())
    }

    fn transmit(&mut self, now: Instant, out: &mut Output) {
        self.connection.poll_transmit(now, out);
        if !out.is_empty() {
            self.connection.sent(now);
        }
    }

    fn is_over(&self) -> bool {
        self.connection.state() != http2::State::Open
    }

    /// What a connection sends at a time is whole frames.
    fn owners(&self, octets: &[u8]) -> Vec<(usize, u64)> {
        let frames = crate::streams::frames(octets);
        frames
            .into_iter()
            .map(|(_, head)| (crate::streams::whole(&head), head.stream.value().into()))
            .collect()
    }
}
