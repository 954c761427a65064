//! RFC 9113 §8: single MUSTs about messages that the other tests of their sections pass over.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{BOTH, END_HEADERS, END_STREAM, GET, Peer, Verdict, id, octets, request, response};
use http::{HeaderMap, Method, Target};
use http2::frame::FrameType;
use http2::{ErrorCode, Event, Limits, Misuse, Outgoing};

const OK: (&str, &str) = (":status", "200");

fn malformed(stream: u32) -> Verdict {
    Verdict::Stream(stream, ErrorCode::PROTOCOL_ERROR)
}

/// How many frames of a kind stand on a stream.
fn count(peer: &Peer, kind: FrameType, stream: u32) -> usize {
    peer.of_kind(kind).iter().filter(|seen| seen.stream == stream).count()
}

#[test]
fn s8_1_no_error_behind_a_whole_answer_takes_nothing_back() {
    let mut peer = Peer::of_client();
    let stream = peer.connection.send_request(&request("/"), Outgoing::Unknown).unwrap();
    peer.poll();
    let block = peer.block(&[OK]);
    let all = [
        octets(1, END_HEADERS, 1, &block),
        octets(0, END_STREAM, 1, b"whole"),
        octets(3, 0, 1, &[0; 4]),
    ];
    peer.send(&all.concat());
    let [Event::Response { .. }, Event::Data { octets, end: true, .. }, last] = &peer.events[..]
    else {
        panic!("{:?}", peer.events)
    };
    assert_eq!(octets, b"whole");
    let code = ErrorCode::NO_ERROR;
    assert_eq!(last, &Event::StreamReset { stream, code, error: None });
    assert!(peer.connection.send_data(stream, b"more").is_err());
}

#[test]
fn s8_2_1_every_octet_of_names_and_values() {
    for octet in 0..=u8::MAX {
        let token = http::is_tchar(octet) && !octet.is_ascii_uppercase();
        for name in [[octet, b'x'], [b'x', octet]] {
            assert_eq!(taken(&name, b"v"), token, "name {name:x?}");
        }
        let ends_a_line = [0, b'\r', b'\n'].contains(&octet);
        let control = octet < b' ' && octet != b'\t' || octet == 0x7f;
        if ends_a_line {
            for value in [[octet, b'x', b'x'], [b'x', octet, b'x'], [b'x', b'x', octet]] {
                assert!(!taken(b"x", &value), "value {value:x?}");
            }
        } else if !control {
            assert!(taken(b"x", &[b'x', octet, b'x']), "value {octet:x}");
        }
        let white = [b' ', b'\t'].contains(&octet);
        if white || !control {
            assert_eq!(taken(b"x", &[octet, b'x']), !white, "begins with {octet:x}");
            assert_eq!(taken(b"x", &[b'x', octet]), !white, "ends with {octet:x}");
        }
    }
}

/// Whether a server takes a request with this field, and one with this trailer.
fn taken(name: &[u8], value: &[u8]) -> bool {
    let field = |peer: &mut Peer, block: &mut Vec<u8>| {
        peer.encoder.encode([hpack::Field::new(name, value)], block);
    };
    let mut peer = Peer::of_server();
    let mut block = peer.block(&GET);
    field(&mut peer, &mut block);
    peer.frame(1, BOTH, 1, &block);
    peer.post(3);
    let mut block = Vec::new();
    field(&mut peer, &mut block);
    peer.frame(1, BOTH, 3, &block);
    let resets = [1, 3].map(|stream| count(&peer, FrameType::RST_STREAM, stream));
    assert_eq!(resets[0], resets[1], "{name:x?}: {value:x?}");
    assert!(matches!(peer.verdict(), Verdict::Nothing | Verdict::Stream(3, _)));
    resets[0] == 0
}

