//! The client's side of HTTP/1.0, 1.1 and 2 on a stream of octets: `http1` and `http2` with the one
//! shape that the experiments need.
//!
//! RFC 1945 §4, RFC 9112 §9.3, RFC 9113 §5
//!
//! | version    | requests under way on one connection | how one is named      |
//! |------------|--------------------------------------|-----------------------|
//! | 1.0        | 1, then the connection ends          | 0                     |
//! | 1.1        | 1; with pipelining as many as wanted | counted from 0        |
//! | 2          | as many as wanted                    | its stream            |
//!
//! Invariant: all versions ask for the same paths with the same fields.
//!
//! Used by: [`super::lines`]; [`request`] by [`super::datagrams`] too.

use super::Error;
use http::{Method, Request, Target, Version, message::Scheme};
use http2::ClientOptions;
use std::time::Instant;
use wire::Output;

/// What a client hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// So many octets of an answer's content.
    Content(u64, usize),
    /// An answer is whole.
    Whole(u64),
}

/// A client's side.
pub(super) trait Ask {
    /// Asks for thing number `place`, `size` octets long; answers how its answer is named.
    fn ask(&mut self, place: usize, size: u64) -> Result<u64, Error>;
    /// Octets came.
    fn receive(&mut self, octets: &mut [u8], now: Instant);
    /// No more will come.
    fn end(&mut self, now: Instant);
    /// What happened.
    fn hear(&mut self) -> Result<Option<Heard>, Error>;
    /// What is to be sent.
    fn transmit(&mut self, now: Instant, out: &mut Output);
    /// Whether the connection has served its turn.
    fn is_over(&self) -> bool;
}

/// A GET with the fields of a small client. The path tells the server how long the answer is to be.
pub(super) fn request(place: usize, size: u64, version: Version) -> Result<Request, Error> {
    let path = format!("/{size}/{place}");
    let mut request = Request::new(Method::Get, Target::Origin(path));
    request.version = version;
    for (name, value) in [
        ("Host", "localhost"),
        ("User-Agent", "wirebook"),
        ("Accept", "*/*"),
        // A part of each is of use before the whole of any: they take turns (RFC 9218 §4.2).
        ("Priority", "u=3, i"),
    ] {
        request.headers.try_append(name, value).map_err(|error| Error::said(&error))?;
    }
    Ok(request)
}

/// HTTP/1.0 or 1.1.
pub(super) struct Text {
    connection: http1::client::Connection,
    version: Version,
    asked: u64,
    answered: u64,
}

impl Text {
    pub(super) fn new(version: Version, now: Instant) -> Self {
        let limits = http1::Limits { pipeline: 1000, ..http1::Limits::default() };
        let connection = http1::client::Connection::new(&limits, now);
        Self { connection, version, asked: 0, answered: 0 }
    }
}

impl Ask for Text {
    fn ask(&mut self, place: usize, size: u64) -> Result<u64, Error> {
        let request = request(place, size, self.version)?;
        let sent = self.connection.send_request(&request, http1::Outgoing::None);
        sent.map_err(|error| Error::said(&error))?;
        self.asked += 1;
        Ok(self.asked - 1)
    }

    fn receive(&mut self, octets: &mut [u8], now: Instant) {
        self.connection.receive(octets, now);
    }

    fn end(&mut self, now: Instant) {
        self.connection.receive_end(now);
    }

    fn hear(&mut self) -> Result<Option<Heard>, Error> {
        use http1::client::Event;
        while let Some(event) = self.connection.poll_event() {
            match event {
                Event::Data(octets) => {
                    return Ok(Some(Heard::Content(self.answered, octets.len())));
                }
                Event::End { .. } => {
                    self.answered += 1;
                    return Ok(Some(Heard::Whole(self.answered - 1)));
                }
                Event::Violation(error) => return Err(Error::said(&error)),
                _ => {}
            }
        }
        Ok(None)
    }

    fn transmit(&mut self, now: Instant, out: &mut Output) {
        self.connection.poll_transmit(now, out);
    }

    fn is_over(&self) -> bool {
        self.connection.state() != http1::State::Open
    }
}

/// HTTP/2.
pub(super) struct Binary {
    connection: http2::Connection,
    /// An answer whose last octets were told, and its end was not.
    whole: Option<u64>,
}

impl Binary {
    pub(super) fn new(secure: bool, now: Instant) -> Self {
        let scheme = if secure { Scheme::Https } else { Scheme::Http };
        let options = ClientOptions::new(scheme);
        let connection = http2::Connection::client(&http2::Limits::default(), options, now);
        Self { connection, whole: None }
    }
}

impl Ask for Binary {
    fn ask(&mut self, place: usize, size: u64) -> Result<u64, Error> {
        let request = request(place, size, Version::Http11)?;
        let stream = self.connection.send_request(&request, http2::Outgoing::None);
        Ok(stream.map_err(|error| Error::said(&error))?.value().into())
    }

    fn receive(&mut self, octets: &mut [u8], now: Instant) {
        self.connection.receive(octets, now);
    }

    fn end(&mut self, now: Instant) {
        self.connection.receive_end(true, now);
    }

    fn hear(&mut self) -> Result<Option<Heard>, Error> {
        use http2::Event;
        if let Some(id) = self.whole.take() {
            return Ok(Some(Heard::Whole(id)));
        }
        while let Some(event) = self.connection.poll_event() {
            match event {
                Event::Data { stream, octets, end } => {
                    self.connection.release(stream, octets.len());
                    let id = stream.value().into();
                    self.whole = end.then_some(id);
                    return Ok(Some(Heard::Content(id, octets.len())));
                }
                Event::Violation(error) => return Err(Error::said(&error)),
                _ => {}
            }
        }
        Ok(None)
    }

    fn transmit(&mut self, now: Instant, out: &mut Output) {
        self.connection.poll_transmit(now, out);
        if !out.is_empty() {
            self.connection.sent(now);
        }
    }

    fn is_over(&self) -> bool {
        false
    }
}
