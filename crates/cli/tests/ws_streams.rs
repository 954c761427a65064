//! RFC 8441, RFC 9220: WebSockets on streams of HTTP/2 and HTTP/3, both ends ours.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{
    Session,
    core::timeouts::Timeouts,
    tls::{self, Trust},
    websocket::{self, CloseCode, Event, Message, Options},
};
use common::program;
use http::{StatusCode, Version};
use server::{
    Certificates, Endpoint, Reply, Request, Router, Running, Server, Socket, Tls, WebSocket,
    identity::Identity, inline,
};
use std::{
    io::Write,
    process::Stdio,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant, SystemTime},
};

/// The endpoint that does not read may go on.
static LOOKED: AtomicBool = AtomicBool::new(false);

const STREAMS: [Version; 2] = [Version::Http2, Version::Http3];

fn echo(socket: &mut Socket<'_>, message: Message) {
    let _ = socket.send(message);
}

fn serve() -> Running {
    let identity = Identity::generate(SystemTime::now().into()).unwrap();
    let tls = Tls::with(Tls::config_for(Certificates::of([identity]).unwrap()));
    let sockets = WebSocket::new(|_| Ok(Box::new(echo) as Box<dyn Endpoint>));
    let deaf = WebSocket::new(|_| {
        // Reads nothing more once it has heard something, until somebody has looked.
        let deaf = |_: &mut Socket<'_>, _: Message| {
            while !LOOKED.load(Ordering::Acquire) {
                thread::sleep(Duration::from_millis(5));
            }
        };
        Ok(Box::new(deaf) as Box<dyn Endpoint>)
    });
    let router = Router::new().websocket("/echo", sockets).websocket("/deaf", deaf).get(
        "/plain",
        inline(|request: Request, reply: Reply| {
            reply.text(StatusCode::OK, request.version.to_string());
        }),
    );
    let server = Server::new(router).http3(true);
    server.listen_tls("127.0.0.1:0".parse().unwrap(), &tls).unwrap().start().unwrap()
}

fn session(version: Version) -> Session {
    let options = tls::Options { trust: Trust::Anybody, ..tls::Options::default() };
    let alone = version == Version::Http3;
    Session::builder().tls(options).version(version).prior_knowledge(alone).build()
}

fn on(version: Version) -> Options {
    Options { version: Some(version), ..Options::default() }
}

fn url(server: &Running, scheme: &str, path: &str) -> String {
    format!("{scheme}://{}{path}", server.tls_addresses()[0])
}

/// The next message, whatever stands before it.
fn message(socket: &websocket::WebSocket) -> Message {
    loop {
        match socket.receive(Some(Duration::from_secs(20))).unwrap() {
            Some(Event::Message(message)) => return message,
            Some(Event::Closed { .. }) | None => panic!("no message came: {:?}", socket.octets()),
            Some(_) => {}
        }
    }
}

fn closed(socket: &websocket::WebSocket) -> bool {
    loop {
        match socket.receive(Some(Duration::from_secs(20))).unwrap() {
            Some(Event::Closed { clean }) => return clean,
            Some(_) => {}
            None => panic!("it does not close"),
        }
    }
}

#[test]
fn messages_of_every_kind_come_back() {
    let server = serve();
    for version in STREAMS {
        let session = session(version);
        let socket = websocket::connect(&session, &url(&server, "wss", "/echo"), &on(version));
        let socket = socket.unwrap();
        assert!(socket.agreed().deflate.is_some() && socket.secured().is_some());
        assert_eq!(socket.peer(), Some(server.tls_addresses()[0]));
        let long: String = "한글".repeat(20_000);
        for said in [
            Message::Text("hello".into()),
            Message::Text(String::new()),
            Message::Binary((0..=255).collect()),
            Message::Text(long),
            Message::Binary(vec![7; 900_000]),
        ] {
            socket.send(said.clone()).unwrap();
            assert!(message(&socket) == said, "{version}");
        }
        socket.ping(b"?").unwrap();
        let pong = socket.receive(Some(Duration::from_secs(20))).unwrap();
        assert!(matches!(pong, Some(Event::Pong { .. })), "{pong:?}");
        socket.close(CloseCode::NORMAL, "done").unwrap();
        assert!(closed(&socket), "{version}");
    }
    server.stop().unwrap();
}

#[test]
fn two_sockets_and_a_request_share_a_connection() {
    let server = serve();
    for version in STREAMS {
        let session = session(version);
        let get = || {
            let url = url(&server, "https", "/plain");
            session.get(&url).unwrap().send().unwrap().text().unwrap()
        };
        assert_eq!(get(), version.to_string());
        let open =
            || websocket::connect(&session, &url(&server, "wss", "/echo"), &on(version)).unwrap();
        let (one, two) = (open(), open());
        assert_eq!(one.peer(), two.peer());
        thread::scope(|scope| {
            for socket in [&one, &two] {
                scope.spawn(move || {
                    for turn in 0..50 {
                        let said = Message::Text(format!("{turn}"));
                        socket.send(said.clone()).unwrap();
                        assert_eq!(message(socket), said);
                    }
                });
            }
            assert_eq!(get(), version.to_string());
        });
        let connection = |socket: &websocket::WebSocket| socket.secured().unwrap();
        assert!(std::sync::Arc::ptr_eq(&connection(&one), &connection(&two)), "{version}");
    }
    server.stop().unwrap();
}

