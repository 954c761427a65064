//! One stream of octets, three readers: by length, by chunks, and ours.

use crate::figure::figure;
use http::{HeaderName, StatusCode};
use http1::{
    Content, Limits, Outgoing,
    server::{Connection, Event},
};
use std::{fmt::Write as _, time::Instant};
use wire::Output;

const LENGTH: &str = "Content-Length: 34\r\n";
const CODING: &str = "Transfer-Encoding: chunked\r\n";
/// What the attacker sends as content: an end of chunks, and a request without its end.
const CONTENT: &str = "0\r\n\r\nGET /admin HTTP/1.1\r\nIgnore: ";
/// What somebody else sends next, on the same connection from the proxy to the server.
const VICTIM: &str = "GET /cart HTTP/1.1\r\nHost: shop\r\nCookie: id=42\r\n\r\n";

#[test]
fn two_readers_that_disagree_and_one_that_refuses() {
    assert_eq!(format!("Content-Length: {}\r\n", CONTENT.len()), LENGTH);
    let attack =
        |fields: &str| format!("POST /search HTTP/1.1\r\nHost: shop\r\n{fields}\r\n{CONTENT}");
    let mut story = "# the octets\n".to_owned();
    for line in format!("{}{VICTIM}", attack(&format!("{LENGTH}{CODING}"))).split_inclusive("\r\n")
    {
        writeln!(story, "{}", line.escape_debug()).unwrap();
    }
    for (title, fields) in [
        ("a reader that knows Content-Length alone", LENGTH.to_owned()),
        ("a reader that knows Transfer-Encoding alone", CODING.to_owned()),
        ("ours", format!("{LENGTH}{CODING}")),
    ] {
        writeln!(story, "\n# {title}\n{}", read(&format!("{}{VICTIM}", attack(&fields)))).unwrap();
    }
    figure("smuggling", &format!("{}\n", story.trim_end()).replace("\n\n\n", "\n\n"));
}

/// The requests that our server's connection finds, each answered; and what it says at the end.
fn read(octets: &str) -> String {
    let now = Instant::now();
    let mut connection = Connection::new(&Limits::default(), now);
    connection.receive(&mut octets.as_bytes().to_vec(), now);
    let mut story = String::new();
    let (mut open, mut octets) = (false, 0);
    while let Some(event) = connection.poll_event() {
        match event {
            Event::Request { request, content } => {
                let line = format!("{} {}", request.method, request.target);
                writeln!(story, "request   {line}").unwrap();
                for name in ["Ignore", "Cookie"] {
                    if let Some(value) = request.headers.get(HeaderName::new(name).unwrap()) {
                        writeln!(story, "            {name}: {value}").unwrap();
                    }
                }
                (open, octets) = (content != Content::None, 0);
                connection.read_body();
            }
            Event::Data(data) => octets += data.len(),
            Event::End { .. } => {
                writeln!(story, "            {octets} octets of content").unwrap();
                open = false;
            }
            Event::Violation(error) => {
                writeln!(story, "refused   {error}").unwrap();
                break;
            }
            other => panic!("{other:?}"),
        }
        if !open {
            let ok = http::Response::new(StatusCode::OK);
            connection.send_response(&ok, Outgoing::None).unwrap();
        }
    }
    let mut out = Output::new(4096);
    connection.poll_transmit(now, &mut out);
    let sent = String::from_utf8(out.take()).unwrap();
    let last = sent.lines().rfind(|line| line.starts_with("HTTP/1.1 4"));
    last.map(|line| writeln!(story, "answer    {line}").unwrap()).unwrap_or_default();
    story
}
