//! RFC 9114 §4, §5: exchanges between two ends, and what holds while streams overtake each other.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "common/pair.rs"]
#[allow(dead_code, unreachable_pub, missing_docs, reason = "each test uses some of these")]
mod pair;

use http::{Method, Priority};
use http3::{
    ClientOptions, ErrorCode, Event, Limits, Misuse, Outgoing, Settings, StreamId, Transport,
};
use pair::{Pair, fields, request, response};
use std::{sync::Arc, time::Duration};

const fn id(stream: u64) -> StreamId {
    StreamId::new(stream)
}

#[test]
fn s4_1_content_and_trailers_go_both_ways() {
    let mut pair = Pair::new();
    let mut post = request("/form");
    post.method = Method::Post;
    pair.ask(0, &post, Outgoing::Unknown);
    pair.client.end.send_data(id(0), b"hello ").unwrap();
    pair.client.end.send_vec(id(0), vec![b'x'; 9000]).unwrap();
    pair.client.end.send_end(id(0), Some(&fields(&[("x-sum", "7")]))).unwrap();
    pair.run();
    assert_eq!(pair.server.content(0), [b"hello ".as_slice(), &[b'x'; 9000]].concat());
    assert!(pair.server.has(|event| matches!(event, Event::Trailers { .. })));
    pair.server.end.send_informational(id(0), &response(103)).unwrap();
    pair.server.end.send_response(id(0), &response(200), Outgoing::Unknown).unwrap();
    pair.server.end.send_shared(id(0), Arc::from(vec![7; 70_000])).unwrap();
    pair.server.end.send_end(id(0), Some(&fields(&[("x-sum", "8")]))).unwrap();
    pair.run();
    assert_eq!(pair.client.content(0), vec![7; 70_000]);
    assert!(pair.client.has(|event| matches!(event, Event::Informational { .. })));
    assert!(pair.client.ended(0) && pair.client.violations().is_empty());
    assert_eq!((pair.client.end.streams(), pair.server.end.streams()), (0, 0));
}

#[test]
fn s4_1_a_hundred_at_once_end_in_any_order() {
    let mut pair = Pair::new();
    for number in 0..100 {
        pair.ask(4 * number, &request("/"), Outgoing::None);
    }
    pair.run();
    for number in (0..100).rev() {
        pair.answer(4 * number, format!("{number}").as_bytes());
    }
    pair.run();
    for number in 0..100 {
        assert_eq!(pair.client.content(4 * number), format!("{number}").into_bytes());
    }
}

#[test]
fn s4_1_the_rest_of_an_answered_request_is_not_wanted() {
    let mut pair = Pair::new();
    let mut post = request("/");
    post.method = Method::Post;
    pair.ask(0, &post, Outgoing::Unknown);
    pair.run();
    pair.answer(0, b"too long");
    pair.server.end.reset(id(0), ErrorCode::H3_NO_ERROR);
    pair.run();
    let stopped = |event: &Event| {
        let Event::Stopped { code, .. } = event else { return false };
        *code == ErrorCode::H3_NO_ERROR
    };
    assert!(pair.client.has(stopped) && pair.client.ended(0), "{:?}", pair.client.heard);
    assert_eq!(pair.client.content(0), b"too long");
}

#[test]
fn s4_1_2_content_that_is_shorter_than_announced_is_no_content() {
    let mut pair = Pair::new();
    pair.get(0);
    pair.server.end.send_response(id(0), &response(200), Outgoing::Length(10)).unwrap();
    pair.server.end.send_data(id(0), b"short").unwrap();
    assert!(pair.server.end.send_end(id(0), None).is_err());
    pair.run();
    assert!(pair.client.has(|event| matches!(event, Event::StreamReset { .. })));
    assert!(!pair.client.ended(0));
}

