//! RFC 9114 §4.6: responses that nobody asked for, promised, kept and cancelled.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "common/pair.rs"]
#[allow(dead_code, unreachable_pub, missing_docs, reason = "each test uses some of these")]
mod pair;

use http::Priority;
use http3::{Event, Outgoing, StreamId};
use pair::{Pair, request, response};

const fn id(stream: u64) -> StreamId {
    StreamId::new(stream)
}

#[test]
fn s4_6_a_server_pushes() {
    let mut pair = Pair::pushing();
    pair.get(0);
    let pushed = pair.server.end.push(id(0), &request("/style.css")).unwrap();
    pair.answer(0, b"page");
    pair.answer(pushed.get(), b"style");
    pair.run();
    let promised = |event: &Event| {
        matches!(event, Event::PushPromise { push: 0, head, .. }
            if head.request.target.to_string() == "/style.css")
    };
    assert!(pair.client.has(promised));
    assert!(pair.client.has(|event| matches!(event, Event::PushStream { push: 0, .. })));
    assert_eq!(pair.client.content(pushed.get()), b"style");
}

#[test]
fn s4_6_a_push_stream_may_come_before_its_promise() {
    let mut pair = Pair::pushing();
    pair.get(0);
    let pushed = pair.server.end.push(id(0), &request("/style.css")).unwrap();
    pair.server.pipe.held.insert(0);
    pair.answer(pushed.get(), b"style");
    pair.answer(0, b"page");
    pair.run();
    assert!(!pair.client.has(|event| matches!(event, Event::PushPromise { .. })));
    pair.server.pipe.held.remove(&0);
    pair.run();
    assert_eq!(pair.client.content(pushed.get()), b"style");
    assert!(pair.client.ended(0) && pair.client.violations().is_empty());
}

#[test]
fn s7_2_3_a_client_cancels_a_push() {
    let mut pair = Pair::pushing();
    pair.get(0);
    let pushed = pair.server.end.push(id(0), &request("/style.css")).unwrap();
    pair.run();
    pair.client.end.cancel_push(0);
    pair.run();
    let sent = pair.server.end.send_response(pushed, &response(200), Outgoing::None);
    assert!(sent.is_err() || pair.server.pipe.reset_of(pushed.get()).is_some());
    pair.answer(0, b"page");
    pair.run();
    assert_eq!(pair.client.content(0), b"page");
}

#[test]
fn s4_6_who_wants_no_push_gets_none() {
    let mut pair = Pair::new();
    pair.get(0);
    assert!(!pair.server.end.can_push());
    assert!(pair.server.end.push(id(0), &request("/style.css")).is_err());
}

#[test]
fn rfc_9218_s7_2_a_push_has_a_priority_of_its_own() {
    let mut pair = Pair::pushing();
    pair.get(0);
    let pushed = pair.server.end.push(id(0), &request("/style.css")).unwrap();
    pair.server.end.send_response(pushed, &response(200), Outgoing::Unknown).unwrap();
    pair.run();
    pair.client.end.set_priority(pushed, Priority::new(5, true));
    pair.run();
    assert_eq!(pair.server.pipe.priorities.get(&pushed.get()), Some(&Priority::new(5, true)));
    assert!(pair.server.violations().is_empty());
}

/// PUSH_PROMISE of push 0: GET https, `/`, authority `a`.
const PROMISE: [u8; 11] = [0x05, 9, 0, 0, 0, 0xd1, 0xd7, 0xc1, 0x50, 1, b'a'];

#[test]
fn s4_6_a_push_stream_that_ends_before_its_promise_is_no_response() {
    let mut pair = Pair::pushing();
    pair.get(0);
    pair.client.end.receive(id(1003), &[0x01, 0x00], pair.now);
    pair.client.end.receive_end(id(1003), pair.now);
    pair.client.end.receive(id(0), &PROMISE, pair.now);
    assert_eq!(pair.client.end.streams(), 1, "nothing will ever come on the stream of the push");
    pair.answer(0, b"page");
    pair.run();
    assert_eq!((pair.client.content(0), pair.client.end.streams()), (b"page".to_vec(), 0));
}

#[test]
fn s7_2_3_a_push_that_is_cancelled_makes_room_for_another() {
    let mut pair = Pair::pushing();
    pair.get(0);
    for push in 0..40 {
        pair.server.end.push(id(0), &request("/style.css")).unwrap();
        pair.run();
        pair.client.end.cancel_push(push);
        pair.run();
    }
    assert!(pair.server.end.can_push());
    // What has ended is not cancelled, and makes room once.
    let pushed = pair.server.end.push(id(0), &request("/style.css")).unwrap();
    pair.answer(pushed.get(), b"style");
    pair.run();
    assert_eq!(pair.client.content(pushed.get()), b"style");
    let said = pair.client.pipe.sent(2).len();
    pair.client.end.cancel_push(40);
    pair.run();
    assert_eq!(pair.client.pipe.sent(2).len(), said);
    assert!(pair.client.violations().is_empty() && pair.server.violations().is_empty());
}
