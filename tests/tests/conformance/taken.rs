//! What a server must take: every type of frame, as it is meant.

use crate::case::{Case, case};
use crate::frames::{closed, half, prioritized};
use crate::raw::{BOTH, END_HEADERS, END_STREAM, PADDED, Peer, kind};
use crate::want::Want::{Acknowledged, Alive, AliveOrClosed, Answer, Content};

/// What must be taken, whatever type it has.
pub(crate) const TAKEN: &[Case] = &[
    case("5.1", "PRIORITY on an idle stream", |p| p.priority(1, 0, 255), Alive),
    case(
        "5.1",
        "WINDOW_UPDATE on a half-closed stream",
        |p| {
            shut(p);
            p.window(1, 1);
        },
        Content,
    ),
    case(
        "5.1",
        "PRIORITY on a half-closed stream",
        |p| {
            shut(p);
            p.priority(1, 0, 255);
            p.window(1, 1);
        },
        Content,
    ),
    case(
        "5.1",
        "RST_STREAM on a half-closed stream",
        |p| {
            p.get(1);
            p.reset(1, 8);
        },
        Alive,
    ),
    case(
        "5.1",
        "PRIORITY on a closed stream",
        |p| {
            closed(p);
            p.priority(1, 0, 255);
        },
        Alive,
    ),
    case(
        "5.1",
        "WINDOW_UPDATE on a closed stream",
        |p| {
            closed(p);
            p.window(1, 9);
        },
        Alive,
    ),
    case(
        "5.1",
        "RST_STREAM on a closed stream",
        |p| {
            closed(p);
            p.reset(1, 8);
        },
        Alive,
    ),
    case(
        "6.1",
        "a DATA frame",
        |p| {
            p.post(1, &[]);
            p.data(1, true, b"test");
        },
        Answer,
    ),
    case(
        "6.1",
        "two DATA frames",
        |p| {
            p.post(1, &[]);
            p.data(1, false, b"test");
            p.data(1, true, b"test");
        },
        Answer,
    ),
    case(
        "6.1",
        "a DATA frame with padding",
        |p| {
            p.post(1, &[]);
            p.frame(kind::DATA, END_STREAM | PADDED, 1, b"\x06test\0\0\0\0\0\0");
        },
        Answer,
    ),
    case("6.2", "a HEADERS frame", |p| p.get(1), Answer),
    case(
        "6.2",
        "a HEADERS frame with padding",
        |p| {
            let block = padded(p, 4);
            p.frame(kind::HEADERS, BOTH | PADDED, 1, &block);
        },
        Answer,
    ),
    case("6.2", "a HEADERS frame with a priority", |p| prioritized(p, 1, 0), Answer),
    case(
        "6.3",
        "a PRIORITY frame with weight 1",
        |p| {
            p.priority(1, 0, 0);
            p.get(1);
        },
        Answer,
    ),
    case(
        "6.3",
        "a PRIORITY frame with weight 256",
        |p| {
            p.priority(1, 0, 255);
            p.get(1);
        },
        Answer,
    ),
    case(
        "6.3",
        "a PRIORITY frame with a parent",
        |p| {
            p.priority(1, 5, 9);
            p.get(1);
        },
        Answer,
    ),
    case(
        "6.3",
        "a PRIORITY frame that is exclusive",
        |p| {
            p.priority(1, 0x8000_0003, 9);
            p.get(1);
        },
        Answer,
    ),
    case(
        "6.3",
        "a PRIORITY frame of a later stream, and then an earlier stream",
        |p| {
            p.priority(3, 0, 255);
            p.get(1);
        },
        Answer,
    ),
    case(
        "6.4",
        "a RST_STREAM frame",
        |p| {
            p.open(1);
            p.reset(1, 8);
        },
        Alive,
    ),
    case("6.5", "a SETTINGS frame of every setting", every_setting, Acknowledged),
    case("6.5.3", "a SETTINGS frame is acknowledged", |p| p.set(&[(2, 0)]), Acknowledged),
    case("6.7", "a PING frame", |_| {}, Alive),
    case("6.7", "an answer to no PING", |p| p.frame(kind::PING, 1, 0, b"unasked!"), Alive),
    case(
        "6.8",
        "a GOAWAY frame",
        |p| p.frame(kind::GOAWAY, 0, 0, b"\0\0\0\0\0\0\0\0why"),
        AliveOrClosed,
    ),
    case(
        "6.9",
        "a WINDOW_UPDATE frame of the connection",
        |p| {
            p.window(0, 1);
            p.get(1);
        },
        Answer,
    ),
    case(
        "6.9",
        "a WINDOW_UPDATE frame of a stream",
        |p| {
            p.open(1);
            p.window(1, 1);
        },
        Alive,
    ),
    case("6.10", "one CONTINUATION frame", |p| continued(p, 1), Answer),
    case("6.10", "three CONTINUATION frames", |p| continued(p, 3), Answer),
    case("8.1", "GET", |p| p.get(1), Content),
    case(
        "8.1",
        "HEAD",
        |p| {
            let b = p.request("HEAD", &[]);
            p.frame(1, BOTH, 1, &b);
        },
        Answer,
    ),
    case(
        "8.1",
        "POST",
        |p| {
            p.post(1, &[]);
            p.data(1, true, b"test");
        },
        Answer,
    ),
    case(
        "8.1",
        "POST with trailers",
        |p| {
            p.post(1, &[("trailer", "x-test")]);
            p.data(1, false, b"test");
            p.headers(1, BOTH, &[("x-test", "ok")]);
        },
        Answer,
    ),
];

/// A stream whose answer waits for a window.
fn shut(peer: &mut Peer) {
    peer.set(&[(4, 0)]);
    peer.get(1);
}

fn every_setting(peer: &mut Peer) {
    peer.set(&[(1, 4096), (2, 1), (3, 100), (4, 65_535), (5, 16_384), (6, 100)]);
}

fn continued(peer: &mut Peer, count: u8) {
    half(peer);
    for at in 1..=count {
        let block = peer.filler(1);
        peer.frame(kind::CONTINUATION, if at == count { END_HEADERS } else { 0 }, 1, &block);
    }
}

fn padded(peer: &mut Peer, length: u8) -> Vec<u8> {
    let mut block = vec![length];
    block.extend(peer.request("GET", &[]));
    block.extend(vec![0; length.into()]);
    block
}
