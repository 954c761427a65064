//! Each phase has its bound, and says so when it is over. Short waits, no assertion on speed.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod common;

use client::{
    Content, Error, Expect, Session,
    core::{
        proxy::{Proxies, Proxy},
        timeouts::{Phase, Timeouts},
    },
};
use common::{Peer, Server, patient, session};
use std::{
    io::{self, Read, Write},
    thread,
    time::Duration,
};

const SOON: Option<Duration> = Some(Duration::from_millis(30));

/// Says `answer` and then nothing until the client goes.
fn stalls(answer: &'static str) -> Server {
    Server::start(move |listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say(answer);
        peer.rest();
    })
}

fn timed_out(error: &Error, phase: Phase) {
    assert_eq!(error.phase(), Some(phase), "{error}");
    assert_eq!(error.curl_exit_code(), 28);
}

#[test]
fn a_head_that_does_not_come() {
    for part in ["", "HTTP/1.1 200 OK\r\n"] {
        let server = stalls(part);
        let request = session().get(&server.url("/")).unwrap();
        let error = request.timeouts(Timeouts { head: SOON, ..patient() }).send().unwrap_err();
        timed_out(&error, Phase::Head);
        assert_eq!(error.to_string(), "timed out after 30ms: waiting for the response");
        server.done();
    }
}

/// Says `answer`, then one octet after another for as long as the client listens, or 2 s.
fn trickles(answer: &'static str) -> Server {
    Server::start(move |listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say(answer);
        for _ in 0..400 {
            thread::sleep(Duration::from_millis(5));
            if peer.stream.get_mut().write_all(b"x").is_err() {
                return;
            }
        }
        peer.say("\r\nContent-Length: 0\r\n\r\n");
    })
}

#[test]
fn a_head_that_comes_octet_by_octet() {
    let server = trickles("HTTP/1.1 200 OK\r\nX: ");
    let request = session().get(&server.url("/")).unwrap();
    let error = request.timeouts(Timeouts { head: SOON, ..patient() }).send().unwrap_err();
    timed_out(&error, Phase::Head);
    assert_eq!(error.to_string(), "timed out after 30ms: waiting for the response");
    server.done();
}

#[test]
fn a_tunnel_that_comes_octet_by_octet() {
    let server = trickles("HTTP/1.1 200 OK\r\nX: ");
    let proxies = Proxies::only(Proxy::parse(&server.address.to_string()).unwrap());
    let session = Session::builder().proxies(proxies).tunnel(true);
    let session = session.timeouts(Timeouts { connect: SOON, ..patient() }).build();
    let error = session.get("http://origin.example/").unwrap().send().unwrap_err();
    timed_out(&error, Phase::Connect);
    server.done();
}

#[test]
fn a_body_that_stops() {
    let server = stalls("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    let request = session().get(&server.url("/")).unwrap();
    let mut response = request.timeouts(Timeouts { read: SOON, ..patient() }).send().unwrap();
    let error = response.text().unwrap_err();
    timed_out(&error, Phase::Read);
    server.done();
}

#[test]
fn the_whole_counts_from_the_start() {
    let server = stalls("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    let request = session().get(&server.url("/")).unwrap().timeout(Duration::from_millis(300));
    let mut response = request.send().unwrap();
    timed_out(&response.text().unwrap_err(), Phase::Total);
    server.done();
}

#[test]
fn a_server_that_does_not_read() {
    let (done, finished) = std::sync::mpsc::channel::<()>();
    let server = Server::start(move |listener| {
        let _peer = Peer::accept(listener);
        let _ = finished.recv();
    });
    let request = session().post(&server.url("/")).unwrap().expect(Expect::Never);
    let request = request.body(Content::reader(std::io::repeat(b'x').take(1 << 40)));
    let error = request.timeouts(Timeouts { read: SOON, ..patient() }).send().unwrap_err();
    timed_out(&error, Phase::Send);
    drop(done);
    server.done();
}

/// An octet every millisecond, without end: the socket takes each at once.
struct Drip;

impl Read for Drip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        thread::sleep(Duration::from_millis(1));
        buffer.fill(b'x');
        Ok(buffer.len().min(1))
    }
}

#[test]
fn content_that_drips_does_not_outlast_the_whole() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        // About a thousand drips, then the server goes: whoever does not look at the clock before
        // learns of it by an error in sending.
        let mut content = peer.stream.take(6000);
        let _ = io::copy(&mut content, &mut io::sink());
    });
    let request = session().post(&server.url("/")).unwrap().expect(Expect::Never);
    let request = request.body(Content::reader(Drip)).timeout(Duration::from_millis(30));
    timed_out(&request.send().unwrap_err(), Phase::Total);
    server.done();
}

#[test]
fn no_time_is_too_long_or_too_short() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say("HTTP/1.1 204 No Content\r\n\r\n");
        Peer::accept(listener).rest();
    });
    let ever = Some(Duration::MAX);
    let timeouts = Timeouts {
        pool: ever,
        connect: ever,
        head: ever,
        read: ever,
        total: ever,
        expect: Duration::MAX,
    };
    let post = session().post(&server.url("/")).unwrap().expect(Expect::Always).body("x");
    post.timeouts(timeouts).send().unwrap();
    let none = Timeouts { head: Some(Duration::ZERO), ..patient() };
    let error = session().get(&server.url("/")).unwrap().timeouts(none).send().unwrap_err();
    timed_out(&error, Phase::Head);
    server.done();
}

#[test]
fn nothing_is_begun_when_no_time_is_left() {
    let request = session().get("http://127.0.0.1:1/").unwrap().timeout(Duration::ZERO);
    timed_out(&request.send().unwrap_err(), Phase::Total);
}
