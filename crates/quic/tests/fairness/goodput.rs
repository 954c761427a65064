//! How long 2 MB take over the link of the interop runner, with and without loss.

use crate::ends::{PORT, Quic, ms};
use sim::{Link, Network};
use std::{
    io::Write as _,
    net::SocketAddr,
    time::{Duration, Instant},
};

const OCTETS: u64 = 2_000_000;

/// From the first packet to the last octet.
fn takes(loss: f64, seed: u64) -> (Duration, u64) {
    let addresses: [SocketAddr; 2] = [([10, 0, 0, 1], 5000).into(), ([10, 0, 0, 2], PORT).into()];
    let mut network = Network::new(seed);
    let ends = [0, 1].map(|end| network.attach(end, "", addresses[end].ip()));
    network.connect(ends[0], ends[1], Link::interop().loss_rate(loss));
    let mut client = Quic::new(0, seed * 1000);
    let mut server = Quic::new(OCTETS, seed * 1000 + 100);
    let began: Instant = network.now();
    client.connect(addresses[0], addresses[1], began);
    while client.done.is_none() {
        assert!(network.elapsed() < Duration::from_secs(60), "{loss} {seed}");
        assert!(network.step(&mut [&mut client, &mut server]).unwrap());
    }
    assert_eq!(client.got, OCTETS);
    let lost = server.connection.unwrap().stats().packets_lost;
    (client.done.unwrap() - began, lost)
}

#[test]
fn two_megabytes_take_what_the_link_needs() {
    let (time, lost) = takes(0.0, 1);
    let line = format!("2 MB, no loss: {time:?}, {lost} called lost\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    // 1.6 s of octets, a handshake of two round trips, slow start.
    assert!(time < ms(2300), "{line}");
}

#[test]
fn two_megabytes_with_two_in_a_hundred_lost() {
    let mut runs: Vec<_> = (1..=20).map(|seed| takes(0.02, seed)).collect();
    runs.sort();
    let median = runs[10].0;
    let line = format!("2 MB, 2 % lost: median {median:?} of {runs:?}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    assert!(median < ms(4400), "{line}");
}
