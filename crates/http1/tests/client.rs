//! The rules of a client's connection, one test each: RFC 9112 §4, §9, RFC 9110 §15.2.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{fetch, fetch_split};
use http::{HeaderMap, Method, Request, Target, Version};
use http1::{
    Content, Limits, Misuse, Outgoing, State, Violation, Violation as V,
    client::{Connection, Event},
};
use std::time::{Duration, Instant};
use wire::Output;

fn request(method: Method, fields: &[(&str, &str)]) -> Request {
    let mut request = Request::new(method, Target::Origin("/".into()));
    request.headers.try_append("Host", "a").unwrap();
    for (name, value) in fields {
        request.headers.try_append(*name, *value).unwrap();
    }
    request
}

fn connection() -> Connection {
    Connection::new(&Limits::default(), Instant::now())
}

fn sent(connection: &mut Connection) -> String {
    let mut out = Output::new(1 << 20);
    connection.poll_transmit(Instant::now(), &mut out);
    String::from_utf8(out.take()).unwrap()
}

fn receive(connection: &mut Connection, input: &str) -> Vec<Event> {
    connection.receive(&mut input.as_bytes().to_vec(), Instant::now());
    std::iter::from_fn(|| connection.poll_event()).collect()
}

fn refused(input: &str) -> Violation {
    let story = fetch_split(&[Method::Get], input.as_bytes(), true, &Limits::default());
    story.violation.unwrap().violation
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[test]
fn a_status_line_is_a_version_three_digits_and_a_phrase() {
    for good in [
        "HTTP/1.1 200 OK",
        "HTTP/1.1 200 ",
        "HTTP/1.1 200",
        "HTTP/1.1 200 \u{e9} \t x",
        "HTTP/1.5 599 x",
    ] {
        let input = format!("{good}\r\nContent-Length: 0\r\n\r\n");
        let story = fetch_split(&[Method::Get], input.as_bytes(), false, &Limits::default());
        assert_eq!(story.messages.len(), 1, "{good}");
    }
    for (bad, violation) in [
        ("HTTP/1.1 20 OK", V::StatusInvalid),
        ("HTTP/1.1 2000 OK", V::StatusInvalid),
        ("HTTP/1.1 099 OK", V::StatusInvalid),
        ("HTTP/1.1 600 OK", V::StatusInvalid),
        ("HTTP/1.1 abc OK", V::StatusInvalid),
        ("HTTP/1.1  200 OK", V::StatusInvalid),
        ("HTTP/1.1 200OK", V::StatusInvalid),
        ("HTTP/1.1\t200 OK", V::StatusInvalid),
        ("HTTP/1.1 200 O\0K", V::ReasonInvalid),
        ("HTTP/2.0 200 OK", V::VersionUnsupported),
        ("http/1.1 200 OK", V::VersionInvalid),
        ("HTTP/1.1 200 OK\rx", V::BareCr),
        ("HTTP/1.1 200 OK\n", V::BareLf),
    ] {
        assert_eq!(refused(&format!("{bad}\r\nContent-Length: 0\r\n\r\n")), violation, "{bad:?}");
    }
}

#[test]
fn white_space_before_a_colon_is_stripped_in_responses() {
    let input = b"HTTP/1.1 200 OK\r\nContent-Length \t: 2\r\n\r\nok";
    let story = fetch_split(&[Method::Get], input, false, &Limits::default());
    assert_eq!(story.messages[0].data, b"ok");
    let (name, _) = story.messages[0].head.headers.iter().next().unwrap();
    assert_eq!(name.as_str(), "Content-Length");
}

#[test]
fn a_folded_value_becomes_spaces_in_responses() {
    let input = b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\tc\r\nContent-Length: 0\r\n\r\n";
    let story = fetch_split(&[Method::Get], input, false, &Limits::default());
    let (_, value) = story.messages[0].head.headers.iter().next().unwrap();
    assert_eq!(value, "a   b  \tc");
}

#[test]
fn any_number_of_1xx_is_skipped_and_told_up_to_a_limit() {
    let early = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n".repeat(16);
    let story =
        fetch_split(&[Method::Get], format!("{early}{OK}").as_bytes(), false, &Limits::default());
    assert_eq!((story.informational.len(), story.messages.len()), (16, 1));
    assert_eq!(refused(&"HTTP/1.1 100 Continue\r\n\r\n".repeat(17)), V::TooManyInformational);
    let twice = fetch(
        &[Method::Get, Method::Get],
        &[format!("{early}{OK}{early}{OK}").as_bytes()],
        false,
        &Limits::default(),
    );
    assert_eq!(twice.messages.len(), 2, "the limit is for each response");
}

#[test]
fn octets_that_nobody_asked_for_make_a_connection_unusable() {
    let mut connection = connection();
    assert!(connection.is_reusable());
    let events = receive(&mut connection, "HTTP/1.1 408 Request Timeout\r\n\r\n");
    assert!(matches!(&events[0], Event::Violation(e) if e.violation == V::ResponseUnasked));
    assert!(!connection.is_reusable());
    let story = fetch(&[Method::Get], &[OK.as_bytes(), b"x"], false, &Limits::default());
    assert_eq!(story.violation.unwrap().violation, V::ResponseUnasked);
    assert!(story.messages[0].complete, "the response before it stands");
}

#[test]
fn pipelined_responses_match_their_requests_in_order() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    let input = format!("{OK}{head}{OK}");
    let methods = [Method::Get, Method::Head, Method::Get];
    let story = fetch_split(&methods, input.as_bytes(), false, &Limits::default());
    let lengths: Vec<_> = story.messages.iter().map(|seen| seen.data.len()).collect();
    assert_eq!(lengths, [2, 0, 2]);
    assert_eq!(story.violation, None);
}

