//! Whatever a link does, what is read is what was written.

use crate::pair::{Pair, exchange, ms, text};
use sim::{
    Chance, Link, Loss, Mark,
    tcp::{Algorithm, Config, Limits},
};

/// A link with some of every harm, drawn from the seed: loss up to 20 %.
fn link(chance: &mut Chance) -> Link {
    let mut link = Link::new()
        .delay(ms(1 + chance.below(150)))
        .rate(500_000 + chance.below(50_000_000))
        .queue(5 + usize::try_from(chance.below(100)).unwrap());
    let share = |chance: &mut Chance, most: f64| {
        if chance.happens(0.5) { chance.unit() * most } else { 0.0 }
    };
    link = match chance.below(3) {
        0 => link.loss_rate(chance.unit() * 0.2),
        1 => link.loss(Loss::Burst { begin: chance.unit() * 0.05, end: 0.3 }),
        _ => link,
    };
    link.reorder_by = ms(1 + chance.below(60));
    link.reorder = share(chance, 0.1);
    link.duplicate = share(chance, 0.1);
    link.corrupt = share(chance, 0.05);
    link.jitter = ms(chance.below(30));
    if chance.happens(0.3) {
        link = link.mark(Mark::Queue(3));
    }
    if chance.happens(0.2) {
        let start = chance.below(2000);
        link = link.blackout(ms(start)..ms(start + chance.below(3000)));
    }
    link
}

fn config(chance: &mut Chance) -> Config {
    let algorithm = if chance.happens(0.5) { Algorithm::Cubic } else { Algorithm::NewReno };
    Config {
        algorithm,
        sack: chance.happens(0.7),
        ecn: chance.happens(0.5),
        nagle: chance.happens(0.3),
        mss: if chance.happens(0.2) { 300 } else { 1460 },
        ..Config::default()
    }
}

fn run(seed: u64) -> (std::time::Duration, u64) {
    let mut chance = Chance::new(seed, 99);
    let link = link(&mut chance);
    let mut limits = Limits::default();
    if chance.happens(0.3) {
        (limits.receive_buffer, limits.send_buffer) = (6000, 20_000);
    }
    // Among a thousand links some lose sixteen in a row, and a real kernel would give up.
    (limits.retries, limits.syn_retries) = (1000, 1000);
    let configs = (config(&mut chance), config(&mut chance));
    let mut pair = Pair::with(seed, link, configs, limits);
    let length = |chance: &mut Chance| usize::try_from(chance.below(120_000)).unwrap();
    let (up, down) = (text(length(&mut chance), seed), text(length(&mut chance), !seed));
    let done = exchange(&mut pair, &up, &down);
    assert!(done.at_server == up, "seed {seed}: the server read something else");
    assert!(done.at_client == down, "seed {seed}: the client read something else");
    (done.took, pair.network.stats(pair.links.0).entered)
}

#[test]
fn a_thousand_hostile_links_deliver_everything_intact() {
    for seed in 0..1000 {
        let ran = std::panic::catch_unwind(|| run(seed));
        assert!(ran.is_ok(), "seed {seed}");
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in 0..20 {
        assert_eq!(run(seed), run(seed), "seed {seed}");
    }
}
