//! TLS in the core: octets in, octets out, and a clock that the test moves. Hostile peers, slow
//! ones, and what waits for them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{
    get, status,
    tls::{certificates, client_config},
};
use http::{Response, StatusCode};
use server::{
    AccessLog, Contexts, FilePart, Handler, Handshakes, Hub, Key, Limits, Moment, Peer, Record,
    Reply, Router, Service, Share, Tls, TlsFailure, Wake, Workers,
    core::{Link, Secure, State},
    inline,
};
use std::{
    fs::File,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};
use tls::{Alert, Error, record};
use wire::{Output, Scripted, UnixTime};
use x509::ServerName;

struct Asleep;

impl Wake for Asleep {
    fn wake(&self, _: Key) {}

    fn wake_group(&self, _: Arc<Share>) {}
}

/// The lines that were written.
#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl AccessLog for Lines {
    fn record(&self, record: &Record) {
        self.0.lock().unwrap().push(record.to_string());
    }

    fn tls_failed(&self, failure: &TlsFailure<'_>) {
        self.0.lock().unwrap().push(failure.to_string());
    }
}

/// A server's end, and the client that a test may use.
struct Bench {
    link: Link,
    tls: Arc<Tls>,
    client: record::Connection,
    lines: Arc<Lines>,
    start: Instant,
    wall: UnixTime,
    /// Octets that a driver's output holds.
    room: usize,
}

impl Bench {
    fn new(handler: impl Handler) -> Self {
        let limits = Arc::new(Limits::default());
        let (workers, contexts) = (Workers::new(1, 1), Contexts::default());
        let wake = Arc::new(Asleep);
        let hub = Arc::new(Hub { wake, workers, limits: limits.clone(), contexts });
        let lines = Arc::new(Lines::default());
        let log: Option<Arc<dyn AccessLog>> = Some(lines.clone());
        let trace = wire::trace::Trace::default();
        let service = Arc::new(Service {
            http2: true,
            alternative: std::sync::OnceLock::new(),
            handler: Arc::new(handler),
            limits,
            log,
            trace,
        });
        let (start, wall) = (Instant::now(), SystemTime::now().into());
        let tls = Tls::new(certificates());
        let moment = Moment::new(start, wall);
        let secure = Secure::new(tls.clone(), service, hub, Peer::Unix, 0, &moment);
        let name = ServerName::parse("localhost").unwrap();
        let now = tls::Moment { instant: start, time: wall };
        let (config, random) = (Arc::new(client_config()), Box::new(Scripted(7)));
        let client = record::Connection::client(config, name, random, now).unwrap();
        let link = Link::Tls(Box::new(secure));
        Self { link, tls, client, lines, start, wall, room: usize::MAX }
    }

    /// One whose handshake is done.
    fn open(handler: impl Handler) -> Self {
        let mut bench = Self::new(handler);
        for _ in 0..2 {
            bench.turn();
        }
        assert_eq!(bench.tls.handshakes().full, 1);
        bench
    }

    fn at(&self, seconds: u64) -> Moment {
        Moment::new(self.start + Duration::from_secs(seconds), self.wall)
    }

    fn receive(&mut self, octets: &[u8]) {
        let moment = self.at(0);
        self.link.receive(&mut octets.to_vec(), &moment);
    }

    /// What goes out now.
    fn sent(&mut self) -> Output {
        let (mut out, moment) = (Output::new(self.room), self.at(0));
        self.link.poll_transmit(&moment, &mut out);
        out
    }

    /// What the client has to say, and what it is answered: data and events.
    fn turn(&mut self) -> (Vec<u8>, Vec<record::Event>) {
        let mut out = Output::new(usize::MAX);
        self.client.poll_transmit(self.start, &mut out);
        self.receive(&out.take());
        let answer = self.sent().take();
        self.hear(&answer)
    }

    fn hear(&mut self, answer: &[u8]) -> (Vec<u8>, Vec<record::Event>) {
        self.client.receive(&mut answer.to_vec(), self.start);
        let (mut data, mut events) = (Vec::new(), Vec::new());
        while let Some(event) = self.client.poll_event() {
            match event {
                record::Event::Data { octets, .. } => data.extend(octets),
                event => events.push(event),
            }
        }
        (data, events)
    }

    fn ask(&mut self, path: &str) -> String {
        self.client.send(get(path, "").as_bytes()).unwrap();
        String::from_utf8_lossy(&self.turn().0).into_owned()
    }