#[test]
fn the_pipeline_is_capped() {
    let mut connection =
        Connection::new(&Limits { pipeline: 2, ..Limits::default() }, Instant::now());
    let get = request(Method::Get, &[]);
    connection.send_request(&get, Outgoing::None).unwrap();
    connection.send_request(&get, Outgoing::None).unwrap();
    assert_eq!(connection.send_request(&get, Outgoing::None), Err(Misuse::PipelineFull));
    assert_eq!(connection.in_flight(), 2);
}

#[test]
fn a_connection_is_reusable_when_the_response_is_complete_and_nobody_closes() {
    for (head, reusable) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", false),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", true),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true),
        ("HTTP/1.1 200 OK\r\n\r\n", false),
    ] {
        let mut connection = connection();
        connection.send_request(&request(Method::Get, &[]), Outgoing::None).unwrap();
        assert!(!connection.is_reusable());
        receive(&mut connection, head);
        assert_eq!(connection.is_reusable(), reusable, "{head:?}");
    }
    let mut connection = connection();
    let close = request(Method::Get, &[("Connection", "close")]);
    connection.send_request(&close, Outgoing::None).unwrap();
    let again = connection.send_request(&close, Outgoing::None);
    assert_eq!(again, Err(Misuse::Closed), "we said that it was the last");
    receive(&mut connection, OK);
    assert_eq!(connection.state(), State::Closed);
}

#[test]
fn an_early_end_is_an_error_that_says_what_is_missing() {
    for (input, violation) in [
        ("", V::EndBeforeResponse),
        ("HTTP/1.1 200 OK\r\nContent", V::EndInHead),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", V::EndInContent { missing: 7 }),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", V::EndInChunks),
        ("HTTP/1.1 100 Continue\r\n\r\n", V::EndBeforeResponse),
    ] {
        assert_eq!(refused(input), violation, "{input:?}");
    }
    let mut connection = connection();
    connection.receive_end(Instant::now());
    assert_eq!(connection.poll_event(), Some(Event::Closed { clean: true }), "between requests");
}

#[test]
fn an_upgrade_hands_over_what_follows() {
    let mut connection = connection();
    let upgrade = request(Method::Get, &[("Connection", "upgrade"), ("Upgrade", "websocket")]);
    connection.send_request(&upgrade, Outgoing::None).unwrap();
    let more = connection.send_request(&upgrade, Outgoing::None);
    assert_eq!(more, Err(Misuse::PipelineFull), "nothing follows before the answer");
    let switch =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n\x01";
    let events = receive(&mut connection, switch);
    assert!(matches!(&events[0], Event::Response { content: Content::None, .. }));
    assert_eq!(events[1], Event::Upgraded { rest: vec![1] });
    assert_eq!((events.len(), connection.state()), (2, State::Upgraded));
}