#[test]
fn s9204_2_1_2_a_section_that_needs_a_late_entry_waits_and_nothing_else_does() {
    let limits = Limits { risk: 16, ..Limits::default() };
    let mut pair = Pair::with(&limits, ClientOptions::default());
    pair.get(0);
    pair.get(4);
    // What the server's encoder says stays on its way.
    let encoder = 7;
    pair.server.pipe.held.insert(encoder);
    for turn in 0..3 {
        let mut answer = response(200);
        answer.headers = fields(&[("x-often", "the same")]);
        pair.get(8 + 4 * turn);
        pair.server.end.send_response(id(8 + 4 * turn), &answer, Outgoing::None).unwrap();
        pair.run();
    }
    pair.answer(0, b"plain");
    pair.run();
    assert_eq!(pair.client.content(0), b"plain");
    let blocked: Vec<StreamId> = pair.client.end.blocked().collect();
    assert!(!blocked.is_empty(), "something waits");
    pair.server.pipe.held.remove(&encoder);
    pair.run();
    assert_eq!(pair.client.end.blocked().count(), 0);
    assert!(blocked.iter().all(|stream| pair.client.ended(stream.get())));
}

#[test]
fn by_default_no_section_ever_waits() {
    let mut pair = Pair::new();
    pair.server.pipe.held.insert(7);
    for turn in 0..20 {
        let mut answer = response(200);
        answer.headers = fields(&[("x-often", "the same")]);
        pair.get(4 * turn);
        pair.server.end.send_response(id(4 * turn), &answer, Outgoing::None).unwrap();
        pair.run();
        assert!(pair.client.ended(4 * turn), "answer {turn}");
    }
}

#[test]
fn who_takes_nothing_holds_what_the_limit_says() {
    let limits = Limits { stream_input: 3000, ..Limits::default() };
    let mut pair = Pair::with(&limits, ClientOptions::default());
    pair.server.eager = false;
    let mut post = request("/");
    post.method = Method::Post;
    pair.client.pipe.room = 5000;
    pair.ask(0, &post, Outgoing::Length(20_000));
    pair.client.end.send_vec(id(0), vec![1; 20_000]).unwrap();
    pair.client.end.send_end(id(0), None).unwrap();
    pair.run();
    assert_eq!(pair.server.content(0).len(), 3000);
    assert!(!pair.server.ended(0));
    // Another request passes it.
    pair.get(4);
    assert!(pair.server.ended(4));
    for _ in 0..20 {
        pair.server.end.release(id(0), 1500);
        pair.run();
    }
    assert_eq!(pair.server.content(0), vec![1; 20_000]);
    assert!(pair.server.ended(0));
}

#[test]
fn an_application_is_told_when_there_is_room() {
    let limits = Limits { stream_output: 1000, ..Limits::default() };
    let mut pair = Pair::with(&limits, ClientOptions::default());
    pair.get(0);
    pair.server.pipe.room = 500;
    pair.server.pipe.held.insert(0);
    pair.server.end.send_response(id(0), &response(200), Outgoing::Unknown).unwrap();
    pair.server.end.send_vec(id(0), vec![0; 5000]).unwrap();
    pair.run();
    assert_eq!(pair.server.end.output_room(id(0)), 0);
    assert!(!pair.server.has(|event| matches!(event, Event::Writable(_))));
    pair.server.pipe.held.remove(&0);
    pair.run();
    assert!(pair.server.has(|event| matches!(event, Event::Writable(_))));
    assert_eq!(pair.server.end.output_room(id(0)), 1000);
}

