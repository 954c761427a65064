//! A network does to datagrams what its links say, no less and no more, and the same again for the
//! same seed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a test that panics has failed, which is what it is for"
)]

use sim::{Datagram, Drop, Ecn, Error, Interface, Link, LinkId, Loss, Mark, Network, Node, What};
use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

const CLIENT: &str = "10.0.0.1:5000";
const SERVER: &str = "10.0.0.2:443";

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Says what it has been given, at the times given, and keeps what it hears.
#[derive(Default)]
struct Talker {
    say: Vec<(Instant, Datagram)>,
    now: Option<Instant>,
    heard: Vec<(Instant, Datagram)>,
    /// Answers all it hears.
    echo: bool,
}

impl Talker {
    /// `count` datagrams of 1,000 octets on the wire, numbered, one each `gap`.
    fn sends(network: &Network, count: u32, gap: Duration) -> Self {
        let datagram = |number: u32| {
            let mut octets = vec![0; 972];
            octets[..4].copy_from_slice(&number.to_be_bytes());
            Datagram::new(address(CLIENT), address(SERVER), octets).with_ecn(Ecn::Ect0)
        };
        let say = (0..count).map(|n| (network.now() + gap * n, datagram(n))).rev().collect();
        Self { say, ..Self::default() }
    }

    fn numbers(&self) -> Vec<u32> {
        let number = |d: &Datagram| u32::from_be_bytes(d.payload[..4].try_into().unwrap());
        self.heard.iter().map(|(_, datagram)| number(datagram)).collect()
    }
}

impl Node for Talker {
    fn receive(&mut self, datagram: Datagram, now: Instant) {
        if self.echo {
            let answer = Datagram::new(datagram.to, datagram.from, datagram.payload.clone());
            self.say.push((now, answer));
        }
        self.heard.push((now, datagram));
    }

    fn transmit(&mut self, now: Instant) -> Option<Datagram> {
        self.say.last().is_some_and(|(at, _)| *at <= now).then(|| self.say.pop().unwrap().1)
    }

    fn next_timeout(&self) -> Option<Instant> {
        self.say.last().map(|(at, _)| *at).filter(|at| self.now.is_none_or(|now| *at > now))
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = Some(now);
    }
}

fn network(seed: u64, link: Link) -> (Network, Interface, LinkId) {
    let mut network = Network::new(seed);
    let client = network.attach(0, "client", ip("10.0.0.1"));
    let server = network.attach(1, "server", ip("10.0.0.2"));
    let (there, _) = network.connect(client, server, link);
    (network, client, there)
}

/// Sends `count` datagrams over `link`, a millisecond apart.
fn sent(seed: u64, link: Link, count: u32) -> (Network, LinkId, Talker) {
    let (mut network, _, there) = network(seed, link);
    let mut client = Talker::sends(&network, count, ms(1));
    let mut server = Talker::default();
    network.keep_journal();
    assert!(network.run(&mut [&mut client, &mut server], Duration::from_secs(1_000_000)).unwrap());
    (network, there, server)
}

/// A share that chance may give: within five standard deviations.
fn close(found: u64, of: u64, share: f64) -> bool {
    let (found, of) = (found as f64, of as f64);
    (found - of * share).abs() <= 5.0 * (of * share * (1.0 - share)).sqrt() + 1.0
}

