//! HTTP over TLS on real sockets: what a client sees of requests, files, sockets and ends.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{
    get, status,
    tls::{Client, certificates, client_config, dial, start_tls, start_tls_with, tls_with},
};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use server::{
    Coding, Compressed, Event, Files, Limits, Message, Reply, Request, Router, Socket, Tls,
    WebSocket, early, inline,
};
use std::{
    io::{Read, Write},
    net::Shutdown,
    sync::{Arc, Barrier, mpsc},
    thread,
};
use testkit::TempDir;
use tls::{Alert, Suite};

fn hello() -> Router {
    Router::new().get("/", inline(|_, reply| reply.text(StatusCode::OK, "hello")))
}

fn usual() -> Arc<Tls> {
    Tls::new(certificates())
}

#[test]
fn requests_are_answered_one_after_the_other_and_in_a_pipeline() {
    let tls = usual();
    let server = start_tls(hello(), &tls);
    let mut client = Client::open(&server);
    for _ in 0..3 {
        assert_eq!(status(&client.ask("/", "hello")), "200");
    }
    client.send(get("/", "").repeat(20));
    for _ in 0..20 {
        assert_eq!(status(&client.read_until("hello")), "200");
    }
    client.send(get("/", "Connection: close\r\n"));
    let (answer, clean) = client.rest();
    assert!(answer.ends_with("hello") && clean, "{answer}");
    assert_eq!(tls.handshakes().full, 1);
    server.stop().unwrap();
}

#[test]
fn a_handler_sees_what_was_agreed_on() {
    let about = inline(|request: Request, reply: Reply| {
        let tls = request.tls().unwrap();
        assert_eq!((tls.alpn.as_deref(), request.early), (Some(&b"http/1.1"[..]), false));
        let name = String::from_utf8(tls.server_name.clone().unwrap()).unwrap();
        let text = format!("{} {name} {:?}\n", request.scheme(), tls.suite.unwrap());
        reply.text(StatusCode::OK, text);
    });
    let server = start_tls(Router::new().get("/", about), &usual());
    let mut client = Client::open(&server);
    let expected = format!("https localhost {:?}\n", Suite::Aes128GcmSha256);
    assert!(client.ask("/", "Sha256\n").ends_with(&expected));
}

#[test]
fn one_server_speaks_both_on_two_ports() {
    let server = server::Server::new(hello())
        .listen("127.0.0.1:0".parse().unwrap())
        .unwrap()
        .listen_tls("127.0.0.1:0".parse().unwrap(), &usual())
        .unwrap()
        .start()
        .unwrap();
    assert_eq!((server.addresses().len(), server.tls_addresses().len()), (1, 1));
    assert!(common::ask(&server, get("/", "")).ends_with("hello"));
    assert!(Client::open(&server).ask("/", "hello").starts_with("HTTP/1.1 200"));
}

/// More than all buffers on the way hold.
const LARGE: usize = 24 << 20;

/// Octets of which each says a little of where it belongs.
fn octet(at: usize) -> u8 {
    u8::try_from(at / 7 % 256).unwrap()
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(octet).collect()
}