#[test]
fn all_answers_of_a_connection_have_room_together() {
    let limits = Limits { output: 1 << 20, ..Limits::default() };
    let mut pair = Pair::with(&limits, ClientOptions::default());
    let streams: Vec<u64> = (0..100).map(|number| 4 * number).collect();
    streams.iter().for_each(|stream| pair.get(*stream));
    let mut held = Vec::new();
    for stream in &streams {
        pair.server.pipe.held.insert(*stream);
        pair.server.end.send_response(id(*stream), &response(200), Outgoing::Unknown).unwrap();
        while let room @ 1.. = pair.server.end.output_room(id(*stream)) {
            let piece = vec![7; room.min(10_000)];
            pair.server.end.send_vec(id(*stream), piece).unwrap();
        }
        held.push(pair.server.end.waiting(id(*stream)));
    }
    // Four have as much as one may, and all have some: none is left without a word.
    assert!(held[..3].iter().all(|held| *held >= 262_144), "{held:?}");
    assert!(held.iter().all(|held| *held >= 16 << 10), "{held:?}");
    assert!(held.iter().sum::<usize>() < (1 << 20) + 100 * (17 << 10), "{held:?}");
    // One that is given up makes room; one that goes on hears of it when its own have gone.
    pair.server.end.reset(id(0), ErrorCode::H3_REQUEST_CANCELLED);
    assert!(pair.server.end.output_room(id(396)) == 0, "others still hold the rest");
    for stream in &streams[1..5] {
        pair.server.end.reset(id(*stream), ErrorCode::H3_REQUEST_CANCELLED);
    }
    pair.run();
    assert!(pair.server.has(|event| *event == Event::Writable(id(396))));
    assert!(pair.server.end.output_room(id(396)) > 16 << 10);
    for stream in &streams {
        pair.server.end.reset(id(*stream), ErrorCode::H3_REQUEST_CANCELLED);
    }
    pair.run();
    pair.get(400);
    pair.server.end.send_response(id(400), &response(200), Outgoing::Unknown).unwrap();
    assert!(pair.server.end.output_room(id(400)) > 262_000, "nothing is counted that is gone");
}

#[test]
fn s5_2_a_shutdown_finishes_what_is_under_way() {
    let mut pair = Pair::new();
    pair.get(0);
    pair.server.end.shut_down(pair.now);
    pair.run();
    assert!(pair.client.has(|event| matches!(event, Event::GoAway { .. })));
    assert!(pair.client.end.send_request(id(4), &request("/"), Outgoing::None).is_err());
    pair.answer(0, b"still");
    pair.pass(Duration::from_secs(2));
    assert_eq!(pair.client.content(0), b"still");
    assert!(pair.server.has(|event| matches!(event, Event::Drained)));
    assert!(pair.client.has(|event| matches!(event, Event::Drained)));
}

#[test]
fn s5_2_a_request_that_was_on_its_way_is_served_before_the_second_goaway() {
    let mut pair = Pair::new();
    pair.get(0);
    pair.ask(4, &request("/"), Outgoing::None);
    pair.server.end.shut_down(pair.now);
    pair.run();
    assert!(pair.server.ended(4));
    pair.answer(0, b"one");
    pair.answer(4, b"two");
    pair.run();
    assert_eq!(pair.client.content(4), b"two");
}

#[test]
fn s7_2_4_2_what_was_remembered_holds_until_settings_come() {
    let remembered = Settings { max_field_section_size: Some(100), ..Settings::default() };
    let options = ClientOptions { remembered: Some(remembered), ..ClientOptions::default() };
    let mut pair = Pair::with(&Limits::default(), options);
    let mut long = request("/");
    long.headers.try_append("x-long", &"x".repeat(200)).unwrap();
    let sent = pair.client.end.send_request(id(0), &long, Outgoing::None);
    assert!(matches!(sent, Err(http3::Misuse::SectionTooLarge { .. })), "{sent:?}");
    pair.run();
    assert!(pair.client.end.is_introduced());
    pair.ask(0, &long, Outgoing::None);
    pair.run();
    assert!(pair.server.ended(0));
}

#[test]
fn rfc_9218_s4_priorities_reach_the_transport() {
    let mut pair = Pair::new();
    let mut urgent = request("/");
    urgent.headers.try_append("priority", "u=1, i").unwrap();
    pair.ask(0, &urgent, Outgoing::None);
    pair.ask(4, &request("/"), Outgoing::None);
    pair.run();
    assert_eq!(pair.server.pipe.priorities.get(&0), Some(&Priority::new(1, true)));
    pair.client.end.set_priority(id(4), Priority::new(6, false));
    pair.run();
    assert_eq!(pair.server.pipe.priorities.get(&4), Some(&Priority::new(6, false)));
}

#[test]
fn rfc_9218_s7_2_a_priority_may_come_before_its_request() {
    let mut pair = Pair::new();
    pair.client.pipe.held.insert(0);
    pair.ask(0, &request("/"), Outgoing::None);
    pair.run();
    pair.client.end.set_priority(id(0), Priority::new(0, false));
    pair.run();
    pair.client.pipe.held.clear();
    pair.run();
    assert_eq!(pair.server.pipe.priorities.get(&0), Some(&Priority::new(0, false)));
}

