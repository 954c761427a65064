//! RFC 9114 §10.5: peers that cost us more than them. Each limit is met by what it is for.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "common/pair.rs"]
#[allow(dead_code, unreachable_pub, missing_docs, reason = "each test uses some of these")]
mod pair;

use http::Method;
use http3::{ClientOptions, ErrorCode, Event, Limits, Outgoing, State, StreamId, Transport};
use pair::{Pair, request, response};
use std::time::Duration;

const fn id(stream: u64) -> StreamId {
    StreamId::new(stream)
}

const LOAD: Option<u64> = Some(ErrorCode::H3_EXCESSIVE_LOAD.0);

/// Says octets that our own client would not.
fn say(pair: &mut Pair, stream: u64, octets: &[u8]) {
    pair.server.end.receive(id(stream), octets, pair.now);
    pair.run();
}

#[test]
fn rapid_reset_is_a_flood() {
    let mut pair = Pair::new();
    pair.run();
    for number in 0..3000 {
        pair.ask(4 * number, &request("/"), Outgoing::None);
        pair.run();
        pair.client.end.reset(id(4 * number), ErrorCode::H3_REQUEST_CANCELLED);
        pair.run();
        if pair.server.pipe.closed.is_some() {
            break;
        }
        assert!(number < 1100, "{number} resets, and nothing is said");
        assert!(pair.server.end.streams() < 10);
    }
    assert_eq!(pair.server.pipe.closed, LOAD);
}

#[test]
fn answers_that_are_stopped_again_and_again_are_a_flood() {
    let mut pair = Pair::new();
    for number in 0..3000 {
        pair.ask(4 * number, &request("/"), Outgoing::None);
        pair.run();
        pair.client.pipe.stop_sending(id(4 * number), ErrorCode::H3_REQUEST_CANCELLED.0);
        pair.run();
        pair.client.end.reset(id(4 * number), ErrorCode::H3_REQUEST_CANCELLED);
        pair.run();
        if pair.server.pipe.closed.is_some() {
            break;
        }
        assert!(number < 1100, "{number} answers, and nothing is said");
    }
    assert_eq!(pair.server.pipe.closed, LOAD);
}

#[test]
fn frames_that_mean_nothing_are_a_flood() {
    let mut pair = Pair::new();
    pair.run();
    // Type 0x21 is reserved for this (§7.2.8).
    say(&mut pair, 0, &[0x21, 0].repeat(900));
    assert_eq!(pair.server.pipe.closed, None);
    say(&mut pair, 0, &[0x21, 0].repeat(200));
    assert_eq!(pair.server.pipe.closed, LOAD);
}

#[test]
fn streams_that_mean_nothing_are_given_up_and_counted() {
    let mut pair = Pair::new();
    pair.run();
    for number in 10..1500 {
        say(&mut pair, 2 + 4 * number, &[0x40, 0x21, 1, 2, 3]);
        if pair.server.pipe.closed.is_some() {
            assert!(number > 900);
            break;
        }
    }
    assert_eq!(pair.server.pipe.closed, LOAD);
}

#[test]
fn streams_that_mean_nothing_take_no_places() {
    let limits = Limits { unidirectional: 8, ..Limits::default() };
    let mut pair = Pair::with(&limits, ClientOptions::default());
    pair.run();
    for number in 10..100 {
        say(&mut pair, 2 + 4 * number, &[0x40, 0x21, 1, 2, 3]);
    }
    assert_eq!(pair.server.pipe.closed, None);
}

#[test]
fn empty_data_is_a_flood() {
    let mut pair = Pair::new();
    let mut post = request("/");
    post.method = Method::Post;
    pair.ask(0, &post, Outgoing::Unknown);
    pair.run();
    say(&mut pair, 0, &[0, 0].repeat(102));
    assert_eq!(pair.server.pipe.closed, None);
    say(&mut pair, 0, &[0, 0]);
    assert_eq!(pair.server.pipe.closed, LOAD);
}

#[test]
fn tiny_data_is_a_flood() {
    let mut pair = Pair::new();
    let mut post = request("/");
    post.method = Method::Post;
    pair.ask(0, &post, Outgoing::Unknown);
    pair.run();
    say(&mut pair, 0, &[0, 1, b'x'].repeat(10_002));
    assert_eq!(pair.server.pipe.closed, None);
    say(&mut pair, 0, &[0, 1, b'x']);
    assert_eq!(pair.server.pipe.closed, LOAD);
}

