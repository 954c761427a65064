//! Two handshakes without a carrier, whose messages a test can change on their way.

use std::{collections::VecDeque, sync::Arc};
use tls::{
    Error, Event, Handshake, Level,
    fuzzing::stage::{Stage, moment, name},
    message::{ClientHello, Message, dissect},
};
use wire::{Reader, Scripted};

pub(crate) fn client(stage: &Stage) -> Handshake {
    let config = Arc::new(stage.client.clone());
    Handshake::client(config, name(), None, Box::new(Scripted(3)), moment()).unwrap()
}

pub(crate) fn server(stage: &Stage) -> Handshake {
    Handshake::server(Arc::new(stage.server.clone()), None, Box::new(Scripted(9)), moment())
}

pub(crate) fn events(end: &mut Handshake) -> Vec<Event> {
    std::iter::from_fn(|| end.poll_event()).collect()
}

/// The messages that an end wants sent, each with its level.
pub(crate) fn messages(end: &mut Handshake) -> VecDeque<(Level, Message)> {
    let mut found = VecDeque::new();
    for event in events(end) {
        if let Event::Send { level, octets } = event {
            let mut reader = Reader::new(&octets);
            let read = dissect(&mut reader, 1 << 20).unwrap();
            assert!(reader.is_empty());
            found.extend(read.into_iter().map(|message| (level, message)));
        }
    }
    found
}

pub(crate) fn give(end: &mut Handshake, level: Level, message: &Message) -> Result<(), Error> {
    let mut octets = Vec::new();
    message.encode(&mut octets).unwrap();
    end.receive(level, &octets, moment().instant)
}

/// A client's hello.
pub(crate) fn hello(stage: &Stage) -> ClientHello {
    match messages(&mut client(stage)).pop_front() {
        Some((_, Message::ClientHello(hello))) => hello,
        other => panic!("{other:?}"),
    }
}

/// What a fresh server says to that hello.
pub(crate) fn refusal(stage: &Stage, hello: ClientHello) -> Error {
    let mut server = server(stage);
    let error = give(&mut server, Level::Initial, &Message::ClientHello(hello)).unwrap_err();
    // What is wrong stays wrong.
    assert_eq!(server.receive(Level::Initial, &[], moment().instant), Err(error.clone()));
    error
}

/// Plays a handshake in which `change` may change each message on its way to the client, and
/// answers the client's error, if there is one.
pub(crate) fn to_client(stage: &Stage, change: impl FnMut(&mut Message)) -> Option<Error> {
    play(stage, change, |_| {}).0
}

/// The same, on its way to the server.
pub(crate) fn to_server(stage: &Stage, change: impl FnMut(&mut Message)) -> Option<Error> {
    play(stage, |_| {}, change).1
}

fn play(
    stage: &Stage,
    mut down: impl FnMut(&mut Message),
    mut up: impl FnMut(&mut Message),
) -> (Option<Error>, Option<Error>) {
    let (mut client, mut server) = (client(stage), server(stage));
    for _ in 0..4 {
        for (level, mut message) in messages(&mut client) {
            up(&mut message);
            if let Err(error) = give(&mut server, level, &message) {
                return (None, Some(error));
            }
        }
        for (level, mut message) in messages(&mut server) {
            down(&mut message);
            if let Err(error) = give(&mut client, level, &message) {
                return (Some(error), None);
            }
        }
    }
    (None, None)
}
