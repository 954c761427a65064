//! The load: many connections on one thread, each sending again as soon as it is answered.
//!
//! ```text
//!   connection   ─ request ─ request ─►          depth 2: two requests are always under way
//!                ◄ answer ─ answer ─
//! ```
//!
//! A first exchange is read whole and checked. From then on an answer is known by its length (a
//! date is always 29 octets long), and its first octets are looked at each time.
//!
//! Invariant: no more than `requests` are sent in one measurement, so the count that a server's
//! processor time is divided by is exact.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use sockets::{Events, Interest, Poller, Token};

/// Connections that are opened before the first of them is heard of; below every server's backlog.
const OPENED_AT_ONCE: usize = 128;

/// An answer that does not come within this time is a failure of the server, not of the patience.
const PATIENCE: Duration = Duration::from_secs(20);

const BODY: &[u8] = b"Hello, world!";
const START: &[u8] = b"HTTP/1.1 200";

struct Connection {
    stream: TcpStream,
    /// Requests sent and not yet answered.
    under_way: usize,
    /// Octets of the answer that is coming in.
    received: usize,
}

/// Connections to one server, and how its answers look.
pub struct Load {
    address: SocketAddr,
    connections: Vec<Connection>,
    poller: Poller,
    events: Events,
    request: Vec<u8>,
    answer_length: usize,
    buffer: Vec<u8>,
}

fn request(address: SocketAddr, more: &str) -> Vec<u8> {
    format!("GET / HTTP/1.1\r\nHost: {address}\r\nUser-Agent: bench\r\nAccept: */*\r\n{more}\r\n")
        .into_bytes()
}

fn wrong(what: impl Into<String>) -> io::Error {
    io::Error::other(what.into())
}

impl Load {
    /// Asks once, to see what an answer looks like; opens no connection that stays.
    pub fn new(address: SocketAddr) -> io::Result<Self> {
        let request_octets = request(address, "");
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(&request_octets)?;
        let mut answer = Vec::new();
        while !answer.ends_with(BODY) {
            let mut piece = [0; 4096];
            let count = stream.read(&mut piece)?;
            if count == 0 || answer.len() > 4096 {
                return Err(wrong(format!("no answer: {}", String::from_utf8_lossy(&answer))));
            }
            answer.extend_from_slice(piece.get(..count).unwrap_or_default());
        }
        if !answer.starts_with(START) {
            return Err(wrong(format!("not a 200: {}", String::from_utf8_lossy(&answer))));
        }
        Ok(Self {
            address,
            connections: Vec::new(),
            poller: Poller::new()?,
            events: Events::with_capacity(1024),
            request: request_octets,
            answer_length: answer.len(),
            buffer: vec![0; 256 * 1024],
        })
    }

    /// Opens `count` more connections; each has one exchange, so that the server has met it.
    pub fn open(&mut self, count: usize) -> io::Result<()> {
        let mut left = count;
        while left > 0 {
            let now = left.min(OPENED_AT_ONCE);
            let first = self.connections.len();
            for index in first..first + now {
                let stream = TcpStream::connect(self.address)?;
                stream.set_nodelay(true)?;
                stream.set_nonblocking(true)?;
                self.poller.add(&stream, Token(index as u64), Interest::READ)?;
                self.connections.push(Connection { stream, under_way: 0, received: 0 });
            }
            self.run(first..first + now, now, 1)?;
            left -= now;
        }
        Ok(())
    }

    /// Sends `requests` over the connections of `range`, up to `depth` under way on each, and
    /// returns when all are answered. Every other connection stays idle.
    pub fn run(
        &mut self,
        range: std::ops::Range<usize>,
        requests: usize,
        depth: usize,
    ) -> io::Result<()> {
        let mut unsent = requests;
        let mut unanswered = requests;
        let burst = self.request.repeat(depth);
        for index in range {
            let count = depth.min(unsent);
            self.send(index, &burst, count)?;
            unsent -= count;
        }
        while unanswered > 0 {
            self.poller.wait(&mut self.events, Some(PATIENCE))?;
            if self.events.is_empty() {
                return Err(wrong(format!("{unanswered} of {requests} unanswered")));
            }
            let ready: Vec<usize> =
                self.events.iter().map(|event| event.token.0 as usize).collect();
            for index in ready {
                let answered = self.receive(index)?;
                unanswered -= answered;
                let count = answered.min(unsent);
                self.send(index, &burst, count)?;
                unsent -= count;
            }
        }
        Ok(())
    }

