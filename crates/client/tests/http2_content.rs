//! Content over HTTP/2 that is not what was announced, ends too early, or is read by nobody.
//!
//! RFC 9113 §5.2, §8.1, §8.1.1
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{Content, Error};
use common::http2::{Peer2, Server2, knowing};
use http::StatusCode;
use http2::{ErrorCode, Event, Limits, Outgoing, StreamId};
use std::{
    io::{BufRead, Read},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A response's head with these octets of HPACK, and its DATA, whatever the state machine thinks.
fn say(peer: &mut Peer2, stream: StreamId, block: &[u8], data: &[u8], end: bool) {
    let id = stream.value().to_be_bytes();
    let mut octets = vec![0, 0, u8::try_from(block.len()).unwrap(), 1, 4];
    octets.extend(id);
    octets.extend(block);
    octets.extend([0, 0, u8::try_from(data.len()).unwrap(), 0, u8::from(end)]);
    octets.extend(id);
    octets.extend(data);
    peer.say_octets(&octets);
}

/// `:status: 200`, `content-length: 5`, not indexed.
const FIVE: &[u8] = &[0x88, 0x0f, 0x0d, 1, b'5'];

#[test]
fn rfc9113_8_1_1_content_that_is_shorter_or_longer_than_announced() {
    for (data, code) in
        [(&b"four"[..], ErrorCode::PROTOCOL_ERROR), (b"sixsix", ErrorCode::PROTOCOL_ERROR)]
    {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heard);
        let server = Server2::start(Limits::default(), move |peer, event| match event {
            Event::Request { stream, head, .. } if head.request.target.to_string() == "/wrong" => {
                say(peer, stream, FIVE, data, true);
            }
            Event::Request { stream, .. } => peer.answer(stream, b"right"),
            Event::StreamReset { code, .. } => seen.lock().unwrap().push(code),
            _ => {}
        });
        let session = knowing().build();
        let read = session.get(&server.url("/wrong")).unwrap().send();
        let error = read.and_then(|response| response.bytes(100)).unwrap_err();
        assert_eq!(error.curl_exit_code(), 92, "{error}");
        // The stream's matter: the connection goes on.
        let mut right = session.get(&server.url("/")).unwrap().send().unwrap();
        assert_eq!(right.text().unwrap(), "right");
        assert_eq!(server.connections(), 1);
        // A stream that has ended on both sides need not be reset.
        assert!(heard.lock().unwrap().iter().all(|seen| *seen == code));
    }
}

#[test]
fn a_request_whose_content_is_not_as_long_as_it_says_is_reset() {
    let server = Server2::start(Limits::default(), |peer, event| match event {
        Event::Request { stream, head, .. } if head.request.target.to_string() == "/ok" => {
            peer.answer(stream, b"ok");
        }
        Event::Data { stream, octets, .. } => peer.machine.release(stream, octets.len()),
        _ => {}
    });
    let session = knowing().build();
    for length in [9, 11] {
        let content = Content::sized(std::io::repeat(1).take(length), 10);
        let request = session.post(&server.url("/")).unwrap().body(content);
        let error = request.send().unwrap_err();
        assert!(matches!(error, Error::ContentLength { declared: 10, .. }), "{error}");
    }
    assert_eq!(session.get(&server.url("/ok")).unwrap().send().unwrap().text().unwrap(), "ok");
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_connection_that_ends_in_the_middle_of_the_content_is_18() {
    for (announced, missing) in [(Outgoing::Length(10), Some(6)), (Outgoing::Unknown, None)] {
        let server = Server2::start(Limits::default(), move |peer, event| {
            if let Event::Request { stream, .. } = event {
                peer.begin(stream, announced);
                peer.machine.send_data(stream, b"half").unwrap();
                peer.cut();
            }
        });
        let mut half = knowing().build().get(&server.url("/")).unwrap().send().unwrap();
        let mut read = [0; 4];
        half.read_exact(&mut read).unwrap();
        let error = Error::from_read(half.fill_buf().unwrap_err(), "the server");
        assert_eq!(error.curl_exit_code(), 18, "{error}");
        let Error::Partial { received, missing: found } = error else { panic!("{error}") };
        assert_eq!((received, found), (4, missing));
    }
}

/// Ninety-nine answers without end, which nobody reads, behind a long one that made windows grow:
/// what waits here is no more than the windows admit, and the connection still serves who reads,
/// were it as much again.
#[test]
fn rfc9113_5_2_what_nobody_reads_is_bounded_by_the_windows() {
    const PIECE: usize = 64 * 1024;
    const LARGE: usize = 32 << 20;
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let fill = move |peer: &mut Peer2, stream: StreamId| {
        // As much as the state machine takes; the rest when a window opens.
        while peer.machine.output_room(stream) > 0 {
            if peer.machine.send_vec(stream, vec![0; PIECE]).is_err() {
                return;
            }
            count.fetch_add(PIECE, Ordering::SeqCst);
        }
    };
    let server = Server2::start(Limits::default(), move |peer, event| match event {
        Event::Request { stream, head, .. } if head.request.target.to_string() == "/endless" => {
            peer.begin(stream, Outgoing::Unknown);
            fill(peer, stream);
        }
        Event::Request { stream, head, .. } if head.request.target.to_string() == "/large" => {
            peer.answer(stream, &vec![1; LARGE]);
        }
        Event::Request { stream, .. } => peer.answer(stream, b"small"),
        Event::Writable(stream) => fill(peer, stream),
        _ => {}
    });
    let session = knowing().build();
    let large = || {
        let large = session.get(&server.url("/large")).unwrap().send().unwrap();
        assert_eq!(large.bytes(LARGE as u64 + 1).unwrap().len(), LARGE);
    };
    large();
    let endless = |_| session.get(&server.url("/endless")).unwrap().send().unwrap();
    let unread: Vec<_> = (0..99).map(endless).collect();
    large();
    for _ in 0..10 {
        let mut small = session.get(&server.url("/")).unwrap().send().unwrap();
        assert_eq!((small.status, small.text().unwrap().as_str()), (StatusCode::OK, "small"));
    }
    // All windows together are the connection's, and the server has queues of its own.
    let queues = 99 * (Limits::default().output as usize + PIECE);
    let most = (64 << 20) + queues;
    assert!(sent.load(Ordering::SeqCst) <= most, "{} of {most}", sent.load(Ordering::SeqCst));
    drop(unread);
    let mut small = session.get(&server.url("/")).unwrap().send().unwrap();
    assert_eq!(small.text().unwrap(), "small");
    assert_eq!(server.connections(), 1);
}

#[test]
fn rfc9113_8_1_interim_responses_come_before_the_final_one() {
    let server = Server2::start(Limits::default(), |peer, event| match event {
        Event::Request { stream, end: false, .. } => {
            let more = http::Response::new(StatusCode::CONTINUE);
            peer.machine.send_informational(stream, &more).unwrap();
        }
        Event::Data { stream, octets, end } => {
            peer.machine.release(stream, octets.len());
            if end {
                peer.answer(stream, b"all of it");
            }
        }
        _ => {}
    });
    let session = knowing().expect(client::Expect::Always).build();
    let content = vec![7; 2 << 20];
    let mut response = session.post(&server.url("/")).unwrap().body(content).send().unwrap();
    assert_eq!(response.text().unwrap(), "all of it");
}
