//! Deadlines of a slot, with a peer that takes when the test says so and a clock that the test
//! moves.

use super::*;
use crate::{
    CloseCode, Contexts, Handler, Hub, Key, Limits, Message, Peer, Router, Service, Share,
    Socket as Open, Wake, WebSocket, Workers, inline,
};
use http::StatusCode;
use std::{os::unix::net::UnixStream, sync::Arc, time::Duration};
use wire::UnixTime;

struct Asleep;

impl Wake for Asleep {
    fn wake(&self, _: Key) {}

    fn wake_group(&self, _: Arc<Share>) {}
}

/// More than a socket's buffers hold.
const LARGE: usize = 4 << 20;

/// A slot whose handler answers at once and at length, and the client's end.
fn slot(start: Instant) -> (Slot, UnixStream) {
    slot_of(inline(|_, reply| reply.text(StatusCode::OK, "x".repeat(LARGE))), start)
}

fn slot_of(handler: impl Handler, start: Instant) -> (Slot, UnixStream) {
    let limits = Arc::new(Limits::default());
    let workers = Workers::new(1, 1);
    let hub = Arc::new(Hub {
        wake: Arc::new(Asleep),
        workers,
        limits: limits.clone(),
        contexts: Contexts::default(),
    });
    let trace = wire::trace::Trace::default();
    let service = Service {
        http2: true,
        alternative: std::sync::OnceLock::new(),
        handler: Arc::new(handler),
        limits,
        log: None,
        trace,
    };
    let connection = crate::core::Connection::new(
        Arc::new(service),
        hub,
        Peer::Unix,
        0,
        &Moment::new(start, UnixTime(0)),
    );
    let (ours, theirs) = UnixStream::pair().unwrap();
    for end in [&ours, &theirs] {
        end.set_nonblocking(true).unwrap();
    }
    (Slot::new(Socket::Unix(ours), Link::Clear(Box::new(connection)), 1024), theirs)
}

fn seconds(start: Instant, seconds: u64) -> Moment {
    Moment::new(start + Duration::from_secs(seconds), UnixTime(0))
}

/// The client asks; what fits in the socket is written.
fn ask(slot: &mut Slot, client: &mut UnixStream, request: &[u8], moment: &Moment) {
    client.write_all(request).unwrap();
    assert_eq!(slot.on_readable(&mut [0; 1024], moment), Fate::Keep);
    assert!(slot.wanted_interest().writable, "the answer does not fit");
}

/// The client takes all that it can get without waiting; answers whether it was the end.
fn take(client: &mut UnixStream) -> bool {
    let mut buffer = [0; 64 * 1024];
    loop {
        match client.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
                return false;
            }
        }
    }
}

