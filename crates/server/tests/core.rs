//! The core alone: octets in, octets out, handlers in between, and a clock that the test moves.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use http::{Response, StatusCode};
use server::{
    AccessLog, Contexts, Handler, Hub, Key, Limits, Moment, Peer, Piece, Record, Reply, Request,
    Router, Service, Share, Wake, Workers, core::Connection, inline,
};
use std::{
    io::{Read, Write},
    sync::{Arc, Mutex, mpsc},
    time::Instant,
};
use wire::{Output, UnixTime};

/// A loop that nobody has to wake: the test looks by itself.
struct Asleep;

impl Wake for Asleep {
    fn wake(&self, _: Key) {}

    fn wake_group(&self, _: Arc<Share>) {}
}

fn moment() -> Moment {
    Moment::new(Instant::now(), UnixTime(784_111_777))
}

fn connection(
    handler: impl Handler,
    limits: Limits,
    log: Option<Arc<dyn AccessLog>>,
) -> Connection {
    let limits = Arc::new(limits);
    let workers = Workers::new(limits.workers, limits.worker_queue);
    let hub = Arc::new(Hub {
        wake: Arc::new(Asleep),
        workers,
        limits: limits.clone(),
        contexts: Contexts::default(),
    });
    let (handler, trace) = (Arc::new(handler), wire::trace::Trace::default());
    let service = Arc::new(Service {
        http2: true,
        alternative: std::sync::OnceLock::new(),
        handler,
        limits,
        log,
        trace,
    });
    Connection::new(service, hub, Peer::Unix, 0, &moment())
}

/// What goes out now.
fn sent(connection: &mut Connection) -> String {
    let mut out = Output::new(usize::MAX);
    connection.poll_transmit(&moment(), &mut out);
    String::from_utf8(out.take()).unwrap()
}

#[test]
fn a_pipeline_whose_answers_nobody_takes_is_not_answered_further() {
    const ANSWER: usize = 32 * 1024;
    let limits = Limits::default();
    let bound = limits.http1.output as usize + 2 * ANSWER;
    let page = inline(|_, reply: Reply| reply.text(StatusCode::OK, "x".repeat(ANSWER)));
    let mut connection = connection(page, limits, None);
    let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let asked = 1000;
    connection.receive(&mut request.repeat(asked), &moment());
    let mut answers = 0;
    for _ in 0..asked {
        let mut out = Output::new(usize::MAX);
        connection.poll_transmit(&moment(), &mut out);
        assert!(out.len() <= bound as u64, "{} octets wait for a peer who takes none", out.len());
        answers += String::from_utf8(out.take()).unwrap().matches("HTTP/1.1 200").count();
        // The peer took them: there is room again.
        connection.process(&moment());
    }
    assert_eq!(answers, asked, "what was accepted is answered when there is room");
    assert!(connection.wants_receive());
}

#[test]
fn a_listener_that_panics_costs_its_request_a_500() {
    let router = Router::new().post(
        "/",
        inline(|request: Request, reply: Reply| {
            request.body.listen(move |piece| match piece {
                Piece::Octets(_) => panic!("on purpose, in a test"),
                _ => drop(reply.is_cancelled()),
            });
        }),
    );
    let mut connection = connection(router, Limits::default(), None);
    let post = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nfour";
    connection.receive(&mut post.to_vec(), &moment());
    assert!(sent(&mut connection).starts_with("HTTP/1.1 500 "));
}

struct Clumsy;

impl AccessLog for Clumsy {
    fn record(&self, _: &Record) {
        panic!("on purpose, in a test");
    }
}

#[test]
fn a_log_that_panics_costs_no_answer() {
    let hello = inline(|_, reply: Reply| reply.text(StatusCode::OK, "hello"));
    let mut connection = connection(hello, Limits::default(), Some(Arc::new(Clumsy)));
    connection.receive(&mut b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2), &moment());
    assert_eq!(sent(&mut connection).matches("HTTP/1.1 200").count(), 2);
}

/// Keeps the codes and the octets.
#[derive(Default)]
struct Notes(Mutex<Vec<(u16, u64)>>);

impl AccessLog for Notes {
    fn record(&self, record: &Record) {
        self.0.lock().unwrap().push((record.status.as_u16(), record.octets));
    }
}

#[test]
fn each_request_that_a_handler_saw_is_in_the_log_however_it_ended() {
    let held = Arc::new(Mutex::new(Vec::new()));
    let keep = held.clone();
    let router = Router::new()
        .get("/", inline(|_, reply: Reply| reply.text(StatusCode::OK, "hello")))
        .get("/late", inline(move |_, reply| keep.lock().unwrap().push(reply)))
        .get(
            "/cut",
            inline(|_, reply: Reply| {
                let mut writer = reply.stream(Response::new(StatusCode::OK), None);
                writer.write_all(b"half").unwrap();
                writer.flush().unwrap();
            }),
        )
        .post(
            "/",
            inline(|request: Request, reply: Reply| {
                request.body.listen(move |_| assert!(!reply.is_cancelled()));
            }),
        );
    let router = Arc::new(router) as Arc<dyn Handler>;
    let notes = Arc::new(Notes::default());
    for request in [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
        "HEAD /cut HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /cut HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
        "GET /late HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        let log: Arc<dyn AccessLog> = notes.clone();
        let mut connection = connection(router.clone(), Limits::default(), Some(log));
        connection.receive(&mut request.as_bytes().to_vec(), &moment());
        connection.disconnect(&moment());
    }
    let notes = notes.0.lock().unwrap().clone();
    assert_eq!(notes, [(200, 5), (200, 0), (200, 0), (200, 4), (400, 0), (499, 0)]);
}

#[test]
fn a_handler_that_waits_hears_that_its_connection_was_dropped() {
    let (reports, report) = mpsc::channel();
    let handler = move |mut request: Request, _: Reply| {
        let mut content = Vec::new();
        reports.send(request.body.read_to_end(&mut content).is_err()).unwrap();
    };
    let mut connection = connection(handler, Limits::default(), None);
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n";
    connection.receive(&mut head.to_vec(), &moment());
    drop(connection);
    assert!(report.recv().unwrap(), "the content never ended, and the handler was told so");
}
