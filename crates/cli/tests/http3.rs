//! HTTP/3 by our own hands, both ends: messages of every kind, and how a version is chosen.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use client::{
    Http3Options, Session, SessionBuilder,
    core::{alternatives::Alternatives, pool::PoolLimits},
    tls,
};
use common::program;
use http::{Method, Response, StatusCode, Version};
use server::{
    Certificates, Reply, Request, Router, Running, Server, Tls, early, identity::Identity, inline,
};
use std::{
    fs,
    io::Read,
    net::UdpSocket,
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};
use testkit::TempDir;

/// How often `/style` was answered, pushed or asked for.
static STYLES: AtomicUsize = AtomicUsize::new(0);

/// Says back what it is told; `/seen` says how the request came.
fn router() -> Router {
    Router::new()
        .post("/echo", |mut request: Request, reply: Reply| {
            let mut content = Vec::new();
            match request.body.read_to_end(&mut content) {
                Ok(_) => reply.send(Response::new(StatusCode::OK), content),
                Err(_) => reply.status(StatusCode::BAD_REQUEST),
            }
        })
        .get(
            "/seen",
            early(inline(|request: Request, reply: Reply| {
                let text = format!("{} {}", request.version, request.early);
                reply.text(StatusCode::OK, text);
            })),
        )
        .get(
            "/page",
            inline(|request: Request, reply: Reply| {
                reply.push(request.promise("/style"));
                reply.text(StatusCode::OK, "page".to_owned());
            }),
        )
        .get(
            "/style",
            inline(|_: Request, reply: Reply| {
                let times = STYLES.fetch_add(1, Ordering::SeqCst);
                reply.text(StatusCode::OK, format!("style {times}"));
            }),
        )
        .get(
            "/late",
            inline(|request: Request, reply: Reply| {
                reply.text(StatusCode::OK, format!("{} {}", request.version, request.early));
            }),
        )
}

fn serve(http3: bool) -> Running {
    let identity = Identity::generate(SystemTime::now().into()).unwrap();
    let mut config = Tls::config_for(Certificates::of([identity]).unwrap());
    config.early_data = 16_384;
    let server = Server::new(router()).http3(http3);
    server.listen_tls("127.0.0.1:0".parse().unwrap(), &Tls::with(config)).unwrap().start().unwrap()
}

#[test]
fn rfc9000_s9_6_nobody_is_told_to_move_to_where_nobody_listens() {
    let start = |listen: &str, preferred: &str| {
        let identity = Identity::generate(SystemTime::now().into()).unwrap();
        let tls = Tls::with(Tls::config_for(Certificates::of([identity]).unwrap()));
        let server = Server::new(router()).http3_preferred_address(preferred.parse().unwrap());
        server.listen_tls(listen.parse().unwrap(), &tls).unwrap().start()
    };
    for (listen, preferred) in [
        ("127.0.0.1:0", "127.0.0.2:0"),
        ("0.0.0.0:0", "[::1]:0"),
        ("127.0.0.1:0", "127.0.0.1:1"),
        ("0.0.0.0:0", "127.0.0.2:1"),
    ] {
        let error = start(listen, preferred).err().unwrap();
        let told = format!("clients cannot move to {preferred}: no listener with TLS covers it");
        assert_eq!(error.to_string(), told, "{listen}");
    }
    let server = start("0.0.0.0:0", "127.0.0.2:0").unwrap();
    let port = server.tls_addresses()[0].port();
    let url = format!("https://127.0.0.1:{port}/seen");
    let session = alone().build();
    assert!(session.get(&url).unwrap().send().unwrap().status.is_success());
    thread::sleep(Duration::from_millis(100));
    // By the other address, of which it was told.
    assert!(session.get(&url).unwrap().send().unwrap().status.is_success());
    server.stop().unwrap();
}

fn url(server: &Running, path: &str) -> String {
    format!("https://{}{path}", server.tls_addresses()[0])
}

fn session() -> SessionBuilder {
    let trust = tls::Trust::Anybody;
    Session::builder().tls(tls::Options { trust, ..tls::Options::default() })
}

/// A session that speaks HTTP/3 and nothing else.
fn alone() -> SessionBuilder {
    session().version(Version::Http3).prior_knowledge(true)
}

fn seen(session: &Session, server: &Running) -> String {
    session.get(&url(server, "/seen")).unwrap().send().unwrap().text().unwrap()
}

