//! RFC 9000 §10: how connections end.

use crate::pair::{Pair, Setup};
use quic::{Closed, Event, stream::Direction};
use sim::Link;
use std::time::Duration;

#[test]
fn an_application_close_reaches_the_peer_with_its_code_and_reason() {
    let mut pair = Pair::plain();
    pair.connect();
    pair.client.quic().close(42, b"bye");
    pair.run(Duration::from_secs(2));
    assert_eq!(pair.client.closed(), Some(&Closed::Local { code: 42 }));
    let application = Closed::Application { code: 42, reason: b"bye".to_vec() };
    assert_eq!(pair.server.closed(), Some(&application));
    assert!(pair.client.quic().is_gone() && pair.server.quic().is_gone());
}

#[test]
fn a_connection_that_is_silent_for_the_lesser_idle_timeout_is_gone() {
    let mut setup = Setup::default();
    setup.server.max_idle_timeout = Some(Duration::from_secs(3));
    let mut pair = Pair::new(&setup, Link::new().delay(Duration::from_millis(10)));
    pair.connect();
    pair.run(Duration::from_millis(2900));
    assert!(pair.client.closed().is_none());
    pair.run(Duration::from_millis(400));
    assert_eq!(pair.client.closed(), Some(&Closed::Idle));
    assert_eq!(pair.server.closed(), Some(&Closed::Idle));
}

#[test]
fn keep_alive_keeps_alive() {
    let mut setup = Setup::default();
    setup.server.max_idle_timeout = Some(Duration::from_secs(3));
    setup.client.keep_alive = Some(Duration::from_secs(1));
    let mut pair = Pair::new(&setup, Link::new().delay(Duration::from_millis(10)));
    pair.connect();
    pair.run(Duration::from_secs(20));
    assert!(pair.client.closed().is_none() && pair.server.closed().is_none());
}

#[test]
fn a_handshake_that_nobody_answers_ends() {
    let mut pair = Pair::new(&Setup::default(), Link::new().loss_rate(1.0));
    pair.run(Duration::from_secs(26));
    assert_eq!(pair.client.closed(), Some(&Closed::HandshakeTimeout));
}

#[test]
fn a_reset_and_a_stop_reach_the_other_end() {
    let mut pair = Pair::plain();
    pair.connect();
    let stream = pair.client.quic().open(Direction::Bidirectional).unwrap();
    pair.client.quic().send(stream, b"half a word").unwrap();
    pair.run(Duration::from_millis(100));
    pair.client.quic().reset(stream, 5).unwrap();
    pair.client.quic().stop_sending(stream, 6).unwrap();
    pair.run(Duration::from_millis(200));
    assert!(pair.server.has(|event| matches!(event, Event::Reset { code: 5, .. })));
    assert!(pair.server.has(|event| matches!(event, Event::Stopped { code: 6, .. })));
    assert_eq!(pair.client.quic().stream_count() + pair.server.quic().stream_count(), 0);
}

#[test]
fn a_close_from_another_address_is_the_last_that_is_heard() {
    let mut pair = Pair::plain();
    pair.behind_nat();
    pair.connect();
    pair.run(Duration::from_millis(500));
    pair.rebind_port();
    pair.client.quic().close(42, b"bye");
    pair.run(Duration::from_secs(2));
    assert!(matches!(pair.server.heard.last(), Some(Event::Closed(_))), "{:?}", pair.server.heard);
}
