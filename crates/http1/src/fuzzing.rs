//! Properties that hold for any octets: what the fuzz targets call, one line each.
//!
//! A property panics where it fails; nothing else here may. They run on stable too, over the seeds
//! and in the property tests.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a property that does not hold panics, which is how a fuzzer hears of it"
)]

use crate::{
    Content, Limits, Outgoing, State, client,
    head::{self, HeadEnd, RequestHead, end::Kind, oracle, scan},
    server,
};
use http::{Method, Request, Response, StatusCode, Target};
use std::time::{Duration, Instant};
use wire::{Notes, Output, Reader};

/// Small, so that a fuzzer's short inputs reach every limit.
fn small(lenient: bool) -> Limits {
    Limits {
        lenient,
        fields: 8,
        start_line: 128,
        field_line: 256,
        head: 1024,
        chunk_line: 64,
        extensions: 128,
        trailers: 256,
        content: 1 << 20,
        tail: 512,
        discard: 1024,
        ..Limits::default()
    }
}

/// A request's head: what the scan accepts, the oracle accepts with the same result; the oracle
/// reads no further than the head; what was read, written again, reads the same.
#[doc(hidden)]
pub fn check_request_head(octets: &[u8]) {
    let limits = small(false);
    let scanned = scan::request(octets, &limits);
    let mut end = HeadEnd::default();
    let found = end.find(octets, &limits, Kind::Request);
    if let Some((head, length)) = &scanned {
        assert_eq!(found, Ok(Some(*length)), "the scan and the finder see the same end");
        let mut reader = Reader::new(octets.get(..*length).unwrap());
        assert_eq!(oracle::request(&mut reader, &limits).as_ref(), Ok(head));
        assert!(reader.is_empty());
        again(head);
    }
    if let Ok(Some(length)) = found {
        let whole = octets.get(..length).unwrap();
        let read = oracle::request(&mut Reader::new(whole), &limits);
        let notes = Notes::default();
        assert_eq!(oracle::request(&mut Reader::observed(whole, &notes), &limits), read);
        let lenient = oracle::request(&mut Reader::new(whole), &small(true));
        match &read {
            Ok(head) => assert_eq!(lenient.as_ref(), Ok(head), "leniency changes no valid head"),
            Err(error) => assert!(error.offset <= length as u64),
        }
    }
}

/// Writes what was read and reads it again.
fn again(head: &RequestHead) {
    let request = &head.request;
    let mut text =
        format!("{} {} {}\r\n", request.method, request.target, request.version).into_bytes();
    for (name, value) in &request.headers {
        head::encode::field(&mut text, name.as_bytes(), value.as_bytes());
    }
    text.extend_from_slice(b"\r\n");
    let limits = Limits::default();
    let (second, length) = head::parse_request(&text, &limits).unwrap().unwrap();
    assert_eq!((&second.request, length), (request, text.len()));
}

/// A response's head, in the same way.
#[doc(hidden)]
pub fn check_response_head(octets: &[u8]) {
    let limits = small(false);
    let mut end = HeadEnd::default();
    let found = end.find(octets, &limits, Kind::Response);
    if let Some((head, length)) = scan::response(octets, &limits) {
        assert_eq!(found, Ok(Some(length)));
        let mut reader = Reader::new(octets.get(..length).unwrap());
        assert_eq!(oracle::response(&mut reader, &limits), Ok(head));
    } else if let Ok(Some(length)) = found {
        let whole = octets.get(..length).unwrap();
        if let Err(error) = oracle::response(&mut Reader::new(whole), &limits) {
            assert!(error.offset <= length as u64);
        }
    }
}

/// A field section: no name or value that was read could end a line early.
#[doc(hidden)]
pub fn check_field_section(octets: &[u8]) {
    for lenient in [false, true] {
        let limits = small(lenient);
        for rules in [oracle::Rules::request(&limits), oracle::Rules::response(&limits)] {
            if let Ok((fields, _)) = oracle::fields(&mut Reader::new(octets), rules, 0) {
                for (name, value) in &fields {
                    http::HeaderName::new(name.as_bytes()).unwrap();
                    http::HeaderValue::new(value.as_bytes()).unwrap();
                }
            }
        }
    }
}

/// A chunked body: the same content, end and error however it is cut.
#[doc(hidden)]
pub fn check_chunked(octets: &[u8]) {
    let (seed, body) = octets.split_first().unwrap_or((&0, &[]));
    let mut input = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    input.extend_from_slice(body);
    let limits = small(seed & 1 == 1);
    let whole = serve(&input, usize::MAX, &limits);
    for size in [1, 2, 3, 7, usize::from(*seed) + 1] {
        assert_eq!(serve(&input, size, &limits), whole, "pieces of {size}");
    }
}

/// What an application saw and a peer got; content in one piece.
fn serve(input: &[u8], size: usize, limits: &Limits) -> (Vec<server::Event>, String) {
    let now = Instant::now();
    let mut connection = server::Connection::new(limits, now);
    let mut story: Vec<server::Event> = Vec::new();
    for piece in input.chunks(size.clamp(1, input.len().max(1))) {
        if let Some(server::Event::Upgraded { rest }) = story.last_mut() {
            rest.extend_from_slice(piece);
            continue;
        }
        connection.receive(&mut piece.to_vec(), now);
        while let Some(event) = connection.poll_event() {
            match (&event, story.last_mut()) {
                (server::Event::Data(more), Some(server::Event::Data(data))) => {
                    data.extend_from_slice(more);
                    continue;
                }
                (server::Event::Request { content: Content::None, .. }, _)
                | (server::Event::End { .. }, _) => answer(&mut connection),
                (server::Event::Request { .. }, _) => connection.read_body(),
                // How soon it closes depends on what is known to follow.
                (server::Event::Closed { .. }, _) => continue,
                _ => {}
            }
            story.push(event);
        }
    }
    let mut out = Output::new(usize::MAX);
    connection.poll_transmit(now, &mut out);
    // Whether the peer is told to go on depends on whether its content is here already.
    let text = out.take().escape_ascii().to_string();
    (story, text.replace(r"HTTP/1.1 100 Continue\r\n\r\n", ""))
}

