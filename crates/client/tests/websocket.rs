//! A WebSocket's life behind its handshake: both ways at once, waits, pings, ends.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{
    Error, Session,
    core::timeouts::{Phase, Timeouts},
    websocket::{CloseCode, Event, Limits, Message, Misuse, Options, connect},
};
use common::{
    patient,
    websocket::{frame, next, open, plain, speaking, text, until_closed},
};
use std::{
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};
use wire::trace::{self, Direction, Layer, Sink, Trace};

/// Keeps what is told.
#[derive(Default)]
struct Recorder(Mutex<Vec<(Layer, Direction, &'static str, String)>>);

impl Recorder {
    fn writes(&self) -> usize {
        let told = self.0.lock().unwrap();
        told.iter().filter(|(_, _, name, _)| *name == "socket.send").count()
    }
}

impl Sink for Recorder {
    fn event(&self, event: &trace::Event<'_>) {
        let first = event.fields.first().map(|field| field.value.to_string()).unwrap_or_default();
        let told = (event.layer, event.direction, event.name, first);
        self.0.lock().unwrap().push(told);
    }
}

#[test]
fn one_thread_sends_while_another_receives() {
    const COUNT: usize = 40;
    let message = |n: usize| Message::Binary(vec![u8::try_from(n).unwrap(); n * 50_000]);
    let server = speaking(move |peer| {
        // All of it goes back frame by frame, so that both ways are busy at once.
        for n in 0..COUNT {
            let (first, payload) = frame(peer);
            assert_eq!((first, payload.len()), (0x82, n * 50_000));
            let mut head = vec![0x82, 127];
            head.extend_from_slice(&(payload.len() as u64).to_be_bytes());
            if payload.len() > 0xffff {
                peer.say_octets(&head);
            } else {
                let length = u16::try_from(payload.len()).unwrap();
                match length {
                    0 => peer.say_octets(&[0x82, 0]),
                    _ => peer.say_octets(&[&[0x82, 126][..], &length.to_be_bytes()].concat()),
                }
            }
            peer.say_octets(&payload);
        }
        until_closed(peer);
    });
    let socket = open(&server, &plain());
    thread::scope(|scope| {
        scope.spawn(|| (0..COUNT).for_each(|n| socket.send(message(n)).unwrap()));
        for n in 0..COUNT {
            assert!(next(&socket) == Event::Message(message(n)), "{n}");
        }
    });
    assert_eq!(next(&socket), Event::Closed { clean: false });
    server.done();
}

#[test]
fn a_sender_that_waits_reads_meanwhile() {
    const LARGE: usize = 24 << 20;
    let (sent, all) = mpsc::channel();
    let server = speaking(move |peer| {
        // Speaks first, all of it, and listens only then: the client must read to be heard.
        let mut head = vec![0x82, 127];
        head.extend_from_slice(&(LARGE as u64).to_be_bytes());
        peer.say_octets(&head);
        peer.say_octets(&vec![7; LARGE]);
        sent.send(()).unwrap();
        assert_eq!(frame(peer).1.len(), LARGE);
        until_closed(peer);
    });
    let limits = Limits { frame: 1 << 30, ..Limits::default() };
    let socket = open(&server, &plain().limits(limits));
    socket.send(Message::Binary(vec![8; LARGE])).unwrap();
    all.recv().unwrap();
    assert!(next(&socket) == Event::Message(Message::Binary(vec![7; LARGE])));
    drop(socket);
    server.done();
}

#[test]
fn a_wait_ends_with_its_time() {
    let (go, begins) = mpsc::channel::<()>();
    let (said, there) = mpsc::channel();
    let server = speaking(move |peer| {
        begins.recv().unwrap();
        peer.say_octets(b"\x81\x01a\x81\x01b");
        said.send(()).unwrap();
        until_closed(peer);
    });
    let socket = open(&server, &plain());
    assert_eq!(socket.receive(Some(Duration::ZERO)).unwrap(), None);
    assert_eq!(socket.receive(Some(Duration::from_millis(10))).unwrap(), None);
    go.send(()).unwrap();
    there.recv().unwrap();
    // It is here, so no time is needed.
    assert_eq!(socket.receive(Some(Duration::ZERO)).unwrap(), Some(Event::Message(text("a"))));
    assert_eq!(socket.receive(Some(Duration::ZERO)).unwrap(), Some(Event::Message(text("b"))));
    drop(socket);
    server.done();
}

#[test]
fn pings_are_answered_and_told() {
    let server = speaking(|peer| {
        peer.say_octets(b"\x89\x03you\x81\x02hi");
        assert_eq!(frame(peer), (0x8a, b"you".to_vec()));
        assert_eq!(frame(peer), (0x89, b"me".to_vec()));
        peer.say_octets(b"\x8a\x02me");
        assert_eq!(frame(peer), (0x8a, Vec::new()));
        until_closed(peer);
    });
    let socket = open(&server, &plain());
    assert_eq!(next(&socket), Event::Ping(b"you".to_vec()));
    assert_eq!(next(&socket), Event::Message(text("hi")));
    socket.ping(b"me").unwrap();
    assert_eq!(next(&socket), Event::Pong(b"me".to_vec()));
    socket.pong(b"").unwrap();
    assert!(matches!(socket.ping(&[0; 126]), Err(Error::WebSocket(Misuse::ControlTooLong { .. }))));
    drop(socket);
    server.done();
}

#[test]
fn a_peer_that_falls_silent_is_pinged_and_given_up() {
    let server = speaking(|peer| {
        assert_eq!(frame(peer).0, 0x89, "a Ping, though nobody typed one");
        peer.rest();
    });
    let limits = Limits {
        ping_interval: Some(Duration::from_millis(20)),
        ping_timeout: Duration::from_millis(20),
        ..Limits::default()
    };
    let socket = open(&server, &plain().limits(limits));
    let Event::Violation(error) = next(&socket) else { panic!("no violation") };
    assert_eq!(error.violation, websocket::Violation::PongTimeout);
    assert_eq!(next(&socket), Event::Closed { clean: false });
    drop(socket);
    server.done();
}

#[test]
fn a_good_end_has_a_close_either_way_and_is_told_for_ever() {
    let server = speaking(|peer| {
        assert_eq!(frame(peer), (0x88, b"\x03\xe8done".to_vec()));
        // What was under way still comes.
        peer.say_octets(b"\x81\x04last\x88\x02\x03\xe8");
    });
    let socket = open(&server, &plain());
    let reason = "x".repeat(124);
    let misuse = socket.close(CloseCode::NORMAL, &reason).unwrap_err();
    assert!(matches!(misuse, Error::WebSocket(Misuse::ControlTooLong { .. })), "{misuse}");
    socket.close(CloseCode::NORMAL, "done").unwrap();
    assert!(matches!(socket.send(text("x")), Err(Error::WebSocket(Misuse::Closed))));
    assert_eq!(next(&socket), Event::Message(text("last")));
    let (code, reason) = (Some(CloseCode::NORMAL), String::new());
    assert_eq!(next(&socket), Event::Close { code, reason });
    for _ in 0..3 {
        assert_eq!(next(&socket), Event::Closed { clean: true });
    }
    server.done();
}

#[test]
fn the_peers_close_is_answered() {
    let server = speaking(|peer| {
        peer.say_octets(b"\x88\x05\x0f\xa0bye");
        assert_eq!(frame(peer), (0x88, b"\x0f\xa0".to_vec()));
    });
    let socket = open(&server, &plain());
    let (code, reason) = (Some(CloseCode::new(4000)), "bye".to_owned());
    assert_eq!(next(&socket), Event::Close { code, reason });
    assert_eq!(next(&socket), Event::Closed { clean: true });
    server.done();
}

#[test]
fn closing_wakes_who_receives_without_end() {
    let (waits, waiting) = mpsc::channel();
    let server = speaking(move |peer| {
        waits.send(()).unwrap();
        assert_eq!(frame(peer).0, 0x88);
        // No answer: the client's patience is what ends it.
        peer.rest();
    });
    let limits = Limits {
        ping_interval: None,
        close_timeout: Duration::from_millis(20),
        ..Limits::default()
    };
    let socket = open(&server, &plain().limits(limits));
    thread::scope(|scope| {
        let receiver = scope.spawn(|| next(&socket));
        waiting.recv().unwrap();
        while socket.close(CloseCode::NORMAL, "").is_err() {}
        assert_eq!(receiver.join().unwrap(), Event::Closed { clean: false });
    });
    drop(socket);
    server.done();
}

#[test]
fn dropping_says_going_away() {
    let server = speaking(|peer| {
        assert_eq!(frame(peer), (0x88, b"\x03\xe9".to_vec()));
        assert_eq!(peer.rest(), b"");
    });
    drop(open(&server, &plain()));
    server.done();
}

#[test]
fn a_broken_rule_is_told_to_both_sides() {
    let server = speaking(|peer| {
        peer.say_octets(b"\x81\x02ok\x83\x00");
        let (first, payload) = frame(peer);
        assert_eq!((first, &payload[..2]), (0x88, &b"\x03\xea"[..]));
        assert!(String::from_utf8(payload[2..].to_vec()).unwrap().contains("opcode"));
        // The client has shut down its side: nothing more is to be waited for.
        assert_eq!(peer.rest(), b"");
    });
    let socket = open(&server, &plain());
    assert_eq!(next(&socket), Event::Message(text("ok")));
    assert!(matches!(next(&socket), Event::Violation(_)));
    assert_eq!(next(&socket), Event::Closed { clean: false });
    server.done();
}

#[test]
fn a_reset_is_an_error_and_then_the_end() {
    let (sent, begins) = mpsc::channel();
    let server = speaking(move |peer| {
        // Unread octets turn the close into a reset.
        begins.recv().unwrap();
        let _ = peer.stream.get_ref().peek(&mut [0]).unwrap();
    });
    let socket = open(&server, &plain());
    socket.send(text("never read")).unwrap();
    sent.send(()).unwrap();
    assert!(matches!(socket.receive(None), Err(Error::Receive { .. })));
    assert_eq!(next(&socket), Event::Closed { clean: false });
    server.done();
}

#[test]
fn a_peer_that_does_not_read_costs_a_time_out_and_no_octet() {
    const LARGE: usize = 32 << 20;
    let (read, reads) = mpsc::channel::<()>();
    let server = speaking(move |peer| {
        reads.recv().unwrap();
        assert!(frame(peer).1.iter().all(|octet| *octet == 5));
        assert_eq!(frame(peer), (0x81, b"and on".to_vec()));
        until_closed(peer);
    });
    let timeouts = Timeouts { read: Some(Duration::from_millis(30)), ..patient() };
    let options = Options { timeouts: Some(timeouts), ..plain() };
    let socket = open(&server, &options);
    let error = socket.send(Message::Binary(vec![5; LARGE])).unwrap_err();
    assert_eq!(error.phase(), Some(Phase::Send));
    read.send(()).unwrap();
    // The rest still waits, and goes out first.
    while let Err(error) = socket.flush_queued() {
        assert!(error.is_timeout(), "{error}");
    }
    socket.send(text("and on")).unwrap();
    drop(socket);
    server.done();
}

#[test]
fn a_close_waits_for_nobody_and_goes_out_when_it_can() {
    const LARGE: usize = 32 << 20;
    let (read, reads) = mpsc::channel::<()>();
    let server = speaking(move |peer| {
        reads.recv().unwrap();
        assert_eq!(frame(peer).1.len(), LARGE);
        assert_eq!(frame(peer), (0x88, b"\x03\xe8".to_vec()));
        peer.say_octets(b"\x88\x02\x03\xe8");
    });
    let timeouts = Timeouts { read: Some(Duration::from_millis(20)), ..patient() };
    let socket = open(&server, &Options { timeouts: Some(timeouts), ..plain() });
    assert!(socket.send(Message::Binary(vec![5; LARGE])).unwrap_err().is_timeout());
    // The peer reads nothing, and the socket is full.
    socket.close(CloseCode::NORMAL, "").unwrap();
    read.send(()).unwrap();
    // From here on it is the receiver who sends the rest.
    assert!(matches!(next(&socket), Event::Close { .. }));
    assert_eq!(next(&socket), Event::Closed { clean: true });
    server.done();
}

#[test]
fn queued_messages_go_out_together_and_in_order() {
    const COUNT: u32 = 50_000;
    let server = speaking(|peer| {
        for n in 0..COUNT {
            assert_eq!(frame(peer), (0x81, n.to_string().into_bytes()));
        }
        until_closed(peer);
    });
    let recorder = Arc::new(Recorder::default());
    let session =
        Session::builder().timeouts(patient()).trace(Trace::to(recorder.clone(), 0)).build();
    let socket = connect(&session, &server.url("/"), &plain()).unwrap();
    let before = recorder.writes();
    for n in 0..COUNT {
        socket.queue(text(&n.to_string())).unwrap();
    }
    socket.flush_queued().unwrap();
    // 539 KB by 64 KiB, though a write may be cut short.
    let writes = recorder.writes() - before;
    assert!((8..200).contains(&writes), "{writes}");
    drop(socket);
    server.done();
}

#[test]
fn the_trace_tells_frames_in_the_order_of_the_wire() {
    let server = speaking(|peer| {
        while let (0x81, payload) = frame(peer) {
            peer.say_octets(
                &[&[0x81, u8::try_from(payload.len()).unwrap()][..], &payload].concat(),
            );
        }
        peer.say_octets(b"\x88\x02\x03\xe8");
    });
    let recorder = Arc::new(Recorder::default());
    let session =
        Session::builder().timeouts(patient()).trace(Trace::to(recorder.clone(), 0)).build();
    let socket = connect(&session, &server.url("/"), &plain()).unwrap();
    for n in 0..50 {
        socket.send(text(&n.to_string())).unwrap();
        assert_eq!(next(&socket), Event::Message(text(&n.to_string())));
    }
    socket.close(CloseCode::NORMAL, "").unwrap();
    while next(&socket) != (Event::Closed { clean: true }) {}
    drop(socket);
    server.done();
    let told = recorder.0.lock().unwrap();
    let frames: Vec<_> = told.iter().filter(|(layer, ..)| *layer == Layer::WebSocket).collect();
    assert_eq!(frames.len(), 102);
    for (index, (_, direction, name, opcode)) in frames.iter().enumerate() {
        let expected = if index % 2 == 0 { Direction::Sent } else { Direction::Received };
        let kind = if index < 100 { "text" } else { "close" };
        assert_eq!((*direction, *name, opcode.as_str()), (expected, "frame", kind));
    }
    assert_eq!(told.last().unwrap().2, "ConnectionPool.close");
}
