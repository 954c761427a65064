//! RFC 9113 against a client: what a server must not send, with the code and the scope.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{BOTH, END_HEADERS, END_STREAM, GET, PADDED, Peer, Verdict, id, octets, request};
use http::message::Scheme;
use http2::frame::{FrameType, PREFACE};
use http2::{ClientOptions, Connection, ErrorCode, Event, Limits, Misuse, Outgoing, State};
use std::time::Instant;

const PROTOCOL: Verdict = Verdict::Connection(ErrorCode::PROTOCOL_ERROR);
const OK: (&str, &str) = (":status", "200");

fn asking() -> Peer {
    let mut peer = Peer::of_client();
    peer.connection.send_request(&request("/"), Outgoing::None).unwrap();
    peer.poll();
    peer
}

fn answered(fields: &[(&str, &str)]) -> Verdict {
    let mut peer = asking();
    peer.headers(1, BOTH, fields);
    peer.verdict()
}

fn malformed(stream: u32) -> Verdict {
    Verdict::Stream(stream, ErrorCode::PROTOCOL_ERROR)
}

#[test]
fn s3_4_preface_and_settings_come_first() {
    let now = Instant::now();
    let options = ClientOptions::new(Scheme::Https);
    let mut client = Connection::client(&Limits::default(), options, now);
    client.send_request(&request("/"), Outgoing::None).unwrap();
    let mut out = wire::Output::new(65_536);
    client.poll_transmit(now, &mut out);
    let octets = out.take();
    assert!(octets.starts_with(PREFACE));
    assert_eq!(octets[PREFACE.len() + 3], FrameType::SETTINGS.0);
    let mut peer = Peer::of(client, now);
    peer.headers(1, BOTH, &[OK]);
    assert_eq!(peer.verdict(), PROTOCOL, "the server's first frame is not SETTINGS");
}

#[test]
fn s8_3_1_a_request_as_it_goes() {
    let mut peer = Peer::of_client();
    let mut request = request("/x?y");
    request.headers.try_append("Accept", "*/*").unwrap();
    request.headers.try_append("Connection", "keep-alive").unwrap();
    request.headers.try_append("TE", "trailers").unwrap();
    let stream = peer.connection.send_request(&request, Outgoing::Length(2)).unwrap();
    peer.connection.send_data(stream, b"hi").unwrap();
    peer.connection.send_end(stream, None).unwrap();
    peer.poll();
    let head = peer.of_kind(FrameType::HEADERS)[0].payload.clone();
    let fields = peer.decode(&head);
    let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        fields,
        [
            (":method", "GET"),
            (":scheme", "http"),
            (":authority", "a"),
            (":path", "/x?y"),
            ("content-length", "2"),
            ("accept", "*/*"),
            ("te", "trailers")
        ]
    );
}