#[test]
fn what_is_no_websocket_is_refused() {
    let server = serve();
    for version in STREAMS {
        let session = session(version);
        for path in ["/plain", "/nowhere"] {
            let refused = websocket::connect(&session, &url(&server, "wss", path), &on(version));
            let error = refused.unwrap_err();
            assert_eq!(error.curl_exit_code(), 22, "{version} {path}: {error}");
        }
        // The connection is as good as before.
        let answer = session.get(&url(&server, "https", "/plain")).unwrap().send().unwrap();
        assert_eq!(answer.version, version);
    }
    server.stop().unwrap();
}

#[test]
fn a_socket_that_is_dropped_leaves_the_connection_whole() {
    let server = serve();
    for version in STREAMS {
        let session = session(version);
        for _ in 0..5 {
            let url = url(&server, "wss", "/echo");
            let socket = websocket::connect(&session, &url, &on(version)).unwrap();
            socket.send(Message::Text("hi".into())).unwrap();
            drop(socket);
        }
        let answer = session.get(&url(&server, "https", "/plain")).unwrap().send().unwrap();
        assert_eq!(answer.version, version);
    }
    server.stop().unwrap();
}

/// How many threads of this process bring octets through a tunnel.
fn tunnels() -> usize {
    let named = |task: std::io::Result<std::fs::DirEntry>| {
        let name = std::fs::read_to_string(task.unwrap().path().join("comm")).unwrap_or_default();
        name.trim() == "client-tunnel"
    };
    std::fs::read_dir("/proc/self/task").unwrap().map(named).filter(|is| *is).count()
}

#[test]
#[cfg(target_os = "linux")]
fn a_server_that_never_reads_keeps_no_thread_of_ours() {
    let server = serve();
    for version in STREAMS {
        let session = session(version);
        let url = url(&server, "wss", "/deaf");
        let hasty = Timeouts { read: Some(Duration::from_millis(300)), ..Timeouts::default() };
        let options = Options { timeouts: Some(hasty), ..on(version) };
        let socket = websocket::connect(&session, &url, &options).unwrap();
        // Nothing that a compression makes small.
        let mut seed = 1_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 56) as u8
        };
        let piece: Vec<u8> = (0..1 << 20).map(|_| random()).collect();
        let sent = (0..100).take_while(|_| socket.send(Message::Binary(piece.clone())).is_ok());
        let sent = sent.count();
        assert!(sent < 100, "{version}: a hundred MiB went somewhere");
        assert!(tunnels() >= 2, "{version}");
        drop(socket);
        let end = Instant::now() + Duration::from_secs(30);
        while tunnels() > 0 {
            assert!(Instant::now() < end, "{version}: {} threads wait for ever", tunnels());
            thread::sleep(Duration::from_millis(20));
        }
    }
    LOOKED.store(true, Ordering::Release);
    server.stop().unwrap();
}

#[test]
fn a_server_that_goes_ends_the_socket() {
    for version in STREAMS {
        let server = serve();
        let session = session(version);
        let socket = websocket::connect(&session, &url(&server, "wss", "/echo"), &on(version));
        let socket = socket.unwrap();
        socket.send(Message::Text("hi".into())).unwrap();
        message(&socket);
        let stopping = thread::spawn(move || server.stop());
        // "Going away", or an end without a word: an end in any case.
        loop {
            match socket.receive(Some(Duration::from_secs(20))) {
                Ok(Some(Event::Closed { .. })) | Err(_) => break,
                Ok(Some(_)) => {}
                Ok(None) => panic!("{version}: nobody says that it is over"),
            }
        }
        drop(socket);
        stopping.join().unwrap().unwrap();
    }
}

#[test]
fn a_server_of_http_1_1_has_no_stream_for_it() {
    let identity = Identity::generate(SystemTime::now().into()).unwrap();
    let tls = Tls::with(Tls::config_for(Certificates::of([identity]).unwrap()));
    let sockets = WebSocket::new(|_| Ok(Box::new(echo) as Box<dyn Endpoint>));
    let server = Server::new(Router::new().websocket("/echo", sockets)).http2(false);
    let any = "127.0.0.1:0".parse().unwrap();
    let server = server.listen_tls(any, &tls).unwrap().start().unwrap();
    let url = url(&server, "wss", "/echo");
    let refused = websocket::connect(&session(Version::Http2), &url, &on(Version::Http2));
    assert!(refused.unwrap_err().to_string().contains("HTTP/1.1"));
    // Without being told so it is a connection of its own.
    let socket = websocket::connect(&session(Version::Http2), &url, &Options::default()).unwrap();
    socket.send(Message::Text("hi".into())).unwrap();
    assert_eq!(message(&socket), Message::Text("hi".into()));
    drop(socket);
    server.stop().unwrap();
}

#[test]
fn the_program_speaks_it_where_it_is_told_to() {
    let server = serve();
    for flag in ["--http2", "--http3-only"] {
        let mut command = program();
        command.args(["ws", "-k", flag, "-1"]).arg(url(&server, "wss", "/echo"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"hello\n").unwrap();
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "hello\n", "{flag}: {told}");
    }
    server.stop().unwrap();
}
