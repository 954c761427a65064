//! A race between addresses in virtual time: the rules of `sockets::dial` without a network.

use crate::figure::figure;
use sockets::{Family, Race, Step, interleave};
use std::{
    fmt::Write as _,
    net::SocketAddr,
    time::{Duration, Instant},
};

/// What becomes of an attempt: how long after its start, and whether it connects.
type Fate = (&'static str, Option<(u64, bool)>);

const FATES: [Fate; 4] = [
    ("[2001:db8::a]:443", None),
    ("192.0.2.1:443", Some((30, false))),
    ("[2001:db8::b]:443", Some((90, true))),
    ("[2001:db8::c]:443", Some((1, true))),
];

#[test]
fn one_silent_address_one_refusal_and_a_winner() {
    let given = ["[2001:db8::a]:443", "[2001:db8::b]:443", "[2001:db8::c]:443", "192.0.2.1:443"];
    let found = given.map(|address| address.parse().unwrap());
    let order = interleave(&found, Family::Any);
    let list = |addresses: &[SocketAddr]| {
        addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join("  ")
    };
    let mut text = format!("resolver  {}\norder     {}\n\n", list(&found), list(&order));

    let start = Instant::now();
    let mut race = Race::new(order, Duration::from_millis(250), None);
    let (mut now, mut under_way) = (start, Vec::<(Option<Instant>, bool, SocketAddr)>::new());
    'race: loop {
        let mut say = |now: Instant, what: &str, address: &SocketAddr| {
            writeln!(text, "{:>6} ms  {what:<10}{address}", (now - start).as_millis()).unwrap();
        };
        match race.step(now) {
            Step::Start(address) => {
                say(now, "start", &address);
                let fate = FATES.iter().find(|(name, _)| *name == address.to_string()).unwrap().1;
                let ends = fate.map(|(after, _)| now + Duration::from_millis(after));
                under_way.push((ends, fate.is_some_and(|(_, connects)| connects), address));
            }
            Step::Wait(until) => {
                let next = under_way.iter().filter_map(|(ends, ..)| *ends).min();
                now = next.into_iter().chain(until).min().unwrap();
                let ended = under_way.iter().position(|(ends, ..)| *ends == Some(now));
                let Some((_, connects, address)) = ended.map(|at| under_way.remove(at)) else {
                    continue;
                };
                say(now, if connects { "connected" } else { "refused" }, &address);
                if connects {
                    for (_, _, address) in &under_way {
                        say(now, "cancel", address);
                    }
                    break 'race;
                }
                race.failed();
            }
            other => panic!("{other:?}"),
        }
    }
    figure("eyeballs", &text);
}
