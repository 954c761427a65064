//! RFC 9000 §7, RFC 9001 §4: from nothing to a connection.

use crate::pair::{Pair, Setup};
use quic::{Event, stream::Direction};
use sim::Link;
use std::time::Duration;

#[test]
fn two_ends_shake_hands_and_move_a_stream_both_ways() {
    let mut pair = Pair::plain();
    pair.connect();
    // One round trip for the client, and half of one more for HANDSHAKE_DONE.
    assert!(pair.network.elapsed() <= Duration::from_millis(41), "{:?}", pair.network.elapsed());
    let said: Vec<u8> = (0..300_000_u32).map(|at| at.to_be_bytes()[3]).collect();
    let stream = pair.client.say(Direction::Bidirectional, &said);
    assert!(pair.until(Duration::from_secs(20), |pair| pair.echoed(stream)));
    assert_eq!(pair.server.received[&stream].0, said);
    assert_eq!(pair.client.received[&stream].0, said);
    assert!(pair.client.largest_burst >= 10, "{}", pair.client.largest_burst);
    pair.run(Duration::from_secs(1));
    assert!(pair.client.has(|event| matches!(event, Event::Finished(_))));
    assert_eq!(pair.client.quic().stream_count() + pair.server.quic().stream_count(), 0);
}

#[test]
fn the_clients_first_datagram_has_1200_octets() {
    let mut pair = Pair::plain();
    pair.network.keep_journal();
    let mut transmit = quic::Transmit::new(8);
    let now = pair.network.now();
    assert!(pair.client.quic().poll_transmit(now, &mut transmit));
    assert_eq!(transmit.octets.len(), 1200);
}

#[test]
fn a_lossy_handshake_and_transfer_complete() {
    for seed in 0..40 {
        let setup = Setup { seed, ..Setup::default() };
        let link = Link::interop().loss_rate(0.1);
        let mut pair = Pair::new(&setup, link);
        pair.connect();
        let stream = pair.client.say(Direction::Bidirectional, &[7; 50_000]);
        let done = pair.until(Duration::from_secs(60), |pair| pair.echoed(stream));
        assert!(done, "seed {seed}: {:?} {:?}", pair.client.closed(), pair.server.closed());
        assert_eq!(pair.client.received[&stream].0.len(), 50_000);
    }
}
