//! What goes out: frames, fragments, prepared messages, answers to Pings, and how much may wait.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::*;
use std::time::Instant;
use websocket::{Event, Kind, Limits, Message, Misuse, Prepared, Role, handshake::Agreed};
use wire::{Output, Segment};

#[test]
fn a_client_masks_each_frame_with_another_key() {
    let mut client = client();
    let mut keys = Vec::new();
    for _ in 0..40 {
        client.send_text("the same").unwrap();
        let octets = sent(&mut client);
        assert_eq!(octets[..2], [0x81, 0x88]);
        keys.push(octets[2..6].to_vec());
        assert_eq!(served(&octets), [text("the same")]);
    }
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 40);
}

#[test]
fn a_large_message_is_moved_and_not_copied() {
    let payload = vec![7; 1 << 20];
    let place = payload.as_ptr();
    let mut server = server();
    server.send(Message::Binary(payload)).unwrap();
    let mut out = Output::new(usize::MAX);
    server.poll_transmit(Instant::now(), &mut out);
    assert_eq!(out.front(), Some(Segment::Octets(&[0x82, 0x7f, 0, 0, 0, 0, 0, 0x10, 0, 0])));
    out.advance(10);
    let Some(Segment::Octets(octets)) = out.front() else { panic!() };
    assert_eq!((octets.as_ptr(), octets.len()), (place, 1 << 20));
}

#[test]
fn fragments_may_have_control_frames_between_them_but_no_message() {
    let mut pair = Pair::new(&Agreed::default(), &Limits::default());
    pair.client.send_fragment(Kind::Text, "가".as_bytes(), false).unwrap();
    assert_eq!(pair.client.send_text("no"), Err(Misuse::MessageUnfinished));
    assert_eq!(pair.client.send_prepared(&Prepared::text("no")), Err(Misuse::MessageUnfinished));
    assert_eq!(pair.client.send_fragment(Kind::Binary, b"", true), Err(Misuse::KindChanged));
    pair.client.send_ping(b"between").unwrap();
    // A character may be cut between two fragments, but not at the end.
    let cut = "나".as_bytes();
    assert_eq!(pair.client.send_fragment(Kind::Text, &cut[..2], true), Err(Misuse::NotUtf8));
    pair.client.send_fragment(Kind::Text, &cut[..2], false).unwrap();
    assert_eq!(pair.client.send_fragment(Kind::Text, b"x", false), Err(Misuse::NotUtf8));
    pair.client.send_fragment(Kind::Text, &cut[2..], true).unwrap();
    pair.client.send_text("next").unwrap();
    assert_eq!(
        pair.carry(Role::Client),
        [Event::Ping(b"between".to_vec()), text("가나"), text("next")]
    );
    assert_eq!(pair.carry(Role::Server), [Event::Pong(b"between".to_vec())]);
}

#[test]
fn a_message_may_end_in_an_empty_fragment() {
    for agreed in [Agreed::default(), with_deflate()] {
        let mut pair = Pair::new(&agreed, &Limits::default());
        for part in [&b"one "[..], b"", b"two"] {
            pair.server.send_fragment(Kind::Binary, part, false).unwrap();
        }
        pair.server.send_fragment(Kind::Binary, b"", true).unwrap();
        assert_eq!(pair.carry(Role::Server), [binary(b"one two")]);
    }
}

#[test]
fn a_prepared_message_is_the_same_octets_for_all() {
    let text_of = "소켓 ".repeat(1000);
    for (prepared, message) in [
        (Prepared::text(&text_of), Message::Text(text_of.clone())),
        (Prepared::binary(b""), Message::Binary(vec![])),
        (Prepared::binary(&[9; 70_000]), Message::Binary(vec![9; 70_000])),
    ] {
        let mut one = server();
        let mut two = server();
        one.send_prepared(&prepared).unwrap();
        two.send(message.clone()).unwrap();
        assert_eq!(sent(&mut one), sent(&mut two));
        for agreed in [Agreed::default(), with_deflate()] {
            let mut pair = Pair::new(&agreed, &Limits::default());
            for _ in 0..3 {
                pair.server.send_prepared(&prepared).unwrap();
                pair.server.send(message.clone()).unwrap();
                pair.client.send_prepared(&prepared).unwrap();
            }
            let told = Event::Message(message.clone());
            assert_eq!(pair.carry(Role::Server), vec![told.clone(); 6]);
            assert_eq!(pair.carry(Role::Client), vec![told; 3]);
        }
    }
}

