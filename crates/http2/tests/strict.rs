//! RFC 9113 §3 to §7: single MUSTs that the other tests of their sections pass over, at both ends.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{
    BOTH, END_HEADERS, END_STREAM, GET, POST, PRIORITY, Peer, Verdict, id, request, response,
};
use http2::frame::{FrameType, PREFACE};
use http2::{Connection, ErrorCode, Event, Limits, Misuse, Outgoing, State};
use std::time::Instant;

const PROTOCOL: Verdict = Verdict::Connection(ErrorCode::PROTOCOL_ERROR);
const SIZE: Verdict = Verdict::Connection(ErrorCode::FRAME_SIZE_ERROR);
const OK: (&str, &str) = (":status", "200");

fn malformed(stream: u32) -> Verdict {
    Verdict::Stream(stream, ErrorCode::PROTOCOL_ERROR)
}

/// A client that has asked once, and takes pushes.
fn asking() -> Peer {
    let mut peer = Peer::of_client_with(&Limits::default(), true);
    peer.connection.send_request(&request("/"), Outgoing::None).unwrap();
    peer.poll();
    peer
}

fn promise(peer: &mut Peer, on: u32, promised: u32) {
    let block = peer.block(&GET);
    peer.frame(5, END_HEADERS, on, &[&promised.to_be_bytes(), block.as_slice()].concat());
}

/// How many frames of a kind stand on a stream.
fn count(peer: &Peer, kind: FrameType, stream: u32) -> usize {
    peer.of_kind(kind).iter().filter(|seen| seen.stream == stream).count()
}

#[test]
fn s3_4_an_acknowledgement_introduces_nobody() {
    let now = Instant::now();
    let options = http2::ClientOptions::new(http::message::Scheme::Http);
    let ends = [
        Connection::server(&Limits::default(), now),
        Connection::client(&Limits::default(), options, now),
    ];
    for (end, preface) in ends.into_iter().zip([&PREFACE[..], &[]]) {
        let mut peer = Peer::of(end, now);
        peer.send(preface);
        peer.frame(4, 1, 0, &[]);
        assert_eq!(peer.verdict(), PROTOCOL);
    }
}

#[test]
fn s4_2_too_long_for_a_stream_that_is_gone_ends_the_connection() {
    // No RST_STREAM may name the stream (§5.1, §6.4), and the code must be told.
    let long = vec![0; 16_385];
    for how in ["idle", "ended", "reset by us", "reset by the peer"] {
        let mut peer = Peer::of_server();
        match how {
            "ended" => {
                peer.get(1);
                peer.connection.send_response(id(1), &response(204), Outgoing::None).unwrap();
            }
            "reset by us" => {
                peer.post(1);
                peer.connection.reset(id(1), ErrorCode::CANCEL);
            }
            "reset by the peer" => {
                peer.post(1);
                peer.frame(3, 0, 1, &[0, 0, 0, 8]);
            }
            _ => {}
        }
        peer.frame(0, END_STREAM, 1, &long);
        assert_eq!(peer.verdict(), SIZE, "{how}");
    }
}

#[test]
fn s4_2_each_frame_of_the_connection_that_is_too_long() {
    for kind in [4, 6, 7, 8, 16, 0x42] {
        let mut peer = Peer::of_server();
        peer.frame(kind, 0, 0, &[0; 16_385]);
        assert_eq!(peer.verdict(), SIZE, "type {kind}");
    }
    // Too small for what must be in it.
    for (kind, flags, stream, length) in
        [(0, 8, 1, 0), (1, 8, 1, 0), (1, 0x20, 1, 4), (7, 0, 0, 7), (16, 0, 0, 3)]
    {
        let mut peer = Peer::of_server();
        peer.frame(kind, flags | END_HEADERS, stream, &vec![0; length]);
        assert_eq!(peer.verdict(), SIZE, "type {kind}");
    }
}

