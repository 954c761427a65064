//! The rules of a server's connection from exchange to exchange: what persists, in which order, how
//! it ends and how long it waits. RFC 9112 §9.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{
    ok, serve, serve_split,
    server::{GET, OK, Server},
};
use http1::{
    Content, Limits, State, Violation as V,
    server::{Connection, Event},
};
use std::time::Duration;
use wire::Output;

#[test]
fn an_idle_connection_is_small_and_holds_nothing() {
    let size = size_of::<Connection>();
    assert!(size <= 600, "{size} octets");
    let mut server = Server::new();
    server.request(GET);
    ok(&mut server.connection);
    server.sent();
    assert_eq!(server.connection.held(), 0);
}

#[test]
fn http_1_1_persists_unless_it_says_close() {
    let story = serve_split(GET.repeat(3).as_bytes(), false, &Limits::default());
    assert_eq!(story.text(), OK.repeat(3));
    let close = "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n";
    let story = serve_split(format!("{close}{GET}").as_bytes(), false, &Limits::default());
    assert_eq!(story.messages.len(), 1, "the request behind it is not answered");
    assert!(story.text().contains("Connection: close\r\n"));
}

#[test]
fn http_1_0_closes_unless_it_says_keep_alive() {
    let old = "GET / HTTP/1.0\r\n\r\n";
    let story = serve_split(old.as_bytes(), false, &Limits::default());
    assert_eq!((story.state, story.closed), (State::Closed, Some(true)));
    assert!(story.text().contains("Connection: close\r\n"));
    let old = "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n";
    let story = serve_split(old.repeat(2).as_bytes(), false, &Limits::default());
    assert_eq!(story.messages.len(), 2);
    assert_eq!(story.text().matches("Connection: keep-alive\r\n").count(), 2);
}

#[test]
fn responses_go_out_in_the_order_of_requests_one_exchange_at_a_time() {
    let mut server = Server::new();
    let (first, _) = server.request(&GET.replace("/ ", "/1 "));
    server.receive(&GET.replace("/ ", "/2 "));
    assert_eq!(first.target.path(), "/1");
    assert_eq!(server.event(), None, "the second waits for the first's answer");
    ok(&mut server.connection);
    let Some(Event::Request { request, .. }) = server.event() else { panic!() };
    assert_eq!(request.target.path(), "/2");
}

#[test]
fn a_request_accepted_before_a_bad_one_is_answered() {
    let story = serve_split(format!("{GET}BAD\r\n\r\n").as_bytes(), false, &Limits::default());
    assert!(story.text().starts_with(OK), "{}", story.text());
    assert!(story.text().contains("HTTP/1.1 400 Bad Request\r\n"));
    assert_eq!(story.state, State::Closing);
}

#[test]
fn pipelined_requests_are_kept_up_to_a_limit() {
    let limits = Limits { tail: 200, ..Limits::default() };
    let mut server = Server::under(&limits);
    server.request(GET);
    assert!(server.connection.wants_receive());
    server.receive(&GET.repeat(20));
    assert!(!server.connection.wants_receive(), "{} octets wait", server.connection.held());
    for _ in 0..20 {
        ok(&mut server.connection);
        assert!(matches!(server.event(), Some(Event::Request { .. })));
    }
    assert!(server.connection.wants_receive());
}

#[test]
fn answers_to_a_pipeline_leave_in_one_piece() {
    let mut server = Server::new();
    server.receive(&GET.repeat(16));
    while let Some(Event::Request { .. }) = server.event() {
        ok(&mut server.connection);
    }
    let mut out = Output::new(1 << 20);
    server.connection.poll_transmit(server.now, &mut out);
    let mut slices = [std::io::IoSlice::new(&[]); 4];
    assert_eq!(out.slices(&mut slices), 1);
    assert_eq!(slices[0].len(), 16 * OK.len());
}

