//! RFC 9113 §5.2, §6.9 and RFC 9218: windows, and whose content goes first.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{
    BOTH, END_HEADERS, END_STREAM, GET, POST, Peer, Verdict, id, octets, request, response,
};
use http2::frame::FrameType;
use http2::{ErrorCode, Event, Limits, Misuse, Outgoing};
use std::{sync::Arc, time::Duration};
use wire::{Output, Segment};

fn increments(peer: &Peer, stream: u32) -> u64 {
    let updates = peer.of_kind(FrameType::WINDOW_UPDATE);
    let updates = updates.iter().filter(|seen| seen.stream == stream);
    updates.map(|seen| u64::from(u32::from_be_bytes(seen.payload[..].try_into().unwrap()))).sum()
}

/// Begins an answer of so many octets on each stream.
fn answer(peer: &mut Peer, stream: u32, octets: usize) {
    peer.connection
        .send_response(id(stream), &response(200), Outgoing::Length(octets as u64))
        .unwrap();
    peer.connection.send_vec(id(stream), vec![0; octets]).unwrap();
    peer.connection.send_end(id(stream), None).unwrap();
}

/// The order in which DATA frames came, by stream.
fn order(peer: &Peer) -> Vec<u32> {
    peer.of_kind(FrameType::DATA).iter().map(|seen| seen.stream).collect()
}

#[test]
fn s5_2_a_body_one_octet_over_the_window_arrives() {
    let mut peer = Peer::of_server();
    peer.get(1);
    answer(&mut peer, 1, 65_536);
    peer.poll();
    assert_eq!(peer.data_on(1), 65_535);
    peer.window(1, 1);
    assert_eq!(peer.data_on(1), 65_535);
    peer.window(0, 1);
    assert_eq!(peer.data_on(1), 65_536);
    assert_eq!(peer.of_kind(FrameType::DATA).last().unwrap().flags, END_STREAM);
}

#[test]
fn s6_9_1_an_empty_frame_needs_no_window() {
    let mut peer = Peer::of_server();
    peer.settings(&[(4, 0)]);
    peer.get(1);
    peer.connection.send_response(id(1), &response(200), Outgoing::Unknown).unwrap();
    peer.connection.send_end(id(1), None).unwrap();
    peer.poll();
    assert_eq!(peer.of_kind(FrameType::DATA)[0].flags, END_STREAM);
}

#[test]
fn s6_9_what_is_released_is_given_back_on_both_levels() {
    let mut peer = Peer::of_server();
    peer.post(1);
    let mut sent = 0;
    for _ in 0..100 {
        peer.frame(0, 0, 1, &[0; 16_000]);
        peer.connection.release(id(1), 16_000);
        sent += 16_000_u64;
    }
    peer.poll();
    assert_eq!(peer.verdict(), Verdict::Nothing);
    assert!(increments(&peer, 1) + 262_144 > sent && increments(&peer, 0) + (1 << 20) > sent);
}

#[test]
fn s5_2_2_who_releases_nothing_holds_the_peer_up() {
    let mut peer = Peer::of_server();
    peer.post(1);
    for _ in 0..16 {
        peer.frame(0, 0, 1, &[0; 16_384]);
    }
    assert_eq!(peer.verdict(), Verdict::Nothing);
    assert_eq!(increments(&peer, 1), 0);
    peer.frame(0, 0, 1, &[0]);
    assert_eq!(peer.verdict(), Verdict::Stream(1, ErrorCode::FLOW_CONTROL_ERROR));
    // The stream is gone, and what it held of the connection's window is free again.
    for stream in (3..).step_by(2).take(20) {
        peer.post(stream);
        peer.frame(0, 0, stream, &[0; 16_384]);
        peer.frame(3, 0, stream, &[0, 0, 0, 8]);
    }
    assert!(matches!(peer.verdict(), Verdict::Stream(1, _)));
}

#[test]
fn s6_9_content_of_streams_that_ended_is_released_too() {
    let limits = Limits { connection_window: 65_535, ..Limits::default() };
    let mut peer = Peer::of_server_with(&limits);
    for stream in (1..).step_by(2).take(50) {
        peer.post(stream);
        peer.frame(0, END_STREAM, stream, &[0; 16_000]);
        answer(&mut peer, stream, 0);
        peer.poll();
        peer.connection.release(id(stream), 16_000);
        peer.poll();
    }
    assert_eq!(peer.verdict(), Verdict::Nothing);
}

