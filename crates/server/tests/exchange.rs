//! Requests and answers: handlers on the loop and on workers, contents both ways.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{ask, connect, content, field, get, read_until, rest, start, start_with, status};
use http::{HeaderMap, Response, StatusCode};
use server::{Limits, Piece, Reply, Request, Router, inline};
use std::{
    io::{Read, Write},
    sync::{Arc, Mutex, mpsc},
};

fn hello() -> Router {
    Router::new()
        .get("/", inline(|_, reply| reply.text(StatusCode::OK, "Hello, world!")))
        .get("/worker", |_: Request, reply: Reply| reply.text(StatusCode::OK, "from a thread"))
        .get(
            "/users/{name}",
            inline(|request: Request, reply| {
                let name = request.param("name").unwrap_or_default().to_string();
                reply.text(StatusCode::OK, name);
            }),
        )
        .post("/shout", |mut request: Request, reply: Reply| {
            let mut text = String::new();
            match request.body.read_to_string(&mut text) {
                Ok(_) => reply.text(StatusCode::OK, text.to_uppercase()),
                Err(_) => reply.status(StatusCode::BAD_REQUEST),
            }
        })
}

#[test]
fn one_request_gets_one_answer() {
    let server = start(hello());
    let answer = ask(&server, get("/", ""));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(content(&answer), "Hello, world!");
    assert_eq!(field(&answer, "Content-Length"), Some("13"));
    assert!(field(&answer, "Date").is_some_and(|date| date.ends_with(" GMT")));
    server.stop().unwrap();
}

