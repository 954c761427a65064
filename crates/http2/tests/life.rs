//! The life of a connection: pushes, shutdowns, keep-alive, upgrades, the trace.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{BOTH, END_STREAM, GET, Peer, Verdict, id, octets, request, response};
use http2::frame::{FrameType, PREFACE};
use http2::{Connection, ErrorCode, Event, Limits, Misuse, Outgoing, State};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use wire::trace::{Direction, Sink, Trace};

fn answer(peer: &mut Peer, stream: u32) {
    peer.connection.send_response(id(stream), &response(200), Outgoing::Length(2)).unwrap();
    peer.connection.send_data(id(stream), b"ok").unwrap();
    peer.connection.send_end(id(stream), None).unwrap();
    peer.poll();
}

#[test]
fn s8_4_a_server_pushes() {
    let mut peer = Peer::of_server();
    peer.get(1);
    let pushed = peer.connection.push(id(1), &request("/style")).unwrap();
    assert_eq!(pushed, id(2));
    answer(&mut peer, 1);
    answer(&mut peer, 2);
    let kinds: Vec<_> = peer.seen.iter().map(|seen| (seen.kind, seen.stream)).collect();
    assert_eq!(kinds[0], (FrameType::PUSH_PROMISE, 1));
    let promise = peer.seen[0].payload.clone();
    assert_eq!(promise[..4], [0, 0, 0, 2]);
    assert_eq!(peer.decode(&promise[4..])[3], (":path".into(), "/style".into()));
    assert_eq!(peer.connection.streams(), 0);
    assert_eq!(peer.connection.push(id(1), &request("/")), Err(Misuse::NoStream { stream: id(1) }));
}

#[test]
fn s6_6_a_server_pushes_only_what_and_when_it_may() {
    let mut peer = Peer::of_server();
    peer.get(1);
    let mut post = request("/");
    post.method = http::Method::Post;
    assert_eq!(peer.connection.push(id(1), &post), Err(Misuse::NoPush));
    peer.settings(&[(3, 0)]);
    assert_eq!(peer.connection.push(id(1), &request("/")), Err(Misuse::TooManyStreams));
    // Promises that are not answered yet will be open streams all the same (§5.1.2).
    peer.settings(&[(3, 2)]);
    assert!(peer.connection.push(id(1), &request("/1")).is_ok());
    assert!(peer.connection.push(id(1), &request("/2")).is_ok());
    assert_eq!(peer.connection.push(id(1), &request("/3")), Err(Misuse::TooManyStreams));
    peer.settings(&[(2, 0)]);
    assert_eq!(peer.connection.push(id(1), &request("/")), Err(Misuse::NoPush));
}

#[test]
fn s8_4_2_a_client_cancels_a_push() {
    let mut peer = Peer::of_server();
    peer.get(1);
    let pushed = peer.connection.push(id(1), &request("/style")).unwrap();
    peer.poll();
    peer.frame(3, 0, 2, &[0, 0, 0, 8]);
    assert!(
        matches!(peer.events.last(), Some(Event::StreamReset { stream, .. }) if *stream == pushed)
    );
    let gone = peer.connection.send_response(pushed, &response(200), Outgoing::None);
    assert_eq!(gone, Err(Misuse::NoStream { stream: pushed }));
    // A promised stream is reserved: DATA and HEADERS of the client are errors.
    let again = peer.connection.push(id(1), &request("/x")).unwrap();
    peer.frame(0, 0, again.value(), &[1]);
    assert_eq!(peer.verdict(), Verdict::Connection(ErrorCode::PROTOCOL_ERROR));
}

