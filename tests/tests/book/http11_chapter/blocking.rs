//! Pipelined requests, and the slow answer that holds up the fast one behind it.

use crate::{
    figure::figure,
    messages::{dated, hello, serve},
};
use http::StatusCode;
use std::{
    fmt::Write as _,
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Mutex, mpsc},
};

/// Two requests in one write, two answers on one connection.
#[test]
fn one_connection_two_exchanges() {
    let (running, address) = serve(hello());
    let mut client = TcpStream::connect(address).unwrap();
    let one = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
    let two = "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    client.write_all(format!("{one}{two}").as_bytes()).unwrap();
    let mut answers = Vec::new();
    client.read_to_end(&mut answers).unwrap();
    running.stop().unwrap();
    let mut story = String::new();
    for line in format!("{one}{two}").split_inclusive("\r\n") {
        writeln!(story, "> {}", line.escape_debug()).unwrap();
    }
    let answers = String::from_utf8(dated(&answers)).unwrap();
    for line in answers.split_inclusive('\n') {
        writeln!(story, "< {}", line.escape_debug()).unwrap();
    }
    figure("pipeline", &story);
}

/// Two connections to the same server; the first asks for something slow and then for something
/// fast, the second for the fast thing alone. A latch holds the slow handler.
#[test]
fn a_slow_answer_blocks_the_fast_one_behind_it() {
    let (begun, has_begun) = mpsc::channel();
    let (latch, waiting) = mpsc::channel::<()>();
    let waiting = Mutex::new(waiting);
    let router = hello().get("/slow", move |_: server::Request, reply: server::Reply| {
        begun.send(()).unwrap();
        waiting.lock().unwrap().recv().unwrap();
        reply.text(StatusCode::OK, "at last\n");
    });
    let (running, address) = serve(router);
    let mut story = Story::default();

    let mut first = Client::connect(address);
    first.ask("/slow", "A", &mut story);
    first.ask("/hello", "A", &mut story);
    has_begun.recv().unwrap();
    story.line("the handler of /slow has begun, and waits");

    let mut second = Client::connect(address);
    second.ask("/hello", "B", &mut story);
    second.read("B", &mut story);
    first.read_nothing("A", &mut story);

    latch.send(()).unwrap();
    story.line("the handler of /slow goes on");
    first.read("A", &mut story);
    first.read("A", &mut story);
    drop((first, second));
    running.stop().unwrap();
    figure("hol", &story.0);
}

/// What happened, in order.
#[derive(Default)]
struct Story(String);

impl Story {
    fn line(&mut self, text: &str) {
        writeln!(self.0, "          {text}").unwrap();
    }

    fn on(&mut self, connection: &str, text: &str) {
        writeln!(self.0, "{connection:<6}{text}").unwrap();
    }
}

struct Client {
    stream: TcpStream,
    /// Octets that belong to the answers to come.
    rest: String,
}

impl Client {
    fn connect(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).unwrap(), rest: String::new() }
    }

    fn ask(&mut self, target: &str, name: &str, story: &mut Story) {
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        self.stream.write_all(request.as_bytes()).unwrap();
        story.on(name, &format!(">   GET {target}"));
    }

    /// Reads one answer; each ends in the only line feed that has no carriage return before it.
    fn read(&mut self, name: &str, story: &mut Story) {
        loop {
            if let Some(end) = self.rest.replace("\r\n", "##").find('\n') {
                let answer: String = self.rest.drain(..=end).collect();
                let content = answer.trim_end().rsplit('\n').next().unwrap();
                return story.on(name, &format!("<   {content}"));
            }
            let mut octets = [0; 4096];
            let length = self.stream.read(&mut octets).unwrap();
            assert_ne!(length, 0, "the server closed");
            self.rest += std::str::from_utf8(&octets[..length]).unwrap();
        }
    }

    /// Nothing has come, although the other connection was answered.
    fn read_nothing(&mut self, name: &str, story: &mut Story) {
        self.stream.set_nonblocking(true).unwrap();
        let nothing = self.stream.peek(&mut [0; 1]).unwrap_err();
        assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
        self.stream.set_nonblocking(false).unwrap();
        story.on(name, "    nothing to read");
    }
}