#[test]
fn a_head_has_the_length_of_the_get_and_no_content() {
    let server = start(hello());
    let answer = ask(&server, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(status(&answer), "200");
    assert_eq!(field(&answer, "Content-Length"), Some("13"));
    assert_eq!(content(&answer), "");
}

#[test]
fn pipelined_requests_are_answered_in_order_from_loop_and_worker() {
    let server = start(hello());
    let requests: String =
        (0..50).map(|n| get(if n % 2 == 0 { "/" } else { "/worker" }, "")).collect();
    let answer = ask(&server, requests);
    let order: Vec<bool> = answer
        .split("HTTP/1.1 200 OK")
        .skip(1)
        .map(|answer| answer.contains("Hello, world!"))
        .collect();
    assert_eq!(order, (0..50).map(|n| n % 2 == 0).collect::<Vec<_>>());
}

#[test]
fn routes_know_names_methods_and_what_they_allow() {
    let server = start(hello());
    assert_eq!(content(&ask(&server, get("/users/%EA%B9%80?x=1", ""))), "김");
    assert_eq!(status(&ask(&server, get("/nowhere", ""))), "404");
    let refused = ask(&server, "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!((status(&refused), field(&refused, "Allow")), ("405", Some("GET, HEAD, OPTIONS")));
    let options = ask(&server, "OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!((status(&options), field(&options, "Allow")), ("204", Some("GET, HEAD, OPTIONS")));
    assert_eq!(status(&ask(&server, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")), "204");
    assert_eq!(status(&ask(&server, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n")), "501");
    assert_eq!(status(&ask(&server, "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n")), "405");
}

#[test]
fn several_methods_of_one_pattern_are_one_resource() {
    let router = Router::new()
        .get("/users/{id}", inline(|_, reply| reply.text(StatusCode::OK, "got")))
        .put("/users/{id}", inline(|_, reply| reply.text(StatusCode::OK, "put")));
    let server = start(router);
    assert_eq!(content(&ask(&server, get("/users/1", ""))), "got");
    let put = "PUT /users/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(content(&ask(&server, put)), "put");
    let refused = ask(&server, "DELETE /users/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(field(&refused, "Allow"), Some("GET, HEAD, PUT, OPTIONS"));
}

#[test]
fn a_route_is_the_same_however_its_path_is_escaped() {
    let router = Router::new()
        .get("/about/us", inline(|_, reply| reply.text(StatusCode::OK, "route")))
        .fallback(inline(|_, reply| reply.text(StatusCode::OK, "fallback")));
    let server = start(router);
    assert_eq!(content(&ask(&server, get("/about/us", ""))), "route");
    assert_eq!(content(&ask(&server, get("/%61bout/us", ""))), "route");
    assert_eq!(content(&ask(&server, get("/about%2Fus", ""))), "fallback", "one segment, not two");
}

#[test]
fn a_worker_reads_content_of_known_and_unknown_length() {
    let server = start(hello());
    let known = "POST /shout HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    assert_eq!(content(&ask(&server, known)), "HELLO");
    let chunked = "POST /shout HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
                   3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    assert_eq!(content(&ask(&server, chunked)), "HELLO");
}

#[test]
fn a_handler_on_the_loop_hears_each_piece() {
    let router = Router::new().post(
        "/count",
        inline(|request: Request, reply: Reply| {
            let (mut octets, mut reply) = (0, Some(reply));
            request.body.listen(move |piece| match piece {
                Piece::Octets(more) => octets += more.len(),
                Piece::End(trailers) => {
                    let trailers = trailers.map_or(0, HeaderMap::len);
                    if let Some(reply) = reply.take() {
                        reply.text(StatusCode::OK, format!("{octets} octets, {trailers} trailers"));
                    }
                }
                Piece::Failed(_) => drop(reply.take()),
            });
        }),
    );
    let server = start(router);
    let chunked = "POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
                   3\r\nhel\r\n2\r\nlo\r\n0\r\nX-Sum: 1\r\n\r\n";
    assert_eq!(content(&ask(&server, chunked)), "5 octets, 1 trailers");
}

#[test]
fn continue_is_sent_when_the_handler_reads_and_not_before() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let router = Router::new().put("/", move |mut request: Request, reply: Reply| {
        wait.lock().unwrap().recv().unwrap();
        let content = request.body.read_all(100).unwrap();
        reply.text(StatusCode::OK, format!("{}", content.len()));
    });
    let server = start(router);
    let mut stream = connect(&server);
    let head = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    go.send(()).unwrap();
    assert_eq!(read_until(&mut stream, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"four").unwrap();
    let answer = read_until(&mut stream, "\r\n\r\n4");
    assert_eq!(status(&answer), "200");
}

#[test]
fn a_stream_of_unknown_length_is_chunked_and_its_trailers_follow() {
    let router = Router::new().get("/", |_: Request, reply: Reply| {
        let mut writer = reply.stream(Response::new(StatusCode::OK), None);
        for part in ["one ", "two ", "three"] {
            writer.write_all(part.as_bytes()).unwrap();
            writer.flush().unwrap();
        }
        let mut trailers = HeaderMap::new();
        trailers.try_append("X-Parts", "3").unwrap();
        writer.finish_with(trailers).unwrap();
    });
    let server = start(router);
    let answer = ask(&server, get("/", "TE: trailers\r\n"));
    assert_eq!(field(&answer, "Transfer-Encoding"), Some("chunked"));
    assert!(answer.ends_with("0\r\nX-Parts: 3\r\n\r\n"), "{answer}");
    let old = ask(&server, "GET / HTTP/1.0\r\n\r\n");
    assert!(old.ends_with("\r\n\r\none two three"), "{old}");
}

#[test]
fn a_writer_that_is_dropped_is_seen_as_broken() {
    let router = Router::new().get("/", |_: Request, reply: Reply| {
        let mut writer = reply.stream(Response::new(StatusCode::OK), None);
        writer.write_all(b"half").unwrap();
        writer.flush().unwrap();
    });
    let server = start(router);
    let answer = ask(&server, get("/", ""));
    assert!(answer.contains("half") && !answer.ends_with("0\r\n\r\n"), "{answer}");
}

#[test]
fn content_that_would_end_with_the_connection_is_cut_by_a_reset() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let router = Router::new().get("/", move |_: Request, reply: Reply| {
        let mut writer = reply.stream(Response::new(StatusCode::OK), None);
        writer.write_all(b"half").unwrap();
        writer.flush().unwrap();
        wait.lock().unwrap().recv().unwrap();
    });
    let server = start(router);
    let mut stream = connect(&server);
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let _ = read_until(&mut stream, "half");
    go.send(()).unwrap();
    // An orderly close would say that half is all (RFC 9112 §8).
    let ended = stream.read(&mut [0]).map_err(|error| error.kind());
    assert_eq!(ended, Err(std::io::ErrorKind::ConnectionReset));
}

#[test]
fn a_handler_that_forgets_or_panics_is_a_500() {
    let router = Router::new()
        .get("/forgets", |_: Request, reply: Reply| drop(reply))
        .get("/panics", |_: Request, _: Reply| panic!("on purpose, in a test"))
        .get("/panics/inline", inline(|_, _| panic!("on purpose, in a test")));
    let server = start(router);
    for path in ["/forgets", "/panics", "/panics/inline"] {
        assert_eq!(status(&ask(&server, get(path, ""))), "500", "{path}");
    }
    assert_eq!(status(&ask(&server, get("/forgets", ""))), "500", "the server goes on");
}

#[test]
fn a_request_before_a_bad_one_is_answered() {
    let server = start(hello());
    let answer = ask(&server, format!("{}{}", get("/", ""), "GET / HTTP/9.9\r\n\r\n"));
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("HTTP/1.1 505 "), "{answer}");
    let (_, refusal) = answer.split_once("HTTP/1.1 505").unwrap();
    assert!(refusal.contains("\r\nDate: "), "{answer}");
}

#[test]
fn all_workers_busy_and_the_queue_full_is_a_503() {
    let limits = Limits { workers: 1, worker_queue: 1, ..Limits::default() };
    let (started, starts) = mpsc::channel::<()>();
    let gate = Arc::new((Mutex::new(false), std::sync::Condvar::new()));
    let shut = gate.clone();
    let router = Router::new().get("/", move |_: Request, reply: Reply| {
        started.send(()).unwrap();
        let open = shut.0.lock().unwrap();
        drop(shut.1.wait_while(open, |open| !*open).unwrap());
        reply.text(StatusCode::OK, "done");
    });
    let server = start_with(router, limits);
    let mut first = connect(&server);
    first.write_all(get("/", "Connection: close\r\n").as_bytes()).unwrap();
    starts.recv().unwrap();
    // The one worker is inside. Of two more requests, one finds the queue's one place, the other
    // does not.
    let mut others: Vec<_> = (0..2).map(|_| connect(&server)).collect();
    for stream in &mut others {
        stream.write_all(get("/", "Connection: close\r\n").as_bytes()).unwrap();
    }
    let mut peek = [0; 12];
    let refused = loop {
        let found = others.iter().position(|stream| {
            stream.set_nonblocking(true).unwrap();
            let is_here = stream.peek(&mut peek).is_ok_and(|count| count == 12);
            stream.set_nonblocking(false).unwrap();
            is_here
        });
        if let Some(found) = found {
            break found;
        }
        std::thread::yield_now();
    };
    let refused = rest(others.swap_remove(refused));
    assert_eq!((status(&refused), field(&refused, "Retry-After")), ("503", Some("1")));
    *gate.0.lock().unwrap() = true;
    gate.1.notify_all();
    assert_eq!(status(&rest(first)), "200");
    assert_eq!(status(&rest(others.remove(0))), "200");
}

#[test]
fn a_queue_of_no_places_still_has_its_workers() {
    let limits = Limits { workers: 2, worker_queue: 0, ..Limits::default() };
    let both = Arc::new(std::sync::Barrier::new(2));
    let router = Router::new().get("/", move |_: Request, reply: Reply| {
        // Opens only when two handlers run at once.
        both.wait();
        reply.text(StatusCode::OK, "done");
    });
    let server = start_with(router, limits);
    let mut streams: Vec<_> = (0..2).map(|_| connect(&server)).collect();
    for stream in &mut streams {
        stream.write_all(get("/", "Connection: close\r\n").as_bytes()).unwrap();
    }
    for stream in streams {
        assert_eq!(status(&rest(stream)), "200");
    }
}

#[test]
fn a_unix_domain_socket_serves_the_same_requests() {
    let folder = testkit::TempDir::new("unix");
    let path = folder.path().join("http.sock");
    let server = server::Server::new(hello()).listen_unix(&path).unwrap().start().unwrap();
    let mut stream = std::os::unix::net::UnixStream::connect(&path).unwrap();
    stream.write_all(get("/worker", "Connection: close\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(content(&answer), "from a thread");
    server.stop().unwrap();
}

#[test]
fn an_escaped_slash_makes_no_segment_of_what_a_star_stands_for() {
    let server = start(Router::new().get(
        "/files/*",
        inline(|request: Request, reply: Reply| {
            let rest = request.param("*").unwrap_or_default().to_string();
            reply.text(StatusCode::OK, rest);
        }),
    ));
    assert_eq!(content(&ask(&server, get("/files/a%20b/c", ""))), "a b/c");
    for path in ["/files/a%2Fb", "/files/..%2F..%2Fsecret"] {
        assert_eq!(status(&ask(&server, get(path, ""))), "404", "{path}");
    }
}
