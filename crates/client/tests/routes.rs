//! Ways to the origin: proxies, tunnels, Unix-domain sockets, overrides, and none.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{
    Error, Family, Role, Session,
    core::proxy::{NoProxy, Proxies, Proxy},
};
use common::{Peer, Server, field, ok, patient, session};
use http::Method;
use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, TcpListener},
    os::unix::net::UnixListener,
    thread,
};

fn through(proxy: &str) -> client::SessionBuilder {
    let proxies = Proxies::only(Proxy::parse(proxy).unwrap());
    Session::builder().timeouts(patient()).proxies(proxies)
}

#[test]
fn a_proxy_gets_the_whole_url_and_its_own_credentials() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        assert!(head.starts_with("GET http://origin.example:81/a?b HTTP/1.1\r\n"), "{head}");
        assert_eq!(field(&head, "host"), Some("origin.example:81"));
        assert_eq!(field(&head, "proxy-authorization"), Some("Basic dTpw"));
        peer.say(&ok("proxied"));
    });
    let session = through(&format!("http://u:p@{}", server.address)).build();
    let mut response = session.get("http://origin.example:81/a?b#c").unwrap().send().unwrap();
    assert_eq!(response.text().unwrap(), "proxied");
    server.done();
}

#[test]
fn a_tunnel_is_asked_for_and_then_forgotten() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        assert!(head.starts_with("CONNECT origin.example:80 HTTP/1.1\r\n"), "{head}");
        assert_eq!(field(&head, "host"), Some("origin.example:80"));
        assert_eq!(field(&head, "proxy-authorization"), Some("Basic dTpw"));
        peer.say("HTTP/1.1 200 Connection established\r\n\r\n");
        for _ in 0..2 {
            let head = peer.head();
            assert!(head.starts_with("GET /a HTTP/1.1\r\n"), "{head}");
            assert_eq!(field(&head, "host"), Some("origin.example"));
            assert_eq!(field(&head, "proxy-authorization"), None, "that was for the proxy");
            peer.say(&ok("tunnelled"));
        }
    });
    let session = through(&format!("http://u:p@{}", server.address)).tunnel(true).build();
    for _ in 0..2 {
        let mut response = session.get("http://origin.example/a").unwrap().send().unwrap();
        assert_eq!(response.text().unwrap(), "tunnelled");
    }
    server.done();
}

#[test]
fn a_tunnel_refused_is_told_with_the_status() {
    let server = Server::answering(&["HTTP/1.1 407 Auth\r\nContent-Length: 0\r\n\r\n"]);
    let session = through(&server.address.to_string()).tunnel(true).build();
    let error = session.get("http://origin.example/").unwrap().send().unwrap_err();
    assert_eq!(error.to_string(), "the proxy answered 407 to CONNECT origin.example:80");
    assert_eq!(error.curl_exit_code(), 56);
    server.done();
}

#[test]
fn a_tunnel_that_breaks_is_the_proxys_fault() {
    for (answer, code, part) in [
        ("", 56, "the proxy closed without an answer to CONNECT"),
        ("HTTP/1.1 200", 56, "in the middle of the response's head"),
        ("nonsense\r\n\r\n", 8, "malformed"),
        ("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\nforged", 8, "before a request"),
    ] {
        let server = Server::answering(&[answer]);
        let session = through(&server.address.to_string()).tunnel(true).build();
        let error = session.get("http://origin.example/").unwrap().send().unwrap_err();
        assert_eq!(error.curl_exit_code(), code, "{answer:?}: {error}");
        assert!(error.to_string().contains(part), "{answer:?}: {error}");
        server.done();
    }
}

#[test]
fn no_proxy_goes_directly() {
    let server = Server::answering(&[&ok("direct")]);
    let mut proxies = Proxies::only(Proxy::parse("http://127.0.0.1:1").unwrap());
    proxies.direct = NoProxy::parse("127.0.0.0/8");
    let session = Session::builder().proxies(proxies).build();
    let mut response = session.get(&server.url("/")).unwrap().send().unwrap();
    assert_eq!(response.text().unwrap(), "direct");
    server.done();
}