#[test]
fn a_prepared_message_is_shared_and_not_copied() {
    let prepared = Prepared::binary(&[1; 5000]);
    let place = |agreed: &Agreed| {
        let now = Instant::now();
        let mut connection = end(Role::Server, agreed, &Limits::default(), now);
        connection.send_prepared(&prepared).unwrap();
        let mut out = Output::new(usize::MAX);
        connection.poll_transmit(now, &mut out);
        let Some(Segment::Octets(octets)) = out.front() else { panic!() };
        (octets.as_ptr() as usize, octets.len())
    };
    assert_eq!(place(&Agreed::default()), place(&Agreed::default()));
    assert_eq!(place(&Agreed::default()).1, 5004);
}

#[test]
fn pings_are_answered_in_order() {
    let mut connection = server();
    let pings: Vec<_> = (0..10_u8).map(|n| masked(0x89, &[n; 100])).collect();
    assert_eq!(feed(&mut connection, &pings.concat()).len(), 10);
    let pongs: Vec<_> = (0..10_u8).map(|n| plain(0x8a, &[n; 100])).collect();
    assert_eq!(sent(&mut connection), pongs.concat());
}

#[test]
fn of_a_flood_of_pings_only_the_newest_waits() {
    let mut connection = server();
    for turn in 0..10_000_u32 {
        let ping = [&turn.to_be_bytes()[..], &[0; 100]].concat();
        feed(&mut connection, &masked(0x89, &ping));
        assert!(connection.held() < 4096 + 500, "{}", connection.held());
    }
    let out = sent(&mut connection);
    assert!(out.len() < 4096 + 500);
    let newest = [&9999_u32.to_be_bytes()[..], &[0; 100]].concat();
    assert!(out.ends_with(&plain(0x8a, &newest)));
    // With the queue gone, each is answered again.
    feed(&mut connection, &masked(0x89, b"again"));
    assert_eq!(sent(&mut connection), plain(0x8a, b"again"));
}

/// The newest Pong may be the one that waits; our Close comes behind it, not before.
#[test]
fn the_pong_that_waits_goes_out_before_close() {
    let mut connection = server();
    connection.send_binary(&[0; 5000]).unwrap();
    feed(&mut connection, &masked(0x89, b"?"));
    feed(&mut connection, &masked(0x88, &1000_u16.to_be_bytes()));
    let tail = [plain(0x8a, b"?"), plain(0x88, &1000_u16.to_be_bytes())].concat();
    assert!(sent(&mut connection).ends_with(&tail));
}

#[test]
fn what_waits_is_bounded_and_a_pong_still_goes() {
    let limits = Limits { output: 1000, ..Limits::default() };
    let mut connection = end(Role::Server, &Agreed::default(), &limits, Instant::now());
    assert_eq!(connection.output_room(), 1000);
    connection.send_binary(&[0; 500]).unwrap();
    assert_eq!(connection.output_room(), 496);
    // A message that was begun can be ended: one may pass the limit.
    connection.send_binary(&[0; 2000]).unwrap();
    assert_eq!(connection.output_room(), 0);
    for refused in [
        connection.send_text("x"),
        connection.send_prepared(&Prepared::text("x")),
        connection.send_fragment(Kind::Text, b"x", true),
        connection.send_ping(b"x"),
    ] {
        assert_eq!(refused, Err(Misuse::OutputFull));
    }
    feed(&mut connection, &masked(0x89, b"still here?"));
    connection.close(websocket::CloseCode::NORMAL, "").unwrap();
    let out = sent(&mut connection);
    assert!(out.ends_with(&[plain(0x8a, b"still here?"), vec![0x88, 2, 3, 0xe8]].concat()));
    assert_eq!(connection.output_room(), 1000);
}

#[test]
fn a_control_frame_that_is_too_long_is_refused() {
    let mut connection = client();
    assert_eq!(connection.send_ping(&[0; 126]), Err(Misuse::ControlTooLong { length: 126 }));
    assert_eq!(connection.send_pong(&[0; 126]), Err(Misuse::ControlTooLong { length: 126 }));
    assert_eq!(sent(&mut connection), []);
    connection.send_pong(&[0; 125]).unwrap();
    assert_eq!(served(&sent(&mut connection)), [Event::Pong(vec![0; 125])]);
}
