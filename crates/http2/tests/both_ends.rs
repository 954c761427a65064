//! RFC 9113: what holds for both ends, in what they send and in what they keep.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{BOTH, END_HEADERS, END_STREAM, POST, Peer, Verdict, id, request, response};
use http2::frame::{FrameType, PREFACE};
use http2::{Connection, ErrorCode, Event, Limits, Outgoing};
use std::time::Instant;

const COMPRESSION: Verdict = Verdict::Connection(ErrorCode::COMPRESSION_ERROR);

/// Each frame's type, flags, and identifier with its reserved bit.
fn heads(octets: &[u8]) -> Vec<(u8, u8, u32)> {
    let mut rest = octets.strip_prefix(PREFACE).unwrap_or(octets);
    let mut heads = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes([0, rest[0], rest[1], rest[2]]) as usize;
        heads.push((rest[3], rest[4], u32::from_be_bytes(rest[5..9].try_into().unwrap())));
        rest = &rest[9 + length..];
    }
    heads
}

#[test]
fn s4_1_what_means_nothing_is_not_set() {
    let now = Instant::now();
    let limits = Limits::default();
    let options = http2::ClientOptions { scheme: http::message::Scheme::Http, push: true };
    let mut client = Connection::client(&limits, options, now);
    let mut server = Connection::server(&limits, now);
    let first = client.send_request(&request("/"), Outgoing::None).unwrap();
    let mut sent = Vec::new();
    for turn in 0..8 {
        for from_client in [true, false] {
            let (from, to) =
                if from_client { (&mut client, &mut server) } else { (&mut server, &mut client) };
            let mut out = wire::Output::new(1 << 20);
            from.poll_transmit(now, &mut out);
            let mut octets = out.take();
            sent.extend(heads(&octets));
            to.receive(&mut octets, now);
            while to.poll_event().is_some() {}
        }
        match turn {
            0 => {
                let pushed = server.push(first, &request("/style")).unwrap();
                for stream in [first, pushed] {
                    server.send_response(stream, &response(200), Outgoing::Unknown).unwrap();
                    server.send_data(stream, &[7; 20_000]).unwrap();
                }
                let mut trailers = http::HeaderMap::new();
                trailers.try_append("X-Sum", "7").unwrap();
                server.send_end(first, Some(&trailers)).unwrap();
                server.ping([1; 8]);
            }
            1 => client.reset(http2::StreamId::new(2), ErrorCode::CANCEL),
            2 => server.shut_down(now),
            _ => {}
        }
    }
    let mut kinds: Vec<u8> = sent.iter().map(|(kind, ..)| *kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, [0, 1, 3, 4, 5, 6, 7, 8]);
    for (kind, flags, stream) in sent {
        let known = match kind {
            0 => 0x9,
            1 => 0x2d,
            4 | 6 => 0x1,
            5 => 0xc,
            9 => 0x4,
            _ => 0,
        };
        assert_eq!((flags & !known, stream >> 31), (0, 0), "type {kind}");
    }
}

#[test]
fn s4_3_1_a_table_that_we_made_smaller_must_be_told_of() {
    let limits = Limits { header_table: 100, ..Limits::default() };
    for (block, verdict) in [
        (&b"\x82\x86\x84\x41\x01a"[..], COMPRESSION),
        (b"\x3f\x46\x82\x86\x84\x41\x01a", COMPRESSION),
        (b"\x3f\x45\x82\x86\x84\x41\x01a", Verdict::Nothing),
        (b"\x20\x82\x86\x84\x41\x01a", Verdict::Nothing),
    ] {
        let mut peer = Peer::of_server_with(&limits);
        peer.frame(1, BOTH, 1, block);
        assert_eq!(peer.verdict(), verdict, "{block:x?}");
    }
}

#[test]
fn s4_3_1_we_tell_of_a_table_that_the_peer_made_smaller() {
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.settings(&[(1, 0), (1, 4096)]);
    peer.connection.send_response(id(1), &response(200), Outgoing::None).unwrap();
    peer.poll();
    // The smallest comes first, and then what is used from here on.
    assert_eq!(peer.of_kind(FrameType::HEADERS)[0].payload[0], 0x20);
}

