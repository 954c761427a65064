//! Our own server on the loopback, plain octets to it and from it, and their dates put still.

use http::StatusCode;
use server::{Router, Running, Server, inline};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
};

/// The date that every figure shows: RFC 9110's own example, as long as any other.
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

/// A port of four digits, as 8080 has, so that the lengths in a figure are those on the page.
pub(crate) fn listener() -> TcpListener {
    let free = (8081..9999).find_map(|port| TcpListener::bind(("127.0.0.1", port)).ok());
    free.expect("two thousand ports, and one of them is free")
}

/// `GET /hello` answers a line of text.
pub(crate) fn hello() -> Router {
    Router::new().get("/hello", inline(|_, reply| reply.text(StatusCode::OK, "Hello, Wirebook.\n")))
}

/// Serves `router` on one loop.
pub(crate) fn serve(router: Router) -> (Running, SocketAddr) {
    let running = Server::new(router).listener(listener()).start().unwrap();
    let address = running.addresses()[0];
    (running, address)
}

/// All that the server says to `octets` before it closes.
pub(crate) fn answer(address: SocketAddr, octets: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(octets).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// The octets with the date of every `Date` replaced.
pub(crate) fn dated(octets: &[u8]) -> Vec<u8> {
    let mut octets = octets.to_vec();
    let name = b"Date: ";
    let places: Vec<usize> =
        (0..octets.len()).filter(|&at| octets[at..].starts_with(name)).collect();
    for at in places {
        octets[at + name.len()..][..DATE.len()].copy_from_slice(DATE.as_bytes());
    }
    octets
}