    fn lines(&self) -> Vec<String> {
        self.lines.0.lock().unwrap().clone()
    }
}

fn hello() -> Router {
    Router::new().get("/", inline(|_, reply| reply.text(StatusCode::OK, "hello")))
}

fn failed(failed: u64) -> Handshakes {
    Handshakes { failed, ..Handshakes::default() }
}

#[test]
fn every_octet_by_itself_is_the_same() {
    let mut bench = Bench::new(hello());
    let mut answers = Vec::new();
    for round in 0..3 {
        if round == 2 {
            bench.client.send(get("/", "").as_bytes()).unwrap();
        }
        let mut out = Output::new(usize::MAX);
        bench.client.poll_transmit(bench.start, &mut out);
        for octet in out.take() {
            bench.receive(&[octet]);
            let answer = bench.sent().take();
            answers.extend(bench.hear(&answer).0);
        }
    }
    assert!(answers.ends_with(b"hello"), "{}", String::from_utf8_lossy(&answers));
}

#[test]
fn a_handshake_that_takes_too_long_is_over() {
    let mut bench = Bench::new(hello());
    let mut out = Output::new(usize::MAX);
    bench.client.poll_transmit(bench.start, &mut out);
    let hello = out.take();
    // An octet each second does not give more time.
    for (second, octet) in hello.iter().take(9).enumerate() {
        let moment = bench.at(second as u64);
        bench.link.receive(&mut [*octet], &moment);
    }
    let deadline = bench.start + Duration::from_secs(10);
    assert_eq!(bench.link.next_timeout(), Some(deadline));
    bench.link.handle_timeout(&bench.at(9));
    assert_eq!(bench.link.state(), State::Open);
    bench.link.handle_timeout(&bench.at(10));
    // The alert is told, in the clear, since there are no keys; then the stream ends.
    let alert = bench.sent().take();
    assert_eq!(alert[..5], [21, 3, 3, 0, 2]);
    assert_eq!((bench.link.state(), bench.tls.handshakes()), (State::Closing, failed(1)));
    let lines = bench.lines();
    assert!(lines.len() == 1 && lines[0].contains("TLS handshake: "), "{lines:?}");
    bench.link.handle_timeout(&bench.at(15));
    assert_eq!(bench.link.state(), State::Closed);
}

#[test]
fn garbage_gets_an_alert_and_what_follows_is_dropped() {
    for (octets, alert) in [
        (&b"\x16\x03\x01\x00\x00"[..], Alert::UNEXPECTED_MESSAGE),
        (b"\x16\x03\x01\xff\xff", Alert::RECORD_OVERFLOW),
        (b"\x17\x03\x03\x00\x05hello", Alert::UNEXPECTED_MESSAGE),
        (b"\x80\x2e\x01\x03\x01", Alert::UNEXPECTED_MESSAGE),
        (b"\x00\x00\x00\x00\x00", Alert::UNEXPECTED_MESSAGE),
        (b"lower case is no method", Alert::UNEXPECTED_MESSAGE),
    ] {
        let mut bench = Bench::new(hello());
        bench.receive(octets);
        let sent = bench.sent().take();
        assert_eq!(sent, [21, 3, 3, 0, 2, 2, alert.0], "{octets:?}");
        assert_eq!(bench.link.state(), State::Closing);
        // A socket that is closed over unread octets is reset, and the reset overtakes the alert.
        assert!(bench.link.wants_receive());
        bench.receive(&[7; 1000]);
        assert!(bench.sent().is_empty());
        let moment = bench.at(1);
        bench.link.receive_end(&moment);
        assert_eq!((bench.link.state(), bench.tls.handshakes()), (State::Closed, failed(1)));
        assert_eq!(bench.lines().len(), 1);
    }
}

#[test]
fn who_leaves_during_the_handshake_is_counted_once() {
    let mut bench = Bench::new(hello());
    bench.receive(b"\x16\x03\x01");
    let moment = bench.at(1);
    bench.link.receive_end(&moment);
    assert_eq!(bench.link.state(), State::Closed);
    bench.link.disconnect(&moment);
    assert_eq!(bench.tls.handshakes(), failed(1));
}

