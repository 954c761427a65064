//! Which connection carries which request.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{
    Error, Session,
    core::{
        pool::PoolLimits,
        timeouts::{Phase, Timeouts},
    },
};
use common::{Peer, Server, ok, patient, session};
use http::Method;
use std::{
    io::Read,
    sync::{Arc, Barrier, mpsc},
    thread,
    time::Duration,
};

#[test]
fn a_body_read_to_its_end_gives_the_connection_back() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        for _ in 0..3 {
            peer.head();
            peer.say(&ok("x"));
        }
    });
    let session = session();
    for reused in [false, true, true] {
        let mut response = session.get(&server.url("/")).unwrap().send().unwrap();
        assert_eq!(response.timings().reused, reused);
        response.text().unwrap();
    }
    server.done();
}

#[test]
fn answers_without_content_give_it_back_at_once() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say("HTTP/1.1 204 No Content\r\n\r\n");
        assert!(peer.head().starts_with("HEAD "));
        peer.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
        peer.head();
        peer.say("HTTP/1.1 304 Not Modified\r\n\r\n");
    });
    let session = session();
    let url = server.url("/");
    let kept: Vec<_> = [Method::Get, Method::Head, Method::Get]
        .into_iter()
        .map(|method| session.request(method, &url).unwrap().send().unwrap())
        .collect();
    assert!(kept[1].timings().reused && kept[2].timings().reused);
    assert_eq!(kept[1].content_length(), Some(9));
    server.done();
}

#[test]
fn a_close_is_honoured() {
    let server = Server::start(|listener| {
        for answer in [
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
            "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
        ] {
            let mut peer = Peer::accept(listener);
            peer.head();
            peer.say(answer);
            assert_eq!(peer.rest(), b"", "the client closes too");
        }
    });
    let session = session();
    for _ in 0..2 {
        let mut response = session.get(&server.url("/")).unwrap().send().unwrap();
        assert!(!response.timings().reused);
        response.text().unwrap();
    }
    server.done();
}

#[test]
fn a_long_body_dropped_early_costs_the_connection() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nbegin");
        assert_eq!(peer.rest(), b"");
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say(&ok("second"));
    });
    let session = session();
    drop(session.get(&server.url("/")).unwrap().send().unwrap());
    assert_eq!(session.get(&server.url("/")).unwrap().send().unwrap().text().unwrap(), "second");
    server.done();
}

#[test]
fn a_small_rest_that_is_there_is_read_and_the_connection_kept() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say(&ok(&"x".repeat(1000)));
        peer.head();
        peer.say(&ok("second"));
    });
    let session = session();
    let mut response = session.get(&server.url("/")).unwrap().send().unwrap();
    // Head and content are one write; after one octet all of it is here.
    response.read_exact(&mut [0]).unwrap();
    drop(response);
    let mut response = session.get(&server.url("/")).unwrap().send().unwrap();
    assert!(response.timings().reused);
    assert_eq!(response.text().unwrap(), "second");
    server.done();
}

// ANCHOR: lifo
#[test]
fn octets_behind_an_answer_are_never_the_next_answer() {
    let forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
    for answer in [
        ok("x"),
        "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n".to_owned(),
    ] {
        let server = Server::start(move |listener| {
            let mut peer = Peer::accept(listener);
            peer.head();
            peer.say(&(answer + forged));
            assert_eq!(peer.rest(), b"");
            let mut peer = Peer::accept(listener);
            peer.head();
            peer.say(&ok("true"));
        });
        let session = session();
        drop(session.get(&server.url("/")).unwrap().send().unwrap());
        let mut second = session.get(&server.url("/")).unwrap().send().unwrap();
        assert_eq!(second.text().unwrap(), "true");
        server.done();
    }
}

