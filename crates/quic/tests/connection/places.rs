//! Addresses, marks and early data where the network or the peer makes them hard (RFC 9000 §9,
//! §13.4; RFC 9001 §4.6).

use crate::pair::{Pair, Setup};
use quic::{Event, Transmit, stream::Direction, version::Version};
use sim::{Datagram, Link, Node as _, Verdict};
use std::time::Duration;
use tls::{EarlyData, fuzzing::stage::Stage};

fn link() -> Link {
    Link::new().delay(Duration::from_millis(10))
}

/// RFC 9000 §9.3.2, §9.3.3: an attacker copies the client's packets, and is faster.
#[test]
fn s9_3_2_an_address_that_only_copies_is_left_again() {
    let mut pair = Pair::plain();
    pair.connect();
    pair.run(Duration::from_secs(1));
    let home = pair.server.quic().path();
    for _ in 0..3 {
        pair.client.quic().ping();
        let (now, mut transmit) = (pair.network.now(), Transmit::new(1));
        assert!(pair.client.quic().poll_transmit(now, &mut transmit));
        let copy = transmit.octets.clone();
        let attacker = "10.9.9.9:666".parse().unwrap();
        pair.server.receive(Datagram::new(attacker, home.local, copy), now);
        assert_eq!(pair.server.quic().path().remote, attacker);
        // The original comes later, and is dropped as a copy.
        pair.server.receive(Datagram::new(home.remote, home.local, transmit.octets), now);
        let stream = pair.client.say(Direction::Bidirectional, &[7; 20_000]);
        assert!(pair.until(Duration::from_secs(9), |pair| pair.echoed(stream)));
        assert_eq!(pair.server.quic().path(), home);
        pair.run(Duration::from_secs(5));
    }
    assert!(pair.client.closed().is_none() && pair.server.closed().is_none());
}

/// The same, of a client that says nothing more: the path is given up, and the one before taken.
#[test]
fn s9_3_3_an_address_that_does_not_answer_is_left_again() {
    let mut pair = Pair::plain();
    pair.connect();
    pair.run(Duration::from_secs(1));
    let home = pair.server.quic().path();
    pair.client.quic().ping();
    let (now, mut transmit) = (pair.network.now(), Transmit::new(1));
    assert!(pair.client.quic().poll_transmit(now, &mut transmit));
    let attacker = "10.9.9.9:666".parse().unwrap();
    pair.server.receive(Datagram::new(attacker, home.local, transmit.octets), now);
    pair.run(Duration::from_secs(10));
    assert_eq!(pair.server.quic().path(), home);
}

/// RFC 9000 §9: some servers answer from where they were first, wherever they prefer to be asked.
#[test]
fn s9_where_a_server_was_first_it_is_still_heard() {
    let mut pair = Pair::preferring(&Setup::default(), link());
    pair.connect();
    let first = pair.client.quic().path();
    pair.run(Duration::from_secs(1));
    assert_ne!(pair.client.quic().path(), first);
    pair.server.quic().ping();
    let (now, mut transmit) = (pair.network.now(), Transmit::new(1));
    assert!(pair.server.quic().poll_transmit(now, &mut transmit));
    let before = pair.client.quic().stats().packets_received;
    pair.client.receive(Datagram::new(first.remote, first.local, transmit.octets), now);
    assert_eq!(pair.client.quic().stats().packets_received, before + 1);
}

/// RFC 9000 §9.6
#[test]
fn s9_6_a_client_goes_where_the_server_would_rather_be() {
    let mut pair = Pair::preferring(&Setup::default(), link());
    pair.connect();
    pair.run(Duration::from_secs(1));
    let stream = pair.client.say(Direction::Bidirectional, &[7; 20_000]);
    assert!(pair.until(Duration::from_secs(9), |pair| pair.echoed(stream)));
    assert_eq!(pair.client.quic().path().remote, "10.0.2.2:443".parse().unwrap());
    assert_eq!(pair.server.quic().path().local, "10.0.2.2:443".parse().unwrap());
}

