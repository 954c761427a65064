//! tungstenite echoing every message: `tungstenite-server PORT [batched]`.
//!
//! Without a word it is used as its documentation shows: a blocking thread for each connection, and
//! `send`, which writes each answer at once. `batched` is what an attentive user makes of it: one
//! thread on mio, every message that is there is answered before anything is flushed.

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use tungstenite::{Error as Fault, Message, WebSocket};

const LISTENER: Token = Token(usize::MAX);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().ok_or("usage: tungstenite-server PORT [batched]")?.parse()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match arguments.next() {
        Some(_) => batched(address),
        None => threads(address),
    }
}

fn threads(address: SocketAddr) -> Result<(), Box<dyn Error>> {
    for stream in std::net::TcpListener::bind(address)?.incoming() {
        let stream = stream?;
        thread::spawn(move || {
            let _ = stream.set_nodelay(true);
            let Ok(mut socket) = tungstenite::accept(stream) else { return };
            // A peer that goes away is no news here.
            while let Ok(message) = socket.read() {
                if is_data(&message) && socket.send(message).is_err() {
                    break;
                }
            }
        });
    }
    Ok(())
}

fn batched(address: SocketAddr) -> Result<(), Box<dyn Error>> {
    let mut listener = TcpListener::bind(address)?;
    let (mut poll, mut events) = (Poll::new()?, Events::with_capacity(1024));
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut sockets: HashMap<Token, WebSocket<TcpStream>> = HashMap::new();
    let mut opened = 0;
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                while let Ok((stream, _)) = listener.accept() {
                    let token = Token(opened);
                    opened += 1;
                    // Who knocks and goes away is no news either.
                    if let Ok(socket) = open(&poll, token, stream) {
                        sockets.insert(token, socket);
                    }
                }
            } else if let Some(socket) = sockets.get_mut(&event.token())
                && !answer_all(socket)
            {
                sockets.remove(&event.token());
            }
        }
    }
}

/// The handshake waits for its client; from then on nothing does.
fn open(
    poll: &Poll,
    token: Token,
    stream: TcpStream,
) -> Result<WebSocket<TcpStream>, Box<dyn Error>> {
    let stream = std::net::TcpStream::from(stream);
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    let mut buffered = TcpStream::from_std(stream.try_clone()?);
    drop(tungstenite::accept(stream.try_clone()?).map_err(|error| error.to_string())?);
    stream.set_nonblocking(true)?;
    poll.registry().register(&mut buffered, token, Interest::READABLE | Interest::WRITABLE)?;
    let role = tungstenite::protocol::Role::Server;
    Ok(WebSocket::from_raw_socket(buffered, role, None))
}

/// Reads until nothing is there, then flushes once; false where the connection is over.
fn answer_all(socket: &mut WebSocket<TcpStream>) -> bool {
    loop {
        match socket.read() {
            Ok(message) if is_data(&message) => match socket.write(message) {
                Ok(()) => {}
                // It is kept, and goes out when there is room.
                Err(Fault::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return false,
            },
            Ok(_) => {}
            Err(Fault::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(_) => return false,
        }
    }
    match socket.flush() {
        Ok(()) => true,
        Err(Fault::Io(error)) => error.kind() == io::ErrorKind::WouldBlock,
        Err(_) => false,
    }
}

fn is_data(message: &Message) -> bool {
    message.is_text() || message.is_binary()
}
