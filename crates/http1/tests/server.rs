//! The rules of a server's connection, one test each: RFC 9112 §9, RFC 9110 §10.1.1, §15.2.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{ok, serve, serve_split};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http1::{
    Content, Limits, Misuse, Outgoing, State, Violation as V,
    server::{Connection, Event},
};
use std::time::{Duration, Instant};
use wire::Output;

/// A connection with a hand on the clock.
struct Server {
    connection: Connection,
    now: Instant,
}

impl Server {
    fn new() -> Self {
        Self::under(&Limits::default())
    }

    fn under(limits: &Limits) -> Self {
        let now = Instant::now();
        Self { connection: Connection::new(limits, now), now }
    }

    fn receive(&mut self, input: &str) {
        self.connection.receive(&mut input.as_bytes().to_vec(), self.now);
    }

    /// Receives a request and takes its event.
    fn request(&mut self, input: &str) -> (Request, Content) {
        self.receive(input);
        match self.connection.poll_event() {
            Some(Event::Request { request, content }) => (request, content),
            other => panic!("{other:?}"),
        }
    }

    fn sent(&mut self) -> String {
        let mut out = Output::new(1 << 20);
        self.connection.poll_transmit(self.now, &mut out);
        String::from_utf8(out.take()).unwrap()
    }

    fn later(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.connection.handle_timeout(self.now);
    }

    fn event(&mut self) -> Option<Event> {
        self.connection.poll_event()
    }

    fn closed(&mut self) -> Option<bool> {
        match self.event() {
            Some(Event::Closed { clean }) => Some(clean),
            None => None,
            other => panic!("{other:?}"),
        }
    }
}

