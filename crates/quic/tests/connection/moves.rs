//! Keys, versions, early data, datagrams, addresses: what changes while a connection lives.

use crate::pair::{Pair, Setup};
use quic::{Event, FourTuple, Transmit, acks::Ecn, stream::Direction, version::Version};
use sim::Link;
use std::{cell::RefCell, net::SocketAddr, rc::Rc, time::Duration};
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

/// Addresses, and the connection IDs of short packets that went there or came from there.
type Sightings = Rc<RefCell<Vec<(SocketAddr, Vec<u8>)>>>;

/// What an observer of the network sees from now on.
fn watch(pair: &mut Pair) -> Sightings {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let book = Rc::clone(&seen);
    pair.network.filter(move |datagram| {
        if datagram.payload[0] & 0x80 == 0 {
            let from_server = datagram.from.port() == 443;
            let elsewhere = if from_server { datagram.to } else { datagram.from };
            let id = [&[u8::from(from_server)], &datagram.payload[1..9]].concat();
            book.borrow_mut().push((elsewhere, id));
        }
        sim::Verdict::Pass
    });
    seen
}

#[test]
fn s9_5_who_sees_two_addresses_does_not_see_one_connection_id() {
    let mut pair = Pair::plain();
    pair.connect();
    pair.run(Duration::from_millis(100));
    let seen = watch(&mut pair);
    let path = pair.second_address();
    pair.client.quic().migrate(path).unwrap();
    for _ in 0..3 {
        let stream = pair.client.say(Direction::Bidirectional, &[9; 5_000]);
        assert!(pair.until(Duration::from_secs(5), |pair| pair.echoed(stream)));
    }
    let seen = seen.borrow();
    assert!(seen.iter().any(|(at, _)| *at == path.local));
    assert!(seen.iter().any(|(at, _)| *at != path.local));
    for (at, id) in &*seen {
        let other = seen.iter().find(|(other, same)| same == id && other != at);
        assert_eq!(other, None, "{at} {id:?}");
    }
}

#[test]
fn s8_2_2_a_small_question_is_answered_by_three_times_as_much_at_the_most() {
    let mut pair = Pair::plain();
    pair.connect();
    pair.run(Duration::from_millis(100));
    let (from, to) = (pair.second_address(), pair.server.quic().path());
    let before = pair.server.quic().stats().octets_sent;
    // PATH_CHALLENGE alone, from where nobody was heard yet.
    pair.client.quic().send_raw(vec![0x1a, 1, 2, 3, 4, 5, 6, 7, 8]);
    let (now, mut transmit) = (pair.network.now(), Transmit::new(1));
    assert!(pair.client.quic().poll_transmit(now, &mut transmit));
    let came = transmit.octets.len();
    assert!(came < 60, "{came}");
    let path = FourTuple { local: to.local, remote: from.local };
    pair.server.quic().receive_datagram(path, Ecn::NotEct, &mut transmit.octets, now);
    pair.run(Duration::from_millis(5));
    let sent = pair.server.quic().stats().octets_sent - before;
    assert!(sent > 0 && sent <= 3 * came as u64, "{sent} for {came}");
}

#[test]
fn s8_2_4_an_answer_that_is_slower_than_the_next_question_counts() {
    let mut pair = Pair::plain();
    pair.connect();
    pair.run(Duration::from_millis(100));
    // From there it takes much longer than any round trip so far.
    let path = pair.second_address_over(Link::new().delay(Duration::from_millis(300)));
    pair.client.quic().migrate(path).unwrap();
    let stream = pair.client.say(Direction::Bidirectional, &[9; 5_000]);
    assert!(pair.until(Duration::from_secs(2), |pair| pair.echoed(stream)));
    pair.run(Duration::from_secs(10));
    assert_eq!(pair.client.quic().path(), path);
    assert_eq!(pair.server.quic().path().remote, path.local);
}

