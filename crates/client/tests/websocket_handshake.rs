//! How a WebSocket begins: a request of the session, and what its answer must be.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{
    Error, Session,
    core::{
        auth::{Auth, Credentials},
        pool::PoolLimits,
        proxy::{Proxies, Proxy},
    },
    websocket::{Event, Options, State, WebSocket, connect},
};
use common::{
    Peer, Server, field, patient, session,
    websocket::{frame, next, open, plain, speaking, switched, text, until_closed},
};
use http::cookie::Jar;

#[test]
fn the_handshake_is_a_request_of_the_session() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        assert!(head.starts_with("GET /chat?room=1 HTTP/1.1\r\n"), "{head}");
        for (name, value) in [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Protocol", "v2, v1"),
            ("Origin", "http://page.example"),
            ("Cookie", "a=1"),
            ("Authorization", "Basic bWU6cHc="),
            ("X-Mine", "yes"),
        ] {
            assert_eq!(field(&head, name), Some(value), "{head}");
        }
        assert_eq!(field(&head, "Accept"), None, "{head}");
        let more = "Sec-WebSocket-Protocol: v1\r\nSet-Cookie: b=2\r\n";
        peer.say(&switched(&head, more));
        until_closed(&mut peer);
    });
    let session = Session::builder().timeouts(patient()).cookies(Jar::default()).build();
    let url = server.url("/chat?room=1").replacen("http://", "ws://me:pw@", 1);
    let mut options = plain().protocol("v2").protocol("v1");
    options.origin = Some("http://page.example".into());
    options.headers.try_append("X-Mine", "yes").unwrap();
    options.headers.try_append("Cookie", "a=1").unwrap();
    options.without.push("Accept".into());
    let socket = connect(&session, &url, &options).unwrap();
    assert_eq!(socket.agreed().protocol.as_deref(), Some("v1"));
    assert_eq!(socket.url().to_string(), server.url("/chat?room=1").replacen("http", "ws", 1));
    assert!(socket.timings().sent > 0 && socket.peer().is_some());
    let stored = session.cookies(|jar| jar.iter().map(|c| c.name.clone()).collect::<Vec<_>>());
    assert_eq!(stored, Some(vec!["b".to_owned()]));
    drop(socket);
    server.done();
}

#[test]
fn a_challenge_is_answered_before_the_server_switches() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        assert_eq!(field(&head, "Authorization"), None);
        peer.say(
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
        );
        let head = peer.head();
        assert_eq!(field(&head, "Authorization"), Some("Basic bWU6cHc="));
        peer.say(&switched(&head, ""));
        until_closed(&mut peer);
    });
    let auth = Auth::Any(Credentials::new("me", "pw"));
    let session = Session::builder().timeouts(patient()).auth(auth).build();
    let socket = connect(&session, &server.url("/"), &plain()).unwrap();
    assert_eq!(socket.state(), State::Open);
    drop(socket);
    server.done();
}

#[test]
fn a_proxy_is_asked_for_a_tunnel() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        assert!(head.starts_with("CONNECT chat.example:80 HTTP/1.1\r\n"), "{head}");
        peer.say("HTTP/1.1 200 Connected\r\n\r\n");
        let head = peer.head();
        assert!(head.starts_with("GET /x HTTP/1.1\r\nHost: chat.example\r\n"), "{head}");
        peer.say(&switched(&head, ""));
        until_closed(&mut peer);
    });
    let proxy = Proxy::parse(&server.address.to_string()).unwrap();
    let session = Session::builder().timeouts(patient()).proxies(Proxies::only(proxy)).build();
    let socket = connect(&session, "ws://chat.example/x", &plain()).unwrap();
    assert_eq!(socket.url().to_string(), "ws://chat.example/x");
    drop(socket);
    server.done();
}