#[test]
fn a_peer_that_takes_nothing_is_cut_off_and_one_that_takes_little_is_not() {
    let start = Instant::now();
    let (mut slot, mut client) = slot(start);
    ask(&mut slot, &mut client, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", &seconds(start, 0));
    assert_eq!(slot.deadline(), Some(start + Duration::from_secs(30)));
    // Whoever looks again does not give more time.
    assert_eq!(slot.advance(&seconds(start, 10)), Fate::Keep);
    assert_eq!(slot.deadline(), Some(start + Duration::from_secs(30)));
    // The peer does.
    assert!(!take(&mut client));
    assert_eq!(slot.advance(&seconds(start, 29)), Fate::Keep);
    assert!(slot.wanted_interest().writable, "much is left");
    assert_eq!(slot.deadline(), Some(start + Duration::from_secs(59)));
    assert_eq!(slot.on_timeout(&seconds(start, 58)), Fate::Keep);
    assert_eq!(slot.on_timeout(&seconds(start, 59)), Fate::Drop);
}

#[test]
fn an_answer_that_is_taken_whole_leaves_no_deadline_but_the_idle_one() {
    let start = Instant::now();
    let (mut slot, mut client) = slot(start);
    ask(&mut slot, &mut client, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", &seconds(start, 0));
    while slot.wanted_interest().writable {
        assert!(!take(&mut client));
        assert_eq!(slot.advance(&seconds(start, 20)), Fate::Keep);
    }
    let idle = Limits::default().http1.idle_timeout;
    assert_eq!(slot.deadline(), Some(start + Duration::from_secs(20) + idle));
}

#[test]
fn the_time_to_linger_begins_when_the_last_answer_is_written() {
    let start = Instant::now();
    let (mut slot, mut client) = slot(start);
    // What follows the last request is not a request any more, and may be followed by more.
    let last = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nmore";
    ask(&mut slot, &mut client, last, &seconds(start, 0));
    let linger = Limits::default().http1.linger;
    assert!(slot.deadline() > Some(start + linger), "the answer is still on its way");
    assert_eq!(slot.on_timeout(&seconds(start, 5)), Fate::Keep);
    let mut ended = false;
    while !ended {
        ended = take(&mut client);
        assert_eq!(slot.advance(&seconds(start, 20)), Fate::Keep);
    }
    assert_eq!(slot.deadline(), Some(start + Duration::from_secs(20) + linger));
    assert_eq!(slot.on_timeout(&seconds(start, 22)), Fate::Drop);
}

const HANDSHAKE: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Version: 13\r\n\r\n";

/// A slot with an open WebSocket, which says much to each message and then goodbye.
fn talker(start: Instant) -> (Slot, UnixStream) {
    let socket = WebSocket::new(|_| {
        Ok(Box::new(|socket: &mut Open<'_>, _: Message| {
            socket.send(Message::Binary(vec![0; LARGE])).unwrap();
            socket.close(CloseCode::NORMAL, "").unwrap();
        }))
    });
    let (mut slot, mut client) = slot_of(Router::new().websocket("/", socket), start);
    client.write_all(HANDSHAKE).unwrap();
    assert_eq!(slot.on_readable(&mut [0; 1024], &seconds(start, 0)), Fate::Keep);
    assert!(!take(&mut client) && !slot.wanted_interest().writable);
    (slot, client)
}

#[test]
fn the_answer_to_close_is_owed_when_close_is_written() {
    let start = Instant::now();
    let (mut slot, mut client) = talker(start);
    ask(&mut slot, &mut client, b"\x81\x80\0\0\0\0", &seconds(start, 0));
    while slot.wanted_interest().writable {
        assert!(!take(&mut client));
        assert_eq!(slot.advance(&seconds(start, 20)), Fate::Keep);
    }
    let waits = Limits::default().websocket.close_timeout;
    assert_eq!(slot.deadline(), Some(start + Duration::from_secs(20) + waits));
    assert_eq!(slot.on_timeout(&seconds(start, 29)), Fate::Keep);
    assert_eq!(slot.on_timeout(&seconds(start, 30)), Fate::Drop);
}

/// The Pong may be in the kernel's hands: while so much waits for the peer it is not listened to.
#[test]
fn a_pong_that_came_during_a_delivery_is_read_behind_it() {
    let start = Instant::now();
    let (mut slot, mut client) = talker(start);
    assert_eq!(slot.on_timeout(&seconds(start, 20)), Fate::Keep);
    let mut ping = [0; 2];
    client.read_exact(&mut ping).unwrap();
    assert_eq!(ping, [0x89, 0]);
    let message = Prepared::binary(&[0; LARGE]);
    assert_eq!(slot.cast(0, std::slice::from_ref(&message), &seconds(start, 21)), Fate::Keep);
    assert_eq!(slot.cast(0, std::slice::from_ref(&message), &seconds(start, 21)), Fate::Keep);
    assert!(!slot.wanted_interest().readable, "it is not listened to");
    client.write_all(b"\x8a\x80\0\0\0\0").unwrap();
    while slot.wanted_interest().writable {
        assert!(!take(&mut client));
        assert_eq!(slot.advance(&seconds(start, 41)), Fate::Keep);
    }
    assert!(slot.deadline() > Some(start + Duration::from_secs(41)), "it has time to be heard");
    assert_eq!(slot.on_readable(&mut [0; 1024], &seconds(start, 41)), Fate::Keep);
    assert_eq!(slot.on_timeout(&seconds(start, 60)), Fate::Keep);
}
