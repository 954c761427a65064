//! HTTP/2 over real sockets: the same handlers, many at once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{
    h2::{self, Client, get},
    start, tls,
};
use http::{HeaderMap, HeaderName, Method, Response, StatusCode, Version};
use http2::{ErrorCode, Outgoing};
use server::{Files, Limits, Reply, Request, Router, Server, inline};
use std::{
    io::{Read, Write},
    sync::{Arc, Barrier, Mutex, mpsc},
};

fn hello() -> Router {
    Router::new()
        .get("/", inline(|_, reply| reply.text(StatusCode::OK, "Hello, world!")))
        .get("/worker", |_: Request, reply: Reply| reply.text(StatusCode::OK, "from a thread"))
        .get(
            "/about",
            inline(|request: Request, reply| {
                let host = request.headers.get(HeaderName::HOST).map(|host| host.to_string());
                let cookie = request.headers.get_only(HeaderName::COOKIE);
                let cookie = cookie.map(|cookie| cookie.to_string());
                let text = format!("{} {host:?} {cookie:?}", request.version);
                reply.text(StatusCode::OK, text);
            }),
        )
        .post("/shout", |mut request: Request, reply: Reply| {
            let mut text = String::new();
            match request.body.read_to_string(&mut text) {
                Ok(_) => reply.text(StatusCode::OK, text.to_uppercase()),
                Err(_) => reply.status(StatusCode::BAD_REQUEST),
            }
        })
        .get("/lost", inline(|_, reply: Reply| drop(reply)))
        .get("/cut", |_: Request, reply: Reply| {
            let mut writer = reply.stream(Response::new(StatusCode::OK), None);
            writer.write_all(b"half").unwrap();
            writer.flush().unwrap();
        })
        .get("/trailers", |_: Request, reply: Reply| {
            let mut writer = reply.stream(Response::new(StatusCode::OK), None);
            writer.write_all(b"content").unwrap();
            let mut trailers = HeaderMap::new();
            trailers.try_append("x-sum", "7").unwrap();
            writer.finish_with(trailers).unwrap();
        })
}

#[test]
fn s3_3_prior_knowledge_on_the_port_of_http1() {
    let server = start(hello());
    let mut client = h2::connect(&server);
    let answer = client.fetch("/");
    assert_eq!((answer.status(), answer.text()), (200, "Hello, world!"));
    assert_eq!(answer.field(HeaderName::CONTENT_LENGTH).as_deref(), Some("13"));
    assert!(answer.field(HeaderName::DATE).is_some());
    assert_eq!(client.fetch("/worker").text(), "from a thread");
    // HTTP/1 is spoken beside it.
    assert!(common::ask(&server, common::get("/", "")).starts_with("HTTP/1.1 200 OK\r\n"));
    server.stop().unwrap();
}

#[test]
fn s3_2_alpn_chooses_it_over_tls() {
    let tls = tls::tls_with(|_| {});
    let server = tls::start_tls(hello(), &tls);
    let mut client = h2::connect_tls(&server);
    assert_eq!(client.fetch("/").text(), "Hello, world!");
    assert_eq!(client.fetch("/worker").text(), "from a thread");
    // Who does not offer it gets HTTP/1.1.
    let mut old = tls::Client::open(&server);
    assert!(old.ask("/", "Hello, world!").starts_with("HTTP/1.1 200 OK\r\n"));
}

