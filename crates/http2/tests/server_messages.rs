//! RFC 9113 §8 against a server: what makes a request malformed, and what does not.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{BOTH, END_HEADERS, END_STREAM, GET, POST, Peer, Verdict, id, response};
use http::{HeaderName, Method, Target};
use http2::frame::FrameType;
use http2::{ErrorCode, Event, Limits, Misuse, Outgoing};

const MALFORMED: Verdict = Verdict::Stream(1, ErrorCode::PROTOCOL_ERROR);

fn asked(fields: &[(&str, &str)]) -> Verdict {
    let mut peer = Peer::of_server();
    peer.headers(1, BOTH, fields);
    // Other streams feel nothing.
    peer.get(3);
    assert!(matches!(peer.events.last(), Some(Event::Request { stream, .. }) if *stream == id(3)));
    peer.verdict()
}

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    GET.iter().chain(more).copied().collect()
}

#[test]
fn s8_2_1_names_and_values() {
    for more in [
        ("X-Upper", "a"),
        ("x y", "a"),
        ("x:y", "a"),
        ("", "a"),
        ("x\u{7f}", "a"),
        ("x", "a\rb"),
        ("x", "a\nb"),
        ("x", "a\0b"),
        ("x", " a"),
        ("x", "a\t"),
    ] {
        assert_eq!(asked(&with(&[more])), MALFORMED, "{more:?}");
    }
    assert_eq!(asked(&with(&[("x", ""), ("x-y", "a b\tc"), ("x", "한")])), Verdict::Nothing);
}

#[test]
fn s8_2_2_fields_of_a_connection() {
    for name in ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"] {
        assert_eq!(asked(&with(&[(name, "x")])), MALFORMED, "{name}");
    }
    assert_eq!(asked(&with(&[("te", "trailers, deflate")])), MALFORMED);
    assert_eq!(asked(&with(&[("te", "trailers")])), Verdict::Nothing);
}

#[test]
fn s8_2_3_cookies_come_in_crumbs() {
    let mut peer = Peer::of_server();
    peer.headers(1, BOTH, &with(&[("cookie", "a=1"), ("x", "y"), ("cookie", "b=2")]));
    let Some(Event::Request { head, .. }) = peer.events.last() else { panic!() };
    assert_eq!(head.request.headers.get_only(HeaderName::COOKIE).unwrap(), "a=1; b=2");
}

#[test]
fn s8_3_pseudo_fields() {
    assert_eq!(asked(&with(&[(":unknown", "a")])), MALFORMED);
    assert_eq!(asked(&with(&[(":status", "200")])), MALFORMED);
    assert_eq!(asked(&with(&[("x", "y"), (":path", "/")])), MALFORMED);
    for field in GET {
        assert_eq!(asked(&with(&[field])), MALFORMED, "{field:?} twice");
        let without: Vec<_> = GET.into_iter().filter(|there| *there != field).collect();
        assert_eq!(asked(&without), MALFORMED, "{field:?} missing");
    }
    let [method, scheme, _, path] = GET;
    assert_eq!(asked(&[method, scheme, ("x", "y"), (":authority", "a"), path]), MALFORMED);
}

#[test]
fn s8_3_1_values_of_pseudo_fields() {
    let [method, scheme, authority, path] = GET;
    for path in ["", "x", "/a b", "/#", "http://a/", "*"] {
        assert_eq!(asked(&[method, scheme, authority, (":path", path)]), MALFORMED, "{path}");
    }
    for authority in ["", "user@a", "a/b", "a b"] {
        assert_eq!(asked(&[method, scheme, (":authority", authority), path]), MALFORMED);
    }
    assert_eq!(asked(&[(":method", "G E"), scheme, authority, path]), MALFORMED);
    assert_eq!(asked(&[(":method", ""), scheme, authority, path]), MALFORMED);
    assert_eq!(asked(&[method, (":scheme", "1"), authority, path]), MALFORMED);
    assert_eq!(
        asked(&[(":method", "OPTIONS"), scheme, authority, (":path", "*")]),
        Verdict::Nothing
    );
    assert_eq!(asked(&with(&[("host", "b")])), MALFORMED, "Host differs");
    assert_eq!(asked(&with(&[("host", "A")])), Verdict::Nothing);
    assert_eq!(asked(&[method, scheme, path, ("host", "a")]), Verdict::Nothing);
}

