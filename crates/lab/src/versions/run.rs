//! A run: two hosts, a network, until the page is here.
//!
//! Invariant: whether a packet is lost depends on its number and its way alone, not on what is in
//! it.
//!
//! Used by: the experiments.

use super::{
    Error, Ledger, SERVER, Setting, Span, Way, datagrams,
    ledger::Book,
    lines,
    page::{Fetch, Object},
};
use http3::Settings;
use sim::{Chance, Datagram, Network, Node, Payload, Verdict, tcp::Segment};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tls::fuzzing::stage::Stage;

/// Nothing takes longer, in virtual time.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long connections stand idle before a warm run: all that they have to say to each other is
/// said.
const IDLE: Duration = Duration::from_secs(2);

/// What a client keeps from one run to the next.
#[derive(Debug, Clone)]
pub struct Known {
    stage: Stage,
    settings: Option<Settings>,
}

impl Known {
    /// Nothing; `tickets`: but tickets are taken and given.
    pub fn new(tickets: bool) -> Self {
        let stage = if tickets { Stage::resuming() } else { Stage::plain() };
        Self { stage, settings: None }
    }

    /// Whether requests may go with the first octets of all, where a ticket allows it.
    #[must_use]
    pub fn early(mut self, early: bool) -> Self {
        self.stage.client.early_data = early;
        self
    }

    fn tls(&self, way: Way) -> (tls::ClientConfig, tls::ServerConfig) {
        let Stage { mut client, mut server } = self.stage.clone();
        let protocol: &[u8] = match way {
            Way::Http10 => b"http/1.0",
            Way::KeepAlive | Way::Pipelining | Way::Six => b"http/1.1",
            Way::Http2 => b"h2",
            Way::Http3 => b"h3",
        };
        (client.alpn, server.alpn) = (vec![protocol.to_vec()], vec![protocol.to_vec()]);
        if way == Way::Http3 && server.early_data > 0 {
            // RFC 9001 §4.6.1: how much is QUIC's to say.
            server.early_data = u32::MAX;
        }
        (client, server)
    }
}

/// What came out.
#[derive(Debug)]
pub struct Outcome {
    /// What is on the page.
    pub objects: Vec<Object>,
    /// When the clock started.
    pub began: Instant,
    /// When the first request reached the server.
    pub asked: Duration,
    /// When the page was here, whole.
    pub whole: Duration,
    /// IP octets until then, lost ones too: from the client, and from the server.
    pub octets: [u64; 2],
    /// All that passed.
    pub ledger: Ledger,
}

/// Fetches the page.
///
/// # Errors
/// See [`Error`].
pub fn run(setting: &Setting, known: &mut Known) -> Result<Outcome, Error> {
    let (client, server) = known.tls(setting.way);
    let book = Book::default();
    if setting.way == Way::Http3 {
        let mut network = Network::new(setting.seed);
        connect(&mut network, setting, &book, |_, book: &Book| book.open().take_built());
        let (now, settings) = (network.now(), known.settings);
        let mut client = datagrams::Client::new(setting, client, settings, book.clone(), now)?;
        let mut server = datagrams::Server::new(setting, server, book.clone());
        let outcome = play(setting, &mut network, &mut client, &mut server, &book)?;
        known.settings = client.settings();
        Ok(outcome)
    } else {
        let mut network = Network::new(setting.seed);
        let mut first = BTreeMap::new();
        let spans = move |datagram: &Datagram<Segment>, _: &Book| spans(datagram, &mut first);
        connect(&mut network, setting, &book, spans);
        let tls = setting.secure.then_some((client, server));
        let (client, server) = tls.unzip();
        let mut client = lines::Client::new(setting, client, book.clone());
        let mut server = lines::Server::new(setting, server, book.clone());
        play(setting, &mut network, &mut client, &mut server, &book)
    }
}

