//! RFC 9000 §9, RFC 7838 §2.2: the client's machine has another network than before.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use client::{Session, core::alternatives::Alternatives, tls};
use http::{Response, StatusCode, Version};
use server::{
    Certificates, Reply, Request, Router, Running, Server, Tls, identity::Identity, inline,
};
use std::{
    io::Read,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime},
};

/// `/peer` says whom the server sees; `/echo` says back what it is told.
fn serve() -> Running {
    let identity = Identity::generate(SystemTime::now().into()).unwrap();
    let router = Router::new()
        .get(
            "/peer",
            inline(|request: Request, reply: Reply| {
                reply.text(StatusCode::OK, format!("{:?}", request.peer));
            }),
        )
        .post("/echo", |mut request: Request, reply: Reply| {
            let mut content = Vec::new();
            match request.body.read_to_end(&mut content) {
                Ok(_) => reply.send(Response::new(StatusCode::OK), content),
                Err(_) => reply.status(StatusCode::BAD_REQUEST),
            }
        });
    let tls = Tls::with(Tls::config_for(Certificates::of([identity]).unwrap()));
    let server = Server::new(router).http3(true);
    server.listen_tls("127.0.0.1:0".parse().unwrap(), &tls).unwrap().start().unwrap()
}

fn session(version: Version) -> Session {
    let options = tls::Options { trust: tls::Trust::Anybody, ..tls::Options::default() };
    let alone = version == Version::Http3;
    Session::builder().tls(options).version(version).prior_knowledge(alone).build()
}

fn url(server: &Running, path: &str) -> String {
    format!("https://{}{path}", server.tls_addresses()[0])
}

/// Whom the server sees, and the connection.
fn peer(session: &Session, server: &Running) -> (String, Arc<tls::Secured>) {
    let mut response = session.get(&url(server, "/peer")).unwrap().send().unwrap();
    let secured = response.secured().unwrap();
    (response.text().unwrap(), secured)
}

#[test]
fn s9_a_connection_of_http_3_moves_to_another_socket() {
    let (server, session) = (serve(), session(Version::Http3));
    let (first, connection) = peer(&session, &server);
    assert_eq!(peer(&session, &server).0, first);
    for turn in 0..3 {
        let before = peer(&session, &server).0;
        session.network_changed();
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let (now, same) = peer(&session, &server);
            assert!(Arc::ptr_eq(&connection, &same), "another connection after move {turn}");
            if now != before {
                break;
            }
            assert!(Instant::now() < end, "still at {before} after move {turn}");
            thread::sleep(Duration::from_millis(5));
        }
    }
    server.stop().unwrap();
}

#[test]
fn s9_what_is_under_way_comes_whole_however_often_it_moves() {
    let (server, session) = (serve(), session(Version::Http3));
    let content: Vec<u8> = (0..30_000_000_u32).map(|at| (at % 251) as u8).collect();
    let connection = peer(&session, &server).1;
    let moves = thread::scope(|scope| {
        let echo = scope.spawn(|| {
            let request = session.post(&url(&server, "/echo")).unwrap();
            let response = request.body(content.clone()).send().unwrap();
            assert!(Arc::ptr_eq(&connection, &response.secured().unwrap()));
            assert!(response.bytes(u64::MAX).unwrap() == content);
        });
        let mut moves = 0;
        while !echo.is_finished() {
            session.network_changed();
            moves += 1;
            thread::sleep(Duration::from_millis(30));
        }
        echo.join().unwrap();
        moves
    });
    assert!(moves > 1, "it was over at once");
    server.stop().unwrap();
}

#[test]
fn connections_of_tcp_are_made_anew() {
    for version in [Version::Http11, Version::Http2] {
        let (server, session) = (serve(), session(version));
        let before = peer(&session, &server).0;
        assert_eq!(peer(&session, &server).0, before, "{version}");
        session.network_changed();
        assert_ne!(peer(&session, &server).0, before, "{version}");
        server.stop().unwrap();
    }
}

#[test]
fn s2_2_other_places_are_forgotten_but_those_that_last() {
    let session = Session::builder().alternatives(Alternatives::default()).build();
    let now = SystemTime::now().into();
    session.alternatives(|known| {
        known.learn("here.example", 443, b"h3=\":8443\"", now);
        known.learn("ever.example", 443, b"h3=\":8443\"; persist=1", now);
    });
    session.network_changed();
    let known = |host: &str| session.alternatives(|known| known.get(host, 443, now)).flatten();
    assert!(known("here.example").is_none());
    assert!(known("ever.example").is_some());
}