fn response(status: u16, fields: &[(&str, &str)]) -> Response {
    let mut response = Response::new(StatusCode::new(status).unwrap());
    for (name, value) in fields {
        response.headers.try_append(*name, *value).unwrap();
    }
    response
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

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
fn an_expectation_other_than_100_continue_is_417() {
    let input = "POST / HTTP/1.1\r\nHost: a\r\nExpect: cake\r\nContent-Length: 1\r\n\r\n";
    let story = serve_split(input.as_bytes(), false, &Limits::default());
    assert_eq!(story.violation.unwrap().violation, V::ExpectationUnknown);
    assert!(story.text().starts_with("HTTP/1.1 417 "));
}

const EXPECT: &str =
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

#[test]
fn continue_is_sent_when_the_application_starts_to_read() {
    let mut server = Server::new();
    assert_eq!(server.request(EXPECT).1, Content::Length(5));
    assert_eq!(server.sent(), "");
    server.connection.read_body();
    server.connection.read_body();
    assert_eq!(server.sent(), CONTINUE);
    server.receive("hello");
    assert_eq!(server.event(), Some(Event::Data(b"hello".to_vec())));
    assert_eq!(server.event(), Some(Event::End { trailers: None }));
    ok(&mut server.connection);
    assert_eq!(server.sent(), OK);
}

#[test]
fn continue_is_not_sent_behind_a_final_response_or_when_content_is_here() {
    let mut server = Server::new();
    server.request(EXPECT);
    server.connection.send_response(&response(200, &[]), Outgoing::Length(2)).unwrap();
    server.connection.read_body();
    assert!(!server.sent().contains("100 Continue"));
    let mut server = Server::new();
    server.request(&format!("{EXPECT}hel"));
    server.connection.read_body();
    assert_eq!(server.sent(), "");
    let mut server = Server::new();
    server.request(&EXPECT.replace("HTTP/1.1", "HTTP/1.0"));
    server.connection.read_body();
    assert_eq!(server.sent(), "", "HTTP/1.0 knows no 1xx");
}

#[test]
fn a_final_response_instead_of_continue_closes() {
    let mut server = Server::new();
    server.request(EXPECT);
    server.connection.send_response(&response(413, &[]), Outgoing::None).unwrap();
    assert!(server.sent().contains("Connection: close\r\n"));
    assert_eq!(server.connection.state(), State::Closing);
}

#[test]
fn unread_content_is_drained_where_it_is_small_and_closes_where_it_is_large() {
    let limits = Limits { discard: 10, ..Limits::default() };
    let mut server = Server::under(&limits);
    server.request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234");
    ok(&mut server.connection);
    assert_eq!(server.sent(), OK);
    assert_eq!(server.event(), None, "what is dropped is not told");
    server.receive(&format!("56789{GET}"));
    assert!(matches!(server.event(), Some(Event::Request { .. })));

    let mut server = Server::under(&limits);
    server.request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
    ok(&mut server.connection);
    assert!(server.sent().contains("Connection: close\r\n"));
    assert_eq!(server.connection.state(), State::Closing);

    let mut server = Server::under(&limits);
    server.request("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    ok(&mut server.connection);
    server.receive("5\r\n01234\r\n5\r\n56789\r\n");
    assert_eq!(server.event(), None);
    assert_eq!(server.connection.state(), State::Open);
    server.receive("1\r\n0\r\n0\r\n\r\n");
    assert_eq!(server.event(), None);
    assert_eq!(server.connection.state(), State::Closing, "chunks went on past the limit");
}

#[test]
fn content_waits_until_it_is_asked_for() {
    let mut server = Server::under(&Limits { tail: 4, ..Limits::default() });
    server.request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234");
    assert_eq!(server.event(), None);
    assert!(!server.connection.wants_receive());
    server.connection.read_body();
    assert_eq!(server.event(), Some(Event::Data(b"01234".to_vec())));
    assert!(server.connection.wants_receive());
    server.receive("567");
    assert!(!server.connection.wants_receive(), "an event waits");
    assert_eq!(server.event(), Some(Event::Data(b"567".to_vec())));
}

#[test]
fn a_violation_in_content_is_answered_if_no_response_began() {
    let input = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\nz\r\n";
    let story = serve_split(input.as_bytes(), false, &Limits::default());
    assert_eq!(story.messages[0].data, b"x");
    assert!(story.text().starts_with("HTTP/1.1 400 "));

    let mut server = Server::new();
    server.request("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    server.connection.read_body();
    server.connection.send_response(&response(200, &[]), Outgoing::Length(5)).unwrap();
    server.connection.send_data(b"he").unwrap();
    server.receive("z\r\n");
    assert!(matches!(server.event(), Some(Event::Violation(_))));
    assert_eq!(server.connection.state(), State::Closed);
    assert!(server.sent().ends_with("\r\n\r\nhe"), "the response stays cut");
    assert_eq!(server.connection.send_data(b"llo"), Err(Misuse::Closed));
}

#[test]
fn a_response_to_head_tells_the_length_and_has_no_content() {
    let mut server = Server::new();
    let (request, _) = server.request("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(request.method, Method::Head);
    server.connection.send_response(&response(200, &[]), Outgoing::Length(5)).unwrap();
    assert!(!server.connection.sends_content());
    server.connection.send_data(b"hello").unwrap();
    server.connection.send_end(None).unwrap();
    assert_eq!(server.sent(), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    server.request(GET);
}

#[test]
fn an_answer_that_refuses_a_head_request_has_no_content() {
    let input = "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n";
    let story = serve_split(input.as_bytes(), false, &Limits::default());
    assert!(story.text().starts_with("HTTP/1.1 400 "));
    assert!(story.text().ends_with("\r\n\r\n"));
}

#[test]
fn responses_204_and_304_have_no_content() {
    for (status, content, expected) in [
        (204, Outgoing::None, "HTTP/1.1 204 No Content\r\n\r\n"),
        (204, Outgoing::Length(2), "HTTP/1.1 204 No Content\r\n\r\n"),
        (304, Outgoing::None, "HTTP/1.1 304 Not Modified\r\n\r\n"),
        (304, Outgoing::Length(2), "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n"),
        (304, Outgoing::Unknown, "HTTP/1.1 304 Not Modified\r\n\r\n"),
        (200, Outgoing::None, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        (299, Outgoing::None, "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n"),
    ] {
        let mut server = Server::new();
        server.request(GET);
        server.connection.send_response(&response(status, &[]), content).unwrap();
        if content != Outgoing::None {
            server.connection.send_data(b"ok").unwrap();
            server.connection.send_end(None).unwrap();
        }
        assert_eq!(server.sent(), expected);
        server.request(GET);
    }
}

#[test]
fn content_of_unknown_length_is_chunked_and_in_http_1_0_ends_with_the_connection() {
    let mut server = Server::new();
    server.request(GET);
    server.connection.send_response(&response(200, &[]), Outgoing::Unknown).unwrap();
    server.connection.send_data(b"").unwrap();
    server.connection.send_data(b"0123456789").unwrap();
    server.connection.send_external(300).unwrap();
    server.connection.send_end(None).unwrap();
    let mut out = Output::new(1);
    server.connection.poll_transmit(server.now, &mut out);
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n12c\r\n";
    assert_eq!(out.front(), Some(wire::Segment::Octets(head.as_bytes())));
    out.advance(head.len() as u64);
    assert_eq!(out.front(), Some(wire::Segment::External(300)));
    out.advance(300);
    assert_eq!(out.take(), b"\r\n0\r\n\r\n");

    let mut server = Server::new();
    server.request("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    server.connection.send_response(&response(200, &[]), Outgoing::Unknown).unwrap();
    server.connection.send_data(b"hello").unwrap();
    server.connection.send_end(None).unwrap();
    assert_eq!(server.sent(), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello");
    assert_ne!(server.connection.state(), State::Open);
}

#[test]
fn trailers_go_behind_chunks() {
    let mut server = Server::new();
    server.request(GET);
    server.connection.send_response(&response(200, &[]), Outgoing::Unknown).unwrap();
    let mut trailers = HeaderMap::new();
    trailers.try_append("Content-Length", "1").unwrap();
    assert_eq!(server.connection.send_end(Some(&trailers)), Err(Misuse::TrailerForbidden));
    let mut trailers = HeaderMap::new();
    trailers.try_append("X-Sum", "1").unwrap();
    server.connection.send_end(Some(&trailers)).unwrap();
    assert!(server.sent().ends_with("\r\n\r\n0\r\nX-Sum: 1\r\n\r\n"));
    server.request(GET);
    server.connection.send_response(&response(200, &[]), Outgoing::Length(0)).unwrap();
    assert_eq!(server.connection.send_end(Some(&trailers)), Err(Misuse::TrailersNeedChunks));
}

#[test]
fn informational_responses_go_before_the_final_one_to_http_1_1_alone() {
    let hints = response(103, &[("Link", "</a.css>")]);
    let mut server = Server::new();
    assert!(server.connection.send_informational(&hints).is_err(), "nobody asked");
    server.request(GET);
    server.connection.send_informational(&hints).unwrap();
    ok(&mut server.connection);
    let early = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
    assert_eq!(server.sent(), format!("{early}{OK}"));
    server.request(GET);
    for wrong in [101, 200] {
        let result = server.connection.send_informational(&response(wrong, &[]));
        assert_eq!(result, Err(Misuse::Status { status: wrong }));
    }
    let mut server = Server::new();
    server.request("GET / HTTP/1.0\r\n\r\n");
    server.connection.send_informational(&hints).unwrap();
    assert_eq!(server.sent(), "");
}

const UPGRADE: &str =
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

#[test]
fn an_upgrade_leaves_what_follows_to_the_new_protocol() {
    let mut server = Server::new();
    server.request(&format!("{UPGRADE}\x01\x02"));
    let switch = response(101, &[("Upgrade", "websocket")]);
    server.connection.accept_upgrade(&switch).unwrap();
    server.receive("\x03");
    assert_eq!(server.event(), Some(Event::Upgraded { rest: vec![1, 2, 3] }));
    let head =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n";
    assert_eq!(server.sent(), head);
    assert_eq!((server.connection.state(), server.event()), (State::Upgraded, None));
    assert_eq!(server.connection.next_timeout(), None);
}

#[test]
fn an_upgrade_needs_a_request_for_it_that_is_complete() {
    let switch = response(101, &[("Upgrade", "websocket")]);
    for request in [
        GET.to_owned(),
        UPGRADE.replace("HTTP/1.1", "HTTP/1.0"),
        UPGRADE.replace("Connection: Upgrade\r\n", ""),
        UPGRADE.replace("\r\n\r\n", "\r\nContent-Length: 5\r\n\r\n"),
    ] {
        let mut server = Server::new();
        server.request(&request);
        assert_eq!(server.connection.accept_upgrade(&switch), Err(Misuse::NoUpgrade), "{request}");
        ok(&mut server.connection);
    }
}

#[test]
fn a_2xx_to_connect_makes_a_tunnel_and_anything_else_does_not() {
    let connect = "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n";
    let mut server = Server::new();
    server.request(&format!("{connect}tls"));
    server.connection.send_response(&response(200, &[]), Outgoing::None).unwrap();
    assert_eq!(server.event(), Some(Event::Upgraded { rest: b"tls".to_vec() }));
    assert_eq!(server.sent(), "HTTP/1.1 200 OK\r\n\r\n");
    let mut server = Server::new();
    server.request(connect);
    server.connection.send_response(&response(403, &[]), Outgoing::None).unwrap();
    assert_eq!(server.connection.state(), State::Open);
    server.request(GET);
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
fn a_callers_framing_fields_cannot_contradict_the_content() {
    for (fields, content, misuse) in [
        (&[("Content-Length", "3")][..], Outgoing::Length(2), Misuse::LengthConflict),
        (&[("Content-Length", "x")], Outgoing::Length(2), Misuse::LengthConflict),
        (
            &[("Content-Length", "2"), ("content-length", "2")],
            Outgoing::Length(2),
            Misuse::LengthConflict,
        ),
        (&[("Content-Length", "2")], Outgoing::Unknown, Misuse::LengthConflict),
        (&[("Content-Length", "2")], Outgoing::None, Misuse::LengthConflict),
        (&[("Transfer-Encoding", "chunked")], Outgoing::Unknown, Misuse::CodingSet),
        (&[("transfer-encoding", "gzip")], Outgoing::Length(2), Misuse::CodingSet),
    ] {
        let mut server = Server::new();
        server.request(GET);
        let result = server.connection.send_response(&response(200, fields), content);
        assert_eq!(result, Err(misuse), "{fields:?}");
        assert_eq!(server.sent(), "", "nothing was written");
        ok(&mut server.connection);
    }
    let mut server = Server::new();
    server.request(GET);
    let same = response(200, &[("Content-Length", "2")]);
    server.connection.send_response(&same, Outgoing::Length(2)).unwrap();
    assert_eq!(server.sent().matches("Content-Length").count(), 1);
}

#[test]
fn content_is_held_to_its_announced_length() {
    let mut server = Server::new();
    server.request(GET);
    server.connection.send_response(&response(200, &[]), Outgoing::Length(2)).unwrap();
    assert_eq!(server.connection.send_data(b"abc"), Err(Misuse::TooLong { length: 2 }));
    server.connection.send_data(b"a").unwrap();
    assert_eq!(server.connection.send_end(None), Err(Misuse::TooShort { missing: 1 }));
    assert_eq!(server.connection.state(), State::Closed, "only a close can tell the peer");
}

#[test]
fn commands_out_of_order_are_refused() {
    let mut server = Server::new();
    let ok200 = response(200, &[]);
    assert!(matches!(
        server.connection.send_response(&ok200, Outgoing::None),
        Err(Misuse::OutOfOrder { .. })
    ));
    assert!(matches!(server.connection.send_data(b"x"), Err(Misuse::OutOfOrder { .. })));
    server.request(GET);
    assert!(matches!(server.connection.send_end(None), Err(Misuse::OutOfOrder { .. })));
    let result = server.connection.send_response(&response(100, &[]), Outgoing::None);
    assert_eq!(result, Err(Misuse::Status { status: 100 }));
    server.connection.send_response(&ok200, Outgoing::Length(2)).unwrap();
    assert!(server.connection.send_response(&ok200, Outgoing::None).is_err());
}

#[test]
fn a_callers_close_is_heeded() {
    let mut server = Server::new();
    server.request(GET);
    let close = response(200, &[("Connection", "close")]);
    server.connection.send_response(&close, Outgoing::None).unwrap();
    assert_eq!(server.sent().matches("lose\r\n").count(), 1);
    assert_eq!(server.connection.state(), State::Closing);
}

#[test]
fn an_aborted_response_closes_uncleanly() {
    let mut server = Server::new();
    server.request(GET);
    server.connection.send_response(&response(200, &[]), Outgoing::Unknown).unwrap();
    server.connection.abort();
    assert!(!server.sent().ends_with("0\r\n\r\n"));
    assert_eq!(server.closed(), Some(false));
}
