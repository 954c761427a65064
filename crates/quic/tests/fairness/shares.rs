//! Two flows, one queue: Jain's index of what each of them gets in a minute.
//!
//! ```text
//!   server A ──┐                          ┌── client A
//!              ├── queue ── 10 Mbit/s ────┤              15 ms there, 15 ms back
//!   server B ──┘                          └── client B   begins later
//!
//!   Jain = (Σ x)² / (n · Σ x²)       1: all equal; 1/n: one has everything
//! ```

use crate::ends::{PORT, Quic, Tcp, ms};
use sim::{Host, Interface, Link, Network, Node, Packet};
use std::{io::Write as _, net::SocketAddr, time::Duration};

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Quic,
    Tcp,
}

/// A link and who comes when.
#[derive(Debug, Clone, Copy)]
struct Case {
    flows: [Who; 2],
    /// Datagrams that may wait at the bottleneck. 25 are 30 ms, which is one bandwidth-delay
    /// product.
    queue: usize,
    rate: u64,
    delay: Duration,
    /// How much later the second begins.
    later: Duration,
}

const MINUTE: Duration = Duration::from_secs(60);

struct Flow {
    who: Who,
    client: Host<Quic, Tcp>,
    server: Host<Quic, Tcp>,
    addresses: [SocketAddr; 2],
}

impl Flow {
    fn new(who: Who, place: u8, seed: u64) -> Self {
        let address = |end: u8, port: u16| SocketAddr::from(([10, 0, place, end], port));
        let addresses = [address(1, 5000), address(2, PORT)];
        let seed = seed * 10_000 + u64::from(place) * 1000;
        let end = |serves: bool, seed: u64| {
            let tcp = Tcp::new(addresses[usize::from(serves)], serves, seed);
            Host::new(Quic::new(u64::MAX, seed), tcp)
        };
        Self { who, client: end(false, seed), server: end(true, seed + 100), addresses }
    }

    fn begin(&mut self, network: &Network<Packet>) {
        let [here, there] = self.addresses;
        match self.who {
            Who::Quic => self.client.udp.connect(here, there, network.now()),
            Who::Tcp => self.client.tcp.id = self.client.tcp.endpoint.connect(there),
        }
    }

    fn got(&self) -> u64 {
        self.client.udp.got + self.client.tcp.got
    }
}

fn advance(network: &mut Network<Packet>, flows: &mut [Flow; 2], span: Duration) {
    let [a, b] = flows;
    let mut nodes: [&mut dyn Node<Packet>; 4] =
        [&mut a.client, &mut a.server, &mut b.client, &mut b.server];
    network.advance(&mut nodes, span).unwrap();
}

/// What each flow gets in the minute that begins with the second flow.
fn shares(case: &Case, seed: u64) -> [u64; 2] {
    let mut network: Network<Packet> = Network::new(seed);
    let queue = Link::new().rate(case.rate).delay(case.delay).queue(case.queue);
    let bottleneck = network.link(queue);
    let mut flows = [Flow::new(case.flows[0], 0, seed), Flow::new(case.flows[1], 1, seed)];
    for (at, flow) in flows.iter().enumerate() {
        let [client, server]: [Interface; 2] =
            [0, 1].map(|end| network.attach(2 * at + end, "", flow.addresses[end].ip()));
        let back = network.link(Link::new().delay(case.delay));
        network.route(server, client, &[bottleneck]);
        network.route(client, server, &[back]);
    }
    flows[0].begin(&network);
    // A little of chance, so that seeds differ.
    advance(&mut network, &mut flows, case.later + ms(seed * 7 % 50));
    flows[1].begin(&network);
    let before = flows.each_ref().map(Flow::got);
    advance(&mut network, &mut flows, MINUTE);
    [0, 1].map(|at| flows[at].got() - before[at])
}

fn jain(shares: [u64; 2]) -> f64 {
    let [a, b] = shares.map(|share| share as f64);
    (a + b).powi(2) / (2.0 * (a * a + b * b))
}

/// Runs a case over seeds. They are fair on average, none is unfair, and little of the link is left
/// unused. Flows that lose together keep their places for long: hence the average.
fn fair(name: &str, case: &Case) {
    let seeds = std::env::var("FAIRNESS_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    let (mut worst, mut mean): (f64, f64) = (1.0, 0.0);
    let (mut first, mut second, mut used) = (0.0, 0.0, f64::INFINITY);
    let seeds = seeds.unwrap_or(2);
    for seed in 1..=seeds {
        let shares = shares(case, seed);
        worst = worst.min(jain(shares));
        mean += jain(shares) / seeds as f64;
        let [a, b] = shares.map(|share| share as f64 * 8.0 / MINUTE.as_secs_f64() / 1e6);
        (first, second) = (first + a / seeds as f64, second + b / seeds as f64);
        used = used.min((a + b) * 1e6 / case.rate as f64);
    }
    let line = format!(
        "{name:34} {:?} {first:5.2} {:?} {second:5.2} Mbit/s  Jain {mean:.3} ≥ {worst:.3}  used ≥ {used:.3}\n",
        case.flows[0], case.flows[1]
    );
    let _ = std::io::stderr().write_all(line.as_bytes());
    assert!(mean >= 0.95 && worst >= 0.9, "{line}");
    assert!(used > 0.85, "{line}");
}

const INTEROP: Case = Case {
    flows: [Who::Quic, Who::Quic],
    queue: 25,
    rate: 10_000_000,
    delay: ms(15),
    later: Duration::ZERO,
};

#[test]
fn two_connections_share_a_link() {
    fair("together, queue 25", &INTEROP);
    fair("together, queue 50", &Case { queue: 50, ..INTEROP });
}

#[test]
fn who_comes_five_seconds_later_gets_its_share() {
    let later = Duration::from_secs(5);
    fair("5 s later, queue 25", &Case { later, ..INTEROP });
    fair("5 s later, queue 50", &Case { later, queue: 50, ..INTEROP });
}

#[test]
fn a_connection_shares_a_link_with_tcp() {
    let flows = [Who::Quic, Who::Tcp];
    fair("together, queue 25", &Case { flows, ..INTEROP });
    fair("together, queue 50", &Case { flows, queue: 50, ..INTEROP });
}

#[test]
fn tcp_that_comes_later_gets_its_share_and_leaves_one() {
    let later = Duration::from_secs(5);
    for flows in [[Who::Quic, Who::Tcp], [Who::Tcp, Who::Quic]] {
        fair("5 s later, queue 25", &Case { flows, later, ..INTEROP });
        fair("5 s later, queue 50", &Case { flows, later, queue: 50, ..INTEROP });
    }
}

#[test]
fn a_longer_and_faster_link_is_shared_too() {
    let long = Case { rate: 20_000_000, delay: ms(30), queue: 100, ..INTEROP };
    fair("20 Mbit/s, 60 ms, queue 100", &long);
    fair("20 Mbit/s, 60 ms, queue 100", &Case { flows: [Who::Quic, Who::Tcp], ..long });
}
