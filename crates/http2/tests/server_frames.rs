//! RFC 9113 §3 to §6 against a server: each frame where it must not be, with the code and the
//! scope that the RFC asks for.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{
    BOTH, END_HEADERS, END_STREAM, GET, PADDED, PRIORITY, Peer, Verdict, id, octets, response,
};
use http2::frame::{FrameType, PREFACE};
use http2::{Connection, ErrorCode, Event, Limits, Outgoing, State};
use std::time::Instant;

const PROTOCOL: Verdict = Verdict::Connection(ErrorCode::PROTOCOL_ERROR);
const SIZE: Verdict = Verdict::Connection(ErrorCode::FRAME_SIZE_ERROR);
const FLOW: Verdict = Verdict::Connection(ErrorCode::FLOW_CONTROL_ERROR);
const CLOSED: Verdict = Verdict::Connection(ErrorCode::STREAM_CLOSED);

fn stream(stream: u32, code: ErrorCode) -> Verdict {
    Verdict::Stream(stream, code)
}

#[test]
fn s3_4_the_preface_at_every_split() {
    let mut whole = PREFACE.to_vec();
    whole.extend(octets(4, 0, 0, &[]));
    for cut in 0..=whole.len() {
        let now = Instant::now();
        let mut peer = Peer::of(Connection::server(&Limits::default(), now), now);
        peer.send(&whole[..cut]);
        peer.send(&whole[cut..]);
        assert_eq!(peer.verdict(), Verdict::Nothing);
        assert!(peer.seen[0].kind == FrameType::SETTINGS && peer.seen[0].flags == 0);
        assert!(peer.seen.iter().any(|seen| seen.kind == FrameType::SETTINGS && seen.flags == 1));
    }
}

#[test]
fn s3_4_an_invalid_preface() {
    for at in 0..PREFACE.len() {
        let mut preface = PREFACE.to_vec();
        preface[at] ^= 0x20;
        let now = Instant::now();
        let mut peer = Peer::of(Connection::server(&Limits::default(), now), now);
        peer.send(&preface);
        assert_eq!(peer.verdict(), PROTOCOL, "octet {at}");
        assert_eq!(peer.connection.state(), State::Closing);
    }
}

#[test]
fn s3_4_settings_come_first() {
    let now = Instant::now();
    let mut peer = Peer::of(Connection::server(&Limits::default(), now), now);
    peer.send(PREFACE);
    peer.get(1);
    assert_eq!(peer.verdict(), PROTOCOL);
}

#[test]
fn s4_1_reserved_bits_and_unknown_flags_are_ignored() {
    let mut peer = Peer::of_server();
    peer.frame(6, 0x16, 0x8000_0000, &[1; 8]);
    assert_eq!(peer.of_kind(FrameType::PING).len(), 1);
    assert_eq!(peer.verdict(), Verdict::Nothing);
}

#[test]
fn s4_1_s5_5_unknown_types_are_ignored() {
    let mut peer = Peer::of_server();
    peer.frame(0x16, 0xff, 0, &[0; 100]);
    peer.frame(0x16, 0, 77, &[]);
    peer.frame(6, 0, 0, &[2; 8]);
    assert_eq!(peer.of_kind(FrameType::PING)[0].payload, [2; 8]);
}

#[test]
fn s4_2_frames_of_the_largest_size_are_taken() {
    let mut peer = Peer::of_server();
    peer.post(1);
    peer.frame(0, END_STREAM, 1, &vec![0; 16_384]);
    assert_eq!(peer.verdict(), Verdict::Nothing);
}

#[test]
fn s4_2_data_too_long_is_an_error_of_the_stream() {
    let mut peer = Peer::of_server();
    peer.post(1);
    peer.frame(0, END_STREAM, 1, &vec![0; 16_385]);
    assert_eq!(peer.verdict(), stream(1, ErrorCode::FRAME_SIZE_ERROR));
    // What follows is read where it begins.
    peer.get(3);
    assert!(matches!(peer.events.last(), Some(Event::Request { stream, .. }) if *stream == id(3)));
}

