//! One WebSocket over one TCP stream, with every octet kept: for the tour, and for the book.
//!
//! RFC 6455
//!
//! ```text
//!   http1 ─► request, 101 ─► websocket ─► frames          no floor between them and the stream
//! ```
//!
//! Where `client::websocket` is what a program uses, this is what a reader uses: one thread, calls
//! in the order in which things happen, randomness that may be scripted.
//!
//! Invariant: what is sent and received is kept whole, so these talks are short.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Target};
use http1::{Outgoing, client};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};
use websocket::{
    CloseCode, Connection, Event, Limits, Message,
    handshake::{Agreed, Handshake, HandshakeError, Options},
};
use wire::{Output, Random};

/// Nothing here may wait for ever, whatever goes wrong.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a talk broke off.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The stream failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The answer is not HTTP.
    #[error("the answer is malformed: {0}")]
    Malformed(#[from] http1::Error),
    /// The request cannot be sent.
    #[error("the request is malformed: {0}")]
    Misuse(#[from] http1::Misuse),
    /// A field that cannot be sent.
    #[error("{0}")]
    Field(#[from] http::InvalidField),
    /// The server answered something else.
    #[error("{0}")]
    Handshake(#[from] HandshakeError),
    /// We said what cannot be said.
    #[error("{0}")]
    Unspeakable(#[from] websocket::Misuse),
    /// The connection ended in the middle of the handshake.
    #[error("the connection ended before the answer did")]
    Ended,
}

/// A handshake's two heads, as they passed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heads {
    /// The request.
    pub request: Vec<u8>,
    /// The answer.
    pub response: Vec<u8>,
}

/// A WebSocket that is open.
pub struct Talk {
    stream: TcpStream,
    connection: Connection,
    over: bool,
    /// The handshake.
    pub heads: Heads,
    /// Frames sent.
    pub sent: Vec<u8>,
    /// Frames received.
    pub received: Vec<u8>,
    /// What both ends agreed on.
    pub agreed: Agreed,
}

impl Talk {
    /// Connects and shakes hands at `ws://address/path`, with these fields beside the handshake's.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn open(
        address: SocketAddr,
        path: &str,
        fields: &[(&str, &str)],
        options: Options,
        mut random: Box<dyn Random + Send>,
    ) -> Result<Self, Error> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let handshake = Handshake::new(&mut *random, options);
        let request = request(address, path, fields, &handshake.fields())?;
        let mut heads = Heads::default();
        let (response, rest) = exchange(&mut stream, &request, &mut heads)?;
        let agreed = handshake.finish(&response)?;
        let now = Instant::now();
        let mut connection = Connection::client(&agreed, &Limits::default(), random, now);
        let received = rest.clone();
        connection.receive(&mut { rest }, now);
        Ok(Self { stream, connection, over: false, heads, sent: Vec::new(), received, agreed })
    }

    /// Says `message`.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn say(&mut self, message: Message) -> Result<(), Error> {
        self.connection.send(message)?;
        self.flush()
    }

    /// Asks whether the peer is there.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn ping(&mut self, octets: &[u8]) -> Result<(), Error> {
        self.connection.send_ping(octets)?;
        self.flush()
    }

    /// Says goodbye.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn close(&mut self, code: CloseCode, reason: &str) -> Result<(), Error> {
        self.connection.close(code, reason)?;
        self.flush()
    }

    /// Waits for the next thing that happens; [`Event::Closed`] is the last.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn hear(&mut self) -> Result<Event, Error> {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            self.flush()?;
            if let Some(event) = self.connection.poll_event() {
                return Ok(event);
            }
            if self.over {
                return Err(Error::Ended);
            }
            let length = self.stream.read(&mut buffer)?;
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

    /// Sends what waits.
    fn flush(&mut self) -> Result<(), Error> {
        let mut out = Output::new(usize::MAX);
        self.connection.poll_transmit(Instant::now(), &mut out);
        let octets = out.take();
        self.sent.extend_from_slice(&octets);
        Ok(self.stream.write_all(&octets)?)
    }

    /// This end of the connection.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn local(&self) -> Result<SocketAddr, Error> {
        Ok(self.stream.local_addr()?)
    }
}

fn request(
    address: SocketAddr,
    path: &str,
    fields: &[(&str, &str)],
    handshake: &HeaderMap,
) -> Result<Request, Error> {
    let mut request = Request::new(Method::Get, Target::Origin(path.into()));
    request.headers.try_append("Host", &address.to_string())?;
    for (name, value) in fields {
        request.headers.append(HeaderName::new(name)?, HeaderValue::new(value)?);
    }
    for (name, value) in handshake {
        request.headers.append(name, value);
    }
    Ok(request)
}

/// Sends the request and waits for the answer's head; what came behind it is no HTTP any more.
fn exchange(
    stream: &mut TcpStream,
    request: &Request,
    heads: &mut Heads,
) -> Result<(Response, Vec<u8>), Error> {
    let mut connection = client::Connection::new(&http1::Limits::default(), Instant::now());
    connection.send_request(request, Outgoing::None)?;
    let mut out = Output::new(usize::MAX);
    connection.poll_transmit(Instant::now(), &mut out);
    heads.request = out.take();
    stream.write_all(&heads.request)?;
    let mut buffer = vec![0; 16 * 1024];
    let mut answer = None;
    loop {
        while let Some(event) = connection.poll_event() {
            match (event, answer.take()) {
                (client::Event::Response { response, .. }, _) => answer = Some(response),
                (client::Event::Upgraded { rest }, Some(response)) => {
                    let head = heads.response.len().saturating_sub(rest.len());
                    heads.response.truncate(head);
                    return Ok((response, rest));
                }
                (client::Event::Violation(error), _) => return Err(error.into()),
                // No upgrade: the handshake tells why.
                (client::Event::End { .. } | client::Event::Data(_), Some(response)) => {
                    return Ok((response, Vec::new()));
                }
                (client::Event::Closed { .. }, _) => return Err(Error::Ended),
                (_, before) => answer = before,
            }
        }
        let length = stream.read(&mut buffer)?;
        let Some(octets) = buffer.get_mut(..length).filter(|octets| !octets.is_empty()) else {
            return Err(Error::Ended);
        };
        heads.response.extend_from_slice(octets);
        connection.receive(octets, Instant::now());
    }
}
