//! Scenario files: what a client and a server do, and what then goes over the link, as a page.
//!
//! ```text
//!   link delay 50 lose 3          the link both ways, before anything else
//!   > client connect              a command of a person
//!      0 ms  client → server  SYN seq=0        what came of it
//!   > advance 50
//! ```
//!
//! Lines behind a command are rewritten by `BLESS=1`. Sequence numbers are counted from each side's
//! SYN, so that a page can be read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use sim::{
    Datagram, Link, Network,
    tcp::{Config, Connection, ConnectionId, Endpoint, Limits, Segment},
};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    net::{IpAddr, SocketAddr},
    path::Path,
    time::Duration,
};

fn ip(last: u8) -> IpAddr {
    [10, 0, 0, last].into()
}

fn number<T: std::str::FromStr>(word: &str) -> T {
    word.parse().unwrap_or_else(|_| panic!("'{word}' is not a number"))
}

/// `link delay 50 rate 10000000 queue 25 lose 3,4 mtu 1500 sack no receive 5000`
struct Settings {
    link: Link,
    config: Config,
    limits: Limits,
}

fn settings(line: &str) -> Settings {
    let mut settings =
        Settings { link: Link::new(), config: Config::default(), limits: Limits::default() };
    let words = line.split_whitespace().skip(1).collect::<Vec<_>>();
    for pair in words.chunks(2) {
        let (name, value) = (pair[0], pair[1]);
        let link = std::mem::take(&mut settings.link);
        settings.link = match name {
            "delay" => link.delay(Duration::from_millis(number(value))),
            "rate" => link.rate(number(value)),
            "queue" => link.queue(number(value)),
            _ => link,
        };
        match name {
            "sack" => settings.config.sack = value == "yes",
            "ecn" => settings.config.ecn = value == "yes",
            "receive" => settings.limits.receive_buffer = number(value),
            "delay" | "rate" | "queue" => {}
            _ => panic!("no setting '{name}'"),
        }
    }
    settings
}

/// Sequence numbers counted from the SYN of their side.
fn describe() -> impl Fn(&Datagram<Segment>) -> String {
    let first: RefCell<BTreeMap<SocketAddr, u32>> = RefCell::default();
    move |one| {
        let mut segment = one.payload.clone();
        let mut first = first.borrow_mut();
        if segment.flags.syn {
            first.insert(one.from, segment.sequence);
        }
        let ours = first.get(&one.from).copied().unwrap_or(0);
        let theirs = first.get(&one.to).copied().unwrap_or(0);
        segment.sequence = segment.sequence.wrapping_sub(ours);
        segment.acknowledgment = segment.acknowledgment.wrapping_sub(theirs);
        for (start, end) in &mut segment.options.sack {
            (*start, *end) = (start.wrapping_sub(theirs), end.wrapping_sub(theirs));
        }
        segment.to_string()
    }
}

struct Scene {
    network: Network<Segment>,
    hosts: [Endpoint; 2],
    ids: [Option<ConnectionId>; 2],
}

impl Scene {
    fn new(settings: Settings) -> Self {
        let Settings { link, config, limits } = settings;
        let mut network = Network::new(1);
        let client = network.attach(0, "client", ip(1));
        let server = network.attach(1, "server", ip(2));
        network.connect(client, server, link);
        network.keep_journal();
        network.describe(describe());
        let host = |last: u8| Endpoint::with_limits(ip(last), config, limits, last.into());
        let mut hosts = [host(1), host(2)];
        hosts[1].listen(80);
        Self { network, hosts, ids: [None; 2] }
    }

    /// Lets time pass; what is written meanwhile goes to `out`.
    fn advance(&mut self, span: Duration, out: &mut String) {
        let [client, server] = &mut self.hosts;
        self.network.advance(&mut [client, server], span).unwrap();
        self.ids[1] = self.ids[1].or_else(|| self.hosts[1].accept());
        let journal = self.network.journal_mut().unwrap();
        for (time, line) in journal.lines() {
            writeln!(out, "{:>8.1} ms  {line}", time.as_secs_f64() * 1000.0).unwrap();
        }
        journal.take();
    }

    fn one(&mut self, who: usize) -> &mut Connection {
        let id = self.ids[who].expect("a connection");
        self.hosts[who].get_mut(id).unwrap()
    }

    fn command(&mut self, line: &str, out: &mut String) {
        let words = line.split_whitespace().collect::<Vec<_>>();
        let who = usize::from(words[0] == "server");
        match words[..] {
            ["advance", span] => return self.advance(Duration::from_millis(number(span)), out),
            ["drop", which] => return self.drop_data(number(which)),
            [_, "connect"] => self.ids[0] = self.hosts[0].connect((ip(2), 80).into()),
            [_, "connect", port] => {
                self.ids[0] = self.hosts[0].connect((ip(2), number(port)).into());
            }
            [_, "write", count] => {
                self.one(who).write(&vec![b'x'; number(count)]);
            }
            [_, "read"] => {
                let read = self.one(who).read(usize::MAX).len();
                writeln!(out, "             reads {read} octets").unwrap();
            }
            [_, "close"] => self.one(who).close(),
            [_, "abort"] => self.one(who).abort(),
            [_, "state"] => {
                let one = self.one(who);
                let (state, held) = (one.state(), one.figures().held);
                writeln!(
                    out,
                    "             {state:?}, {} to read, {held} behind a hole",
                    one.readable()
                )
                .unwrap();
            }
            _ => panic!("no command '{line}'"),
        }
        self.advance(Duration::ZERO, out);
    }

    /// Loses the next segments with data, as many as asked, and lets all else pass.
    fn drop_data(&mut self, mut left: u32) {
        self.network.filter(move |one| {
            if one.payload.data.is_empty() || left == 0 {
                return sim::Verdict::Pass;
            }
            left -= 1;
            sim::Verdict::Drop
        });
    }
}

fn play(text: &str) -> String {
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
            scene = Some(Scene::new(settings(line)));
        }
    }
    out
}

#[test]
fn every_scenario_prints_what_its_file_says() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts"));
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        testkit::golden(&path, &play(&fs::read_to_string(&path).unwrap()));
        count += 1;
    }
    assert!(count >= 6, "{count} scenarios");
}
