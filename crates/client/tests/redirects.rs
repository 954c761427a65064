//! Redirects over real connections: what arrives at the second server.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod common;

use client::{
    Content, Session,
    core::auth::{Auth, Credentials},
};
use common::{Peer, Server, field, ok, patient, session};
use http::Method;
use std::{io::Cursor, sync::mpsc};

fn to(location: &str, status: u16) -> String {
    format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 4\r\n\r\ngone")
}

#[test]
fn a_chain_is_followed_on_one_connection_and_remembered() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        assert!(peer.head().starts_with("GET /a HTTP/1.1\r\n"));
        peer.say(&to("/b", 301));
        assert!(peer.head().starts_with("GET /b HTTP/1.1\r\n"));
        peer.say(&to("c?x", 302));
        assert!(peer.head().starts_with("GET /c?x HTTP/1.1\r\n"));
        peer.say(&ok("there"));
    });
    let mut response = session().get(&server.url("/a#part")).unwrap().send().unwrap();
    assert_eq!(response.text().unwrap(), "there");
    assert_eq!(response.url.to_string(), server.url("/c?x#part"));
    let hops: Vec<_> =
        response.history.iter().map(|hop| (hop.status.as_u16(), hop.url.path())).collect();
    assert_eq!(hops, [(301, "/a"), (302, "/b")]);
    server.done();
}

#[test]
fn a_chain_without_end_is_cut_at_the_limit() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        for _ in 0..21 {
            peer.head();
            peer.say(&to("/again", 302));
        }
    });
    let error = session().get(&server.url("/")).unwrap().send().unwrap_err();
    assert_eq!(error.curl_exit_code(), 47);
    assert!(error.to_string().starts_with("more than 20 redirects, the last to http://"));
    server.done();
}

#[test]
fn redirects_can_be_left_to_the_caller() {
    let server = Server::answering(&[&to("/b", 302)]);
    let response = session().get(&server.url("/")).unwrap().redirects(0).send().unwrap();
    assert_eq!(response.status.as_u16(), 302);
    server.done();
}

#[test]
fn after_303_the_content_stays_behind() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        assert_eq!(field(&peer.head(), "content-length"), Some("4"));
        assert_eq!(peer.text(4), "data");
        peer.say(&to("/result", 303));
        let head = peer.head();
        assert!(head.starts_with("GET /result "), "{head}");
        assert_eq!(field(&head, "content-length"), None);
        assert_eq!(field(&head, "content-type"), None);
        peer.say(&ok("done"));
    });
    let request = session().post(&server.url("/")).unwrap().header("Content-Type", "text/plain");
    assert_eq!(request.body("data").send().unwrap().text().unwrap(), "done");
    server.done();
}

/// The script of a server that wants the content twice.
fn twice(listener: &std::net::TcpListener) {
    let mut peer = Peer::accept(listener);
    assert!(peer.head().starts_with("PUT / "));
    assert_eq!(peer.text(4), "data");
    peer.say(&to("/there", 307));
    let head = peer.head();
    assert!(head.starts_with("PUT /there "), "{head}");
    assert_eq!(field(&head, "content-type"), Some("text/plain"));
    assert_eq!(peer.text(4), "data");
    peer.say(&ok("done"));
}

#[test]
fn after_307_method_and_content_go_along() {
    let file = || Content::seekable(Cursor::new(b"data".to_vec())).unwrap();
    for content in [Content::from("data"), file()] {
        let server = Server::start(twice);
        let request = session().request(Method::Put, &server.url("/")).unwrap();
        let request = request.header("Content-Type", "text/plain").body(content);
        assert_eq!(request.send().unwrap().text().unwrap(), "done");
        server.done();
    }
}

#[test]
fn a_stream_cannot_be_sent_twice() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        assert_eq!(peer.text(4), "data");
        peer.say(&to("/there", 308));
    });
    let content = Content::sized(Cursor::new(b"data".to_vec()), 4);
    let request = session().request(Method::Put, &server.url("/")).unwrap().body(content);
    let error = request.send().unwrap_err();
    assert_eq!(error.curl_exit_code(), 65, "{error}");
    server.done();
}

