//! Chapter 5, WebSocket: the greeting, frames, masks, goodbyes, compression, and the wall.

mod closing;
mod compression;
mod console;
mod masks;
mod not_a_socket;
mod octets;
mod realtime;
mod text;
mod wall;

use std::time::Instant;
use websocket::{
    Connection, Event, Limits,
    frame::{Head, Opcode, mask},
    handshake::Agreed,
};
use wire::{Output, Random};

/// The mask of every frame here, that of RFC 6455's own examples.
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// What the RFC's client drew: first the sixteen octets of its key, then masks.
struct Drawn {
    first: bool,
}

impl Drawn {
    /// For a whole talk, handshake and all.
    fn key_and_masks() -> Box<Self> {
        Box::new(Self { first: true })
    }

    /// For a connection whose handshake was done elsewhere.
    fn masks() -> Box<Self> {
        Box::new(Self { first: false })
    }
}

impl Random for Drawn {
    fn fill(&mut self, octets: &mut [u8]) {
        let source: &[u8] = if self.first { b"the sample nonce" } else { &KEY };
        self.first = false;
        for (octet, drawn) in octets.iter_mut().zip(source.iter().cycle()) {
            *octet = *drawn;
        }
    }
}

pub(crate) fn client(now: Instant) -> Connection {
    Connection::client(&Agreed::default(), &Limits::default(), Drawn::masks(), now)
}

pub(crate) fn server(now: Instant) -> Connection {
    Connection::server(&Agreed::default(), &Limits::default(), now)
}

/// What a connection has to send.
pub(crate) fn sent(connection: &mut Connection, now: Instant) -> Vec<u8> {
    let mut out = Output::new(usize::MAX);
    connection.poll_transmit(now, &mut out);
    out.take()
}

pub(crate) fn events(connection: &mut Connection) -> Vec<Event> {
    std::iter::from_fn(|| connection.poll_event()).collect()
}

/// A client's frame, as no caller of a `Connection` could make it.
fn frame(opcode: Opcode, fin: bool, payload: &[u8]) -> Vec<u8> {
    let length = payload.len() as u64;
    let mut octets = Vec::new();
    Head { fin, rsv1: false, opcode, mask: Some(KEY), length }.encode(&mut octets);
    let at = octets.len();
    octets.extend_from_slice(payload);
    mask(&mut octets[at..], KEY, 0);
    octets
}