#[test]
fn short_messages_are_none() {
    let mut pair = Pair::new();
    for number in 0..12_000 {
        pair.ask(4 * number, &request("/"), Outgoing::None);
        pair.run();
        pair.answer(4 * number, b"Hello, world!");
        pair.run();
        pair.client.heard.clear();
        pair.server.heard.clear();
    }
    assert_eq!(pair.client.pipe.closed, None);
}

#[test]
fn a_long_frame_in_small_packets_is_none() {
    let mut pair = Pair::new();
    let mut post = request("/");
    post.method = Method::Post;
    pair.ask(0, &post, Outgoing::Unknown);
    pair.run();
    // One frame of 50,000 octets, octet by octet.
    say(&mut pair, 0, &[0, 0x80, 0, 0xc3, 0x50]);
    for _ in 0..50_000 {
        pair.server.end.receive(id(0), &[1], pair.now);
    }
    pair.run();
    assert_eq!((pair.server.pipe.closed, pair.server.content(0).len()), (None, 50_000));
}

#[test]
fn a_section_that_grows_is_refused_before_it_is_made() {
    let mut pair = Pair::new();
    pair.run();
    // An entry of 3,000 octets, and a section that refers to it a thousand times.
    let mut encoder = vec![0x3f, 0xe1, 0x1f, 0x41, b'a', 0x7f, 0xb9, 0x16];
    encoder.extend([b'x'; 3000]);
    pair.server.end.receive(id(6), &encoder, pair.now);
    let mut section = vec![0x02, 0x00];
    section.extend([0x80; 1000]);
    let mut frame = vec![0x01, 0x43, 0xea];
    frame.extend(&section);
    say(&mut pair, 0, &frame);
    assert_eq!(pair.server.pipe.closed, None);
    assert!(!pair.server.has(|event| matches!(event, Event::Request { .. })));
}

#[test]
fn who_sends_no_head_is_given_up() {
    let mut pair = Pair::new();
    pair.run();
    say(&mut pair, 0, &[0x01, 0x20]);
    pair.pass(Duration::from_secs(31));
    assert_eq!(pair.server.pipe.reset_of(0), Some(ErrorCode::H3_REQUEST_CANCELLED.0));
    assert_eq!((pair.server.end.streams(), pair.server.pipe.closed), (0, None));
}

#[test]
fn content_that_trickles_is_given_up() {
    let mut pair = Pair::new();
    let mut post = request("/");
    post.method = Method::Post;
    pair.ask(0, &post, Outgoing::Unknown);
    pair.run();
    for _ in 0..40 {
        if pair.client.end.send_data(id(0), &[1; 100]).is_err() {
            break;
        }
        pair.run();
        pair.pass(Duration::from_secs(1));
    }
    assert_eq!(pair.server.pipe.reset_of(0), Some(ErrorCode::H3_REQUEST_CANCELLED.0));
}

#[test]
fn an_answer_that_nobody_takes_is_given_up() {
    let mut pair = Pair::new();
    pair.get(0);
    pair.server.pipe.room = 1000;
    pair.server.pipe.held.insert(0);
    pair.answer(0, &[0; 100_000]);
    pair.run();
    pair.pass(Duration::from_secs(30));
    assert_eq!(pair.server.pipe.reset_of(0), None);
    pair.pass(Duration::from_secs(31));
    assert_eq!(pair.server.pipe.reset_of(0), Some(ErrorCode::H3_REQUEST_CANCELLED.0));
}

#[test]
fn who_waits_for_us_is_not_slow() {
    let limits = Limits { stream_input: 1000, ..Limits::default() };
    let mut pair = Pair::with(&limits, ClientOptions::default());
    pair.server.eager = false;
    let mut post = request("/");
    post.method = Method::Post;
    pair.ask(0, &post, Outgoing::Unknown);
    pair.client.end.send_vec(id(0), vec![1; 5000]).unwrap();
    pair.run();
    for _ in 0..5 {
        pair.pass(Duration::from_secs(40));
    }
    assert_eq!(pair.server.pipe.reset_of(0), None);
}

