//! The core's HTTP/2: octets in, octets out, and a clock that the test moves.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::h2::{self, Carrier, Client, get};
use http::{Method, StatusCode};
use http2::{ErrorCode, Outgoing};
use server::{
    Contexts, Handler, Hub, Key, Limits, Moment, Peer, Reply, Request, Router, Service, Share,
    Wake, Workers,
    core::{Connection, State},
    inline,
};
use std::{
    cell::Cell,
    rc::Rc,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use wire::{Output, UnixTime};

struct Asleep;

impl Wake for Asleep {
    fn wake(&self, _: Key) {}

    fn wake_group(&self, _: Arc<Share>) {}
}

/// The server's core at the other end of a wire without length.
struct Bench {
    connection: Connection,
    start: Instant,
    seconds: Rc<Cell<u64>>,
}

impl Bench {
    fn moment(&self) -> Moment {
        Moment::new(self.now(), UnixTime(784_111_777))
    }

    /// The time has come to `seconds`.
    fn reach(&mut self, seconds: u64) {
        self.seconds.set(seconds);
        let moment = self.moment();
        while self.connection.next_timeout().is_some_and(|due| due <= moment.now) {
            self.connection.handle_timeout(&moment);
        }
    }
}

impl Carrier for Bench {
    fn send(&mut self, octets: &[u8]) {
        let moment = self.moment();
        self.connection.receive(&mut octets.to_vec(), &moment);
        while self.connection.has_more() {
            self.connection.process(&moment);
        }
    }

    fn receive(&mut self) -> Vec<u8> {
        let mut out = Output::new(usize::MAX);
        let moment = self.moment();
        self.connection.poll_transmit(&moment, &mut out);
        self.connection.process(&moment);
        out.take()
    }

    fn now(&self) -> Instant {
        self.start + Duration::from_secs(self.seconds.get())
    }
}

fn bench(handler: impl Handler, change: impl FnOnce(&mut Limits)) -> Client<Bench> {
    let mut limits = Limits::default();
    change(&mut limits);
    let limits = Arc::new(limits);
    let (workers, contexts) = (Workers::new(1, 1), Contexts::default());
    let hub = Hub { wake: Arc::new(Asleep), workers, limits: limits.clone(), contexts };
    let (handler, trace) = (Arc::new(handler), wire::trace::Trace::default());
    let service = Arc::new(Service {
        http2: true,
        alternative: std::sync::OnceLock::new(),
        handler,
        limits,
        log: None,
        trace,
    });
    let start = Instant::now();
    let moment = Moment::new(start, UnixTime(0));
    let connection = Connection::new(service, Arc::new(hub), Peer::Unix, 7, &moment);
    Client::new(Bench { connection, start, seconds: Rc::default() }, false)
}

fn hello() -> Router {
    Router::new().get("/", inline(|_, reply: Reply| reply.text(StatusCode::OK, "hello")))
}

/// Handlers that answer when the test says so.
type Held = Arc<Mutex<Vec<Reply>>>;

fn held() -> (Router, Held) {
    let held = Held::default();
    let keep = held.clone();
    let later = inline(move |_: Request, reply| keep.lock().unwrap().push(reply));
    (hello().get("/later", later), held)
}

#[test]
fn the_preface_may_come_octet_by_octet() {
    let mut client = bench(hello(), |_| ());
    client.http2.send_request(&get("/"), Outgoing::None).unwrap();
    let mut out = Output::new(usize::MAX);
    client.http2.poll_transmit(client.carrier.now(), &mut out);
    for octet in out.take() {
        client.carrier.send(&[octet]);
    }
    client.until(|client| client.answers.values().any(|answer| answer.ended));
}

#[test]
fn answers_come_in_the_order_in_which_they_are_ready() {
    let (router, held) = held();
    let mut client = bench(router, |_| ());
    let first = client.ask(&get("/later"));
    assert_eq!(client.fetch("/").text(), "hello");
    held.lock().unwrap().pop().unwrap().text(StatusCode::OK, "late");
    let moment = client.carrier.moment();
    client.carrier.connection.touch(first.value().into(), &moment);
    assert_eq!(client.answer(first).text(), "late");
}

#[test]
fn more_streams_than_may_be_are_refused_and_may_be_asked_again() {
    let (router, _held) = held();
    let mut client = bench(router, |limits| limits.http2.streams = 3);
    // The client does not know yet how many there may be.
    let streams: Vec<_> = (0..5)
        .map(|_| client.http2.send_request(&get("/later"), Outgoing::None).unwrap())
        .collect();
    client.until(|client| client.answers.get(&streams[4]).is_some_and(|last| last.reset.is_some()));
    let resets: Vec<_> = streams
        .iter()
        .map(|stream| client.answers.get(stream).and_then(|answer| answer.reset))
        .collect();
    let refused = Some(ErrorCode::REFUSED_STREAM);
    assert_eq!(resets, [None, None, None, refused, refused]);
}

#[test]
fn a_head_that_is_too_large_is_answered_431() {
    let mut client = bench(hello(), |_| ());
    let mut request = get("/");
    request.headers.try_append("x-large", &"x".repeat(20_000)).unwrap();
    let stream = client.ask(&request);
    assert_eq!(client.answer(stream).status(), 431);
    assert_eq!(client.fetch("/").status(), 200, "the connection goes on");
}

#[test]
fn a_connection_without_a_stream_ends_after_a_while() {
    let mut client = bench(hello(), |limits| limits.http2.idle_timeout = Duration::from_secs(60));
    assert_eq!(client.fetch("/").status(), 200);
    client.carrier.reach(59);
    assert_eq!(client.carrier.connection.state(), State::Open);
    client.carrier.reach(61);
    client.until(|client| !client.goaways.is_empty());
    client.carrier.reach(63);
    assert_ne!(client.carrier.connection.state(), State::Open);
    client.carrier.reach(70);
    assert_eq!(client.carrier.connection.state(), State::Closed);
}

#[test]
fn a_connection_that_never_asks_ends_too() {
    let mut client = bench(hello(), |_| ());
    client.until(|client| client.http2.is_introduced());
    client.carrier.reach(61);
    client.carrier.reach(63);
    assert_ne!(client.carrier.connection.state(), State::Open);
}

#[test]
fn a_preface_that_stays_away_is_not_waited_for() {
    let mut client = bench(hello(), |_| ());
    client.carrier.send(b"PRI * HTTP/2.0\r\n\r\n");
    client.carrier.reach(31);
    assert_ne!(client.carrier.connection.state(), State::Open);
}

#[test]
fn a_rapid_reset_ends_the_connection() {
    let (router, held) = held();
    let mut client = bench(router, |_| ());
    client.until(|client| client.http2.is_introduced());
    for _ in 0..5000 {
        let Ok(stream) = client.http2.send_request(&get("/later"), Outgoing::None) else { break };
        client.http2.reset(stream, ErrorCode::CANCEL);
    }
    client.flush();
    client.until(|client| !client.goaways.is_empty());
    assert_eq!(client.goaways[0].1, ErrorCode::ENHANCE_YOUR_CALM);
    assert!(held.lock().unwrap().len() < 2000);
    assert!(held.lock().unwrap().iter().all(Reply::is_cancelled));
}

#[test]
fn handlers_hear_that_the_connection_is_gone() {
    let (router, held) = held();
    let mut client = bench(router, |_| ());
    client.ask(&get("/later"));
    client.ask(&h2::request(Method::Get, "/later"));
    assert_eq!(held.lock().unwrap().len(), 2);
    let moment = client.carrier.moment();
    client.carrier.connection.disconnect(&moment);
    assert!(held.lock().unwrap().iter().all(Reply::is_cancelled));
}

#[test]
fn an_answer_that_nobody_takes_is_given_up() {
    let router = Router::new()
        .get("/large", inline(|_, reply: Reply| reply.text(StatusCode::OK, "x".repeat(2 << 20))));
    let mut client = bench(router, |_| ());
    client.takes = false;
    let stream = client.ask(&get("/large"));
    client.until(|client| client.answers[&stream].octets >= 262_144);
    client.carrier.reach(62);
    client.until(|client| client.answers[&stream].reset.is_some());
}
