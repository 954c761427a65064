//! What is kept for the next time: connections, tickets, and what early data makes of them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{Error, Response, Session, tls::Options};
use common::{
    Server, ok, patient,
    secure::{Peer, Stage, url},
};
use std::{sync::Arc, thread};

fn get(session: &Session, url: &str) -> Result<Response, Error> {
    session.get(url)?.send()
}

#[test]
fn one_connection_carries_one_request_after_another() {
    let stage = Stage::new();
    let server = stage.serve(1, |_, mut peer| {
        for _ in 0..3 {
            assert!(peer.head().starts_with("GET /"));
            peer.say(&ok("again"));
        }
        assert!(peer.ends_clean(), "close_notify says that it was all");
    });
    let session = stage.session();
    for number in 0..3 {
        let mut response = get(&session, &url(&server, "/")).unwrap();
        assert_eq!(response.text().unwrap(), "again");
        assert_eq!(response.timings().reused, number > 0);
    }
    drop(session);
    server.done();
}

#[test]
fn a_ticket_makes_the_second_handshake_short_and_is_used_once() {
    let mut stage = Stage::new();
    stage.config.ticket_count = 1;
    let server = stage.serve(4, |number, mut peer| {
        peer.head();
        assert_eq!(peer.summary.as_ref().unwrap().resumed, number == 1 || number == 2);
        peer.say(&ok("x"));
        peer.close();
    });
    let session = stage.session();
    let resumed = |session: &Session| {
        let mut response = get(session, &url(&server, "/")).unwrap();
        response.text().unwrap();
        response.secured().unwrap().is_resumed()
    };
    assert!(!resumed(&session));
    assert!(resumed(&session) && resumed(&session), "each connection brings a new ticket");
    assert!(!resumed(&stage.session()), "tickets are the session's own");
    server.done();
}

#[test]
fn early_data_goes_along_where_it_changes_nothing() {
    let mut stage = Stage::new();
    stage.config.early_data = 16_384;
    let server = stage.serve(4, |number, mut peer| {
        let head = peer.head();
        let early = number == 1 || number == 3;
        assert_eq!(!peer.early.is_empty(), early, "connection {number}: {head}");
        if head.starts_with("POST") {
            assert_eq!(peer.octets(2), b"hi");
        }
        peer.say(&ok("x"));
        peer.close();
    });
    let options = Options { early_data: true, ..stage.options() };
    let session = Session::builder().timeouts(patient()).tls(options).build();
    for number in 0..4 {
        let request = match number {
            // Nobody may do this twice.
            2 => session.post(&url(&server, "/")).unwrap().body("hi"),
            _ => session.get(&url(&server, "/")).unwrap(),
        };
        let mut response = request.send().unwrap();
        assert_eq!(response.text().unwrap(), "x");
        assert_eq!(response.timings().early, number % 2 == 1);
        assert_eq!(response.secured().unwrap().is_early(), number % 2 == 1);
    }
    server.done();
}

#[test]
fn early_data_that_is_rejected_goes_again_behind_the_handshake() {
    let mut stage = Stage::new();
    stage.config.early_data = 16_384;
    let first = Arc::new(stage.config.clone());
    // The same tickets, and no early data any more.
    stage.config.early_data = 0;
    let second = Arc::new(stage.config.clone());
    let server = Server::start(move |listener| {
        for config in [first, second] {
            let mut peer = Peer::accept(listener, &config);
            assert!(peer.head().starts_with("GET /"));
            assert!(peer.early.is_empty());
            peer.say(&ok("x"));
            peer.close();
        }
    });
    let options = Options { early_data: true, ..stage.options() };
    let session = Session::builder().timeouts(patient()).tls(options).build();
    for _ in 0..2 {
        let mut response = get(&session, &url(&server, "/")).unwrap();
        assert_eq!(response.text().unwrap(), "x");
        assert!(!response.timings().early);
    }
    server.done();
}

#[test]
fn a_request_that_came_too_early_goes_again() {
    let mut stage = Stage::new();
    stage.config.early_data = 16_384;
    let server = stage.serve(2, |number, mut peer| {
        peer.head();
        if number == 1 {
            assert!(!peer.early.is_empty());
            peer.say("HTTP/1.1 425 Too Early\r\nContent-Length: 0\r\n\r\n");
            peer.early.clear();
            assert!(peer.head().starts_with("GET /"), "once more, on the same connection");
            assert!(peer.early.is_empty());
        }
        peer.say(&ok("x"));
        peer.close();
    });
    let options = Options { early_data: true, ..stage.options() };
    let session = Session::builder().timeouts(patient()).tls(options).build();
    for _ in 0..2 {
        let response = get(&session, &url(&server, "/")).unwrap();
        assert_eq!(response.status.as_u16(), 200);
    }
    server.done();
}

#[test]
fn many_threads_share_a_session() {
    const THREADS: usize = 32;
    let stage = Stage::new();
    let config = Arc::new(stage.config.clone());
    let server = Server::start(move |listener| {
        let serve = |mut peer: Peer| {
            while !peer.head().is_empty() {
                peer.say(&ok("shared"));
            }
        };
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                let (stream, config) = (listener.accept().unwrap().0, Arc::clone(&config));
                thread::spawn(move || serve(Peer::over(stream, &config)))
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    // Nobody gives a connection back before all have one, so there are as many as threads.
    let (session, all) = (stage.session(), Arc::new(std::sync::Barrier::new(THREADS)));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (session, all, url) = (session.clone(), Arc::clone(&all), url(&server, "/"));
            thread::spawn(move || {
                let mut response = get(&session, &url).unwrap();
                all.wait();
                assert_eq!(response.text().unwrap(), "shared");
                for _ in 0..4 {
                    assert_eq!(get(&session, &url).unwrap().text().unwrap(), "shared");
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    drop(session);
    server.done();
}
