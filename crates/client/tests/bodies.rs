//! Responses' content: framing, early ends, limits, text.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{Error, Session};
use common::{Peer, Server, ok, session};
use http::{HeaderName, Method};
use std::io::{Read, Write};

fn get(answer: &str) -> client::Response {
    let server = Server::answering(&[answer]);
    let response = session().get(&server.url("/")).unwrap().send().unwrap();
    server.done();
    response
}

fn failure(answer: &str) -> Error {
    let server = Server::answering(&[answer]);
    let error = session().get(&server.url("/")).unwrap().send().unwrap_err();
    server.done();
    error
}

#[test]
fn a_length_that_is_not_reached_says_how_much_is_missing() {
    let mut response = get("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nseven..");
    let error = response.text().unwrap_err();
    assert_eq!(error.to_string(), "the body is cut short: 7 octets arrived, 3 are missing");
    assert_eq!(error.curl_exit_code(), 18);
    assert!(response.text().is_err(), "an error stays one");
}

#[test]
fn chunks_without_an_end_are_cut_short() {
    for cut in ["", "4\r\nda", "4\r\ndata", "4\r\ndata\r\n", "4\r\ndata\r\n0\r\n"] {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let error = get(&format!("{head}{cut}")).text().unwrap_err();
        assert!(matches!(error, Error::Partial { missing: None, .. }), "{cut:?}: {error}");
        assert_eq!(error.curl_exit_code(), 18);
    }
}

#[test]
fn a_read_error_keeps_its_kind_and_its_cause() {
    let mut response = get("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
    let error = response.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    assert_eq!(Error::from_read(error, "").curl_exit_code(), 18);
}

#[test]
fn nothing_at_all_is_an_empty_reply() {
    for answer in ["", "HTTP/1.1 100 Continue\r\n\r\n"] {
        let error = failure(answer);
        assert!(matches!(error, Error::EmptyReply { .. }), "{answer:?}: {error}");
        assert_eq!(error.curl_exit_code(), 52);
    }
}

#[test]
fn half_a_head_is_not_an_empty_reply() {
    let error = failure("HTTP/1.1 200 OK\r\nContent-");
    assert!(matches!(error, Error::PartialHead { .. }), "{error}");
}

#[test]
fn what_is_not_http_is_told_with_its_rule() {
    for answer in ["220 ftp.example ready\r\n\r\n", "HTTP/1.1 OK\r\n\r\n", "\0\0\0\0\r\n\r\n"] {
        let error = failure(answer);
        assert_eq!(error.curl_exit_code(), 8, "{error}");
        assert!(error.to_string().contains("RFC 9112"), "{error}");
    }
}

#[test]
fn a_broken_chunk_is_told() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let error = get(&format!("{head}zz\r\n")).text().unwrap_err();
    assert_eq!(error.curl_exit_code(), 56, "{error}");
}

#[test]
fn chunks_become_content_and_trailers_are_kept_apart() {
    let mut response = get(concat!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "4;ext=1\r\nWiki\r\n5\r\npedia\r\n0\r\nX-Sum: 9\r\n\r\n"
    ));
    assert!(response.trailers().is_none());
    assert_eq!(response.text().unwrap(), "Wikipedia");
    let sum = HeaderName::new("x-sum").unwrap();
    assert_eq!(response.trailers().unwrap().get(sum).unwrap(), "9");
    assert!(!response.headers.contains(sum));
}

#[test]
fn without_a_length_the_end_is_the_connections() {
    let mut response = get("HTTP/1.1 200 OK\r\n\r\nto the end");
    assert_eq!(response.text().unwrap(), "to the end");
    let mut response = get("HTTP/1.0 200 OK\r\n\r\nto the end");
    assert_eq!(response.text().unwrap(), "to the end");
    assert_eq!(response.version.as_str(), "HTTP/1.0");
}