#[test]
fn a_large_upload_is_read_as_it_comes() {
    let count = |mut request: Request, reply: Reply| {
        let (mut octets, mut at) = (vec![0; 100_000], 0usize);
        loop {
            let read = request.body.read(&mut octets).unwrap();
            if read == 0 {
                break;
            }
            assert!(octets[..read].iter().copied().eq((at..at + read).map(octet)), "at {at}");
            at += read;
        }
        reply.text(StatusCode::OK, format!("{at} octets"));
    };
    let server = start_tls(Router::new().post("/", count), &usual());
    let mut client = Client::open(&server);
    client.send(format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {LARGE}\r\n\r\n"));
    for piece in pattern(LARGE).chunks(1 << 20) {
        client.send(piece);
    }
    client.read_until(&format!("{LARGE} octets"));
}

#[test]
fn large_answers_are_whole_from_memory_files_and_streams() {
    let folder = TempDir::new("tls");
    std::fs::write(folder.path().join("file"), pattern(LARGE)).unwrap();
    let memory = inline(|_, reply: Reply| {
        reply.send(Response::new(StatusCode::OK), pattern(LARGE));
    });
    let stream = |_: Request, reply: Reply| {
        let mut body = reply.stream(Response::new(StatusCode::OK), Some(LARGE as u64));
        for piece in pattern(LARGE).chunks(12_345) {
            body.write_all(piece).unwrap();
        }
        body.finish().unwrap();
    };
    let router = Router::new()
        .get("/memory", memory)
        .get("/stream", stream)
        .fallback(Files::new(folder.path()).unwrap());
    let server = start_tls(router, &usual());
    let mut client = Client::open(&server);
    for path in ["/memory", "/stream", "/file"] {
        client.ask(path, "\r\n\r\n");
        assert!(client.read(LARGE) == pattern(LARGE), "{path}");
    }
    // A part of a file begins where no record does.
    client.send(get("/file", "Range: bytes=70001-90000\r\n"));
    assert_eq!(status(&client.read_until("\r\n\r\n")), "206");
    assert!(client.read(20_000) == pattern(LARGE)[70_001..=90_000]);
}

#[test]
fn keys_change_in_the_middle_of_a_download() {
    let memory = inline(|_, reply: Reply| {
        reply.send(Response::new(StatusCode::OK), pattern(LARGE));
    });
    // Both by ourselves, after each 40 records, and because the client asks.
    let tls = tls_with(|config| config.limits.records = 40);
    let server = start_tls(Router::new().get("/", memory), &tls);
    let mut client = Client::open(&server);
    client.ask("/", "\r\n\r\n");
    let mut all = Vec::new();
    while all.len() < LARGE {
        let left = LARGE - all.len();
        all.extend(client.read(left.min(1 << 20)));
        client.tls.key_update(true).unwrap();
        client.flush();
    }
    assert!(all == pattern(LARGE));
    assert!(client.error.is_none(), "{:?}", client.error);
}

#[test]
fn an_answer_that_is_broken_off_has_no_good_end() {
    let broken = |_: Request, reply: Reply| {
        let mut body = reply.stream(Response::new(StatusCode::OK), Some(1000));
        body.write_all(b"a part").unwrap();
        body.flush().unwrap();
        drop(body);
    };
    let server = start_tls(Router::new().get("/", broken), &usual());
    let mut client = Client::open(&server);
    client.send(get("/", ""));
    let (answer, clean) = client.rest();
    assert!(!clean, "{answer}");
}

#[test]
fn an_answer_without_a_length_ends_with_close_notify() {
    let stream = |_: Request, reply: Reply| {
        let mut body = reply.stream(Response::new(StatusCode::OK), None);
        body.write_all(b"all of it").unwrap();
        body.finish().unwrap();
    };
    let server = start_tls(Router::new().get("/", stream), &usual());
    let mut client = Client::open(&server);
    client.send("GET / HTTP/1.0\r\n\r\n");
    let (answer, clean) = client.rest();
    assert!(answer.ends_with("all of it") && clean, "{answer}");
}

#[test]
fn who_has_said_close_notify_still_gets_the_answer() {
    let server = start_tls(hello(), &usual());
    let mut client = Client::open(&server);
    client.tls.send(get("/", "").as_bytes()).unwrap();
    client.tls.close().unwrap();
    let (answer, clean) = client.rest();
    assert!(answer.ends_with("hello") && clean, "{answer}");
}

#[test]
fn sockets_echo_and_hear_how_they_ended() {
    let (ended, ends) = mpsc::channel();
    struct Echo(mpsc::Sender<bool>);
    impl server::Endpoint for Echo {
        fn message(&mut self, socket: &mut Socket<'_>, message: Message) {
            socket.send(message).unwrap();
        }

        fn closed(&mut self, _: Option<server::CloseCode>, _: &str, clean: bool) {
            self.0.send(clean).unwrap();
        }
    }
    let socket = WebSocket::new(move |_| Ok(Box::new(Echo(ended.clone()))));
    let server = start_tls(Router::new().websocket("/", socket), &usual());
    let open = || {
        let mut client = Client::open(&server);
        // A page of ours, by the same scheme.
        let origin = "Origin: https://localhost\r\n";
        client.send(get("/", &format!("{}{origin}", common::socket::HANDSHAKE)));
        assert_eq!(status(&client.read_until("\r\n\r\n")), "101");
        client.send(b"\x81\x85\0\0\0\0hello");
        assert_eq!(client.read(7), b"\x81\x05hello");
        client
    };
    // Close, answered by Close, and close_notify.
    let mut client = open();
    client.send(b"\x88\x82\0\0\0\0\x03\xe8");
    assert_eq!(client.read(4), b"\x88\x02\x03\xe8");
    assert!(client.rest().1);
    assert!(ends.recv().unwrap());
    // The stream ends without close_notify: anybody may have cut it.
    let client = open();
    client.stream.shutdown(Shutdown::Both).unwrap();
    assert!(!ends.recv().unwrap());
}

#[test]
fn events_and_compression_are_the_same_as_without() {
    let events = inline(|_, reply: Reply| {
        let events = reply.events();
        events.send(&Event::data("one")).unwrap();
        events.send(&Event::data("two")).unwrap();
    });
    let text = inline(|_, reply: Reply| reply.text(StatusCode::OK, "again ".repeat(1000)));
    let router = Router::new().get("/events", events).get("/text", text);
    let server = start_tls(Compressed::new(router, Coding::default()), &usual());
    let mut client = Client::open(&server);
    assert!(client.ask("/events", "data: two\n\n").contains("data: one\n\n"));
    let mut client = Client::open(&server);
    client.send(get("/text", "Accept-Encoding: gzip\r\nConnection: close\r\n"));
    let (answer, clean) = client.rest();
    assert!(answer.contains("Content-Encoding: gzip") && clean && answer.len() < 1000, "{answer}");
}

#[test]
fn many_connections_are_served_by_three_loops() {
    let tls = usual();
    let server = start_tls_with(hello(), &tls, Limits::default(), 3);
    let barrier = Barrier::new(64);
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                let mut client = Client::open(&server);
                barrier.wait();
                for _ in 0..10 {
                    assert_eq!(status(&client.ask("/", "hello")), "200");
                }
                client.tls.close().unwrap();
                assert!(client.rest().1);
            });
        }
    });
    assert_eq!((tls.handshakes().full, tls.handshakes().failed), (64, 0));
    server.stop().unwrap();
}