/// What the peer of stream 1 may send, when in each of eight round trips it sent all that it might.
fn window_behind_eight_round_trips(peer: &mut Peer) -> u64 {
    let mut sent = 0_u64;
    for _ in 0..8 {
        let admitted = 262_144 + increments(peer, 1) - sent;
        for _ in 0..admitted / 16_384 {
            peer.frame(0, 0, 1, &[0; 16_384]);
            peer.connection.release(id(1), 16_384);
            sent += 16_384;
        }
        peer.poll();
        let pings: Vec<_> = peer.of_kind(FrameType::PING).into_iter().cloned().collect();
        for ping in pings {
            peer.frame(6, 1, 0, &ping.payload);
        }
        peer.seen.retain(|seen| seen.kind != FrameType::PING);
    }
    assert_eq!(peer.verdict(), Verdict::Nothing);
    262_144 + increments(peer, 1) - sent
}

#[test]
fn windows_grow_to_what_the_path_holds() {
    let mut server = Peer::of_server();
    server.post(1);
    let mut client = Peer::of_client_with(&sparing(), false);
    client.connection.send_request(&request("/"), Outgoing::None).unwrap();
    client.headers(1, END_HEADERS, &[(":status", "200")]);
    for peer in [&mut server, &mut client] {
        let window = window_behind_eight_round_trips(peer);
        assert!(window > 1 << 20 && window <= 16 << 20, "{window}");
    }
}

/// A client whose connection window holds the first windows of all its streams.
fn sparing() -> Limits {
    Limits { own_streams: 100, connection_window: 64 << 20, ..Limits::default() }
}

#[test]
fn a_window_grows_only_by_what_the_others_do_not_begin_with() {
    let mut peer = Peer::of_client_with(&sparing(), false);
    for stream in (1..).step_by(2).take(100) {
        peer.connection.send_request(&request("/"), Outgoing::None).unwrap();
        peer.headers(stream, END_HEADERS, &[(":status", "200")]);
    }
    assert_eq!(peer.connection.can_request(), Err(Misuse::TooManyStreams));
    let first = window_behind_eight_round_trips(&mut peer);
    assert!(first > 1 << 20, "{first}");
    // Now all the others take what they can get and release nothing.
    let mut held = 0;
    for stream in (3..).step_by(2).take(99) {
        peer.frame(0, 0, stream, &[0; 1]);
        peer.connection.release(id(stream), 1);
        peer.poll();
        let window = 262_144 + increments(&peer, stream) - 1;
        for _ in 0..window / 16_384 {
            peer.frame(0, 0, stream, &[0; 16_384]);
        }
        held += window;
    }
    assert!(held + first <= 64 << 20, "{held} and {first}");
    // Who is read goes on as if the others were not there.
    for _ in 0..1000 {
        peer.frame(0, 0, 1, &[0; 16_384]);
        peer.connection.release(id(1), 16_384);
        peer.poll();
    }
    assert_eq!(peer.verdict(), Verdict::Nothing);
}

#[test]
fn rfc_9218_s10_urgency_first_then_the_order_of_requests() {
    let mut peer = Peer::of_server();
    for (stream, priority) in [(1, "u=5"), (3, "u=1"), (5, "u=3"), (7, "u=1")] {
        peer.headers(stream, BOTH, &[GET[0], GET[1], GET[2], GET[3], ("priority", priority)]);
    }
    for stream in [7, 5, 3, 1] {
        peer.connection.send_response(id(stream), &response(200), Outgoing::Unknown).unwrap();
        peer.connection.send_vec(id(stream), vec![0; 32_768]).unwrap();
    }
    peer.connection.poll_transmit(peer.now, &mut Output::new(0));
    peer.window(0, 1 << 20);
    assert_eq!(order(&peer), [3, 3, 7, 7, 5, 5, 1, 1]);
}

#[test]
fn rfc_9218_s4_2_incremental_responses_take_turns() {
    let mut peer = Peer::of_server();
    peer.window(0, 1 << 20);
    for stream in [1, 3, 5] {
        peer.headers(stream, BOTH, &[GET[0], GET[1], GET[2], GET[3], ("priority", "i")]);
    }
    for stream in [1, 3, 5] {
        answer(&mut peer, stream, 32_768);
    }
    peer.poll();
    assert_eq!(order(&peer), [1, 3, 5, 1, 3, 5]);
}

#[test]
fn rfc_9218_s7_1_priority_update() {
    let mut peer = Peer::of_server();
    peer.settings(&[(4, 1 << 20)]);
    // Before the stream is there, and while it waits.
    peer.frame(16, 0, 0, b"\0\0\0\x05u=0");
    for stream in [1, 3, 5] {
        peer.get(stream);
    }
    peer.frame(16, 0, 0, b"\0\0\0\x03u=1");
    assert!(matches!(peer.events.last(), Some(Event::Priority { .. })));
    for stream in [1, 3, 5] {
        peer.connection.send_response(id(stream), &response(200), Outgoing::Unknown).unwrap();
        peer.connection.send_vec(id(stream), vec![0; 16_384]).unwrap();
    }
    peer.poll();
    assert_eq!(order(&peer), [5, 3, 1]);
    peer.frame(16, 0, 0, &[0, 0, 0, 0, b'i']);
    assert_eq!(peer.verdict(), Verdict::Connection(ErrorCode::PROTOCOL_ERROR));
}