#[test]
fn s8_3_1_a_request_is_as_one_of_http_1() {
    let mut peer = Peer::of_server();
    peer.headers(1, BOTH, &with(&[("accept", "*/*")]));
    let Some(Event::Request { head, end: true, .. }) = peer.events.last() else { panic!() };
    assert_eq!(head.request.method, Method::Get);
    assert_eq!(head.request.target, Target::Origin("/".into()));
    assert_eq!(head.request.version, http::Version::Http2);
    let fields: Vec<_> = head.request.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(fields, ["host", "accept"]);
}

#[test]
fn s8_1_trailers() {
    let mut peer = Peer::of_server();
    peer.post(1);
    peer.headers(1, BOTH, &[("x-sum", "1")]);
    assert!(matches!(peer.events.last(), Some(Event::Trailers { .. })));
    let mut peer = Peer::of_server();
    peer.post(1);
    peer.headers(1, END_HEADERS, &[("x-sum", "1")]);
    assert_eq!(peer.verdict(), MALFORMED, "without END_STREAM");
    for bad in [(":path", "/"), ("X", "y"), ("connection", "close")] {
        let mut peer = Peer::of_server();
        peer.post(1);
        peer.headers(1, BOTH, &[bad]);
        assert_eq!(peer.verdict(), MALFORMED, "{bad:?}");
    }
}

#[test]
fn s8_1_1_content_length() {
    let length = |length| [POST[0], POST[1], POST[2], POST[3], ("content-length", length)];
    for (announced, parts, right) in [
        ("5", &[5_usize][..], true),
        ("5", &[2, 3], true),
        ("5", &[4], false),
        ("5", &[3, 3], false),
        ("0", &[0], true),
        ("0", &[1], false),
        ("x", &[1], false),
        ("5, 5", &[5], false),
        ("18446744073709551616", &[1], false),
    ] {
        let mut peer = Peer::of_server();
        peer.headers(1, END_HEADERS, &length(announced));
        for (at, part) in parts.iter().enumerate() {
            let end = if at + 1 == parts.len() { END_STREAM } else { 0 };
            peer.frame(0, end, 1, &vec![0; *part]);
        }
        let verdict = if right { Verdict::Nothing } else { MALFORMED };
        let verdict = match peer.verdict() {
            // Behind the malformed head the stream is closed by us.
            Verdict::Stream(1, ErrorCode::STREAM_CLOSED) => MALFORMED,
            other => {
                assert_eq!(other, verdict, "{announced} {parts:?}");
                verdict
            }
        };
        assert_eq!(verdict == Verdict::Nothing, right);
    }
    assert_eq!(asked(&with(&[("content-length", "5")])), MALFORMED, "END_STREAM on the head");
}

#[test]
fn s8_5_connect() {
    let connect = (":method", "CONNECT");
    assert_eq!(asked(&[connect, (":authority", "a:443")]), Verdict::Nothing);
    assert_eq!(asked(&[connect]), MALFORMED);
    assert_eq!(asked(&[connect, (":authority", "a")]), MALFORMED);
    assert_eq!(asked(&[connect, (":authority", "a:443"), (":path", "/")]), MALFORMED);
    assert_eq!(asked(&[connect, (":authority", "a:443"), (":scheme", "http")]), MALFORMED);
    let mut peer = Peer::of_server();
    peer.headers(1, END_HEADERS, &[connect, (":authority", "a:443")]);
    peer.connection.send_response(id(1), &response(200), Outgoing::Unknown).unwrap();
    peer.headers(1, BOTH, &[("x", "y")]);
    assert_eq!(peer.verdict(), MALFORMED, "fields inside a tunnel");
}

