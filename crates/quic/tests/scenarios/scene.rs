//! Commands of a scenario, and what comes of them.

use crate::{
    page::Page,
    pair::{Pair, Setup, reset_token},
};
use quic::{
    FourTuple,
    acks::Ecn,
    connection::Listeners,
    connection_id::ConnectionId,
    packet::{self, Packet},
    stream::Direction,
    version::Version,
};
use sim::Link;
use std::{
    cell::RefCell,
    collections::VecDeque,
    fmt::Write as _,
    net::SocketAddr,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};
use tls::{
    CertifiedKey,
    fuzzing::stage::{self, Stage},
};
use view::Recorder;
use wire::{Reader, Scripted, trace::Trace};

/// Columns of a line; what is more goes to the next.
const WIDTH: usize = 98;

fn count<T: std::str::FromStr>(word: &str) -> T {
    word.parse().unwrap_or_else(|_| panic!("'{word}' is not a number"))
}

/// What the network does with datagrams: which of each end's next ones it loses, and what is to be
/// said of those that were sent.
#[derive(Default)]
struct Fates {
    lose: [VecDeque<bool>; 2],
    notes: [VecDeque<String>; 2],
    /// Where the client was first.
    home: Option<SocketAddr>,
}

impl Fates {
    fn meet(&mut self, datagram: &sim::Datagram) -> sim::Verdict {
        let who = usize::from(datagram.from.port() == 443);
        let lose = self.lose[who].pop_front().unwrap_or_default();
        let (preposition, client) =
            if who == 0 { ("from", datagram.from) } else { ("to", datagram.to) };
        let home = *self.home.get_or_insert(client);
        // A NAT gives the client another address than it knows: that is home as well.
        let elsewhere = client != home && client.port() != 1024;
        let mut note = String::new();
        if elsewhere {
            write!(note, "  {preposition} {client}").unwrap();
        }
        note.push_str(if lose { "  LOST" } else { "" });
        self.notes[who].push_back(note);
        if lose { sim::Verdict::Drop } else { sim::Verdict::Pass }
    }
}

struct Scene {
    pair: Pair,
    pages: [Page; 2],
    fates: Rc<RefCell<Fates>>,
    begun: Instant,
}

/// `link delay 10 idle 3000 early accepted retry yes …`
fn settings(line: &str) -> (Setup, Link) {
    let (mut setup, mut link) = (Setup::default(), Link::new());
    // A scenario is about its rule: nothing is searched for or made up beside it.
    for transport in [&mut setup.client, &mut setup.server] {
        (transport.max_datagram, transport.grease, transport.spin) = (1200, false, false);
    }
    let words: Vec<_> = line.split_whitespace().skip(1).collect();
    for pair in words.chunks(2) {
        let (name, value) = (pair[0], pair[1]);
        match name {
            "delay" => link = link.delay(Duration::from_millis(count(value))),
            "idle" => setup.server.max_idle_timeout = Some(Duration::from_millis(count(value))),
            "mtu" => {
                link = link.mtu(count(value));
                setup.client.max_datagram = 1452;
            }
            "marks" if value == "bleached" => link = link.bleach(),
            "marks" => link = link.mark(sim::Mark::Queue(count(value))),
            "rate" => link = link.rate(count(value)),
            "server" => setup.server.versions = vec![Version::V2, Version::V1],
            "client" => {
                setup.server.versions = vec![Version::V2];
                let second = value == "again";
                (setup.negotiated, setup.version) =
                    (second, if second { Version::V2 } else { Version::V1 });
            }
            "chain" => {
                let certificate = stage::certified_key().chain()[0].clone();
                let chain = vec![certificate; count(value)];
                let key = CertifiedKey::new(chain, Box::new(stage::PlaySigner)).unwrap();
                setup.stage.server.certificates = Arc::new(Arc::new(key));
            }
            "early" => {
                setup.stage = Stage::resuming();
                setup.stage.server.early_data = u32::MAX;
                let mut first = Pair::new(&setup, Link::new());
                first.connect();
                first.run(Duration::from_secs(1));
                setup.stage.server.early_data = if value == "accepted" { u32::MAX } else { 0 };
                setup.seed = 2;
            }
            _ => panic!("no setting '{name}'"),
        }
    }
    (setup, link)
}