#[test]
fn what_is_urgent_overtakes_what_waits() {
    let limits = Limits { output: 20_000, ..Limits::default() };
    let mut peer = Peer::of_server_with(&limits);
    peer.get(1);
    answer(&mut peer, 1, 60_000);
    let mut out = Output::new(20_000);
    peer.connection.poll_transmit(peer.now, &mut out);
    assert!(out.len() < 40_000, "the output is bounded");
    out.clear();
    let urgent = block(&mut peer);
    peer.connection.receive(&mut octets(1, BOTH, 3, &urgent), peer.now);
    while peer.connection.poll_event().is_some() {}
    answer(&mut peer, 3, 10);
    peer.poll();
    assert_eq!(order(&peer)[0], 3);
}

fn block(peer: &mut Peer) -> Vec<u8> {
    peer.block(&[GET[0], GET[1], GET[2], GET[3], ("priority", "u=0")])
}

#[test]
fn shared_and_external_parts_are_cut_without_a_copy() {
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.connection.send_response(id(1), &response(200), Outgoing::Length(50_000)).unwrap();
    let shared: Arc<[u8]> = vec![7; 20_000].into();
    peer.connection.send_shared(id(1), Arc::clone(&shared)).unwrap();
    peer.connection.send_external(id(1), 30_000).unwrap();
    peer.connection.send_end(id(1), None).unwrap();
    let mut out = Output::new(1 << 20);
    peer.connection.poll_transmit(peer.now, &mut out);
    let (mut own, mut lent, mut external) = (0, 0, Vec::new());
    while let Some(segment) = out.front() {
        let length = match segment {
            Segment::Octets(octets) => {
                match shared.as_ptr_range().contains(&octets.as_ptr()) {
                    true => lent += octets.len(),
                    false => own += octets.len(),
                }
                octets.len() as u64
            }
            Segment::External(length) => {
                external.push(length);
                length
            }
        };
        out.advance(length);
    }
    assert_eq!((lent, external.iter().sum::<u64>()), (20_000, 30_000));
    assert!(own < 200, "{own}");
    let told: Vec<_> = std::iter::from_fn(|| peer.connection.next_external()).collect();
    assert_eq!(told.iter().map(|(_, length)| *length).collect::<Vec<_>>(), external);
    assert!(told.iter().all(|(stream, _)| *stream == id(1)));
}

#[test]
fn an_application_is_told_when_there_is_room() {
    let limits = Limits { stream_output: 100_000, ..Limits::default() };
    let mut peer = Peer::of_server_with(&limits);
    peer.get(1);
    peer.connection.send_response(id(1), &response(200), Outgoing::Unknown).unwrap();
    assert_eq!(peer.connection.output_room(id(1)), 100_000);
    peer.connection.send_vec(id(1), vec![0; 150_000]).unwrap();
    assert_eq!(peer.connection.output_room(id(1)), 0);
    peer.poll();
    peer.window(0, 1 << 20);
    assert!(!peer.events.contains(&Event::Writable(id(1))));
    peer.window(1, 1 << 20);
    assert!(peer.events.contains(&Event::Writable(id(1))));
    assert_eq!(peer.connection.output_room(id(1)), 100_000);
}

#[test]
fn s8_1_1_we_announce_what_we_send() {
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.connection.send_response(id(1), &response(200), Outgoing::Length(3)).unwrap();
    assert_eq!(peer.connection.send_data(id(1), b"four"), Err(Misuse::TooLong { length: 3 }));
    peer.connection.send_data(id(1), b"ab").unwrap();
    assert_eq!(peer.connection.send_end(id(1), None), Err(Misuse::TooShort { missing: 1 }));
    peer.poll();
    assert_eq!(peer.verdict(), Verdict::Stream(1, ErrorCode::INTERNAL_ERROR));
}

#[test]
fn s8_1_trailers_stand_behind_all_content() {
    let mut peer = Peer::of_server();
    peer.settings(&[(4, 10)]);
    peer.get(1);
    peer.connection.send_response(id(1), &response(200), Outgoing::Unknown).unwrap();
    peer.connection.send_data(id(1), &[0; 25]).unwrap();
    let mut trailers = http::HeaderMap::new();
    trailers.try_append("X-Sum", "25").unwrap();
    peer.connection.send_end(id(1), Some(&trailers)).unwrap();
    peer.poll();
    peer.window(1, 10);
    assert_eq!(peer.of_kind(FrameType::HEADERS).len(), 1);
    peer.window(1, 10);
    let kinds: Vec<_> = peer.seen.iter().map(|seen| seen.kind).collect();
    assert_eq!(kinds.last(), Some(&FrameType::HEADERS));
    assert_eq!(peer.data_on(1), 25);
}