#[test]
fn early_hints_are_passed_over() {
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    assert_eq!(get(&format!("{hints}{hints}{}", ok("x"))).text().unwrap(), "x");
}

#[test]
fn hints_without_end_are_not() {
    let hints = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100);
    assert_eq!(failure(&hints).curl_exit_code(), 8);
}

#[test]
fn a_head_request_has_no_body() {
    let server = Server::answering(&["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"]);
    let request = session().request(Method::Head, &server.url("/")).unwrap();
    assert_eq!(request.send().unwrap().text().unwrap(), "");
    server.done();
}

#[test]
fn the_callers_limit_is_exact() {
    assert_eq!(get(&ok("12345")).bytes(5).unwrap(), b"12345");
    let error = get(&ok("12345")).bytes(4).unwrap_err();
    assert_eq!(error.to_string(), "the body has more than 4 octets");
    assert_eq!(error.curl_exit_code(), 63);
}

#[test]
fn so_is_the_sessions_limit() {
    let limits = http1::Limits { content: 4, ..http1::Limits::default() };
    let session = Session::builder().limits(limits).build();
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n12345",
    ] {
        let server = Server::answering(&[answer]);
        let sent = session.get(&server.url("/")).unwrap().send();
        let error = sent.and_then(|mut response| response.text()).unwrap_err();
        assert!(matches!(error, Error::TooLarge { limit: 4 }), "{error}");
        server.done();
    }
}

#[test]
fn text_is_utf_8_or_what_the_server_says() {
    assert_eq!(get(&ok("한국")).text().unwrap(), "한국");
    let server = Server::start(|listener| {
        let mut peer = Peer::accept(listener);
        peer.head();
        peer.say("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=\"ISO-8859-1\"\r\n");
        peer.say("Content-Length: 1\r\n\r\n");
        peer.say_octets(b"\xe9");
    });
    let mut response = session().get(&server.url("/")).unwrap().send().unwrap();
    assert_eq!(response.text().unwrap(), "é");
    server.done();
}

struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_fails_is_not_the_servers_fault() {
    let error = get(&ok("x")).copy_to(&mut Full).unwrap_err();
    assert_eq!(error.curl_exit_code(), 23, "{error}");
}

#[test]
fn a_status_can_be_made_an_error() {
    let response = get("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    let error = response.error_for_status().unwrap_err();
    assert!(error.to_string().ends_with(" answered 404 Not Found"), "{error}");
    assert_eq!(error.curl_exit_code(), 22);
    assert!(get(&ok("x")).error_for_status().is_ok());
}

/// More than any buffer, in uneven pieces, by each way of reading.
#[test]
fn a_long_body_arrives_whole_however_it_is_read() {
    let body: Vec<u8> = (0..=250).cycle().take(3_000_017).collect();
    for way in 0..3 {
        let sent = body.clone();
        let server = Server::start(move |listener| {
            let mut peer = Peer::accept(listener);
            peer.head();
            if way == 1 {
                peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                for piece in sent.chunks(70_001) {
                    peer.say(&format!("{:x}\r\n", piece.len()));
                    peer.say_octets(piece);
                    peer.say("\r\n");
                }
                peer.say("0\r\n\r\n");
            } else {
                peer.say(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", sent.len()));
                peer.say_octets(&sent);
            }
        });
        let mut response = session().get(&server.url("/")).unwrap().send().unwrap();
        let mut got = Vec::new();
        match way {
            0 | 1 => assert_eq!(response.copy_to(&mut got).unwrap(), body.len() as u64),
            _ => {
                let mut piece = vec![0; 100_003];
                loop {
                    let length = response.read(&mut piece).unwrap();
                    if length == 0 {
                        break;
                    }
                    got.extend_from_slice(&piece[..length]);
                }
            }
        }
        assert!(got == body, "way {way}");
        assert_eq!(response.timings().content, body.len() as u64);
        server.done();
    }
}
