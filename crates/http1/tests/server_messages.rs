//! The rules of a server's connection inside an exchange: what is read and what is sent.
//! RFC 9110 §7.8, §10.1.1, §15; RFC 9112 §6, §7.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{
    ok, serve_split,
    server::{GET, OK, Server, response},
};
use http::{HeaderMap, Method};
use http1::{Content, Limits, Misuse, Outgoing, State, Violation as V, server::Event};
use wire::Output;

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
    let mut server = Server::new();
    server.request(EXPECT);
    server.connection.discard_body();
    ok(&mut server.connection);
    server.receive(GET);
    assert_eq!(server.event(), None, "a request that could be content is neither");
    assert!(server.sent().contains("Connection: close\r\n"));
}

#[test]
fn an_answer_in_the_middle_of_large_content_ends_the_connection() {
    let limits = Limits { discard: 10, ..Limits::default() };
    let mut server = Server::under(&limits);
    server.request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
    server.connection.read_body();
    server.receive("some");
    assert!(matches!(server.event(), Some(Event::Data(_))));
    ok(&mut server.connection);
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
fn a_violation_behind_a_complete_answer_leaves_time_to_read_it() {
    let mut server = Server::new();
    server.request("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    ok(&mut server.connection);
    assert_eq!(server.sent(), OK);
    // Nobody wanted this content, and it is wrong. More of it may be on its way: a socket that is
    // closed now is reset, and the reset could eat the answer.
    server.receive("z\r\n");
    assert!(matches!(server.event(), Some(Event::Violation(_))));
    assert_eq!(server.connection.state(), State::Closing);
    assert!(server.connection.wants_receive());
    assert_eq!(server.sent(), "", "one answer is enough");
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
