//! What a peer can make us hold: what it sent, and no more.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::*;
use std::time::Instant;
use websocket::{Event, Kind, Limits, Message, Role, handshake::Agreed};
use wire::Output;

#[test]
fn a_declared_length_reserves_nothing() {
    for kind in [0x81, 0x82] {
        let mut connection = server();
        let octets = masked(kind, &vec![b'x'; 10 << 20]);
        feed(&mut connection, &octets[..14]);
        assert_eq!(connection.held(), 0);
        let (mut came, mut rest) = (14, &octets[14..]);
        while came < 2 << 20 {
            let (piece, after) = rest.split_at(1 + came % 7000);
            rest = after;
            came += piece.len();
            feed(&mut connection, piece);
            assert!(connection.held() <= 2 * came + 64, "{} for {came}", connection.held());
        }
    }
}

/// What others have sent has left large buffers behind, and somebody who only declares a large
/// message must not collect them.
#[test]
fn a_declared_length_takes_no_used_buffer_either() {
    const LARGE: usize = 1 << 20;
    for kind in [0x81, 0x82] {
        for _ in 0..4 {
            wire::spare::give(Vec::with_capacity(LARGE));
        }
        let mut connection = server();
        let octets = masked(kind, &vec![b'x'; LARGE]);
        let mut came = 0;
        for piece in octets.chunks(1000) {
            connection.receive(&mut piece.to_vec(), Instant::now());
            came += piece.len();
            assert!(connection.held() <= 16 * came + 64, "{} for {came}", connection.held());
        }
        let Some(Event::Message(message)) = connection.poll_event() else { panic!() };
        assert!(message.as_bytes() == vec![b'x'; LARGE]);
        // All the same it is a used buffer that the message is in.
        let left = std::iter::from_fn(|| wire::spare::take(LARGE)).count();
        assert_eq!(left, 3);
    }
}

/// A buffer that grew by each fragment alone would be copied by each.
#[test]
fn a_message_of_many_fragments_moves_seldom() {
    for agreed in [Agreed::default(), with_deflate()] {
        for kind in [0x01, 0x02] {
            let mut connection = end(Role::Server, &agreed, &Limits::default(), Instant::now());
            feed(&mut connection, &masked(kind, b"x"));
            let (mut held, mut moves) = (connection.held(), 0);
            for _ in 0..50_000 {
                connection.receive(&mut masked(0x00, b"x"), Instant::now());
                moves += usize::from(connection.held() != held);
                held = connection.held();
            }
            assert!(moves < 50, "{moves} times");
        }
    }
}

#[test]
fn what_a_message_holds_is_counted_and_not_what_it_says() {
    const LARGE: usize = 1 << 20;
    wire::spare::give(Vec::with_capacity(LARGE + LARGE / 2));
    let mut connection = server();
    for piece in masked(0x82, &vec![1; LARGE]).chunks(64 * 1024) {
        connection.receive(&mut piece.to_vec(), Instant::now());
    }
    let held = connection.held();
    let Some(Event::Message(Message::Binary(octets))) = connection.poll_event() else { panic!() };
    assert_eq!((octets.len(), held), (LARGE, octets.capacity()));
}

#[test]
fn a_message_that_is_whole_takes_what_it_needs() {
    for length in [0, 1, 1000, 100_000, 1 << 20] {
        let mut connection = server();
        for piece in masked(0x82, &vec![1; length]).chunks(64 * 1024) {
            connection.receive(&mut piece.to_vec(), Instant::now());
        }
        let Some(Event::Message(Message::Binary(octets))) = connection.poll_event() else {
            panic!()
        };
        assert_eq!((octets.len(), octets.capacity()), (length, length));
    }
}

#[test]
fn an_idle_connection_holds_nothing() {
    let mut pair = Pair::new(&Agreed::default(), &Limits::default());
    for role in [Role::Client, Role::Server] {
        for message in [Message::Text("x".repeat(100_000)), Message::Binary(vec![0; 3])] {
            pair.of(role).0.send(message).unwrap();
        }
        pair.of(role).0.send_fragment(Kind::Text, b"a", false).unwrap();
        pair.of(role).0.send_fragment(Kind::Text, b"b", true).unwrap();
        pair.of(role).0.send_ping(b"?").unwrap();
        pair.carry(role);
    }
    pair.carry(Role::Client);
    assert_eq!((pair.client.held(), pair.server.held()), (0, 0));
}

#[test]
fn what_is_not_asked_for_waits_and_the_driver_is_told_to_stop() {
    let mut connection = server();
    let octets = masked(0x81, b"0123456789").repeat(1000);
    connection.receive(&mut octets.clone(), Instant::now());
    assert!(!connection.wants_receive(), "an event waits");
    assert!(connection.held() <= octets.len() + 10);
    for _ in 0..999 {
        assert_eq!(connection.poll_event(), Some(text("0123456789")));
    }
    // What is behind is less than the limit: more may come.
    assert!(connection.wants_receive());
    assert_eq!(connection.poll_event(), Some(text("0123456789")));
    assert_eq!((connection.poll_event(), connection.held()), (None, 0));
}

#[test]
fn a_flood_of_empty_fragments_takes_no_memory() {
    let mut connection = server();
    feed(&mut connection, &masked(0x02, b""));
    let empty = masked(0x00, b"").repeat(10_000);
    for _ in 0..100 {
        assert_eq!(feed(&mut connection, &empty), []);
        assert!(connection.held() < 64, "{}", connection.held());
    }
    assert_eq!(feed(&mut connection, &masked(0x80, b"x")), [binary(b"x")]);
}

#[test]
fn a_tail_limit_of_nothing_still_takes_control_frames() {
    let limits = Limits { tail: 0, output: 0, ..Limits::default() };
    let mut connection = end(Role::Server, &Agreed::default(), &limits, Instant::now());
    let mut heard = Vec::new();
    for octet in masked(0x89, &[b'x'; 125]) {
        assert!(connection.wants_receive());
        heard.extend(feed(&mut connection, &[octet]));
    }
    assert_eq!(heard, [Event::Ping(vec![b'x'; 125])]);
    let mut out = Output::new(1 << 20);
    connection.poll_transmit(Instant::now(), &mut out);
    assert_eq!(out.len(), 127);
    assert_eq!(connection.output_room(), 1, "a bound of nothing would let no message begin");
}

#[test]
fn a_connection_itself_is_small() {
    // Ten thousand of them are six megabytes.
    let size = size_of::<websocket::Connection>();
    assert!(size <= 600, "{size}");
    assert!(size_of::<Event>() <= 48, "{}", size_of::<Event>());
}
