//! What a session remembers and adds: cookies, credentials, defaults, retries, adapters, the walk.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{
    Adapter, Answer, Error, Prepared, Session,
    core::{
        auth::{Auth, Credentials},
        pool::PoolLimits,
    },
    trace,
};
use common::{Peer, Server, field, ok, patient, session};
use http::{Method, StatusCode};
use std::{
    io::Cursor,
    sync::{Arc, Mutex, mpsc},
};
use wire::trace::{Event, Sink, Trace, Value};

#[test]
fn cookies_come_back_on_the_next_request_and_through_redirects() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        assert_eq!(field(&peer.head(), "cookie"), None);
        peer.say("HTTP/1.1 302 Found\r\nLocation: /in\r\nSet-Cookie: a=1\r\n");
        peer.say("Set-Cookie: b=2; Path=/in\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(field(&peer.head(), "cookie"), Some("b=2; a=1"));
        peer.say(&ok(""));
        assert_eq!(field(&peer.head(), "cookie"), Some("a=1; own=0"));
        peer.say("HTTP/1.1 200 OK\r\nSet-Cookie: a=; Max-Age=0\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(field(&peer.head(), "cookie"), None);
        peer.say(&ok(""));
    });
    let session = session();
    session.get(&server.url("/")).unwrap().send().unwrap();
    assert_eq!(session.cookies(|jar| jar.len()), Some(2));
    session.get(&server.url("/x")).unwrap().header("Cookie", "own=0").send().unwrap();
    session.get(&server.url("/x")).unwrap().send().unwrap();
    server.done();
}

#[test]
fn a_session_can_do_without_cookies() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say("HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(field(&peer.head(), "cookie"), None);
        peer.say(&ok(""));
    });
    let session = Session::builder().timeouts(patient()).without_cookies().build();
    session.get(&server.url("/")).unwrap().send().unwrap();
    session.get(&server.url("/")).unwrap().send().unwrap();
    server.done();
}

#[test]
fn defaults_are_sent_unless_the_caller_says_otherwise() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        let names: Vec<_> = head.lines().skip(1).filter_map(|l| l.split(": ").next()).collect();
        assert_eq!(names, ["Host", "User-Agent", "Accept", "X-All"]);
        peer.say(&ok(""));
        let head = peer.head();
        assert_eq!(field(&head, "user-agent"), Some("mine"));
        assert_eq!(field(&head, "accept"), None);
        assert_eq!(field(&head, "host"), Some("other.example"));
        peer.say(&ok(""));
    });
    let session = Session::builder().timeouts(patient()).header("X-All", "1").unwrap().build();
    session.get(&server.url("/")).unwrap().send().unwrap();
    let request = session.get(&server.url("/")).unwrap().header("User-Agent", "mine");
    request.without_header("accept").header("Host", "other.example").send().unwrap();
    server.done();
}

#[test]
fn a_field_stands_once_whoever_set_it() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        assert_eq!(field(&head, "host"), Some("other.example"));
        assert_eq!(field(&head, "authorization"), Some("Bearer t"));
        assert_eq!(field(&head, "cookie"), Some("c=d; a=b"));
        for name in ["Host:", "Authorization:", "Cookie:"] {
            assert_eq!(head.matches(name).count(), 1, "{head}");
        }
        peer.say(&ok(""));
    });
    let session = Session::builder().timeouts(patient()).header("Host", "other.example").unwrap();
    let session = session.header("Authorization", "Bearer t").unwrap();
    let session = session.header("Cookie", "a=b").unwrap().build();
    let url = http::Uri::parse(&server.url("/")).unwrap();
    session.cookies(|jar| jar.store(b"c=d", &url, wire::UnixTime(0)).unwrap());
    let request = session.get(&server.url("/")).unwrap();
    request.auth(Auth::Basic(Credentials::new("u", "p"))).send().unwrap();
    server.done();
}

#[test]
fn nothing_a_caller_passes_ends_a_line() {
    let session = session();
    let get = || session.get("http://127.0.0.1:1/").unwrap();
    for (name, value) in [
        ("X\r\nY", "z"),
        ("X", "y\r\nZ: w"),
        ("X", "y\nz"),
        ("X", "y\0z"),
        ("X ", "y"),
        ("", "y"),
        ("Content-Length", "3"),
        ("Transfer-Encoding", "chunked"),
        ("Expect", "the-unexpected"),
    ] {
        let error = get().header(name, value).send().unwrap_err();
        assert_eq!(error.curl_exit_code(), 43, "{name:?} {value:?}: {error}");
        assert_eq!(error.to_string().lines().count(), 1);
        let error = Session::builder().header(name, value).err().unwrap();
        assert_eq!(error.curl_exit_code(), 43, "as a default: {name:?} {value:?}: {error}");
    }
    let error = get().auth(Auth::Bearer("a\r\nb".into())).send().unwrap_err();
    assert!(matches!(error, Error::Field { .. }), "{error}");
    let method = Method::Other("GET / HTTP/1.1\r\nX:".into());
    let server = Server::start(|listener| drop(Peer::accept(listener)));
    let request = session.request(method, &server.url("/")).unwrap();
    assert_eq!(request.send().unwrap_err().curl_exit_code(), 43);
    server.done();
}