#[test]
fn s4_2_headers_and_settings_too_long_are_errors_of_the_connection() {
    for (kind, stream) in [(1, 1), (4, 0), (9, 1), (5, 1)] {
        let mut peer = Peer::of_server();
        peer.frame(kind, END_HEADERS, stream, &vec![0; 16_386]);
        assert_eq!(peer.verdict(), SIZE, "type {kind}");
    }
}

#[test]
fn s4_3_a_block_that_cannot_be_decoded() {
    for block in [&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..], &[0x80], &[0x40, 5, b'a'], &[0xbe]] {
        let mut peer = Peer::of_server();
        peer.frame(1, BOTH, 1, block);
        let code = ErrorCode::COMPRESSION_ERROR;
        assert_eq!(peer.verdict(), Verdict::Connection(code), "{block:?}");
    }
}

#[test]
fn s4_3_nothing_interrupts_a_block() {
    for (kind, at) in [(2, 1), (0, 1), (1, 1), (6, 0), (8, 0), (4, 0), (0x16, 0), (9, 3), (1, 3)] {
        let mut peer = Peer::of_server();
        let block = peer.block(&GET);
        peer.frame(1, END_STREAM, 1, &block);
        peer.frame(kind, 0, at, &[0, 0, 0, 0, 0]);
        assert_eq!(peer.verdict(), PROTOCOL, "type {kind} on stream {at}");
    }
}

#[test]
fn s5_1_idle() {
    for (kind, length) in [(0, 1), (3, 4), (8, 4), (9, 1)] {
        let mut peer = Peer::of_server();
        peer.frame(kind, END_HEADERS, 1, &vec![1; length]);
        assert_eq!(peer.verdict(), PROTOCOL, "type {kind}");
    }
}

#[test]
fn s5_1_half_closed_remote() {
    for (kind, payload) in [(0, vec![1]), (1, vec![0x82])] {
        let mut peer = Peer::of_server();
        peer.get(1);
        peer.frame(kind, BOTH, 1, &payload);
        assert_eq!(peer.verdict(), stream(1, ErrorCode::STREAM_CLOSED), "type {kind}");
    }
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.frame(9, END_HEADERS, 1, &[]);
    assert_eq!(peer.verdict(), PROTOCOL);
    // What may come: windows, priorities, the end.
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.window(1, 1);
    peer.frame(2, 0, 1, &[0, 0, 0, 0, 1]);
    peer.frame(3, 0, 1, &[0; 4]);
    assert_eq!(peer.verdict(), Verdict::Nothing);
}

#[test]
fn s5_1_closed_by_the_peers_reset() {
    for (kind, payload) in [(0, vec![1]), (1, vec![0x82, 0x86, 0x84])] {
        let mut peer = Peer::of_server();
        peer.get(1);
        peer.frame(3, 0, 1, &[0, 0, 0, 8]);
        peer.frame(kind, BOTH, 1, &payload);
        assert_eq!(peer.verdict(), stream(1, ErrorCode::STREAM_CLOSED), "type {kind}");
    }
}

#[test]
fn s5_1_closed_by_both_ends() {
    for (kind, payload) in [(0, vec![1]), (1, vec![0x82, 0x86, 0x84])] {
        let mut peer = Peer::of_server();
        peer.get(1);
        peer.connection.send_response(id(1), &response(200), Outgoing::None).unwrap();
        peer.frame(kind, BOTH, 1, &payload);
        assert_eq!(peer.verdict(), CLOSED, "type {kind}");
    }
    // RST_STREAM and WINDOW_UPDATE may have been on their way.
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.connection.send_response(id(1), &response(200), Outgoing::None).unwrap();
    peer.window(1, 5);
    peer.frame(3, 0, 1, &[0; 4]);
    peer.frame(2, 0, 1, &[0, 0, 0, 0, 1]);
    assert_eq!(peer.verdict(), Verdict::Nothing);
}