#[test]
fn content_goes_both_ways_whole_whatever_its_length() {
    let (server, session) = (serve(true), alone().build());
    for length in [0, 1, 16_383, 16_384, 65_537, 3_000_000] {
        let content: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let request = session.request(Method::Post, &url(&server, "/echo")).unwrap();
        let response = request.body(content.clone()).send().unwrap();
        assert_eq!((response.version, response.status), (Version::Http3, StatusCode::OK));
        assert!(response.bytes(u64::MAX).unwrap() == content, "{length} octets");
    }
    let response = session.get(&url(&server, "/none")).unwrap().send().unwrap();
    assert_eq!(response.status, StatusCode::NOT_FOUND);
    let response = session.request(Method::Head, &url(&server, "/seen")).unwrap().send().unwrap();
    assert_eq!(response.status, StatusCode::OK);
    server.stop().unwrap();
}

#[test]
fn an_answer_that_nobody_reads_holds_up_no_other() {
    let (server, content) = (serve(true), vec![7; 12_000_000]);
    for session in [alone().build(), session().build()] {
        let echo = || {
            let request = session.post(&url(&server, "/echo")).unwrap();
            request.body(content.clone()).send().unwrap()
        };
        // Their windows have grown by what was read, and then nobody reads on.
        let mut held = Vec::new();
        for _ in 0..3 {
            let mut one = echo();
            one.read_exact(&mut vec![0; 2_000_000]).unwrap();
            assert!(one.version >= Version::Http2);
            assert_eq!(seen(&session, &server), format!("{} false", one.version));
            held.push(one);
        }
        for mut one in held {
            let mut rest = Vec::new();
            one.read_to_end(&mut rest).unwrap();
            assert_eq!(rest.len(), 10_000_000);
        }
    }
    server.stop().unwrap();
}

#[test]
fn what_was_pushed_is_used_by_the_next_get_and_once() {
    let server = serve(true);
    let get = |session: &Session, path| {
        session.get(&url(&server, path)).unwrap().send().unwrap().text().unwrap()
    };
    let options = Http3Options { push: true, ..Http3Options::default() };
    let taking = alone().http3(options).build();
    assert_eq!(get(&taking, "/page"), "page");
    assert_eq!(get(&taking, "/style"), "style 0");
    assert_eq!(STYLES.load(Ordering::SeqCst), 1, "the second was here already, or on its way");
    assert_eq!(get(&taking, "/style"), "style 1");
    // Who has not asked for pushes gets none.
    let plain = alone().build();
    assert_eq!(get(&plain, "/page"), "page");
    assert_eq!(get(&plain, "/style"), "style 2");
    server.stop().unwrap();
}

