//! Flows that share a bottleneck share it fairly, whoever moves their windows.

use crate::pair::{ip, ms};
use sim::{
    Link, Network, Node,
    tcp::{Algorithm, Config, Connection, Endpoint, Figures},
};
use std::time::Duration;

/// Two clients of one server behind one bottleneck, sending for `seconds`; octets acknowledged.
fn compete(seed: u64, algorithms: [Algorithm; 2], seconds: u64) -> [Figures; 2] {
    let mut network = Network::new(seed);
    let server_at = network.attach(2, "server", ip(9));
    // 10 Mbit/s and 30 ms round trip: 26 segments fill the pipe, 25 more the queue.
    let shared = network.link(Link::interop());
    let back = network.link(Link::new().delay(ms(15)));
    let mut clients = Vec::new();
    for (place, algorithm) in algorithms.into_iter().enumerate() {
        let last = 1 + u8::try_from(place).unwrap();
        let at = network.attach(place, "client", ip(last));
        // Noise of a segment's time or two in front. Without it, clocks this exact meet the full
        // queue in the same order for ever (Floyd and Jacobson's phase effect), as no two hosts do.
        let access = network.link(Link::new().jitter(Duration::from_micros(2000)));
        network.route(at, server_at, &[access, shared]);
        network.route(server_at, at, &[back]);
        let config = Config { algorithm, ..Config::default() };
        let mut client = Endpoint::new(ip(last), config, seed + place as u64);
        let id = client.connect((ip(9), 80).into()).unwrap();
        clients.push((client, id));
    }
    let mut server = Endpoint::new(ip(9), Config::default(), seed);
    server.listen(80);
    let mut accepted = Vec::new();
    while network.elapsed() < Duration::from_secs(seconds) {
        let (one, two) = clients.split_at_mut(1);
        let nodes: &mut [&mut dyn Node<_>] = &mut [&mut one[0].0, &mut two[0].0, &mut server];
        assert!(network.step(nodes).unwrap());
        for (client, id) in &mut clients {
            let connection = client.get_mut(*id).unwrap();
            connection.write(&[0; 20_000]);
        }
        accepted.extend(server.accept());
        for id in &accepted {
            server.get_mut(*id).unwrap().read(usize::MAX);
        }
    }
    let figures = clients.iter().map(|(client, id)| client.get(*id).unwrap());
    let figures = figures.map(Connection::figures).collect::<Vec<_>>();
    [figures[0], figures[1]]
}

/// Jain's index of two shares: 1 is fair, ½ is all for one.
fn jain(figures: [Figures; 2]) -> f64 {
    let [a, b] = figures.map(|one| one.acknowledged as f64);
    (a + b).powi(2) / (2.0 * (a * a + b * b))
}

#[test]
fn two_flows_of_a_kind_share_a_bottleneck_for_a_minute() {
    for algorithm in [Algorithm::NewReno, Algorithm::Cubic] {
        for seed in 1..=5 {
            let figures = compete(seed, [algorithm; 2], 60);
            let fair = jain(figures);
            assert!(fair >= 0.95, "{algorithm:?} seed {seed}: {fair} {figures:?}");
            let octets = figures[0].acknowledged + figures[1].acknowledged;
            // 60 s at 10 Mbit/s are 75 MB, heads included.
            assert!(octets > 67_000_000, "{algorithm:?} seed {seed}: {octets}");
        }
    }
}

#[test]
fn cubic_is_friendly_to_new_reno_where_the_product_is_small() {
    // RFC 9438 §4.3: in the Reno-friendly region it takes what Reno would.
    let figures = compete(1, [Algorithm::Cubic, Algorithm::NewReno], 60);
    let fair = jain(figures);
    assert!(fair >= 0.9, "{fair} {figures:?}");
}
