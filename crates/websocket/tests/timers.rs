//! Time, handed in: Pings into silence, and ends that take too long.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::*;
use std::time::{Duration, Instant};
use websocket::{CloseCode, Connection, Event, Limits, Role, State, Violation, handshake::Agreed};
use wire::Output;

const SECOND: Duration = Duration::from_secs(1);

fn transmit(connection: &mut Connection, now: Instant) -> Vec<u8> {
    let mut out = Output::new(usize::MAX);
    connection.poll_transmit(now, &mut out);
    out.take()
}

#[test]
fn a_ping_goes_into_silence_and_an_answer_ends_it() {
    let start = Instant::now();
    let mut connection = end(Role::Server, &Agreed::default(), &Limits::default(), start);
    assert_eq!(connection.next_timeout(), Some(start + 20 * SECOND));
    // Too early is no harm.
    connection.handle_timeout(start + 19 * SECOND);
    assert_eq!(transmit(&mut connection, start), []);
    let now = start + 20 * SECOND;
    connection.handle_timeout(now);
    assert_eq!(transmit(&mut connection, now), [0x89, 0x00]);
    assert_eq!(connection.next_timeout(), Some(now + 20 * SECOND));
    // The Pong comes; nothing is due before the old deadline, and then only silence counts.
    let heard = now + SECOND;
    connection.receive(&mut masked(0x8a, b""), heard);
    assert_eq!(events(&mut connection), [Event::Pong(vec![])]);
    connection.handle_timeout(now + 20 * SECOND);
    assert_eq!(transmit(&mut connection, now), []);
    assert_eq!(connection.next_timeout(), Some(heard + 20 * SECOND));
}

/// In a simulation a round trip may take no time at all.
#[test]
fn an_answer_that_comes_at_once_is_an_answer() {
    let start = Instant::now();
    let mut connection = end(Role::Server, &Agreed::default(), &Limits::default(), start);
    let now = start + 20 * SECOND;
    connection.handle_timeout(now);
    assert_eq!(transmit(&mut connection, now), [0x89, 0x00]);
    connection.receive(&mut masked(0x8a, b""), now);
    assert_eq!(events(&mut connection), [Event::Pong(vec![])]);
    connection.handle_timeout(now + 20 * SECOND);
    assert_eq!(events(&mut connection), []);
    // It has been silent since, and so is asked again.
    assert_eq!(transmit(&mut connection, now), [0x89, 0x00]);
}

#[test]
fn a_busy_connection_moves_no_timer_and_sends_no_ping() {
    let start = Instant::now();
    let mut connection = end(Role::Server, &Agreed::default(), &Limits::default(), start);
    let due = connection.next_timeout();
    for second in 0..20 {
        connection.receive(&mut masked(0x81, b"x"), start + second * SECOND);
        events(&mut connection);
        assert_eq!(connection.next_timeout(), due);
    }
    connection.handle_timeout(due.unwrap());
    assert_eq!(transmit(&mut connection, start), []);
    assert_eq!(connection.next_timeout(), Some(start + 39 * SECOND));
}

#[test]
fn a_peer_that_answers_nothing_is_given_up() {
    let start = Instant::now();
    let mut connection = end(Role::Client, &Agreed::default(), &Limits::default(), start);
    connection.handle_timeout(start + 20 * SECOND);
    connection.handle_timeout(start + 40 * SECOND);
    let heard = events(&mut connection);
    let [Event::Violation(error), Event::Closed { clean: false }] = *heard else {
        panic!("{heard:?}")
    };
    assert_eq!(error.violation, Violation::PongTimeout);
    assert_eq!(connection.state(), State::Closed);
    assert_eq!(connection.next_timeout(), None);
}

#[test]
fn where_we_do_not_listen_silence_is_our_own() {
    let start = Instant::now();
    let mut connection = end(Role::Server, &Agreed::default(), &Limits::default(), start);
    connection.receive(&mut [masked(0x81, b"one"), masked(0x81, b"two")].concat(), start);
    assert!(!connection.wants_receive());
    for turn in 1..10 {
        connection.handle_timeout(start + turn * 40 * SECOND);
        assert_eq!(connection.state(), State::Open);
    }
    assert_eq!(transmit(&mut connection, start), []);
    assert_eq!(events(&mut connection), [text("one"), text("two")]);
}