/// RFC 9000 §13.4.2: a path that takes marks away is used without them.
#[test]
fn s13_4_2_marks_that_are_bleached_are_given_up() {
    for bleached in [false, true] {
        let mut pair = Pair::plain();
        pair.network.filter(move |datagram| {
            if bleached {
                datagram.ecn = sim::Ecn::NotEct;
            }
            Verdict::Pass
        });
        pair.connect();
        let stream = pair.client.say(Direction::Bidirectional, &[7; 200_000]);
        assert!(pair.until(Duration::from_secs(9), |pair| pair.echoed(stream)));
        pair.run(Duration::from_secs(1));
        pair.client.quic().ping();
        let (now, mut transmit) = (pair.network.now(), Transmit::new(1));
        assert!(pair.client.quic().poll_transmit(now, &mut transmit));
        assert_eq!(transmit.ecn == quic::acks::Ecn::NotEct, bleached);
    }
}

/// RFC 9000 §13.4.1: a mark of congestion slows a sender, as a loss does.
#[test]
fn s13_4_2_marks_of_congestion_are_answered() {
    let mut pair = Pair::plain();
    let mut count = 0;
    pair.network.filter(move |datagram| {
        count += 1;
        if datagram.ecn == sim::Ecn::Ect0 && count > 30 && count % 50 == 0 {
            datagram.ecn = sim::Ecn::Ce;
        }
        Verdict::Pass
    });
    pair.connect();
    let stream = pair.client.say(Direction::Bidirectional, &[7; 500_000]);
    assert!(pair.until(Duration::from_secs(60), |pair| pair.echoed(stream)));
    let stats = pair.client.quic().stats();
    assert_eq!(stats.packets_lost, 0);
    assert!(stats.congestion_events > 0);
}

/// RFC 9001 §4.1.2
#[test]
fn a_handshake_done_that_is_lost_is_said_again() {
    let mut pair = Pair::plain();
    // The first that the server says in packets with a short head is HANDSHAKE_DONE.
    let mut lost = 0;
    pair.network.filter(move |datagram| {
        let short = datagram.payload.first().is_some_and(|first| first & 0x80 == 0);
        let drop = datagram.from.port() == 443 && short && lost < 3;
        lost += usize::from(drop);
        if drop { Verdict::Drop } else { Verdict::Pass }
    });
    pair.run(Duration::from_millis(45));
    assert!(pair.server.quic().is_connected());
    assert!(!pair.client.has(|event| matches!(event, Event::HandshakeConfirmed)));
    pair.connect();
}

fn resuming() -> Setup {
    let mut setup = Setup { stage: Stage::resuming(), ..Setup::default() };
    let mut first = Pair::new(&setup, link());
    first.connect();
    first.run(Duration::from_secs(1));
    setup.seed = 2;
    setup
}

/// RFC 9000 §7.4.1: a server that rejects early data may allow less than it did.
#[test]
fn s7_4_1_early_data_that_is_rejected_goes_again_within_lower_limits() {
    let mut setup = resuming();
    setup.stage.server.early_data = 0;
    setup.server.bidirectional_streams = 2;
    setup.server.stream_window.0 = 1000;
    setup.server.connection_window.0 = 1500;
    let mut pair = Pair::new(&setup, link());
    let streams: Vec<_> =
        (0..5).map(|_| pair.client.say(Direction::Bidirectional, &[7; 5000])).collect();
    for stream in streams {
        assert!(pair.until(Duration::from_secs(9), |pair| pair.echoed(stream)), "{stream}");
        assert_eq!(pair.server.received[&stream].0.len(), 5000);
    }
    assert!(pair.client.has(|event| matches!(event, Event::EarlyData(EarlyData::Rejected))));
    assert!(pair.client.closed().is_none() && pair.server.closed().is_none());
}

/// RFC 9368 §4: a client that was talked out of a version finds out.
#[test]
fn rfc9368_s4_a_list_of_versions_that_somebody_wrote_is_found_out() {
    for (ours, fails) in [(vec![Version::V2, Version::V1], true), (vec![Version::V1], false)] {
        let mut setup = Setup { negotiated: true, ..Setup::default() };
        // Both would have taken version 2, were it not for the list.
        setup.client.versions = ours;
        setup.server.versions = vec![Version::V1, Version::V2];
        let mut pair = Pair::new(&setup, link());
        pair.run(Duration::from_secs(1));
        let error = pair.client.heard.iter().find_map(|event| match event {
            Event::Closed(quic::Closed::Violation(error)) => Some(error.code()),
            _ => None,
        });
        let wrong = quic::error::TransportError::VERSION_NEGOTIATION_ERROR;
        assert_eq!(error, fails.then_some(wrong));
    }
}