#[test]
fn thirty_two_threads_share_one_connection() {
    let (server, session) = (serve(true), alone().build());
    let start = Arc::new(Barrier::new(32));
    let threads: Vec<_> = (0..32_u8)
        .map(|thread| {
            let (session, start, url) = (session.clone(), start.clone(), url(&server, "/echo"));
            thread::spawn(move || {
                start.wait();
                for turn in 0..10_u8 {
                    let content = vec![thread ^ turn; 5000];
                    let request = session.request(Method::Post, &url).unwrap();
                    let response = request.body(content.clone()).send().unwrap();
                    assert!(response.bytes(u64::MAX).unwrap() == content);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    server.stop().unwrap();
}

#[test]
fn rfc7838_a_session_that_listens_goes_where_it_is_told() {
    let server = serve(true);
    let deaf = session().build();
    assert_eq!(seen(&deaf, &server), "HTTP/2 false");
    assert_eq!(seen(&deaf, &server), "HTTP/2 false");
    let listening = session().alternatives(Alternatives::default()).build();
    assert_eq!(seen(&listening, &server), "HTTP/2 false", "nobody has said anything yet");
    assert_eq!(seen(&listening, &server), "HTTP/3 false");
    let known = listening.alternatives(|known| known.write()).unwrap();
    assert!(known.contains("h3 127.0.0.1"), "{known}");
    server.stop().unwrap();
}

#[test]
fn a_port_that_swallows_datagrams_costs_little_once_and_is_remembered() {
    let server = serve(false);
    let address = server.tls_addresses()[0];
    let swallows = UdpSocket::bind(address).unwrap();
    let line =
        format!("h2 127.0.0.1 {0} h3 127.0.0.1 {0} \"20991231 00:00:00\" 0 0\n", address.port());
    let now = SystemTime::now().into();
    let mut known = Alternatives::read(&line, now);
    for (turn, most) in [(1, 1500), (2, 1000)] {
        let session = session().alternatives(known).build();
        let begun = Instant::now();
        assert_eq!(seen(&session, &server), "HTTP/2 false");
        assert!(
            begun.elapsed() < Duration::from_millis(most),
            "turn {turn}: {:?}",
            begun.elapsed()
        );
        known = session.alternatives(|known| known.clone()).unwrap();
        assert!(known.write().contains("# broken: 127.0.0.1"), "{}", known.write());
    }
    // A datagram came each time: it is tried all the same.
    let mut datagram = [0; 2048];
    swallows.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert!(swallows.recv(&mut datagram).unwrap() >= 1200);
    drop(swallows);
    server.stop().unwrap();
    // Where it answers again, it is found again.
    let server = serve(true);
    let port = server.tls_addresses()[0].port();
    let udp = server.http3_addresses()[0].port();
    let line = format!(
        "h2 127.0.0.1 {port} h3 127.0.0.1 {udp} \"20991231 00:00:00\" 0 0\n# broken: 127.0.0.1 {port}\n"
    );
    let session = session().alternatives(Alternatives::read(&line, now)).build();
    assert_eq!(seen(&session, &server), "HTTP/3 false");
    assert!(!session.alternatives(|known| known.write()).unwrap().contains("broken"));
    server.stop().unwrap();
}

#[test]
fn silence_is_remembered_where_nobody_named_the_place_too() {
    let server = serve(false);
    let _swallows = UdpSocket::bind(server.tls_addresses()[0]).unwrap();
    // What lies idle is closed at once, so that each request is a race.
    let pool = PoolLimits { idle_time: Duration::ZERO, ..PoolLimits::default() };
    let session = session().version(Version::Http3).pool(pool).build();
    let took = || {
        thread::sleep(Duration::from_millis(50));
        let begun = Instant::now();
        assert_eq!(seen(&session, &server), "HTTP/2 false");
        begun.elapsed()
    };
    let head_start = Http3Options::default().head_start;
    assert!(took() >= head_start);
    // A busy machine may be slow by itself, but not always.
    assert!((0..20).any(|_| took() < head_start), "it waits as long as at first");
    server.stop().unwrap();
}

#[test]
fn rfc8470_a_request_goes_early_and_comes_again_where_that_was_too_early() {
    let server = serve(true);
    let trust = tls::Trust::Anybody;
    let options = tls::Options { trust, early_data: true, ..tls::Options::default() };
    let pool = PoolLimits { idle_time: Duration::from_millis(50), ..PoolLimits::default() };
    let session = alone().tls(options).pool(pool).build();
    assert_eq!(seen(&session, &server), "HTTP/3 false", "there is no ticket yet");
    let rest = || thread::sleep(Duration::from_millis(300));
    // What lies idle is closed a little later; the next connection begins with the request.
    let early = (0..20).any(|_| {
        rest();
        seen(&session, &server) == "HTTP/3 true"
    });
    assert!(early, "no request went early");
    rest();
    // This route is not for early requests: 425, and then behind the handshake.
    let late = session.get(&url(&server, "/late")).unwrap().send().unwrap().text().unwrap();
    assert_eq!(late, "HTTP/3 false");
    server.stop().unwrap();
}

#[test]
fn the_program_speaks_it_where_it_is_told_to() {
    let folder = TempDir::new("http3");
    fs::write(folder.path().join("hello.txt"), "hello\n").unwrap();
    let serving = common::serving::Serving::start(
        {
            let mut command = program();
            command.env("XDG_DATA_HOME", folder.path().join("data"));
            command
        },
        folder.path(),
        &["--https", "127.0.0.1:0"],
    );
    let get = |flags: &[&str]| {
        let mut command = program();
        command.args(["get", "-k", "-w", "%{http_version}"]).args(flags);
        common::Ended::from(command.arg(serving.at("hello.txt")).output().unwrap())
    };
    assert_eq!(get(&["--http3-only"]).out, "hello\n3");
    assert_eq!(get(&["--http2"]).out, "hello\n2");
    let file = folder.path().join("places");
    let file = file.to_str().unwrap();
    assert_eq!(get(&["--alt-svc", file]).out, "hello\n2");
    assert_eq!(get(&["--alt-svc", file]).out, "hello\n3");
    let head = get(&["--http3-only", "-I"]);
    assert!(head.out.starts_with("HTTP/3 200 \r\n"), "{}", head.out);
    let told = get(&["--http3-only", "-vv"]);
    for word in ["SETTINGS frame", "control stream", "HEADERS frame", "handshake complete"] {
        assert!(told.err.contains(word), "{word}: {}", told.err);
    }
}