#[test]
fn rfc_9220_s3_an_extended_connect_is_a_tunnel() {
    let mut pair = Pair::new();
    pair.run();
    let mut connect = request("/chat");
    connect.method = Method::Connect;
    pair.client.end.send_connect(id(0), &connect, "websocket").unwrap();
    pair.run();
    let asked = |event: &Event| matches!(event, Event::Request { head, .. } if head.protocol.as_deref() == Some("websocket"));
    assert!(pair.server.has(asked), "{:?}", pair.server.heard);
    pair.server.end.send_response(id(0), &response(200), Outgoing::Unknown).unwrap();
    pair.server.end.send_data(id(0), b"to you").unwrap();
    pair.client.end.send_data(id(0), b"to me").unwrap();
    pair.client.end.send_datagram(id(0), b"maybe").unwrap();
    pair.run();
    assert_eq!(pair.server.content(0), b"to me");
    assert_eq!(pair.client.content(0), b"to you");
    assert!(pair.server.has(|event| matches!(event, Event::Datagram { .. })));
}

#[test]
fn s7_2_8_grease_changes_nothing() {
    let mut pair = Pair::new();
    pair.client.end.set_grease(0x1234_5678_9abc_def0);
    pair.server.end.set_grease(0xfedc_ba98);
    pair.get(0);
    pair.answer(0, b"as ever");
    pair.run();
    assert_eq!(pair.client.content(0), b"as ever");
    assert!(pair.client.violations().is_empty() && pair.server.violations().is_empty());
}

#[test]
fn what_the_transport_loses_is_told() {
    let mut pair = Pair::new();
    pair.get(0);
    pair.client.end.transport_closed();
    pair.run();
    assert!(pair.client.has(|event| matches!(event, Event::Closed { clean: false })));
    pair.server.end.transport_closed();
    pair.run();
    assert!(pair.server.has(|event| matches!(event, Event::Closed { clean: false })));
}

#[test]
fn s4_1_2_whoever_asked_is_told_that_the_answer_is_none() {
    let mut pair = Pair::new();
    pair.get(0);
    // A section without :status.
    pair.client.end.receive(id(0), &[0x01, 0x02, 0, 0], pair.now);
    pair.run();
    let told = |event: &Event| {
        matches!(event, Event::StreamReset { code, error: Some(_), .. }
            if *code == ErrorCode::H3_MESSAGE_ERROR)
    };
    assert!(pair.client.has(told), "{:?}", pair.client.heard);
}

#[test]
fn s4_1_1_a_handler_is_told_that_nobody_wants_its_answer() {
    let mut pair = Pair::new();
    let mut post = request("/");
    post.method = Method::Post;
    pair.ask(0, &post, Outgoing::Unknown);
    pair.run();
    pair.client.end.reset(id(0), ErrorCode::H3_REQUEST_CANCELLED);
    pair.run();
    let told = |event: &Event| {
        let Event::StreamReset { code, .. } = event else { return false };
        *code == ErrorCode::H3_REQUEST_CANCELLED
    };
    assert!(pair.server.has(told), "{:?}", pair.server.heard);
    assert_eq!(pair.server.end.streams(), 0);
}

#[test]
fn s4_1_an_answer_outlives_the_rest_of_its_request() {
    let limits = Limits { stream_input: 1000, ..Limits::default() };
    let mut pair = Pair::with(&limits, ClientOptions::default());
    pair.server.eager = false;
    let mut post = request("/");
    post.method = Method::Post;
    pair.client.pipe.room = 500;
    pair.ask(0, &post, Outgoing::Unknown);
    pair.client.end.send_vec(id(0), vec![1; 50_000]).unwrap();
    pair.run();
    // The upload waits for room, and then is not wanted; the answer takes its time.
    pair.server.end.send_response(id(0), &response(200), Outgoing::Unknown).unwrap();
    pair.server.pipe.stop_sending(id(0), ErrorCode::H3_NO_ERROR.0);
    pair.run();
    assert!(pair.client.has(|event| matches!(event, Event::Stopped { .. })));
    pair.pass(Duration::from_secs(61));
    pair.server.end.send_data(id(0), b"at last").unwrap();
    pair.server.end.send_end(id(0), None).unwrap();
    pair.run();
    assert_eq!(pair.client.content(0), b"at last", "{:?}", pair.client.heard);
    assert!(pair.client.ended(0));
}