#[test]
fn s6_8_a_shutdown_has_two_goaways() {
    let mut peer = Peer::of_server();
    peer.get(1);
    peer.connection.shut_down(peer.now);
    peer.poll();
    assert_eq!(peer.of_kind(FrameType::GOAWAY)[0].payload[..4], [0x7f, 0xff, 0xff, 0xff]);
    // It was on its way, and is answered.
    peer.get(3);
    let ping = peer.of_kind(FrameType::PING)[0].payload.clone();
    peer.frame(6, 1, 0, &ping);
    assert_eq!(peer.of_kind(FrameType::GOAWAY)[1].payload[..4], [0, 0, 0, 3]);
    // Now the client knew.
    peer.get(5);
    peer.frame(0, 0, 5, &[0; 100]);
    peer.window(5, 1);
    peer.frame(3, 0, 5, &[0; 4]);
    assert_eq!(peer.verdict(), Verdict::Connection(ErrorCode::NO_ERROR));
    assert_eq!(peer.connection.streams(), 2);
    answer(&mut peer, 1);
    assert_eq!(peer.connection.state(), State::Open);
    answer(&mut peer, 3);
    assert_eq!(peer.connection.state(), State::Closing);
    peer.connection.receive_end(true, peer.now);
    peer.poll();
    assert_eq!(peer.events.last(), Some(&Event::Closed { clean: true }));
}

#[test]
fn s6_8_the_second_goaway_does_not_wait_for_ever() {
    let mut peer = Peer::of_server();
    peer.connection.shut_down(peer.now);
    peer.pass(Duration::from_secs(2));
    assert_eq!(peer.of_kind(FrameType::GOAWAY).len(), 2);
    assert_eq!(peer.connection.state(), State::Closing);
    peer.pass(Duration::from_secs(3));
    assert_eq!(peer.events.last(), Some(&Event::Closed { clean: true }));
    assert_eq!(peer.connection.next_timeout(), None);
}

#[test]
fn s9_1_an_idle_server_goes_away() {
    let mut peer = Peer::of_server();
    peer.get(1);
    answer(&mut peer, 1);
    peer.pass(Duration::from_secs(59));
    assert!(peer.of_kind(FrameType::GOAWAY).is_empty());
    peer.pass(Duration::from_secs(2));
    assert_eq!(peer.of_kind(FrameType::GOAWAY).len(), 1);
}

#[test]
fn s6_7_keep_alive() {
    let limits = Limits { ping_interval: Some(Duration::from_secs(10)), ..Limits::default() };
    let mut peer = Peer::of_client_with(&limits, false);
    peer.pass(Duration::from_secs(11));
    let ping = peer.of_kind(FrameType::PING)[0].payload.clone();
    peer.frame(6, 1, 0, &ping);
    peer.pass(Duration::from_secs(11));
    assert_eq!(peer.of_kind(FrameType::PING).len(), 2);
    peer.pass(Duration::from_secs(21));
    assert_eq!(peer.verdict(), Verdict::Connection(ErrorCode::NO_ERROR));
    assert_eq!(peer.connection.state(), State::Closing);
}

#[test]
fn s6_7_a_ping_of_the_application() {
    let mut peer = Peer::of_client();
    peer.connection.ping(*b"measured");
    peer.poll();
    peer.frame(6, 1, 0, b"measured");
    assert_eq!(peer.events.last(), Some(&Event::Pong(*b"measured")));
}

#[test]
fn rfc_7540_s3_2_an_upgraded_connection_begins_with_stream_1() {
    let now = Instant::now();
    let settings = [0, 4, 0, 0, 0, 1];
    let upgraded =
        Connection::server_upgraded(&Limits::default(), &settings, Box::new(request("/up")), now);
    let mut peer = Peer::of(upgraded.unwrap(), now);
    peer.poll();
    assert!(matches!(&peer.events[0], Event::Request { head, end: true, .. }
        if head.request.target.path() == "/up"));
    answer(&mut peer, 1);
    assert_eq!(peer.data_on(1), 1, "the window of one octet holds");
    peer.send(PREFACE);
    peer.frame(4, 0, 0, &settings);
    peer.window(1, 1);
    assert_eq!(peer.of_kind(FrameType::DATA).last().unwrap().flags, END_STREAM);
    peer.get(3);
    answer(&mut peer, 3);
    assert_eq!(peer.verdict(), Verdict::Nothing);
}

