//! Chapter 2, HTTP/1.0: one exchange, its octets, where content ends, and what it costs.

use crate::{
    figure::figure,
    messages::{answer, dated, hello, serve},
};
use dissect::{Kind, dissect, text};
use http::{Method, Request, Target, Version};
use http1::{
    Limits, Outgoing,
    client::{Connection, Event},
    framing::{self, Framing},
    head::parse_response,
};
use std::{fmt::Write as _, time::Instant};

#[test]
fn one_exchange_octet_by_octet() {
    let (running, address) = serve(hello());
    let request = b"GET /hello HTTP/1.0\r\n\r\n";
    let response = dated(&answer(address, request));
    running.stop().unwrap();
    figure("request10", &text(&dissect(Kind::Http1Request, request)));
    figure("response10", &text(&dissect(Kind::Http1Response, &response)));
}

#[test]
fn where_the_content_of_a_response_ends() {
    let mut table = format!("{:<9}{:<26}{:<36}{}\n", "answers", "status", "field", "content ends");
    for (method, status, field) in [
        (Method::Get, "HTTP/1.0 200 OK", ""),
        (Method::Get, "HTTP/1.0 200 OK", "Content-Length: 17"),
        (Method::Head, "HTTP/1.0 200 OK", "Content-Length: 17"),
        (Method::Get, "HTTP/1.0 304 Not Modified", "Content-Length: 17"),
        (Method::Get, "HTTP/1.0 204 No Content", ""),
        (Method::Get, "HTTP/1.0 200 OK", "Content-Length: 17, 17"),
        (Method::Get, "HTTP/1.0 200 OK", "Content-Length: +17"),
        (Method::Get, "HTTP/1.0 200 OK", "Content-Length: 18446744073709551616"),
    ] {
        let line = if field.is_empty() { String::new() } else { format!("{field}\r\n") };
        let head = format!("{status}\r\n{line}\r\n");
        let limits = Limits::default();
        let (head, _) = parse_response(head.as_bytes(), &limits).unwrap().unwrap();
        let response = &head.response;
        let end = framing::response(
            &method,
            response.status,
            response.version,
            &head.facts,
            limits.lenient,
        );
        let end = match end {
            Ok(Framing::None) => "there is none".to_owned(),
            Ok(Framing::Length(length)) => format!("after {length} octets"),
            Ok(Framing::UntilClose) => "with the connection".to_owned(),
            Ok(other) => panic!("{other:?}"),
            Err(error) => format!("refused: {:?}", error.violation),
        };
        writeln!(table, "{:<9}{status:<26}{field:<36}  {end}", method.as_str()).unwrap();
    }
    figure(
        "ends",
        &table.replace("field   ", "field     ").replace("  content ends", "content ends"),
    );
}

/// The same loss with three framings: who notices?
#[test]
fn a_connection_that_breaks_in_the_middle() {
    let mut story = String::new();
    for (title, head, content) in [
        ("no length", "HTTP/1.0 200 OK\r\n\r\n", "Hello, Wi"),
        ("a length", "HTTP/1.0 200 OK\r\nContent-Length: 17\r\n\r\n", "Hello, Wi"),
        (
            "chunks, of which the next chapter tells",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "9\r\nHello, Wi\r\n",
        ),
    ] {
        let now = Instant::now();
        let mut connection = Connection::new(&Limits::default(), now);
        let mut request =
            Request::new(Method::Get, Target::parse(&Method::Get, b"/hello").unwrap());
        request.version = Version::Http10;
        connection.send_request(&request, Outgoing::None).unwrap();
        let octets = format!("{head}{content}");
        writeln!(story, "# {title}\n< {}", octets.escape_debug()).unwrap();
        story += "< the connection ends\n";
        connection.receive(&mut octets.into_bytes(), now);
        let mut events = Vec::new();
        while let Some(event) = connection.poll_event() {
            events.push(event);
        }
        connection.receive_end(now);
        events.extend(std::iter::from_fn(|| connection.poll_event()));
        for event in events {
            let said = match event {
                Event::Response { response, content } => {
                    format!("a response: {}, content {content:?}", response.status)
                }
                Event::Data(data) => format!("data: {} octets", data.len()),
                Event::End { .. } => "the end: the response is complete".to_owned(),
                Event::Violation(error) => format!("a violation: {error}"),
                Event::Closed { clean } => format!("closed, clean: {clean}"),
                other => panic!("{other:?}"),
            };
            writeln!(story, "  {said}").unwrap();
        }
        story.push('\n');
    }
    figure("cut", &format!("{}\n", story.trim_end()));
}

/// The tour's page of eight things, fetched in the three ways that HTTP/1 has.
#[test]
fn what_a_page_costs() {
    let report = lab::tour::run(&mut std::io::sink()).unwrap();
    let mut table =
        format!("{:<24}{:>12}{:>14}{:>12}\n", "", "connections", "round trips", "content");
    for (name, cost) in &report.costs {
        let (connections, trips, content) = (cost.connections, cost.round_trips, cost.content);
        writeln!(table, "{name:<24}{connections:>12}{trips:>14}{content:>12}").unwrap();
    }
    figure("costs", &table);
}
