//! Networks that lose, double, damage and reorder: transfers end, and with the right octets.

use crate::pair::{Pair, Setup};
use quic::{Closed, stream::Direction, version::Version};
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

#[test]
fn transfers_end_whatever_the_network_does() {
    let many = std::env::var("WIREBOOK_RUNS").ok().and_then(|runs| runs.parse().ok());
    if let Some(seed) = std::env::var("WIREBOOK_SEED").ok().and_then(|seed| seed.parse().ok()) {
        return transfer(seed);
    }
    for seed in 0..many.unwrap_or(1_000) {
        transfer(seed);
    }
}