#[test]
fn s8_1_rst_stream_stands_behind_end_stream() {
    let mut peer = Peer::of_server();
    peer.settings(&[(4, 10)]);
    peer.post(1);
    answer(&mut peer, 1, 15);
    peer.connection.reset(id(1), ErrorCode::NO_ERROR);
    peer.poll();
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.window(1, 10);
    // What is left of the request may be on its way: for a while it is only looked at.
    peer.frame(0, 0, 1, b"ab");
    assert_eq!(peer.seen.last().unwrap().kind, FrameType::DATA);
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.pass(http2::Limits::default().rest_timeout);
    let last: Vec<_> = peer.seen.iter().rev().take(2).map(|seen| seen.kind).collect();
    assert_eq!(last, [FrameType::RST_STREAM, FrameType::DATA]);
    assert_eq!(peer.verdict(), Verdict::Stream(1, ErrorCode::NO_ERROR));
}

#[test]
fn s8_1_the_rest_of_an_answered_request_still_has_rules() {
    type Act = fn(&mut Peer);
    let fatal = |code| Verdict::Stream(1, code);
    let acts: [(&str, Act, Verdict); 6] = [
        ("the length differs", |peer| peer.frame(0, 1, 1, b"ab"), fatal(ErrorCode::PROTOCOL_ERROR)),
        ("a window of nothing", |peer| peer.window(1, 0), fatal(ErrorCode::PROTOCOL_ERROR)),
        (
            "a window too large",
            |peer| peer.window(1, 0x7fff_ffff),
            fatal(ErrorCode::FLOW_CONTROL_ERROR),
        ),
        (
            "trailers that do not end it",
            |peer| peer.headers(1, END_HEADERS, &[("x", "y")]),
            fatal(ErrorCode::PROTOCOL_ERROR),
        ),
        ("its end", |peer| peer.frame(0, 1, 1, b"abc"), Verdict::Nothing),
        ("the peer's own reset", |peer| peer.frame(3, 0, 1, &[0; 4]), Verdict::Nothing),
    ];
    for (name, act, verdict) in acts {
        let mut peer = Peer::of_server();
        let length = [("content-length", "3")];
        peer.headers(1, END_HEADERS, &[&POST[..], &length[..]].concat());
        answer(&mut peer, 1, 5);
        peer.connection.reset(id(1), ErrorCode::NO_ERROR);
        peer.poll();
        assert_eq!(peer.verdict(), Verdict::Nothing, "{name}");
        act(&mut peer);
        assert_eq!(peer.verdict(), verdict, "{name}");
        peer.pass(Duration::from_secs(1));
        assert_eq!(peer.verdict(), verdict, "{name}: and nothing later");
    }
}

#[test]
fn s8_1_a_long_rest_is_refused_before_it_has_come() {
    let mut peer = Peer::of_server();
    peer.post(1);
    answer(&mut peer, 1, 5);
    peer.connection.reset(id(1), ErrorCode::NO_ERROR);
    for _ in 0..9 {
        peer.frame(0, 0, 1, &[0; 16_384]);
    }
    assert_eq!(peer.verdict(), Verdict::Stream(1, ErrorCode::NO_ERROR));
    let windows = peer.of_kind(FrameType::WINDOW_UPDATE);
    assert!(windows.iter().all(|seen| seen.stream == 0), "the stream's own stays shut");
}

#[test]
fn s4_2_s6_10_a_long_head_is_cut_into_frames_that_the_peer_takes() {
    let mut peer = Peer::of_client();
    let mut request = request("/");
    for at in 0..5 {
        let name = format!("x-{at}");
        request.headers.try_append(&name, &"~".repeat(8000)).unwrap();
    }
    peer.connection.send_request(&request, Outgoing::None).unwrap();
    peer.poll();
    assert!(peer.seen.iter().all(|seen| seen.payload.len() <= 16_384));
    assert_eq!(peer.seen[0].flags, END_STREAM);
    assert_eq!(peer.seen.last().unwrap().flags, END_HEADERS);
    let whole: Vec<u8> = peer.seen.iter().flat_map(|seen| seen.payload.clone()).collect();
    let limits = hpack::Limits { list_size: 1 << 20, ..hpack::Limits::default() };
    peer.decoder = hpack::Decoder::new(limits);
    assert_eq!(peer.decode(&whole).len(), 9);
}

#[test]
fn stalls_are_not_counted_while_content_moves() {
    let mut peer = Peer::of_server();
    peer.get(1);
    answer(&mut peer, 1, 400_000);
    for _ in 0..50 {
        peer.pass(Duration::from_secs(5));
        peer.window(0, 5000);
        peer.window(1, 5000);
    }
    assert_eq!(peer.verdict(), Verdict::Nothing);
}