#[test]
fn a_tunnel_is_as_long_as_it_is() {
    let limits = Limits { content: 1000, ..Limits::default() };
    let mut pair = Pair::with(&limits, ClientOptions::default());
    pair.run();
    let mut connect = request("/chat");
    connect.method = Method::Connect;
    pair.client.end.send_connect(id(0), &connect, "websocket").unwrap();
    pair.run();
    pair.server.end.send_response(id(0), &response(200), Outgoing::Unknown).unwrap();
    pair.client.end.send_data(id(0), &[1; 3000]).unwrap();
    pair.run();
    assert_eq!(pair.server.content(0).len(), 3000);
}

#[test]
fn s7_2_4_2_a_table_that_0_rtt_relied_on_stays_as_it_was() {
    let remembered = Settings { qpack_max_table_capacity: 100, ..Settings::default() };
    let options = ClientOptions { remembered: Some(remembered), ..ClientOptions::default() };
    let mut pair = Pair::with(&Limits::default(), options);
    pair.run();
    // RFC 9204 §3.2.3 has a code of its own for it.
    let code = ErrorCode::QPACK_DECODER_STREAM_ERROR;
    assert_eq!(pair.client.pipe.closed, Some(code.0), "{:?}", pair.client.heard);
}

#[test]
fn rfc_9218_s7_2_a_priority_waits_for_a_request_that_was_overtaken() {
    let mut pair = Pair::new();
    pair.client.pipe.held.insert(0);
    pair.ask(0, &request("/"), Outgoing::None);
    pair.ask(4, &request("/"), Outgoing::None);
    pair.run();
    assert!(pair.server.ended(4) && !pair.server.ended(0));
    pair.client.end.set_priority(id(0), Priority::new(0, false));
    pair.run();
    pair.client.pipe.held.clear();
    pair.run();
    assert_eq!(pair.server.pipe.priorities.get(&0), Some(&Priority::new(0, false)));
}

#[test]
fn rfc_9297_s2_1_a_datagram_is_a_requests_and_goes_while_its_stream_is_open() {
    let mut pair = Pair::pushing();
    pair.get(0);
    let pushed = pair.server.end.push(id(0), &request("/style.css")).unwrap();
    let sent = pair.server.end.send_datagram(pushed, b"x");
    assert_eq!(sent, Err(Misuse::WrongStream { stream: pushed }));
    // The client has ended its half.
    let sent = pair.client.end.send_datagram(id(0), b"x");
    assert!(matches!(sent, Err(Misuse::OutOfOrder { .. })), "{sent:?}");
    pair.server.end.receive_datagram(&[0, b'x'], pair.now);
    pair.run();
    assert!(!pair.server.has(|event| matches!(event, Event::Datagram { .. })));
}

#[test]
fn s4_2_2_a_status_finds_its_way_to_a_peer_that_takes_no_fields() {
    let mut pair = Pair::new();
    let server = &mut pair.server;
    // SETTINGS_MAX_FIELD_SECTION_SIZE of 41, one octet less than a status has.
    server.end.receive(id(2), &[0x00, 0x04, 2, 0x06, 41], pair.now);
    server.end.receive(id(0), &[1, 8, 0, 0, 0xd1, 0xd7, 0xc1, 0x50, 1, b'a'], pair.now);
    let mut long = response(404);
    long.headers.try_append("x-why", "not there").unwrap();
    let sent = server.end.send_response(id(0), &long, Outgoing::None);
    assert!(matches!(sent, Err(http3::Misuse::SectionTooLarge { .. })), "{sent:?}");
    server.end.send_response(id(0), &response(500), Outgoing::None).unwrap();
    server.end.poll_transmit(pair.now, &mut server.pipe);
    assert_eq!(server.pipe.sent(0), [1, 4, 0, 0, 0xff, 8]);
}