#[test]
fn a_perfect_link_takes_its_delay_and_nothing_else() {
    let (network, there, server) = sent(1, Link::new().delay(ms(15)), 1000);
    assert_eq!(server.numbers(), (0..1000).collect::<Vec<_>>());
    assert_eq!(network.elapsed(), ms(999 + 15));
    let stats = network.stats(there);
    assert_eq!((stats.entered, stats.left, stats.octets), (1000, 1000, 1_000_000));
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let link = || {
        Link::interop().loss_rate(0.1).jitter(ms(5)).reorder(0.1, ms(7)).duplicate(0.1).corrupt(0.1)
    };
    let run = |seed| sent(seed, link(), 500).0.journal().unwrap().clone();
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

#[test]
fn one_harm_more_does_not_change_what_the_others_do() {
    let without = sent(3, Link::new().loss_rate(0.2), 500).2.numbers();
    let with = sent(3, Link::new().loss_rate(0.2).corrupt(0.3).jitter(ms(3)), 500).2;
    assert_eq!(with.heard.len(), without.len());
}

#[test]
fn a_rate_spaces_what_it_lets_through() {
    // 1,000 octets at 1 Mbit/s are 8 ms.
    let (mut network, _, _) = network(1, Link::new().rate(1_000_000));
    let mut client = Talker::sends(&network, 10, Duration::ZERO);
    let mut server = Talker::default();
    network.run(&mut [&mut client, &mut server], ms(1000)).unwrap();
    let gaps = server.heard.windows(2).map(|two| two[1].0 - two[0].0).collect::<Vec<_>>();
    assert_eq!(gaps, [ms(8); 9]);
    assert_eq!(network.elapsed(), ms(80));
}

#[test]
fn a_full_queue_drops_the_newest() {
    let (mut network, _, there) = network(1, Link::new().rate(1_000_000).queue(25));
    let mut client = Talker::sends(&network, 100, Duration::ZERO);
    let mut server = Talker::default();
    network.run(&mut [&mut client, &mut server], ms(10_000)).unwrap();
    // One is being sent, 25 wait.
    assert_eq!(server.numbers(), (0..26).collect::<Vec<_>>());
    let stats = network.stats(there);
    assert_eq!((stats.overflowed, stats.longest_queue), (74, 25));
}

#[test]
fn loss_by_rate_loses_that_share() {
    let (network, there, _) = sent(5, Link::new().loss_rate(0.02), 20_000);
    assert!(close(network.stats(there).lost, 20_000, 0.02), "{:?}", network.stats(there));
}

#[test]
fn bounded_loss_never_loses_more_in_a_row() {
    let link = Link::new().loss(Loss::Bounded { rate: 0.6, longest: 3 });
    let numbers = sent(5, link, 5000).2.numbers();
    let runs = numbers.windows(2).map(|two| two[1] - two[0] - 1).collect::<Vec<_>>();
    assert_eq!(runs.iter().max(), Some(&3));
}

#[test]
fn bursts_have_their_share_and_their_length() {
    // Gilbert: share = 0.01 / (0.01 + 0.25), mean burst 4.
    let link = Link::new().loss(Loss::Burst { begin: 0.01, end: 0.25 });
    let (network, there, server) = sent(5, link, 100_000);
    let lost = network.stats(there).lost as f64;
    assert!((lost / 100_000.0 - 0.01 / 0.26).abs() < 0.005, "{lost}");
    let bursts = server.numbers().windows(2).filter(|two| two[1] - two[0] > 1).count() as f64;
    assert!((lost / bursts - 4.0).abs() < 0.4, "{lost} in {bursts}");
}

#[test]
fn a_list_loses_exactly_what_it_names() {
    let numbers = sent(5, Link::new().lose([0, 3, 9]), 10).2.numbers();
    assert_eq!(numbers, [1, 2, 4, 5, 6, 7, 8]);
}

#[test]
fn jitter_spreads_and_keeps_the_order() {
    let (_, _, server) = sent(5, Link::new().delay(ms(10)).jitter(ms(20)), 5000);
    assert_eq!(server.numbers(), (0..5000).collect::<Vec<_>>());
    let starts = server.heard[0].0;
    let late = |n: usize| server.heard[n].0 - starts;
    assert!((1..5000).any(|n| late(n) - late(n - 1) > ms(1)));
}

#[test]
fn what_is_held_back_is_overtaken() {
    let link = Link::new().delay(ms(10)).reorder(0.05, ms(3));
    let (network, there, server) = sent(5, link, 10_000);
    let overtaken = server.numbers().windows(2).filter(|two| two[1] < two[0]).count() as u64;
    let held = network.stats(there).held_back;
    assert!(close(held, 10_000, 0.05), "{held}");
    // Two in a row that are held keep their order among themselves.
    assert!(overtaken > held * 8 / 10 && overtaken <= held, "{overtaken} of {held}");
    let mut numbers = server.numbers();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..10_000).collect::<Vec<_>>());
}