#[test]
fn s4_3_nothing_interrupts_a_promise() {
    for (kind, at) in [(0, 1), (1, 1), (5, 1), (6, 0), (9, 3), (0x42, 0)] {
        let mut peer = asking();
        let block = peer.block(&GET);
        peer.frame(5, 0, 1, &[&2_u32.to_be_bytes(), block.as_slice()].concat());
        assert_eq!(peer.verdict(), Verdict::Nothing);
        peer.frame(kind, 0, at, &[0; 8]);
        assert_eq!(peer.verdict(), PROTOCOL, "type {kind} on {at}");
    }
    let mut peer = asking();
    let block = peer.block(&GET);
    peer.frame(5, 0, 1, &2_u32.to_be_bytes());
    peer.frame(9, 0, 1, &block[..1]);
    peer.frame(9, END_HEADERS, 1, &block[1..]);
    assert!(matches!(peer.events.last(), Some(Event::PushPromise { .. })));
}

#[test]
fn s5_1_reserved_local_takes_resets_priorities_and_windows_alone() {
    for (kind, flags, payload, verdict) in [
        (0, 0, &[1][..], PROTOCOL),
        (1, BOTH, &[0x82], PROTOCOL),
        (2, 0, &[0, 0, 0, 0, 1], Verdict::Nothing),
        (3, 0, &[0, 0, 0, 8], Verdict::Nothing),
        (8, 0, &[0, 0, 0, 1], Verdict::Nothing),
        (9, END_HEADERS, &[0x82], PROTOCOL),
    ] {
        let mut peer = Peer::of_server();
        peer.get(1);
        let pushed = peer.connection.push(id(1), &request("/style")).unwrap();
        peer.poll();
        peer.frame(kind, flags, pushed.value(), payload);
        assert_eq!(peer.verdict(), verdict, "type {kind}");
    }
}

#[test]
fn s5_1_reserved_remote_takes_heads_resets_and_priorities_alone() {
    for (kind, flags, payload, verdict) in [
        (0, 0, &[1][..], PROTOCOL),
        (1, END_HEADERS, &[0x88], Verdict::Nothing),
        (2, 0, &[0, 0, 0, 0, 1], Verdict::Nothing),
        (3, 0, &[0, 0, 0, 8], Verdict::Nothing),
        (8, 0, &[0, 0, 0, 1], PROTOCOL),
        (9, END_HEADERS, &[0x88], PROTOCOL),
    ] {
        let mut peer = asking();
        promise(&mut peer, 1, 2);
        peer.frame(kind, flags, 2, payload);
        assert_eq!(peer.verdict(), verdict, "type {kind}");
    }
}

#[test]
fn s5_1_nothing_is_sent_on_a_stream_that_we_reset() {
    let mut peer = Peer::of_server();
    peer.post(1);
    peer.connection.reset(id(1), ErrorCode::CANCEL);
    peer.poll();
    // Whatever is wrong with what was on its way, the peer has been told that nobody wants it.
    peer.window(1, 0);
    peer.frame(2, 0, 1, &[0; 4]);
    peer.frame(2, 0, 1, &[0, 0, 0, 1, 0]);
    let block = peer.block(&POST);
    peer.frame(1, BOTH | PRIORITY, 1, &[&[0, 0, 0, 1, 0][..], &block].concat());
    peer.headers(1, BOTH, &[("X", "y")]);
    peer.frame(0, END_STREAM, 1, b"x");
    assert_eq!(peer.verdict(), Verdict::Stream(1, ErrorCode::CANCEL));
    assert_eq!(peer.seen.iter().filter(|seen| seen.stream == 1).count(), 1);
    // But it is not free.
    for _ in 0..1000 {
        peer.window(1, 0);
    }
    assert_eq!(peer.verdict(), Verdict::Connection(ErrorCode::ENHANCE_YOUR_CALM));
}

