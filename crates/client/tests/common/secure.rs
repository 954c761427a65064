//! A server's end of TLS, as blocking as the tests are: `tls`'s own connection over a socket.
//!
//! ```text
//! let stage = Stage::new();                      a CA, a certificate for localhost, tickets
//! let server = stage.start(|mut peer| …);        each connection shakes hands by itself
//! stage.session().get(&server_url)…
//! ```

use super::{Server, patient};
use ::tls::{
    CertifiedKey, Error, MemoryTickets, Moment, ServerConfig, Summary,
    record::{Connection, Event, State},
};
use client::{Session, SessionBuilder, tls};
use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use wire::{Output, Random, Scripted, UnixTime};
use x509::{
    Certificate, Roots, ServerName, SigningKey, Validity,
    issue::{Authority, Serial, Usage},
};

pub fn now() -> UnixTime {
    SystemTime::now().into()
}

pub fn name(text: &str) -> ServerName {
    ServerName::parse(text).unwrap()
}

/// An authority, and what it has made for a server.
pub struct Stage {
    pub authority: Authority,
    pub config: ServerConfig,
}

impl Stage {
    /// A server that is `localhost` and 127.0.0.1, and gives tickets.
    pub fn new() -> Self {
        Self::with(&["localhost", "127.0.0.1", "::1"], Validity::from_now(now(), 13), Usage::Server)
    }

    pub fn with(names: &[&str], validity: Validity, usage: Usage) -> Self {
        let far = Validity { not_after: now().plus_seconds(86_400 * 365), ..validity };
        let key = SigningKey::generate_p256().unwrap();
        let authority = Authority::root("Our root", key, far, Serial(1)).unwrap();
        let key = SigningKey::generate_p256().unwrap();
        let names: Vec<ServerName> = names.iter().map(|text| name(text)).collect();
        let leaf = authority.issue(key.public_key(), &names, usage, validity, Serial(2)).unwrap();
        Self { config: config(vec![leaf], key), authority }
    }

    pub fn roots(&self) -> tls::Trust {
        tls::Trust::Roots(Arc::new(Roots::from_iter([self.authority.certificate().clone()])))
    }

    pub fn options(&self) -> tls::Options {
        tls::Options { trust: self.roots(), ..tls::Options::default() }
    }

    pub fn session(&self) -> Session {
        self.builder().build()
    }

    pub fn builder(&self) -> SessionBuilder {
        Session::builder().timeouts(patient()).tls(self.options())
    }

    /// A client that this authority has named.
    pub fn client(&self) -> Arc<CertifiedKey> {
        let key = SigningKey::generate_p256().unwrap();
        let validity = Validity::from_now(now(), 13);
        let names = [name("client.example")];
        let leaf =
            self.authority.issue(key.public_key(), &names, Usage::Client, validity, Serial(9));
        Arc::new(CertifiedKey::new(vec![leaf.unwrap()], Box::new(key)).unwrap())
    }

    /// Serves connection after connection as `script` says, `count` of them.
    pub fn serve(&self, count: usize, script: impl Fn(usize, Peer) + Send + 'static) -> Server {
        let config = Arc::new(self.config.clone());
        Server::start(move |listener| {
            for number in 0..count {
                script(number, Peer::accept(listener, &config));
            }
        })
    }

    /// Answers one connection after another with this text, each once.
    pub fn answering(&self, count: usize, text: &'static str) -> Server {
        self.serve(count, move |_, mut peer| {
            peer.head();
            peer.say(&super::ok(text));
            peer.close();
        })
    }
}

pub fn config(chain: Vec<Certificate>, key: SigningKey) -> ServerConfig {
    let key = Arc::new(CertifiedKey::new(chain, Box::new(key)).unwrap());
    let mut config = ServerConfig::new(Arc::new(key));
    config.tickets = Some(Arc::new(MemoryTickets::default()));
    config.alpn = vec![b"http/1.1".to_vec()];
    config
}

