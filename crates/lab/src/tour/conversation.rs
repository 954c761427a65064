//! One connection whose octets and round trips are counted.
//!
//! The protocol is `http1`'s client without any floor above it, so what is counted is what the
//! version costs, not what a pool or a session adds.

use super::Error;
use http::{Request, Version};
use http1::{
    Limits, Outgoing,
    client::{Connection, Event},
};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};
use wire::Output;

/// What a version paid for some requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// TCP connections opened.
    pub connections: u64,
    /// Times somebody waited for the other end and back: one to open each connection, and one for
    /// each batch of requests sent before the next answer was awaited.
    pub round_trips: u64,
    /// Octets of HTTP sent.
    pub sent: u64,
    /// Octets of HTTP received.
    pub received: u64,
    /// Of these, content.
    pub content: u64,
}

impl Cost {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            connections: self.connections + other.connections,
            round_trips: self.round_trips + other.round_trips,
            sent: self.sent + other.sent,
            received: self.received + other.received,
            content: self.content + other.content,
        }
    }
}

/// One connection to the page's server.
pub(crate) struct Conversation<S = TcpStream> {
    stream: S,
    connection: Connection,
    pub(crate) cost: Cost,
    /// When each answer was whole, counted from the connection's start.
    pub(crate) arrivals: Vec<Duration>,
    began: Instant,
    over: bool,
}

impl Conversation {
    pub(crate) fn open(address: SocketAddr) -> Result<Self, Error> {
        let began = Instant::now();
        let stream = TcpStream::connect(address)?;
        // Nothing here may wait for ever, whatever goes wrong.
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let cost = Cost { connections: 1, round_trips: 1, ..Cost::default() };
        Ok(Self::over(stream, began, cost))
    }

    /// Both ends of the connection: the pair of sockets that it is.
    pub(crate) fn ends(&self) -> Result<(SocketAddr, SocketAddr), Error> {
        Ok((self.stream.local_addr()?, self.stream.peer_addr()?))
    }
}

impl<S: Read + Write> Conversation<S> {
    /// Over a stream that was opened, at this cost, by somebody else.
    pub(crate) fn over(stream: S, began: Instant, cost: Cost) -> Self {
        let connection = Connection::new(&Limits::default(), began);
        Self { stream, connection, cost, arrivals: Vec::new(), began, over: false }
    }

    /// The stream, when nothing more is asked for.
    pub(crate) fn into_stream(self) -> S {
        self.stream
    }

    /// Sends these requests in one go, the answers not yet awaited.
    pub(crate) fn ask(&mut self, requests: &[Request]) -> Result<(), Error> {
        let mut out = Output::new(usize::MAX);
        for request in requests {
            self.connection.send_request(request, Outgoing::None)?;
        }
        self.connection.poll_transmit(Instant::now(), &mut out);
        let octets = out.take();
        self.cost.sent += octets.len() as u64;
        self.cost.round_trips += 1;
        Ok(self.stream.write_all(&octets)?)
    }

    /// Waits for the next answer to be whole.
    pub(crate) fn answer(&mut self) -> Result<(), Error> {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            while let Some(event) = self.connection.poll_event() {
                match event {
                    Event::Data(octets) => self.cost.content += octets.len() as u64,
                    Event::End { .. } => {
                        self.arrivals.push(self.began.elapsed());
                        return Ok(());
                    }
                    Event::Violation(error) => return Err(error.into()),
                    _ => {}
                }
            }
            if self.over {
                return Err(Error::Ended);
            }
            let count = self.stream.read(&mut buffer)?;
            self.cost.received += count as u64;
            let now = Instant::now();
            match buffer.get_mut(..count) {
                Some([]) | None => {
                    self.over = true;
                    self.connection.receive_end(now);
                }
                Some(input) => self.connection.receive(input, now),
            }
        }
    }
}

/// The octets of a request as HTTP/1 sends it.
pub(crate) fn request_octets(request: &Request) -> Result<Vec<u8>, Error> {
    let mut connection = Connection::new(&Limits::default(), Instant::now());
    connection.send_request(request, Outgoing::None)?;
    let mut out = Output::new(usize::MAX);
    connection.poll_transmit(Instant::now(), &mut out);
    Ok(out.take())
}

/// A GET of `path` in this version, with the fields a small client sends.
pub(crate) fn get(path: &str, version: Version, address: SocketAddr) -> Result<Request, Error> {
    let mut request = Request::new(http::Method::Get, http::Target::Origin(path.into()));
    request.version = version;
    request.headers.try_append("Host", &address.to_string())?;
    request.headers.try_append("User-Agent", "wirebook")?;
    Ok(request)
}