#[test]
fn s5_1_1_a_stream_that_was_passed_over_is_closed() {
    let mut peer = Peer::of_server();
    peer.get(5);
    peer.frame(0, END_STREAM, 3, b"x");
    assert_eq!(peer.verdict(), Verdict::Connection(ErrorCode::STREAM_CLOSED));
    let mut peer = asking();
    promise(&mut peer, 1, 4);
    peer.headers(2, BOTH, &[OK]);
    assert!(matches!(peer.verdict(), Verdict::Connection(_)));
}

#[test]
fn s5_1_1_identifiers_run_out() {
    let mut peer = Peer::of_server();
    peer.get(0x7fff_ffff);
    assert!(matches!(peer.events.last(), Some(Event::Request { .. })));
    peer.get(1);
    assert_eq!(peer.verdict(), PROTOCOL);
}

#[test]
fn s5_1_2_more_pushes_than_announced() {
    let limits = Limits { streams: 1, ..Limits::default() };
    let mut peer = Peer::of_client_with(&limits, true);
    peer.connection.send_request(&request("/"), Outgoing::None).unwrap();
    peer.poll();
    promise(&mut peer, 1, 2);
    promise(&mut peer, 1, 4);
    // A promise is not yet a stream that counts; its head makes it one.
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.headers(2, END_HEADERS, &[OK]);
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.headers(4, END_HEADERS, &[OK]);
    assert_eq!(peer.verdict(), Verdict::Stream(4, ErrorCode::REFUSED_STREAM));
    // Where one has ended there is room for another.
    peer.frame(0, END_STREAM, 2, b"x");
    promise(&mut peer, 1, 6);
    peer.headers(6, END_HEADERS, &[OK]);
    assert_eq!(peer.verdict(), Verdict::Stream(4, ErrorCode::REFUSED_STREAM));
}

#[test]
fn s6_5_2_a_server_says_nothing_of_push() {
    let now = Instant::now();
    let mut peer = Peer::of(Connection::server(&Limits::default(), now), now);
    peer.poll();
    let settings = &peer.of_kind(FrameType::SETTINGS)[0].payload;
    assert!(settings.chunks(6).all(|setting| setting[..2] != [0, 2]), "{settings:?}");
}

#[test]
fn s6_6_a_server_that_knows_it_may_not_push_does_not() {
    let mut peer = asking();
    peer.frame(5, END_HEADERS, 1, &[0, 0, 0, 2]);
    assert_eq!(peer.verdict(), malformed(2), "a request without fields");
    // What is not on the line yet may still be promised on (§6.5.3).
    let now = Instant::now();
    let options = http2::ClientOptions::new(http::message::Scheme::Http);
    let client = Connection::client(&Limits::default(), options, now);
    let mut peer = Peer::of(client, now);
    peer.frame(4, 0, 0, &[]);
    peer.connection.send_request(&request("/"), Outgoing::None).unwrap();
    peer.poll();
    promise(&mut peer, 1, 2);
    assert_eq!(peer.verdict(), Verdict::Stream(2, ErrorCode::CANCEL));
    assert!(!peer.events.iter().any(|event| matches!(event, Event::PushPromise { .. })));
    peer.frame(4, 1, 0, &[]);
    promise(&mut peer, 1, 4);
    assert_eq!(peer.verdict(), PROTOCOL);
}

#[test]
fn s6_8_behind_goaway_neither_end_begins_a_stream() {
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.frame(7, 0, 0, &[0; 8]);
    assert_eq!(peer.connection.push(id(1), &request("/style")), Err(Misuse::GoingAway));
    // What was begun goes on.
    peer.connection.send_response(id(1), &response(200), Outgoing::None).unwrap();
    peer.poll();
    assert_eq!(count(&peer, FrameType::HEADERS, 1), 1);
    let mut peer = asking();
    peer.frame(7, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 0]);
    let more = peer.connection.send_request(&request("/"), Outgoing::None);
    assert_eq!(more, Err(Misuse::GoingAway));
}

