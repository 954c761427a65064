//! Whoever is slow costs themselves: shown by latches, not by the clock.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{ask, connect, content, field, get, read_until, rest, start, start_with, status};
use http::{Response, StatusCode};
use server::{Limits, Reply, Request, Router, inline};
use std::{
    io::{Read, Write},
    sync::{Arc, Barrier, Mutex, mpsc},
    time::Duration,
};

fn fast() -> Router {
    Router::new().get("/fast", inline(|_, reply| reply.text(StatusCode::OK, "fast")))
}

#[test]
fn a_slow_handler_delays_no_other_connection() {
    let gate = Arc::new(Barrier::new(2));
    let closed = gate.clone();
    let server = start(fast().get("/slow", move |_: Request, reply: Reply| {
        closed.wait();
        reply.text(StatusCode::OK, "slow");
    }));
    let mut slow = connect(&server);
    slow.write_all(get("/slow", "Connection: close\r\n").as_bytes()).unwrap();
    // The handler cannot end before the barrier, and that opens only after a hundred fast answers.
    for _ in 0..100 {
        assert_eq!(content(&ask(&server, get("/fast", ""))), "fast");
    }
    gate.wait();
    assert_eq!(content(&rest(slow)), "slow");
}

#[test]
fn a_stalled_reader_delays_nobody_and_the_handler_waits_for_it() {
    let (reports, report) = mpsc::channel();
    let server = start(fast().get("/flood", move |_: Request, reply: Reply| {
        let mut writer = reply.stream(Response::new(StatusCode::OK), None);
        let (mut written, chunk) = (0u64, vec![b'x'; 64 * 1024]);
        // More than all buffers between the two ends together: it must wait, then be cut off.
        while written < 1 << 30 && writer.write_all(&chunk).is_ok() {
            written += chunk.len() as u64;
        }
        reports.send(written).unwrap();
    }));
    let mut stalled = connect(&server);
    stalled.write_all(get("/flood", "").as_bytes()).unwrap();
    let _ = read_until(&mut stalled, "\r\n\r\n");
    for _ in 0..100 {
        assert_eq!(content(&ask(&server, get("/fast", ""))), "fast");
    }
    drop(stalled);
    let written = report.recv().unwrap();
    assert!(written < 64 << 20, "{written} octets were held for a reader who took none");
}

#[test]
fn a_slow_loris_delays_nobody_and_gets_a_408() {
    let mut limits = Limits::default();
    limits.http1.head_timeout = Duration::from_millis(200);
    let server = start_with(fast(), limits);
    let mut loris = connect(&server);
    loris.write_all(b"GET /fast HTTP/1.1\r\nHost: a\r\nX-").unwrap();
    for _ in 0..100 {
        assert_eq!(content(&ask(&server, get("/fast", ""))), "fast");
    }
    assert_eq!(status(&rest(loris)), "408");
}

#[test]
fn an_upload_that_nobody_reads_is_held_back() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let server = start(fast().put("/slow", move |mut request: Request, reply: Reply| {
        wait.lock().unwrap().recv().unwrap();
        let mut octets = 0;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match request.body.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => octets += count,
                Err(_) => return,
            }
        }
        reply.text(StatusCode::OK, octets.to_string());
    }));
    const LENGTH: usize = 64 << 20;
    let mut upload = connect(&server);
    let head = format!("PUT /slow HTTP/1.1\r\nHost: a\r\nContent-Length: {LENGTH}\r\n\r\n");
    upload.write_all(head.as_bytes()).unwrap();
    // Fill every buffer on the way until nothing more is taken.
    let chunk = vec![b'x'; 64 * 1024];
    upload.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
    let mut sent = 0;
    while sent < LENGTH {
        match upload.write(chunk.get(..chunk.len().min(LENGTH - sent)).unwrap()) {
            Ok(count) => sent += count,
            Err(_) => break,
        }
    }
    assert!(sent < LENGTH, "the server took all of it, and nobody reads");
    assert_eq!(content(&ask(&server, get("/fast", ""))), "fast");
    go.send(()).unwrap();
    upload.set_write_timeout(None).unwrap();
    while sent < LENGTH {
        sent += upload.write(chunk.get(..chunk.len().min(LENGTH - sent)).unwrap()).unwrap();
    }
    let answer = read_until(&mut upload, &LENGTH.to_string());
    // The head's own length of content comes first.
    assert_eq!(status(&answer), "200");
}

#[test]
fn over_the_cap_a_connection_gets_a_503_and_a_place_is_free_again() {
    let limits = Limits { connections: 2, ..Limits::default() };
    let server = start_with(fast(), limits);
    let mut held: Vec<_> = (0..2).map(|_| connect(&server)).collect();
    for stream in &mut held {
        stream.write_all(get("/fast", "").as_bytes()).unwrap();
        let _ = read_until(stream, "\r\n\r\nfast");
    }
    let refused = rest(connect(&server));
    assert_eq!((status(&refused), field(&refused, "Connection")), ("503", Some("close")));
    drop(held);
    while server.connections() > 0 {
        std::thread::yield_now();
    }
    assert_eq!(content(&ask(&server, get("/fast", ""))), "fast");
}

