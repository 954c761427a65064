//! RFC 9113 §10.5: one bounded script for each attack that had a name. The connection ends as its
//! limit says, and its memory stays flat until then.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{BOTH, END_HEADERS, END_STREAM, GET, POST, Peer, Verdict, id, octets, response};
use http2::frame::FrameType;
use http2::{ErrorCode, Event, Limits, Outgoing};
use std::time::Duration;

const CALM: Verdict = Verdict::Connection(ErrorCode::ENHANCE_YOUR_CALM);
const CANCEL: [u8; 4] = [0, 0, 0, 8];

/// Octets a connection may hold while it is attacked.
const MEMORY: usize = 256 * 1024;

#[test]
fn rapid_reset_before_anybody_looks() {
    let mut peer = Peer::of_server();
    let block = peer.block(&GET);
    let mut all = Vec::new();
    for stream in (1..).step_by(2).take(21) {
        all.extend(octets(1, BOTH, stream, &block));
        all.extend(octets(3, 0, stream, &CANCEL));
    }
    peer.send(&all);
    assert_eq!(peer.verdict(), CALM);
}

#[test]
fn rapid_reset_of_requests_that_were_seen() {
    let mut peer = Peer::of_server();
    let mut turns = 0;
    for stream in (1..).step_by(2) {
        peer.get(stream);
        peer.frame(3, 0, stream, &CANCEL);
        if peer.verdict() == CALM {
            break;
        }
        turns += 1;
    }
    assert_eq!(turns, 1000);
    // An honest client may cancel now and then for ever.
    let mut peer = Peer::of_server();
    for stream in (1..).step_by(2).take(3000) {
        peer.get(stream);
        peer.frame(3, 0, stream, &CANCEL);
        peer.now += Duration::from_millis(31);
    }
    assert_eq!(peer.verdict(), Verdict::Nothing);
}

#[test]
fn made_you_reset() {
    // Each makes us reset a stream whose request the application works on.
    let tricks: [fn(&mut Peer, u32); 4] = [
        |peer, stream| peer.window(stream, 0),
        |peer, stream| peer.window(stream, 0x7fff_ffff),
        |peer, stream| peer.frame(2, 0, stream, &[&stream.to_be_bytes()[..], &[0]].concat()),
        |peer, stream| peer.frame(0, END_STREAM, stream, &[1]),
    ];
    for (at, trick) in tricks.iter().enumerate() {
        let mut peer = Peer::of_server();
        let mut turns = 0;
        for stream in (1..).step_by(2).take(1200) {
            peer.get(stream);
            trick(&mut peer, stream);
            turns += 1;
            if peer.verdict() == CALM {
                break;
            }
            assert!(matches!(peer.verdict(), Verdict::Stream(..)), "trick {at}");
            assert!(peer.connection.held() < MEMORY);
        }
        assert!(turns <= 1001, "trick {at}: {turns}");
        assert_eq!(peer.verdict(), CALM, "trick {at}");
    }
}

#[test]
fn malformed_requests_cost_as_resets_do() {
    let mut peer = Peer::of_server();
    for stream in (1..).step_by(2).take(1001) {
        peer.headers(stream, BOTH, &GET[..2]);
    }
    assert_eq!(peer.verdict(), CALM);
}

#[test]
fn continuation_flood() {
    let mut peer = Peer::of_server();
    peer.frame(1, END_STREAM, 1, &[]);
    for _ in 0..8 {
        peer.frame(9, 0, 1, &[]);
        assert_eq!(peer.verdict(), Verdict::Nothing);
    }
    peer.frame(9, 0, 1, &[]);
    assert_eq!(peer.verdict(), CALM);
    let mut peer = Peer::of_server();
    peer.frame(1, END_STREAM, 1, &[0; 16_384]);
    for _ in 0..4 {
        peer.frame(9, 0, 1, &[0; 16_384]);
        assert!(peer.connection.held() < MEMORY);
    }
    assert_eq!(peer.verdict(), CALM, "before anything was decoded");
}