#[test]
fn redirects_are_followed_if_asked_and_may_say_ws() {
    let moved = |to: &str| {
        let answer = format!("HTTP/1.1 307 Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
        Server::answering(&[&answer])
    };
    let server = speaking(until_closed);
    let first = moved(&server.url("/").replacen("http", "ws", 1));
    let options = Options { redirects: 1, ..plain() };
    let socket = connect(&session(), &first.url("/"), &options).unwrap();
    assert_eq!(socket.history().len(), 1);
    assert_eq!(socket.url().to_string(), server.url("/").replacen("http", "ws", 1));
    drop(socket);
    server.done();
    first.done();
    let first = moved("/elsewhere");
    let refused = connect(&session(), &first.url("/"), &plain()).unwrap_err();
    assert!(matches!(refused, Error::Refused { status, .. } if status.as_u16() == 307));
    first.done();
}

#[test]
fn a_refusal_tells_its_status_and_how_its_text_begins() {
    for (answer, expected) in [
        (
            "HTTP/1.1 403 No\r\nContent-Length: 12\r\n\r\n\r\nnot\x07 today",
            "it answered 403 Forbidden: not today",
        ),
        ("HTTP/1.1 200 OK\r\n\r\n<html>", "it answered 200 OK: <html>"),
        ("HTTP/1.1 404 No\r\nContent-Length: 13\r\n\r\n404 Not Found", "answered 404 Not Found"),
        ("HTTP/1.1 410 No\r\n\r\n410 Gone: for good", "answered 410 Gone: for good"),
        ("HTTP/1.1 426 No\r\nContent-Length: 0\r\n\r\n", "it answered 426 Upgrade Required"),
    ] {
        let server = Server::answering(&[answer]);
        let error = connect(&session(), &server.url("/a"), &plain()).unwrap_err();
        assert_eq!(error.curl_exit_code(), 22);
        let told = error.to_string();
        assert!(told.ends_with(expected) && told.contains("ws://127.0.0.1"), "{told}");
        server.done();
    }
}

#[test]
fn an_answer_that_proves_nothing_is_an_error() {
    for (more, expected) in [
        ("Sec-WebSocket-Accept: again\r\n", "Sec-WebSocket-Accept"),
        ("Sec-WebSocket-Protocol: nobody-asked\r\n", "subprotocol"),
        ("Sec-WebSocket-Extensions: permessage-deflate\r\n", "extension"),
    ] {
        let server = Server::start(move |listener| {
            let mut peer = Peer::accept(listener);
            let head = peer.head();
            peer.say(&switched(&head, more));
            peer.rest();
        });
        let error = connect(&session(), &server.url("/"), &plain()).unwrap_err();
        assert!(matches!(error, Error::Handshake { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.curl_exit_code(), 8);
        server.done();
    }
}

#[test]
fn what_cannot_be_asked_for_is_said_before_an_octet_is_sent() {
    let refused = |url: &str, options: &Options| connect(&session(), url, options).unwrap_err();
    let nowhere = "ws://nowhere.invalid/";
    assert!(matches!(refused("ftp://a/", &plain()), Error::Scheme { .. }));
    assert_eq!(refused("ftp://a/", &plain()).curl_exit_code(), 1);
    assert!(matches!(refused("ws://a/#b", &plain()), Error::Url { .. }));
    assert!(matches!(refused(nowhere, &plain().protocol("a b")), Error::Request(_)));
    let mut options = plain();
    options.headers.try_append("Sec-WebSocket-Key", "mine").unwrap();
    assert!(matches!(refused(nowhere, &options), Error::Request(_)));
}

#[test]
fn what_came_with_the_head_is_the_first_message() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        peer.say_octets(&[switched(&head, "").as_bytes(), b"\x81\x02hi\x81"].concat());
        peer.say_octets(b"\x03you");
        until_closed(&mut peer);
    });
    let socket = open(&server, &plain());
    assert_eq!(next(&socket), Event::Message(text("hi")));
    assert_eq!(next(&socket), Event::Message(text("you")));
    assert_eq!(next(&socket), Event::Closed { clean: false });
    drop(socket);
    server.done();
}

#[test]
fn a_websocket_holds_no_place_in_a_pool() {
    let server = Server::start(|listener| {
        let mut peers: Vec<Peer> = Vec::new();
        for _ in 0..3 {
            let mut peer = Peer::accept(listener);
            let head = peer.head();
            peer.say(&switched(&head, ""));
            peers.push(peer);
        }
        peers.iter_mut().for_each(until_closed);
    });
    let limits = PoolLimits { connections: 1, ..PoolLimits::default() };
    let session = Session::builder().timeouts(patient()).pool(limits).build();
    let sockets: Vec<WebSocket> =
        (0..3).map(|_| connect(&session, &server.url("/"), &plain()).unwrap()).collect();
    drop(sockets);
    server.done();
}

#[test]
fn compression_is_offered_and_used() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        let offered = field(&head, "Sec-WebSocket-Extensions").unwrap();
        assert!(offered.starts_with("permessage-deflate"), "{offered}");
        peer.say(&switched(&head, "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
        let (first, payload) = frame(&mut peer);
        assert!(first == 0xc1 && payload.len() < 100, "{first:x} {}", payload.len());
        // The same octets, so the same text.
        let length = u8::try_from(payload.len()).unwrap();
        peer.say_octets(&[&[0xc1, length][..], &payload].concat());
        until_closed(&mut peer);
    });
    let socket = open(&server, &Options::default());
    assert!(socket.agreed().deflate.is_some());
    let long = text(&"lorem ipsum ".repeat(1000));
    socket.send(long.clone()).unwrap();
    assert_eq!(next(&socket), Event::Message(long));
    drop(socket);
    server.done();
}
