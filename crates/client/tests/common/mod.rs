//! A server that says exactly what a test wrote down, and checks what it hears.
//!
//! ```text
//! let server = Server::start(|listener| {
//!     let mut peer = Peer::accept(listener);
//!     assert!(peer.head().starts_with("GET / "));
//!     peer.say("HTTP/1.1 204 No Content\r\n\r\n");
//! });
//! client::get(&server.url("/"))…
//! server.done();                     // a failed assertion in the script fails the test
//! ```
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for; not each test uses all"
)]

pub mod http2;
pub mod secure;
pub mod websocket;

use client::{Session, core::timeouts::Timeouts};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread::{self, JoinHandle},
    time::Duration,
};

/// A script on a thread of its own.
pub struct Server {
    pub address: SocketAddr,
    thread: JoinHandle<()>,
}

impl Server {
    pub fn start(script: impl FnOnce(&TcpListener) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        Self { address, thread: thread::spawn(move || script(&listener)) }
    }

    /// One connection after another, each answered so and closed.
    pub fn answering(answers: &[&str]) -> Self {
        let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        Self::start(move |listener| {
            for answer in answers {
                let mut peer = Peer::accept(listener);
                peer.head();
                peer.say(&answer);
            }
        })
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Waits for the script's end.
    pub fn done(self) {
        if let Err(panic) = self.thread.join() {
            std::panic::resume_unwind(panic);
        }
    }
}

/// The server's end of one connection.
pub struct Peer {
    pub stream: BufReader<TcpStream>,
}

impl Peer {
    pub fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().unwrap();
        // A client that hangs must fail the test, not hang it.
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    /// A request's head, without its last empty line; empty at the connection's end.
    pub fn head(&mut self) -> String {
        let mut head = String::new();
        loop {
            let before = head.len();
            self.stream.read_line(&mut head).unwrap();
            if head.len() == before || head.ends_with("\r\n\r\n") {
                head.truncate(before);
                return head;
            }
        }
    }

    pub fn octets(&mut self, length: usize) -> Vec<u8> {
        let mut octets = vec![0; length];
        self.stream.read_exact(&mut octets).unwrap();
        octets
    }

    pub fn text(&mut self, length: usize) -> String {
        String::from_utf8(self.octets(length)).unwrap()
    }

    /// Everything until the client closes; a reset counts as the end.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut octets = Vec::new();
        let _ = self.stream.read_to_end(&mut octets);
        octets
    }

    pub fn say(&mut self, text: &str) {
        self.stream.get_mut().write_all(text.as_bytes()).unwrap();
    }

    pub fn say_octets(&mut self, octets: &[u8]) {
        self.stream.get_mut().write_all(octets).unwrap();
    }
}

/// A complete answer with this text.
pub fn ok(text: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len())
}

/// The value of a field in a head.
pub fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (there, value) = line.split_once(": ")?;
        there.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// A session whose waits end while somebody still looks.
pub fn session() -> Session {
    Session::builder().timeouts(patient()).build()
}

pub fn patient() -> Timeouts {
    let long = Some(Duration::from_secs(20));
    Timeouts { pool: long, connect: long, head: long, read: long, ..Timeouts::default() }
}