/// Two links, which lose once the ledger says so.
fn connect<P: Payload + 'static>(
    network: &mut Network<P>,
    setting: &Setting,
    book: &Book,
    mut spans: impl FnMut(&Datagram<P>, &Book) -> Vec<Span> + 'static,
) {
    let client = network.attach(0, "client", super::CLIENT.ip());
    let server = network.attach(1, "server", SERVER.ip());
    network.connect(client, server, setting.link());
    let mut chances = [0, 1].map(|way| Chance::new(setting.seed, 100 + way));
    let (book, loss) = (book.clone(), setting.loss);
    network.filter(move |datagram| {
        let down = datagram.from.ip() == SERVER.ip();
        let spans = if down { spans(datagram, &book) } else { Vec::new() };
        let mut ledger = book.open();
        let lossy = ledger.lossy;
        let [up_octets, down_octets] = &mut ledger.octets;
        let [up_chance, down_chance] = &mut chances;
        let (octets, chance) =
            if down { (down_octets, down_chance) } else { (up_octets, up_chance) };
        *octets += datagram.length() as u64;
        let lost = lossy && chance.happens(loss);
        if down {
            ledger.sent(spans, lost);
        }
        if lost { Verdict::Drop } else { Verdict::Pass }
    });
}

/// Octets of a segment, counted from the connection's first; `first` has the sequence numbers of
/// the SYNs.
fn spans(datagram: &Datagram<Segment>, first: &mut BTreeMap<u16, u32>) -> Vec<Span> {
    let (port, segment) = (datagram.to.port(), &datagram.payload);
    if segment.flags.syn {
        first.insert(port, segment.sequence);
    }
    let Some(first) = first.get(&port).filter(|_| !segment.data.is_empty()) else {
        return Vec::new();
    };
    // The SYN itself counts for one; no run here is as long as four GiB.
    let from = u64::from(segment.sequence.wrapping_sub(*first).wrapping_sub(1));
    vec![Span { order: u64::from(port), from, to: from + segment.data.len() as u64 }]
}

/// What a run asks of its two hosts.
trait Client {
    fn begin(&mut self, now: Instant);
    fn go(&mut self, now: Instant);
    fn is_warm(&self) -> bool;
    fn fetch(&mut self) -> &mut Fetch;
    fn error(&mut self) -> Option<Error>;
}

trait Server {
    fn asked(&self) -> Option<Instant>;
    fn error(&mut self) -> Option<Error>;
}

macro_rules! hosts {
    ($floor:ident) => {
        impl Client for $floor::Client {
            fn begin(&mut self, now: Instant) {
                $floor::Client::begin(self, now);
            }
            fn go(&mut self, now: Instant) {
                self.go = true;
                $floor::Client::begin(self, now);
            }
            fn is_warm(&self) -> bool {
                $floor::Client::is_warm(self)
            }
            fn fetch(&mut self) -> &mut Fetch {
                &mut self.fetch
            }
            fn error(&mut self) -> Option<Error> {
                self.error.take()
            }
        }

        impl Server for $floor::Server {
            fn asked(&self) -> Option<Instant> {
                self.asked
            }
            fn error(&mut self) -> Option<Error> {
                self.error.take()
            }
        }
    };
}

hosts!(lines);
hosts!(datagrams);

// ANCHOR: play
fn play<P: Payload, C: Client + Node<P>, S: Server + Node<P>>(
    setting: &Setting,
    network: &mut Network<P>,
    client: &mut C,
    server: &mut S,
    book: &Book,
) -> Result<Outcome, Error> {
    client.begin(network.now());
    if setting.warm {
        while !client.is_warm() {
            step(network, client, server)?;
        }
        network.advance(&mut [client, server], IDLE)?;
        client.go(network.now());
    }
    book.open().lossy = true;
    let began = network.now();
    while !client.fetch().is_done() {
        step(network, client, server)?;
    }
    let since =
        |at: Option<Instant>| at.map(|at| at.saturating_duration_since(began)).unwrap_or_default();
    let whole = network.now().saturating_duration_since(began);
    let objects = std::mem::take(&mut client.fetch().objects);
    let asked = since(server.asked());
    let octets = book.open().octets;
    // Tickets come behind the answers.
    network.advance(&mut [client, server], setting.round_trip)?;
    let ledger = std::mem::take(&mut *book.open());
    Ok(Outcome { objects, began, asked, whole, octets, ledger })
}
// ANCHOR_END: play

fn step<P: Payload, C: Client + Node<P>, S: Server + Node<P>>(
    network: &mut Network<P>,
    client: &mut C,
    server: &mut S,
) -> Result<(), Error> {
    let more = network.step(&mut [client, server])?;
    if let Some(error) = client.error().or_else(|| server.error()) {
        return Err(error);
    }
    if !more || network.elapsed() > PATIENCE {
        return Err(Error::Stuck(network.elapsed()));
    }
    Ok(())
}
