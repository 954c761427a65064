//! What names a connection, and what four kinds of sockets keep of the sender's portions.

use crate::{figure::figure, ports::Ports};
use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::{TcpListener, TcpStream, UdpSocket},
    os::unix::net::{UnixDatagram, UnixStream},
};

/// Two clients of one port: three sockets at the server, each with a name of its own.
#[test]
fn a_connection_is_a_pair_of_sockets() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut ports = Ports::new(address);
    let mut rows = vec![("server, listening", address.to_string(), "*".to_string())];
    let mut sockets = Vec::new();
    for (client_side, server_side) in
        [("client 1", "server, for client 1"), ("client 2", "server, for client 2")]
    {
        let client = TcpStream::connect(address).unwrap();
        let (server, _) = listener.accept().unwrap();
        ports.client(client.local_addr().unwrap());
        for (who, socket) in [(client_side, client), (server_side, server)] {
            let (local, peer) = (socket.local_addr().unwrap(), socket.peer_addr().unwrap());
            rows.push((who, local.to_string(), peer.to_string()));
            sockets.push(socket);
        }
    }
    let mut text = format!("{:<22}{:<18}{}\n", "socket", "local", "peer");
    for (who, local, peer) in rows {
        writeln!(text, "{who:<22}{:<18}{}", ports.mask(&local), ports.mask(&peer)).unwrap();
    }
    figure("pairs", &text);
}

/// One write of three octets and another, then reads into a large buffer.
#[test]
fn a_stream_has_no_boundaries_and_a_datagram_is_one() {
    let mut text = String::new();
    let mut row = |kind: &str, reads: &[Vec<u8>]| {
        let reads: Vec<String> = reads.iter().map(|read| read.escape_ascii().to_string()).collect();
        writeln!(text, "{kind:<22}writes: [one] [two]    reads: [{}]", reads.join("] [")).unwrap();
    };

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    row("TCP", &through_stream(client, listener.accept().unwrap().0));
    let (one, other) = UnixStream::pair().unwrap();
    row("Unix, stream", &through_stream(one, other));

    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.connect(receiver.local_addr().unwrap()).unwrap();
    for part in [b"one", b"two"] {
        sender.send(part).unwrap();
    }
    row("UDP", &two_reads(|buffer| receiver.recv(buffer).unwrap()));
    let (one, other) = UnixDatagram::pair().unwrap();
    for part in [b"one", b"two"] {
        one.send(part).unwrap();
    }
    row("Unix, datagram", &two_reads(|buffer| other.recv(buffer).unwrap()));
    figure("boundaries", &text);
}

/// Both writes, the end of the stream, and only then the reads: all is there when they begin.
fn through_stream<S: Read + Write>(mut sender: S, mut receiver: S) -> Vec<Vec<u8>> {
    sender.write_all(b"one").unwrap();
    sender.write_all(b"two").unwrap();
    // What was written stays readable after the close.
    drop(sender);
    let mut reads = Vec::new();
    loop {
        let mut buffer = [0; 64];
        match receiver.read(&mut buffer).unwrap() {
            0 => return reads,
            length => reads.push(buffer[..length].to_vec()),
        }
    }
}

fn two_reads(mut receive: impl FnMut(&mut [u8]) -> usize) -> Vec<Vec<u8>> {
    (0..2)
        .map(|_| {
            let mut buffer = [0; 64];
            let length = receive(&mut buffer);
            buffer[..length].to_vec()
        })
        .collect()
}
