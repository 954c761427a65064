//! A server on a port of its own, and a client that sends octets as they are written.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

pub(crate) mod h2;
pub(crate) mod socket;
pub(crate) mod tls;

use server::{Handler, Limits, Running, Server};
use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    time::Duration,
};

/// A server with these limits.
pub(crate) fn start_with(handler: impl Handler, limits: Limits) -> Running {
    let server = Server::new(handler).limits(limits);
    server.listen("127.0.0.1:0".parse().unwrap()).unwrap().start().unwrap()
}

/// A server with the usual limits.
pub(crate) fn start(handler: impl Handler) -> Running {
    start_with(handler, Limits::default())
}

/// A connection to it. No test waits for ever: after 20 seconds a read fails.
pub(crate) fn connect(server: &Running) -> TcpStream {
    let stream = TcpStream::connect(server.addresses()[0]).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Sends `octets`, says that there is no more, and reads to the end.
pub(crate) fn ask(server: &Running, octets: impl AsRef<[u8]>) -> String {
    let mut stream = connect(server);
    stream.write_all(octets.as_ref()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    rest(stream)
}

/// Everything that still comes.
pub(crate) fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Reads up to and with `end`.
pub(crate) fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        let mut octet = [0];
        assert_eq!(stream.read(&mut octet).unwrap(), 1, "{:?}", String::from_utf8_lossy(&text));
        text.push(octet[0]);
    }
    String::from_utf8(text).unwrap()
}

/// A GET as HTTP/1.1 has it, with more field lines in `more`.
pub(crate) fn get(path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n")
}

/// The status line's code.
pub(crate) fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

/// The value of a field of the answer's head.
pub(crate) fn field<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next()?;
    head.lines().skip(1).find_map(|line| {
        let (there, value) = line.split_once(':')?;
        there.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// What stands behind the first head.
pub(crate) fn content(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, content)| content)
}
