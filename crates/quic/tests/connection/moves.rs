//! Keys, versions, early data, datagrams, addresses: what changes while a connection lives.

use crate::pair::{Pair, Setup};
use quic::{Event, stream::Direction, version::Version};
use sim::Link;
use std::time::Duration;
use tls::{EarlyData, fuzzing::stage::Stage};

fn link() -> Link {
    Link::new().delay(Duration::from_millis(10))
}

#[test]
fn keys_are_updated_and_nothing_is_lost() {
    let mut pair = Pair::plain();
    pair.connect();
    for round in 0..5 {
        let stream = pair.client.say(Direction::Bidirectional, &[round; 5000]);
        assert!(pair.until(Duration::from_secs(5), |pair| pair.echoed(stream)));
        pair.run(Duration::from_secs(1));
        let updated = if round % 2 == 0 {
            pair.client.quic().update_keys()
        } else {
            pair.server.quic().update_keys()
        };
        assert_eq!(updated, Ok(()), "round {round}");
        pair.client.quic().ping();
        pair.run(Duration::from_secs(1));
    }
    assert_eq!(pair.client.quic().stats().key_updates, 5);
    assert_eq!(pair.server.quic().stats().key_updates, 5);
    assert!(pair.client.closed().is_none() && pair.server.closed().is_none());
}

#[test]
fn a_server_that_likes_version_2_better_takes_it_without_a_round_trip() {
    let mut setup = Setup::default();
    setup.server.versions = vec![Version::V2, Version::V1];
    let mut pair = Pair::new(&setup, link());
    pair.connect();
    assert!(pair.network.elapsed() <= Duration::from_millis(41));
    assert_eq!(pair.client.quic().version(), Version::V2);
    assert_eq!(pair.server.quic().version(), Version::V2);
}

#[test]
fn early_data_is_there_with_the_hello() {
    let mut setup = Setup { stage: Stage::resuming(), ..Setup::default() };
    setup.stage.server.early_data = u32::MAX;
    let mut first = Pair::new(&setup, link());
    first.connect();
    first.run(Duration::from_secs(1));
    assert!(first.client.has(|event| matches!(event, Event::Ticket(_))));
    setup.seed = 2;
    let mut pair = Pair::new(&setup, link());
    assert!(pair.client.quic().can_send_early());
    let stream = pair.client.say(Direction::Bidirectional, b"early");
    assert!(pair.until(Duration::from_secs(5), |pair| pair.echoed(stream)));
    assert_eq!(pair.client.received[&stream].0, b"early");
    let accepted = |event: &Event| matches!(event, Event::EarlyData(EarlyData::Accepted));
    assert!(pair.client.has(accepted) && pair.server.has(accepted));
    // A request in the first flight, its answer in the second.
    assert!(pair.network.elapsed() <= Duration::from_millis(21), "{:?}", pair.network.elapsed());
}

#[test]
fn early_data_that_is_rejected_goes_again() {
    let mut setup = Setup { stage: Stage::resuming(), ..Setup::default() };
    setup.stage.server.early_data = u32::MAX;
    let mut first = Pair::new(&setup, link());
    first.connect();
    first.run(Duration::from_secs(1));
    setup.stage.server.early_data = 0;
    setup.seed = 2;
    let mut pair = Pair::new(&setup, link());
    let stream = pair.client.say(Direction::Bidirectional, b"early");
    assert!(pair.until(Duration::from_secs(5), |pair| pair.echoed(stream)));
    assert!(pair.client.has(|event| matches!(event, Event::EarlyData(EarlyData::Rejected))));
    assert_eq!(pair.server.received[&stream].0, b"early");
}

#[test]
fn datagrams_come_once_and_whole() {
    let mut setup = Setup::default();
    setup.server.max_datagram_frame_size = 65_535;
    let mut pair = Pair::new(&setup, link());
    pair.connect();
    assert!(pair.server.quic().send_datagram(vec![1]).is_err());
    pair.client.quic().send_datagram(b"hello".to_vec()).unwrap();
    pair.run(Duration::from_millis(50));
    assert!(
        pair.server.has(|event| matches!(event, Event::Datagram(octets) if octets == b"hello"))
    );
}

#[test]
fn the_path_is_searched_for_its_largest_datagram() {
    let mut pair = Pair::new(&Setup::default(), link().mtu(1400));
    pair.connect();
    pair.run(Duration::from_secs(20));
    let found = pair.client.quic().stats().mtu;
    // 1,400 less 28 octets of UDP and IP.
    assert!((1356..=1372).contains(&found), "{found}");
}

#[test]
fn a_nat_that_forgets_does_not_end_a_transfer() {
    let setup = Setup::default();
    let mut pair = Pair::new(&setup, Link::interop());
    pair.behind_nat();
    pair.connect();
    let stream = pair.client.say(Direction::Bidirectional, &[9; 400_000]);
    pair.run(Duration::from_millis(200));
    pair.rebind_port();
    pair.run(Duration::from_millis(200));
    pair.rebind_address();
    assert!(pair.until(Duration::from_secs(60), |pair| pair.echoed(stream)));
    let moved = |event: &&Event| matches!(event, Event::Migrated(_));
    assert!(pair.server.heard.iter().filter(moved).count() >= 2);
    assert!(pair.server.has(|event| matches!(event, Event::PathValidated(_))));
}

#[test]
fn a_quiet_client_behind_a_nat_that_forgot_is_answered_at_once() {
    let mut pair = Pair::new(&Setup::default(), Link::interop());
    pair.behind_nat();
    pair.connect();
    pair.run(Duration::from_millis(500));
    pair.rebind_address();
    let before = pair.server.quic().stats().octets_sent;
    let stream = pair.client.say(Direction::Bidirectional, b"still me");
    // Half a round trip later the server has heard one short datagram from there, and no more. The
    // address from before is asked, too, whether it was really left, by 1,200 octets (§9.3.3).
    pair.run(Duration::from_millis(20));
    let sent = pair.server.quic().stats().octets_sent - before;
    assert!((1201..=1200 + 3 * 60).contains(&sent), "{sent} octets for some forty");
    assert!(pair.until(Duration::from_millis(100), |pair| pair.echoed(stream)));
}

#[test]
fn a_client_migrates_to_another_address() {
    let mut pair = Pair::plain();
    pair.connect();
    pair.run(Duration::from_millis(100));
    let path = pair.second_address();
    pair.client.quic().migrate(path).unwrap();
    let stream = pair.client.say(Direction::Bidirectional, &[9; 100_000]);
    assert!(pair.until(Duration::from_secs(60), |pair| pair.echoed(stream)));
    assert_eq!(pair.client.quic().path(), path);
    assert_eq!(pair.server.quic().path().remote, path.local);
}

#[test]
fn a_new_address_is_asked_though_the_window_is_full_of_what_went_to_the_old_one() {
    let mut pair = Pair::plain();
    pair.behind_nat();
    pair.connect();
    pair.run(Duration::from_millis(500));
    pair.rebind_port();
    let stream = pair.server.say(Direction::Unidirectional, &[9; 400_000]);
    pair.run(Duration::from_secs(3));
    assert!(!pair.client.received.contains_key(&stream));
    // All that the client says: some thirty octets, which let the server send ninety.
    pair.client.quic().ping();
    assert!(pair.until(Duration::from_secs(10), |pair| pair.echoed(stream)));
}