impl Scene {
    fn new(line: &str) -> Self {
        let (setup, link) = settings(line);
        let recorders = [Arc::new(Recorder::default()), Arc::new(Recorder::default())];
        let listen = |recorder: &Arc<Recorder>| {
            let recorder = Arc::clone(recorder);
            Listeners::new(move |_| Trace::to(recorder.clone(), 0))
        };
        let setup = Setup { listeners: [listen(&recorders[0]), listen(&recorders[1])], ..setup };
        let mut pair = Pair::new(&setup, link);
        pair.behind_nat();
        let fates = Rc::new(RefCell::new(Fates::default()));
        let known = Rc::clone(&fates);
        pair.network.filter(move |datagram| known.borrow_mut().meet(datagram));
        let [client, server] = recorders;
        let mut pages = [Page::new("client", client), Page::new("server", server)];
        for page in &mut pages {
            page.marks = line.contains("marks");
        }
        let begun = pair.network.now();
        Self { pair, pages, fates, begun }
    }

    /// Lets time pass; what is written meanwhile goes to `out`.
    fn advance(&mut self, span: Duration, out: &mut String) {
        let since = self.pair.network.now();
        self.pair.run(span);
        self.write(since, out);
    }

    /// What both ends told since the last time, which was at `since`.
    fn write(&mut self, since: Instant, out: &mut String) {
        let mut lines = Vec::new();
        let names = [self.pages[0].name, self.pages[1].name];
        for (who, page) in self.pages.iter_mut().enumerate() {
            for line in page.lines() {
                let mut text = format!("{:<17}{}", names[who], line.text);
                if line.datagram {
                    let note = self.fates.borrow_mut().notes[who].pop_front();
                    let note = note.unwrap_or_default();
                    text = format!("{} → {}  {}{note}", names[who], names[1 - who], line.text);
                }
                // What a command does at once is told with the time that the connection heard last.
                lines.push((line.time.max(since), text));
            }
        }
        lines.sort_by_key(|line| line.0);
        for (time, text) in lines {
            self.line(time, &text, out);
        }
    }

    fn line(&self, time: Instant, text: &str, out: &mut String) {
        let ms = time.saturating_duration_since(self.begun).as_secs_f64() * 1000.0;
        wrap(&format!("{ms:>9.1} ms  {text}"), out);
    }

    fn command(&mut self, line: &str, out: &mut String) {
        let words = line.split_whitespace().collect::<Vec<_>>();
        let who = usize::from(words.contains(&"server"));
        let end = if who == 0 { &mut self.pair.client } else { &mut self.pair.server };
        match words[..] {
            ["skip", span] => {
                self.advance(Duration::from_millis(count(span)), &mut String::new());
                self.begun = self.pair.network.now();
            }
            ["advance", span] => self.advance(Duration::from_millis(count(span)), out),
            ["drop" | "pass", _, many] => {
                let fates = vec![words[0] == "drop"; count(many)];
                self.fates.borrow_mut().lose[who].extend(fates);
            }
            ["mtu", most] => self.pair.set_mtu(count(most)),
            ["rebind", "port"] => self.pair.rebind_port(),
            ["rebind", "address"] => self.pair.rebind_address(),
            ["migrate"] => {
                let path = self.pair.second_address();
                self.pair.client.quic().migrate(path).unwrap();
            }
            ["spoof"] => self.spoof(out),
            ["retry"] => self.retry(out),
            ["negotiate"] => self.negotiate(out),
            ["reset"] => self.stateless_reset(out),
            [_, "send", octets] => {
                end.say(Direction::Bidirectional, &vec![b'x'; count(octets)]);
            }
            [_, "ping"] => end.quic().ping(),
            [_, "update-keys"] => {
                if let Err(misuse) = end.quic().update_keys() {
                    writeln!(out, "              {misuse}").unwrap();
                }
            }
            [_, "close", code] => end.quic().close(count(code), b""),
            [_, "state"] => {
                let stats = end.quic().stats();
                let gone = if end.quic().is_gone() { ", gone" } else { "" };
                let open = if end.quic().is_open() { "open" } else { "not open" };
                let (window, flight, rtt) = (stats.window, stats.in_flight, stats.rtt.as_millis());
                let text = format!("window {window}, in flight {flight}, round trip {rtt} ms");
                writeln!(out, "              {open}{gone}: {text}").unwrap();
            }
            _ => panic!("no command '{line}'"),
        }
    }

