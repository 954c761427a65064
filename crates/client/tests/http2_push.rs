//! Answers that a server pushes: used once by who asks for the same, refused where not wanted.
//!
//! RFC 9113 §8.4
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{Http2Options, Session};
use common::http2::{Server2, knowing};
use http::{HeaderName, HeaderValue, Method, Request, Target};
use http2::{ErrorCode, Event, Limits};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

/// A session that takes pushes.
fn taking() -> Session {
    let options = Http2Options { push: true, ..Http2Options::default() };
    knowing().http2(options).build()
}

/// A request that a server makes up.
fn promise(method: Method, host: &[u8], path: &str) -> Request {
    let mut request = Request::new(method, Target::Origin(path.into()));
    request.headers.append(HeaderName::HOST, HeaderValue::new(host).unwrap());
    request
}

/// What a server saw.
#[derive(Default)]
struct Seen {
    /// Requests that came over the wire.
    asked: AtomicUsize,
    resets: Mutex<Vec<ErrorCode>>,
}

/// Pushes `promises` with each answer to `/`; all answers are their path. A promise without a host
/// is for the server's own.
fn pushing(promises: Vec<(Method, Option<&'static str>, String)>) -> (Server2, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let note = Arc::clone(&seen);
    let server = Server2::start(Limits::default(), move |peer, event| match event {
        Event::Request { stream, head, .. } => {
            note.asked.fetch_add(1, Ordering::SeqCst);
            let (request, path) = (&head.request, head.request.target.to_string());
            let mut pushed = Vec::new();
            if path == "/" {
                for (method, host, path) in &promises {
                    let own = request.headers.get(HeaderName::HOST).unwrap().as_bytes();
                    let host = host.map_or(own, str::as_bytes);
                    let made = promise(method.clone(), host, path);
                    pushed.push((peer.machine.push(stream, &made).unwrap(), path.clone()));
                }
            }
            peer.answer(stream, path.as_bytes());
            for (stream, path) in pushed {
                peer.answer(stream, path.as_bytes());
            }
        }
        Event::StreamReset { code, .. } => note.resets.lock().unwrap().push(code),
        _ => {}
    });
    (server, seen)
}

fn get(session: &Session, server: &Server2, path: &str) -> String {
    session.get(&server.url(path)).unwrap().send().unwrap().text().unwrap()
}

#[test]
fn what_was_pushed_is_used_by_the_next_get_and_once() {
    let (server, seen) = pushing(vec![(Method::Get, None, "/style".into())]);
    let session = taking();
    assert_eq!(get(&session, &server, "/"), "/");
    assert_eq!(get(&session, &server, "/style"), "/style");
    assert_eq!(seen.asked.load(Ordering::SeqCst), 1, "the second was here already");
    assert_eq!(get(&session, &server, "/style"), "/style");
    assert_eq!(seen.asked.load(Ordering::SeqCst), 2, "a push is good for one request");
    assert!(seen.resets.lock().unwrap().is_empty());
    assert_eq!(server.connections(), 1);
}

#[test]
fn another_question_is_asked_all_the_same() {
    let (server, seen) = pushing(vec![(Method::Get, None, "/style".into())]);
    let session = taking();
    get(&session, &server, "/");
    // Another method, a part, another query: not what was promised.
    session.post(&server.url("/style")).unwrap().body("x").send().unwrap().text().unwrap();
    session.get(&server.url("/style")).unwrap().header("Range", "bytes=0-1").send().unwrap();
    get(&session, &server, "/style?2");
    assert_eq!(seen.asked.load(Ordering::SeqCst), 4);
    assert_eq!(get(&session, &server, "/style"), "/style");
    assert_eq!(seen.asked.load(Ordering::SeqCst), 4);
}

#[test]
fn rfc9113_8_4_2_pushes_for_another_origin_or_without_a_place_are_cancelled() {
    // HEAD is safe, but nobody keeps its answer; another host's is not this server's to give.
    let mut promises = vec![
        (Method::Head, None, "/head".to_owned()),
        (Method::Get, Some("elsewhere.example"), "/foreign".to_owned()),
    ];
    promises.extend((0..40).map(|number| (Method::Get, None, format!("/{number}"))));
    // The same twice: one place.
    promises.push((Method::Get, None, "/0".to_owned()));
    let (server, seen) = pushing(promises);
    let session = taking();
    get(&session, &server, "/");
    // Whoever comes next has the server read what was said before.
    get(&session, &server, "/next");
    let before = seen.asked.load(Ordering::SeqCst);
    for number in 0..40 {
        assert_eq!(get(&session, &server, &format!("/{number}")), format!("/{number}"));
    }
    let asked = seen.asked.load(Ordering::SeqCst) - before;
    assert_eq!(asked, 8, "32 of 40 were kept");
    assert_eq!(get(&session, &server, "/foreign"), "/foreign");
    assert_eq!(seen.asked.load(Ordering::SeqCst) - before, 9);
    let codes = seen.resets.lock().unwrap();
    let refusals = [ErrorCode::CANCEL, ErrorCode::REFUSED_STREAM, ErrorCode::PROTOCOL_ERROR];
    assert!(codes.iter().all(|code| refusals.contains(code)), "{codes:?}");
    assert_eq!(server.connections(), 1);
}

#[test]
fn who_did_not_ask_for_pushes_gets_none() {
    let server = Server2::start(Limits::default(), |peer, event| {
        if let Event::Request { stream, head, .. } = event {
            let host = head.request.headers.get(HeaderName::HOST).unwrap().as_bytes().to_vec();
            let refused = peer.machine.push(stream, &promise(Method::Get, &host, "/style"));
            assert!(refused.is_err());
            peer.answer(stream, b"alone");
        }
    });
    assert_eq!(get(&knowing().build(), &server, "/"), "alone");
}