#[test]
fn a_duplicate_arrives_twice() {
    let (network, there, server) = sent(5, Link::new().duplicate(0.1), 10_000);
    let twice = network.stats(there).duplicated;
    assert!(close(twice, 10_000, 0.1), "{twice}");
    assert_eq!(server.heard.len() as u64, 10_000 + twice);
}

#[test]
fn corruption_flips_one_bit() {
    let (network, there, server) = sent(5, Link::new().corrupt(0.1), 10_000);
    assert!(close(network.stats(there).corrupted, 10_000, 0.1));
    let mut damaged = 0;
    for (number, (_, datagram)) in (0_u32..).zip(&server.heard) {
        let mut clean = vec![0; 972];
        clean[..4].copy_from_slice(&number.to_be_bytes());
        let flipped = datagram.payload.iter().zip(&clean).map(|(a, b)| (a ^ b).count_ones());
        let flipped: u32 = flipped.sum();
        assert!(flipped <= 1);
        damaged += u64::from(flipped);
    }
    assert_eq!(damaged, network.stats(there).corrupted);
}

#[test]
fn marking_by_rate_marks_what_is_capable() {
    let (network, there, server) = sent(5, Link::new().mark(Mark::Rate(0.1)), 10_000);
    let marked = server.heard.iter().filter(|(_, one)| one.ecn == Ecn::Ce).count() as u64;
    assert_eq!(marked, network.stats(there).marked);
    assert!(close(marked, 10_000, 0.1));
}

#[test]
fn a_filling_queue_marks_and_a_bleached_datagram_is_never_marked() {
    let link = Link::new().rate(1_000_000).queue(50).mark(Mark::Queue(5));
    for (link, marks) in [(link.clone(), 44), (link.bleach(), 0)] {
        let (mut network, _, there) = network(1, link);
        let mut client = Talker::sends(&network, 50, Duration::ZERO);
        let mut server = Talker::default();
        network.run(&mut [&mut client, &mut server], ms(10_000)).unwrap();
        assert_eq!(network.stats(there).marked, marks);
    }
}

#[test]
fn what_is_longer_than_the_mtu_vanishes() {
    // 972 octets, 8 of UDP and 20 of IP.
    assert_eq!(sent(5, Link::new().mtu(1000), 10).2.heard.len(), 10);
    let (network, there, server) = sent(5, Link::new().mtu(999), 10);
    assert_eq!((server.heard.len(), network.stats(there).too_long), (0, 10));
}

#[test]
fn a_blackout_takes_what_enters_while_it_lasts() {
    let numbers = sent(5, Link::new().blackout(ms(3)..ms(6)), 10).2.numbers();
    assert_eq!(numbers, [0, 1, 2, 6, 7, 8, 9]);
}

#[test]
fn a_nat_hides_the_inside_and_forgets_when_rebound() {
    let (mut network, client_at, _) = network(1, Link::new().delay(ms(5)));
    network.behind_nat(client_at, ip("192.0.2.1"));
    let mut client = Talker::sends(&network, 3, ms(20));
    let mut server = Talker { echo: true, ..Talker::default() };
    network.run(&mut [&mut client, &mut server], ms(15)).unwrap();
    network.rebind_port(client_at);
    network.run(&mut [&mut client, &mut server], ms(27)).unwrap();
    // The answer to the second datagram is on its way to an address that is about to go.
    network.rebind_address(client_at, ip("192.0.2.9"));
    network.run(&mut [&mut client, &mut server], ms(1000)).unwrap();
    let seen = server.heard.iter().map(|(_, one)| one.from.to_string()).collect::<Vec<_>>();
    assert_eq!(seen, ["192.0.2.1:1024", "192.0.2.1:1025", "192.0.2.9:1026"]);
    assert!(client.heard.iter().all(|(_, one)| one.to == address(CLIENT)));
    assert_eq!(client.numbers(), [0, 2]);
}

