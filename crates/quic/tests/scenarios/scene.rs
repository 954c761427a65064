//! Commands of a scenario, and what comes of them.

use crate::{
    page::Page,
    pair::{Pair, Setup, reset_token},
};
use quic::{
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
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};
use tls::fuzzing::stage::Stage;
use view::Recorder;
use wire::{Reader, Scripted, trace::Trace};

/// Columns of a line; what is more goes to the next.
const WIDTH: usize = 98;

fn count<T: std::str::FromStr>(word: &str) -> T {
    word.parse().unwrap_or_else(|_| panic!("'{word}' is not a number"))
}

/// What the network does with datagrams: how many of each end's next ones it loses, and what became
/// of those that were sent.
#[derive(Default)]
struct Fates {
    lose: [u32; 2],
    lost: [VecDeque<bool>; 2],
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
            "versions" => setup.server.versions = vec![Version::V2, Version::V1],
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
        pair.network.filter(move |datagram| {
            let who = usize::from(datagram.from.port() == 443);
            let mut fates = known.borrow_mut();
            let lose = fates.lose[who] > 0;
            fates.lose[who] -= u32::from(lose);
            fates.lost[who].push_back(lose);
            if lose { sim::Verdict::Drop } else { sim::Verdict::Pass }
        });
        let [client, server] = recorders;
        let pages = [Page::new("client", client), Page::new("server", server)];
        let begun = pair.network.now();
        Self { pair, pages, fates, begun }
    }

    /// Lets time pass; what is written meanwhile goes to `out`.
    fn advance(&mut self, span: Duration, out: &mut String) {
        let since = self.pair.network.now();
        self.pair.run(span);
        let mut lines = Vec::new();
        let names = [self.pages[0].name, self.pages[1].name];
        for (who, page) in self.pages.iter_mut().enumerate() {
            for line in page.lines() {
                let mut text = format!("{:<17}{}", names[who], line.text);
                if line.datagram {
                    text = format!("{} → {}  {}", names[who], names[1 - who], line.text);
                    if self.fates.borrow_mut().lost[who].pop_front() == Some(true) {
                        text.push_str("  LOST");
                    }
                }
                // What a command does at once is told with the time that the connection heard last.
                lines.push((line.time.max(since), text));
            }
        }
        lines.sort_by_key(|line| line.0);
        for (time, text) in lines {
            let ms = time.saturating_duration_since(self.begun).as_secs_f64() * 1000.0;
            wrap(&format!("{ms:>9.1} ms  {text}"), out);
        }
    }

    fn command(&mut self, line: &str, out: &mut String) {
        let words = line.split_whitespace().collect::<Vec<_>>();
        let who = usize::from(words.contains(&"server"));
        let end = if who == 0 { &mut self.pair.client } else { &mut self.pair.server };
        match words[..] {
            ["advance", span] => self.advance(Duration::from_millis(count(span)), out),
            ["drop", _, many] => self.fates.borrow_mut().lose[who] = count(many),
            ["rebind", "port"] => self.pair.rebind_port(),
            ["rebind", "address"] => self.pair.rebind_address(),
            ["migrate"] => {
                let path = self.pair.second_address();
                self.pair.client.quic().migrate(path).unwrap();
            }
            ["retry"] => self.retry(),
            ["reset"] => self.stateless_reset(),
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

    /// The client's first datagram is answered by a Retry packet.
    fn retry(&mut self) {
        let mut transmit = quic::Transmit::new(1);
        let now = self.pair.network.now();
        assert!(self.pair.client.quic().poll_transmit(now, &mut transmit));
        let first = Packet::read(&mut Reader::new(&transmit.octets), 8).unwrap();
        let Packet::Protected(head) = first else { panic!("{first:?}") };
        let (original, ours) = (head.destination, head.source);
        let source = ConnectionId::new(b"retried!").unwrap();
        let mut retry = Vec::new();
        packet::encode_retry(&mut retry, Version::V1, [&ours, &source], &original, b"a token");
        self.give(&mut retry);
        let server = &mut self.pair.server;
        (server.original, server.retry_source) = (Some(original), Some(source));
        // It was taken out by hand: the network has not seen it.
        self.fates.borrow_mut().lost[0].push_front(false);
    }

    /// The server has forgotten everything, and says so in the only way that is left.
    fn stateless_reset(&mut self) {
        let token = reset_token(&self.pair.server.ids[0]);
        let mut octets = Vec::new();
        assert!(packet::encode_stateless_reset(&mut octets, 100, &token, &mut Scripted(3)));
        self.give(&mut octets);
    }

    fn give(&mut self, octets: &mut [u8]) {
        let (now, path) = (self.pair.network.now(), self.pair.client.quic().path());
        self.pair.client.quic().receive_datagram(path, Ecn::NotEct, octets, now);
    }
}

/// A line, its rest on further ones.
fn wrap(line: &str, out: &mut String) {
    let (mut line, margin) = (line.to_owned(), " ".repeat(31));
    while line.chars().count() > WIDTH {
        let width = line.char_indices().nth(WIDTH).map_or(line.len(), |(at, _)| at);
        let Some(at) = line[..width].rfind(", ").filter(|at| *at > 40) else { break };
        writeln!(out, "{},", &line[..at]).unwrap();
        line = format!("{margin}{}", &line[at + 2..]);
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