/// `https` in front of an address.
pub fn url(server: &Server, path: &str) -> String {
    format!("https://localhost:{}{path}", server.address.port())
}

/// Octets that differ from one connection to the next: tickets are named by them.
fn random() -> Box<dyn Random + Send> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Box::new(Scripted(u64::try_from(since.as_nanos() & u128::from(u64::MAX)).unwrap()))
}

/// The server's end of one connection.
pub struct Peer {
    pub stream: TcpStream,
    pub connection: Connection,
    /// What came and was not read yet.
    plain: Vec<u8>,
    pub early: Vec<u8>,
    pub summary: Option<Summary>,
    pub failed: Option<Error>,
    pub closed: Option<bool>,
}

impl Peer {
    pub fn accept(listener: &TcpListener, config: &Arc<ServerConfig>) -> Self {
        Self::over(listener.accept().unwrap().0, config)
    }

    pub fn over(stream: TcpStream, config: &Arc<ServerConfig>) -> Self {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let moment = Moment { instant: Instant::now(), time: now() };
        let connection = Connection::server(Arc::clone(config), random(), moment);
        let (plain, early) = (Vec::new(), Vec::new());
        let (summary, failed, closed) = (None, None, None);
        Self { stream, connection, plain, early, summary, failed, closed }
    }

    /// Sends what TLS wants sent.
    pub fn flush(&mut self) {
        let mut output = Output::new(1 << 20);
        self.connection.poll_transmit(Instant::now(), &mut output);
        let _ = self.stream.write_all(&output.take());
    }

    /// Reads once; false at the end.
    fn read(&mut self) -> bool {
        let mut buffer = [0; 16_384];
        let length = match self.stream.read(&mut buffer) {
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => 0,
            Err(error) => panic!("{error}"),
        };
        let now = Instant::now();
        match length {
            0 => self.connection.receive_end(true, now),
            length => self.connection.receive(&mut buffer[..length], now),
        }
        while let Some(event) = self.connection.poll_event() {
            match event {
                Event::Data { octets, early } => {
                    self.plain.extend_from_slice(&octets);
                    if early {
                        self.early.extend_from_slice(&octets);
                    }
                }
                Event::HandshakeComplete(summary) => self.summary = Some(*summary),
                Event::Violation(error) => self.failed = Some(error),
                Event::Closed { clean } => self.closed = Some(clean),
                _ => {}
            }
        }
        self.flush();
        length > 0
    }

    /// A request's head without its last empty line; empty at the connection's end.
    pub fn head(&mut self) -> String {
        loop {
            let end = self.plain.windows(4).position(|octets| octets == b"\r\n\r\n");
            if let Some(end) = end {
                let rest = self.plain.split_off(end + 4);
                let mut head = std::mem::replace(&mut self.plain, rest);
                head.truncate(end + 2);
                return String::from_utf8(head).unwrap();
            }
            if self.failed.is_some() || self.closed.is_some() || !self.read() {
                return String::new();
            }
        }
    }

    /// So many octets of what came.
    pub fn octets(&mut self, length: usize) -> Vec<u8> {
        while self.plain.len() < length {
            assert!(self.read(), "the client closed");
        }
        let rest = self.plain.split_off(length);
        std::mem::replace(&mut self.plain, rest)
    }

    pub fn say(&mut self, text: &str) {
        self.say_octets(text.as_bytes());
    }

    pub fn say_octets(&mut self, octets: &[u8]) {
        for piece in octets.chunks(1 << 16) {
            self.connection.send(piece).unwrap();
            self.flush();
        }
    }

    /// Says that this was all.
    pub fn close(&mut self) {
        let _ = self.connection.close();
        self.flush();
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
    }

    /// Reads until the client closes; whether it said so.
    pub fn ends_clean(&mut self) -> bool {
        while self.closed.is_none() && self.connection.state() != State::Closed {
            if !self.read() {
                break;
            }
        }
        self.closed == Some(true)
    }
}