    /// Gives the client what a server's endpoint answers without a connection.
    fn give(&mut self, octets: &mut [u8], text: &str, out: &mut String) {
        let (now, path) = (self.pair.network.now(), self.pair.client.quic().path());
        self.write(now, out);
        self.line(now, &format!("server → client  {:>4}  {text}", octets.len()), out);
        self.pair.client.quic().receive_datagram(path, Ecn::NotEct, octets, now);
        self.write(now, out);
    }

    /// What the client sends next comes from somewhere else first.
    fn spoof(&mut self, out: &mut String) {
        let mut transmit = quic::Transmit::new(1);
        let now = self.pair.network.now();
        assert!(self.pair.client.quic().poll_transmit(now, &mut transmit));
        let remote = "203.0.113.7:666".parse().unwrap();
        let path = FourTuple { remote, ..self.pair.server.quic().path() };
        self.fates.borrow_mut().notes[0].push_back("  from 203.0.113.7:666".to_owned());
        self.pair.server.quic().receive_datagram(path, Ecn::NotEct, &mut transmit.octets, now);
        self.write(now, out);
    }

    /// The client's first datagram, which no network sees: who sent it, and to whom.
    fn first(&mut self) -> (ConnectionId, ConnectionId) {
        let mut transmit = quic::Transmit::new(1);
        let now = self.pair.network.now();
        assert!(self.pair.client.quic().poll_transmit(now, &mut transmit));
        let first = Packet::read(&mut Reader::new(&transmit.octets), 8).unwrap();
        let Packet::Protected(head) = first else { panic!("{first:?}") };
        (head.destination, head.source)
    }

    /// The client's first datagram is answered by the versions that the server has.
    fn negotiate(&mut self, out: &mut String) {
        let (original, ours) = self.first();
        let ids = [original.octets(), ours.octets()];
        let mut answer = Vec::new();
        let versions = [Version::V2];
        packet::encode_version_negotiation(&mut answer, ids, &versions, &mut Scripted(4));
        self.give(&mut answer, "Version Negotiation [v2]", out);
    }

    /// The client's first datagram is answered by a Retry packet.
    fn retry(&mut self, out: &mut String) {
        let (original, ours) = self.first();
        let source = ConnectionId::new(b"retried!").unwrap();
        let mut retry = Vec::new();
        packet::encode_retry(&mut retry, Version::V1, [&ours, &source], &original, b"a token");
        self.give(&mut retry, "Retry [token]", out);
        let server = &mut self.pair.server;
        (server.original, server.retry_source) = (Some(original), Some(source));
    }

    /// The server has forgotten everything, and says so in the only way that is left.
    fn stateless_reset(&mut self, out: &mut String) {
        let token = reset_token(&self.pair.server.ids[0]);
        let mut octets = Vec::new();
        assert!(packet::encode_stateless_reset(&mut octets, 100, &token, &mut Scripted(3)));
        self.give(&mut octets, "stateless reset", out);
    }
}

/// A line, its rest on further ones: behind a comma, better before a packet.
fn wrap(line: &str, out: &mut String) {
    let (mut line, margin) = (line.to_owned(), " ".repeat(37));
    while line.chars().count() > WIDTH {
        let width = line.char_indices().nth(WIDTH).map_or(line.len(), |(at, _)| at);
        let packet = line[..width].rfind(" + ").map(|at| at + 1);
        let comma = line[..width].rfind(", ").map(|at| at + 2);
        let Some(at) = packet.or(comma).filter(|at| *at > 42) else { break };
        writeln!(out, "{}", line[..at].trim_end()).unwrap();
        line = format!("{margin}{}", &line[at..]);
    }
    writeln!(out, "{line}").unwrap();
}

/// What a file's commands print, between its comments.
pub(crate) fn play(text: &str) -> String {
    let mut out = String::new();
    let mut scene = None;
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("> ") {
            writeln!(out, "{line}").unwrap();
            let scene: &mut Scene = scene.as_mut().expect("a line 'link' first");
            scene.command(command, &mut out);
        } else if line.starts_with('#') || line.is_empty() {
            writeln!(out, "{line}").unwrap();
        } else if line.starts_with("link") {
            writeln!(out, "{line}").unwrap();
            scene = Some(Scene::new(line));
        }
    }
    out
}