#[test]
fn a_block_that_never_ends() {
    let mut peer = Peer::of_server();
    peer.frame(1, END_STREAM, 1, &[0x82]);
    peer.pass(Duration::from_secs(29));
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.pass(Duration::from_secs(2));
    assert_eq!(peer.verdict(), CALM);
}

#[test]
fn header_bomb_of_indexed_references() {
    let mut peer = Peer::of_server();
    let long = "v".repeat(3000);
    let block = peer.block(&[POST[0], POST[1], POST[2], POST[3], ("x-bomb", &long)]);
    peer.frame(1, END_HEADERS, 1, &block);
    // One octet each that stands for 3,000: 16,000 of them would be 48 MB.
    let mut bomb = peer.block(&GET);
    bomb.extend([0xbe; 16_000]);
    peer.frame(1, BOTH, 3, &bomb);
    assert!(peer.connection.held() < MEMORY);
    assert!(matches!(peer.verdict(), Verdict::Stream(3, _)));
    assert_eq!(peer.of_kind(FrameType::HEADERS).len(), 1, "431");
}

#[test]
fn empty_data() {
    let mut peer = Peer::of_server();
    peer.post(1);
    for _ in 0..100 {
        peer.frame(0, 0, 1, &[]);
    }
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.frame(0, 0, 1, &[]);
    assert_eq!(peer.verdict(), CALM);
}

#[test]
fn tiny_data() {
    let mut peer = Peer::of_server();
    peer.post(1);
    let mut all = Vec::new();
    for _ in 0..10_001 {
        all.extend(octets(0, 0, 1, &[7]));
    }
    peer.connection.receive(&mut all, peer.now);
    assert!(peer.connection.held() < MEMORY, "{}", peer.connection.held());
    peer.poll();
    assert_eq!(peer.verdict(), CALM);
}

#[test]
fn control_frames() {
    let floods: [(&str, Vec<u8>); 7] = [
        ("PING", octets(6, 0, 0, &[0; 8])),
        ("PING ACK", octets(6, 1, 0, &[0; 8])),
        ("SETTINGS", octets(4, 0, 0, &[])),
        ("SETTINGS ACK", octets(4, 1, 0, &[])),
        ("PRIORITY", octets(2, 0, 1, &[0; 5])),
        ("unknown", octets(0x42, 0, 0, &[])),
        ("PRIORITY_UPDATE", octets(16, 0, 0, &[0, 0, 0, 1, b'i'])),
    ];
    for (name, octets) in floods {
        let mut peer = Peer::of_server();
        let mut flood = octets.repeat(1100);
        peer.connection.receive(&mut flood, peer.now);
        assert!(peer.connection.held() < MEMORY, "{name}");
        peer.poll();
        assert_eq!(peer.verdict(), CALM, "{name}");
        // At an honest pace they may come for ever.
        let mut peer = Peer::of_server();
        for _ in 0..2000 {
            peer.send(&octets);
            peer.now += Duration::from_millis(31);
        }
        assert_eq!(peer.verdict(), Verdict::Nothing, "{name}");
    }
}

#[test]
fn a_peer_that_takes_no_answers_is_not_listened_to() {
    let limits = Limits { answers: 100, ..Limits::default() };
    let mut peer = Peer::of_server_with(&limits);
    peer.poll();
    let mut pings = octets(6, 0, 0, &[0; 8]).repeat(100);
    assert!(peer.connection.wants_receive());
    peer.connection.receive(&mut pings, peer.now);
    assert!(!peer.connection.wants_receive());
    peer.poll();
    assert!(peer.connection.wants_receive());
}

