//! Chapter 6, TLS: a handshake octet by octet, its keys, certificates, resumption, and the wall.
//!
//! Everything here is real but chance: key pairs, randoms and the clock are given, and Ed25519
//! signs the same octets with the same signature. So each run makes the same octets.

mod again;
mod certificates;
mod changes;
mod costs;
mod ladder;
mod octets;
mod program;
mod schedule;
mod wall;

use std::{
    sync::{Arc, Mutex, OnceLock},
    time::Instant,
};
use tls::{
    CertifiedKey, ClientConfig, KeyExchange, KeyLog, KeyPair, Moment, NamedGroup, ServerConfig,
    SharedSecret,
    record::{Connection, Event},
};
use wire::{Output, Random, Scripted, UnixTime, hex};
use x509::{
    Certificate, Roots, ServerName, SigningKey, Validity, Verifier,
    issue::{Authority, Serial, Usage},
};

const REQUEST: &[u8] = b"GET /hello HTTP/1.1\r\nHost: wirebook.example\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\nHello, Wirebook.\n";

/// 2026-01-01 00:00:00 UTC.
const TODAY: UnixTime = UnixTime(1_767_225_600);

fn moment() -> Moment {
    static MOMENT: OnceLock<Instant> = OnceLock::new();
    Moment { instant: *MOMENT.get_or_init(Instant::now), time: TODAY }
}

fn name() -> ServerName {
    ServerName::parse("wirebook.example").unwrap()
}

/// An Ed25519 key of 32 equal octets, in PKCS #8 (RFC 8410 §7).
fn key(seed: u8) -> SigningKey {
    let head = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
    SigningKey::from_pkcs8(&[&head[..], &[seed; 32]].concat()).unwrap()
}

fn root() -> Authority {
    let validity = Validity::from_now(TODAY, 3650);
    Authority::root("Wirebook Root", key(1), validity, Serial(1)).unwrap()
}

fn below() -> Authority {
    let validity = Validity::from_now(TODAY, 365);
    root().authority("Wirebook Authority", key(2), validity, Serial(2)).unwrap()
}

/// The server's certificate: an authority's that our root has signed.
fn leaf() -> Certificate {
    let validity = Validity::from_now(TODAY, 13);
    below().issue(key(3).public_key(), &[name()], Usage::Server, validity, Serial(3)).unwrap()
}

fn verifier() -> Verifier {
    Verifier::new(Roots::from_iter([root().certificate().clone()]))
}

