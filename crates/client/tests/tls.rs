//! `https` over real sockets: by which way it goes, and how it ends.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use ::tls::NamedGroup;
use client::{
    Error, Response, Session,
    core::{
        auth::{Auth, Credentials},
        proxy::{Proxies, Proxy},
        timeouts::{Phase, Timeouts},
    },
};
use common::{
    Server, field, ok, patient,
    secure::{Peer, Stage, now, url},
};
use std::{
    io::{Read, Write},
    net::TcpListener,
    os::unix::net::UnixListener,
    sync::Arc,
    thread,
    time::Duration,
};
use x509::{Validity, issue::Usage};

fn get(session: &Session, url: &str) -> Result<Response, Error> {
    session.get(url)?.send()
}

#[test]
fn a_request_goes_to_a_server_that_is_believed() {
    let stage = Stage::new();
    let server = stage.answering(1, "sealed");
    let mut response = get(&stage.session(), &url(&server, "/")).unwrap();
    let secured = response.secured().unwrap();
    assert_eq!(secured.group(), Some(NamedGroup::X25519));
    assert_eq!(secured.alpn(), Some(&b"http/1.1"[..]));
    assert!(secured.is_verified() && !secured.is_resumed());
    assert_eq!(secured.chain()[0].subject().to_string(), "CN=localhost");
    assert!(response.timings().handshake > Duration::ZERO);
    assert_eq!(response.text().unwrap(), "sealed");
    server.done();
}

#[test]
fn a_tunnel_carries_tls_that_the_proxy_cannot_read() {
    let stage = Stage::new();
    let config = Arc::new(stage.config.clone());
    let proxy = Server::start(move |listener| {
        let mut plain = common::Peer::accept(listener);
        assert!(plain.head().starts_with("CONNECT localhost:443 HTTP/1.1\r\n"));
        plain.say("HTTP/1.1 200 Fine\r\n\r\n");
        let mut peer = Peer::over(plain.stream.into_inner(), &config);
        let head = peer.head();
        assert!(head.starts_with("GET /x HTTP/1.1\r\n"), "{head}");
        assert_eq!(field(&head, "proxy-authorization"), None);
        peer.say(&ok("tunnelled"));
    });
    let through = Proxy::parse(&format!("http://u:p@{}", proxy.address)).unwrap();
    let session = stage.builder().proxies(Proxies::only(through)).build();
    let mut response = get(&session, "https://localhost/x").unwrap();
    assert_eq!(response.text().unwrap(), "tunnelled");
    proxy.done();
}

#[test]
fn a_unix_socket_carries_tls_with_the_urls_host() {
    let stage = Stage::new();
    let folder = testkit::TempDir::new("tls");
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let config = Arc::new(stage.config.clone());
    // A TCP connection on the inside, for the peer knows no other.
    let inside = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = inside.local_addr().unwrap();
    let server = thread::spawn(move || {
        let mut outer = listener.accept().unwrap().0;
        let mut inner = std::net::TcpStream::connect(address).unwrap();
        let peer = thread::spawn(move || {
            let mut peer = Peer::accept(&inside, &config);
            peer.head();
            peer.say(&ok("unix"));
            peer.close();
        });
        let (mut from, mut to) = (outer.try_clone().unwrap(), inner.try_clone().unwrap());
        let up = thread::spawn(move || std::io::copy(&mut from, &mut to));
        let _ = std::io::copy(&mut inner, &mut outer);
        drop((outer, inner));
        peer.join().unwrap();
        drop(up);
    });
    let session = stage.builder().unix_socket(&path).build();
    assert_eq!(get(&session, "https://localhost/").unwrap().text().unwrap(), "unix");
    server.join().unwrap();
}

#[test]
fn a_body_that_ends_with_the_connection_must_end_with_close_notify() {
    for closes in [true, false] {
        let stage = Stage::new();
        let server = stage.serve(1, move |_, mut peer| {
            peer.head();
            peer.say("HTTP/1.1 200 OK\r\n\r\nhalf");
            if closes {
                peer.close();
            }
        });
        let mut body = Vec::new();
        let mut response = get(&stage.session(), &url(&server, "/")).unwrap();
        let read = response.read_to_end(&mut body);
        assert_eq!(body, b"half");
        match read {
            Ok(_) => assert!(closes),
            Err(error) => {
                let error = Error::from_read(error, "");
                assert!(matches!(error, Error::Truncated { received: 4 }) && !closes, "{error:?}");
                assert_eq!(error.curl_exit_code(), 56);
            }
        }
        server.done();
    }
}

#[test]
fn a_length_that_is_not_reached_is_cut_short_however_it_ends() {
    for closes in [true, false] {
        let stage = Stage::new();
        let server = stage.serve(1, move |_, mut peer| {
            peer.head();
            peer.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
            if closes {
                peer.close();
            }
        });
        let error = get(&stage.session(), &url(&server, "/")).unwrap().text().unwrap_err();
        assert_eq!(error.curl_exit_code(), 18, "{error}");
        server.done();
    }
}