#[test]
fn a_name_in_the_url_is_basic() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        assert_eq!(field(&head, "authorization"), Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
        assert!(!field(&head, "host").unwrap().contains('@'));
        peer.say(&ok(""));
    });
    let url = format!("http://Aladdin:open%20sesame@{}/", server.address);
    session().get(&url).unwrap().send().unwrap();
    server.done();
}

const CHALLENGE: &str = concat!(
    "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n",
    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256\r\n\r\n"
);

fn nc(head: &str) -> Option<String> {
    let value = field(head, "authorization")?;
    value.split(", ").find_map(|part| Some(part.strip_prefix("nc=")?.to_owned()))
}

fn lion() -> Auth {
    Auth::Digest(Credentials::new("Mufasa", "Circle of Life"))
}

#[test]
fn digest_answers_once_and_then_at_once() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        assert_eq!(field(&peer.head(), "authorization"), None);
        peer.octets(4);
        peer.say(CHALLENGE);
        let head = peer.head();
        assert_eq!(nc(&head).as_deref(), Some("00000001"));
        assert!(field(&head, "authorization").unwrap().contains("uri=\"/a?b\""), "{head}");
        assert_eq!(peer.text(4), "data");
        peer.say(&ok("in"));
        // The next request knows the nonce.
        assert_eq!(nc(&peer.head()).as_deref(), Some("00000002"));
        peer.say(&ok("in"));
    });
    let session = Session::builder().timeouts(patient()).auth(lion()).build();
    let request = session.post(&server.url("/a?b")).unwrap().body("data");
    assert_eq!(request.send().unwrap().text().unwrap(), "in");
    assert_eq!(session.get(&server.url("/c")).unwrap().send().unwrap().text().unwrap(), "in");
    server.done();
}

#[test]
fn a_wrong_password_is_tried_once_and_a_stale_nonce_renewed_once() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say(CHALLENGE);
        assert!(peer.head().contains("nonce=\"n1\""));
        peer.say(&CHALLENGE.replace("n1", "n2"));
        // Another request: stale, renewed, stale again: enough.
        peer.head();
        peer.say(CHALLENGE);
        peer.head();
        peer.say(&CHALLENGE.replace("\"n1\"", "\"n2\", stale=true"));
        assert!(peer.head().contains("nonce=\"n2\""));
        peer.say(&CHALLENGE.replace("\"n1\"", "\"n3\", stale=true"));
        assert_eq!(peer.head(), "");
    });
    let session = session();
    for _ in 0..2 {
        let response = session.get(&server.url("/")).unwrap().auth(lion()).send().unwrap();
        assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    }
    drop(session);
    server.done();
}

#[test]
fn each_url_of_a_chain_may_renew_the_nonce() {
    let stale = CHALLENGE.replace(", qop", ", stale=true, qop");
    let to = |path| format!("HTTP/1.1 302 F\r\nLocation: {path}\r\nContent-Length: 0\r\n\r\n");
    let server = Server::start(move |listener| {
        let mut peer = Peer::accept(listener);
        for answer in [CHALLENGE, &to("/b"), &stale, &to("/c"), &stale, &ok("there")] {
            peer.head();
            peer.say(answer);
        }
    });
    let session = session();
    let request = session.get(&server.url("/a")).unwrap().auth(lion());
    assert_eq!(request.send().unwrap().text().unwrap(), "there");
    server.done();
}

#[test]
fn md5_is_refused_in_one_line() {
    let server = Server::answering(&[&CHALLENGE.replace("SHA-256", "MD5")]);
    let error = session().get(&server.url("/")).unwrap().auth(lion()).send().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the server asks for Digest with MD5, and this client knows SHA-256 and SHA-512-256"
    );
    assert_eq!(error.curl_exit_code(), 94);
    server.done();
}

#[test]
fn any_falls_back_to_basic() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        assert_eq!(field(&peer.head(), "authorization"), None);
        peer.say("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"r\"\r\n");
        peer.say("Content-Length: 0\r\n\r\n");
        assert_eq!(field(&peer.head(), "authorization"), Some("Basic dTpw"));
        peer.say("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"r\"\r\n");
        peer.say("Content-Length: 0\r\n\r\n");
    });
    let any = Auth::Any(Credentials::new("u", "p"));
    let response = session().get(&server.url("/")).unwrap().auth(any).send().unwrap();
    assert_eq!(response.status.as_u16(), 401);
    server.done();
}

const LATER: &str = "HTTP/1.1 503 Later\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n";

#[test]
fn retries_only_if_asked_and_as_often_as_asked() {
    for (retries, attempts, status) in [(0, 1, 503), (1, 2, 503), (5, 3, 200)] {
        let server = Server::start(move |listener| {
            let mut peer = Peer::accept(listener);
            for attempt in 1..=attempts {
                peer.head();
                peer.say(if attempt == 3 { "HTTP/1.1 204 Done\r\n\r\n" } else { LATER });
            }
        });
        let request = session().get(&server.url("/")).unwrap().retries(retries);
        let response = request.send().unwrap();
        let expected = if status == 200 { 204 } else { status };
        assert_eq!(response.status.as_u16(), expected, "{retries} retries");
        server.done();
    }
}