#[test]
fn a_stop_finishes_what_is_under_way_and_takes_no_more() {
    let gate = Arc::new(Barrier::new(2));
    let (closed, (started, starts)) = (gate.clone(), mpsc::channel());
    let server = start(fast().get("/slow", move |_: Request, reply: Reply| {
        started.send(()).unwrap();
        closed.wait();
        reply.text(StatusCode::OK, "slow");
    }));
    let idle = connect(&server);
    let mut slow = connect(&server);
    slow.write_all(get("/slow", "").as_bytes()).unwrap();
    starts.recv().unwrap();
    server.stopper().stop();
    assert_eq!(rest(idle), "", "an idle connection is closed at once");
    gate.wait();
    let answer = rest(slow);
    assert_eq!((content(&answer), field(&answer, "Connection")), ("slow", Some("close")));
    server.wait().unwrap();
    assert!(std::net::TcpStream::connect(server.addresses()[0]).is_err());
}

#[test]
fn limits_of_nothing_and_for_ever_still_serve() {
    let mut limits = Limits {
        content_buffer: 0,
        reply_buffer: 0,
        output_buffer: 0,
        stalled_write: Duration::MAX,
        grace: Duration::MAX,
        ..Limits::default()
    };
    limits.http1.output = 0;
    limits.http1.tail = 0;
    let server = start_with(
        fast().put("/echo", |mut request: Request, reply: Reply| {
            let mut writer = reply.stream(Response::new(StatusCode::OK), None);
            std::io::copy(&mut request.body, &mut writer).unwrap();
            writer.finish().unwrap();
        }),
        limits,
    );
    assert_eq!(content(&ask(&server, get("/fast", ""))), "fast");
    let mut echo = connect(&server);
    let length = 1 << 20;
    let head = format!("PUT /echo HTTP/1.0\r\nContent-Length: {length}\r\n\r\n");
    echo.write_all(head.as_bytes()).unwrap();
    let mut sending = echo.try_clone().unwrap();
    let sender = std::thread::spawn(move || sending.write_all(&vec![b'x'; length]).unwrap());
    assert_eq!(content(&rest(echo)).len(), length);
    sender.join().unwrap();
    server.stop().unwrap();
}

#[test]
fn a_stop_waits_no_longer_than_its_grace() {
    let limits = Limits { grace: Duration::from_millis(100), ..Limits::default() };
    let (started, starts) = mpsc::channel();
    let (hold, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    let server = start_with(
        fast().get("/never", move |_: Request, reply: Reply| {
            started.send(()).unwrap();
            let _ = held.lock().unwrap().recv();
            drop(reply);
        }),
        limits,
    );
    let mut stuck = connect(&server);
    stuck.write_all(get("/never", "").as_bytes()).unwrap();
    starts.recv().unwrap();
    server.stop().unwrap();
    assert_eq!(rest(stuck), "");
    drop(hold);
}

#[test]
fn a_reader_as_fast_as_the_loop_delays_nobody() {
    // More than the machine moves while the test runs, from a file that takes no disk.
    let folder = testkit::TempDir::new("endless");
    let file = std::fs::File::create(folder.path().join("large")).unwrap();
    file.set_len(1 << 40).unwrap();
    let files = server::Files::new(folder.path()).unwrap();
    let server = start(fast().fallback(files));
    let (stop, stopped) = mpsc::channel::<()>();
    let mut greedy = connect(&server);
    let reader = std::thread::spawn(move || {
        greedy.write_all(get("/large", "").as_bytes()).unwrap();
        let mut buffer = vec![0; 1 << 20];
        let mut octets = 0u64;
        while stopped.try_recv().is_err() {
            octets += greedy.read(&mut buffer).unwrap() as u64;
        }
        octets
    });
    for _ in 0..100 {
        assert_eq!(content(&ask(&server, get("/fast", ""))), "fast");
    }
    stop.send(()).unwrap();
    assert!(reader.join().unwrap() > 0);
}

#[test]
fn a_client_that_sends_much_before_it_reads_gets_the_answer_that_refuses_it() {
    let mut limits = Limits::default();
    limits.http1.content = 1024;
    let server = start_with(fast(), limits);
    let mut client = connect(&server);
    let head = "PUT /fast HTTP/1.1\r\nHost: a\r\nContent-Length: 8388608\r\n\r\n";
    client.write_all(head.as_bytes()).unwrap();
    // Whether all of it is taken does not matter; that the answer can be read behind it does.
    let _ = client.write_all(&vec![b'x'; 8 << 20]);
    assert_eq!(status(&rest(client)), "413");
}