#[test]
fn a_server_that_says_nothing_is_left_when_the_time_to_connect_is_over() {
    let stage = Stage::new();
    let server = Server::start(|listener| {
        let mut peer = common::Peer::accept(listener);
        peer.rest();
    });
    let timeouts = Timeouts { connect: Some(Duration::from_millis(50)), ..patient() };
    let session = stage.builder().timeouts(timeouts).build();
    let error = get(&session, &url(&server, "/")).unwrap_err();
    assert_eq!((error.phase(), error.curl_exit_code()), (Some(Phase::Connect), 28), "{error}");
    drop(session);
    server.done();
}

#[test]
fn what_is_no_tls_at_all_is_told_so() {
    let stage = Stage::new();
    for (answer, code) in [("HTTP/1.1 400 Bad Request\r\n\r\n", 35), ("", 35)] {
        let server = Server::start(move |listener| {
            let mut peer = common::Peer::accept(listener);
            peer.say(answer);
            drop(peer.octets(1));
        });
        let error = get(&stage.session(), &url(&server, "/")).unwrap_err();
        assert_eq!(error.curl_exit_code(), code, "{error}");
        server.done();
    }
}

#[test]
fn an_alert_is_told_in_the_peers_words() {
    let mut stage = Stage::new();
    stage.config.groups = vec![NamedGroup::X448];
    let server = stage.serve(1, |_, mut peer| assert_eq!(peer.head(), ""));
    let error = get(&stage.session(), &url(&server, "/")).unwrap_err();
    assert!(error.to_string().contains("handshake_failure"), "{error}");
    assert_eq!(error.curl_exit_code(), 35);
    server.done();
}

#[test]
fn another_group_costs_a_round_trip_and_works() {
    let mut stage = Stage::new();
    stage.config.groups = vec![NamedGroup::SECP256R1];
    let server = stage.answering(1, "x");
    let response = get(&stage.session(), &url(&server, "/")).unwrap();
    assert_eq!(response.secured().unwrap().group(), Some(NamedGroup::SECP256R1));
    server.done();
}

#[test]
fn records_may_come_an_octet_at_a_time() {
    let stage = Stage::new();
    let inside = stage.answering(1, "slow");
    let address = inside.address;
    let slow = Server::start(move |listener| {
        let mut outer = listener.accept().unwrap().0;
        outer.set_nodelay(true).unwrap();
        let mut inner = std::net::TcpStream::connect(address).unwrap();
        let (mut from, mut to) = (outer.try_clone().unwrap(), inner.try_clone().unwrap());
        let up = thread::spawn(move || std::io::copy(&mut from, &mut to));
        let mut octet = [0];
        while let Ok(1) = inner.read(&mut octet) {
            if outer.write_all(&octet).is_err() {
                break;
            }
        }
        drop((outer, inner));
        drop(up);
    });
    assert_eq!(get(&stage.session(), &url(&slow, "/")).unwrap().text().unwrap(), "slow");
    slow.done();
    inside.done();
}

#[test]
fn a_large_body_goes_either_way() {
    const LENGTH: usize = 5 << 20;
    let stage = Stage::new();
    let server = stage.serve(1, |_, mut peer| {
        let head = peer.head();
        assert_eq!(field(&head, "content-length"), Some(&*LENGTH.to_string()));
        let octets = peer.octets(LENGTH);
        peer.say(&format!("HTTP/1.1 200 OK\r\nContent-Length: {LENGTH}\r\n\r\n"));
        peer.say_octets(&octets);
        peer.close();
    });
    let octets: Vec<u8> = (0..LENGTH).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
    let request = stage.session().post(&url(&server, "/")).unwrap();
    let response = request.expect(client::Expect::Never).body(octets.clone()).send().unwrap();
    assert!(response.bytes(LENGTH as u64).unwrap() == octets, "what came back is what went");
    server.done();
}

#[test]
fn nothing_secret_follows_from_https_to_http() {
    let plain = Server::start(|listener| {
        let mut peer = common::Peer::accept(listener);
        let head = peer.head();
        assert_eq!(field(&head, "authorization"), None);
        assert_eq!(field(&head, "cookie"), Some("open=2"));
        peer.say(&ok("plain"));
    });
    // The same host: only the scheme is another, and the port.
    let port = plain.address.port();
    let location = format!("http://site.example:{port}/");
    let stage = Stage::with(&["site.example"], Validity::from_now(now(), 13), Usage::Server);
    let server = stage.serve(1, move |_, mut peer| {
        assert!(field(&peer.head(), "authorization").is_some());
        peer.say(&format!(
            "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\
             Set-Cookie: hidden=1; Secure\r\nSet-Cookie: open=2\r\n\r\n"
        ));
        let head = peer.head();
        assert_eq!(field(&head, "cookie"), Some("hidden=1; open=2"));
        peer.say(&ok("secret"));
    });
    let here = || vec![[127, 0, 0, 1].into()];
    let builder = stage.builder().resolve("site.example", port, here());
    let session = builder.resolve("site.example", server.address.port(), here()).build();
    let url = format!("https://site.example:{}/", server.address.port());
    let request = session.get(&url).unwrap();
    let mut response = request.auth(Auth::Basic(Credentials::new("u", "p"))).send().unwrap();
    assert_eq!(response.text().unwrap(), "plain");
    assert_eq!(get(&session, &url).unwrap().text().unwrap(), "secret");
    server.done();
    plain.done();
}
