//! A client that speaks TLS over a real socket, and says what it saw.

use server::{Certificates, Handler, Limits, Running, Server, Tls, identity::Identity};
use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use tls::{
    Alert, ClientConfig, EarlyData, Error, MemorySessions, Moment, ServerConfig, Summary,
    Unverified,
    record::{Connection, Event},
};
use wire::{Output, Scripted, Segment, UnixTime};
use x509::ServerName;

pub(crate) fn now() -> UnixTime {
    SystemTime::now().into()
}

/// A certificate for this machine.
pub(crate) fn certificates() -> Arc<Certificates> {
    Certificates::of([Identity::generate(now()).unwrap()]).unwrap()
}

/// TLS as `change` wants it.
pub(crate) fn tls_with(change: impl FnOnce(&mut ServerConfig)) -> Arc<Tls> {
    let mut config = Tls::config_for(certificates());
    change(&mut config);
    Tls::with(config)
}

/// A server that speaks TLS alone.
pub(crate) fn start_tls(handler: impl Handler, tls: &Arc<Tls>) -> Running {
    start_tls_with(handler, tls, Limits::default(), 1)
}

pub(crate) fn start_tls_with(
    handler: impl Handler,
    tls: &Arc<Tls>,
    limits: Limits,
    loops: usize,
) -> Running {
    let server = Server::new(handler).limits(limits).threads(loops);
    server.listen_tls("127.0.0.1:0".parse().unwrap(), tls).unwrap().start().unwrap()
}

/// A client's configuration: believes everybody, speaks HTTP/1.1, keeps tickets.
pub(crate) fn client_config() -> ClientConfig {
    let mut config = ClientConfig::new(Arc::new(Unverified));
    config.alpn = vec![b"http/1.1".to_vec()];
    config.sessions = Some(Arc::new(MemorySessions::default()));
    config
}

/// A connection to the server, before a word was said. After 20 seconds a read fails.
pub(crate) fn dial(server: &Running) -> TcpStream {
    let stream = TcpStream::connect(server.tls_addresses()[0]).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    pub(crate) tls: Connection,
    /// Data that came and was not asked for yet.
    pub(crate) data: Vec<u8>,
    pub(crate) summary: Option<Summary>,
    pub(crate) early: Option<EarlyData>,
    pub(crate) error: Option<Error>,
    /// Whether the end was a good one, once it has come.
    pub(crate) closed: Option<bool>,
    pub(crate) tickets: usize,
}

impl Client {
    /// A connection whose hello is not sent yet.
    pub(crate) fn new(server: &Running, config: ClientConfig, name: &str) -> Self {
        let moment = Moment { instant: Instant::now(), time: now() };
        let seed = Scripted(std::process::id().into()).next_u64() ^ rand();
        let name = ServerName::parse(name).unwrap();
        let random = Box::new(Scripted(seed));
        let tls = Connection::client(Arc::new(config), name, random, moment).unwrap();
        let (summary, early, error, closed) = (None, None, None, None);
        let (stream, data) = (dial(server), Vec::new());
        Self { stream, tls, data, summary, early, error, closed, tickets: 0 }
    }

    /// A connection whose handshake is done.
    pub(crate) fn open(server: &Running) -> Self {
        Self::open_with(server, client_config())
    }

    pub(crate) fn open_with(server: &Running, config: ClientConfig) -> Self {
        let mut client = Self::new(server, config, "localhost");
        client.handshake();
        client
    }

    pub(crate) fn handshake(&mut self) -> Summary {
        while self.summary.is_none() {
            assert!(self.pump(), "{:?}", self.error);
        }
        self.summary.clone().unwrap()
    }

    /// Sends what waits.
    pub(crate) fn flush(&mut self) {
        let mut out = Output::new(usize::MAX);
        self.tls.poll_transmit(Instant::now(), &mut out);
        while let Some(Segment::Octets(octets)) = out.front() {
            let length = octets.len() as u64;
            // A server that has left does not take what we have to say.
            let _ = self.stream.write_all(octets);
            out.advance(length);
        }
    }

    pub(crate) fn send(&mut self, data: impl AsRef<[u8]>) {
        self.tls.send(data.as_ref()).unwrap();
        self.flush();
    }

    /// Sends what waits, then reads once; answers whether anything came.
    pub(crate) fn pump(&mut self) -> bool {
        self.flush();
        let mut octets = [0; 64 * 1024];
        match self.stream.read(&mut octets) {
            Ok(0) => self.tls.receive_end(true, Instant::now()),
            Ok(count) => self.tls.receive(&mut octets[..count], Instant::now()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => panic!("nothing came"),
            Err(_) => self.tls.receive_end(false, Instant::now()),
        }
        let came = self.closed.is_none();
        while let Some(event) = self.tls.poll_event() {
            match event {
                Event::Data { octets, .. } => self.data.extend(octets),
                Event::HandshakeComplete(summary) => self.summary = Some(*summary),
                Event::EarlyData(outcome) => self.early = Some(outcome),
                Event::Ticket(_) => self.tickets += 1,
                Event::Violation(error) => self.error = Some(error),
                Event::Closed { clean } => self.closed = Some(clean),
                _ => {}
            }
        }
        came
    }

    /// Reads up to and with `end`.
    pub(crate) fn read_until(&mut self, end: &str) -> String {
        loop {
            let found = self.data.windows(end.len()).position(|part| part == end.as_bytes());
            if let Some(at) = found {
                let rest = self.data.split_off(at + end.len());
                let text = std::mem::replace(&mut self.data, rest);
                return String::from_utf8_lossy(&text).into_owned();
            }
            assert!(self.pump(), "{}", String::from_utf8_lossy(&self.data));
        }
    }

    /// Reads `count` octets.
    pub(crate) fn read(&mut self, count: usize) -> Vec<u8> {
        while self.data.len() < count {
            assert!(self.pump(), "{} octets of {count}", self.data.len());
        }
        let rest = self.data.split_off(count);
        std::mem::replace(&mut self.data, rest)
    }

    /// Reads to the end: the data, and whether the end was a good one.
    pub(crate) fn rest(&mut self) -> (String, bool) {
        while self.closed.is_none() {
            self.pump();
        }
        let data = std::mem::take(&mut self.data);
        (String::from_utf8_lossy(&data).into_owned(), self.closed == Some(true))
    }

    /// Sends a request, and reads to the end of an answer that is known to end so.
    pub(crate) fn ask(&mut self, path: &str, end: &str) -> String {
        self.send(super::get(path, ""));
        self.read_until(end)
    }

    /// What the server says that we did wrong.
    pub(crate) fn alert(&mut self) -> Option<Alert> {
        while self.closed.is_none() {
            self.pump();
        }
        match self.error {
            Some(Error::PeerAlert { alert }) => Some(alert),
            _ => None,
        }
    }
}

fn rand() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}
