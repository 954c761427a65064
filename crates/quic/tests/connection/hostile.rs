//! Networks that lose, double, damage and reorder: transfers end, and with the right octets.

use crate::pair::{Pair, Setup};
use quic::{Closed, Event, stream::Direction, version::Version};
use sim::{Chance, Link};
use std::time::Duration;

/// A network of one seed: everything that can go wrong, a little.
fn link(chance: &mut Chance) -> Link {
    let percent = |chance: &mut Chance, most: u64| {
        f64::from(u32::try_from(chance.below(most)).unwrap()) / 100.0
    };
    let delay = Duration::from_millis(1 + chance.below(80));
    Link::new()
        .delay(delay)
        .jitter(Duration::from_millis(chance.below(20)))
        .rate([0, 1_000_000, 10_000_000, 100_000_000][usize::try_from(chance.below(4)).unwrap()])
        .queue(usize::try_from(10 + chance.below(100)).unwrap())
        .loss_rate(percent(chance, 20))
        .duplicate(percent(chance, 10))
        .corrupt(percent(chance, 5))
        .reorder(percent(chance, 20), Duration::from_millis(chance.below(40)))
}

fn transfer(seed: u64) {
    let mut chance = Chance::new(seed, 77);
    let mut setup = Setup { seed, ..Setup::default() };
    setup.client.handshake_timeout = Duration::from_secs(600);
    setup.server.handshake_timeout = Duration::from_secs(600);
    setup.client.max_idle_timeout = None;
    setup.server.max_idle_timeout = None;
    if chance.below(2) == 1 {
        setup.server.versions = vec![Version::V2, Version::V1];
    }
    let link = link(&mut chance);
    let mut pair = Pair::new(&setup, link.clone());
    let done = pair.until(Duration::from_secs(600), |pair| {
        pair.client.connection.as_ref().unwrap().is_connected() || pair.client.closed().is_some()
    });
    assert!(
        done && pair.client.closed().is_none(),
        "seed {seed}: {link:?} {:?}",
        pair.client.heard
    );
    let mut streams = Vec::new();
    for number in 0..1 + chance.below(4) {
        let length = usize::try_from(chance.below(60_000)).unwrap();
        let octets: Vec<u8> =
            (0..length).map(|at| (at as u64 * 7 + number).to_be_bytes()[7]).collect();
        streams.push((pair.client.say(Direction::Bidirectional, &octets), octets));
    }
    for (stream, octets) in &streams {
        let done = pair.until(Duration::from_secs(3600), |pair| pair.echoed(*stream));
        let (client, server) = (pair.client.closed(), pair.server.closed());
        assert!(done, "seed {seed}: {stream} {link:?} {client:?} {server:?}");
        assert!(pair.client.received[stream].0 == *octets, "seed {seed}: {stream} is another");
    }
    pair.client.quic().close(7, b"enough");
    pair.run(Duration::from_secs(3600));
    assert_eq!(pair.client.closed(), Some(&Closed::Local { code: 7 }), "seed {seed}");
    assert!(pair.client.quic().is_gone(), "seed {seed}");
}

/// More than a connection can be asked to survive: half of all lost and more, dead for longer than
/// anybody waits, a NAT that forgets at any time. What comes is right, and who gives up says why.
/// Answers whether it was survived.
fn ordeal(seed: u64) -> bool {
    let mut chance = Chance::new(seed, 78);
    let mut link = link(&mut chance);
    if chance.below(2) == 1 {
        link = link.loss_rate(f64::from(u32::try_from(20 + chance.below(60)).unwrap()) / 100.0);
    }
    for _ in 0..chance.below(3) {
        let begin = Duration::from_millis(chance.below(20_000));
        link = link.blackout(begin..begin + Duration::from_millis(chance.below(60_000)));
    }
    let mut pair = Pair::new(&Setup { seed, ..Setup::default() }, link.clone());
    pair.behind_nat();
    let mut streams = Vec::new();
    for _ in 0..10 {
        pair.run(Duration::from_millis(chance.below(2_000)));
        let open = pair.client.connection.as_ref().is_some_and(quic::Connection::is_open);
        match chance.below(8) {
            0 => pair.rebind_port(),
            1 => pair.rebind_address(),
            2 => {
                let _ = pair.client.quic().update_keys();
            }
            3..=5 if open && pair.client.quic().is_connected() => {
                let length = usize::try_from(chance.below(60_000)).unwrap();
                let octets: Vec<u8> = (0..length).map(|at| (at * 7 + 3).to_be_bytes()[7]).collect();
                streams.push((pair.client.say(Direction::Bidirectional, &octets), octets));
            }
            _ => {}
        }
    }
    let over = pair.until(Duration::from_secs(7200), |pair| {
        let delivered = streams.iter().all(|(stream, _)| pair.echoed(*stream));
        let connected = pair.client.has(|event| matches!(event, Event::Connected(_)));
        pair.client.closed().is_some() || (delivered && connected)
    });
    let (client, server) = (pair.client.closed(), pair.server.closed());
    assert!(over, "seed {seed}: {link:?} {client:?} {server:?}");
    for closed in [client, server].into_iter().flatten() {
        let right = matches!(closed, Closed::Idle | Closed::HandshakeTimeout);
        assert!(right, "seed {seed}: {link:?} {client:?} {server:?}");
    }
    for (stream, octets) in &streams {
        let none = (Vec::new(), None);
        let (came, end) = pair.client.received.get(stream).unwrap_or(&none);
        assert!(octets.starts_with(came), "seed {seed}: {stream} is another");
        assert!(end.is_none() || came == octets, "seed {seed}: {stream} is cut");
    }
    pair.client.closed().is_none()
}

fn runs() -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse().ok());
    match number("WIREBOOK_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("WIREBOOK_RUNS").unwrap_or(1_000),
    }
}

#[test]
fn transfers_end_whatever_the_network_does() {
    runs().for_each(transfer);
}

#[test]
fn what_comes_is_right_and_who_gives_up_says_why() {
    let survived = runs().filter(|seed| ordeal(*seed)).count();
    let all = runs().count();
    assert!(all < 100 || (survived > all / 10 && survived < all), "{survived} of {all}");
}