#[test]
fn credentials_and_handmade_cookies_stay_at_their_origin() {
    let second = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        for name in ["authorization", "cookie", "origin", "referer"] {
            assert_eq!(field(&head, name), None, "{head}");
        }
        assert_eq!(field(&head, "x-own"), Some("kept"));
        peer.say(&ok("second"));
    });
    let location = second.url("/");
    let first = Server::start(move |listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        assert_eq!(field(&head, "authorization"), Some("Basic dTpw"));
        assert_eq!(field(&head, "cookie"), Some("a=b"));
        peer.say(&to("/same", 302));
        let head = peer.head();
        assert_eq!(field(&head, "authorization"), Some("Basic dTpw"), "same origin");
        assert_eq!(field(&head, "cookie"), Some("a=b"), "same origin");
        peer.say(&to(&location, 302));
    });
    let request = session().get(&first.url("/")).unwrap();
    let request = request.auth(Auth::Basic(Credentials::new("u", "p")));
    let request = request.header("Cookie", "a=b").header("Origin", "x").header("Referer", "y");
    assert_eq!(request.header("X-Own", "kept").send().unwrap().text().unwrap(), "second");
    first.done();
    second.done();
}

#[test]
fn the_sessions_defaults_for_one_origin_stay_there_too() {
    let second = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        for name in ["authorization", "cookie", "origin", "proxy-authorization"] {
            assert_eq!(field(&head, name), None, "{head}");
        }
        assert_eq!(field(&head, "x-all"), Some("kept"));
        peer.say(&ok("second"));
    });
    let first = Server::answering(&[&to(&second.url("/"), 302)]);
    let session = Session::builder().timeouts(patient()).header("Authorization", "Bearer s");
    let session = session.unwrap().header("Cookie", "a=b").unwrap().header("Origin", "x").unwrap();
    let session = session.header("X-All", "kept").unwrap().build();
    let request = session.get(&first.url("/")).unwrap().header("Proxy-Authorization", "x");
    assert_eq!(request.send().unwrap().text().unwrap(), "second");
    first.done();
    second.done();
}

#[test]
fn what_stayed_behind_does_not_come_back_on_the_way_home() {
    let (tell_home, home) = mpsc::channel::<String>();
    let second = Server::start(move |listener| {
        let mut peer = Peer::accept(listener);
        assert_eq!(field(&peer.head(), "authorization"), None);
        peer.say(&to(&home.recv().unwrap(), 302));
    });
    let away = second.url("/");
    let first = Server::start(move |listener| {
        let mut peer = Peer::accept(listener);
        assert!(field(&peer.head(), "authorization").is_some());
        peer.say(&to(&away, 302));
        // Who sends us here now is the second server: it must not act with our name.
        let head = peer.head();
        for name in ["authorization", "cookie", "origin"] {
            assert_eq!(field(&head, name), None, "{head}");
        }
        peer.say(&ok("home"));
    });
    tell_home.send(first.url("/delete")).unwrap();
    let request = session().get(&first.url("/")).unwrap().header("Cookie", "a=b");
    let request = request.header("Origin", "x").auth(Auth::Basic(Credentials::new("u", "p")));
    assert_eq!(request.send().unwrap().text().unwrap(), "home");
    first.done();
    second.done();
}

#[test]
fn a_name_in_the_new_url_is_used_there() {
    let second = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        assert_eq!(field(&peer.head(), "authorization"), Some("Basic eDp5"));
        peer.say(&ok(""));
    });
    let location = format!("http://x:y@{}/", second.address);
    let first = Server::answering(&[&to(&location, 302)]);
    let request = session().get(&first.url("/")).unwrap();
    let response = request.auth(Auth::Basic(Credentials::new("u", "p"))).send().unwrap();
    assert_eq!(response.url.to_string(), second.url("/"), "no password in what is shown");
    first.done();
    second.done();
}

#[test]
fn another_scheme_is_not_followed() {
    let server = Server::answering(&[&to("ftp://127.0.0.1:1/", 302)]);
    let error = session().get(&server.url("/")).unwrap().send().unwrap_err();
    assert_eq!(error.curl_exit_code(), 1, "{error}");
    server.done();
}
