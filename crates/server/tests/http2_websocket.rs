//! WebSocket on a stream of HTTP/2 (RFC 8441), beside other requests of the same connection.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{
    h2::{self, Carrier, get},
    socket::client,
    start,
};
use http::{Method, Request, StatusCode};
use http2::StreamId;
use server::{CloseCode, Endpoint, Group, Message, Prepared, Router, Socket, WebSocket, inline};
use std::{
    net::TcpStream,
    sync::{Mutex, mpsc},
    time::Instant,
};
use websocket::{
    Connection, Event,
    handshake::{DeflateOptions, Handshake, Options},
};
use wire::Output;

fn echo() -> Router {
    let echo = || {
        WebSocket::new(|_| {
            Ok(Box::new(|socket: &mut Socket<'_>, message: Message| {
                socket.send(message).unwrap();
            }))
        })
    };
    Router::new()
        .websocket("/echo", echo())
        .get("/", inline(|_, reply| reply.text(StatusCode::OK, "Hello, world!")))
}

/// A socket on a stream of a connection.
struct Talk {
    stream: StreamId,
    socket: Connection,
}

fn asks(path: &str, handshake: &Handshake) -> Request {
    let mut request = h2::request(Method::Connect, path);
    for (name, value) in handshake.fields().iter() {
        request.headers.append(name, value);
    }
    request
}

/// Opens one.
fn open<C: Carrier>(client: &mut h2::Client<C>, path: &str, options: Options) -> Talk {
    client.until(|client| client.http2.is_introduced());
    assert!(client.http2.peer_settings().enable_connect_protocol);
    let handshake = Handshake::connect(options);
    let stream = client.http2.send_connect(&asks(path, &handshake), "websocket").unwrap();
    client.answers.insert(stream, h2::Answer::default());
    client.until(|client| client.answers[&stream].head.is_some());
    let agreed = handshake.finish(client.answers[&stream].head.as_ref().unwrap()).unwrap();
    Talk { stream, socket: self::client(&agreed) }
}

impl Talk {
    fn flush<C: Carrier>(&mut self, client: &mut h2::Client<C>) {
        let mut out = Output::new(usize::MAX);
        self.socket.poll_transmit(Instant::now(), &mut out);
        if !out.is_empty() {
            let _ = client.http2.send_vec(self.stream, out.take());
            client.flush();
        }
    }

    /// What happens next.
    fn event<C: Carrier>(&mut self, client: &mut h2::Client<C>) -> Event {
        loop {
            let event = self.socket.poll_event();
            self.flush(client);
            if let Some(event) = event {
                return event;
            }
            let answer = client.answers.get_mut(&self.stream).unwrap();
            let mut octets = std::mem::take(&mut answer.data);
            if !octets.is_empty() {
                self.socket.receive(&mut octets, Instant::now());
            } else if answer.ended {
                self.socket.receive_end(true, Instant::now());
            } else if answer.reset.is_some() {
                self.socket.receive_end(false, Instant::now());
            } else {
                assert!(client.pump());
            }
        }
    }

    fn say<C: Carrier>(&mut self, client: &mut h2::Client<C>, text: &str) {
        self.socket.send(Message::Text(text.into())).unwrap();
        self.flush(client);
    }

    fn heard<C: Carrier>(&mut self, client: &mut h2::Client<C>) -> String {
        loop {
            match self.event(client) {
                Event::Message(Message::Text(text)) => return text,
                Event::Ping(_) | Event::Pong(_) => {}
                other => panic!("no text: {other:?}"),
            }
        }
    }

    fn ended<C: Carrier>(&mut self, client: &mut h2::Client<C>) -> (Option<CloseCode>, bool) {
        let mut said = None;
        loop {
            match self.event(client) {
                Event::Close { code, .. } => said = code,
                Event::Closed { clean } => return (said, clean),
                _ => {}
            }
        }
    }
}

#[test]
fn s5_sockets_and_requests_share_a_connection() {
    let server = start(echo());
    let mut client = h2::connect(&server);
    let deflate = Options { deflate: Some(DeflateOptions::default()), ..Options::default() };
    let mut first = open(&mut client, "/echo", Options::default());
    let mut second = open(&mut client, "/echo", deflate);
    for turn in 0..10 {
        first.say(&mut client, &format!("first {turn}"));
        second.say(&mut client, &format!("second {turn}"));
        assert_eq!(client.fetch("/").text(), "Hello, world!");
        assert_eq!(second.heard(&mut client), format!("second {turn}"));
        assert_eq!(first.heard(&mut client), format!("first {turn}"));
    }
    first.socket.close(CloseCode::NORMAL, "").unwrap();
    assert_eq!(first.ended(&mut client), (Some(CloseCode::NORMAL), true));
    second.say(&mut client, "still here");
    assert_eq!(second.heard(&mut client), "still here");
}

