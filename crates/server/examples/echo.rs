//! A WebSocket server that says back what it is told, on one event loop.
//!
//! `cargo run --release -p server --example echo -- [ADDRESS] [--message OCTETS] [--no-deflate]`
//!
//! `ADDRESS` is `127.0.0.1:9001` where nothing is said; messages may have 64 MiB.

use server::{Endpoint, Limits, Message, Origins, Router, Server, Socket, WebSocket};
use std::{error::Error, net::SocketAddr};

struct Arguments {
    address: SocketAddr,
    message: u64,
    deflate: bool,
}

fn arguments() -> Result<Arguments, Box<dyn Error>> {
    let mut arguments =
        Arguments { address: "127.0.0.1:9001".parse()?, message: 64 << 20, deflate: true };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--message" => arguments.message = given.next().ok_or("--message what?")?.parse()?,
            "--no-deflate" => arguments.deflate = false,
            address => arguments.address = address.parse()?,
        }
    }
    Ok(arguments)
}

// ANCHOR: echo
fn echo(socket: &mut Socket<'_>, message: Message) {
    // It fails only where the peer has said goodbye already.
    let _ = socket.send(message);
}
// ANCHOR_END: echo

fn main() -> Result<(), Box<dyn Error>> {
    let Arguments { address, message, deflate } = arguments()?;
    sockets::tcp::raise_descriptor_limit()?;
    let mut limits = Limits { connections: 20_000, ..Limits::default() };
    limits.websocket.message = message;
    limits.websocket.frame = message;
    // An echo shows no page to anybody and knows no cookies, so any page may use it.
    let mut socket =
        WebSocket::new(|_| Ok(Box::new(echo) as Box<dyn Endpoint>)).origins(Origins::Any);
    if !deflate {
        socket = socket.deflate(None);
    }
    let router = Router::new().websocket("/", socket);
    let server = Server::new(router).limits(limits).listen(address)?.start()?;
    println!("ws://{}/", server.addresses().first().ok_or("no address")?);
    Ok(server.wait()?)
}