#[test]
fn stalled_windows_are_reaped() {
    let mut peer = Peer::of_server();
    peer.settings(&[(4, 0)]);
    for stream in (1..).step_by(2).take(100) {
        peer.get(stream);
        peer.connection.send_response(id(stream), &response(200), Outgoing::Unknown).unwrap();
        peer.connection.send_data(id(stream), &[0; 1000]).unwrap();
    }
    peer.poll();
    assert_eq!(peer.connection.streams(), 100);
    for _ in 0..60 {
        peer.pass(Duration::from_secs(1));
    }
    assert_eq!(peer.connection.streams(), 0);
    assert_eq!(peer.verdict(), Verdict::Stream(199, ErrorCode::CANCEL));
    assert!(peer.events.iter().any(|event| matches!(event, Event::StreamReset { .. })));
}

#[test]
fn s10_5_content_that_trickles_is_reset() {
    let mut peer = Peer::of_server();
    peer.post(1);
    peer.post(3);
    for second in 0..90_u32 {
        // 300 octets a second are slow; ten are too slow, and so is nothing.
        peer.frame(0, 0, 1, &[0; 300]);
        let open = peer.verdict() == Verdict::Nothing;
        assert_eq!(open, second < 30, "second {second}");
        if open {
            peer.frame(0, 0, 3, &[0; 10]);
        }
        peer.connection.release(id(1), 300);
        peer.pass(Duration::from_secs(1));
    }
    assert_eq!(peer.verdict(), Verdict::Stream(3, ErrorCode::CANCEL));
    assert_eq!(peer.connection.streams(), 1);
}

#[test]
fn s10_5_who_is_fast_hides_nobody_who_is_slow() {
    let mut peer = Peer::of_server();
    peer.post(1);
    peer.post(3);
    for _ in 0..60 {
        for _ in 0..20 {
            peer.frame(0, 0, 1, &[0; 16_384]);
            peer.connection.release(id(1), 16_384);
            peer.poll();
        }
        peer.frame(0, 0, 3, &[0; 1]);
        peer.pass(Duration::from_secs(1));
    }
    assert_eq!(peer.verdict(), Verdict::Stream(3, ErrorCode::CANCEL));
    assert_eq!(peer.connection.streams(), 1);
}

#[test]
fn s10_5_who_waits_for_our_window_or_our_100_is_not_slow() {
    let limits = Limits { stream_window: 1000, window: 1000, ..Limits::default() };
    let mut peer = Peer::of_server_with(&limits);
    peer.post(1);
    peer.frame(0, 0, 1, &[0; 1000]);
    let expecting = [POST.as_slice(), &[("expect", "100-continue")]].concat();
    peer.headers(3, END_HEADERS, &expecting);
    for _ in 0..120 {
        peer.pass(Duration::from_secs(1));
    }
    assert_eq!(peer.verdict(), Verdict::Nothing);
    // Now there is room, and somebody is told to go on.
    peer.connection.release(id(1), 1000);
    peer.connection.send_informational(id(3), &response(100)).unwrap();
    peer.pass(Duration::from_secs(29));
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.pass(Duration::from_secs(3));
    assert_eq!(peer.connection.streams(), 0);
}

#[test]
fn a_shut_connection_window_is_reaped_too() {
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.connection.send_response(id(1), &response(200), Outgoing::Unknown).unwrap();
    peer.window(1, 1_000_000);
    peer.connection.send_vec(id(1), vec![0; 100_000]).unwrap();
    peer.poll();
    assert_eq!(peer.data_on(1), 65_535);
    for _ in 0..60 {
        peer.pass(Duration::from_secs(1));
    }
    assert_eq!(peer.connection.streams(), 0);
}

#[test]
fn settings_that_are_not_acknowledged() {
    let now = std::time::Instant::now();
    let server = http2::Connection::server(&Limits::default(), now);
    let mut peer = Peer::of(server, now);
    peer.send(http2::frame::PREFACE);
    peer.frame(4, 0, 0, &[]);
    peer.pass(Duration::from_secs(11));
    assert_eq!(peer.verdict(), Verdict::Connection(ErrorCode::SETTINGS_TIMEOUT));
}
