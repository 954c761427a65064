//! How two ends part: RFC 6455 §5.5.1 and §7, step by step.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::*;
use websocket::{CloseCode, Event, Kind, Limits, Message, Misuse, Role, State, handshake::Agreed};

fn close(code: CloseCode, reason: &str) -> Event {
    Event::Close { code: Some(code), reason: reason.into() }
}

#[test]
fn the_client_closes_and_waits_for_the_server_to_end_the_stream() {
    let mut pair = Pair::new(&Agreed::default(), &Limits::default());
    pair.client.close(CloseCode::GOING_AWAY, "tab closed").unwrap();
    assert_eq!(pair.client.state(), State::Closing);
    let heard = pair.carry(Role::Client);
    assert_eq!(heard, [close(CloseCode::GOING_AWAY, "tab closed"), Event::Closed { clean: true }]);
    // The server ends the stream as soon as its answer is out.
    assert_eq!(pair.server.state(), State::Closed);
    assert!(!pair.server.wants_receive());
    // The answer is the same code.
    assert_eq!(pair.carry(Role::Server), [close(CloseCode::GOING_AWAY, "")]);
    assert_eq!(pair.client.state(), State::Closing);
    assert!(pair.client.wants_receive() && !pair.client.wants_shutdown());
    pair.client.receive_end(true, pair.now);
    assert_eq!(pair.client.state(), State::Closed);
    assert_eq!(events(&mut pair.client), [Event::Closed { clean: true }]);
}

#[test]
fn the_server_closes_and_hears_what_was_on_its_way() {
    let mut pair = Pair::new(&Agreed::default(), &Limits::default());
    pair.client.send_text("on its way").unwrap();
    pair.server.close(CloseCode::NORMAL, "").unwrap();
    assert_eq!(pair.carry(Role::Client), [text("on its way")]);
    assert_eq!(pair.server.state(), State::Closing);
    assert!(!pair.server.wants_shutdown(), "the peer's stack may need the stream to answer");
    assert_eq!(pair.carry(Role::Server), [close(CloseCode::NORMAL, "")]);
    let heard = pair.carry(Role::Client);
    assert_eq!(heard, [close(CloseCode::NORMAL, ""), Event::Closed { clean: true }]);
}

#[test]
fn both_close_at_once() {
    let mut pair = Pair::new(&Agreed::default(), &Limits::default());
    pair.client.close(CloseCode::NORMAL, "mine").unwrap();
    pair.server.close(CloseCode::GOING_AWAY, "mine too").unwrap();
    let at_server = pair.carry(Role::Client);
    assert_eq!(at_server, [close(CloseCode::NORMAL, "mine"), Event::Closed { clean: true }]);
    assert_eq!(pair.carry(Role::Server), [close(CloseCode::GOING_AWAY, "mine too")]);
    // One Close frame each.
    assert_eq!(sent(&mut pair.client), []);
    assert_eq!(sent(&mut pair.server), []);
}

#[test]
fn nothing_is_sent_behind_our_close_frame() {
    let mut connection = server();
    connection.close(CloseCode::NORMAL, "").unwrap();
    let before = sent(&mut connection);
    assert_eq!(before, [0x88, 0x02, 0x03, 0xe8]);
    assert_eq!(connection.send(Message::Text("late".into())), Err(Misuse::Closed));
    assert_eq!(connection.send_text("late"), Err(Misuse::Closed));
    assert_eq!(connection.send_binary(b"late"), Err(Misuse::Closed));
    assert_eq!(connection.send_fragment(Kind::Text, b"late", true), Err(Misuse::Closed));
    assert_eq!(connection.send_ping(b""), Err(Misuse::Closed));
    assert_eq!(connection.send_pong(b""), Err(Misuse::Closed));
    assert_eq!(connection.close(CloseCode::NORMAL, ""), Err(Misuse::Closed));
    // A Ping is heard, and not answered any more.
    assert_eq!(feed(&mut connection, &masked(0x89, b"?")), [Event::Ping(b"?".to_vec())]);
    // Nor is a violation told again.
    assert_eq!(feed(&mut connection, &masked(0x83, b"")).len(), 1);
    assert_eq!(sent(&mut connection), []);
}