#[test]
fn a_refused_upgrade_leaves_the_connection_usable() {
    let mut connection = connection();
    let upgrade = request(Method::Get, &[("Connection", "upgrade"), ("Upgrade", "websocket")]);
    connection.send_request(&upgrade, Outgoing::None).unwrap();
    receive(&mut connection, OK);
    assert!(connection.is_reusable());
    connection.send_request(&upgrade, Outgoing::None).unwrap();
}

#[test]
fn an_upgrade_that_nobody_asked_for_is_an_error() {
    assert_eq!(refused("HTTP/1.1 101 Switching Protocols\r\n\r\n"), V::UpgradeUnasked);
}

#[test]
fn a_2xx_to_connect_is_a_tunnel_whatever_its_fields_say() {
    let input = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: x\r\n\r\ntunnel";
    let story = fetch_split(&[Method::Connect], input, false, &Limits::default());
    assert_eq!(story.rest.unwrap(), b"tunnel");
    let input = b"HTTP/1.1 407 x\r\nContent-Length: 2\r\n\r\nno";
    let story = fetch_split(&[Method::Connect], input, false, &Limits::default());
    assert_eq!((story.rest, story.messages[0].data.as_slice()), (None, &b"no"[..]));
}

#[test]
fn a_response_may_come_before_the_request_is_complete() {
    let mut connection = connection();
    connection.send_request(&request(Method::Post, &[]), Outgoing::Length(10)).unwrap();
    connection.send_data(b"01234").unwrap();
    let events = receive(&mut connection, OK);
    assert!(matches!(&events[0], Event::Response { .. }));
    assert!(!connection.is_reusable(), "the request is not complete");
    connection.send_data(b"56789").unwrap();
    connection.send_end(None).unwrap();
    assert!(connection.is_reusable());
    assert!(sent(&mut connection).ends_with("Content-Length: 10\r\n\r\n0123456789"));
}

#[test]
fn a_request_is_written_with_its_framing() {
    for (content, field) in [
        (Outgoing::None, ""),
        (Outgoing::Length(2), "Content-Length: 2\r\n"),
        (Outgoing::Unknown, "Transfer-Encoding: chunked\r\n"),
    ] {
        let mut connection = connection();
        connection.send_request(&request(Method::Post, &[("X", "y")]), content).unwrap();
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\nX: y\r\n{field}\r\n");
        assert_eq!(sent(&mut connection), head);
    }
    let mut connection = connection();
    let mut old = request(Method::Post, &[]);
    old.version = Version::Http10;
    let unknown = connection.send_request(&old, Outgoing::Unknown);
    assert_eq!(unknown, Err(Misuse::LengthRequired));
    connection.send_request(&old, Outgoing::Length(0)).unwrap();
    assert!(sent(&mut connection).starts_with("POST / HTTP/1.0\r\n"));
}

#[test]
fn trailers_go_behind_chunks() {
    let mut connection = connection();
    connection.send_request(&request(Method::Post, &[]), Outgoing::Unknown).unwrap();
    connection.send_data(b"hi").unwrap();
    let mut trailers = HeaderMap::new();
    trailers.try_append("X-Sum", "1").unwrap();
    connection.send_end(Some(&trailers)).unwrap();
    assert!(sent(&mut connection).ends_with("2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n"));
}

