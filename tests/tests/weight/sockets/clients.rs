//! Ten thousand clients in one thread, on our own poller.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::time::Instant;

use ::sockets::{Events, Interest, Poller, Token};
use websocket::handshake::{DeflateOptions, Handshake, Options};
use websocket::{Connection, Event, Limits, Message};
use wire::{Output, Scripted};

#[derive(Clone, Copy)]
pub(crate) enum Compression {
    None,
    Offered,
}

struct Client {
    stream: TcpStream,
    connection: Connection,
    heard: Vec<String>,
    /// The number of the next message of each group.
    next: BTreeMap<String, u64>,
}

pub(crate) struct Clients {
    address: SocketAddr,
    poller: Poller,
    clients: Vec<Client>,
}

/// Opens a socket and leaves it alone.
pub(crate) fn open(address: SocketAddr, path: &str) -> TcpStream {
    connect(address, path, Compression::None).stream
}

fn connect(address: SocketAddr, path: &str, compression: Compression) -> Client {
    let deflate = match compression {
        Compression::None => None,
        Compression::Offered => Some(DeflateOptions::default()),
    };
    let options = Options { deflate, ..Options::default() };
    let handshake = Handshake::new(&mut Scripted(1), options);
    let mut request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n");
    for (name, value) in handshake.fields().iter() {
        request += &format!("{name}: {value}\r\n");
    }
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all((request + "\r\n").as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut octet = [0];
        assert_eq!(stream.read(&mut octet).unwrap(), 1, "{}", String::from_utf8_lossy(&head));
        head.push(octet[0]);
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let mut response = http::Response::new(http::StatusCode::SWITCHING_PROTOCOLS);
    for line in head.lines().skip(1).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").unwrap();
        response.headers.try_append(name, value).unwrap();
    }
    let agreed = handshake.finish(&response).unwrap();
    let limits = Limits { ping_interval: None, ..Limits::default() };
    let connection = Connection::client(&agreed, &limits, Box::new(Scripted(2)), Instant::now());
    stream.set_nonblocking(true).unwrap();
    Client { stream, connection, heard: Vec::new(), next: BTreeMap::new() }
}

impl Client {
    /// Reads what is there.
    fn read(&mut self, buffer: &mut [u8]) {
        match self.stream.read(buffer) {
            Ok(0) => panic!("a socket was closed"),
            Ok(count) => self.connection.receive(&mut buffer[..count], Instant::now()),
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock),
        }
        while let Some(event) = self.connection.poll_event() {
            match event {
                Event::Message(Message::Text(text)) => self.heard.push(text),
                Event::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
        self.write();
    }

    fn write(&mut self) {
        let mut out = Output::new(usize::MAX);
        self.connection.poll_transmit(Instant::now(), &mut out);
        self.stream.write_all(&out.take()).unwrap();
    }
}

impl Clients {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, poller: Poller::new().unwrap(), clients: Vec::new() }
    }

    /// Opens more, until there are `count` of them more.
    pub(crate) fn open(&mut self, path: &str, compression: Compression, count: usize) {
        for _ in 0..count {
            let client = connect(self.address, path, compression);
            let token = Token(self.clients.len() as u64);
            self.poller.add(&client.stream, token, Interest::READ).unwrap();
            self.clients.push(client);
        }
    }

    /// Reads until each of these has heard so many messages.
    fn gather(&mut self, which: Range<usize>, count: usize) {
        let (mut events, mut buffer) = (Events::with_capacity(1024), vec![0; 64 * 1024]);
        let mut left = which.clone().filter(|at| self.clients[*at].heard.len() < count).count();
        while left > 0 {
            self.poller.wait(&mut events, None).unwrap();
            for event in events.iter() {
                let at = usize::try_from(event.token.0).unwrap();
                let client = &mut self.clients[at];
                let before = client.heard.len();
                client.read(&mut buffer);
                if which.contains(&at) && before < count && client.heard.len() >= count {
                    left -= 1;
                }
            }
        }
    }

    /// Waits until each of these has heard so many messages of a group, and looks that nothing is
    /// lost and all is in order.
    pub(crate) fn hear(&mut self, which: Range<usize>, count: usize) {
        self.gather(which.clone(), count);
        for client in &mut self.clients[which] {
            assert_eq!(client.heard.len(), count);
            for text in client.heard.drain(..) {
                let mut words = text.split(' ');
                let next = client.next.entry(words.next().unwrap().to_owned()).or_default();
                assert_eq!(words.next().unwrap(), next.to_string());
                *next += 1;
            }
        }
    }

    /// Says something, on each socket something else, and hears it back.
    pub(crate) fn echo(&mut self) {
        let all = 0..self.clients.len();
        let say = |at: usize| format!("{{\"socket\":{at},\"text\":\"{}\"}}", "hello ".repeat(50));
        for (at, client) in self.clients.iter_mut().enumerate() {
            client.connection.send_text(&say(at)).unwrap();
            client.write();
        }
        self.gather(all, 1);
        for (at, client) in self.clients.iter_mut().enumerate() {
            assert_eq!(client.heard.drain(..).collect::<Vec<_>>(), [say(at)]);
        }
    }
}
