//! What the tests share: frames by hand, a connection fed in pieces, two connections back to back.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test that panics has failed, which is what it is for; not each test uses all"
)]

use std::time::Instant;
use websocket::{
    Connection, Event, Limits, Message, Role,
    frame::{Head, Opcode, mask},
    handshake::{Agreed, DeflateParameters},
};
use wire::{Output, Scripted};

pub const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

pub fn window(bits: u8) -> deflate::WindowBits {
    deflate::WindowBits::new(bits).unwrap()
}

/// Compression with the largest windows, taken over.
pub const DEFLATE: DeflateParameters = DeflateParameters {
    server_no_context_takeover: false,
    client_no_context_takeover: false,
    server_max_window_bits: deflate::WindowBits::MAX,
    client_max_window_bits: deflate::WindowBits::MAX,
};

pub fn with_deflate() -> Agreed {
    Agreed { protocol: None, deflate: Some(DEFLATE) }
}

pub fn server() -> Connection {
    Connection::server(&Agreed::default(), &Limits::default(), Instant::now())
}

pub fn client() -> Connection {
    Connection::client(
        &Agreed::default(),
        &Limits::default(),
        Box::new(Scripted(1)),
        Instant::now(),
    )
}

pub fn end(role: Role, agreed: &Agreed, limits: &Limits, now: Instant) -> Connection {
    match role {
        Role::Server => Connection::server(agreed, limits, now),
        Role::Client => Connection::client(agreed, limits, Box::new(Scripted(7)), now),
    }
}

/// A frame as a client sends it.
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut octets = plain(first, payload);
    octets[1] |= 0x80;
    let start = octets.len() - payload.len();
    mask(&mut octets[start..], KEY, 0);
    octets.splice(start..start, KEY);
    octets
}

/// A frame as a server sends it; its first octet is given, since tests break it.
pub fn plain(first: u8, payload: &[u8]) -> Vec<u8> {
    let head = Head {
        fin: true,
        rsv1: false,
        opcode: Opcode::Binary,
        mask: None,
        length: payload.len() as u64,
    };
    let mut octets = Vec::new();
    head.encode(&mut octets);
    octets[0] = first;
    octets.extend_from_slice(payload);
    octets
}

/// All events there are.
pub fn events(connection: &mut Connection) -> Vec<Event> {
    std::iter::from_fn(|| connection.poll_event()).collect()
}

/// All octets there are to send.
pub fn sent(connection: &mut Connection) -> Vec<u8> {
    let mut out = Output::new(usize::MAX);
    connection.poll_transmit(Instant::now(), &mut out);
    out.take()
}

/// Feeds one piece and answers what happened.
pub fn feed(connection: &mut Connection, octets: &[u8]) -> Vec<Event> {
    connection.receive(&mut octets.to_vec(), Instant::now());
    events(connection)
}

/// Feeds pieces one after the other and answers what happened in all.
pub fn feed_all(connection: &mut Connection, pieces: &[&[u8]]) -> Vec<Event> {
    pieces.iter().flat_map(|piece| feed(connection, piece)).collect()
}

/// What a server, or a client, makes of `octets`; in whatever pieces they come.
#[track_caller]
pub fn story(role: Role, agreed: &Agreed, limits: &Limits, octets: &[u8]) -> Vec<Event> {
    let now = Instant::now();
    let whole = feed(&mut end(role, agreed, limits, now), octets);
    testkit::splits(octets, |pieces| {
        let mut connection = end(role, agreed, limits, now);
        assert_eq!(feed_all(&mut connection, pieces), whole, "in pieces");
    });
    whole
}

/// What a server makes of a client's octets, with defaults.
#[track_caller]
pub fn served(octets: &[u8]) -> Vec<Event> {
    story(Role::Server, &Agreed::default(), &Limits::default(), octets)
}

pub fn text(text: &str) -> Event {
    Event::Message(Message::Text(text.into()))
}

pub fn binary(octets: &[u8]) -> Event {
    Event::Message(Message::Binary(octets.into()))
}

/// Two ends, and the octets between them.
pub struct Pair {
    pub now: Instant,
    pub client: Connection,
    pub server: Connection,
}

impl Pair {
    pub fn new(agreed: &Agreed, limits: &Limits) -> Self {
        let now = Instant::now();
        Self {
            now,
            client: end(Role::Client, agreed, limits, now),
            server: end(Role::Server, agreed, limits, now),
        }
    }

    pub fn of(&mut self, role: Role) -> (&mut Connection, &mut Connection) {
        match role {
            Role::Client => (&mut self.client, &mut self.server),
            Role::Server => (&mut self.server, &mut self.client),
        }
    }

    /// Carries what `from` has to say to the other end, and answers what that hears.
    pub fn carry(&mut self, from: Role) -> Vec<Event> {
        let now = self.now;
        let (from, to) = self.of(from);
        let mut out = Output::new(usize::MAX);
        from.poll_transmit(now, &mut out);
        to.receive(&mut out.take(), now);
        events(to)
    }
}