#[test]
fn s6_8_a_promise_behind_our_goaway_is_dropped_with_its_answer() {
    let mut peer = asking();
    peer.connection.shut_down(peer.now);
    peer.poll();
    peer.seen.clear();
    promise(&mut peer, 1, 2);
    peer.headers(2, END_HEADERS, &[OK, ("x-new", "entry")]);
    peer.frame(0, END_STREAM, 2, &[0; 1000]);
    assert_eq!(peer.verdict(), Verdict::Nothing);
    // The table is in step.
    peer.headers(1, BOTH, &[OK, ("x-new", "entry")]);
    assert!(matches!(peer.events.last(), Some(Event::Response { end: true, .. })));
}

#[test]
fn s6_8_the_last_stream_is_never_raised() {
    let mut peer = Peer::of_server();
    peer.post(3);
    peer.connection.shut_down(peer.now);
    peer.poll();
    let ping = peer.of_kind(FrameType::PING)[0].payload.clone();
    peer.frame(6, 1, 0, &ping);
    peer.get(9);
    peer.frame(6, 0, 0, &[0; 7]);
    let last: Vec<u32> = peer
        .of_kind(FrameType::GOAWAY)
        .iter()
        .map(|seen| u32::from_be_bytes(seen.payload[..4].try_into().unwrap()))
        .collect();
    assert_eq!(last, [0x7fff_ffff, 3, 3]);
}

#[test]
fn s6_9_2_a_setting_moves_no_window_of_the_connection() {
    let mut peer = Peer::of_server();
    peer.settings(&[(4, 0x7fff_ffff)]);
    peer.get(1);
    peer.connection.send_response(id(1), &response(200), Outgoing::Unknown).unwrap();
    peer.connection.send_data(id(1), &[0; 100_000]).unwrap();
    peer.poll();
    assert_eq!(peer.data_on(1), 65_535);
    // Nor does what is at its largest take one octet more.
    peer.window(1, 1 + 65_535);
    assert_eq!(peer.verdict(), Verdict::Stream(1, ErrorCode::FLOW_CONTROL_ERROR));
}

#[test]
fn s6_9_3_what_was_sent_before_our_settings_came_is_taken() {
    let limits = Limits { stream_window: 100, ..Limits::default() };
    let now = Instant::now();
    let mut peer = Peer::of(Connection::server(&limits, now), now);
    peer.send(PREFACE);
    peer.frame(4, 0, 0, &[]);
    peer.post(1);
    peer.post(3);
    // The window that everybody has at first, to its last octet.
    for length in [16_384, 16_384, 16_384, 16_383] {
        peer.frame(0, 0, 1, &vec![0; length]);
    }
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.frame(4, 1, 0, &[]);
    assert_eq!(peer.verdict(), Verdict::Nothing);
    // Now it is far below zero, the other at 100; both rise to no more than 100.
    peer.frame(0, 0, 3, &[0; 100]);
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.connection.release(id(1), 65_535);
    peer.poll();
    let given: u32 = peer
        .of_kind(FrameType::WINDOW_UPDATE)
        .iter()
        .filter(|seen| seen.stream == 1)
        .map(|seen| u32::from_be_bytes(seen.payload[..].try_into().unwrap()))
        .sum();
    assert_eq!(given, 65_535);
    peer.frame(0, 0, 1, &[0; 100]);
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.frame(0, 0, 1, &[0]);
    assert_eq!(peer.verdict(), Verdict::Stream(1, ErrorCode::FLOW_CONTROL_ERROR));
}