#[test]
fn messages_larger_than_the_windows_pass_both_ways() {
    let server = start(echo());
    let mut client = h2::connect(&server);
    let mut talk = open(&mut client, "/echo", Options::default());
    let text = "0123456789abcdef".repeat(60_000);
    talk.say(&mut client, &text);
    assert!(talk.heard(&mut client) == text);
}

#[test]
fn s5_over_tls_it_is_the_same() {
    let tls = common::tls::tls_with(|_| {});
    let server = common::tls::start_tls(echo(), &tls);
    let mut client = h2::connect_tls(&server);
    let mut talk = open(&mut client, "/echo", Options::default());
    talk.say(&mut client, "sealed");
    assert_eq!(talk.heard(&mut client), "sealed");
}

#[test]
fn s5_what_cannot_be_opened_is_refused() {
    let server = start(echo());
    let mut client = h2::connect(&server);
    client.until(|client| client.http2.is_introduced());
    let handshake = Handshake::connect(Options::default());
    let mut foreign = asks("/echo", &handshake);
    foreign.headers.try_append("origin", "http://elsewhere.example").unwrap();
    let mut same = asks("/echo", &handshake);
    same.headers.try_append("origin", "http://localhost").unwrap();
    let mut old = h2::request(Method::Connect, "/echo");
    old.headers.try_append("sec-websocket-version", "8").unwrap();
    for (request, protocol, status) in [
        (foreign, "websocket", 403),
        (same, "websocket", 200),
        (old, "websocket", 426),
        (asks("/nowhere", &handshake), "websocket", 404),
        (asks("/", &handshake), "websocket", 405),
        (asks("/echo", &handshake), "telnet", 501),
        (asks("/", &handshake), "telnet", 501),
    ] {
        let stream = client.http2.send_connect(&request, protocol).unwrap();
        client.answers.insert(stream, h2::Answer::default());
        client.until(|client| client.answers[&stream].head.is_some());
        assert_eq!(client.answers[&stream].status(), status, "{request:?} {protocol}");
    }
    assert_eq!(client.fetch("/echo").status(), 400, "a plain GET: there is nothing to upgrade");
    assert_eq!(client.fetch("/").status(), 200);
}

#[test]
fn a_group_has_members_on_streams_and_on_connections() {
    struct Member(Group, mpsc::Sender<bool>);
    impl Endpoint for Member {
        fn opened(&mut self, socket: &mut Socket<'_>) {
            self.0.join(&socket.handle());
        }

        fn message(&mut self, _: &mut Socket<'_>, message: Message) {
            if let Message::Text(text) = message {
                self.0.send(&Prepared::text(&text)).unwrap();
            }
        }

        fn closed(&mut self, _: Option<CloseCode>, _: &str, clean: bool) {
            let _ = self.1.send(clean);
        }
    }
    let (gone, told) = mpsc::channel();
    let (group, gone) = (Group::new(), Mutex::new(gone));
    let members = group.clone();
    let open_member = move |_: &server::Request| {
        let gone = gone.lock().unwrap().clone();
        Ok(Box::new(Member(members.clone(), gone)) as Box<dyn Endpoint>)
    };
    let server = start(Router::new().websocket("/", WebSocket::new(open_member)));
    let mut client: h2::Client<TcpStream> = h2::connect(&server);
    let mut first = open(&mut client, "/", Options::default());
    let mut second = open(&mut client, "/", Options::default());
    let mut old = common::socket::Client::open(&server, "/");
    old.text("to all");
    assert_eq!(old.heard(), "to all");
    assert_eq!(first.heard(&mut client), "to all");
    assert_eq!(second.heard(&mut client), "to all");
    // One stream is reset: the endpoint hears of it, and the other goes on.
    client.http2.reset(first.stream, http2::ErrorCode::CANCEL);
    client.flush();
    assert!(!told.recv().unwrap());
    second.say(&mut client, "still here");
    assert_eq!(second.heard(&mut client), "still here");
    assert_eq!(old.heard(), "still here");
    assert_eq!(group.len(), 2);
}

#[test]
fn a_stop_says_1001_on_each_stream() {
    let server = start(echo());
    let mut client = h2::connect(&server);
    let mut talk = open(&mut client, "/echo", Options::default());
    server.stopper().stop();
    assert_eq!(talk.ended(&mut client), (Some(CloseCode::GOING_AWAY), true));
    while client.pump() {}
    assert!(client.http2.send_request(&get("/"), http2::Outgoing::None).is_err());
    server.wait().unwrap();
}
