//! Ten thousand connections, held by two processes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use testkit::TempDir;

use crate::descriptors;
use crate::memory;
use crate::program::Serve;

const COUNT: usize = 10_000;

/// Octets of heap and stacks that an idle connection may cost.
const EACH: u64 = 4 * 1024;

/// One exchange; the answer is read to its last octet, so that the connection is idle again.
fn exchange(stream: &mut TcpStream, address: SocketAddr) {
    // In one write: several would meet Nagle's algorithm and the delayed acknowledgement.
    let request = format!("GET /small.txt HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\nsmall") {
        let mut piece = [0; 1024];
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "the answer ends early: {}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&piece[..count]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn ten_thousand_connections_are_held_and_answered() {
    let Some(_turn) = descriptors(COUNT) else { return };
    let folder = TempDir::new("weight");
    std::fs::write(folder.path().join("small.txt"), "small").unwrap();
    let serve = Serve::start(folder.path(), &["--idle-timeout", "600", "--threads", "1"]);
    let address = serve.address;
    exchange(&mut TcpStream::connect(address).unwrap(), address);
    let before = memory::anonymous(serve.pid());
    let mut streams: Vec<TcpStream> = (0..COUNT)
        .map(|_| {
            let mut stream = TcpStream::connect(address).unwrap();
            exchange(&mut stream, address);
            stream
        })
        .collect();
    let each = memory::anonymous(serve.pid()).saturating_sub(before) / COUNT as u64;
    assert!(each <= EACH, "{each} octets for each idle connection, at most {EACH}");
    // They are all still there, the first as well as the last.
    for stream in &mut streams {
        exchange(stream, address);
    }
}
