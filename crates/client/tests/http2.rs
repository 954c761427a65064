//! HTTP/2 from the first request to the last: one connection, many streams, many threads.
//!
//! RFC 9113 §5, §6.8, §8
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{Content, Error};
use common::http2::{Server2, knowing};
use http::{HeaderMap, Method, Response, StatusCode, Version};
use http2::{ErrorCode, Event, Limits, Outgoing};
use std::{
    io::{BufRead, Read},
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Answers each request with its path.
fn echo() -> Server2 {
    Server2::start(Limits::default(), |peer, event| {
        if let Event::Request { stream, head, .. } = event {
            let path = head.request.target.to_string();
            peer.answer(stream, path.as_bytes());
        }
    })
}

#[test]
fn one_request() {
    let server = echo();
    let mut response = knowing().build().get(&server.url("/a?b")).unwrap().send().unwrap();
    assert_eq!(response.version, Version::Http2);
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.text().unwrap(), "/a?b");
}

#[test]
fn thirty_two_threads_share_one_connection() {
    let server = echo();
    let session = knowing().build();
    let start = Arc::new(Barrier::new(32));
    let threads: Vec<_> = (0..32)
        .map(|thread| {
            let (session, start) = (session.clone(), Arc::clone(&start));
            let url = server.url(&format!("/{thread}"));
            thread::spawn(move || {
                start.wait();
                for _ in 0..20 {
                    let text = session.get(&url).unwrap().send().unwrap().text().unwrap();
                    assert_eq!(text, format!("/{thread}"));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(server.connections(), 1);
}

#[test]
fn more_requests_than_streams_wait_in_line() {
    let limits = Limits { streams: 2, ..Limits::default() };
    let server = Server2::start(limits, |peer, event| {
        if let Event::Request { stream, .. } = event {
            assert!(peer.machine.streams() <= 2);
            peer.answer(stream, b"fair");
        }
    });
    let session = knowing().build();
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let mut response = session.get(&server.url("/")).unwrap().send().unwrap();
                assert_eq!(response.text().unwrap(), "fair");
            });
        }
    });
    assert_eq!(server.connections(), 1);
}

#[test]
fn requests_that_goaway_leaves_out_go_to_another_connection() {
    let server = Server2::start(Limits::default(), |peer, event| {
        if let Event::Request { stream, .. } = event {
            if peer.number == 1 {
                // A GOAWAY with last stream 0: nothing was done.
                let goaway = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                return peer.say_octets(&goaway);
            }
            peer.answer(stream, b"second");
        }
    });
    let session = knowing().build();
    // Not idempotent, and sent again all the same: the server says that it did nothing.
    let mut response = session.post(&server.url("/")).unwrap().body("x").send().unwrap();
    assert_eq!(response.text().unwrap(), "second");
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_refused_stream_is_asked_again_on_the_same_connection() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let server = Server2::start(Limits::default(), move |peer, event| {
        if let Event::Request { stream, .. } = event {
            match count.fetch_add(1, Ordering::SeqCst) {
                0 => peer.machine.reset(stream, ErrorCode::REFUSED_STREAM),
                _ => peer.answer(stream, b"again"),
            }
        }
    });
    let session = knowing().build();
    let mut response = session.post(&server.url("/")).unwrap().body("x").send().unwrap();
    assert_eq!(response.text().unwrap(), "again");
    assert_eq!((asked.load(Ordering::SeqCst), server.connections()), (2, 1));
}

#[test]
fn a_stream_that_is_refused_for_ever_is_an_error() {
    let server = Server2::start(Limits::default(), |peer, event| {
        if let Event::Request { stream, .. } = event {
            peer.machine.reset(stream, ErrorCode::REFUSED_STREAM);
        }
    });
    let error = knowing().build().get(&server.url("/")).unwrap().send().unwrap_err();
    assert_eq!(error.curl_exit_code(), 92);
}

