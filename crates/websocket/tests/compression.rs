//! permessage-deflate on a connection: windows, limits, memory.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::*;
use std::time::Instant;
use websocket::{
    Connection, Event, Kind, Limits, Message, Prepared, Role, Violation,
    handshake::{Agreed, DeflateParameters},
};

/// Messages as a program sends them: alike, but not the same.
fn messages(count: usize) -> Vec<Message> {
    (0..count)
        .map(|turn| {
            let symbol = ["KRW", "USD", "EUR"][turn % 3];
            let text = format!(
                r#"{{"type":"trade","symbol":"{symbol}","price":{},"size":{}}}"#,
                turn * 7919 % 10_007,
                turn * 31 % 101
            );
            Message::Text(text.repeat(1 + turn % 4))
        })
        .collect()
}

fn every_parameter() -> Vec<DeflateParameters> {
    let mut all = Vec::new();
    for (server, client) in [(8, 15), (15, 8), (9, 10), (11, 12), (13, 14), (15, 15)] {
        for forget in 0..4 {
            all.push(DeflateParameters {
                server_no_context_takeover: forget & 1 != 0,
                client_no_context_takeover: forget & 2 != 0,
                server_max_window_bits: window(server),
                client_max_window_bits: window(client),
            });
        }
    }
    all
}

#[test]
fn what_is_sent_arrives_with_every_parameter_both_ways() {
    for parameters in every_parameter() {
        let agreed = Agreed { protocol: None, deflate: Some(parameters) };
        let mut pair = Pair::new(&agreed, &Limits::default());
        let all = messages(50);
        for role in [Role::Client, Role::Server, Role::Client] {
            let mut told = Vec::new();
            for message in &all {
                let from = pair.of(role).0;
                match message.len() % 3 {
                    0 => from.send(message.clone()).unwrap(),
                    1 => from.send_prepared(&Prepared::binary(message.as_bytes())).unwrap(),
                    _ => {
                        for part in message.as_bytes().chunks(40) {
                            from.send_fragment(Kind::Text, part, false).unwrap();
                        }
                        from.send_fragment(Kind::Text, b"", true).unwrap();
                    }
                }
                told.extend(pair.carry(role));
            }
            let told: Vec<_> = told
                .into_iter()
                .map(|event| match event {
                    Event::Message(message) => message.into_bytes(),
                    other => panic!("{other:?}"),
                })
                .collect();
            let sent: Vec<_> = all.iter().map(|message| message.as_bytes().to_vec()).collect();
            assert_eq!(told, sent, "{parameters:?}");
        }
    }
}

/// A window of 2^8 octets is what no zlib can make: nothing may refer further back.
#[test]
fn a_small_window_is_kept_to() {
    let agreed = |bits| {
        let deflate = DeflateParameters { server_max_window_bits: window(bits), ..DEFLATE };
        Agreed { protocol: None, deflate: Some(deflate) }
    };
    let mut random = wire::Scripted(5);
    let mut noise = vec![0; 1000];
    wire::Random::fill(&mut random, &mut noise);
    // Noise, and again: only a window of more than 1,000 octets can refer to it.
    let message = Message::Binary(noise.repeat(3));
    let lengths = [8, 9, 10, 15].map(|bits| {
        let mut pair = Pair::new(&agreed(bits), &Limits::default());
        pair.server.send(message.clone()).unwrap();
        let octets = sent(&mut pair.server);
        assert_eq!(feed(&mut pair.client, &octets), [Event::Message(message.clone())]);
        octets.len()
    });
    assert!(lengths[..2].iter().all(|length| *length >= 3000), "{lengths:?}");
    assert!(lengths[3] < 1100, "{lengths:?}");
}

