//! A peer that speaks WebSocket octet by octet, as a script says.

use super::{Peer, Server, field, session};
use client::websocket::{Event, Message, Options, WebSocket, connect};
use std::net::Shutdown;

/// The 101 for a request, with further fields.
pub fn switched(head: &str, more: &str) -> String {
    let accept =
        websocket::handshake::accept_key(field(head, "Sec-WebSocket-Key").unwrap().as_bytes());
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n{more}\r\n"
    )
}

/// A server of one WebSocket; the script begins behind the 101.
pub fn speaking(script: impl FnOnce(&mut Peer) + Send + 'static) -> Server {
    Server::start(move |listener| {
        let mut peer = Peer::accept(listener);
        let head = peer.head();
        peer.say(&switched(&head, ""));
        script(&mut peer);
    })
}

/// The client's next frame: its first octet and its payload, unmasked.
pub fn frame(peer: &mut Peer) -> (u8, Vec<u8>) {
    let head = peer.octets(2);
    assert_eq!(head[1] & 0x80, 0x80, "a client masks");
    let length = match head[1] & 0x7f {
        126 => u64::from(u16::from_be_bytes(peer.octets(2).try_into().unwrap())),
        127 => u64::from_be_bytes(peer.octets(8).try_into().unwrap()),
        short => u64::from(short),
    };
    let key = peer.octets(4);
    let mut payload = peer.octets(usize::try_from(length).unwrap());
    payload.iter_mut().zip(key.iter().cycle()).for_each(|(octet, key)| *octet ^= key);
    (head[0], payload)
}

/// Waits until the client has closed its side.
pub fn until_closed(peer: &mut Peer) {
    let _ = peer.stream.get_ref().shutdown(Shutdown::Write);
    peer.rest();
}

pub fn open(server: &Server, options: &Options) -> WebSocket {
    connect(&session(), &server.url("/").replacen("http", "ws", 1), options).unwrap()
}

pub fn plain() -> Options {
    Options::default().uncompressed()
}

pub fn next(socket: &WebSocket) -> Event {
    socket.receive(None).unwrap().unwrap()
}

pub fn text(text: &str) -> Message {
    Message::Text(text.into())
}