#[test]
fn commands_out_of_order_are_refused() {
    let mut peer = Peer::of_server();
    let none = Err(Misuse::NoStream { stream: id(1) });
    assert_eq!(peer.connection.send_data(id(1), b"x"), none);
    peer.get(1);
    assert!(matches!(peer.connection.send_data(id(1), b"x"), Err(Misuse::OutOfOrder { .. })));
    assert!(matches!(peer.connection.send_end(id(1), None), Err(Misuse::OutOfOrder { .. })));
    peer.connection.send_response(id(1), &response(200), Outgoing::Unknown).unwrap();
    let twice = peer.connection.send_response(id(1), &response(200), Outgoing::Unknown);
    assert!(matches!(twice, Err(Misuse::OutOfOrder { .. })));
    let late = peer.connection.send_informational(id(1), &response(103));
    assert!(matches!(late, Err(Misuse::OutOfOrder { .. })));
    peer.connection.send_end(id(1), None).unwrap();
    assert_eq!(peer.connection.send_data(id(1), b"x"), none);
    assert_eq!(peer.connection.send_request(&request("/"), Outgoing::None), Err(Misuse::Role));
}

#[test]
fn an_answer_to_head_has_no_content() {
    let mut peer = Peer::of_server();
    peer.headers(1, BOTH, &[(":method", "HEAD"), GET[1], GET[2], GET[3]]);
    answer(&mut peer, 1);
    let head = peer.of_kind(FrameType::HEADERS)[0].payload.clone();
    assert!(peer.decode(&head).contains(&("content-length".into(), "2".into())));
    assert_eq!(peer.data_on(1), 0);
    assert_eq!(peer.connection.streams(), 0);
}

#[test]
fn an_end_in_mid_stream_is_not_clean() {
    for cut in [false, true] {
        let mut peer = Peer::of_client();
        if cut {
            peer.connection.send_request(&request("/"), Outgoing::None).unwrap();
        }
        peer.connection.receive_end(true, peer.now);
        peer.poll();
        assert_eq!(peer.events.last(), Some(&Event::Closed { clean: !cut }));
    }
}

struct Lines(Mutex<Vec<String>>);

impl Sink for Lines {
    fn event(&self, event: &wire::trace::Event<'_>) {
        let way = match event.direction {
            Direction::Sent => "send",
            Direction::Received => "recv",
            Direction::Local => "note",
        };
        let stream = event.stream.unwrap_or_default();
        let mut line = format!("{way} {stream} {}", event.name);
        for field in event.fields {
            line += &format!(" {}={}", field.name, field.value);
        }
        self.0.lock().unwrap().push(line);
    }
}

#[test]
fn a_listener_sees_each_frame() {
    let lines = Arc::new(Lines(Mutex::new(Vec::new())));
    let mut peer = Peer::of_server();
    peer.connection.set_trace(Trace::to(Arc::clone(&lines) as Arc<dyn Sink>, 1));
    peer.get(1);
    answer(&mut peer, 1);
    peer.send(&octets(6, 0, 0, b"12345678"));
    assert_eq!(
        *lines.0.lock().unwrap(),
        [
            "recv 1 headers length=6 flags=END_STREAM | END_HEADERS",
            "recv 1 field_section :method=GET :scheme=http :authority=a :path=/",
            "send 1 headers length=5 flags=END_HEADERS",
            "send 1 field_section :status=200 content-length=2",
            "send 1 data length=2 flags=END_STREAM",
            "recv 0 ping length=8 flags= opaque_data=12345678",
            "send 0 ping length=8 flags=ACK opaque_data=12345678",
        ]
    );
}

#[test]
fn s6_8_a_client_says_goodbye_once_and_hears_what_was_said_before() {
    let mut peer = Peer::of_client();
    peer.connection.shut_down(peer.now);
    peer.poll();
    let said: Vec<_> = peer.seen.iter().map(|seen| seen.kind).collect();
    assert_eq!(said, [FrameType::GOAWAY, FrameType::SETTINGS]);
    // A PING that was on its way is still answered.
    peer.frame(6, 0, 0, b"on a way");
    assert_eq!(peer.of_kind(FrameType::PING).len(), 1);
    assert_eq!(peer.connection.state(), State::Open);
    peer.frame(4, 1, 0, &[]);
    assert_eq!(peer.connection.state(), State::Closing);
    assert_eq!(peer.of_kind(FrameType::GOAWAY).len(), 1);
    // Nor does it wait for ever.
    let mut peer = Peer::of_client();
    peer.connection.shut_down(peer.now);
    peer.pass(Duration::from_secs(1));
    assert_eq!(peer.connection.state(), State::Closing);
}