#[test]
fn what_a_caller_sets_cannot_smuggle_a_second_request() {
    for (fields, misuse) in [
        (&[("Content-Length", "1")][..], Misuse::LengthConflict),
        (&[("Transfer-Encoding", "chunked")], Misuse::CodingSet),
        (&[("Host", "b")], Misuse::HostMissing),
    ] {
        let mut connection = connection();
        let result = connection.send_request(&request(Method::Post, fields), Outgoing::Length(2));
        assert_eq!(result, Err(misuse));
        assert_eq!(sent(&mut connection), "");
    }
    for target in ["", "a", "/ HTTP/1.1\r\nX: y", "/\u{e9}", "/ x"] {
        let mut bad = request(Method::Get, &[]);
        bad.target = Target::Origin(target.into());
        let result = connection().send_request(&bad, Outgoing::None);
        assert_eq!(result, Err(Misuse::TargetForm), "{target:?}");
    }
    let mut bad = request(Method::Other("GET / HTTP/1.1\r\n".into()), &[]);
    assert_eq!(connection().send_request(&bad, Outgoing::None), Err(Misuse::TargetForm));
    bad.method = Method::Connect;
    assert_eq!(connection().send_request(&bad, Outgoing::None), Err(Misuse::TargetForm));
    let mut hostless = Request::new(Method::Get, Target::Origin("/".into()));
    assert_eq!(connection().send_request(&hostless, Outgoing::None), Err(Misuse::HostMissing));
    hostless.version = Version::Http10;
    connection().send_request(&hostless, Outgoing::None).unwrap();
}

#[test]
fn a_request_waits_for_the_one_before_to_be_complete() {
    let mut connection = connection();
    let post = request(Method::Post, &[]);
    connection.send_request(&post, Outgoing::Length(2)).unwrap();
    assert!(matches!(
        connection.send_request(&post, Outgoing::None),
        Err(Misuse::OutOfOrder { .. })
    ));
    assert_eq!(connection.send_data(b"abc"), Err(Misuse::TooLong { length: 2 }));
    assert_eq!(connection.send_end(None), Err(Misuse::TooShort { missing: 2 }));
    assert_eq!(connection.state(), State::Closed);
    assert!(matches!(connection.send_data(b"x"), Err(Misuse::Closed)));
}

#[test]
fn a_late_response_and_late_content_are_errors() {
    let now = Instant::now();
    let limits = Limits::default();
    let mut connection = Connection::new(&limits, now);
    assert_eq!(connection.next_timeout(), None);
    connection.send_request(&request(Method::Get, &[]), Outgoing::None).unwrap();
    connection.handle_timeout(now + limits.response_timeout - Duration::from_secs(1));
    assert_eq!(connection.poll_event(), None);
    let mut late = Connection::new(&limits, now);
    late.send_request(&request(Method::Get, &[]), Outgoing::None).unwrap();
    late.poll_transmit(now, &mut Output::new(1));
    late.handle_timeout(now + limits.response_timeout);
    let event = late.poll_event();
    assert!(matches!(event, Some(Event::Violation(e)) if e.violation == V::ResponseTimeout));
    assert_eq!(late.poll_event(), Some(Event::Closed { clean: false }));

    let mut late = Connection::new(&limits, now);
    late.send_request(&request(Method::Get, &[]), Outgoing::None).unwrap();
    late.poll_transmit(now, &mut Output::new(1));
    late.receive(&mut b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n".to_vec(), now);
    late.poll_event();
    late.poll_transmit(now, &mut Output::new(1));
    late.handle_timeout(now + limits.content_timeout);
    let event = late.poll_event();
    assert!(matches!(event, Some(Event::Violation(e)) if e.violation == V::ContentTimeout));
}

#[test]
fn a_close_leaves_the_requests_behind_it_unanswered_and_says_so() {
    let close = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let story =
        fetch_split(&[Method::Get, Method::Get], close.as_bytes(), false, &Limits::default());
    assert_eq!((story.messages.len(), story.closed), (1, Some(false)));
}

#[test]
fn limits_hold_for_responses_too() {
    let limits = Limits { start_line: 40, head: 100, fields: 2, content: 4, ..Limits::default() };
    let refused = |input: &str| {
        fetch_split(&[Method::Get], input.as_bytes(), false, &limits).violation.unwrap().violation
    };
    assert_eq!(refused(&format!("HTTP/1.1 200 {}", "x".repeat(60))), V::StatusLineTooLong);
    assert_eq!(refused(&format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(100))), V::HeadTooLarge);
    assert_eq!(refused("HTTP/1.1 200 OK\r\nA:\r\nB:\r\nC:\r\n\r\n"), V::TooManyFields);
    assert_eq!(refused("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), V::ContentTooLarge);
    assert_eq!(refused("HTTP/1.1 200 OK\r\n\r\n01234"), V::ContentTooLarge);
}