/// X25519 of two private keys that everybody may know: the client's is the octets 1 to 32, the
/// server's those from 65 to 96. `ring` makes no key of given octets, so their public keys, and
/// what they agree on, stand here; computed once by RFC 7748 §5.
#[derive(Clone, Copy)]
struct Known(&'static str);

const CLIENT: Known = Known("07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c");
const SERVER: Known = Known("64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d48466");
const SHARED: &str = "26c2c17fdb82161cb21ad16e721315355b64d1763119b10bfc962530dc7cc163";

struct Half(NamedGroup, Vec<u8>);

impl KeyExchange for Known {
    fn generate(&self, group: NamedGroup) -> Option<Box<dyn KeyPair>> {
        let mut public = hex::decode(self.0).unwrap();
        if group == NamedGroup::SECP256R1 {
            // As long as one, for what only counts octets.
            public.resize(64, 0);
            public.insert(0, 4);
        }
        Some(Box::new(Half(group, public)))
    }
}

impl KeyPair for Half {
    fn group(&self) -> NamedGroup {
        self.0
    }

    fn public_key(&self) -> &[u8] {
        &self.1
    }

    fn agree(self: Box<Self>, _: &[u8]) -> Option<SharedSecret> {
        Some(SharedSecret::new(&hex::decode(SHARED).unwrap()))
    }
}

/// A key log in memory.
#[derive(Default)]
struct Lines(Mutex<String>);

impl KeyLog for Lines {
    fn line(&self, line: &str) {
        let mut lines = self.0.lock().unwrap();
        lines.push_str(line);
        lines.push('\n');
    }
}

impl Lines {
    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

/// A client and a server that can meet several times.
#[derive(Clone)]
struct Cast {
    client: ClientConfig,
    server: ServerConfig,
    keys: Arc<Lines>,
}

impl Cast {
    fn new() -> Self {
        let chain = vec![leaf(), below().certificate().clone()];
        let certified = Arc::new(CertifiedKey::new(chain, Box::new(key(3))).unwrap());
        let mut client = ClientConfig::new(Arc::new(verifier()));
        let mut server = ServerConfig::new(Arc::new(certified));
        let keys = Arc::new(Lines::default());
        client.alpn = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        server.alpn = vec![b"http/1.1".to_vec()];
        client.exchange = Arc::new(CLIENT);
        server.exchange = Arc::new(SERVER);
        client.key_log = Some(keys.clone());
        Self { client, server, keys }
    }

    /// With tickets and early data.
    fn resuming() -> Self {
        let mut cast = Self::new();
        cast.client.sessions = Some(Arc::new(tls::MemorySessions::default()));
        cast.client.early_data = true;
        cast.server.tickets = Some(Arc::new(tls::MemoryTickets::default()));
        cast.server.ticket_count = 1;
        cast.server.early_data = 16_384;
        cast
    }

    /// The `number`-th meeting: each draws its own randoms.
    fn meet(&self, number: u64) -> Talk {
        let random = |seed| Box::new(Scripted(seed)) as Box<dyn Random + Send>;
        let (client, server) = (Arc::new(self.client.clone()), Arc::new(self.server.clone()));
        Talk {
            client: Connection::client(client, name(), random(2 * number), moment()).unwrap(),
            server: Connection::server(server, random(2 * number + 1), moment()),
            flights: Vec::new(),
            client_heard: Vec::new(),
            server_heard: Vec::new(),
        }
    }
}

/// Two ends, and all that crossed between them.
struct Talk {
    client: Connection,
    server: Connection,
    /// Whether the client sent it, and the octets.
    flights: Vec<(bool, Vec<u8>)>,
    client_heard: Vec<Event>,
    server_heard: Vec<Event>,
}

fn sent(end: &mut Connection) -> Vec<u8> {
    let mut out = Output::new(1 << 24);
    end.poll_transmit(moment().instant, &mut out);
    out.take()
}

fn give(end: &mut Connection, mut octets: Vec<u8>) -> Vec<Event> {
    end.receive(&mut octets, moment().instant);
    std::iter::from_fn(|| end.poll_event()).collect()
}

/// The data among events.
fn data(events: &[Event]) -> Vec<u8> {
    let octets = |event: &Event| match event {
        Event::Data { octets, .. } => octets.clone(),
        _ => Vec::new(),
    };
    events.iter().flat_map(octets).collect()
}

fn violation(events: &[Event]) -> Option<tls::Error> {
    events.iter().find_map(|event| match event {
        Event::Violation(error) => Some(error.clone()),
        _ => None,
    })
}

impl Talk {
    /// Carries one flight from the client; whether there was one.
    fn up(&mut self) -> bool {
        let octets = sent(&mut self.client);
        if !octets.is_empty() {
            self.flights.push((true, octets.clone()));
            self.server_heard.extend(give(&mut self.server, octets.clone()));
        }
        !octets.is_empty()
    }

    /// Carries one flight from the server; whether there was one.
    fn down(&mut self) -> bool {
        let octets = sent(&mut self.server);
        if !octets.is_empty() {
            self.flights.push((false, octets.clone()));
            self.client_heard.extend(give(&mut self.client, octets.clone()));
        }
        !octets.is_empty()
    }

    /// Carries all there is.
    fn run(&mut self) {
        while self.up() | self.down() {}
    }

    /// The handshake; the client's request goes with its last flight, as a browser's does.
    fn ask(&mut self) {
        self.up();
        self.down();
        if self.client.send(REQUEST).is_err() {
            // It was asked to say its hello again.
            self.up();
            self.down();
            self.client.send(REQUEST).unwrap();
        }
        self.up();
        assert_eq!(data(&self.server_heard), REQUEST);
        self.server.send(RESPONSE).unwrap();
        self.run();
        assert_eq!(data(&self.client_heard), RESPONSE);
    }

    /// All that one side sent.
    fn side(&self, client: bool) -> Vec<u8> {
        let flights = self.flights.iter().filter(|(who, _)| *who == client);
        flights.flat_map(|(_, octets)| octets.clone()).collect()
    }
}