#[test]
fn a_stop_lets_answers_end_and_says_goodbye_to_all() {
    let (asked, was_asked) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let (asked, may_go) = (std::sync::Mutex::new(asked), std::sync::Mutex::new(may_go));
    let slow = move |_: Request, reply: Reply| {
        asked.lock().unwrap().send(()).unwrap();
        may_go.lock().unwrap().recv().unwrap();
        reply.text(StatusCode::OK, "at last");
    };
    let router = hello().get("/slow", slow);
    let server = start_tls(router, &usual());
    let mut idle = Client::open(&server);
    idle.ask("/", "hello");
    let mut half = dial(&server);
    half.write_all(&[22, 3, 1, 0]).unwrap();
    let mut busy = Client::open(&server);
    busy.send(get("/slow", ""));
    was_asked.recv().unwrap();
    server.stopper().stop();
    assert_eq!(idle.rest(), (String::new(), true));
    go.send(()).unwrap();
    let (answer, clean) = busy.rest();
    assert!(answer.ends_with("at last") && clean, "{answer}");
    server.wait().unwrap();
}

#[test]
fn over_the_cap_there_is_a_503_that_can_be_read() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let server = start_tls_with(hello(), &usual(), limits, 1);
    let mut first = Client::open(&server);
    first.ask("/", "hello");
    let mut second = Client::open(&server);
    let (answer, clean) = second.rest();
    assert_eq!((status(&answer), clean), ("503", true));
}

#[test]
fn what_is_spoken_inside_must_be_agreed_on() {
    let server = start_tls(hello(), &usual());
    let mut config = client_config();
    config.alpn = vec![b"smtp".to_vec()];
    let mut client = Client::new(&server, config, "localhost");
    assert_eq!(client.alert(), Some(Alert::NO_APPLICATION_PROTOCOL));
    // Who does not say means HTTP/1.1.
    let mut config = client_config();
    config.alpn = Vec::new();
    assert!(Client::open_with(&server, config).ask("/", "hello").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_field_of_an_answer_may_be_anything_that_the_handler_says() {
    let secure = inline(|request: Request, reply: Reply| {
        let mut response = Response::new(StatusCode::OK);
        let value = if request.tls().is_some() { "max-age=60" } else { "none" };
        let name = HeaderName::new("Strict-Transport-Security").unwrap();
        response.headers.append(name, HeaderValue::new(value).unwrap());
        reply.send(response, "safe");
    });
    let server = start_tls(early(secure), &usual());
    assert!(Client::open(&server).ask("/", "safe").contains("max-age=60"));
}
