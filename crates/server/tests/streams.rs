//! Answers that go on: written on the loop when there is room, events, and who reads them slowly.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{ask, connect, content, field, get, read_until, start, status};
use http::{Response, StatusCode};
use server::{Event, Events, Reply, Router, SendError, inline};
use std::{
    io::{self, Write},
    sync::{Arc, Mutex, mpsc},
};

fn fast() -> Router {
    Router::new().get("/fast", inline(|_, reply| reply.text(StatusCode::OK, "fast")))
}

const CHUNK: usize = 100_000;

/// `chunks` of them, written on the loop when there is room.
fn flood(chunks: usize, reply: Reply) {
    let (mut left, chunk) = (chunks, vec![b'x'; CHUNK]);
    let length = Some((chunks * CHUNK) as u64);
    reply.stream(Response::new(StatusCode::OK), length).on_room(move |writer| {
        while left > 0 {
            writer.write_all(&chunk)?;
            left -= 1;
        }
        Ok(())
    });
}

#[test]
fn a_handler_on_the_loop_writes_when_there_is_room() {
    let server = start(fast().get("/flood", inline(|_, reply| flood(500, reply))));
    let answer = ask(&server, get("/flood", ""));
    assert_eq!((status(&answer), content(&answer).len()), ("200", 500 * CHUNK));
    assert_eq!(content(&ask(&server, get("/fast", ""))), "fast");
}

#[test]
fn a_stalled_reader_of_a_flood_on_the_loop_delays_nobody() {
    let (say, told) = mpsc::channel();
    let say = Mutex::new(say);
    struct Dropped(mpsc::Sender<()>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    let server = start(fast().get(
        "/flood",
        inline(move |_, reply: Reply| {
            let dropped = Dropped(say.lock().unwrap().clone());
            reply.stream(Response::new(StatusCode::OK), None).on_room(move |writer| {
                let _ = &dropped;
                loop {
                    writer.write_all(&[b'x'; CHUNK])?;
                }
            });
        }),
    ));
    let mut stalled = connect(&server);
    stalled.write_all(get("/flood", "").as_bytes()).unwrap();
    read_until(&mut stalled, "\r\n\r\n");
    for _ in 0..100 {
        assert_eq!(content(&ask(&server, get("/fast", ""))), "fast");
    }
    assert!(told.try_recv().is_err(), "it waits for room");
    drop(stalled);
    told.recv().unwrap();
}

#[test]
fn a_writer_that_fails_or_panics_cuts_the_answer_off() {
    let fails = |fail: fn() -> io::Result<()>| {
        inline(move |_, reply: Reply| {
            reply.stream(Response::new(StatusCode::OK), Some(10)).on_room(move |writer| {
                writer.write_all(b"half")?;
                writer.flush()?;
                fail()
            });
        })
    };
    let router = fast()
        .get("/fails", fails(|| Err(io::Error::other("on purpose"))))
        .get("/panics", fails(|| panic!("on purpose, in a test")))
        .get("/short", fails(|| Ok(())));
    let server = start(router);
    for path in ["/fails", "/panics", "/short"] {
        let answer = ask_to_the_cut(&server, path);
        assert!(answer.is_none() || !answer.unwrap().contains("0123456789"));
        assert_eq!(content(&ask(&server, get("/fast", ""))), "fast");
    }
}

/// The answer, as far as a reset lets it be read.
fn ask_to_the_cut(server: &server::Running, path: &str) -> Option<String> {
    let mut stream = connect(server);
    stream.write_all(get(path, "").as_bytes()).unwrap();
    let mut answer = String::new();
    io::Read::read_to_string(&mut stream, &mut answer).is_ok().then_some(answer)
}

fn events() -> (Router, mpsc::Receiver<Events>) {
    let (hand, handed) = mpsc::channel();
    let hand = Mutex::new(hand);
    let open = inline(move |_, reply: Reply| hand.lock().unwrap().send(reply.events()).unwrap());
    (fast().get("/events", open), handed)
}

#[test]
fn events_are_told_from_any_thread_as_they_happen() {
    let (router, handed) = events();
    let server = start(router);
    let mut stream = connect(&server);
    stream.write_all(get("/events", "").as_bytes()).unwrap();
    let events = handed.recv().unwrap();
    let head = read_until(&mut stream, "\r\n\r\n");
    assert_eq!(field(&head, "Content-Type"), Some("text/event-stream"));
    for number in 0..10 {
        events.send(&Event { name: Some("tick"), ..Event::data(&number.to_string()) }).unwrap();
        let told = read_until(&mut stream, "\n\n");
        assert!(told.ends_with(&format!("event: tick\ndata: {number}\n\n")), "{told}");
    }
    events.keep_alive().unwrap();
    drop(events);
    let last = read_until(&mut stream, "0\r\n\r\n");
    assert!(last.contains(":\n\n"), "{last}");
}

#[test]
fn events_that_nobody_takes_are_refused_until_there_is_room() {
    let (router, handed) = events();
    let server = start(router);
    let mut stream = connect(&server);
    stream.write_all(get("/events", "").as_bytes()).unwrap();
    let events = Arc::new(handed.recv().unwrap());
    let (say, told) = mpsc::channel();
    events.on_room(move || {
        let _ = say.send(());
    });
    told.recv().unwrap();
    let text = "x".repeat(CHUNK);
    let mut sent = 0;
    while events.send(&Event::data(&text)).is_ok() {
        sent += 1;
        assert!(sent < 10_000, "a gigabyte is held for one who takes nothing");
    }
    assert_eq!(content(&ask(&server, get("/fast", ""))), "fast");
    // The peer reads; the loop tells that there is room.
    let reader = std::thread::spawn(move || read_until(&mut stream, "0\r\n\r\n"));
    while events.send(&Event::data("last")) == Err(SendError::Full) {
        told.recv().unwrap();
    }
    drop(events);
    assert!(reader.join().unwrap().contains("data: last\n\n"));
}

#[test]
fn whoever_tells_events_hears_that_the_page_was_closed() {
    let (router, handed) = events();
    let server = start(router);
    let mut stream = connect(&server);
    stream.write_all(get("/events", "").as_bytes()).unwrap();
    let events = handed.recv().unwrap();
    drop(stream);
    while !events.is_gone() {
        std::thread::yield_now();
    }
    assert_eq!(events.send(&Event::data("nobody")), Err(SendError::Gone));
}