#[test]
fn two_flows_share_a_bottleneck() {
    let mut network = Network::new(1);
    let a = network.attach(0, "a", ip("10.0.0.1"));
    let b = network.attach(1, "b", ip("10.0.0.1"));
    let server = network.attach(2, "server", ip("10.0.0.2"));
    let access = network.link(Link::new().delay(ms(2)));
    let shared = network.link(Link::new().rate(1_000_000).delay(ms(3)));
    network.route(a, server, &[access, shared]);
    network.route(b, server, &[shared]);
    let mut one = Talker::sends(&network, 5, Duration::ZERO);
    let mut two = Talker::sends(&network, 5, Duration::ZERO);
    let mut sink = Talker::default();
    network.run(&mut [&mut one, &mut two, &mut sink], ms(1000)).unwrap();
    // Ten datagrams of 8 ms, one after the other, and the delay behind them.
    assert_eq!((sink.heard.len(), network.elapsed()), (10, ms(83)));
    assert_eq!((network.stats(access).left, network.stats(shared).left), (5, 10));
}

#[test]
fn a_filter_takes_what_it_means_and_the_journal_tells_it() {
    let (mut network, _, _) = network(1, Link::new().delay(ms(15)).lose([2]));
    network.keep_journal();
    network.describe(|one| format!("number {}", one.payload[3]));
    network.filter(|one| match one.payload[3] {
        1 => sim::Verdict::Drop,
        3 => sim::Verdict::Hold(ms(100)),
        _ => sim::Verdict::Pass,
    });
    let mut client = Talker::sends(&network, 5, ms(4));
    let mut server = Talker::default();
    network.run(&mut [&mut client, &mut server], ms(1000)).unwrap();
    // The list counts what enters the link: 0, 2, 4 and then, late, 3.
    assert_eq!(server.numbers(), [0, 2, 3]);
    let journal = network.journal().unwrap();
    assert_eq!(
        journal.to_string(),
        "client → server  number 0\n\
         advance 4ms\n\
         client → server  number 1  drop: filter\n\
         advance 4ms\n\
         client → server  number 2\n\
         advance 4ms\n\
         client → server  number 3\n\
         advance 4ms\n\
         client → server  number 4  drop: loss\n"
    );
    assert!(journal.entries().iter().any(|one| one.what == What::Dropped(Drop::Loss)));
}

#[test]
fn what_goes_to_nobody_is_dropped() {
    let (mut network, _, _) = network(1, Link::new());
    network.keep_journal();
    let stray = Datagram::new(address(CLIENT), address("10.9.9.9:1"), vec![0; 4]);
    let mut client = Talker { say: vec![(network.now(), stray)], ..Talker::default() };
    network.run(&mut [&mut client, &mut Talker::default()], ms(10)).unwrap();
    let last = network.journal().unwrap().entries().last().unwrap().what;
    assert_eq!(last, What::Dropped(Drop::NoRoute));
}

#[test]
fn advance_passes_exactly_that_time() {
    let (mut network, _, _) = network(1, Link::new().delay(ms(15)));
    let mut client = Talker::sends(&network, 2, ms(10));
    let mut server = Talker::default();
    network.advance(&mut [&mut client, &mut server], ms(24)).unwrap();
    assert_eq!((network.elapsed(), server.heard.len(), network.in_flight()), (ms(24), 1, 1));
    network.advance(&mut [&mut client, &mut server], ms(1)).unwrap();
    assert_eq!((network.elapsed(), server.heard.len(), network.in_flight()), (ms(25), 2, 0));
}

#[test]
fn a_dialogue_that_takes_no_time_is_an_error_and_not_a_hang() {
    let (mut network, _, _) = network(1, Link::new());
    let mut client = Talker::sends(&network, 1, ms(0));
    client.echo = true;
    let mut server = Talker { echo: true, ..Talker::default() };
    let ended = network.run(&mut [&mut client, &mut server], ms(10));
    assert!(matches!(ended, Err(Error::StandsStill { .. })), "{ended:?}");
}