#[test]
fn a_path_that_carries_large_datagrams_no_more_is_found_out() {
    let mut pair = Pair::new(&Setup::default(), link().mtu(1500));
    pair.connect();
    pair.run(Duration::from_secs(1));
    assert_eq!(pair.client.quic().stats().mtu, 1452);
    pair.set_mtu(1300);
    // Nothing small goes of itself: all that is said are octets of one stream.
    let stream = pair.client.say(Direction::Bidirectional, &[9; 60_000]);
    assert!(pair.until(Duration::from_secs(5), |pair| pair.echoed(stream)));
    pair.run(Duration::from_secs(5));
    for end in [&mut pair.client, &mut pair.server] {
        let found = end.quic().stats().mtu;
        assert!((1200..=1272).contains(&found), "{found}");
    }
}

#[test]
fn s18_2_who_was_told_not_to_move_is_not_followed() {
    let mut setup = Setup::default();
    setup.server.migration = false;
    let mut pair = Pair::new(&setup, link());
    pair.behind_nat();
    pair.connect();
    pair.run(Duration::from_millis(100));
    let path = pair.second_address();
    assert!(pair.client.quic().migrate(path).is_err());
    // A NAT asks nobody.
    let before = pair.server.quic().path();
    pair.rebind_port();
    pair.client.quic().ping();
    pair.run(Duration::from_millis(500));
    assert_eq!(pair.server.quic().path(), before);
    assert!(pair.server.quic().stats().packets_dropped > 0);
    assert!(pair.server.closed().is_none());
}

#[test]
fn s18_2_a_peer_that_takes_small_datagrams_gets_no_larger_ones_on_any_path() {
    let mut setup = Setup::default();
    let alter = |parameters: &mut quic::parameters::TransportParameters| {
        parameters.max_udp_payload_size = 1300;
    };
    setup.server.lies = Some(quic::Lies { alter, ..quic::Lies::NONE });
    let mut pair = Pair::new(&setup, link());
    let most = Rc::new(RefCell::new(0));
    let book = Rc::clone(&most);
    pair.network.filter(move |datagram| {
        if datagram.from.port() != 443 {
            let octets = datagram.payload.len();
            book.replace_with(|known| octets.max(*known));
        }
        sim::Verdict::Pass
    });
    pair.connect();
    pair.run(Duration::from_secs(1));
    assert_eq!(*most.borrow(), 1300);
    let path = pair.second_address();
    pair.client.quic().migrate(path).unwrap();
    let stream = pair.client.say(Direction::Bidirectional, &[9; 50_000]);
    assert!(pair.until(Duration::from_secs(9), |pair| pair.echoed(stream)));
    pair.run(Duration::from_secs(1));
    assert_eq!((*most.borrow(), pair.client.quic().path()), (1300, path));
}

#[test]
fn a_datagram_that_no_longer_fits_the_path_holds_up_no_other() {
    let mut setup = Setup::default();
    setup.server.max_datagram_frame_size = 65_535;
    let mut pair = Pair::new(&setup, link().mtu(1500));
    pair.connect();
    pair.run(Duration::from_secs(1));
    pair.set_mtu(1300);
    let stream = pair.client.say(Direction::Bidirectional, &[9; 60_000]);
    pair.client.quic().send_datagram(vec![1; 1400]).unwrap();
    pair.client.quic().send_datagram(b"after".to_vec()).unwrap();
    assert!(pair.until(Duration::from_secs(5), |pair| pair.echoed(stream)));
    pair.client.quic().send_datagram(b"again".to_vec()).unwrap();
    pair.run(Duration::from_secs(1));
    let came = |wanted: &[u8]| {
        pair.server.has(|event| matches!(event, Event::Datagram(octets) if octets == wanted))
    };
    assert!(came(b"again"));
}

#[test]
fn a_nat_that_forgets_before_the_client_heard_that_it_is_confirmed_ends_nothing() {
    let mut pair = Pair::plain();
    pair.behind_nat();
    // The server's HANDSHAKE_DONE goes to where nobody is any more.
    assert!(pair.until(Duration::from_secs(1), |pair| {
        pair.server.has(|event| matches!(event, Event::HandshakeConfirmed))
    }));
    pair.rebind_port();
    let stream = pair.client.say(Direction::Bidirectional, &[9; 100_000]);
    assert!(pair.until(Duration::from_secs(5), |pair| pair.echoed(stream)));
}
