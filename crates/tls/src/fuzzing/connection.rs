//! A connection that is sent arbitrary octets, in either role: whole, cut, and in place.

use super::stage::{Stage, moment};
use crate::record::{Connection, Event, State};
use wire::Output;

/// The first octet chooses an end and how far it has come; the rest is what it is sent. Whole, cut
/// and in place it is told the same, sends the same, and holds no more than it was sent.
#[doc(hidden)]
pub fn check_connection(octets: &[u8]) {
    let (choice, octets) = octets.split_first().unwrap_or((&0, &[]));
    let whole = told(*choice, octets, usize::MAX);
    for size in [1, 7] {
        assert_eq!(told(*choice, octets, size), whole, "{size} octets at a time");
    }
    in_place(*choice, octets);
}

/// An end: a client or a server at its first word, or one whose hello was answered, or one that is
/// connected.
fn end(choice: u8) -> Connection {
    let stage = match choice >> 4 & 3 {
        0 => Stage::plain(),
        1 => Stage::resuming(),
        2 => Stage::retrying(),
        _ => Stage::asking(),
    };
    let (mut client, mut server) = (stage.connect(), stage.accept(0));
    let now = moment().instant;
    let mut wire = Output::new(1 << 20);
    for _ in 0..choice >> 1 & 3 {
        client.poll_transmit(now, &mut wire);
        server.receive(&mut wire.take(), now);
        server.poll_transmit(now, &mut wire);
        client.receive(&mut wire.take(), now);
    }
    let mut end = if choice & 1 == 0 { server } else { client };
    while end.poll_event().is_some() {}
    end
}

/// What an end is told, and what it sends.
fn told(choice: u8, octets: &[u8], size: usize) -> (Vec<String>, Vec<u8>, State) {
    let mut end = end(choice);
    let now = moment().instant;
    let mut wire = Output::new(1 << 20);
    let mut events = Vec::new();
    let mut octets = octets.to_vec();
    for piece in octets.chunks_mut(size) {
        end.receive(piece, now);
        while let Some(event) = end.poll_event() {
            join(&mut events, &event);
        }
    }
    assert!(end.held() <= 4 * octets.len() + 65_536, "{}", end.held());
    end.poll_transmit(now, &mut wire);
    let state = end.state();
    end.receive_end(true, now);
    while let Some(event) = end.poll_event() {
        join(&mut events, &event);
    }
    // A fatal alert is told of by one who says why.
    assert!(state != State::Closing || events.iter().any(|event| event.contains("Violation")));
    (events, wire.take(), state)
}

fn join(events: &mut Vec<String>, event: &Event) {
    events.push(format!("{event:?}"));
}

/// Each call uses something, and data lies in what was given or what was kept.
fn in_place(choice: u8, octets: &[u8]) {
    let mut end = end(choice);
    let now = moment().instant;
    let mut octets = octets.to_vec();
    let mut at = 0;
    while at < octets.len() {
        let rest = octets.get_mut(at..).unwrap();
        let length = rest.len();
        let received = end.receive_some(rest, now);
        assert!((1..=length).contains(&received.used));
        at += received.used;
        while end.poll_event().is_some() {}
    }
}