#[test]
fn a_reset_in_the_middle_of_the_content_is_92() {
    let server = Server2::start(Limits::default(), |peer, event| match event {
        Event::Request { stream, head, .. } if head.request.target.to_string() == "/half" => {
            peer.begin(stream, Outgoing::Length(10));
            peer.machine.send_data(stream, b"half").unwrap();
            peer.held.push(stream);
        }
        // The second request has the first one reset, and goes on itself.
        Event::Request { stream, .. } => {
            for half in std::mem::take(&mut peer.held) {
                peer.machine.reset(half, ErrorCode::INTERNAL_ERROR);
            }
            peer.answer(stream, b"whole");
        }
        _ => {}
    });
    let session = knowing().build();
    let mut half = session.get(&server.url("/half")).unwrap().send().unwrap();
    let mut read = [0; 4];
    half.read_exact(&mut read).unwrap();
    let mut whole = session.get(&server.url("/")).unwrap().send().unwrap();
    assert_eq!(whole.text().unwrap(), "whole");
    let error = Error::from_read(half.fill_buf().unwrap_err(), "the server");
    assert!(matches!(error, Error::Stream { code: 2, .. }), "{error}");
    assert_eq!(error.curl_exit_code(), 92);
    // And with every read from then on.
    assert!(half.fill_buf().is_err());
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_slow_reader_keeps_nobody_waiting() {
    let large = vec![b'x'; 4 << 20];
    let content = large.clone();
    let server = Server2::start(Limits::default(), move |peer, event| {
        if let Event::Request { stream, head, .. } = event {
            match head.request.target.to_string().as_str() {
                "/large" => peer.answer(stream, &content),
                _ => peer.answer(stream, b"small"),
            }
        }
    });
    let session = knowing().build();
    let slow: Vec<_> =
        (0..8).map(|_| session.get(&server.url("/large")).unwrap().send().unwrap()).collect();
    for _ in 0..20 {
        let mut small = session.get(&server.url("/")).unwrap().send().unwrap();
        assert_eq!(small.text().unwrap(), "small");
    }
    for response in slow {
        assert_eq!(response.bytes(8 << 20).unwrap(), large);
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_response_that_is_dropped_resets_its_stream_alone() {
    let codes = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&codes);
    let server = Server2::start(Limits::default(), move |peer, event| match event {
        Event::Request { stream, head, .. } if head.request.target.to_string() == "/endless" => {
            peer.begin(stream, Outgoing::Unknown);
            peer.machine.send_data(stream, b"and so on").unwrap();
        }
        Event::Request { stream, .. } => peer.answer(stream, b"ok"),
        Event::StreamReset { code, .. } => seen.lock().unwrap().push(code),
        _ => {}
    });
    let session = knowing().build();
    drop(session.get(&server.url("/endless")).unwrap().send().unwrap());
    assert_eq!(session.get(&server.url("/")).unwrap().send().unwrap().text().unwrap(), "ok");
    assert_eq!(*codes.lock().unwrap(), [ErrorCode::CANCEL]);
    assert_eq!(server.connections(), 1);
}

#[test]
fn content_goes_both_ways_in_pieces() {
    const LENGTH: u64 = 8 << 20;
    let server = Server2::start(Limits::default(), |peer, event| match event {
        Event::Request { stream, .. } => peer.begin(stream, Outgoing::Unknown),
        Event::Data { stream, octets, end } => {
            peer.machine.release(stream, octets.len());
            peer.machine.send_vec(stream, octets).unwrap();
            if end {
                peer.machine.send_end(stream, None).unwrap();
            }
        }
        _ => {}
    });
    let session = knowing().build();
    for content in [
        Content::reader(std::io::repeat(7).take(LENGTH)),
        Content::sized(std::io::repeat(7).take(LENGTH), LENGTH),
        Content::bytes(vec![7; 8 << 20]),
    ] {
        let request = session.request(Method::Put, &server.url("/")).unwrap().body(content);
        let mut response = request.send().unwrap();
        let mut length = 0;
        loop {
            let piece = response.fill_buf().unwrap();
            if piece.is_empty() {
                break;
            }
            assert!(piece.iter().all(|octet| *octet == 7));
            let read = piece.len();
            length += read as u64;
            response.consume(read);
        }
        assert_eq!(length, LENGTH);
        assert_eq!(response.timings().uploaded, LENGTH);
    }
}

#[test]
fn an_answer_in_the_middle_of_the_content_ends_it() {
    let server = Server2::start(Limits::default(), |peer, event| {
        if let Event::Request { stream, .. } = event {
            let response = Response::new(StatusCode::CONTENT_TOO_LARGE);
            peer.machine.send_response(stream, &response, Outgoing::Length(3)).unwrap();
            peer.machine.send_data(stream, b"no\n").unwrap();
            peer.machine.send_end(stream, None).unwrap();
            // The answer is whole, the rest of the request unwanted (§8.1).
            peer.machine.reset(stream, ErrorCode::NO_ERROR);
        }
    });
    let session = knowing().build();
    let endless = Content::reader(std::io::repeat(1));
    let mut response = session.post(&server.url("/")).unwrap().body(endless).send().unwrap();
    assert_eq!(response.status.as_u16(), 413);
    assert_eq!(response.text().unwrap(), "no\n");
}

#[test]
fn trailers_and_interim_responses() {
    let server = Server2::start(Limits::default(), |peer, event| {
        if let Event::Request { stream, .. } = event {
            let hints = Response::new(StatusCode::EARLY_HINTS);
            peer.machine.send_informational(stream, &hints).unwrap();
            peer.begin(stream, Outgoing::Unknown);
            peer.machine.send_data(stream, b"content").unwrap();
            let mut trailers = HeaderMap::new();
            trailers.try_append("sum", "7").unwrap();
            peer.machine.send_end(stream, Some(&trailers)).unwrap();
        }
    });
    let mut response = knowing().build().get(&server.url("/")).unwrap().send().unwrap();
    let mut content = String::new();
    response.read_to_string(&mut content).unwrap();
    assert_eq!(content, "content");
    let trailers = response.trailers().unwrap();
    assert_eq!(trailers.into_iter().next().unwrap().1.as_bytes(), b"7");
}

#[test]
fn head_has_a_length_and_no_content() {
    let server = echo();
    let session = knowing().build();
    let mut response =
        session.request(Method::Head, &server.url("/12345")).unwrap().send().unwrap();
    assert_eq!(response.content_length(), Some(6));
    assert_eq!(response.text().unwrap(), "");
}

#[test]
fn a_rule_that_is_broken_ends_the_connection_with_16() {
    let server = Server2::start(Limits::default(), |peer, event| {
        if let Event::Request { .. } = event {
            // DATA on stream 0 (§6.1).
            peer.say_octets(&[0, 0, 1, 0, 0, 0, 0, 0, 0, b'x']);
        }
    });
    let error = knowing().build().get(&server.url("/")).unwrap().send().unwrap_err();
    assert_eq!(error.curl_exit_code(), 16, "{error}");
}

#[test]
fn a_flood_ends_the_connection_with_16() {
    let server = Server2::start(Limits::default(), |peer, event| {
        if let Event::Request { .. } = event {
            let ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
            peer.say_octets(&ping.repeat(20_000));
        }
    });
    let error = knowing().build().get(&server.url("/")).unwrap().send().unwrap_err();
    assert_eq!(error.curl_exit_code(), 16, "{error}");
}

#[test]
fn what_is_no_http2_is_16() {
    let server = common::Server::answering(&["HTTP/1.1 400 Bad Request\r\n\r\n"]);
    let session = knowing().build();
    let error = session.get(&server.url("/")).unwrap().send().unwrap_err();
    assert_eq!(error.curl_exit_code(), 16, "{error}");
}

#[test]
fn a_connection_that_dies_idle_is_replaced() {
    let server = Server2::start(Limits::default(), |peer, event| {
        if let Event::Request { stream, .. } = event {
            peer.answer(stream, b"last words");
            peer.cut();
        }
    });
    let session = knowing().build();
    for _ in 0..5 {
        let mut response = session.get(&server.url("/")).unwrap().send().unwrap();
        assert_eq!(response.text().unwrap(), "last words");
    }
    assert_eq!(server.connections(), 5);
}