#[test]
fn cleartext_is_told_where_it_is() {
    for request in [get("/", "").as_str(), "H", "POST / HTTP/1.0\r\n\r\n"] {
        let mut bench = Bench::new(hello());
        bench.receive(request.as_bytes());
        let answer = String::from_utf8(bench.sent().take()).unwrap();
        assert_eq!(status(&answer), "400", "{answer}");
        assert!(answer.ends_with("this port speaks TLS; ask for https://\n"), "{answer}");
        assert_eq!((bench.link.state(), bench.tls.handshakes()), (State::Closing, failed(1)));
    }
}

#[test]
fn a_rule_broken_behind_the_handshake_ends_it_too() {
    let mut bench = Bench::open(hello());
    assert!(bench.ask("/").ends_with("hello"));
    bench.receive(b"\x17\x03\x03\x00\x20this was sealed by somebody else");
    let alert = bench.sent().take();
    let (_, events) = bench.hear(&alert);
    let bad_mac = Alert::BAD_RECORD_MAC;
    let told = |event: &record::Event| match event {
        record::Event::Violation(Error::PeerAlert { alert }) => *alert == bad_mac,
        _ => false,
    };
    assert!(events.iter().any(told), "{events:?}");
    let lines = bench.lines();
    assert!(lines[1].contains("TLS connection: "), "{lines:?}");
    assert_eq!(bench.tls.handshakes().failed, 0);
}

/// However large the answer and however slow the peer: one load of cleartext and one of records.
#[test]
fn what_waits_for_a_slow_peer_is_bounded() {
    const LARGE: u64 = 1 << 30;
    let folder = testkit::TempDir::new("core-tls");
    let path = folder.path().join("large");
    File::create(&path).unwrap().set_len(LARGE).unwrap();
    let file = inline(move |_, reply: Reply| {
        let file = Arc::new(File::open(&path).unwrap());
        reply.send(Response::new(StatusCode::OK), FilePart { file, offset: 0, length: LARGE });
    });
    let memory = inline(|_, reply: Reply| {
        reply.send(Response::new(StatusCode::OK), vec![0; 8 << 20]);
    });
    for (handler, turns) in
        [(Router::new().get("/", file), 100), (Router::new().get("/", memory), 20)]
    {
        let mut bench = Bench::open(handler);
        bench.room = 256 << 10;
        let record = record::MAX_CONTENT + record::Protection::OVERHEAD;
        bench.client.send(get("/", "").as_bytes()).unwrap();
        let mut out = Output::new(usize::MAX);
        bench.client.poll_transmit(bench.start, &mut out);
        bench.receive(&out.take());
        for _ in 0..turns {
            let mut out = bench.sent();
            let waits = usize::try_from(out.len()).unwrap();
            assert!(waits >= bench.room && waits < bench.room + 4 * record, "{waits}");
            // Full is full: nothing is sealed for an output that has no room.
            let moment = bench.at(0);
            bench.link.poll_transmit(&moment, &mut out);
            assert_eq!(out.len(), waits as u64);
        }
    }
}

#[test]
fn a_file_that_shrinks_has_no_good_end() {
    let folder = testkit::TempDir::new("core-tls");
    let path = folder.path().join("file");
    std::fs::write(&path, [7; 100]).unwrap();
    let file = inline(move |_, reply: Reply| {
        let file = Arc::new(File::open(&path).unwrap());
        reply.send(Response::new(StatusCode::OK), FilePart { file, offset: 0, length: 100_000 });
    });
    let mut bench = Bench::open(Router::new().get("/", file));
    let answer = bench.ask("/");
    assert!(answer.contains("Content-Length: 100000"), "{answer}");
    assert_eq!(bench.link.state(), State::Closed);
    let moment = bench.at(0);
    bench.link.disconnect(&moment);
    assert!(bench.sent().is_empty(), "no close_notify");
}

#[test]
fn idle_connections_say_goodbye() {
    let mut bench = Bench::open(hello());
    bench.ask("/");
    let idle = Limits::default().http1.idle_timeout;
    bench.link.sent(&bench.at(1));
    let due = bench.link.next_timeout().unwrap();
    assert_eq!(due, bench.start + idle + Duration::from_secs(1));
    let moment = Moment::new(due, bench.wall);
    bench.link.handle_timeout(&moment);
    let answer = bench.sent().take();
    let (_, events) = bench.hear(&answer);
    assert!(matches!(events[..], [record::Event::Closed { clean: true }]), "{events:?}");
    assert_eq!(bench.link.state(), State::Closed);
}
