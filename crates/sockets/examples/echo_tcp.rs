//! Sends back whatever comes, to any number of clients, on one thread.
//!
//! ```text
//! cargo run -p sockets --example echo_tcp            then, elsewhere:  nc 127.0.0.1 7007
//! ```
//!
//! The whole of an event loop is here: who is ready, what do they want, what do they wait for next?
//! Each connection waits for one thing at a time, to read or to write: a client that does not read
//! its echo is not read from either, so that it costs one buffer and no more (*backpressure*).

use sockets::{Events, Interest, ListenOptions, Poller, Signal, Signals, Token, accept, listen};
use std::{
    collections::HashMap,
    io::{self, ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
};

const LISTENER: Token = Token(0);
const SIGNALS: Token = Token(1);

fn main() -> io::Result<()> {
    let address = SocketAddr::from(([127, 0, 0, 1], 7007));
    let mut echo = Echo::new(listen(address, &ListenOptions::default())?)?;
    let signals = Signals::new(&[Signal::Interrupt, Signal::Terminate])?;
    echo.poller.add(&signals, SIGNALS, Interest::READ)?;
    println!("echoing on {address}; Ctrl-C ends");
    while signals.take().is_none() {
        echo.turn()?;
    }
    println!("goodbye to {} clients", echo.connections.len());
    Ok(())
}

/// The loop's world: a listener, its connections, and the poller that watches them.
pub(crate) struct Echo {
    pub(crate) poller: Poller,
    events: Events,
    listener: TcpListener,
    pub(crate) connections: HashMap<Token, Connection>,
    /// Tokens are never used twice, so that a late event cannot mean somebody else.
    next: u64,
}

pub(crate) struct Connection {
    stream: TcpStream,
    /// Read and not yet sent back: `buffer[sent..filled]`.
    buffer: [u8; 4096],
    sent: usize,
    filled: usize,
}

impl Echo {
    pub(crate) fn new(listener: TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let poller = Poller::new()?;
        poller.add(&listener, LISTENER, Interest::READ)?;
        let connections = HashMap::new();
        Ok(Self { poller, events: Events::default(), listener, connections, next: 2 })
    }

    // ANCHOR: turn
    /// One turn of the loop: wait, then serve everybody who is ready.
    pub(crate) fn turn(&mut self) -> io::Result<()> {
        self.poller.wait(&mut self.events, None)?;
        for event in self.events.iter() {
            if event.token == LISTENER {
                while let Ok((stream, _)) = accept(&self.listener) {
                    let token = Token(self.next);
                    self.next += 1;
                    self.poller.add(&stream, token, Interest::READ)?;
                    self.connections.insert(token, Connection::new(stream));
                }
            } else if let Some(connection) = self.connections.get_mut(&event.token) {
                match connection.ready() {
                    Ok(interest) => {
                        self.poller.modify(&connection.stream, event.token, interest)?;
                    }
                    // The client is done, or gone.
                    Err(_) => {
                        self.poller.remove(&connection.stream)?;
                        self.connections.remove(&event.token);
                    }
                }
            }
        }
        Ok(())
    }
    // ANCHOR_END: turn
}

impl Connection {
    fn new(stream: TcpStream) -> Self {
        Self { stream, buffer: [0; 4096], sent: 0, filled: 0 }
    }

    /// Moves what can be moved without waiting; answers what to wait for.
    fn ready(&mut self) -> io::Result<Interest> {
        loop {
            let pending = self.buffer.get(self.sent..self.filled).unwrap_or_default();
            if pending.is_empty() {
                match self.stream.read(&mut self.buffer) {
                    Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                    Ok(filled) => (self.sent, self.filled) = (0, filled),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        return Ok(Interest::READ);
                    }
                    Err(error) => return Err(error),
                }
            } else {
                match self.stream.write(pending) {
                    Ok(sent) => self.sent += sent,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        return Ok(Interest::WRITE);
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }
}
