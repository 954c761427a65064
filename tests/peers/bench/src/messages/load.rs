//! The load: connections on one thread, each with so many messages under way.
//!
//! ```text
//!   connection   ─ message ─ message ─►          depth 2: two messages are always under way
//!                ◄ echo ─ echo ─
//! ```
//!
//! It never waits in a write: a server that answers before it reads on would wait for us as well.
//!
//! Invariant: exactly as many messages are sent as were asked for, so the count that a server's
//! processor time is divided by is exact.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use sockets::{Events, Interest, Poller, Token};

use crate::script::{Check, Script};

/// An echo that does not come within this time is a failure of the server, not of the patience.
const PATIENCE: Duration = Duration::from_secs(20);

/// The key of RFC 6455 §1.3, and what a server makes of it.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pplmbitxaq9kygzzhzrbk+xoo=";

struct Connection {
    stream: TcpStream,
    /// Octets sent since the first message.
    sent: usize,
    /// Messages that it may send in all.
    quota: usize,
    check: Check,
    interest: Interest,
}

/// Connections to one server that echoes.
pub struct Load<'a> {
    script: &'a Script,
    depth: usize,
    connections: Vec<Connection>,
    poller: Poller,
    events: Events,
    buffer: Vec<u8>,
}

fn wrong(what: impl Into<String>) -> io::Error {
    io::Error::other(what.into())
}

/// The opening handshake (RFC 6455 §4.1); `None` where the server knows no compression.
fn open(address: SocketAddr, deflated: bool) -> io::Result<Option<TcpStream>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let offer = match deflated {
        true => "Sec-WebSocket-Extensions: permessage-deflate\r\n",
        false => "",
    };
    let request = format!(
        "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{offer}\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut octet = [0];
        if stream.read(&mut octet)? == 0 || answer.len() > 4096 {
            return Err(wrong(format!("no answer: {}", String::from_utf8_lossy(&answer))));
        }
        answer.extend_from_slice(&octet);
    }
    let answer = String::from_utf8_lossy(&answer).to_ascii_lowercase();
    if !answer.starts_with("http/1.1 101 ") || !answer.contains(ACCEPT) {
        return Err(wrong(format!("no handshake: {answer}")));
    }
    let agreed = answer.contains("permessage-deflate");
    if agreed && !deflated {
        return Err(wrong(format!("an extension that nobody offered: {answer}")));
    }
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    Ok((agreed == deflated).then_some(stream))
}

impl<'a> Load<'a> {
    /// Opens `count` connections, each with `depth` messages under way; `None` where the server
    /// does not compress and the script does.
    pub fn open(
        address: SocketAddr,
        script: &'a Script,
        count: usize,
        depth: usize,
    ) -> io::Result<Option<Self>> {
        let poller = Poller::new()?;
        let mut connections = Vec::with_capacity(count);
        for index in 0..count {
            let Some(stream) = open(address, script.is_deflated())? else { return Ok(None) };
            poller.add(&stream, Token(index as u64), Interest::READ)?;
            let (check, interest) = (Check::new(), Interest::READ);
            connections.push(Connection { stream, sent: 0, quota: 0, check, interest });
        }
        let (events, buffer) = (Events::with_capacity(1024), vec![0; 256 * 1024]);
        Ok(Some(Self { script, depth, connections, poller, events, buffer }))
    }

    /// Sends at least `messages` more over all connections, as many over each, and returns when all
    /// came back: how many that were.
    pub fn run(&mut self, messages: usize) -> io::Result<usize> {
        let each = messages.div_ceil(self.connections.len());
        let mut busy = self.connections.len();
        for index in 0..busy {
            if let Some(connection) = self.connections.get_mut(index) {
                connection.quota += each;
            }
            self.send(index)?;
        }
        while busy > 0 {
            self.poller.wait(&mut self.events, Some(PATIENCE))?;
            if self.events.is_empty() {
                return Err(wrong(format!("{busy} connections wait for echoes")));
            }
            let ready: Vec<usize> =
                self.events.iter().map(|event| event.token.0 as usize).collect();
            for index in ready {
                busy -= usize::from(self.receive(index)?);
                self.send(index)?;
            }
        }
        Ok(each * self.connections.len())
    }

    /// Sends as much as may be under way and as the socket takes.
    fn send(&mut self, index: usize) -> io::Result<()> {
        let connection = self.connections.get_mut(index).ok_or_else(|| wrong("no connection"))?;
        let count = (connection.check.answered() + self.depth).min(connection.quota);
        let (end, turn) = (self.script.octets(count), self.script.sent.len());
        let mut interest = Interest::READ;
        while connection.sent < end {
            let at = connection.sent % turn;
            let until = turn.min(at + end - connection.sent);
            match connection.stream.write(self.script.sent.get(at..until).unwrap_or_default()) {
                Ok(count) => connection.sent += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    interest = Interest::BOTH;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        if interest != connection.interest {
            self.poller.modify(&connection.stream, Token(index as u64), interest)?;
            connection.interest = interest;
        }
        Ok(())
    }

    /// Reads what came; true where that completed the last echo.
    fn receive(&mut self, index: usize) -> io::Result<bool> {
        let connection = self.connections.get_mut(index).ok_or_else(|| wrong("no connection"))?;
        let before = connection.check.answered();
        match connection.stream.read(&mut self.buffer) {
            Ok(0) => return Err(wrong("the server closed a connection")),
            Ok(count) => {
                let octets = self.buffer.get(..count).unwrap_or_default();
                connection.check.take(self.script, octets)?;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        let after = connection.check.answered();
        if after > connection.quota {
            return Err(wrong("more echoes than messages"));
        }
        Ok(before < connection.quota && after == connection.quota)
    }
}