#[test]
fn s10_5_no_moment_of_an_answer_to_a_ping_makes_an_idle_application_hold_more() {
    let limits = Limits::default();
    let window = limits.connection_window as usize;
    let frames = window / 16_384;
    // The answer comes behind each of the frames that fill the window, once.
    for moment in 1..=frames {
        let mut peer = Peer::of_server_with(&limits);
        let mut stream = 1;
        peer.post(stream);
        for frame in 1..=frames {
            if stream_window(&peer, stream) < 16_384 {
                stream += 2;
                peer.post(stream);
            }
            peer.frame(0, 0, stream, &[0; 16_384]);
            if frame == moment {
                answer_pings(&mut peer);
            }
        }
        assert_eq!(peer.verdict(), Verdict::Nothing, "{moment}");
        assert_eq!(count(&peer, FrameType::WINDOW_UPDATE, 0), 0, "{moment}");
        // A stream that came before the answer has what it had.
        assert_eq!(count(&peer, FrameType::WINDOW_UPDATE, 1), 0, "{moment}");
        assert!(peer.connection.held() < 2 * window);
        peer.frame(0, END_STREAM, stream, b"x");
        assert!(matches!(
            peer.verdict(),
            Verdict::Connection(ErrorCode::FLOW_CONTROL_ERROR)
                | Verdict::Stream(_, ErrorCode::FLOW_CONTROL_ERROR)
        ));
    }
}

#[test]
fn s10_5_an_answer_that_is_late_on_purpose_doubles_a_window_at_the_most() {
    let limits = Limits::default();
    let mut peer = Peer::of_server_with(&limits);
    peer.post(1);
    // 32 MiB pass, all of them taken, before the first PING is answered.
    for _ in 0..2048 {
        peer.frame(0, 0, 1, &[0; 16_384]);
        peer.connection.release(id(1), 16_384);
        peer.poll();
    }
    assert_eq!(peer.of_kind(FrameType::PING).len(), 1);
    let before = stream_window(&peer, 0);
    answer_pings(&mut peer);
    let grown = stream_window(&peer, 0) - before;
    assert!(grown <= i64::from(limits.connection_window), "{grown}");
    // Now nothing is taken: what the window admits is what waits, and it grows no more.
    let admitted = stream_window(&peer, 0);
    let mut stream = 1;
    let mut sent = 0;
    while sent + 16_384 <= admitted {
        if stream_window(&peer, stream) < 16_384 {
            stream += 2;
            peer.post(stream);
        }
        peer.frame(0, 0, stream, &[0; 16_384]);
        answer_pings(&mut peer);
        sent += 16_384;
        if sent * 2 > admitted + i64::from(limits.connection_window) / 2 {
            assert!(stream_window(&peer, 0) <= admitted - sent);
        }
    }
    assert_eq!(peer.verdict(), Verdict::Nothing);
    assert!(admitted <= 2 * i64::from(limits.connection_window), "{admitted}");
}

/// What the peer may still send: on a stream, or with 0 on all of them together.
fn stream_window(peer: &Peer, stream: u32) -> i64 {
    let limits = Limits::default();
    let first = if stream == 0 { limits.connection_window } else { limits.stream_window };
    let updates = peer.of_kind(FrameType::WINDOW_UPDATE);
    let updates = updates.iter().filter(|seen| seen.stream == stream);
    let told: i64 = updates
        .map(|seen| i64::from(u32::from_be_bytes(seen.payload[..].try_into().unwrap())))
        .sum();
    i64::from(first) + told - peer.sent.get(&stream).copied().unwrap_or_default()
}

fn answer_pings(peer: &mut Peer) {
    let asked: Vec<_> = peer.of_kind(FrameType::PING).into_iter().cloned().collect();
    peer.seen.retain(|seen| seen.kind != FrameType::PING);
    for ping in asked {
        peer.frame(6, 1, 0, &ping.payload);
    }
}

#[test]
fn s7_codes_that_nobody_knows_are_as_any_other() {
    let mut peer = asking();
    peer.frame(3, 0, 1, &0xdead_beef_u32.to_be_bytes());
    let code = ErrorCode(0xdead_beef);
    assert_eq!(peer.events.last(), Some(&Event::StreamReset { stream: id(1), code, error: None }));
    peer.frame(7, 0, 0, &[&[0, 0, 0, 0][..], &0xdead_beef_u32.to_be_bytes()].concat());
    assert!(peer.events.iter().any(|event| matches!(event, Event::GoAway { code: told, .. }
        if *told == code)));
    assert_ne!(peer.connection.state(), State::Open, "no stream is left, and none will be");
}