/// With room for one connection, a place that is not given back would stop the next request.
#[test]
fn whatever_fails_gives_its_place_back() {
    let bad = [
        "",
        "HTTP/1.1 2",
        "nonsense\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: ftp://a.example/\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ];
    let good = ok("good");
    let server = Server::answering(&[bad.as_slice(), &[&good]].concat());
    let session = narrow(1, patient());
    for answer in bad {
        let request = session.get(&server.url("/")).unwrap();
        let read = request.send().and_then(|mut response| response.text());
        let error = read.unwrap_err();
        assert_eq!(error.phase(), None, "{answer:?}: {error}");
    }
    let mut response = session.get(&server.url("/")).unwrap().send().unwrap();
    assert_eq!(response.text().unwrap(), "good");
    server.done();
}

#[test]
fn the_connection_used_last_is_used_first() {
    let server = Server::start(|listener| {
        let mut one = Peer::accept(listener);
        one.head();
        one.say(&ok("1"));
        let mut two = Peer::accept(listener);
        two.head();
        two.say(&ok("2"));
        // Only the one that came back last hears more.
        for _ in 0..3 {
            assert!(two.head().starts_with("GET /more "));
            two.say(&ok("again"));
        }
        assert_eq!(one.rest(), b"");
    });
    let session = session();
    let mut one = session.get(&server.url("/")).unwrap().send().unwrap();
    let mut two = session.get(&server.url("/")).unwrap().send().unwrap();
    assert_eq!(one.text().unwrap(), "1");
    assert_eq!(two.text().unwrap(), "2");
    for _ in 0..3 {
        let mut more = session.get(&server.url("/more")).unwrap().send().unwrap();
        assert_eq!(more.text().unwrap(), "again");
    }
    drop(session);
    server.done();
}
// ANCHOR_END: lifo

#[test]
fn a_dead_idle_connection_is_noticed_before_it_is_used() {
    let (closed, is_closed) = mpsc::channel();
    let server = Server::start(move |listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say(&ok("1"));
        drop(peer);
        closed.send(()).unwrap();
        let mut peer = Peer::accept(listener);
        assert!(peer.head().starts_with("POST "));
        peer.say(&ok("2"));
    });
    let session = session();
    session.get(&server.url("/")).unwrap().send().unwrap().text().unwrap();
    is_closed.recv().unwrap();
    // Even a POST is safe: nothing was sent on the dead one.
    let mut response = session.post(&server.url("/")).unwrap().body("").send().unwrap();
    assert_eq!(response.text().unwrap(), "2");
    server.done();
}

/// Answers once, then hears a request and closes without a word: as a server does whose idle time
/// ran out while the request was on its way.
fn answers_once_then_closes(listener: &std::net::TcpListener) -> String {
    let mut peer = Peer::accept(listener);
    peer.head();
    peer.say(&ok("1"));
    peer.head()
}

#[test]
fn an_idempotent_request_is_repeated_on_a_fresh_connection_and_once() {
    let server = Server::start(|listener| {
        assert!(answers_once_then_closes(listener).starts_with("GET /two "));
        let mut peer = Peer::accept(listener);
        assert!(peer.head().starts_with("GET /two "));
        peer.say(&ok("2"));
        // Again: heard, closed; and again on the fresh one. That was the only repetition.
        assert!(peer.head().starts_with("GET /three "));
        drop(peer);
        let mut peer = Peer::accept(listener);
        assert!(peer.head().starts_with("GET /three "));
        drop(peer);
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "a third attempt");
    });
    let session = session();
    session.get(&server.url("/one")).unwrap().send().unwrap().text().unwrap();
    let mut response = session.get(&server.url("/two")).unwrap().send().unwrap();
    assert_eq!(response.text().unwrap(), "2");
    let error = session.get(&server.url("/three")).unwrap().send().unwrap_err();
    assert_eq!(error.curl_exit_code(), 52, "{error}");
    server.done();
}

#[test]
fn a_post_is_never_repeated() {
    let server = Server::start(|listener| {
        assert!(answers_once_then_closes(listener).starts_with("POST "));
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "a second attempt");
    });
    let session = session();
    session.get(&server.url("/")).unwrap().send().unwrap().text().unwrap();
    let error = session.post(&server.url("/")).unwrap().send().unwrap_err();
    assert!(matches!(error, Error::EmptyReply { .. }), "{error}");
    server.done();
}