#[test]
fn s5_1_behind_our_reset_all_is_dropped_and_the_tables_stay_in_step() {
    let mut peer = Peer::of_server();
    peer.post(1);
    peer.connection.reset(id(1), ErrorCode::CANCEL);
    peer.poll();
    peer.seen.clear();
    peer.frame(0, 0, 1, &[0; 1000]);
    peer.headers(1, BOTH, &[("x-new", "entry")]);
    peer.window(1, 9);
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.headers(3, BOTH, &[GET[0], GET[1], GET[2], GET[3], ("x-new", "entry")]);
    let Some(Event::Request { head, .. }) = peer.events.last() else { panic!() };
    let name = http::HeaderName::new("x-new").unwrap();
    assert_eq!(head.request.headers.get(name).unwrap(), "entry");
}

#[test]
fn s5_1_1_identifiers() {
    let mut peer = Peer::of_server();
    peer.get(2);
    assert_eq!(peer.verdict(), PROTOCOL, "even");
    let mut peer = Peer::of_server();
    peer.get(5);
    peer.get(3);
    assert_eq!(peer.verdict(), PROTOCOL, "below");
}

#[test]
fn s5_1_2_more_streams_than_announced() {
    let mut peer = Peer::of_server();
    for stream in (1..).step_by(2).take(100) {
        peer.get(stream);
    }
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.get(201);
    assert_eq!(peer.verdict(), stream(201, ErrorCode::REFUSED_STREAM));
    peer.connection.send_response(id(1), &response(204), Outgoing::None).unwrap();
    peer.get(203);
    assert!(
        matches!(peer.events.last(), Some(Event::Request { stream, .. }) if *stream == id(203))
    );
}

#[test]
fn s5_3_a_stream_that_depends_on_itself() {
    let mut peer = Peer::of_server();
    let mut payload = vec![0, 0, 0, 1, 15];
    payload.extend(peer.block(&GET));
    peer.frame(1, BOTH | PRIORITY, 1, &payload);
    assert_eq!(peer.verdict(), stream(1, ErrorCode::PROTOCOL_ERROR));
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.frame(2, 0, 1, &[0x80, 0, 0, 1, 0]);
    assert_eq!(peer.verdict(), stream(1, ErrorCode::PROTOCOL_ERROR));
}

#[test]
fn s5_4_1_goaway_names_the_last_stream_and_then_reading_ends() {
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.get(7);
    peer.frame(6, 0, 0, &[0; 7]);
    assert_eq!(peer.verdict(), SIZE);
    assert_eq!(peer.of_kind(FrameType::GOAWAY)[0].payload[..4], [0, 0, 0, 7]);
    let before = peer.seen.len();
    peer.frame(6, 0, 0, &[0; 8]);
    assert_eq!(peer.seen.len(), before);
    peer.connection.receive_end(true, peer.now);
    peer.poll();
    assert_eq!(peer.events.last(), Some(&Event::Closed { clean: false }));
}

#[test]
fn s6_1_data() {
    let mut peer = Peer::of_server();
    peer.frame(0, 0, 0, &[1]);
    assert_eq!(peer.verdict(), PROTOCOL);
    let mut peer = Peer::of_server();
    peer.post(1);
    peer.frame(0, PADDED | END_STREAM, 1, &[6, 0, 0, 0, 0, 0]);
    assert_eq!(peer.verdict(), PROTOCOL);
}

#[test]
fn s6_1_padding_counts_for_flow_control_alone() {
    let mut peer = Peer::of_server();
    peer.post(1);
    for _ in 0..300 {
        let mut payload = vec![255];
        payload.extend([7; 1000]);
        payload.extend([0; 255]);
        peer.frame(0, PADDED, 1, &payload);
        peer.connection.release(id(1), 1000);
    }
    peer.poll();
    assert_eq!(peer.verdict(), Verdict::Nothing);
    let padded = peer.events.iter().filter_map(|event| match event {
        Event::Data { octets, .. } => Some(octets.len()),
        _ => None,
    });
    assert_eq!(padded.sum::<usize>(), 300_000);
}

