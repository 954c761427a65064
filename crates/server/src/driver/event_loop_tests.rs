//! A loop that is turned by hand.
#![allow(clippy::panic, reason = "a test that panics has failed, or means to")]

use super::*;
use crate::{Contexts, Limits, Peer, Service, Workers, driver::socket::Socket, inline};
use http::StatusCode;
use std::{
    io::{Read, Write},
    os::unix::net::UnixStream,
    sync::atomic::{AtomicUsize, Ordering},
};

fn event_loop() -> EventLoop {
    let handler = inline(|_, reply| reply.text(StatusCode::OK, "hello"));
    let limits = Arc::new(Limits::default());
    let trace = wire::trace::Trace::default();
    let service = Service {
        http2: true,
        alternative: std::sync::OnceLock::new(),
        handler: Arc::new(handler),
        limits,
        log: None,
        trace,
    };
    let poller = Poller::new().unwrap();
    let mailbox = Arc::new(Mailbox::new(poller.waker()));
    let shared = Arc::new(Shared {
        service: Arc::new(service),
        workers: Workers::new(1, 1),
        loops: vec![mailbox.clone()],
        turn: AtomicUsize::new(0),
        connections: AtomicUsize::new(0),
        refusals: AtomicUsize::new(0),
        contexts: Contexts::default(),
    });
    EventLoop::new(poller, mailbox, shared, Acceptor::default())
}

fn arrival(ours: UnixStream) -> Arrival {
    Arrival { socket: Socket::Unix(ours), peer: Peer::Unix, tls: None }
}

/// A new connection of the loop: its number, and the client's end.
fn connect(turned: &mut EventLoop) -> (Number, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    turned.adopt(arrival(ours));
    (turned.slots.numbers().last().copied().unwrap_or(Number::MAX), theirs)
}

fn connections(turned: &EventLoop) -> usize {
    assert_eq!(turned.slots.len(), turned.shared.connections.load(Ordering::Relaxed));
    turned.slots.len()
}

#[test]
fn a_panic_costs_the_connection_it_happened_on_and_no_other() {
    let mut turned = event_loop();
    let (number, mut client) = connect(&mut turned);
    let _other = connect(&mut turned);
    turned.after(turned.slots.numbers()[0], |_, _, _| panic!("on purpose, in a test"));
    assert_eq!(connections(&turned), 1);
    assert!(turned.slots.get_mut(number).is_none());
    assert_eq!(client.read(&mut [0]).unwrap(), 0, "it was closed");
}

#[test]
fn a_connection_that_arrives_behind_the_stop_is_closed_at_once() {
    let mut turned = event_loop();
    turned.begin_stop();
    let (_, mut client) = connect(&mut turned);
    assert_eq!((connections(&turned), client.read(&mut [0]).unwrap()), (0, 0));
}

#[test]
fn a_connection_that_is_handed_to_a_loop_that_has_ended_is_closed() {
    let mut turned = event_loop();
    turned.begin_stop();
    let mailbox = turned.mailbox.clone();
    turned.run().unwrap();
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    mailbox.post(Mail::Accepted(arrival(ours)));
    assert_eq!(theirs.read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_pipeline_takes_turns_with_the_others() {
    let mut turned = event_loop();
    let (greedy, mut client) = connect(&mut turned);
    let asked = 1000;
    client.write_all(&b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(asked)).unwrap();
    client.set_nonblocking(true).unwrap();
    let mut answers = |turned: &mut EventLoop| {
        turned.go_on();
        let (mut text, mut buffer) = (String::new(), [0; 256 * 1024]);
        while let Ok(count) = client.read(&mut buffer) {
            text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        }
        text.matches("HTTP/1.1 200").count()
    };
    turned.on_socket(greedy, true, false);
    // What one read brought is far more than one turn.
    let mut answered = answers(&mut turned);
    assert!(answered < asked / 2, "{answered} answers in two turns");
    assert_eq!(turned.patience(), Some(Duration::ZERO), "there is work left");
    while answered < asked {
        let more = answers(&mut turned);
        assert!(more > 0, "a part of the pipeline was forgotten");
        answered += more;
    }
    assert_eq!(answers(&mut turned), 0);
    assert_ne!(turned.patience(), Some(Duration::ZERO), "and then there is none");
}

#[test]
fn reminders_of_connections_that_are_gone_do_not_pile_up() {
    let mut turned = event_loop();
    let (stays, _client) = connect(&mut turned);
    for _ in 0..5000 {
        let (number, client) = connect(&mut turned);
        drop(client);
        turned.close(turned.slots.numbers().into_iter().find(|&it| it != stays).unwrap_or(number));
    }
    assert_eq!(connections(&turned), 1);
    assert!(turned.timers.len() < 2000, "{} reminders for one connection", turned.timers.len());
    let idle = turned.slots.get_mut(stays).unwrap().deadline().unwrap();
    turned.moment.advance(idle, turned.moment.wall);
    turned.on_timers();
    assert_eq!(connections(&turned), 0, "the reminder that counts was kept");
}

#[test]
fn a_stop_lets_a_peer_that_is_still_sending_read_its_answer() {
    let mut turned = event_loop();
    let (number, mut client) = connect(&mut turned);
    // The handler answers without reading; what is still to come is small enough to be dropped.
    client.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nfo").unwrap();
    turned.on_socket(number, true, false);
    turned.begin_stop();
    assert_eq!(connections(&turned), 1);
    client.write_all(b"ur").unwrap();
    turned.on_socket(number, true, false);
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    turned.on_socket(number, true, false);
    drop(client);
    turned.on_socket(number, true, true);
    assert_eq!(connections(&turned), 0);
}