#[test]
fn once_an_octet_of_the_answer_has_come_nothing_is_repeated() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say(&ok("1"));
        peer.head();
        peer.say("HTTP/1.1 200");
        drop(peer);
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "a second attempt");
    });
    let session = session();
    session.get(&server.url("/")).unwrap().send().unwrap().text().unwrap();
    let error = session.get(&server.url("/")).unwrap().send().unwrap_err();
    assert!(matches!(error, Error::PartialHead { .. }), "{error}");
    server.done();
}

fn narrow(connections: usize, timeouts: Timeouts) -> Session {
    let limits = PoolLimits { connections, ..PoolLimits::default() };
    Session::builder().pool(limits).timeouts(timeouts).build()
}

// ANCHOR: waiting
#[test]
fn no_more_connections_than_the_limit_however_many_threads_ask() {
    const THREADS: usize = 8;
    let (opened, connections) = mpsc::channel();
    let server = Server::start(move |listener| {
        let peers: Vec<_> = (0..2)
            .map(|_| {
                let mut peer = Peer::accept(listener);
                opened.send(()).unwrap();
                thread::spawn(move || {
                    let mut served = 0;
                    while !peer.head().is_empty() {
                        peer.say(&ok("x"));
                        served += 1;
                    }
                    served
                })
            })
            .collect();
        let served: usize = peers.into_iter().map(|peer| peer.join().unwrap()).sum();
        assert_eq!(served, THREADS);
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "a third connection");
    });
    let session = narrow(2, patient());
    let barrier = Arc::new(Barrier::new(THREADS));
    // Two hold a connection each, so that both are open and the others must wait.
    let url = server.url("/");
    let held: Vec<_> = (0..2).map(|_| session.get(&url).unwrap().send().unwrap()).collect();
    connections.iter().take(2).for_each(drop);
    let others: Vec<_> = (2..THREADS)
        .map(|_| {
            let (session, url, barrier) = (session.clone(), url.clone(), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                session.get(&url).unwrap().send().unwrap().text().unwrap()
            })
        })
        .collect();
    let released: Vec<_> = held
        .into_iter()
        .map(|mut response| {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || {
                barrier.wait();
                response.text().unwrap()
            })
        })
        .collect();
    for thread in others.into_iter().chain(released) {
        assert_eq!(thread.join().unwrap(), "x");
    }
    drop(session);
    server.done();
}
// ANCHOR_END: waiting

#[test]
fn who_waits_too_long_for_a_place_is_told_so() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say(&ok("x"));
        peer.rest();
    });
    let soon = Some(Duration::from_millis(20));
    let session = narrow(1, Timeouts { pool: soon, ..patient() });
    let held = session.get(&server.url("/")).unwrap().send().unwrap();
    let error = session.get(&server.url("/")).unwrap().send().unwrap_err();
    assert_eq!((error.phase(), error.curl_exit_code()), (Some(Phase::Pool), 28));
    drop(held);
    drop(session);
    server.done();
}

#[test]
fn a_thousand_requests_from_eight_threads_through_one_session() {
    const THREADS: usize = 8;
    const EACH: usize = 125;
    let server = Server::start(|listener| {
        listener.set_nonblocking(false).unwrap();
        let mut peers = Vec::new();
        let mut served = 0;
        let (done, finished) = mpsc::channel();
        // Each connection has a thread; a connection ends when the session is dropped.
        let listener = listener.try_clone().unwrap();
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let done = done.clone();
                peers.push(thread::spawn(move || {
                    let mut peer = Peer { stream: std::io::BufReader::new(stream) };
                    loop {
                        let head = peer.head();
                        let Some(path) = head.split(' ').nth(1) else { return };
                        peer.say(&ok(path));
                        done.send(()).unwrap();
                    }
                }));
            }
        });
        while served < THREADS * EACH {
            finished.recv().unwrap();
            served += 1;
        }
    });
    let session = narrow(4, patient());
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let (session, base) = (session.clone(), server.url(""));
            thread::spawn(move || {
                for request in 0..EACH {
                    let path = format!("/{thread}/{request}");
                    let url = format!("{base}{path}");
                    let text = session.get(&url).unwrap().send().unwrap().text().unwrap();
                    assert_eq!(text, path, "each answer to its request");
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    server.done();
}