#[test]
fn s8_1_a_response_in_all_its_parts() {
    let mut peer = asking();
    peer.headers(1, END_HEADERS, &[(":status", "103"), ("link", "</s>")]);
    peer.headers(1, END_HEADERS, &[OK, ("content-length", "3")]);
    peer.frame(0, PADDED, 1, b"\x02abc\0\0");
    peer.headers(1, BOTH, &[("x-sum", "6")]);
    let names: Vec<_> = peer
        .events
        .iter()
        .map(|event| match event {
            Event::Informational { .. } => "103",
            Event::Response { end: false, .. } => "200",
            Event::Data { end: false, octets, .. } if octets == b"abc" => "abc",
            Event::Trailers { .. } => "trailers",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, ["103", "200", "abc", "trailers"]);
    assert_eq!(peer.connection.streams(), 0);
}

#[test]
fn s8_3_2_malformed_responses_end_their_stream() {
    for fields in [
        &[][..],
        &[("x", "y")],
        &[(":status", "20")],
        &[(":status", "2000")],
        &[(":status", "abc")],
        &[(":status", "099")],
        &[OK, OK],
        &[OK, (":path", "/")],
        &[("x", "y"), OK],
        &[(":status", "101")],
        &[OK, ("X", "y")],
        &[OK, ("connection", "close")],
        &[OK, ("content-length", "1")],
        &[OK, ("content-length", "a")],
        // A 1xx response that ends the stream.
        &[(":status", "100")],
    ] {
        assert_eq!(answered(fields), malformed(1), "{fields:?}");
    }
    assert_eq!(answered(&[OK]), Verdict::Nothing);
    assert_eq!(answered(&[(":status", "304"), ("content-length", "9")]), Verdict::Nothing);
}

#[test]
fn s8_1_order_of_a_response() {
    let mut peer = asking();
    peer.frame(0, END_STREAM, 1, b"x");
    assert_eq!(peer.verdict(), malformed(1), "content before the head");
    let mut peer = asking();
    peer.headers(1, END_HEADERS, &[(":status", "100")]);
    peer.frame(0, END_STREAM, 1, b"x");
    assert_eq!(peer.verdict(), malformed(1), "content behind 100");
    let mut peer = asking();
    peer.headers(1, END_HEADERS, &[OK]);
    peer.headers(1, END_HEADERS, &[OK]);
    assert_eq!(peer.verdict(), malformed(1), "two heads");
}

#[test]
fn s8_1_1_content_of_head_and_304() {
    let mut peer = Peer::of_client();
    let mut head = request("/");
    head.method = http::Method::Head;
    peer.connection.send_request(&head, Outgoing::None).unwrap();
    peer.poll();
    peer.headers(1, BOTH, &[OK, ("content-length", "9")]);
    assert_eq!(peer.verdict(), Verdict::Nothing);
    let mut peer = asking();
    peer.headers(1, END_HEADERS, &[(":status", "204")]);
    peer.frame(0, END_STREAM, 1, b"x");
    assert_eq!(peer.verdict(), malformed(1));
}

#[test]
fn s10_5_many_1xx() {
    let mut peer = asking();
    for _ in 0..17 {
        peer.headers(1, END_HEADERS, &[(":status", "103")]);
    }
    assert_eq!(peer.verdict(), malformed(1));
}

#[test]
fn s5_1_streams_that_nobody_asked_for() {
    for (kind, stream, length) in
        [(0, 3, 1), (1, 3, 1), (3, 3, 4), (8, 3, 4), (1, 2, 1), (0, 2, 1), (9, 1, 1)]
    {
        let mut peer = asking();
        peer.frame(kind, END_HEADERS, stream, &vec![0x88; length]);
        assert_eq!(peer.verdict(), PROTOCOL, "type {kind} on {stream}");
    }
}

#[test]
fn s5_1_behind_the_end() {
    for (kind, payload) in [(0, vec![1]), (1, vec![0x88])] {
        let mut peer = asking();
        peer.headers(1, BOTH, &[OK]);
        peer.frame(kind, BOTH, 1, &payload);
        let closed = Verdict::Connection(ErrorCode::STREAM_CLOSED);
        assert_eq!(peer.verdict(), closed, "type {kind}");
    }
    // Half-closed (remote): our content is still under way.
    let mut peer = Peer::of_client();
    peer.connection.send_request(&request("/"), Outgoing::Unknown).unwrap();
    peer.headers(1, BOTH, &[OK]);
    peer.frame(0, 0, 1, b"x");
    assert_eq!(peer.verdict(), Verdict::Stream(1, ErrorCode::STREAM_CLOSED));
}

#[test]
fn s5_1_what_comes_behind_our_reset_is_dropped_and_given_back() {
    let mut peer = asking();
    peer.headers(1, END_HEADERS, &[OK]);
    peer.connection.reset(id(1), ErrorCode::CANCEL);
    peer.poll();
    peer.seen.clear();
    for _ in 0..200 {
        peer.frame(0, 0, 1, &[0; 16_384]);
    }
    assert_eq!(peer.verdict(), Verdict::Nothing);
    let given: u32 = peer
        .of_kind(FrameType::WINDOW_UPDATE)
        .iter()
        .filter(|seen| seen.stream == 0)
        .map(|seen| u32::from_be_bytes(seen.payload[..].try_into().unwrap()))
        .sum();
    assert!(given > 200 * 16_384 - (1 << 20), "{given}");
}

#[test]
fn s5_1_2_no_more_requests_than_the_server_takes() {
    let mut peer = Peer::of_client();
    peer.settings(&[(3, 1)]);
    peer.connection.send_request(&request("/"), Outgoing::None).unwrap();
    let second = peer.connection.send_request(&request("/"), Outgoing::None);
    assert_eq!(second, Err(Misuse::TooManyStreams));
    peer.headers(1, BOTH, &[OK]);
    assert!(peer.connection.can_request().is_ok());
}

#[test]
fn s6_5_2_a_server_does_not_enable_push() {
    let mut peer = Peer::of_client();
    peer.settings(&[(2, 0)]);
    assert_eq!(peer.verdict(), Verdict::Nothing);
    peer.settings(&[(2, 1)]);
    assert_eq!(peer.verdict(), PROTOCOL);
}

#[test]
fn rfc_8441_s3_extended_connect_is_offered_and_not_taken_back() {
    let mut peer = Peer::of_client();
    let mut connect = request("/chat");
    connect.method = http::Method::Connect;
    let refused = peer.connection.send_connect(&connect, "websocket");
    assert_eq!(refused, Err(Misuse::NoExtendedConnect));
    peer.settings(&[(8, 1)]);
    peer.connection.send_connect(&connect, "websocket").unwrap();
    peer.poll();
    let head = peer.of_kind(FrameType::HEADERS)[0].payload.clone();
    assert!(peer.decode(&head).contains(&(":protocol".into(), "websocket".into())));
    peer.settings(&[(8, 0)]);
    assert_eq!(peer.verdict(), PROTOCOL);
}

#[test]
fn s6_8_goaway_gives_streams_back() {
    let mut peer = Peer::of_client();
    for _ in 0..3 {
        peer.connection.send_request(&request("/"), Outgoing::None).unwrap();
    }
    peer.frame(7, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 0]);
    let refused: Vec<_> = peer
        .events
        .iter()
        .filter_map(|event| match event {
            Event::StreamReset { stream, code: ErrorCode::REFUSED_STREAM, .. } => {
                Some(stream.value())
            }
            _ => None,
        })
        .collect();
    assert_eq!(refused, [3, 5]);
    assert_eq!(peer.connection.can_request(), Err(Misuse::GoingAway));
    peer.headers(1, BOTH, &[OK]);
    assert_eq!(peer.connection.state(), State::Closing);
    peer.connection.receive_end(true, peer.now);
    peer.poll();
    assert_eq!(peer.events.last(), Some(&Event::Closed { clean: true }));
}