#[test]
fn a_window_taken_over_makes_small_messages_smaller() {
    let total = |forget| {
        let deflate = DeflateParameters { server_no_context_takeover: forget, ..DEFLATE };
        let agreed = Agreed { protocol: None, deflate: Some(deflate) };
        let mut pair = Pair::new(&agreed, &Limits { compress_from: 0, ..Limits::default() });
        let mut total = 0;
        for message in messages(200) {
            pair.server.send(message).unwrap();
            total += sent(&mut pair.server).len();
        }
        total
    };
    let (taken_over, forgotten) = (total(false), total(true));
    assert!(taken_over * 2 < forgotten, "{taken_over} {forgotten}");
}

#[test]
fn small_messages_are_sent_as_they_are() {
    let mut pair = Pair::new(&with_deflate(), &Limits::default());
    pair.server.send(Message::Binary(vec![0; 127])).unwrap();
    assert_eq!(sent(&mut pair.server)[0], 0x82);
    pair.server.send(Message::Binary(vec![0; 128])).unwrap();
    assert_eq!(sent(&mut pair.server)[0], 0xc2);
}

#[test]
fn a_message_that_was_not_compressed_passes_beside_the_window() {
    let limits = Limits { compress_from: 10, ..Limits::default() };
    let mut pair = Pair::new(&with_deflate(), &limits);
    for text_of in ["a longer message", "short", "a longer message", "", "a longer one"] {
        pair.client.send_text(text_of).unwrap();
        assert_eq!(pair.carry(Role::Client), [text(text_of)]);
    }
}

fn violation(connection: &mut Connection, octets: &[u8]) -> Violation {
    match feed(connection, octets).as_slice() {
        [.., Event::Violation(error)] => error.violation,
        other => panic!("{other:?}"),
    }
}

/// A bomb: 60 KB that would become 60 MB.
#[test]
fn the_limit_holds_while_a_message_is_inflated() {
    let big = Limits { message: u64::MAX, frame: u64::MAX, ..Limits::default() };
    let mut sender = end(Role::Client, &with_deflate(), &big, Instant::now());
    sender.send(Message::Binary(vec![0; 60_000_000])).unwrap();
    let bomb = sent(&mut sender);
    assert!(bomb.len() < 400_000, "{}", bomb.len());

    let limits = Limits { message: 100_000, ..Limits::default() };
    let mut server = end(Role::Server, &with_deflate(), &limits, Instant::now());
    for piece in bomb.chunks(512) {
        server.receive(&mut piece.to_vec(), Instant::now());
        assert!(server.held() < 400_000, "{}", server.held());
        if let Some(event) = server.poll_event() {
            let Event::Violation(error) = event else { panic!("{event:?}") };
            assert_eq!(error.violation, Violation::MessageTooLong { limit: 100_000 });
            return;
        }
    }
    panic!("nobody stopped it");
}

#[test]
fn a_message_at_its_limit_is_taken_and_one_octet_more_is_not() {
    for (length, fine) in [(50_000, true), (50_001, false)] {
        let mut sender = end(Role::Client, &with_deflate(), &Limits::default(), Instant::now());
        sender.send(Message::Binary(vec![1; length])).unwrap();
        let octets = sent(&mut sender);
        let limits = Limits { message: 50_000, ..Limits::default() };
        let heard = story(Role::Server, &with_deflate(), &limits, &octets);
        assert_eq!(matches!(heard[0], Event::Message(_)), fine);
    }
}

/// A read full of small bombs is inflated one at a time, as the application asks for them.
#[test]
fn messages_behind_an_event_wait_compressed() {
    let forget = DeflateParameters { client_no_context_takeover: true, ..DEFLATE };
    let agreed = Agreed { protocol: None, deflate: Some(forget) };
    let mut sender = end(Role::Client, &agreed, &Limits::default(), Instant::now());
    for _ in 0..40 {
        sender.send(Message::Binary(vec![0; 1 << 20])).unwrap();
    }
    let octets = sent(&mut sender);
    assert!(octets.len() < 250_000, "{}", octets.len());
    let mut server = end(Role::Server, &agreed, &Limits::default(), Instant::now());
    server.receive(&mut octets.clone(), Instant::now());
    assert!(!server.wants_receive());
    for _ in 0..40 {
        assert!(server.held() < 3 << 20, "{}", server.held());
        assert!(matches!(server.poll_event(), Some(Event::Message(_))));
    }
    assert_eq!(server.poll_event(), None);
    assert_eq!(server.held(), 0);
}