#[test]
fn after_an_error_comes_an_answer_then_closing_then_closed() {
    let mut server = Server::new();
    server.receive("GET / HTTP/1.1\r\nHost : a\r\n\r\n");
    let Some(Event::Violation(error)) = server.event() else { panic!() };
    assert_eq!(error.violation, V::SpaceBeforeColon);
    let text = server.sent();
    assert!(text.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{text}");
    assert!(
        text.ends_with("white space stands before a field's colon (RFC 9112 §5.1, octet 20)\n")
    );
    assert_eq!(server.connection.state(), State::Closing);
    assert!(server.connection.wants_receive(), "to drain, lest a reset eat the answer");
    server.receive(GET);
    assert_eq!(server.event(), None);
    assert_eq!(server.connection.held(), 0);
    server.connection.receive_end(server.now);
    assert_eq!(server.connection.state(), State::Closed);
    assert_eq!(server.closed(), Some(false));
    assert_eq!(server.event(), None);
}

#[test]
fn closing_lasts_no_longer_and_drains_no_more_than_its_limits() {
    let mut server = Server::new();
    server.receive("BAD\r\n\r\n");
    server.event();
    server.sent();
    server.later(1);
    assert_eq!(server.connection.state(), State::Closing);
    server.later(2);
    assert_eq!(server.connection.state(), State::Closed);

    let mut server = Server::new();
    server.receive("BAD\r\n\r\n");
    for _ in 0..5 {
        server.receive(&"x".repeat(60_000));
    }
    assert_eq!(server.connection.state(), State::Closed);
}

#[test]
fn the_answer_to_a_violation_says_nothing_that_the_peer_sent() {
    let story =
        serve(&[b"GET /<script> HTTP/1.1\r\nHost: <script>\r\n\r\n"], false, &Limits::default());
    assert!(!story.text().contains("script"));
}

#[test]
fn a_half_closed_peer_gets_its_answers() {
    let mut server = Server::new();
    server.receive(&GET.repeat(2));
    server.connection.receive_end(server.now);
    for _ in 0..2 {
        assert!(matches!(server.event(), Some(Event::Request { .. })));
        assert!(!server.connection.wants_receive());
        ok(&mut server.connection);
    }
    assert_eq!(server.closed(), Some(true));
    assert_eq!(server.sent(), OK.repeat(2));
}

#[test]
fn an_end_between_requests_is_clean() {
    let mut server = Server::new();
    server.connection.receive_end(server.now);
    assert_eq!((server.closed(), server.sent()), (Some(true), String::new()));
}

#[test]
fn shutting_down_finishes_the_exchange_and_says_close() {
    let mut server = Server::new();
    server.request(&GET.repeat(2));
    server.connection.shut_down(server.now);
    ok(&mut server.connection);
    assert!(server.sent().contains("Connection: close\r\n"));
    assert_eq!(server.connection.state(), State::Closing, "the second request was on its way");
    assert_eq!(server.event(), None);
    let mut server = Server::new();
    server.connection.shut_down(server.now);
    assert_eq!(server.closed(), Some(true), "an idle one closes at once");
    let mut server = Server::new();
    server.receive("GET / HT");
    server.connection.shut_down(server.now);
    assert!(matches!(server.request("TP/1.1\r\nHost: a\r\n\r\n"), (_, Content::None)));
    ok(&mut server.connection);
    assert!(server.sent().contains("Connection: close\r\n"), "a begun request is answered");
}

#[test]
fn a_slow_head_is_408_and_an_idle_connection_closes_without_a_word() {
    let mut server = Server::new();
    server.later(59);
    assert_eq!(server.connection.state(), State::Open);
    server.later(1);
    assert_eq!((server.closed(), server.sent()), (Some(true), String::new()));

    let mut server = Server::new();
    server.later(50);
    for octet in ["G", "E", "T"] {
        server.receive(octet);
        server.later(10);
    }
    assert!(matches!(server.event(), Some(Event::Violation(e)) if e.violation == V::HeadTimeout));
    assert!(server.sent().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    assert_eq!(server.connection.state(), State::Closing);
}

#[test]
fn the_head_behind_a_slow_answer_gets_its_full_time() {
    let mut server = Server::new();
    server.request(&format!("{GET}GET / HT"));
    server.now += Duration::from_secs(500);
    ok(&mut server.connection);
    assert_eq!(server.event(), None);
    server.sent();
    server.later(29);
    assert_eq!(server.connection.state(), State::Open);
    server.later(1);
    assert!(matches!(server.event(), Some(Event::Violation(e)) if e.violation == V::HeadTimeout));
}

#[test]
fn slow_content_is_408_and_a_slow_application_is_not() {
    let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
    let mut server = Server::new();
    server.request(post);
    server.later(1000);
    assert_eq!(server.connection.state(), State::Open, "nobody asked for it yet");
    server.connection.read_body();
    server.later(29);
    assert_eq!(server.connection.state(), State::Open);
    server.later(30);
    assert!(
        matches!(server.event(), Some(Event::Violation(e)) if e.violation == V::ContentTimeout)
    );
    assert!(server.sent().starts_with("HTTP/1.1 408 "));

    let mut server = Server::new();
    server.request(post);
    server.connection.read_body();
    server.sent();
    server.receive("data");
    server.later(1000);
    assert!(matches!(server.event(), Some(Event::Data(_))), "the event waited, not the peer");
    server.later(1);
    assert_eq!(server.connection.state(), State::Open);
}

#[test]
fn content_slower_than_the_least_rate_is_408_however_steady() {
    let mut server = Server::new();
    server.request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    server.connection.read_body();
    server.sent();
    let mut seconds = 0;
    while server.connection.state() == State::Open {
        server.receive("x");
        assert!(matches!(server.event(), Some(Event::Data(_))));
        server.sent();
        server.later(5);
        seconds += 5;
        assert!(seconds < 100, "an octet in five seconds must not go on for ever");
    }
    assert!(seconds >= 30);
}

#[test]
fn the_idle_timer_starts_when_the_answer_is_sent() {
    let mut server = Server::new();
    server.request(GET);
    assert_eq!(server.connection.next_timeout(), None, "the application takes what time it needs");
    server.now += Duration::from_secs(500);
    ok(&mut server.connection);
    server.later(0);
    assert_eq!(server.connection.state(), State::Open);
    server.sent();
    let idle = server.connection.next_timeout().unwrap() - server.now;
    assert_eq!(idle, Limits::default().idle_timeout);
}

#[test]
fn a_driver_that_takes_long_to_write_says_when_it_has() {
    let mut server = Server::new();
    server.request(GET);
    ok(&mut server.connection);
    server.sent();
    server.now += Duration::from_secs(50);
    server.connection.sent(server.now);
    let left = |server: &Server| server.connection.next_timeout().unwrap() - server.now;
    assert_eq!(left(&server), Limits::default().idle_timeout, "the next request's time");
    server.connection.receive(&mut b"?".to_vec(), server.now);
    assert_eq!(server.connection.state(), State::Closing);
    server.now += Duration::from_secs(50);
    server.connection.sent(server.now);
    assert_eq!(left(&server), Limits::default().linger, "the close's");
}