#[test]
fn an_idle_client_is_shown_the_door() {
    let mut pair = Pair::new();
    pair.get(0);
    pair.answer(0, b"there");
    pair.run();
    pair.pass(Duration::from_secs(59));
    assert!(!pair.client.has(|event| matches!(event, Event::GoAway { .. })));
    pair.pass(Duration::from_secs(2));
    assert!(pair.client.has(|event| matches!(event, Event::GoAway { .. })));
    pair.pass(Duration::from_secs(2));
    assert!(pair.server.has(|event| matches!(event, Event::Drained)));
}

#[test]
fn more_streams_than_are_allowed_are_rejected() {
    let limits = Limits { streams: 10, ..Limits::default() };
    let mut pair = Pair::with(&limits, ClientOptions::default());
    for number in 0..12 {
        pair.ask(4 * number, &request("/"), Outgoing::None);
    }
    pair.run();
    assert_eq!(pair.server.end.streams(), 10);
    let rejected = |event: &Event| {
        let Event::StreamReset { code, .. } = event else { return false };
        *code == ErrorCode::H3_REQUEST_REJECTED
    };
    assert_eq!(pair.client.heard.iter().filter(|event| rejected(event)).count(), 2);
}

#[test]
fn a_client_that_gets_1xx_without_end_gives_up() {
    let mut pair = Pair::new();
    pair.get(0);
    for _ in 0..16 {
        pair.server.end.send_informational(id(0), &response(103)).unwrap();
    }
    pair.run();
    assert!(!pair.client.has(|event| matches!(event, Event::StreamReset { .. })));
    pair.server.end.send_informational(id(0), &response(103)).unwrap();
    pair.run();
    assert!(pair.client.has(|event| matches!(event, Event::StreamReset { .. })));
}

#[test]
fn a_section_that_waits_for_ever_is_given_up() {
    let mut pair = Pair::new();
    pair.run();
    // It needs the first entry of the table, which never comes.
    say(&mut pair, 0, &[0x01, 3, 2, 0, 0x80]);
    assert_eq!(pair.server.end.blocked().count(), 1);
    pair.pass(Duration::from_secs(31));
    assert_eq!(pair.server.pipe.reset_of(0), Some(ErrorCode::H3_REQUEST_CANCELLED.0));
    assert_eq!((pair.server.end.streams(), pair.server.pipe.closed), (0, None));
}

#[test]
fn answers_that_have_no_stream_do_not_pile_up() {
    let mut pair = Pair::new();
    pair.server.pipe.unidirectional = false;
    pair.run();
    // An entry, and requests that refer to it: each is acknowledged (RFC 9204 §4.4.1).
    say(&mut pair, 6, &[0x3f, 0xe1, 0x1f, 0x41, b'a', 0x01, b'b']);
    let get = [0x01, 9, 2, 0, 0xd1, 0xd7, 0xc1, 0x50, 1, b'a', 0x80];
    let server = &mut pair.server;
    for number in 0..50_000 {
        let stream = id(4 * number);
        server.end.receive(stream, &get, pair.now);
        server.end.receive_end(stream, pair.now);
        while server.end.poll_event().is_some() {}
        let _ = server.end.send_response(stream, &response(204), Outgoing::None);
        server.end.poll_transmit(pair.now, &mut server.pipe);
        if server.end.state() == State::Closed {
            // Said in the same turn: nothing else may ever happen here.
            assert_eq!(server.pipe.closed, LOAD);
            return;
        }
    }
    panic!("the answers grow without end");
}

#[test]
fn requests_behind_a_goaway_without_end_are_a_flood() {
    let mut pair = Pair::new();
    pair.get(0);
    pair.server.end.shut_down(pair.now);
    pair.pass(Duration::from_secs(2));
    let get = [0x01, 8, 0, 0, 0xd1, 0xd7, 0xc1, 0x50, 1, b'a'];
    for number in 1..3000 {
        say(&mut pair, 4 * number, &get);
        if pair.server.pipe.closed.is_some() {
            break;
        }
        // Those that are on their way when it says so are merely rejected.
        let rejected = Some(ErrorCode::H3_REQUEST_REJECTED.0);
        assert_eq!(pair.server.pipe.reset_of(4 * number), rejected);
        assert!(number < 1100, "{number} requests, and nothing is said");
    }
    assert_eq!(pair.server.pipe.closed, LOAD);
}
