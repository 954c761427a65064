//! What RFC 9113 §3, §4, §5 and §7 ask of a server.

use http2::frame::PREFACE;

use crate::case::{Case, case};
use crate::raw::{BOTH, END_HEADERS, END_STREAM, PRIORITY, Peer, kind};
use crate::want::{
    COMPRESSION, FRAME_SIZE, PROTOCOL, REFUSED, STREAM_CLOSED,
    Want::{Alive, AliveOrClosed, Answer, Closed, Connection, Pong, Reset, Settings, Stream},
};

/// §3 to §5, and §7.
pub(crate) const RULES: &[Case] = &[
    Case::bare("3.4", "SETTINGS are the first that a server says", preface, Settings),
    Case::bare("3.4", "no preface", |p| p.send(b"INVALID CONNECTION PREFACE\r\n\r\n"), Closed),
    case("4.1", "a frame of a type that nobody knows", |p| p.frame(0x16, 0, 0, &[0; 8]), Alive),
    case(
        "4.1",
        "flags that nobody knows",
        |p| p.frame(kind::PING, 0x16, 0, b"flagged!"),
        Pong(*b"flagged!"),
    ),
    case(
        "4.1",
        "the reserved bit",
        |p| {
            p.frame(kind::WINDOW_UPDATE, 0, 1 << 31, &[0, 0, 0, 1]);
            p.get(1);
        },
        Answer,
    ),
    case(
        "4.2",
        "DATA of 2^14 octets",
        |p| {
            p.post(1, &[]);
            p.data(1, true, &[b'x'; 16_384]);
        },
        Answer,
    ),
    case(
        "4.2",
        "DATA of more than a frame may hold",
        |p| {
            p.post(1, &[]);
            p.data(1, true, &[b'x'; 16_385]);
        },
        Stream(&[FRAME_SIZE]),
    ),
    case(
        "4.2",
        "HEADERS of more than a frame may hold",
        |p| {
            let block = [p.request("GET", &[]), p.filler(5)].concat();
            p.frame(kind::HEADERS, BOTH, 1, &block);
        },
        Connection(&[FRAME_SIZE]),
    ),
    case(
        "4.3",
        "a block that ends in a field",
        |p| p.frame(1, BOTH, 1, &[0x40]),
        Connection(&[COMPRESSION]),
    ),
    case(
        "4.3",
        "PRIORITY in the middle of a block",
        |p| {
            half(p);
            p.priority(1, 0, 255);
            let b = p.filler(1);
            p.frame(9, 4, 1, &b);
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "4.3",
        "another stream's HEADERS in the middle of a block",
        |p| {
            half(p);
            p.get(3);
        },
        Connection(&[PROTOCOL]),
    ),
    case("5.1", "idle: DATA", |p| p.data(1, true, b"test"), Connection(&[PROTOCOL])),
    case("5.1", "idle: RST_STREAM", |p| p.reset(1, 8), Connection(&[PROTOCOL])),
    case("5.1", "idle: WINDOW_UPDATE", |p| p.window(1, 100), Connection(&[PROTOCOL])),
    case("5.1", "idle: CONTINUATION", |p| continuation(p, 1), Connection(&[PROTOCOL])),
    case(
        "5.1",
        "half-closed (remote): DATA",
        |p| {
            p.get(1);
            p.data(1, true, b"test");
        },
        Stream(&[STREAM_CLOSED]),
    ),
    case(
        "5.1",
        "half-closed (remote): HEADERS",
        |p| {
            p.get(1);
            p.get(1);
        },
        Stream(&[STREAM_CLOSED]),
    ),
    case(
        "5.1",
        "half-closed (remote): CONTINUATION",
        |p| {
            p.get(1);
            continuation(p, 1);
        },
        Stream(&[STREAM_CLOSED, PROTOCOL]),
    ),
    case(
        "5.1",
        "closed by RST_STREAM: DATA",
        |p| {
            p.open(1);
            p.reset(1, 8);
            p.data(1, true, b"test");
        },
        Stream(&[STREAM_CLOSED]),
    ),
    case(
        "5.1",
        "closed by RST_STREAM: HEADERS",
        |p| {
            p.open(1);
            p.reset(1, 8);
            p.get(1);
        },
        Stream(&[STREAM_CLOSED]),
    ),
    case(
        "5.1",
        "closed by RST_STREAM: CONTINUATION",
        |p| {
            p.open(1);
            p.reset(1, 8);
            continuation(p, 1);
        },
        Stream(&[STREAM_CLOSED, PROTOCOL]),
    ),
    case(
        "5.1",
        "closed: DATA",
        |p| {
            closed(p);
            p.data(1, true, b"t");
        },
        Connection(&[STREAM_CLOSED]),
    ),
    case(
        "5.1",
        "closed: HEADERS",
        |p| {
            closed(p);
            p.get(1);
        },
        Connection(&[STREAM_CLOSED]),
    ),
    case(
        "5.1",
        "closed: CONTINUATION",
        |p| {
            closed(p);
            continuation(p, 1);
        },
        Connection(&[STREAM_CLOSED, PROTOCOL]),
    ),
    case("5.1.1", "a client's stream is even", |p| p.get(2), Connection(&[PROTOCOL])),
    case(
        "5.1.1",
        "a stream below the last",
        |p| {
            p.get(5);
            p.get(3);
        },
        Connection(&[PROTOCOL]),
    ),
    case("5.1.2", "one stream too many, ended", |p| many(p, true), Stream(&[PROTOCOL, REFUSED])),
    case("5.1.2", "one stream too many, open", |p| many(p, false), Stream(&[PROTOCOL, REFUSED])),
    case(
        "5.3.1",
        "HEADERS that depend on themselves",
        |p| prioritized(p, 1, 1),
        Stream(&[PROTOCOL]),
    ),
    case(
        "5.3.1",
        "PRIORITY that depends on itself",
        |p| p.priority(1, 1, 255),
        Stream(&[PROTOCOL]),
    ),
    case("5.4.1", "the connection is closed", |p| p.frame(6, 0, 3, &[0; 8]), Closed),
    case("5.4.1", "GOAWAY says why", |p| p.frame(6, 0, 3, &[0; 8]), Connection(&[PROTOCOL])),
    case("5.5", "an extension's frame", |p| p.frame(0x16, 0, 0, &[0; 8]), Alive),
    case(
        "5.5",
        "an extension's frame in the middle of a block",
        |p| {
            half(p);
            p.frame(0x16, 0, 0, &[0; 8]);
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "7",
        "GOAWAY with a code that nobody knows",
        |p| p.frame(kind::GOAWAY, 0, 0, b"\0\0\0\0\0\0\0\xff"),
        AliveOrClosed,
    ),
    case(
        "7",
        "RST_STREAM with a code that nobody knows",
        |p| {
            p.post(1, &[]);
            p.reset(1, 255);
        },
        Alive,
    ),
    case(
        "5.4.2",
        "a stream's error leaves the connection",
        |p| {
            p.post(1, &[]);
            p.window(1, 0);
        },
        Reset(PROTOCOL),
    ),
    case(
        "5.4.2",
        "and is answered by nothing else",
        |p| {
            p.open(1);
            p.window(1, 0);
        },
        Alive,
    ),
];

fn preface(peer: &mut Peer) {
    peer.send(PREFACE);
    peer.set(&[(4, 65_535)]);
}

/// A stream that has come to its end.
pub(crate) fn closed(peer: &mut Peer) {
    peer.get(1);
    peer.wait_end(1);
}

/// HEADERS whose block goes on.
pub(crate) fn half(peer: &mut Peer) {
    let block = peer.request("GET", &[]);
    peer.frame(kind::HEADERS, END_STREAM, 1, &block);
}

/// A CONTINUATION frame that ends a block.
fn continuation(peer: &mut Peer, stream: u32) {
    let block = peer.filler(1);
    peer.frame(kind::CONTINUATION, END_HEADERS, stream, &block);
}

/// A GET that says on whom it depends.
pub(crate) fn prioritized(peer: &mut Peer, stream: u32, on: u32) {
    let mut block = on.to_be_bytes().to_vec();
    block.push(255);
    block.extend(peer.request("GET", &[]));
    peer.frame(kind::HEADERS, BOTH | PRIORITY, stream, &block);
}

/// One stream more than the server admits, none of which can come to its end.
fn many(peer: &mut Peer, end: bool) {
    let most = peer.setting(3).expect("a server that says how many");
    peer.set(&[(4, 0)]);
    for at in 0..=most {
        match end {
            true => peer.get(2 * at + 1),
            false => peer.post(2 * at + 1, &[]),
        }
    }
}