#[test]
fn rfc_8441_s4_extended_connect() {
    let all = [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":scheme", "https"),
        (":path", "/chat"),
        (":authority", "a"),
    ];
    let mut peer = Peer::of_server();
    peer.headers(1, END_HEADERS, &all);
    let Some(Event::Request { head, end: false, .. }) = peer.events.last() else { panic!() };
    assert_eq!(head.protocol.as_deref(), Some("websocket"));
    assert_eq!(head.request.target.path(), "/chat");
    for missing in 2..5 {
        let fields: Vec<_> =
            all.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, f)| *f).collect();
        assert_eq!(asked(&fields), MALFORMED, "without {:?}", all[missing]);
    }
    assert_eq!(asked(&[GET[0], all[1], all[2], all[3], all[4]]), MALFORMED, "GET");
}

#[test]
fn s8_6_there_is_no_101() {
    let mut peer = Peer::of_server();
    peer.get(1);
    let refused = peer.connection.send_informational(id(1), &response(101));
    assert_eq!(refused, Err(Misuse::Status { status: 101 }));
}

#[test]
fn rfc_8297_early_hints_come_before_the_answer() {
    let mut peer = Peer::of_server();
    peer.get(1);
    let mut hints = response(103);
    hints.headers.try_append("Link", "</style>; rel=preload").unwrap();
    peer.connection.send_informational(id(1), &hints).unwrap();
    peer.connection.send_response(id(1), &response(200), Outgoing::None).unwrap();
    peer.poll();
    let heads: Vec<_> = peer.of_kind(FrameType::HEADERS).into_iter().cloned().collect();
    assert_eq!(peer.decode(&heads[0].payload)[0].1, "103");
    assert_eq!(heads[0].flags & END_STREAM, 0);
    assert_eq!(peer.decode(&heads[1].payload)[0].1, "200");
    assert_eq!(heads[1].flags & END_STREAM, END_STREAM);
}

#[test]
fn s8_2_what_is_about_a_connection_is_not_sent() {
    let mut peer = Peer::of_server();
    peer.get(1);
    let mut answer = response(200);
    for (name, value) in [
        ("Connection", "close, X-Private"),
        ("X-Private", "1"),
        ("Keep-Alive", "1"),
        ("Transfer-Encoding", "chunked"),
        ("X-Public", "2"),
    ] {
        answer.headers.try_append(name, value).unwrap();
    }
    peer.connection.send_response(id(1), &answer, Outgoing::Length(2)).unwrap();
    peer.connection.send_data(id(1), b"ok").unwrap();
    peer.connection.send_end(id(1), None).unwrap();
    peer.poll();
    let head = peer.of_kind(FrameType::HEADERS)[0].payload.clone();
    let names: Vec<_> = peer.decode(&head).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [":status", "content-length", "x-public"]);
    let data = peer.of_kind(FrameType::DATA)[0];
    assert_eq!((data.flags, data.payload.as_slice()), (END_STREAM, &b"ok"[..]));
}

#[test]
fn s10_5_1_a_section_that_is_too_large_is_answered_with_431() {
    for more in [
        vec![("x", "y"); 200],
        vec![("x-long", Box::leak("v".repeat(9000).into_boxed_str()) as &str); 2],
    ] {
        let mut peer = Peer::of_server_with(&Limits { continuations: 100, ..Limits::default() });
        let block = peer.block(&with(&more));
        let parts: Vec<_> = block.chunks(16_000).collect();
        for (at, part) in parts.iter().enumerate() {
            let end = if at + 1 == parts.len() { END_HEADERS } else { 0 };
            let (kind, stream_end) = if at == 0 { (1, END_STREAM) } else { (9, 0) };
            peer.frame(kind, end | stream_end, 1, part);
        }
        let head = peer.of_kind(FrameType::HEADERS)[0].payload.clone();
        assert_eq!(peer.decode(&head)[0], (":status".into(), "431".into()));
        assert_eq!(peer.verdict(), Verdict::Stream(1, ErrorCode::NO_ERROR));
        peer.get(3);
        assert!(matches!(peer.events.last(), Some(Event::Request { .. })));
    }
}
