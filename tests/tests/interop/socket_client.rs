//! Our WebSocket client at other people's servers: Python's, with and without compression, and
//! websocat's.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use client::Session;
use client::websocket::{self, CloseCode, Event, Message, Options, WebSocket};

use crate::peers;
use crate::program::wirebook;
use crate::site::noise;

/// A bound, not a measurement: a hang must become a failure.
const PATIENCE: Option<Duration> = Some(Duration::from_secs(60));

/// A server that ends when it is dropped.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn python(arguments: &[&str]) -> Option<Self> {
        let mut python = peers::python("server.py")?;
        let mut child = python
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("no port in {line:?}"));
        Some(Self { child, port })
    }

    /// websocat, sending back what it is sent.
    fn websocat(kind: &str) -> Option<Self> {
        let program = peers::find("websocat")?;
        // The port is free until somebody takes it; then the next one is tried.
        for _ in 0..10 {
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let mut child = Command::new(&program)
                .args([kind, &format!("ws-l:{address}"), "mirror:"])
                .stdin(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let deadline = Instant::now() + Duration::from_secs(20);
            while child.try_wait().unwrap().is_none() {
                if TcpStream::connect(address).is_ok() {
                    return Some(Self { child, port: address.port() });
                }
                assert!(Instant::now() < deadline, "websocat does not listen");
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        panic!("websocat did not start");
    }

    fn url(&self, path: &str) -> String {
        format!("ws://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `wirebook ws` with `input`, run to its end.
fn ws(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(wirebook());
    for variable in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "ALL_PROXY", "NO_PROXY"]
    {
        command.env_remove(variable);
    }
    peers::run(command.args(["ws", "--max-time", "60"]).args(arguments), input.as_bytes())
}

#[track_caller]
fn said(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The next message; Pongs and the like are passed over.
fn next_message(socket: &WebSocket) -> Message {
    loop {
        match socket.receive(PATIENCE).unwrap() {
            Some(Event::Message(message)) => return message,
            Some(Event::Ping(_) | Event::Pong(_)) => {}
            other => panic!("no message: {other:?}"),
        }
    }
}

/// Texts and octets of every length that a frame's head writes in another way.
fn messages() -> Vec<Message> {
    let texts = ["", "a", "소켓과 HTTP 🚀"].map(str::to_owned).into_iter();
    let texts = texts.chain([125, 126, 65_535, 65_536].map(|length| "x".repeat(length)));
    let octets = [0, 1, 125, 126, 65_535, 65_536, 1_000_000].map(noise).into_iter();
    let repeated = (0..200).map(|number| format!("{{\"number\": {number}, \"kind\": \"same\"}}"));
    texts.chain(repeated).map(Message::Text).chain(octets.map(Message::Binary)).collect()
}

fn echoes(options: &Options, server: &Server, path: &str, compressed: bool) {
    let socket = websocket::connect(&Session::new(), &server.url(path), options).unwrap();
    assert_eq!(socket.agreed().deflate.is_some(), compressed);
    for message in messages() {
        socket.send(message.clone()).unwrap();
        let answer = next_message(&socket);
        assert!(answer == message, "{} octets came back changed", message.len());
    }
    // Two hundred under way, while another thread sends.
    std::thread::scope(|scope| {
        let sender = scope.spawn(|| {
            for number in 0..200 {
                socket.send(Message::Text(format!("{number}").repeat(100))).unwrap();
            }
        });
        for number in 0..200 {
            assert_eq!(next_message(&socket), Message::Text(format!("{number}").repeat(100)));
        }
        sender.join().unwrap();
    });
    socket.close(CloseCode::NORMAL, "끝").unwrap();
    let mut ends = Vec::new();
    while let Some(event) = socket.receive(PATIENCE).unwrap() {
        let last = matches!(event, Event::Closed { .. });
        ends.push(event);
        if last {
            break;
        }
    }
    assert!(matches!(ends.last(), Some(Event::Closed { clean: true })), "{ends:?}");
    assert!(
        ends.iter().any(|end| matches!(end, Event::Close { code: Some(CloseCode::NORMAL), .. })),
        "{ends:?}"
    );
}

#[test]
fn pythons_server_with_and_without_compression() {
    let Some(plain) = Server::python(&["plain"]) else { return };
    let Some(deflating) = Server::python(&[]) else { return };
    for path in ["/", "/fragments"] {
        echoes(&Options::default(), &plain, path, false);
        echoes(&Options::default(), &deflating, path, true);
        echoes(&Options::default().uncompressed(), &deflating, path, false);
    }
}

#[test]
fn the_console_at_pythons_server() {
    let Some(server) = Server::python(&[]) else { return };
    let lines = "one\n둘\n\nfour\n";
    // That server answers a Close at once, whatever it has not answered yet; so we let it close.
    assert_eq!(said(&ws(&["-n", &server.url("/four")], lines)), lines);
    assert_eq!(said(&ws(&["-n", "--no-compression", &server.url("/four")], lines)), lines);
    assert_eq!(said(&ws(&["-1", &server.url("/fragments")], "in pieces")), "in pieces\n");
    assert_eq!(said(&ws(&["-1", "-n", &server.url("/first")], "")), "you are welcome\n");
    // Whoever closes says why.
    let output = ws(&["-n", &server.url("/close")], "anything\n");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("4321") && errors.contains("되었다"), "{errors}");
}

#[test]
fn a_subprotocol_is_agreed_on() {
    let Some(server) = Server::python(&[]) else { return };
    for (asked, agreed) in [(&["chat"][..], Some("chat")), (&["other", "chat"], Some("chat"))] {
        let options =
            asked.iter().fold(Options::default(), |options, name| options.protocol(*name));
        let socket = websocket::connect(&Session::new(), &server.url("/"), &options).unwrap();
        assert_eq!(socket.agreed().protocol.as_deref(), agreed);
    }
}

#[test]
fn the_console_at_websocat() {
    let Some(server) = Server::websocat("--text") else { return };
    let lines = "one\n둘\nthree\n";
    assert_eq!(said(&ws(&[&server.url("/")], lines)), lines);
}

#[test]
fn octets_at_websocat() {
    let Some(server) = Server::websocat("--binary") else { return };
    let socket =
        websocket::connect(&Session::new(), &server.url("/"), &Options::default()).unwrap();
    assert!(socket.agreed().deflate.is_none(), "it knows no compression");
    let octets = noise(200_000);
    socket.send(Message::Binary(octets.clone())).unwrap();
    let mut back = Vec::new();
    while back.len() < octets.len() {
        match next_message(&socket) {
            Message::Binary(piece) => back.extend_from_slice(&piece),
            Message::Text(text) => panic!("a text of {} octets", text.len()),
        }
    }
    assert!(back == octets, "the octets come back");
}