#[test]
fn s6_2_headers() {
    let mut peer = Peer::of_server();
    let block = peer.block(&GET);
    peer.frame(1, BOTH, 0, &block);
    assert_eq!(peer.verdict(), PROTOCOL);
    let mut peer = Peer::of_server();
    peer.frame(1, BOTH | PADDED, 1, &[20, 0x82]);
    assert_eq!(peer.verdict(), PROTOCOL);
    // Padding and priority, as they should be.
    let mut peer = Peer::of_server();
    let block = peer.block(&GET);
    let payload = [&[3, 0, 0, 0, 0, 9][..], &block, &[0; 3]].concat();
    peer.frame(1, BOTH | PADDED | PRIORITY, 1, &payload);
    assert!(matches!(peer.events.last(), Some(Event::Request { .. })));
}

#[test]
fn s6_3_priority() {
    let mut peer = Peer::of_server();
    peer.frame(2, 0, 0, &[0; 5]);
    assert_eq!(peer.verdict(), PROTOCOL);
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.frame(2, 0, 1, &[0; 4]);
    assert_eq!(peer.verdict(), stream(1, ErrorCode::FRAME_SIZE_ERROR));
    let mut peer = Peer::of_server();
    peer.frame(2, 0, 9, &[0, 0, 0, 1, 3]);
    peer.get(1);
    assert_eq!(peer.verdict(), Verdict::Nothing, "of an idle stream");
}

#[test]
fn s6_4_rst_stream() {
    for (stream, length, verdict) in [(0, 4, PROTOCOL), (1, 4, PROTOCOL), (1, 3, SIZE)] {
        let mut peer = Peer::of_server();
        peer.frame(3, 0, stream, &vec![0; length]);
        assert_eq!(peer.verdict(), verdict);
    }
}

#[test]
fn s6_5_settings() {
    for (flags, stream, payload, verdict) in [
        (1, 0, &[0; 6][..], SIZE),
        (0, 1, &[], PROTOCOL),
        (0, 0, &[0; 5], SIZE),
        (0, 0, &[0, 2, 0, 0, 0, 2], PROTOCOL),
        (0, 0, &[0, 4, 0x80, 0, 0, 0], FLOW),
        (0, 0, &[0, 5, 0, 0, 0x3f, 0xff], PROTOCOL),
        (0, 0, &[0, 5, 1, 0, 0, 0], PROTOCOL),
        (0, 0, &[0, 8, 0, 0, 0, 2], PROTOCOL),
        (0, 0, &[0xff, 0xff, 0, 0, 0, 9], Verdict::Nothing),
    ] {
        let mut peer = Peer::of_server();
        peer.frame(4, flags, stream, payload);
        assert_eq!(peer.verdict(), verdict, "{payload:?}");
    }
}

#[test]
fn s6_5_3_settings_are_taken_in_order_and_acknowledged() {
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.connection.send_response(id(1), &response(200), Outgoing::Length(50)).unwrap();
    peer.settings(&[(4, 100), (4, 1)]);
    assert_eq!(peer.of_kind(FrameType::SETTINGS)[0].flags, 1);
    peer.connection.send_data(id(1), &[0; 50]).unwrap();
    peer.connection.send_end(id(1), None).unwrap();
    peer.poll();
    assert_eq!(peer.data_on(1), 1);
}

#[test]
fn s6_7_ping() {
    for (stream, length, verdict) in [(1, 8, PROTOCOL), (0, 6, SIZE)] {
        let mut peer = Peer::of_server();
        peer.frame(6, 0, stream, &vec![0; length]);
        assert_eq!(peer.verdict(), verdict);
    }
    let mut peer = Peer::of_server();
    peer.frame(6, 1, 0, b"12345678");
    assert!(peer.of_kind(FrameType::PING).is_empty(), "an answer is not answered");
    peer.frame(6, 0, 0, b"12345678");
    let answer = peer.of_kind(FrameType::PING)[0];
    assert_eq!((answer.flags, answer.payload.as_slice()), (1, &b"12345678"[..]));
}