    /// How many connections are open.
    pub fn len(&self) -> usize {
        self.connections.len()
    }

    fn send(&mut self, index: usize, burst: &[u8], count: usize) -> io::Result<()> {
        let octets = burst.get(..count * self.request.len()).unwrap_or_default();
        let connection = self.connections.get_mut(index).ok_or_else(|| wrong("no connection"))?;
        if count > 0 {
            // At most some kilobytes: a socket's buffer always has room for them.
            connection.stream.write_all(octets)?;
            connection.under_way += count;
        }
        Ok(())
    }

    /// Reads what came and returns how many answers it completed.
    fn receive(&mut self, index: usize) -> io::Result<usize> {
        let connection = self.connections.get_mut(index).ok_or_else(|| wrong("no connection"))?;
        let count = match connection.stream.read(&mut self.buffer) {
            Ok(0) => return Err(wrong("the server closed a connection")),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(0),
            Err(error) => return Err(error),
        };
        let octets = self.buffer.get(..count).unwrap_or_default();
        if connection.received == 0 && count >= START.len() && !octets.starts_with(START) {
            return Err(wrong("an answer that is not a 200, or of another length"));
        }
        connection.received += count;
        let answered = connection.received / self.answer_length;
        connection.received %= self.answer_length;
        if answered > connection.under_way {
            return Err(wrong("more answers than requests"));
        }
        connection.under_way -= answered;
        Ok(answered)
    }
}

/// `requests` requests, each on a connection of its own, `at_once` of them at a time.
pub fn run_one_each(address: SocketAddr, requests: usize, at_once: usize) -> io::Result<()> {
    let octets = request(address, "Connection: close\r\n");
    let mut poller = Poller::new()?;
    let mut events = Events::with_capacity(1024);
    let mut open: Vec<Option<(TcpStream, usize)>> = (0..at_once).map(|_| None).collect();
    let mut buffer = vec![0; 4096];
    let (mut unsent, mut unanswered) = (requests, requests);
    let dial = |poller: &Poller, index: usize| -> io::Result<(TcpStream, usize)> {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(&octets)?;
        stream.set_nonblocking(true)?;
        poller.add(&stream, Token(index as u64), Interest::READ)?;
        Ok((stream, 0))
    };
    for (index, slot) in open.iter_mut().enumerate().take(requests) {
        *slot = Some(dial(&poller, index)?);
        unsent -= 1;
    }
    while unanswered > 0 {
        poller.wait(&mut events, Some(PATIENCE))?;
        if events.is_empty() {
            return Err(wrong(format!("{unanswered} of {requests} unanswered")));
        }
        let ready: Vec<usize> = events.iter().map(|event| event.token.0 as usize).collect();
        for index in ready {
            let slot = open.get_mut(index).ok_or_else(|| wrong("no connection"))?;
            let Some((stream, received)) = slot else { continue };
            match stream.read(&mut buffer) {
                Ok(0) if *received > BODY.len() => {
                    poller.remove(stream)?;
                    unanswered -= 1;
                    *slot = None;
                    if unsent > 0 {
                        *slot = Some(dial(&poller, index)?);
                        unsent -= 1;
                    }
                }
                Ok(0) => return Err(wrong("closed without an answer")),
                Ok(count) => {
                    if *received == 0 && !buffer.starts_with(START) {
                        return Err(wrong("an answer that is not a 200"));
                    }
                    *received += count;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// The wall time that `what` took.
pub fn timed(what: impl FnOnce() -> io::Result<()>) -> io::Result<Duration> {
    let start = Instant::now();
    what()?;
    Ok(start.elapsed())
}
