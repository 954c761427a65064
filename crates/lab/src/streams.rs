//! One HTTP/2 connection over one TCP stream, with every octet kept: for the tour, and the labs.
//!
//! RFC 9113
//!
//! ```text
//!   ask, ask, ask ──► one write ──► hear, hear, hear     one thread, in the order of things
//! ```
//!
//! Where `client` is what a program uses, this is what a reader uses. Nothing is given back to a
//! window unless [`release`](Streams::release) says so, and nothing is sent before somebody waits.
//!
//! Invariant: what is sent and received is kept whole, so these conversations are short.

use http::{Request, message::Scheme};
use http2::{
    ClientOptions, Connection, Event, Limits, Outgoing, StreamId,
    frame::{FrameHead, PREFACE},
};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    ops::Range,
    time::{Duration, Instant},
};
use wire::{Output, Reader};

/// Nothing here may wait for ever, whatever goes wrong.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest frame that a head can declare.
const LONGEST: u32 = (1 << 24) - 1;

/// Why a conversation broke off.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The stream failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The server broke a rule.
    #[error("the answer is malformed: {0}")]
    Malformed(#[from] http2::Error),
    /// The request cannot be sent.
    #[error("the request is malformed: {0}")]
    Misuse(#[from] http2::Misuse),
    /// The connection ended too early.
    #[error("the connection ended before the answer did")]
    Ended,
}

/// A connection and what passed over it.
pub struct Streams {
    stream: TcpStream,
    connection: Connection,
    over: bool,
    /// Octets sent: the preface, then frames.
    pub sent: Vec<u8>,
    /// Octets received: frames.
    pub received: Vec<u8>,
    /// Times somebody had to wait for the server: to connect, and for the answer to requests.
    pub round_trips: u64,
    /// Whether something was asked since.
    spoke: bool,
}

impl Streams {
    /// Connects to a server that is known to speak HTTP/2 in the clear (RFC 9113 §3.3); nothing is
    /// said yet.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn open(address: SocketAddr, limits: &Limits, push: bool) -> Result<Self, Error> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let options = ClientOptions { push, ..ClientOptions::new(Scheme::Http) };
        Ok(Self {
            stream,
            connection: Connection::client(limits, options, Instant::now()),
            over: false,
            sent: Vec::new(),
            received: Vec::new(),
            round_trips: 1,
            spoke: false,
        })
    }

    /// Asks, on a stream of its own; it goes with the next [`hear`](Self::hear).
    ///
    /// # Errors
    /// See [`Error`].
    pub fn ask(&mut self, request: &Request) -> Result<StreamId, Error> {
        self.spoke = true;
        Ok(self.connection.send_request(request, Outgoing::None)?)
    }

    /// Gives octets of content back to the windows: the server may send as many more.
    pub fn release(&mut self, stream: StreamId, octets: usize) {
        self.connection.release(stream, octets);
    }

    /// Asks whether the server is there.
    pub fn ping(&mut self, octets: [u8; 8]) {
        self.connection.ping(octets);
    }

    /// Sends what was asked; answers where in [`sent`](Self::sent) it stands.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn flush(&mut self) -> Result<Range<usize>, Error> {
        let mut out = Output::new(usize::MAX);
        let now = Instant::now();
        self.connection.poll_transmit(now, &mut out);
        let octets = out.take();
        let before = self.sent.len();
        if !octets.is_empty() {
            self.sent.extend_from_slice(&octets);
            self.stream.write_all(&octets)?;
            self.connection.sent(now);
        }
        Ok(before..self.sent.len())
    }

    /// Waits for the next thing that happens.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn hear(&mut self) -> Result<Event, Error> {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match self.connection.poll_event() {
                Some(Event::Violation(error)) => return Err(error.into()),
                Some(Event::Closed { .. }) => return Err(Error::Ended),
                Some(event) => return Ok(event),
                None => {}
            }
            self.flush()?;
            if self.over {
                return Err(Error::Ended);
            }
            let length = self.stream.read(&mut buffer)?;
            // One wait for all that was said since the last.
            self.round_trips += u64::from(std::mem::take(&mut self.spoke));
            let now = Instant::now();
            match buffer.get_mut(..length) {
                Some([]) | None => {
                    self.over = true;
                    self.connection.receive_end(true, now);
                }
                Some(octets) => {
                    self.received.extend_from_slice(octets);
                    self.connection.receive(octets, now);
                }
            }
        }
    }
}

/// The frames of one side, with where each begins; the preface is passed over, and what is not
/// whole is left away.
pub fn frames(octets: &[u8]) -> Vec<(usize, FrameHead)> {
    let mut reader = Reader::new(octets);
    if octets.starts_with(PREFACE) {
        reader.skip(PREFACE.len());
    }
    let mut frames = Vec::new();
    loop {
        let at = reader.offset();
        let Ok(Some(head)) = FrameHead::parse(&mut reader, LONGEST) else { return frames };
        let length = usize::try_from(head.length).unwrap_or(usize::MAX);
        if reader.len() < length {
            return frames;
        }
        reader.skip(length);
        frames.push((at, head));
    }
}

/// Octets of a frame, its head among them.
pub(crate) fn whole(head: &FrameHead) -> usize {
    FrameHead::LENGTH + usize::try_from(head.length).unwrap_or(0)
}