#[test]
fn s6_8_goaway() {
    let mut peer = Peer::of_server();
    peer.frame(7, 0, 1, &[0; 8]);
    assert_eq!(peer.verdict(), PROTOCOL);
    let mut peer = Peer::of_server();
    peer.frame(7, 0, 0, &[0, 0, 0, 2, 0, 0, 0, 0]);
    peer.frame(7, 0, 0, &[0, 0, 0, 4, 0, 0, 0, 0]);
    assert_eq!(peer.verdict(), PROTOCOL, "raised");
}

#[test]
fn s6_9_window_update() {
    for (at, payload, verdict) in [
        (0, [0, 0, 0, 0].as_slice(), PROTOCOL),
        (1, &[0, 0, 0, 0], stream(1, ErrorCode::PROTOCOL_ERROR)),
        (0, &[0, 0, 1], SIZE),
        (1, &[0, 0, 1, 0, 0], SIZE),
        (0, &[0x7f, 0xff, 0xff, 0xff], FLOW),
        (1, &[0x7f, 0xff, 0xff, 0xff], stream(1, ErrorCode::FLOW_CONTROL_ERROR)),
    ] {
        let mut peer = Peer::of_server();
        peer.get(1);
        peer.frame(8, 0, at, payload);
        assert_eq!(peer.verdict(), verdict, "{at} {payload:?}");
    }
}

#[test]
fn s6_9_2_a_setting_that_makes_a_window_too_large() {
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.window(1, 0x7fff_ffff - 65_535);
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.settings(&[(4, 65_536)]);
    assert_eq!(peer.verdict(), FLOW);
}

#[test]
fn s6_9_2_windows_may_be_negative() {
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.connection.send_response(id(1), &response(200), Outgoing::Unknown).unwrap();
    peer.settings(&[(4, 3)]);
    peer.connection.send_data(id(1), &[0; 10]).unwrap();
    peer.poll();
    assert_eq!(peer.data_on(1), 3);
    peer.settings(&[(4, 2)]);
    peer.window(1, 1);
    assert_eq!(peer.data_on(1), 3, "the window is 0 again");
    peer.window(1, 1);
    assert_eq!(peer.data_on(1), 4);
}

#[test]
fn s6_9_more_data_than_the_window() {
    let limits = Limits { stream_window: 100, ..Limits::default() };
    let mut peer = Peer::of_server_with(&limits);
    peer.post(1);
    peer.frame(0, 0, 1, &[0; 100]);
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.frame(0, 0, 1, &[0; 1]);
    assert_eq!(peer.verdict(), stream(1, ErrorCode::FLOW_CONTROL_ERROR));
    let limits = Limits { connection_window: 0, ..Limits::default() };
    let mut peer = Peer::of_server_with(&limits);
    peer.post(1);
    for _ in 0..4 {
        peer.frame(0, 0, 1, &[0; 16_000]);
    }
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.frame(0, 0, 1, &[0; 2000]);
    assert_eq!(peer.verdict(), FLOW);
}

#[test]
fn s6_10_continuation() {
    let mut peer = Peer::of_server();
    let block = peer.block(&GET);
    peer.frame(1, END_STREAM, 1, &block[..1]);
    for octet in &block[1..block.len() - 1] {
        peer.frame(9, 0, 1, &[*octet]);
    }
    peer.frame(9, END_HEADERS, 1, &block[block.len() - 1..]);
    assert!(matches!(peer.events.last(), Some(Event::Request { end: true, .. })));
    for (kind, at) in [(9, 0), (9, 1)] {
        let mut peer = Peer::of_server();
        peer.get(1);
        peer.frame(kind, END_HEADERS, at, &[]);
        assert_eq!(peer.verdict(), PROTOCOL);
    }
}

#[test]
fn s8_4_a_client_does_not_push() {
    let mut peer = Peer::of_server();
    peer.get(1);
    let block = peer.block(&GET);
    peer.frame(5, END_HEADERS, 1, &[&[0, 0, 0, 2], block.as_slice()].concat());
    assert_eq!(peer.verdict(), PROTOCOL);
}
