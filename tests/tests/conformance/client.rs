//! What RFC 9113 asks of a client: `wirebook get` asks, and is answered by octets.
//!
//! ```text
//!   wirebook get ── preface, SETTINGS, HEADERS ──► Peer
//!                ◄── whatever the case says ──────
//! ```

use std::net::TcpListener;
use std::process::{Command, Stdio};

use http2::frame::PREFACE;

use crate::case::{Case, case};
use crate::program::wirebook;
use crate::raw::{BOTH, END_HEADERS, END_STREAM, Got, PADDED, Peer, kind};
use crate::want::{
    COMPRESSION, FLOW_CONTROL, FRAME_SIZE, PROTOCOL, STREAM_CLOSED,
    Want::{Acknowledged, Alive, Closed, Connection, Pong, Reset, Stream},
};

const CASES: &[Case] = &[
    case("3.4", "an answer", |p| p.answer(), Closed),
    case("4.1", "a frame of a type that nobody knows", |p| p.frame(0x16, 0, 0, &[0; 8]), Alive),
    case(
        "4.1",
        "flags that nobody knows",
        |p| p.frame(6, 0x16, 0, b"flagged!"),
        Pong(*b"flagged!"),
    ),
    case("4.1", "the reserved bit", |p| p.frame(6, 0, 1 << 31, b"reserved"), Pong(*b"reserved")),
    case(
        "4.2",
        "DATA of 2^14 octets",
        |p| {
            p.begin();
            p.data(1, true, &[b'x'; 16_384]);
        },
        Alive,
    ),
    case(
        "4.2",
        "DATA of more than a frame may hold",
        |p| {
            p.begin();
            p.data(1, true, &[b'x'; 16_385]);
        },
        Stream(&[FRAME_SIZE]),
    ),
    case(
        "4.2",
        "HEADERS of more than a frame may hold",
        |p| {
            let block = [&[0x88][..], &p.filler(5)].concat();
            p.frame(1, BOTH, 1, &block);
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
            p.half();
            p.priority(1, 0, 255);
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "4.3",
        "another stream's HEADERS in the middle of a block",
        |p| {
            p.half();
            p.frame(1, BOTH, 3, &[0x88]);
        },
        Connection(&[PROTOCOL]),
    ),
    case("5.1", "idle: DATA", |p| p.data(2, true, b"test"), Connection(&[PROTOCOL])),
    case("5.1", "idle: RST_STREAM", |p| p.reset(2, 8), Connection(&[PROTOCOL])),
    case("5.1", "idle: WINDOW_UPDATE", |p| p.window(2, 100), Connection(&[PROTOCOL])),
    case("5.1", "idle: CONTINUATION", |p| p.frame(9, 4, 2, &[0x88]), Connection(&[PROTOCOL])),
    case(
        "5.1",
        "closed by RST_STREAM: DATA",
        |p| {
            p.begin();
            p.reset(1, 8);
            p.data(1, true, b"test");
        },
        Stream(&[STREAM_CLOSED]),
    ),
    case(
        "5.1",
        "closed by RST_STREAM: HEADERS",
        |p| {
            p.begin();
            p.reset(1, 8);
            p.frame(1, BOTH, 1, &[0x88]);
        },
        Stream(&[STREAM_CLOSED]),
    ),
    case(
        "5.1",
        "closed by RST_STREAM: CONTINUATION",
        |p| {
            p.begin();
            p.reset(1, 8);
            p.more(true);
        },
        Stream(&[STREAM_CLOSED, PROTOCOL]),
    ),
    case(
        "5.1",
        "closed: DATA",
        |p| {
            p.all();
            p.data(1, true, b"t");
        },
        Connection(&[STREAM_CLOSED]),
    ),
    case(
        "5.1",
        "closed: HEADERS",
        |p| {
            p.all();
            p.all();
        },
        Connection(&[STREAM_CLOSED]),
    ),
    case(
        "5.1",
        "closed: CONTINUATION",
        |p| {
            p.all();
            p.more(true);
        },
        Connection(&[STREAM_CLOSED, PROTOCOL]),
    ),
    case(
        "5.1.1",
        "a stream that nobody began",
        |p| p.frame(1, BOTH, 101, &[0x88]),
        Connection(&[PROTOCOL]),
    ),
    case(
        "5.1.1",
        "a server's stream without a promise",
        |p| p.frame(1, BOTH, 2, &[0x88]),
        Connection(&[PROTOCOL]),
    ),
    case("5.4.1", "the connection is closed", |p| p.frame(6, 0, 3, &[0; 8]), Closed),
    case("5.4.1", "GOAWAY says why", |p| p.frame(6, 0, 3, &[0; 8]), Connection(&[PROTOCOL])),
    case("5.5", "an extension's frame", |p| p.frame(0x17, 0, 0, &[0; 8]), Alive),
    case(
        "5.5",
        "an extension's frame in the middle of a block",
        |p| {
            p.half();
            p.frame(0x16, 0, 0, &[0; 8]);
        },
        Connection(&[PROTOCOL]),
    ),
    case("6.1", "DATA on the connection", |p| p.data(0, true, b"test"), Connection(&[PROTOCOL])),
    case(
        "6.1",
        "DATA behind the end",
        |p| {
            p.all();
            p.data(1, true, b"test");
        },
        Stream(&[STREAM_CLOSED]),
    ),
    case(
        "6.1",
        "DATA with more padding than payload",
        |p| {
            p.begin();
            p.frame(0, END_STREAM | PADDED, 1, b"\x06Test");
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.2",
        "HEADERS, then PRIORITY",
        |p| {
            p.half();
            p.priority(1, 0, 9);
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.2",
        "HEADERS, then DATA",
        |p| {
            p.half();
            p.data(1, true, b"x");
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.2",
        "HEADERS on the connection",
        |p| p.frame(1, BOTH, 0, &[0x88]),
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.2",
        "HEADERS with more padding than payload",
        |p| p.frame(1, BOTH | PADDED, 1, &[2, 0x88]),
        Connection(&[PROTOCOL]),
    ),
    case("6.3", "PRIORITY on the connection", |p| p.priority(0, 0, 255), Connection(&[PROTOCOL])),
    case(
        "6.3",
        "PRIORITY of four octets",
        |p| p.frame(2, 0, 1, &[0x80, 0, 0, 1]),
        Stream(&[FRAME_SIZE]),
    ),
    case("6.4", "RST_STREAM on the connection", |p| p.reset(0, 8), Connection(&[PROTOCOL])),
    case("6.4", "RST_STREAM on an idle stream", |p| p.reset(2, 8), Connection(&[PROTOCOL])),
    case(
        "6.4",
        "RST_STREAM of three octets",
        |p| {
            p.all();
            p.frame(3, 0, 1, &[0; 3]);
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
    case("6.5.2", "a server's ENABLE_PUSH is 1", |p| p.set(&[(2, 1)]), Connection(&[PROTOCOL])),
    case("6.5.2", "a setting that nobody knows", |p| p.set(&[(0xff, 1)]), Alive),
    case("6.5.3", "SETTINGS are acknowledged", |p| p.set(&[(2, 0)]), Acknowledged),
    case(
        "6.6",
        "a promise that nobody allowed",
        |p| p.frame(5, 4, 1, &[0, 0, 0, 2, 0x82]),
        Connection(&[PROTOCOL]),
    ),
    case("6.7", "PING", |p| p.ping(*b"answered"), Pong(*b"answered")),
    case(
        "6.7",
        "an answer is not answered",
        |p| {
            p.frame(6, 1, 0, b"invalid!");
            p.ping(*b"answered");
        },
        Pong(*b"answered"),
    ),
    case("6.7", "PING on a stream", |p| p.frame(6, 0, 1, &[0; 8]), Connection(&[PROTOCOL])),
    case("6.7", "PING of six octets", |p| p.frame(6, 0, 0, &[0; 6]), Connection(&[FRAME_SIZE])),
    case("6.8", "GOAWAY on a stream", |p| p.frame(7, 0, 1, &[0; 8]), Connection(&[PROTOCOL])),
    case("6.9", "the connection's window grows by 0", |p| p.window(0, 0), Connection(&[PROTOCOL])),
    case("6.9", "a stream's window grows by 0", |p| p.window(1, 0), Stream(&[PROTOCOL])),
    case(
        "6.9",
        "WINDOW_UPDATE of three octets",
        |p| p.frame(8, 0, 0, &[0, 0, 1]),
        Connection(&[FRAME_SIZE]),
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
            p.begin();
            p.window(1, 0x7fff_ffff);
            p.window(1, 0x7fff_ffff);
        },
        Reset(FLOW_CONTROL),
    ),
    case(
        "6.10",
        "two CONTINUATION frames",
        |p| {
            p.half();
            p.more(false);
            p.more(true);
        },
        Alive,
    ),
    case(
        "6.10",
        "CONTINUATION, then DATA",
        |p| {
            p.half();
            p.more(false);
            p.data(1, true, b"test");
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.10",
        "CONTINUATION on the connection",
        |p| {
            p.half();
            p.frame(9, 4, 0, b"\0\x01a\x01b");
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.10",
        "CONTINUATION behind HEADERS that ended",
        |p| {
            p.all();
            p.more(true);
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.10",
        "CONTINUATION behind CONTINUATION that ended",
        |p| {
            p.half();
            p.more(true);
            p.more(true);
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "6.10",
        "CONTINUATION behind DATA",
        |p| {
            p.begin();
            p.data(1, true, b"test");
            p.more(true);
        },
        Connection(&[PROTOCOL]),
    ),
    case(
        "8.1.1",
        "Content-Length and DATA differ",
        |p| {
            p.headers(1, END_HEADERS, &[(":status", "200"), ("content-length", "9")]);
            p.data(1, true, b"x");
        },
        Stream(&[PROTOCOL]),
    ),
    case(
        "8.2.1",
        "a name with capitals",
        |p| p.headers(1, BOTH, &[(":status", "200"), ("X", "y")]),
        Stream(&[PROTOCOL]),
    ),
    case("8.3.2", "no :status", |p| p.headers(1, BOTH, &[("x", "y")]), Stream(&[PROTOCOL])),
];

/// What a server says.
impl Peer {
    /// A head whose content is to follow.
    fn begin(&mut self) {
        self.frame(kind::HEADERS, END_HEADERS, 1, &[0x88]);
    }

    /// A head without content.
    fn all(&mut self) {
        self.frame(kind::HEADERS, BOTH, 1, &[0x88]);
    }

    /// A head whose block goes on.
    fn half(&mut self) {
        self.frame(kind::HEADERS, END_STREAM, 1, &[0x88]);
    }

    /// CONTINUATION.
    fn more(&mut self, end: bool) {
        self.frame(kind::CONTINUATION, if end { END_HEADERS } else { 0 }, 1, b"\0\x01a\x01b");
    }

    fn answer(&mut self) {
        self.begin();
        self.data(1, true, b"success");
    }

    /// The client's preface and settings, ours, and its request.
    fn be_asked(&mut self) {
        self.take(PREFACE);
        self.set(&[(4, 65_535)]);
        self.frame(kind::SETTINGS, 1, 0, &[]);
        match self.until(|seen, _, stream| seen == kind::HEADERS && stream == 1).pop() {
            Some(Got::Frame { .. }) => {}
            end => panic!("no request: {end:?}"),
        }
    }
}

fn play(sealed: bool, together: bool) -> Vec<String> {
    let mut failed = Vec::new();
    for case in CASES {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if sealed { "https" } else { "http" };
        let flag = if sealed { "--http2" } else { "--http2-prior-knowledge" };
        let mut child = Command::new(wirebook())
            .args(["get", "-s", "-k", flag, &format!("{scheme}://{address}/")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (stream, _) = listener.accept().unwrap();
        let mut peer = Peer::accept(stream, sealed, together);
        peer.be_asked();
        (case.act)(&mut peer);
        if let Err(why) = case.want.check(&mut peer) {
            failed.push(format!("{}: {}: {why}", case.section, case.name));
        }
        drop(peer);
        child.wait().unwrap();
    }
    failed
}

#[test]
fn the_client_keeps_the_rules() {
    for round in 0..crate::rounds() {
        for sealed in [false, true] {
            for together in [false, true] {
                let failed = play(sealed, together);
                let how = format!("round {round}, sealed {sealed}, together {together}");
                assert!(failed.is_empty(), "{how}\n{}", failed.join("\n"));
            }
        }
    }
}
