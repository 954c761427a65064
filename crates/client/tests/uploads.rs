//! Requests' content: framing, asking first, answers that come early.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{Content, Error, Expect, RequestBuilder, Session, core::timeouts::Timeouts};
use common::{Peer, Server, field, ok, patient, session};
use http::{Method, Version};
use std::{
    io::{self, Cursor, Read},
    sync::mpsc,
    time::Duration,
};

fn put(session: &Session, server: &Server) -> RequestBuilder {
    session.request(Method::Put, &server.url("/")).unwrap()
}

#[test]
fn a_reader_of_unknown_length_goes_in_chunks() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        assert_eq!(field(&head, "transfer-encoding"), Some("chunked"));
        assert_eq!(field(&head, "content-length"), None);
        assert_eq!(peer.text(14), "4\r\ndata\r\n0\r\n\r\n");
        peer.say(&ok(""));
    });
    let content = Content::reader(Cursor::new(b"data".to_vec()));
    put(&session(), &server).expect(Expect::Never).body(content).send().unwrap();
    server.done();
}

#[test]
fn content_of_no_octets_has_a_length() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        assert_eq!(field(&peer.head(), "content-length"), Some("0"));
        peer.say(&ok(""));
    });
    put(&session(), &server).body("").send().unwrap();
    server.done();
}

#[test]
fn a_post_says_that_it_has_no_content() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        assert_eq!(field(&peer.head(), "content-length"), Some("0"));
        peer.say(&ok(""));
    });
    session().post(&server.url("/")).unwrap().send().unwrap();
    server.done();
}

#[test]
fn large_octets_and_large_readers_arrive_whole() {
    const LENGTH: usize = 5_000_000;
    let body: Vec<u8> = (0..=250).cycle().take(LENGTH).collect();
    let contents = [
        Content::from(body.clone()),
        Content::sized(Cursor::new(body.clone()), LENGTH as u64),
        Content::seekable(Cursor::new(body.clone())).unwrap(),
    ];
    for content in contents {
        let expected = body.clone();
        let server = Server::start(move |listener| {
            let mut peer = Peer::accept(listener);
            let head = peer.head();
            assert_eq!(field(&head, "expect"), Some("100-continue"));
            assert_eq!(field(&head, "content-length"), Some("5000000"));
            peer.say("HTTP/1.1 100 Continue\r\n\r\n");
            assert!(peer.octets(LENGTH) == expected);
            peer.say(&ok("got it"));
        });
        let mut response = put(&session(), &server).body(content).send().unwrap();
        assert_eq!(response.text().unwrap(), "got it");
        assert_eq!(response.timings().uploaded, LENGTH as u64);
        server.done();
    }
}

#[test]
fn a_reader_must_keep_its_word() {
    for (declared, found) in [(5, 4), (3, 4), (u64::MAX, 4)] {
        let server = Server::start(|listener| {
            let mut peer = Peer::accept(listener);
            peer.head();
            peer.rest();
        });
        let content = Content::sized(Cursor::new(b"data".to_vec()), declared);
        let request = put(&session(), &server).expect(Expect::Never).body(content);
        let error = request.send().unwrap_err();
        let Error::ContentLength { declared: d, found: f } = error else { panic!("{error}") };
        assert_eq!((d, f), (declared, found));
        server.done();
    }
}

struct Fails;

impl Read for Fails {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is gone"))
    }
}

#[test]
fn a_reader_that_fails_is_not_the_servers_fault() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.rest();
    });
    let request = put(&session(), &server).expect(Expect::Never).body(Content::reader(Fails));
    let error = request.send().unwrap_err();
    assert_eq!(error.to_string(), "reading the request's body failed: the disk is gone");
    assert_eq!(error.curl_exit_code(), 26);
    server.done();
}

#[test]
fn http_1_0_has_no_chunks_and_no_expectations() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        assert!(head.starts_with("PUT / HTTP/1.0\r\n"));
        assert_eq!(field(&head, "expect"), None);
        assert_eq!(peer.text(4), "data");
        peer.say(&ok(""));
    });
    let request = || put(&session(), &server).version(Version::Http10);
    let unknown = Content::reader(Cursor::new(b"data".to_vec()));
    request().expect(Expect::Always).body("data").send().unwrap();
    server.done();
    let other = Server::start(|listener| drop(Peer::accept(listener)));
    let request = put(&session(), &other).version(Version::Http10).body(unknown);
    assert!(matches!(request.send().unwrap_err(), Error::Request(_)));
    other.done();
}

#[test]
fn a_final_answer_keeps_the_content_back() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        assert_eq!(field(&peer.head(), "expect"), Some("100-continue"));
        peer.say("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
        assert_eq!(peer.rest(), b"", "no content, and the connection closed");
    });
    let request = put(&session(), &server).expect(Expect::Always).body("data");
    let mut response = request.send().unwrap();
    assert_eq!((response.status.as_u16(), response.text().unwrap().as_str()), (401, "no"));
    server.done();
}

#[test]
fn silence_means_go_on() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        assert_eq!(peer.text(4), "data");
        peer.say(&ok("x"));
    });
    let timeouts = Timeouts { expect: Duration::from_millis(10), ..patient() };
    let request = put(&session(), &server).timeouts(timeouts).expect(Expect::Always).body("data");
    assert_eq!(request.send().unwrap().text().unwrap(), "x");
    server.done();
}