#[test]
fn frames_behind_the_peers_close_are_not_read() {
    let octets = [masked(0x88, &1000_u16.to_be_bytes()), masked(0x81, b"late"), masked(0xff, b"")];
    assert_eq!(
        served(&octets.concat()),
        [close(CloseCode::NORMAL, ""), Event::Closed { clean: true }]
    );
}

#[test]
fn codes_and_reasons_that_must_not_be_sent_are_refused() {
    let mut connection = server();
    for code in [0, 1004, 1005, 1006, 1015, 2999, 5000] {
        let code = CloseCode::new(code);
        assert_eq!(connection.close(code, ""), Err(Misuse::CloseCode { code }));
    }
    let reason = "x".repeat(124);
    assert_eq!(
        connection.close(CloseCode::NORMAL, &reason),
        Err(Misuse::ControlTooLong { length: 126 })
    );
    assert_eq!(connection.state(), State::Open);
    assert_eq!(connection.close(CloseCode::new(4999), &"x".repeat(123)), Ok(()));
    assert_eq!(sent(&mut connection).len(), 2 + 125);
}

#[test]
fn a_stream_that_ends_without_close_is_no_clean_end() {
    for clean in [true, false] {
        let mut connection = server();
        feed(&mut connection, &masked(0x01, b"half a mess"));
        connection.receive_end(clean, std::time::Instant::now());
        assert_eq!(events(&mut connection), [Event::Closed { clean: false }]);
        assert_eq!(connection.state(), State::Closed);
        assert_eq!(events(&mut connection), [], "told once");
    }
}

#[test]
fn what_came_before_the_streams_end_is_told_before_it() {
    let mut connection = server();
    let mut octets = [masked(0x81, b"one"), masked(0x81, b"two"), vec![0x81]].concat();
    let now = std::time::Instant::now();
    connection.receive(&mut octets, now);
    connection.receive_end(true, now);
    assert_eq!(connection.state(), State::Open, "it may still be answered");
    assert!(!connection.wants_receive());
    assert_eq!(events(&mut connection), [text("one"), text("two"), Event::Closed { clean: false }]);
}

#[test]
fn a_violation_behind_the_streams_end_leaves_nothing_to_wait_for() {
    let mut connection = server();
    let mut octets = [masked(0x81, b"one"), masked(0x83, b"")].concat();
    let now = std::time::Instant::now();
    connection.receive(&mut octets, now);
    connection.receive_end(true, now);
    let heard = events(&mut connection);
    assert!(matches!(*heard, [_, Event::Violation(_), Event::Closed { clean: false }]));
    assert_eq!(connection.state(), State::Closed);
    assert_eq!(sent(&mut connection)[..2], [0x88, 2 + 22]);
}

#[test]
fn a_reset_stream_gets_nothing_more() {
    let mut connection = server();
    connection.send_text("to whom?").unwrap();
    connection.receive_end(false, std::time::Instant::now());
    assert_eq!(sent(&mut connection), []);
}

#[test]
fn to_abort_is_to_leave_without_a_word() {
    let mut connection = server();
    feed(&mut connection, &masked(0x01, b"half"));
    connection.abort();
    assert_eq!(events(&mut connection), [Event::Closed { clean: false }]);
    assert_eq!((sent(&mut connection), connection.held()), (vec![], 0));
}

#[test]
fn behind_a_violation_only_so_much_is_read() {
    let limits = Limits { discard: 1000, ..Limits::default() };
    let mut connection = end(Role::Server, &Agreed::default(), &limits, std::time::Instant::now());
    feed(&mut connection, &masked(0x83, b""));
    assert_eq!(feed(&mut connection, &[0; 1000]), []);
    assert_eq!(connection.state(), State::Closing);
    assert_eq!(feed(&mut connection, &[0]), [Event::Closed { clean: false }]);
}
