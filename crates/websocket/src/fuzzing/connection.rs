//! A connection under arbitrary octets.
//!
//! Its octets: one that chooses the role and the compression, one that chooses the cuts, then the
//! peer's stream.

use crate::{
    Connection, Event, Kind, Limits, Message, Role,
    frame::dissect,
    handshake::{Agreed, DeflateParameters},
};
use deflate::WindowBits;
use std::time::Instant;
use wire::{Notes, Output, Reader, Scripted};

/// Small, so that a fuzzer's short inputs reach every limit.
pub(super) fn small() -> Limits {
    Limits {
        frame: 2048,
        message: 4096,
        output: 16_384,
        pongs: 512,
        tail: 512,
        discard: 1024,
        compress_from: 16,
        ..Limits::default()
    }
}

/// What was agreed on, from seven bits.
pub(super) fn agreed(choice: u8) -> Agreed {
    let bits = |bits| WindowBits::new(bits).unwrap_or(WindowBits::MAX);
    let deflate = (choice & 1 != 0).then_some(DeflateParameters {
        server_no_context_takeover: choice & 2 != 0,
        client_no_context_takeover: choice & 4 != 0,
        server_max_window_bits: bits(if choice & 8 != 0 { 8 } else { 15 }),
        client_max_window_bits: bits(if choice & 16 != 0 { 8 } else { 15 }),
    });
    Agreed { protocol: None, deflate }
}

pub(super) fn end(role: Role, agreed: &Agreed, limits: &Limits, now: Instant) -> Connection {
    match role {
        Role::Server => Connection::server(agreed, limits, now),
        Role::Client => Connection::client(agreed, limits, Box::new(Scripted(1)), now),
    }
}

/// Feeds `input` in pieces of `size` octets, and echoes each message; what was told, and sent. With
/// `some`, each piece is given as far as it is taken, and the rest again.
fn echo(
    role: Role,
    agreed: &Agreed,
    input: &[u8],
    size: usize,
    some: bool,
) -> (Vec<Event>, Vec<u8>) {
    let now = Instant::now();
    let limits = small();
    let mut connection = end(role, agreed, &limits, now);
    let (mut story, mut out) = (Vec::new(), Output::new(usize::MAX));
    let mut came = 0;
    for piece in input.chunks(size.clamp(1, input.len().max(1))) {
        came += piece.len();
        let mut piece = piece.to_vec();
        let mut rest = piece.as_mut_slice();
        while !rest.is_empty() {
            let used = match if some { connection.receive_some(rest, now) } else { 0 } {
                0 => {
                    connection.receive(rest, now);
                    rest.len()
                }
                used => used,
            };
            rest = rest.get_mut(used..).unwrap();
            tell(&mut connection, now, &mut story, &mut out);
        }
        // Besides what came there may be a window or two, and tables.
        let windows = if agreed.deflate.is_some() { 512 * 1024 } else { 0 };
        let held = 2 * (came as u64 + limits.message) + windows;
        let found = connection.held() as u64;
        assert!(found <= held, "{found} octets held, of {came} that came");
    }
    connection.receive_end(true, now);
    story.extend(std::iter::from_fn(|| connection.poll_event()));
    assert!(matches!(story.last(), Some(Event::Closed { .. })), "the end is told");
    connection.poll_transmit(now, &mut out);
    (story, out.take())
}

/// Takes all events, and echoes the messages among them.
fn tell(connection: &mut Connection, now: Instant, story: &mut Vec<Event>, out: &mut Output) {
    while let Some(event) = connection.poll_event() {
        assert!(!matches!(story.last(), Some(Event::Closed { .. })), "Closed is the last");
        if let Event::Message(message) = &event {
            assert!(message.len() as u64 <= small().message);
            // Refused where our Close is out, and then there is nobody to tell.
            let _ = connection.send(message.clone());
        }
        story.push(event);
        // As a driver does; the splits shall not differ in what waits.
        connection.poll_transmit(now, out);
    }
}

/// A connection under arbitrary octets: no panic, bounded memory, the same story and the same
/// answers however they are cut; and what it sends breaks no rule at the other end.
#[doc(hidden)]
pub fn check_connection(octets: &[u8]) {
    let (choice, octets) = octets.split_first().unwrap_or((&0, &[]));
    let (size, input) = octets.split_first().unwrap_or((&0, &[]));
    let role = if choice & 1 == 0 { Role::Server } else { Role::Client };
    let agreed = agreed(choice >> 1);
    let whole = echo(role, &agreed, input, usize::MAX, false);
    for (size, some) in [
        (1, false),
        (2, true),
        (3, false),
        (7, true),
        (usize::from(*size) + 1, false),
        (9999, true),
    ] {
        let pieces = echo(role, &agreed, input, size, some);
        assert_eq!(pieces, whole, "pieces of {size}, {some}");
    }
    let (story, sent) = whole;
    let other = if role == Role::Server { Role::Client } else { Role::Server };
    heard(other, &agreed, &story, &sent);
    let notes = Notes::default();
    let _ = dissect(&mut Reader::observed(input, &notes), other, &small());
}

/// Our answers at the other end: the echo of each message while we were open, and no violation.
fn heard(role: Role, agreed: &Agreed, story: &[Event], sent: &[u8]) {
    let now = Instant::now();
    // An echo in one frame may be longer than the fragments it came in.
    let limits = Limits { frame: 1 << 16, message: 1 << 16, ..small() };
    let mut peer = end(role, agreed, &limits, now);
    peer.receive(&mut sent.to_vec(), now);
    let mut echoes = story.iter().filter_map(|event| match event {
        Event::Message(message) => Some(message),
        _ => None,
    });
    while let Some(event) = peer.poll_event() {
        match event {
            Event::Message(message) => assert_eq!(Some(&message), echoes.next()),
            Event::Violation(error) => panic!("{error}"),
            _ => {}
        }
    }
}

/// A message for the kind, from octets; text is made of what is text in them.
pub(super) fn message(kind: Kind, octets: &[u8]) -> Message {
    match kind {
        Kind::Text => Message::Text(String::from_utf8_lossy(octets).into_owned()),
        Kind::Binary => Message::Binary(octets.to_vec()),
    }
}
