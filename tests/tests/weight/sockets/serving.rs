//! The server, in a process of its own, and what this process asks of it, line by line.
//!
//! | asked             | done                                              | answered      |
//! |-------------------|---------------------------------------------------|---------------|
//! | `say G N LENGTH`  | N messages of LENGTH octets to group G, numbered   | `said`        |
//! | `members G`       |                                                   | how many      |
//! | `end`             | the server stops, closing what is open             | `ended`       |

use http::StatusCode;
use server::{
    Endpoint, Group, Limits, Message, Prepared, Reply, Request, Router, Server, Socket, WebSocket,
};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// Set in the environment of the server's process.
pub(crate) const ROLE: &str = "WIREBOOK_WEIGHT_SERVER";

/// The server as its tests see it; ended when it is dropped.
pub(crate) struct Serving {
    child: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
}

impl Serving {
    pub(crate) fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "sockets::the_server_of_the_others", "--nocapture"])
            .env(ROLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let asked = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let address = ([127, 0, 0, 1], 0).into();
        let mut serving = Self { child, asked, answers, address };
        serving.address = serving.answer().parse().unwrap();
        serving
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line that is an answer; the test program says things of its own in between.
    fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert!(self.answers.read_line(&mut line).unwrap() > 0, "the server has ended");
            if let Some((_, answer)) = line.split_once("answer: ") {
                return answer.trim().into();
            }
        }
    }

    pub(crate) fn ask(&mut self, what: &str) -> String {
        writeln!(self.asked, "{what}").unwrap();
        self.answer()
    }

    pub(crate) fn members(&mut self, group: &str) -> usize {
        self.ask(&format!("members {group}")).parse().unwrap()
    }

    pub(crate) fn wait_for(&mut self, group: &str, count: usize) {
        while self.members(group) != count {
            std::thread::yield_now();
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Member(Vec<Group>);

impl Endpoint for Member {
    fn opened(&mut self, socket: &mut Socket<'_>) {
        let handle = socket.handle();
        self.0.iter().for_each(|group| assert!(group.join(&handle)));
    }

    fn message(&mut self, _: &mut Socket<'_>, _: Message) {}
}

fn router(all: &Group, both: &Group) -> Router {
    let of = |groups: Vec<Group>| {
        WebSocket::new(move |_| Ok(Box::new(Member(groups.clone())) as Box<dyn Endpoint>))
    };
    let echo = WebSocket::new(|_| {
        Ok(Box::new(|socket: &mut Socket<'_>, message: Message| {
            let _ = socket.send(message);
        }))
    });
    Router::new()
        .websocket("/echo", echo)
        .websocket("/all", of(vec![all.clone()]))
        .websocket("/both", of(vec![all.clone(), both.clone()]))
        .put("/count", count)
}

/// Reads a request's content, and says how long it was.
fn count(mut request: Request, reply: Reply) {
    let (mut length, mut piece) = (0, vec![0; 64 * 1024]);
    loop {
        match request.body.read(&mut piece) {
            Ok(0) => return reply.text(StatusCode::OK, length.to_string()),
            Ok(count) => length += count,
            Err(error) => return reply.text(StatusCode::BAD_REQUEST, error.to_string()),
        }
    }
}

/// The server's part, until it is told to end.
pub(crate) fn serve() {
    ::sockets::tcp::raise_descriptor_limit().unwrap();
    let (all, both) = (Group::new(), Group::new());
    let limits = Limits { connections: 11_000, grace: Duration::from_secs(1), ..Limits::default() };
    let server = Server::new(router(&all, &both)).limits(limits).threads(2);
    let server = server.listen("127.0.0.1:0".parse().unwrap()).unwrap().start().unwrap();
    let answer = |text: &str| println!("answer: {text}");
    answer(&server.addresses()[0].to_string());
    let mut numbers = BTreeMap::new();
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let group = |name: &str| if name == "all" { &all } else { &both };
        match words.as_slice() {
            ["say", name, count, length] => {
                for _ in 0..count.parse().unwrap() {
                    let number: &mut u64 = numbers.entry((*name).to_owned()).or_default();
                    let text = format!("{name} {number} ");
                    *number += 1;
                    let length = length.parse::<usize>().unwrap().max(text.len());
                    let text = format!("{text:.<length$}");
                    while group(name).send(&Prepared::text(&text)).is_err() {
                        std::thread::yield_now();
                    }
                }
                answer("said");
            }
            ["members", name] => answer(&group(name).len().to_string()),
            _ => break,
        }
    }
    server.stop().unwrap();
    answer("ended");
}