#[test]
fn s6_8_goaway_only_goes_down() {
    let mut peer = asking();
    peer.frame(7, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 0]);
    peer.frame(7, 0, 0, &[0, 0, 0, 3, 0, 0, 0, 0]);
    assert_eq!(peer.verdict(), PROTOCOL);
}

#[test]
fn s8_4_pushes_that_are_switched_off() {
    let mut peer = asking();
    let block = peer.block(&GET);
    peer.frame(5, END_HEADERS, 1, &[&[0, 0, 0, 2], block.as_slice()].concat());
    assert_eq!(peer.verdict(), PROTOCOL);
}

fn pushed() -> Peer {
    let mut peer = Peer::of_client_with(&Limits::default(), true);
    peer.connection.send_request(&request("/"), Outgoing::None).unwrap();
    peer.poll();
    peer
}

fn promise(peer: &mut Peer, on: u32, promised: u32, fields: &[(&str, &str)]) {
    let block = peer.block(fields);
    peer.frame(5, END_HEADERS, on, &[&promised.to_be_bytes(), block.as_slice()].concat());
}

#[test]
fn s8_4_a_push() {
    let mut peer = pushed();
    promise(&mut peer, 1, 2, &[GET[0], GET[1], GET[2], (":path", "/style")]);
    let Some(Event::PushPromise { stream, head, .. }) = peer.events.last() else { panic!() };
    assert_eq!((*stream, head.request.target.path()), (id(2), "/style"));
    peer.headers(2, END_HEADERS, &[OK]);
    peer.frame(0, END_STREAM, 2, b"css");
    assert!(matches!(peer.events.last(), Some(Event::Data { end: true, .. })));
    assert_eq!(peer.verdict(), Verdict::Nothing);
    promise(&mut peer, 1, 4, &GET);
    peer.connection.cancel_push(id(4));
    peer.headers(4, BOTH, &[OK]);
    assert_eq!(peer.verdict(), Verdict::Stream(4, ErrorCode::CANCEL));
}

#[test]
fn s6_6_s8_4_promises_that_must_not_be() {
    for (on, promised) in [(1, 3), (1, 0), (0, 2), (3, 2), (2, 4)] {
        let mut peer = pushed();
        promise(&mut peer, on, promised, &GET);
        assert_eq!(peer.verdict(), PROTOCOL, "{promised} on {on}");
    }
    let mut peer = pushed();
    promise(&mut peer, 1, 4, &GET);
    promise(&mut peer, 1, 2, &GET);
    assert_eq!(peer.verdict(), PROTOCOL, "below");
    let mut peer = pushed();
    peer.headers(1, BOTH, &[OK]);
    promise(&mut peer, 1, 2, &GET);
    assert_eq!(peer.verdict(), PROTOCOL, "behind the end");
    for fields in [
        &[(":method", "POST"), GET[1], GET[2], GET[3]][..],
        &[GET[0], GET[1], GET[3]],
        &[GET[0], GET[1], GET[2], GET[3], ("content-length", "3")],
    ] {
        let mut peer = pushed();
        promise(&mut peer, 1, 2, fields);
        assert_eq!(peer.verdict(), malformed(2), "{fields:?}");
    }
    let mut peer = pushed();
    promise(&mut peer, 1, 2, &GET);
    peer.frame(0, 0, 2, b"x");
    assert_eq!(peer.verdict(), PROTOCOL, "DATA on a reserved stream");
    let mut peer = pushed();
    promise(&mut peer, 1, 2, &GET);
    peer.window(2, 1);
    assert_eq!(peer.verdict(), PROTOCOL, "WINDOW_UPDATE on a reserved stream");
}

#[test]
fn s8_4_a_promise_on_a_stream_that_we_reset_is_cancelled() {
    let mut peer = pushed();
    peer.connection.reset(id(1), ErrorCode::CANCEL);
    promise(&mut peer, 1, 2, &GET);
    assert_eq!(peer.verdict(), Verdict::Stream(2, ErrorCode::CANCEL));
    assert_eq!(peer.connection.streams(), 0);
}

#[test]
fn rfc_9218_s7_1_a_server_sends_no_priority_update() {
    let mut peer = asking();
    peer.send(&octets(16, 0, 0, &[0, 0, 0, 1, b'i']));
    assert_eq!(peer.verdict(), PROTOCOL);
}