#[test]
fn after_417_it_goes_without_asking() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        assert!(field(&peer.head(), "expect").is_some());
        peer.say("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
        let mut peer = Peer::accept(listener);
        assert_eq!(field(&peer.head(), "expect"), None);
        assert_eq!(peer.text(4), "data");
        peer.say(&ok("x"));
    });
    let content = Content::sized(Cursor::new(b"data".to_vec()), 4);
    let request = put(&session(), &server).expect(Expect::Always).body(content);
    assert_eq!(request.send().unwrap().text().unwrap(), "x");
    server.done();
}

#[test]
fn small_content_does_not_ask() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        assert_eq!(field(&peer.head(), "expect"), None);
        assert_eq!(peer.text(4), "data");
        peer.say(&ok(""));
    });
    put(&session(), &server).body("data").send().unwrap();
    server.done();
}

/// Octets without end, and a count of how many were taken.
struct Endless;

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        buffer.fill(b'x');
        Ok(buffer.len())
    }
}

#[test]
fn a_refusal_in_the_middle_stops_the_upload() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.octets(100);
        // Says no and reads no more: the client's socket fills up.
        peer.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 8\r\n\r\ntoo much");
        peer.rest();
    });
    let request = put(&session(), &server).expect(Expect::Never).body(Content::reader(Endless));
    let mut response = request.send().unwrap();
    assert_eq!(response.status.as_u16(), 413);
    assert_eq!(response.text().unwrap(), "too much");
    server.done();
}

#[test]
fn an_answer_before_a_close_is_read_although_sending_fails() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
        peer.stream.get_ref().shutdown(std::net::Shutdown::Write).unwrap();
        peer.rest();
    });
    let request = put(&session(), &server).expect(Expect::Never).body(Content::reader(Endless));
    let mut response = request.send().unwrap();
    assert_eq!((response.status.as_u16(), response.text().unwrap().as_str()), (403, "no"));
    server.done();
}

#[test]
fn a_redirect_in_the_middle_starts_the_content_again() {
    // More than all buffers between the two hold.
    const LENGTH: usize = 40_000_000;
    let body: Vec<u8> = (0..=250).cycle().take(LENGTH).collect();
    let expected = body.clone();
    let server = Server::start(move |listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.octets(100);
        peer.say("HTTP/1.1 307 Elsewhere\r\nLocation: /there\r\nContent-Length: 4\r\n\r\ngone");
        // Whoever would go on with the first request here would take octets from the second.
        let mut rest = peer;
        let drained = std::thread::spawn(move || rest.rest().len());
        let mut peer = Peer::accept(listener);
        assert!(peer.head().starts_with("PUT /there "));
        assert!(peer.octets(LENGTH) == expected);
        peer.say(&ok("done"));
        assert!(drained.join().unwrap() < LENGTH);
    });
    let session = session();
    let content = Content::seekable(Cursor::new(body)).unwrap();
    let request = put(&session, &server).expect(Expect::Never).body(content);
    assert_eq!(request.send().unwrap().text().unwrap(), "done");
    server.done();
}

#[test]
fn an_answer_to_half_a_head_is_read() {
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.octets(10);
        peer.say("HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 2\r\n\r\nno");
        // Closes with most of the head unread: the client's next write fails.
    });
    let mut request = session().get(&server.url("/")).unwrap();
    for _ in 0..400 {
        request = request.header("X", "y".repeat(50_000));
    }
    let mut response = request.send().unwrap();
    assert_eq!((response.status.as_u16(), response.text().unwrap().as_str()), (431, "no"));
    server.done();
}

/// Yields what the test sends it; ends with the channel.
struct Fed(mpsc::Receiver<Vec<u8>>);

impl Read for Fed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.0.recv().unwrap_or_default();
        buffer[..piece.len()].copy_from_slice(&piece);
        Ok(piece.len())
    }
}

// ANCHOR: echo
/// A server that answers as it reads: both directions must move at once, or both stand still.
#[test]
fn an_echo_larger_than_all_buffers_comes_back_whole() {
    const LENGTH: usize = 40_000_000;
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        let mut left = LENGTH;
        while left > 0 {
            let piece = peer.octets(left.min(100_000));
            left -= piece.len();
            peer.say(&format!("{:x}\r\n", piece.len()));
            peer.say_octets(&piece);
            peer.say("\r\n");
        }
        peer.say("0\r\n\r\n");
        assert_eq!(peer.head(), "", "closed");
    });
    let content = Content::sized(Endless.take(LENGTH as u64), LENGTH as u64);
    let session = session();
    let mut response = put(&session, &server).expect(Expect::Never).body(content).send().unwrap();
    let mut got = io::sink();
    assert_eq!(response.copy_to(&mut got).unwrap(), LENGTH as u64);
    assert_eq!(response.timings().uploaded, LENGTH as u64);
    drop((response, session));
    server.done();
}
// ANCHOR_END: echo

#[test]
fn what_the_reader_yields_is_sent_before_it_is_asked_again() {
    let (feed, fed) = mpsc::channel();
    let (seen, sees) = mpsc::channel();
    let server = Server::start(move |listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        assert_eq!(peer.text(8), "3\r\none\r\n");
        seen.send(()).unwrap();
        assert_eq!(peer.text(13), "3\r\ntwo\r\n0\r\n\r\n");
        peer.say(&ok("x"));
    });
    let request = put(&session(), &server).expect(Expect::Never).body(Content::reader(Fed(fed)));
    let client = std::thread::spawn(move || request.send().unwrap().text().unwrap());
    feed.send(b"one".to_vec()).unwrap();
    sees.recv().unwrap();
    feed.send(b"two".to_vec()).unwrap();
    drop(feed);
    assert_eq!(client.join().unwrap(), "x");
    server.done();
}
