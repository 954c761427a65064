//! Servers of HTTP/2 that break off: which error it is, and what is asked again.
//!
//! RFC 9113 §5.4, §6.8, §8.7; RFC 9110 §9.2.2
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{Error, core::timeouts::Timeouts};
use common::http2::{Peer2, Server2, knowing};
use http::Method;
use http2::{ErrorCode, Event, Limits, Outgoing, StreamId};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// A server that does `handle` with each request, and counts them.
fn asked(
    handle: impl Fn(&mut Peer2, StreamId) + Send + Sync + 'static,
) -> (Server2, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let server = Server2::start(Limits::default(), move |peer, event| {
        if let Event::Request { stream, .. } = event {
            count.fetch_add(1, Ordering::SeqCst);
            handle(peer, stream);
        }
    });
    (server, asked)
}

/// A GOAWAY with this last stream and code (§6.8).
fn goaway(last: u8, code: u8) -> [u8; 17] {
    [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, last, 0, 0, 0, code]
}

/// What one POST ends with.
fn post(server: &Server2) -> Error {
    let request = knowing().build().post(&server.url("/")).unwrap().body("once");
    request.send().expect_err("an answer")
}

/// 52 for an end without an answer, 56 for a reset: a kernel that closes a socket answers what
/// still comes with a reset, which may be seen before the end.
fn without_answer(error: &Error) -> bool {
    matches!(error.curl_exit_code(), 52 | 56)
}

/// A server that accepts and does this with each connection, before any frame is sent.
fn raw(act: impl Fn(TcpStream) + Send + 'static) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    thread::spawn(move || {
        for stream in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            act(stream.unwrap());
        }
    });
    (url, connections)
}

#[test]
fn rfc9110_9_2_2_a_post_is_not_sent_twice_where_the_server_may_have_seen_it() {
    let (server, asked) = asked(|peer, _| peer.cut());
    let error = post(&server);
    assert!(without_answer(&error), "{error}");
    assert_eq!((asked.load(Ordering::SeqCst), server.connections()), (1, 1));
}

#[test]
fn rfc9113_6_8_a_post_that_goaway_counts_among_the_seen_is_not_sent_twice() {
    let (server, asked) = asked(|peer, _| {
        // Stream 1 was, or may have been, processed.
        peer.say_octets(&goaway(1, 0));
        peer.cut();
    });
    let error = post(&server);
    assert!(without_answer(&error), "{error}");
    assert_eq!((asked.load(Ordering::SeqCst), server.connections()), (1, 1));
}

#[test]
fn rfc9113_6_8_a_goaway_with_an_error_leaves_out_what_it_leaves_out() {
    for code in [ErrorCode::ENHANCE_YOUR_CALM, ErrorCode::INTERNAL_ERROR] {
        let code = u8::try_from(code.0).unwrap();
        let (server, asked) = asked(move |peer, stream| match peer.number {
            1 => peer.say_octets(&goaway(0, code)),
            _ => peer.answer(stream, b"second"),
        });
        let request = knowing().build().post(&server.url("/")).unwrap().body("x");
        assert_eq!(request.send().unwrap().text().unwrap(), "second");
        assert_eq!((asked.load(Ordering::SeqCst), server.connections()), (2, 2));
    }
}

#[test]
fn rfc9113_6_8_an_answer_that_goaway_lets_finish_is_finished() {
    let (server, _) = asked(|peer, stream| {
        peer.begin(stream, Outgoing::Length(8));
        peer.machine.send_data(stream, b"half").unwrap();
        peer.say_octets(&goaway(u8::try_from(stream.value()).unwrap(), 0));
        peer.machine.send_data(stream, b"half").unwrap();
        peer.machine.send_end(stream, None).unwrap();
    });
    let session = knowing().build();
    for _ in 0..2 {
        let response = session.get(&server.url("/")).unwrap().send().unwrap();
        assert_eq!(response.bytes(9).unwrap(), b"halfhalf");
    }
    // A connection that says goodbye takes no second request.
    assert_eq!(server.connections(), 2);
}

#[test]
fn rfc9113_8_7_a_reset_that_does_not_say_refused_is_92_and_asked_once() {
    for code in [ErrorCode::INTERNAL_ERROR, ErrorCode::CANCEL, ErrorCode::ENHANCE_YOUR_CALM] {
        let (server, asked) = asked(move |peer, stream| peer.machine.reset(stream, code));
        let error = post(&server);
        assert_eq!(error.curl_exit_code(), 92, "{error}");
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
}

#[test]
fn a_server_that_dies_in_the_middle_of_an_answer_is_18_and_asked_once() {
    let (server, asked) = asked(|peer, stream| {
        peer.begin(stream, Outgoing::Length(8));
        peer.machine.send_data(stream, b"half").unwrap();
        peer.cut();
    });
    let mut response = knowing().build().get(&server.url("/")).unwrap().send().unwrap();
    let error = response.read_to_end(&mut Vec::new()).unwrap_err();
    let error = Error::from_read(error, "the server");
    assert_eq!(error.curl_exit_code(), 18, "{error}");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn a_connection_that_ends_before_settings_fails_and_not_for_ever() {
    let (url, connections) = raw(drop);
    let error = knowing().build().get(&url).unwrap().send().unwrap_err();
    assert!(without_answer(&error), "{error}");
    // Where it was over before the request left, it is tried again: five times and no more.
    assert!((1..=6).contains(&connections.load(Ordering::SeqCst)));
}

#[test]
fn a_connection_that_ends_in_the_middle_of_settings_is_asked_no_post_again() {
    let (url, connections) = raw(|mut stream| {
        // The client's preface, and its frames up to the head of its request.
        stream.read_exact(&mut [0; 24]).unwrap();
        let mut head = [0; 9];
        while head[3] != 1 {
            stream.read_exact(&mut head).unwrap();
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            stream.read_exact(&mut vec![0; length as usize]).unwrap();
        }
        stream.write_all(&[0, 0, 0, 4]).unwrap();
    });
    let request = knowing().build().post(&url).unwrap().body("once");
    let error = request.send().unwrap_err();
    assert!(without_answer(&error) || error.curl_exit_code() == 16, "{error}");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[test]
fn silence_is_28_before_settings_and_behind_them() {
    let brief = || {
        let head = Some(Duration::from_millis(50));
        knowing().timeouts(Timeouts { head, ..Timeouts::default() }).build()
    };
    let held = std::sync::Mutex::new(Vec::new());
    let (url, _) = raw(move |stream| held.lock().unwrap().push(stream));
    let error = brief().get(&url).unwrap().send().unwrap_err();
    assert_eq!(error.curl_exit_code(), 28, "{error}");
    let (server, asked) = asked(|_, _| {});
    let request = brief().request(Method::Get, &server.url("/")).unwrap();
    assert_eq!(request.send().unwrap_err().curl_exit_code(), 28);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}
