//! What RFC 9113 §6 asks of a server, type by type.

use crate::case::{Case, case};
use crate::raw::{BOTH, END_HEADERS, END_STREAM, PADDED, Peer, kind};
use crate::want::{
    FLOW_CONTROL, FRAME_SIZE, PROTOCOL, STREAM_CLOSED,
    Want::{Alive, Connection, OneOctet, Pong, Reset, Stream},
};

/// §6.
pub(crate) const RULES: &[Case] = &[
    case("6.1", "DATA on the connection", |p| p.data(0, true, b"test"), Connection(&[PROTOCOL])),
    case(
        "6.1",
        "DATA on a stream that is half-closed",
        |p| {
            p.get(1);
            p.data(1, true, b"test");
        },
        Stream(&[STREAM_CLOSED]),
    ),
    case(
        "6.1",
        "DATA with more padding than payload",
        |p| {
            p.post(1, &[]);
            p.frame(kind::DATA, END_STREAM | PADDED, 1, b"\x06Test");
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.1",
        "DATA without room for the padding's length",
        |p| {
            p.post(1, &[]);
            p.frame(kind::DATA, END_STREAM | PADDED, 1, b"");
        },
        Connection(&[FRAME_SIZE, PROTOCOL]),
    ),
    case(
        "6.2",
        "HEADERS, then PRIORITY",
        |p| {
            half(p);
            p.priority(1, 0, 9);
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.2",
        "HEADERS, then another stream's",
        |p| {
            half(p);
            p.get(3);
        },
        Connection(&[PROTOCOL]),
    ),
    case("6.2", "HEADERS on the connection", |p| p.get(0), Connection(&[PROTOCOL])),
    case(
        "6.2",
        "HEADERS with more padding than payload",
        |p| {
            let block = p.request("GET", &[]);
            let pad = u8::try_from(block.len() + 1).unwrap();
            p.frame(kind::HEADERS, BOTH | PADDED, 1, &[&[pad][..], &block].concat());
        },
        Connection(&[PROTOCOL]),
    ),
    case("6.3", "PRIORITY on the connection", |p| p.priority(0, 0, 255), Connection(&[PROTOCOL])),
    case(
        "6.3",
        "PRIORITY of four octets",
        |p| {
            p.get(1);
            p.frame(kind::PRIORITY, 0, 1, &[0x80, 0, 0, 1]);
        },
        Stream(&[FRAME_SIZE]),
    ),
    case("6.4", "RST_STREAM on the connection", |p| p.reset(0, 8), Connection(&[PROTOCOL])),
    case("6.4", "RST_STREAM on an idle stream", |p| p.reset(1, 8), Connection(&[PROTOCOL])),
    case(
        "6.4",
        "RST_STREAM of three octets",
        |p| {
            p.open(1);
            p.frame(kind::RST_STREAM, 0, 1, &[0; 3]);
        },
        Connection(&[FRAME_SIZE]),
    ),
    case("6.5", "an ACK with a payload", |p| p.frame(4, 1, 0, &[0]), Connection(&[FRAME_SIZE])),
    case(
        "6.5",
        "SETTINGS on a stream",
        |p| p.frame(4, 0, 1, &[0, 3, 0, 0, 0, 9]),
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.5",
        "SETTINGS of three octets",
        |p| p.frame(4, 0, 0, &[0, 3, 0]),
        Connection(&[FRAME_SIZE]),
    ),
    case("6.5.2", "ENABLE_PUSH is 2", |p| p.set(&[(2, 2)]), Connection(&[PROTOCOL])),
    case(
        "6.5.2",
        "INITIAL_WINDOW_SIZE is 2^31",
        |p| p.set(&[(4, 1 << 31)]),
        Connection(&[FLOW_CONTROL]),
    ),
    case("6.5.2", "MAX_FRAME_SIZE is 2^14 - 1", |p| p.set(&[(5, 16_383)]), Connection(&[PROTOCOL])),
    case("6.5.2", "MAX_FRAME_SIZE is 2^24", |p| p.set(&[(5, 1 << 24)]), Connection(&[PROTOCOL])),
    case("6.5.2", "a setting that nobody knows", |p| p.set(&[(0xff, 1)]), Alive),
    case(
        "6.5.3",
        "settings hold in their order",
        |p| {
            p.set(&[(4, 100), (4, 1)]);
            p.wait(kind::SETTINGS);
            p.get(1);
        },
        OneOctet,
    ),
    case("6.7", "PING", |p| p.ping(*b"answered"), Pong(*b"answered")),
    case(
        "6.7",
        "an answer is not answered",
        |p| {
            p.frame(kind::PING, 1, 0, b"invalid!");
            p.ping(*b"answered");
        },
        Pong(*b"answered"),
    ),
    case("6.7", "PING on a stream", |p| p.frame(6, 0, 1, &[0; 8]), Connection(&[PROTOCOL])),
    case("6.7", "PING of six octets", |p| p.frame(6, 0, 0, &[0; 6]), Connection(&[FRAME_SIZE])),
    case("6.8", "GOAWAY on a stream", |p| p.frame(7, 0, 1, &[0; 8]), Connection(&[PROTOCOL])),
    case("6.9", "the connection's window grows by 0", |p| p.window(0, 0), Connection(&[PROTOCOL])),
    case(
        "6.9",
        "a stream's window grows by 0",
        |p| {
            p.open(1);
            p.window(1, 0);
        },
        Stream(&[PROTOCOL]),
    ),
    case(
        "6.9",
        "WINDOW_UPDATE of three octets",
        |p| p.frame(8, 0, 0, &[0, 0, 1]),
        Connection(&[FRAME_SIZE]),
    ),
    case(
        "6.9.1",
        "a window of one octet",
        |p| {
            p.set(&[(4, 1)]);
            p.wait(kind::SETTINGS);
            p.get(1);
        },
        OneOctet,
    ),
    case(
        "6.9.1",
        "the connection's window grows too large",
        |p| {
            p.window(0, 0x7fff_ffff);
            p.window(0, 0x7fff_ffff);
        },
        Connection(&[FLOW_CONTROL]),
    ),
    case(
        "6.9.1",
        "a stream's window grows too large",
        |p| {
            p.open(1);
            p.window(1, 0x7fff_ffff);
            p.window(1, 0x7fff_ffff);
        },
        Reset(FLOW_CONTROL),
    ),
    case(
        "6.9.2",
        "windows change with the setting",
        |p| {
            p.set(&[(4, 0)]);
            p.wait(kind::SETTINGS);
            p.get(1);
            p.set(&[(4, 1)]);
            p.wait(kind::SETTINGS);
        },
        OneOctet,
    ),
    case("6.9.2", "windows may be negative", negative, OneOctet),
    case(
        "6.9.2",
        "the setting is too large",
        |p| p.set(&[(4, 0xffff_ffff)]),
        Connection(&[FLOW_CONTROL]),
    ),
    case(
        "6.9.2",
        "the setting makes a window too large",
        |p| {
            p.set(&[(4, 0)]);
            p.open(1);
            p.window(1, 0x7fff_ffff);
            p.set(&[(4, 65_535)]);
        },
        Connection(&[FLOW_CONTROL]),
    ),
    case(
        "6.10",
        "two CONTINUATION frames",
        |p| {
            half(p);
            more(p, 1, false);
            more(p, 1, true);
        },
        crate::want::Want::Answer,
    ),
    case(
        "6.10",
        "CONTINUATION, then DATA",
        |p| {
            half(p);
            more(p, 1, false);
            p.data(1, true, b"test");
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.10",
        "CONTINUATION on the connection",
        |p| {
            half(p);
            more(p, 0, true);
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.10",
        "CONTINUATION behind HEADERS that ended",
        |p| {
            p.open(1);
            more(p, 1, true);
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.10",
        "CONTINUATION behind CONTINUATION that ended",
        |p| {
            half(p);
            more(p, 1, true);
            more(p, 1, true);
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.10",
        "CONTINUATION behind DATA",
        |p| {
            p.open(1);
            p.data(1, true, b"test");
            more(p, 1, true);
        },
        Connection(&[PROTOCOL]),
    ),
];

/// HEADERS whose block goes on.
fn half(peer: &mut Peer) {
    let block = peer.request("GET", &[]);
    peer.frame(kind::HEADERS, END_STREAM, 1, &block);
}

fn more(peer: &mut Peer, stream: u32, end: bool) {
    let block = peer.filler(1);
    peer.frame(kind::CONTINUATION, if end { END_HEADERS } else { 0 }, stream, &block);
}

/// Three octets come, the window falls to -1 and rises to 1.
fn negative(peer: &mut Peer) {
    peer.set(&[(4, 3)]);
    peer.wait(kind::SETTINGS);
    peer.get(1);
    peer.wait(kind::DATA);
    peer.set(&[(4, 2)]);
    peer.wait(kind::SETTINGS);
    peer.window(1, 2);
}