#[test]
fn pings_can_be_switched_off() {
    let limits = Limits { ping_interval: None, ..Limits::default() };
    let connection = end(Role::Server, &Agreed::default(), &limits, Instant::now());
    assert_eq!(connection.next_timeout(), None);
}

#[test]
fn an_answer_to_close_does_not_come_for_ever() {
    for role in [Role::Client, Role::Server] {
        let start = Instant::now();
        let mut connection = end(role, &Agreed::default(), &Limits::default(), start);
        connection.close(CloseCode::NORMAL, "").unwrap();
        // The clock of a command is the next that is heard.
        let sent = start + 5 * SECOND;
        transmit(&mut connection, sent);
        assert_eq!(connection.next_timeout(), Some(sent + 10 * SECOND));
        connection.handle_timeout(sent + 9 * SECOND);
        assert_eq!(connection.state(), State::Closing);
        // A peer that sends on and on gains nothing.
        let octets = if role == Role::Server { masked(0x81, b"x") } else { plain(0x81, b"x") };
        connection.receive(&mut octets.clone(), sent + 9 * SECOND);
        connection.handle_timeout(sent + 10 * SECOND);
        assert_eq!(events(&mut connection), [text("x"), Event::Closed { clean: false }]);
        assert_eq!(connection.next_timeout(), None);
    }
}

/// A driver that needs a minute to deliver says when it is done.
#[test]
fn what_the_peer_owes_is_counted_from_when_it_got_all() {
    for closes in [true, false] {
        let start = Instant::now();
        let mut server = end(Role::Server, &Agreed::default(), &Limits::default(), start);
        server.send_binary(&[0; 100_000]).unwrap();
        let (waits, over) = if closes {
            server.close(CloseCode::NORMAL, "").unwrap();
            (10 * SECOND, 1)
        } else {
            server.handle_timeout(start + 20 * SECOND);
            (20 * SECOND, 2)
        };
        transmit(&mut server, start + 20 * SECOND);
        let sent = start + 60 * SECOND;
        server.sent(sent);
        assert_eq!(server.next_timeout(), Some(sent + waits));
        server.handle_timeout(sent + waits - SECOND);
        assert_eq!(events(&mut server), []);
        server.handle_timeout(sent + waits);
        assert_eq!(events(&mut server).len(), over, "the peer is given up");
        server.sent(sent + waits);
        assert_eq!(server.next_timeout(), None);
    }
}

#[test]
fn what_is_delivered_to_a_silent_peer_does_not_break_the_silence() {
    let start = Instant::now();
    let mut server = end(Role::Server, &Agreed::default(), &Limits::default(), start);
    server.send_text("news").unwrap();
    transmit(&mut server, start + SECOND);
    server.sent(start + 5 * SECOND);
    assert_eq!(server.next_timeout(), Some(start + 20 * SECOND));
}

#[test]
fn a_server_that_does_not_end_the_stream_is_left() {
    let start = Instant::now();
    let mut client = end(Role::Client, &Agreed::default(), &Limits::default(), start);
    client.receive(&mut plain(0x88, &1001_u16.to_be_bytes()), start + SECOND);
    assert_eq!(
        events(&mut client),
        [Event::Close { code: Some(CloseCode::GOING_AWAY), reason: String::new() }]
    );
    transmit(&mut client, start + SECOND);
    assert_eq!(client.next_timeout(), Some(start + 11 * SECOND));
    client.handle_timeout(start + 11 * SECOND);
    assert_eq!(events(&mut client), [Event::Closed { clean: true }]);
}

#[test]
fn a_peer_that_broke_a_rule_does_not_hold_us() {
    let start = Instant::now();
    let mut connection = end(Role::Server, &Agreed::default(), &Limits::default(), start);
    connection.receive(&mut masked(0x83, b""), start);
    transmit(&mut connection, start);
    connection.receive(&mut [0; 100], start + 9 * SECOND);
    connection.handle_timeout(start + 10 * SECOND);
    assert_eq!(connection.state(), State::Closed);
}