fn answer(connection: &mut server::Connection) {
    let response = Response::new(StatusCode::OK);
    // The first call may make a tunnel, and then there is nothing more to say.
    if connection.send_response(&response, Outgoing::Length(2)).is_ok() {
        let _ = connection.send_data(b"ok");
        let _ = connection.send_end(None);
    }
}

/// A server's connection under arbitrary octets, cuts and operations: no panic, bounded memory, one
/// last event, and a whole input gives the same as one cut small.
#[doc(hidden)]
pub fn check_server_connection(octets: &[u8]) {
    let (script, input) = octets.split_at(octets.len().min(16));
    let lenient = script.first().is_some_and(|octet| octet & 1 == 1);
    let limits = small(lenient);
    let whole = serve(input, usize::MAX, &limits);
    assert_eq!(serve(input, 1, &limits), whole);

    let mut now = Instant::now();
    let mut connection = server::Connection::new(&limits, now);
    let mut out = Output::new(usize::MAX);
    let (mut closed, mut sent) = (0, 0);
    let mut rest = input;
    for round in 0..input.len() + script.len() {
        let step = script.get(round % script.len().max(1)).copied().unwrap_or_default();
        now += Duration::from_millis(u64::from(step) * 10);
        match step % 16 {
            0..6 if connection.wants_receive() || connection.state() == State::Closed => {
                let size = usize::from(step >> 4) * 8 + 1;
                let (piece, after) = rest.split_at(size.min(rest.len()));
                rest = after;
                connection.receive(&mut piece.to_vec(), now);
            }
            6 => connection.read_body(),
            7 => connection.discard_body(),
            8 => drop(connection.send_response(&Response::new(StatusCode::OK), Outgoing::Unknown)),
            9 => drop(connection.send_data(b"data")),
            10 => drop(connection.send_end(None)),
            11 => answer(&mut connection),
            12 => connection.handle_timeout(now),
            13 if step >> 4 == 0 => connection.shut_down(now),
            13 if step >> 4 == 1 => connection.receive_end(now),
            13 if step >> 4 == 2 => connection.abort(),
            14 => {
                let switch = Response::new(StatusCode::SWITCHING_PROTOCOLS);
                let _ = connection.accept_upgrade(&switch);
            }
            _ => {
                while let Some(event) = connection.poll_event() {
                    assert_eq!(closed, 0, "nothing follows the last event");
                    closed += u32::from(matches!(
                        event,
                        server::Event::Closed { .. } | server::Event::Upgraded { .. }
                    ));
                }
            }
        }
        connection.poll_transmit(now, &mut out);
        sent += out.len();
        out.clear();
        let held = limits.tail as usize + limits.head as usize + 4096;
        assert!(connection.held() <= held, "{} octets held", connection.held());
    }
    assert!(sent <= (input.len() as u64 + 64) * 1024);
}

/// A client's connection under arbitrary octets: no panic, and the same story however they are cut.
#[doc(hidden)]
pub fn check_client_connection(octets: &[u8]) {
    let (seed, input) = octets.split_first().unwrap_or((&0, &[]));
    let limits = small(seed & 1 == 1);
    let whole = fetch(input, usize::MAX, *seed, &limits);
    for size in [1, 2, 5, usize::from(*seed) + 1] {
        assert_eq!(fetch(input, size, *seed, &limits), whole, "pieces of {size}");
    }
}

fn fetch(input: &[u8], size: usize, seed: u8, limits: &Limits) -> Vec<client::Event> {
    let now = Instant::now();
    let mut connection = client::Connection::new(limits, now);
    for index in 0..seed >> 4 {
        let head = seed >> (index % 4) & 2 != 0;
        let method = if head { Method::Head } else { Method::Get };
        let mut request = Request::new(method, Target::Origin("/".into()));
        request.headers.try_append("Host", "a").unwrap();
        if seed & 4 != 0 && index + 1 == seed >> 4 {
            request.headers.try_append("Upgrade", "websocket").unwrap();
            request.headers.try_append("Connection", "upgrade").unwrap();
        }
        connection.send_request(&request, Outgoing::None).unwrap();
    }
    let mut story: Vec<client::Event> = Vec::new();
    let mut tell = |connection: &mut client::Connection, piece: &[u8]| {
        if connection.state() == State::Upgraded {
            if let Some(client::Event::Upgraded { rest }) = story.last_mut() {
                rest.extend_from_slice(piece);
            }
            return;
        }
        connection.receive(&mut piece.to_vec(), now);
        while let Some(event) = connection.poll_event() {
            if let (client::Event::Data(more), Some(client::Event::Data(data))) =
                (&event, story.last_mut())
            {
                data.extend_from_slice(more);
                continue;
            }
            story.push(event);
        }
    };
    for piece in input.chunks(size.clamp(1, input.len().max(1))) {
        tell(&mut connection, piece);
    }
    if seed & 8 != 0 && connection.state() != State::Upgraded {
        connection.receive_end(now);
        tell(&mut connection, &[]);
    }
    story
}
