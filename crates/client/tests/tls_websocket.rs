//! `wss`: a WebSocket under TLS, both ways at once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::websocket::{CloseCode, Event, connect};
use common::{
    field,
    secure::{Peer, Stage},
    websocket::{next, plain, text},
};
use std::{sync::Arc, thread};

/// The 101, and what the script does behind it.
fn speaking(stage: &Stage, script: impl Fn(&mut Peer) + Send + 'static) -> common::Server {
    stage.serve(1, move |_, mut peer| {
        let head = peer.head();
        assert_eq!(field(&head, "upgrade"), Some("websocket"));
        peer.say(&common::websocket::switched(&head, ""));
        script(&mut peer);
    })
}

fn url(server: &common::Server) -> String {
    format!("wss://localhost:{}/", server.address.port())
}

#[test]
fn messages_go_either_way_and_the_end_is_clean() {
    let stage = Stage::new();
    let server = speaking(&stage, |peer| {
        // "hi", masked.
        let frame = peer.octets(8);
        assert_eq!(frame[..2], [0x81, 0x82]);
        // Two messages in one record, and a third cut between two.
        peer.say_octets(b"\x81\x01a\x81\x01b");
        peer.say_octets(b"\x81\x02c");
        peer.say_octets(b"d");
        assert_eq!(peer.octets(8)[..2], [0x88, 0x82], "a Close");
        peer.say_octets(b"\x88\x02\x03\xe8");
        peer.close();
        assert!(peer.ends_clean(), "behind the Close comes close_notify");
    });
    let socket = connect(&stage.session(), &url(&server), &plain()).unwrap();
    assert_eq!(socket.url().scheme(), "wss");
    assert!(socket.secured().is_some_and(|secured| secured.is_verified()));
    socket.send(text("hi")).unwrap();
    for expected in ["a", "b", "cd"] {
        assert_eq!(next(&socket), Event::Message(text(expected)));
    }
    socket.close(CloseCode::NORMAL, "").unwrap();
    while !matches!(next(&socket), Event::Closed { clean: true }) {}
    drop(socket);
    server.done();
}

#[test]
fn one_thread_sends_while_another_receives() {
    const COUNT: usize = 200;
    const LENGTH: usize = 30_000;
    let stage = Stage::new();
    let server = speaking(&stage, |peer| {
        for _ in 0..COUNT {
            // What comes goes back, unmasked.
            let head = peer.octets(8);
            assert_eq!(head[..4], [0x82, 0xfe, 0x75, 0x30]);
            let mut payload = peer.octets(LENGTH);
            let key = head[4..].iter().cycle();
            payload.iter_mut().zip(key).for_each(|(octet, key)| *octet ^= key);
            peer.say_octets(b"\x82\x7e\x75\x30");
            peer.say_octets(&payload);
        }
        peer.head();
    });
    let socket = Arc::new(connect(&stage.session(), &url(&server), &plain()).unwrap());
    let message = |n: usize| vec![u8::try_from(n).unwrap(); LENGTH];
    let receiver = thread::spawn({
        let socket = Arc::clone(&socket);
        move || {
            for n in 0..COUNT {
                let expected = client::websocket::Message::Binary(message(n));
                assert!(next(&socket) == Event::Message(expected), "message {n}");
            }
        }
    });
    for n in 0..COUNT {
        socket.send(client::websocket::Message::Binary(message(n))).unwrap();
    }
    receiver.join().unwrap();
    drop(socket);
    server.done();
}