/// A port that nobody listens on: bound once, closed again.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_port_without_a_listener_refuses() {
    let port = closed_port();
    let error = session().get(&format!("http://127.0.0.1:{port}/")).unwrap().send().unwrap_err();
    assert!(matches!(error, Error::Connect { role: Role::Host, .. }));
    assert_eq!(
        error.to_string(),
        format!("could not connect to host 127.0.0.1:{port}: 127.0.0.1:{port} connection refused")
    );
    assert_eq!(error.curl_exit_code(), 7);
}

#[test]
fn a_proxy_without_a_listener_is_named_as_the_proxy() {
    let port = closed_port();
    let session = through(&format!("127.0.0.1:{port}")).build();
    let error = session.get("http://origin.example/").unwrap().send().unwrap_err();
    assert!(error.to_string().contains("connect to proxy 127.0.0.1"), "{error}");
}

#[test]
fn an_override_stands_in_for_the_resolver() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        assert!(field(&peer.head(), "host").unwrap().starts_with("name.example:"));
        peer.say(&ok("found"));
    });
    let (port, here) = (server.address.port(), vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
    let session = Session::builder().resolve("Name.Example", port, here).build();
    let mut response =
        session.get(&format!("http://name.example:{port}/")).unwrap().send().unwrap();
    assert_eq!(response.text().unwrap(), "found");
    assert_eq!(response.timings().address, Some(server.address));
    server.done();
}

#[test]
fn a_family_without_an_address_does_not_resolve() {
    let here = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let session = Session::builder().resolve("name.example", 80, here).family(Family::V6).build();
    let error = session.get("http://name.example/").unwrap().send().unwrap_err();
    assert_eq!(error.curl_exit_code(), 6, "{error}");
    let proxies = Proxies::only(Proxy::parse("http://name.example:80").unwrap());
    let here = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let session = Session::builder().resolve("name.example", 80, here).family(Family::V6);
    let error = session.proxies(proxies).build().get("http://a/").unwrap().send().unwrap_err();
    assert_eq!(error.curl_exit_code(), 5, "{error}");
}

#[test]
fn a_unix_domain_socket_carries_requests_and_is_reused() {
    let path = std::env::temp_dir().join(format!("client-test-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for _ in 0..2 {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut octet = [0];
                stream.read_exact(&mut octet).unwrap();
                head.push(octet[0]);
            }
            assert!(head.starts_with(b"GET /a HTTP/1.1\r\nHost: docker\r\n"));
            stream.write_all(ok("local").as_bytes()).unwrap();
        }
    });
    let session = Session::builder().unix_socket(&path).build();
    for _ in 0..2 {
        let mut response = session.get("http://docker/a").unwrap().send().unwrap();
        assert_eq!(response.text().unwrap(), "local");
    }
    server.join().unwrap();
    std::fs::remove_file(&path).unwrap();
    let error = session.get("http://other/").unwrap().send().unwrap_err();
    assert_eq!(error.curl_exit_code(), 7, "{error}");
}

#[test]
fn options_without_a_path_asks_the_server_itself() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        assert!(peer.head().starts_with("OPTIONS * HTTP/1.1\r\n"));
        peer.say(&ok(""));
    });
    session().request(Method::Options, &server.url("")).unwrap().send().unwrap();
    server.done();
}

#[test]
fn what_no_one_here_speaks_is_refused_before_anything_is_opened() {
    for (url, code) in [
        ("gopher://example.com/", 1),
        ("ftp://example.com/", 1),
        ("http://", 3),
        ("http://a b/", 3),
        ("http://a/\r\nX: y", 3),
        ("http://a:99999/", 3),
        ("", 3),
    ] {
        let error = session().get(url).unwrap_err();
        assert_eq!(error.curl_exit_code(), code, "{url:?}: {error}");
        assert_eq!(error.to_string().lines().count(), 1);
    }
    let error = session().get("http://user:secret@a b/").unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}