#[test]
fn a_pause_before_a_retry_keeps_no_connection_from_others() {
    let (tell, told) = mpsc::channel();
    let server = Server::start(move |listener| {
        let mut peer = Peer::accept(listener);
        assert!(peer.head().starts_with("GET /first "));
        peer.say("HTTP/1.1 503 Later\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\nno");
        tell.send(()).unwrap();
        for expected in ["GET /second ", "GET /first "] {
            let head = peer.head();
            assert!(head.starts_with(expected), "{head}");
            peer.say(&ok(""));
        }
    });
    let one = PoolLimits { connections: 1, ..PoolLimits::default() };
    let session = Session::builder().timeouts(patient()).pool(one).build();
    let first = session.get(&server.url("/first")).unwrap().retries(1);
    let first = std::thread::spawn(move || first.send().unwrap().status.as_u16());
    told.recv().unwrap();
    session.get(&server.url("/second")).unwrap().send().unwrap();
    assert_eq!(first.join().unwrap(), 200);
    server.done();
}

#[test]
fn a_retry_that_would_outlast_the_deadline_is_not_begun() {
    let server = Server::answering(&[&LATER.replace(": 0\r\nC", ": 100\r\nC")]);
    let request = session().get(&server.url("/")).unwrap().retries(1);
    let response = request.timeout(std::time::Duration::from_secs(10)).send().unwrap();
    assert_eq!(response.status.as_u16(), 503);
    server.done();
}

/// Answers with what it was asked, without a socket.
struct Canned;

impl Adapter for Canned {
    fn send(&self, request: &Prepared) -> Result<Answer, Error> {
        let text = format!("{} {}", request.method, request.url.path());
        Ok(Answer::new(http::Response::new(StatusCode::OK), Cursor::new(text.into_bytes())))
    }
}

// ANCHOR: mount
#[test]
fn another_adapter_can_be_mounted_at_a_prefix() {
    let session = Session::builder().mount("http://canned.example/", Arc::new(Canned)).build();
    let mut response = session.get("http://canned.example/a").unwrap().send().unwrap();
    assert_eq!(response.text().unwrap(), "GET /a");
}
// ANCHOR_END: mount

#[derive(Default)]
struct Heard(Mutex<Vec<(&'static str, String)>>);

impl Sink for Heard {
    fn event(&self, event: &Event<'_>) {
        let python = event.fields.iter().find(|field| field.name == "python");
        let python = match python.map(|field| field.value) {
            Some(Value::Text(text)) => text.to_owned(),
            _ => String::new(),
        };
        self.0.lock().unwrap().push((event.name, python));
    }
}

#[test]
fn the_walk_is_told_floor_by_floor_with_pythons_names() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        for _ in 0..2 {
            peer.head();
            peer.say(&ok("x"));
        }
    });
    let heard = Arc::new(Heard::default());
    let session = Session::builder().timeouts(patient()).trace(Trace::to(heard.clone(), 0)).build();
    let walk = || {
        session.get(&server.url("/")).unwrap().send().unwrap().text().unwrap();
        let mut events = std::mem::take(&mut *heard.0.lock().unwrap());
        // Octets, and what http1 reads in them, are told too, but are not floors of the walk.
        events.retain(|(name, _)| name.contains('.') && !name.starts_with("socket."));
        for (name, python) in &events {
            let step = trace::step(name).unwrap_or_else(|| panic!("{name} is not in the walk"));
            assert_eq!(step.python, python);
        }
        events.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    let above = ["Session.request", "Session.send", "Adapter.send"];
    let pool = ["PoolManager.connection_from", "ConnectionPool.open"];
    let below = ["Connection.request", "Connection.response", "Response.body"];
    let dial = ["Connection.connect", "sockets.resolve", "sockets.dial", "sockets.connected"];
    let expected = |middle: &[&'static str]| -> Vec<&str> {
        let end = ["ConnectionPool.release"];
        [&above[..], &pool[..], middle, &below[..], &end[..]].concat()
    };
    assert_eq!(walk(), expected(&[&["ConnectionPool.miss"], &dial[..]].concat()));
    assert_eq!(walk(), expected(&["ConnectionPool.hit"]));
    server.done();
}

#[test]
fn what_was_measured_adds_up() {
    let server = Server::answering(&[&ok("hello")]);
    let mut response = session().post(&server.url("/")).unwrap().body("data").send().unwrap();
    response.text().unwrap();
    let timings = response.timings();
    assert_eq!((timings.content, timings.uploaded), (5, 4));
    assert_eq!(timings.received, ok("hello").len() as u64);
    assert!(timings.sent > 4 && !timings.reused);
    assert!(timings.first_byte <= timings.total && timings.connect <= timings.total);
    assert_eq!(timings.address, Some(server.address));
    server.done();
}
