//! A WebSocket client that a test drives by hand.

use super::{connect, read_until};
use server::Running;
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Instant,
};
use websocket::{
    CloseCode, Connection, Event, Limits, Message,
    handshake::{Agreed, DeflateOptions, Handshake, Options},
};
use wire::{Output, Scripted};

/// The fields of a good handshake.
pub(crate) const HANDSHAKE: &str = "Upgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

/// An open socket.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    connection: Connection,
}

impl Client {
    /// Opens a socket without compression, and no protocol.
    pub(crate) fn open(server: &Running, path: &str) -> Self {
        Self::open_with(server, path, Options::default())
    }

    /// Opens a socket that offers compression.
    pub(crate) fn open_deflated(server: &Running, path: &str) -> Self {
        let deflate = Some(DeflateOptions::default());
        Self::open_with(server, path, Options { deflate, ..Options::default() })
    }

    pub(crate) fn open_with(server: &Running, path: &str, options: Options) -> Self {
        let mut stream = connect(server);
        let handshake = Handshake::new(&mut Scripted(1), options);
        let mut request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n");
        for (name, value) in handshake.fields().iter() {
            request += &format!("{name}: {value}\r\n");
        }
        request += "\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let answer = read_until(&mut stream, "\r\n\r\n");
        let agreed = handshake.finish(&parse(&answer)).unwrap();
        Self { stream, connection: client(&agreed) }
    }

    pub(crate) fn send(&mut self, message: Message) {
        self.connection.send(message).unwrap();
        self.flush();
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.send(Message::Text(text.into()));
    }

    pub(crate) fn fragments(&mut self, kind: websocket::Kind, parts: &[&[u8]]) {
        for (at, part) in parts.iter().enumerate() {
            self.connection.send_fragment(kind, part, at + 1 == parts.len()).unwrap();
        }
        self.flush();
    }

    pub(crate) fn ping(&mut self, octets: &[u8]) {
        self.connection.send_ping(octets).unwrap();
        self.flush();
    }

    pub(crate) fn close(&mut self, code: CloseCode, reason: &str) {
        self.connection.close(code, reason).unwrap();
        self.flush();
    }

    /// Octets as they are, whatever they say.
    pub(crate) fn raw(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).unwrap();
    }

    fn flush(&mut self) {
        let mut out = Output::new(usize::MAX);
        self.connection.poll_transmit(Instant::now(), &mut out);
        self.stream.write_all(&out.take()).unwrap();
    }

    /// What happens next.
    pub(crate) fn event(&mut self) -> Event {
        let mut buffer = [0; 64 * 1024];
        loop {
            let event = self.connection.poll_event();
            self.answer();
            if let Some(event) = event {
                return event;
            }
            // A socket that was reset says no more than one that was closed.
            let count = self.stream.read(&mut buffer).unwrap_or(0);
            match count {
                0 => self.connection.receive_end(true, Instant::now()),
                _ => self.connection.receive(&mut buffer[..count], Instant::now()),
            }
        }
    }

    /// Sends what the protocol answers by itself; a server that is gone does not get it.
    fn answer(&mut self) {
        let mut out = Output::new(usize::MAX);
        self.connection.poll_transmit(Instant::now(), &mut out);
        let _ = self.stream.write_all(&out.take());
    }

    /// The next message, which must be text; Pings and Pongs are passed over.
    pub(crate) fn heard(&mut self) -> String {
        loop {
            match self.event() {
                Event::Message(Message::Text(text)) => return text,
                Event::Ping(_) | Event::Pong(_) => {}
                other => panic!("no text: {other:?}"),
            }
        }
    }

    /// Reads to the end; the Close frame's code and reason, and whether the end was clean.
    pub(crate) fn ended(&mut self) -> (Option<CloseCode>, String, bool) {
        let mut said = (None, String::new());
        loop {
            match self.event() {
                Event::Close { code, reason } => said = (code, reason),
                Event::Closed { clean } => return (said.0, said.1, clean),
                _ => {}
            }
        }
    }
}

/// The client's end behind a handshake that agreed on this.
pub(crate) fn client(agreed: &Agreed) -> Connection {
    // Tests wait for messages, not for the clock.
    let limits = Limits { ping_interval: None, output: usize::MAX, ..Limits::default() };
    Connection::client(agreed, &limits, Box::new(Scripted(2)), Instant::now())
}

fn parse(answer: &str) -> http::Response {
    let code = super::status(answer).parse().unwrap();
    let mut response = http::Response::new(http::StatusCode::new(code).unwrap());
    for line in answer.lines().skip(1).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").unwrap();
        response.headers.try_append(name, value).unwrap();
    }
    response
}