#[test]
fn a_server_that_does_not_want_it_speaks_http1_alone() {
    let tls = tls::tls_with(|_| {});
    let server = Server::new(hello()).http2(false);
    let server = server.listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let server = server.listen_tls("127.0.0.1:0".parse().unwrap(), &tls).unwrap().start().unwrap();
    let mut config = tls::client_config();
    config.alpn = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let client = tls::Client::open_with(&server, config);
    assert_eq!(client.summary.unwrap().alpn.as_deref(), Some(&b"http/1.1"[..]));
    let answer = common::ask(&server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
}

#[test]
fn s8_3_1_authority_is_host_and_cookies_are_one() {
    let server = start(hello());
    let mut client = h2::connect(&server);
    let mut request = get("/about");
    request.headers.try_append("cookie", "a=1").unwrap();
    request.headers.try_append("cookie", "b=2").unwrap();
    let stream = client.ask(&request);
    assert_eq!(client.answer(stream).text(), "HTTP/2 Some(\"localhost\") Some(\"a=1; b=2\")");
}

#[test]
fn a_hundred_requests_at_once_are_answered_from_loop_and_workers() {
    let server = start(hello());
    let mut client = h2::connect(&server);
    // The server says how many it takes.
    client.until(|client| client.http2.is_introduced());
    let streams: Vec<_> =
        (0..100).map(|n| client.ask(&get(if n % 2 == 0 { "/" } else { "/worker" }))).collect();
    for (n, stream) in streams.into_iter().enumerate() {
        let wanted = if n % 2 == 0 { "Hello, world!" } else { "from a thread" };
        assert_eq!(client.answer(stream).text(), wanted);
    }
}

#[test]
fn a_slow_handler_delays_no_other_stream() {
    let (open, gate) = mpsc::channel();
    let gate = Mutex::new(gate);
    let router = hello().get("/slow", move |_: Request, reply: Reply| {
        gate.lock().unwrap().recv().unwrap();
        reply.text(StatusCode::OK, "slow");
    });
    let server = start(router);
    let mut client = h2::connect(&server);
    let slow = client.ask(&get("/slow"));
    for _ in 0..20 {
        assert_eq!(client.fetch("/").text(), "Hello, world!");
        assert_eq!(client.fetch("/worker").text(), "from a thread");
    }
    assert!(client.answers[&slow].head.is_none());
    open.send(()).unwrap();
    assert_eq!(client.answer(slow).text(), "slow");
}

#[test]
fn handlers_that_do_not_read_hold_up_no_other_upload() {
    let (open, gate) = mpsc::channel::<()>();
    let gate = Arc::new(Mutex::new(gate));
    let router = hello().post("/stuck", move |mut request: Request, reply: Reply| {
        let _ = gate.lock().unwrap().recv();
        let length = request.body.read_all(usize::MAX).map_or(0, |content| content.len());
        reply.text(StatusCode::OK, length.to_string());
    });
    let server = start(router);
    let mut client = h2::connect(&server);
    client.until(|client| client.http2.is_introduced());
    let post = h2::request(Method::Post, "/stuck");
    // Each more than its stream's window takes.
    let stuck: Vec<_> = (0..30).map(|_| client.begin(&post)).collect();
    for stream in &stuck {
        client.http2.send_vec(*stream, vec![b'x'; 300_000]).unwrap();
        client.http2.send_end(*stream, None).unwrap();
    }
    let shout = client.begin(&h2::request(Method::Post, "/shout"));
    client.http2.send_vec(shout, vec![b'y'; 1 << 20]).unwrap();
    client.http2.send_end(shout, None).unwrap();
    assert_eq!(client.answer(shout).data.len(), 1 << 20);
    drop(open);
    for stream in stuck {
        assert_eq!(client.answer(stream).text(), "300000");
    }
}

#[test]
fn a_large_upload_is_read_as_it_comes_and_a_large_answer_written_as_it_is_taken() {
    const LENGTH: usize = 24 << 20;
    let router = Router::new()
        .post("/count", |mut request: Request, reply: Reply| {
            let (mut total, mut buffer) = (0, vec![0; 10_000]);
            while let Ok(count @ 1..) = request.body.read(&mut buffer) {
                total += count;
            }
            reply.text(StatusCode::OK, total.to_string());
        })
        .get("/much", |_: Request, reply: Reply| {
            let mut writer = reply.stream(Response::new(StatusCode::OK), Some(LENGTH as u64));
            for _ in 0..LENGTH / 65_536 {
                writer.write_all(&[b'z'; 65_536]).unwrap();
            }
            writer.finish().unwrap();
        });
    let server = start(router);
    let mut client = h2::connect(&server);
    client.keeps = false;
    let down = client.ask(&get("/much"));
    let up = client.begin(&h2::request(Method::Post, "/count"));
    let mut sent = 0;
    while sent < LENGTH {
        if client.http2.output_room(up) == 0 {
            client.pump();
            continue;
        }
        client.http2.send_vec(up, vec![b'x'; 65_536]).unwrap();
        sent += 65_536;
        client.flush();
    }
    client.http2.send_end(up, None).unwrap();
    client.keeps = true;
    assert_eq!(client.answer(up).text(), LENGTH.to_string());
    assert_eq!(client.answer(down).octets, LENGTH);
}

#[test]
fn a_peer_that_takes_nothing_of_one_answer_gets_the_others() {
    let (reports, report) = mpsc::channel();
    let router = hello().get("/endless", move |_: Request, reply: Reply| {
        let mut writer = reply.stream(Response::new(StatusCode::OK), None);
        let mut written = 0_u64;
        while writer.write_all(&[0; 16_384]).is_ok() {
            written += 16_384;
        }
        reports.send(written).unwrap();
    });
    let server = start(router);
    let mut client = h2::connect(&server);
    client.takes = false;
    let endless = client.ask(&get("/endless"));
    // Its window is full when as much has come.
    client.until(|client| client.answers[&endless].octets >= 262_144);
    client.takes = true;
    assert_eq!(client.fetch("/").text(), "Hello, world!");
    client.http2.reset(endless, ErrorCode::CANCEL);
    client.flush();
    // The handler hears that nobody wants more, and has not made much more than was taken.
    assert!(report.recv().unwrap() < 2 << 20);
    assert_eq!(client.fetch("/").text(), "Hello, world!");
}

#[test]
fn files_go_out_in_pieces_between_other_answers() {
    let folder = std::env::temp_dir().join(format!("wirebook-h2-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    std::fs::write(folder.join("large.bin"), &content).unwrap();
    let router = Router::new().fallback(Files::new(&folder).unwrap());
    let server = start(router);
    let mut client = h2::connect(&server);
    let streams: Vec<_> = (0..4).map(|_| client.ask(&get("/large.bin"))).collect();
    let mut ranged = get("/large.bin");
    ranged.headers.try_append("range", "bytes=1000-1999").unwrap();
    let part = client.ask(&ranged);
    let part = client.answer(part);
    assert_eq!((part.status(), &part.data[..]), (206, &content[1000..2000]));
    for stream in streams {
        let answer = client.answer(stream);
        assert!(answer.data == content);
    }
    let head = client.ask(&h2::request(Method::Head, "/large.bin"));
    let head = client.answer(head);
    assert_eq!((head.reset, &client.goaways), (None, &vec![]));
    assert_eq!(head.field(HeaderName::CONTENT_LENGTH).as_deref(), Some("3000000"));
    assert!(head.data.is_empty());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_answer_that_is_lost_is_a_500_and_one_that_breaks_off_is_a_reset() {
    let server = start(hello());
    let mut client = h2::connect(&server);
    assert_eq!(client.fetch("/lost").status(), 500);
    let cut = client.fetch("/cut");
    assert_eq!((cut.ended, cut.reset), (false, Some(ErrorCode::INTERNAL_ERROR)));
    assert_eq!(client.fetch("/").status(), 200, "the connection goes on");
}

#[test]
fn trailers_stand_behind_the_content() {
    let server = start(hello());
    let mut client = h2::connect(&server);
    let answer = client.fetch("/trailers");
    assert_eq!(answer.text(), "content");
    let sum = HeaderName::new("x-sum").unwrap();
    assert_eq!(answer.trailers.unwrap().get(sum).unwrap(), "7");
}

#[test]
fn s8_1_an_answer_before_the_end_of_the_request_is_whole() {
    let server = start(hello().post(
        "/no",
        inline(|_, reply: Reply| {
            reply.text(StatusCode::CONTENT_TOO_LARGE, "no");
        }),
    ));
    let mut client = h2::connect(&server);
    let stream = client.begin(&h2::request(Method::Post, "/no"));
    client.until(|client| client.answers[&stream].reset.is_some());
    let answer = client.answer(stream);
    assert_eq!((answer.status(), answer.text(), answer.ended), (413, "no", true));
    assert_eq!(answer.reset, Some(ErrorCode::NO_ERROR));
    assert_eq!(client.fetch("/").status(), 200);
}

#[test]
fn a_reset_is_told_to_the_handler() {
    let (reports, report) = mpsc::channel();
    let server = start(Router::new().post("/", move |mut request: Request, _: Reply| {
        let mut content = Vec::new();
        reports.send(request.body.read_to_end(&mut content).is_err()).unwrap();
    }));
    let mut client = h2::connect(&server);
    let stream = client.begin(&h2::request(Method::Post, "/"));
    client.http2.send_data(stream, b"begun").unwrap();
    client.flush();
    client.http2.reset(stream, ErrorCode::CANCEL);
    client.flush();
    assert!(report.recv().unwrap());
}

#[test]
fn rfc9110_s10_1_1_who_waits_for_100_gets_it_when_the_handler_reads() {
    let server = start(hello());
    let mut client = h2::connect(&server);
    let mut post = h2::request(Method::Post, "/shout");
    post.headers.try_append("expect", "100-continue").unwrap();
    let stream = client.begin(&post);
    client.until(|client| !client.answers[&stream].informational.is_empty());
    client.http2.send_data(stream, b"content").unwrap();
    client.http2.send_end(stream, None).unwrap();
    assert_eq!(client.answer(stream).text(), "CONTENT");
}

#[test]
fn s6_8_a_stop_finishes_what_is_under_way() {
    let (here, there) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (begun, go) = (here.clone(), there.clone());
    let server = start(hello().get("/slow", move |_: Request, reply: Reply| {
        begun.wait();
        go.wait();
        reply.text(StatusCode::OK, "slow");
    }));
    let mut client = h2::connect(&server);
    let slow = client.ask(&get("/slow"));
    here.wait();
    let stopper = server.stopper();
    stopper.stop();
    client.until(|client| client.goaways.iter().any(|(last, _)| last.value() < 0x7fff_ffff));
    assert_eq!(client.goaways[0].0.value(), 0x7fff_ffff, "the first says only that it will come");
    there.wait();
    assert_eq!(client.answer(slow).text(), "slow");
    while client.pump() {}
    drop(client);
    server.wait().unwrap();
}

#[test]
fn rfc7540_s3_2_an_upgrade_from_http1_goes_on_in_http2() {
    let server = start(hello());
    let mut stream = common::connect(&server);
    let fields =
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
    stream.write_all(common::get("/", fields).as_bytes()).unwrap();
    let head = common::read_until(&mut stream, "\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{head}");
    let options = http2::ClientOptions::new(http::message::Scheme::Http);
    let now = std::time::Instant::now();
    let (http2, first) =
        http2::Connection::client_upgraded(&http2::Limits::default(), options, &get("/"), now);
    let mut client = Client::new(stream, false);
    client.http2 = http2;
    let answer = client.answer(first);
    assert_eq!((answer.status(), answer.text()), (200, "Hello, world!"));
    assert_eq!(client.fetch("/worker").text(), "from a thread");
}

#[test]
fn rfc7540_s3_2_1_an_upgrade_said_wrongly_is_not_heard() {
    let server = start(hello());
    for fields in [
        "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2\r\nHTTP2-Settings: AAMAAABk\r\n",
    ] {
        let answer = common::ask(&server, common::get("/", fields));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{fields} {answer}");
    }
}

#[test]
fn one_connection_too_many_is_told_so() {
    let tls = tls::tls_with(|_| {});
    let limits = Limits { connections: 1, ..Limits::default() };
    let server = tls::start_tls_with(hello(), &tls, limits, 1);
    let mut first = h2::connect_tls(&server);
    assert_eq!(first.fetch("/").status(), 200);
    let mut second = h2::connect_tls(&server);
    assert_eq!(second.fetch("/").status(), 503);
    while second.pump() {}
    assert_eq!(first.fetch("/").status(), 200);
}

#[test]
fn the_log_names_the_version() {
    #[derive(Default)]
    struct Lines(Mutex<Vec<String>>);
    impl server::AccessLog for Lines {
        fn record(&self, record: &server::Record) {
            assert_eq!(record.version, Version::Http2);
            let line = format!("{} {} {}", record.method, record.status, record.octets);
            self.0.lock().unwrap().push(line);
        }
    }
    let lines = Arc::new(Lines::default());
    let server = Server::new(hello()).access_log(lines.clone());
    let server = server.listen("127.0.0.1:0".parse().unwrap()).unwrap().start().unwrap();
    let mut client = h2::connect(&server);
    for path in ["/", "/nowhere", "/lost", "/cut"] {
        client.fetch(path);
    }
    let stream = client.ask(&h2::request(Method::Head, "/"));
    client.answer(stream);
    drop(client);
    server.stop().unwrap();
    let lines = lines.0.lock().unwrap().clone();
    assert_eq!(lines, ["GET 200 13", "GET 404 14", "GET 500 26", "GET 200 4", "HEAD 200 0"]);
}

#[test]
fn a_connect_that_nobody_takes_is_refused() {
    let server = start(hello());
    let mut client = h2::connect(&server);
    let mut request = h2::request(Method::Connect, "/");
    request.target = http::Target::Authority("example.com:443".into());
    let stream = client.http2.send_request(&request, Outgoing::Unknown).unwrap();
    let answer = client.answer(stream);
    assert!(answer.status() >= 400);
    assert_eq!(client.fetch("/").status(), 200);
}