#[test]
fn s5_4_2_a_reset_is_not_answered_with_a_reset() {
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.post(3);
    peer.get(5);
    peer.connection.send_response(id(5), &response(204), Outgoing::None).unwrap();
    for stream in [1, 1, 3, 5] {
        peer.frame(3, 0, stream, &[0, 0, 0, 8]);
    }
    peer.poll();
    assert_eq!(peer.verdict(), Verdict::Nothing);
}

#[test]
fn s6_4_behind_the_peers_reset_nothing_is_sent() {
    let mut peer = Peer::of_server();
    peer.settings(&[(4, 10)]);
    peer.post(1);
    peer.frame(0, 0, 1, &[0; 10_000]);
    peer.connection.send_response(id(1), &response(200), Outgoing::Unknown).unwrap();
    peer.connection.send_data(id(1), &[0; 100]).unwrap();
    peer.poll();
    assert_eq!(peer.data_on(1), 10);
    peer.seen.clear();
    peer.frame(3, 0, 1, &[0, 0, 0, 8]);
    peer.window(1, 1000);
    peer.connection.release(id(1), 10_000);
    assert!(peer.connection.send_data(id(1), b"more").is_err());
    assert!(peer.connection.send_end(id(1), None).is_err());
    peer.poll();
    assert!(peer.seen.iter().all(|seen| seen.stream != 1), "{:?}", peer.seen);
}

#[test]
fn s6_8_what_goaway_leaves_out_keeps_tables_and_windows_in_step() {
    let mut peer = Peer::of_server();
    peer.post(1);
    peer.connection.shut_down(peer.now);
    peer.poll();
    let ping = peer.of_kind(FrameType::PING)[0].payload.clone();
    peer.frame(6, 1, 0, &ping);
    assert_eq!(peer.of_kind(FrameType::GOAWAY)[1].payload[..4], [0, 0, 0, 1]);
    peer.events.clear();
    // Not looked at, but for the field that it puts into the table …
    peer.headers(3, END_HEADERS, &[POST[0], POST[1], POST[2], POST[3], ("x-new", "entry")]);
    assert!(peer.events.is_empty());
    // … and the window that its content takes, and gets back.
    for _ in 0..200 {
        peer.frame(0, 0, 3, &[0; 16_384]);
    }
    let given: u32 = peer
        .of_kind(FrameType::WINDOW_UPDATE)
        .iter()
        .filter(|seen| seen.stream == 0)
        .map(|seen| u32::from_be_bytes(seen.payload[..].try_into().unwrap()))
        .sum();
    assert!(given > 200 * 16_384 - (1 << 20), "{given}");
    peer.headers(1, BOTH, &[("x-new", "entry")]);
    let Some(Event::Trailers { trailers, .. }) = peer.events.last() else { panic!() };
    assert_eq!(trailers.get(http::HeaderName::new("x-new").unwrap()).unwrap(), "entry");
}

#[test]
fn s10_5_an_application_that_takes_nothing_holds_one_window() {
    let limits = Limits::default();
    // The answer to what measures the path comes at once, or behind all that the window admits.
    for late in [false, true] {
        let mut peer = Peer::of_server_with(&limits);
        let mut left = limits.connection_window as usize;
        let mut stream = 1;
        while left > 0 {
            peer.headers(stream, END_HEADERS, &POST);
            for _ in 0..limits.stream_window / 16_384 {
                let most = left.min(16_384);
                peer.frame(0, 0, stream, &vec![0; most]);
                left -= most;
                if !late || left == 0 {
                    answer_pings(&mut peer);
                }
            }
            stream += 2;
        }
        assert_eq!(peer.verdict(), Verdict::Nothing);
        let told = peer.of_kind(FrameType::WINDOW_UPDATE);
        assert!(told.is_empty(), "nobody took anything, and there is room: {told:?}, late {late}");
        peer.headers(stream, END_HEADERS, &POST);
        peer.frame(0, END_STREAM, stream, b"x");
        assert_eq!(peer.verdict(), Verdict::Connection(ErrorCode::FLOW_CONTROL_ERROR));
    }
}

fn answer_pings(peer: &mut Peer) {
    let asked: Vec<_> = peer.of_kind(FrameType::PING).into_iter().cloned().collect();
    peer.seen.retain(|seen| seen.kind != FrameType::PING);
    for ping in asked {
        peer.frame(6, 1, 0, &ping.payload);
    }
}