#[test]
fn s8_2_what_is_sent_is_in_lower_case_and_no_pseudo_field_but_the_rfc_s() {
    let mut peer = Peer::of_server();
    peer.get(1);
    let mut answer = response(200);
    let long = "X-".repeat(50);
    answer.headers.try_append(&long, "1").unwrap();
    assert!(answer.headers.try_append(":path", "/").is_err());
    assert!(answer.headers.try_append("x", "a\nb").is_err());
    peer.connection.send_response(id(1), &answer, Outgoing::Unknown).unwrap();
    let mut trailers = HeaderMap::new();
    trailers.try_append("X-Sum", "2").unwrap();
    peer.connection.send_end(id(1), Some(&trailers)).unwrap();
    peer.poll();
    let blocks: Vec<_> = peer.of_kind(FrameType::HEADERS).into_iter().cloned().collect();
    let names: Vec<String> =
        blocks.iter().flat_map(|seen| peer.decode(&seen.payload)).map(|(name, _)| name).collect();
    assert_eq!(names, [":status", &long.to_ascii_lowercase(), "x-sum"]);
}

#[test]
fn s8_3_1_what_a_client_asks_has_each_pseudo_field_once() {
    let absolute = |path: &str| Target::Absolute {
        scheme: "https".into(),
        authority: "b:8443".into(),
        path: path.into(),
    };
    let pseudo = |fields: &[(&str, &str)]| {
        fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect::<Vec<_>>()
    };
    for (method, target, wanted) in [
        (Method::Options, Target::Asterisk, pseudo(&[GET[1], GET[2], (":path", "*")])),
        // Host says something else, and is not sent.
        (
            Method::Get,
            absolute("/x"),
            pseudo(&[(":scheme", "https"), (":authority", "b:8443"), (":path", "/x")]),
        ),
        (Method::Connect, Target::Authority("a:443".into()), pseudo(&[(":authority", "a:443")])),
    ] {
        let mut peer = Peer::of_client();
        let mut asked = request("/");
        (asked.method, asked.target) = (method, target);
        peer.connection.send_request(&asked, Outgoing::None).unwrap();
        peer.poll();
        let block = peer.of_kind(FrameType::HEADERS)[0].payload.clone();
        let fields = peer.decode(&block);
        assert_eq!(fields[0], (":method".to_owned(), asked.method.as_str().to_owned()));
        assert_eq!(fields[1..], wanted);
    }
    let mut peer = Peer::of_client();
    let mut nowhere = request("/");
    nowhere.headers = HeaderMap::new();
    let refused = peer.connection.send_request(&nowhere, Outgoing::None);
    assert_eq!(refused, Err(Misuse::Head(http::message::outgoing::Unsendable::HostMissing)));
}

#[test]
fn s8_5_inside_a_tunnel_there_is_content_alone() {
    let mut connect = request("/");
    (connect.method, connect.target) = (Method::Connect, Target::Authority("a:443".into()));
    let tunnel = || {
        let mut peer = Peer::of_client_with(&Limits::default(), true);
        peer.connection.send_request(&connect, Outgoing::Unknown).unwrap();
        peer.poll();
        peer.headers(1, END_HEADERS, &[OK]);
        peer.frame(0, 0, 1, b"hello");
        peer.window(1, 1);
        peer.frame(2, 0, 1, &[0, 0, 0, 0, 1]);
        assert_eq!(peer.verdict(), Verdict::Nothing);
        peer
    };
    let mut peer = tunnel();
    peer.headers(1, BOTH, &[("x", "y")]);
    assert_eq!(peer.verdict(), malformed(1), "HEADERS");
    let mut peer = tunnel();
    let block = peer.block(&GET);
    peer.frame(5, END_HEADERS, 1, &[&2_u32.to_be_bytes(), block.as_slice()].concat());
    assert_eq!(peer.verdict(), malformed(1), "PUSH_PROMISE");
    assert_eq!(count(&peer, FrameType::RST_STREAM, 2), 1, "nor does anybody want the promise");
    assert_eq!(peer.connection.streams(), 0);
    let mut peer = tunnel();
    peer.frame(3, 0, 1, &[0, 0, 0, 10]);
    assert_eq!(peer.verdict(), Verdict::Nothing, "RST_STREAM");
}