#[test]
fn memory_is_given_back_where_no_window_is_taken_over() {
    let now = Instant::now();
    for (parameters, both) in [
        (DEFLATE, true),
        (
            DeflateParameters {
                server_no_context_takeover: true,
                client_no_context_takeover: true,
                ..DEFLATE
            },
            false,
        ),
    ] {
        let agreed = Agreed { protocol: None, deflate: Some(parameters) };
        let mut connection = end(Role::Server, &agreed, &Limits::default(), now);
        assert_eq!(connection.held(), 0, "memory is taken at first use");
        let mut peer = end(Role::Client, &agreed, &Limits::default(), now);
        peer.send(Message::Text("x".repeat(10_000))).unwrap();
        feed(&mut connection, &sent(&mut peer));
        connection.send(Message::Text("y".repeat(10_000))).unwrap();
        sent(&mut connection);
        assert_eq!(connection.held() > 0, both, "{}", connection.held());
    }
}

#[test]
fn what_is_no_deflate_is_refused() {
    let mut server = end(Role::Server, &with_deflate(), &Limits::default(), Instant::now());
    // BTYPE 3.
    let violation = violation(&mut server, &masked(0xc1, &[0x07]));
    let Violation::Inflate { error } = violation else { panic!("{violation:?}") };
    assert_eq!(error.violation, deflate::Violation::BlockType);
    assert_eq!(violation.close_code(), websocket::CloseCode::INVALID_DATA);
}

#[test]
fn a_message_ends_between_two_blocks() {
    let limits = Limits::default();
    for payload in [
        // "Hello" cut short; a stored block that has not all of its octets; a final block without
        // the empty one behind it.
        &[0xf2, 0x48, 0xcd][..],
        &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65],
        &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
    ] {
        let heard = story(Role::Server, &with_deflate(), &limits, &masked(0xc2, payload));
        let [Event::Violation(error)] = *heard else { panic!("{heard:?}") };
        assert!(
            matches!(error.violation, Violation::InflateUnfinished | Violation::Inflate { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_reference_beyond_the_window_is_refused() {
    // "Hello" referred to by a second message, where the first never came.
    let octets = masked(0xc1, &[0xf2, 0x00, 0x11, 0x00, 0x00]);
    let mut server = end(Role::Server, &with_deflate(), &Limits::default(), Instant::now());
    assert!(matches!(violation(&mut server, &octets), Violation::Inflate { .. }));
}

#[test]
fn inflated_text_is_utf8_and_refused_as_soon_as_it_is_not() {
    let mut sender = end(Role::Client, &with_deflate(), &Limits::default(), Instant::now());
    let parts: [&[u8]; 2] = [&[b'a'; 500], b"\xff"];
    sender.send(Message::Binary(parts.concat())).unwrap();
    let mut octets = sent(&mut sender);
    octets[0] = 0xc1;
    let heard = story(Role::Server, &with_deflate(), &Limits::default(), &octets);
    let [Event::Violation(error)] = *heard else { panic!("{heard:?}") };
    assert_eq!(error.violation, Violation::TextNotUtf8 { at: 500 });
}

/// Some compressors flush nothing where nothing is new.
#[test]
fn an_empty_message_may_have_no_octet_at_all() {
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    let octets = [masked(0xc1, b""), masked(0xc1, &hello), masked(0xc2, b""), masked(0xc1, &hello)];
    let heard = story(Role::Server, &with_deflate(), &Limits::default(), &octets.concat());
    assert_eq!(heard, [text(""), text("Hello"), binary(b""), text("Hello")]);
}
