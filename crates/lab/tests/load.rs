//! The load generator against our own server, and against peers that follow a script.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use http::{Method, Request, StatusCode, Target};
use lab::load::{self, Ask, Datagrams, Failure, Load, Plan, Report, Secure, Tally};
use server::{Certificates, Router, Running, Server, Tls, identity::Identity, inline};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, SystemTime},
};
use x509::{Roots, ServerName, Verifier};

fn ask(method: Method, path: &str, content: Option<&[u8]>) -> Ask {
    let mut request = Request::new(method, Target::Origin(path.into()));
    request.headers.try_append("Host", "localhost").unwrap();
    Ask { request, content: content.map(Into::into) }
}

fn plan(address: SocketAddr, requests: u64) -> Plan {
    Plan {
        address,
        secure: None,
        http2: false,
        http3: None,
        ask: ask(Method::Get, "/", None),
        requests: Some(requests),
        connections: 1,
        depth: 1,
        threads: 1,
        duration: None,
        patience: Duration::from_secs(10),
    }
}

fn router() -> Router {
    Router::new().get("/", inline(|_, reply| reply.text(StatusCode::OK, "thirteen here"))).post(
        "/echo",
        |mut request: server::Request, reply: server::Reply| {
            let octets = request.body.read_all(1 << 20).unwrap();
            reply.text(StatusCode::CREATED, String::from_utf8(octets).unwrap());
        },
    )
}

fn serving() -> (Running, SocketAddr) {
    let running = Server::new(router()).listen(([127, 0, 0, 1], 0).into()).unwrap();
    let running = running.start().unwrap();
    let address = running.addresses()[0];
    (running, address)
}

/// A peer that does this with each connection, numbered from 0.
fn peer(script: impl Fn(usize, TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            script(number, stream.unwrap());
        }
    });
    address
}

/// Reads heads until `count` of them have come, or the stream ends; how many came.
fn heads(stream: &mut TcpStream, count: usize) -> usize {
    let (mut seen, mut octet, mut last) = (0, [0], Vec::new());
    while seen < count && stream.read(&mut octet).is_ok_and(|length| length > 0) {
        last.push(octet[0]);
        if last.ends_with(b"\r\n\r\n") {
            (seen, last) = (seen + 1, Vec::new());
        }
    }
    seen
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

#[test]
fn every_request_is_answered_in_either_version_however_many_at_once() {
    let (_running, address) = serving();
    for http2 in [false, true] {
        for (connections, depth, threads) in [(1, 1, 1), (3, 7, 2), (10, 50, 1), (5, 1, 9)] {
            let plan = Plan { http2, connections, depth, threads, ..plan(address, 500) };
            let Report { tally, .. } = load::run(&plan).unwrap();
            assert_eq!((tally.answers(), tally.failed()), (500, 0), "{tally:?}");
            assert_eq!(tally.statuses.iter().collect::<Vec<_>>(), [(&200, &500)]);
            assert_eq!(tally.content, 500 * 13);
            assert_eq!(tally.received, tally.heads + tally.content);
            assert_eq!(tally.spoken[usize::from(http2)], connections as u64);
            assert_eq!(tally.connect.count(), connections as u64);
        }
    }
}

#[test]
fn heads_of_http2_are_smaller() {
    let (_running, address) = serving();
    let heads = |http2| load::run(&Plan { http2, ..plan(address, 100) }).unwrap().tally.heads;
    assert!(heads(true) * 2 < heads(false));
}

#[test]
fn content_is_sent_along() {
    let (_running, address) = serving();
    for http2 in [false, true] {
        let ask = ask(Method::Post, "/echo", Some(&[b'x'; 30_000]));
        let plan = Plan { http2, ask, depth: 4, connections: 2, ..plan(address, 40) };
        let Report { tally, .. } = load::run(&plan).unwrap();
        assert_eq!(tally.statuses.iter().collect::<Vec<_>>(), [(&201, &40)], "{tally:?}");
        assert_eq!(tally.content, 40 * 30_000);
        assert!(tally.sent > 40 * 30_000);
    }
}

#[test]
fn over_tls_the_handshake_decides_what_is_spoken() {
    let identity = Identity::generate(SystemTime::now().into()).unwrap();
    let roots = Roots::from_iter(identity.chain().first().cloned());
    let tls = Tls::with(Tls::config_for(Certificates::of([identity]).unwrap()));
    let server =
        Server::new(router()).http3(true).listen_tls(([127, 0, 0, 1], 0).into(), &tls).unwrap();
    let running = server.start().unwrap();
    let address = running.tls_addresses()[0];
    let secure = |roots: Roots, offered: &[&[u8]]| {
        let mut config = tls::ClientConfig::new(Arc::new(Verifier::new(roots)));
        config.alpn = offered.iter().map(|name| name.to_vec()).collect();
        Some(Secure { config: Arc::new(config), name: ServerName::parse("localhost").unwrap() })
    };
    let offers: [(&[&[u8]], [u64; 3]); 3] =
        [(&[b"h2", b"http/1.1"], [0, 4, 0]), (&[b"http/1.1"], [4, 0, 0]), (&[], [4, 0, 0])];
    for (offered, spoken) in offers {
        let secure = secure(roots.clone(), offered);
        let plan = Plan { secure, connections: 4, depth: 3, ..plan(address, 200) };
        let Report { tally, .. } = load::run(&plan).unwrap();
        assert_eq!((tally.answers(), tally.failed(), tally.spoken), (200, 0, spoken));
        assert_eq!(tally.handshake.count(), 4);
        assert!(tally.received > tally.heads + tally.content, "records have heads too");
    }
    // Nobody vouches for it: three tries, and no more.
    let plan = Plan { secure: secure(Roots::new(), &[b"h2"]), ..plan(address, 200) };
    let Report { tally, .. } = load::run(&plan).unwrap();
    assert_eq!((tally.answers(), tally.failures.get(&Failure::Handshake)), (0, Some(&3)));
    assert!(tally.reasons[0].contains("not one of the roots"), "{:?}", tally.reasons);
}

#[test]
fn over_quic_every_request_is_answered_however_many_at_once() {
    let identity = Identity::generate(SystemTime::now().into()).unwrap();
    let roots = Arc::new(Roots::from_iter(identity.chain().first().cloned()));
    let tls = Tls::with(Tls::config_for(Certificates::of([identity]).unwrap()));
    let server =
        Server::new(router()).http3(true).listen_tls(([127, 0, 0, 1], 0).into(), &tls).unwrap();
    let running = server.start().unwrap();
    let address = running.http3_addresses()[0];
    let datagrams = |trust| {
        let options = client::tls::Options { trust, resumption: false, ..Default::default() };
        let config = client::quic::Config::new(options).speak(b"h3", "localhost").unwrap();
        Some(Datagrams { config, name: ServerName::parse("localhost").unwrap() })
    };
    for (connections, depth, threads) in [(1, 1, 1), (3, 7, 2), (10, 50, 1)] {
        let http3 = datagrams(client::tls::Trust::Roots(roots.clone()));
        let plan = Plan { http3, connections, depth, threads, ..plan(address, 500) };
        let Report { tally, .. } = load::run(&plan).unwrap();
        assert_eq!((tally.answers(), tally.failed()), (500, 0), "{tally:?}");
        assert_eq!(tally.statuses.iter().collect::<Vec<_>>(), [(&200, &500)]);
        assert_eq!((tally.content, tally.spoken), (500 * 13, [0, 0, connections as u64]));
        assert_eq!(tally.handshake.count(), connections as u64);
    }
    let http3 = datagrams(client::tls::Trust::Roots(roots));
    let ask = ask(Method::Post, "/echo", Some(&[b'x'; 30_000]));
    let Report { tally, .. } =
        load::run(&Plan { http3, ask, depth: 4, connections: 2, ..plan(address, 40) }).unwrap();
    assert_eq!((tally.answers(), tally.content), (40, 40 * 30_000), "{tally:?}");
    // Nobody vouches for it: three tries, and no more.
    let http3 = datagrams(client::tls::Trust::Roots(Arc::new(Roots::new())));
    let Report { tally, .. } = load::run(&Plan { http3, ..plan(address, 20) }).unwrap();
    assert_eq!((tally.answers(), tally.failures.get(&Failure::Handshake)), (0, Some(&3)));
}

#[test]
fn a_server_that_closes_is_connected_to_again() {
    // Three answers a connection; the last does not say so.
    let address = peer(|_, mut stream| {
        for _ in 0..3 {
            if heads(&mut stream, 1) == 1 {
                stream.write_all(ANSWER).unwrap();
            }
        }
    });
    for depth in [1, 2] {
        let Report { tally, .. } = load::run(&Plan { depth, ..plan(address, 20) }).unwrap();
        assert_eq!((tally.answers(), tally.failed()), (20, 0), "{tally:?}");
        assert!(tally.spoken[0] >= 7, "{tally:?}");
    }
}

#[test]
fn an_answer_that_is_the_last_is_believed() {
    let address = peer(|_, mut stream| {
        heads(&mut stream, 1);
        stream.write_all(b"HTTP/1.1 204 No\r\nConnection: close\r\n\r\n").unwrap();
        // The client closes as well, and does not wait for us.
        let _ = stream.read(&mut [0]);
    });
    let Report { tally, .. } = load::run(&plan(address, 5)).unwrap();
    assert_eq!((tally.answers(), tally.failed(), tally.spoken[0]), (5, 0, 5), "{tally:?}");
}

#[test]
fn a_server_that_never_answers_is_given_up_after_three_connections() {
    let address = peer(|_, mut stream| assert_eq!(heads(&mut stream, 1), 1));
    let Report { tally, .. } = load::run(&plan(address, 100)).unwrap();
    assert_eq!((tally.answers(), tally.failures.get(&Failure::Cut)), (0, Some(&3)), "{tally:?}");
}

#[test]
fn what_breaks_a_rule_is_named() {
    let address = peer(|_, mut stream| {
        heads(&mut stream, 1);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n").unwrap();
    });
    let Report { tally, .. } = load::run(&plan(address, 100)).unwrap();
    assert_eq!(tally.failures.get(&Failure::Protocol), Some(&3), "{tally:?}");
    assert!(tally.reasons[0].contains("Content-Length"), "{:?}", tally.reasons);
    // HTTP/1.1 in the answer to HTTP/2's preface.
    let address = peer(|_, mut stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let Report { tally, .. } = load::run(&Plan { http2: true, ..plan(address, 100) }).unwrap();
    assert_eq!(tally.answers(), 0);
    assert!(tally.failed() >= 3 && !tally.reasons.is_empty(), "{tally:?}");
}

#[test]
fn nobody_there_is_a_failure_and_not_a_wait() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let plan = Plan { connections: 4, ..plan(address, 100) };
    let Report { tally, .. } = load::run(&plan).unwrap();
    assert_eq!(tally.failures.get(&Failure::Connect), Some(&12), "{tally:?}");
}

#[test]
fn silence_is_not_waited_for_longer_than_is_said() {
    let (hold, held) = mpsc::channel();
    let address = peer(move |_, stream| hold.send(stream).unwrap());
    let patience = Duration::from_millis(20);
    let Report { tally, .. } = load::run(&Plan { patience, ..plan(address, 100) }).unwrap();
    assert_eq!(tally.failures.get(&Failure::Silence), Some(&3), "{tally:?}");
    drop(held);
}

#[test]
fn it_stops_when_it_is_told_to_and_tells_what_there_is() {
    let (hold, held) = mpsc::channel();
    let address = peer(move |_, mut stream| {
        heads(&mut stream, 1);
        stream.write_all(ANSWER).unwrap();
        // The second is never answered.
        hold.send((heads(&mut stream, 1), stream)).unwrap();
    });
    let (done, ended) = mpsc::channel();
    let plan = plan(address, 100);
    let load = Load::start(&plan, move || done.send(()).unwrap()).unwrap();
    let _stream = held.recv().unwrap();
    assert!(!load.is_over());
    load.stop();
    ended.recv().unwrap();
    assert!(load.is_over());
    let Report { tally, .. } = load.join();
    assert_eq!((tally.answers(), tally.failed()), (1, 0), "{tally:?}");
}

#[test]
fn a_time_ends_it() {
    let (_running, address) = serving();
    let duration = Some(Duration::from_millis(50));
    let plan = Plan { requests: None, duration, connections: 2, ..plan(address, 0) };
    let Report { tally, time } = load::run(&plan).unwrap();
    assert!(tally.answers() > 0 && tally.failed() == 0 && Some(time) >= duration, "{tally:?}");
}

#[test]
fn the_report_is_as_written_down() {
    let address = ([127, 0, 0, 1], 80).into();
    let mut tally = Tally::default();
    for micros in
        (0..900).map(|place| 200 + place / 3).chain((0..100).map(|place| 900 + place * 40))
    {
        tally.latency.record(Duration::from_micros(micros));
    }
    (tally.content, tally.heads, tally.received, tally.sent) = (13_000, 71_000, 90_000, 15_000);
    tally.statuses.extend([(200, 990), (503, 10)]);
    tally.failures.extend([(Failure::Reset, 2), (Failure::Connect, 1)]);
    tally.reasons.push("ENHANCE_YOUR_CALM".into());
    (tally.again, tally.spoken) = (3, [0, 2, 0]);
    tally.cpu = Some(Duration::from_micros(1_500));
    tally.connect.record(Duration::from_micros(70));
    tally.handshake.record(Duration::from_micros(1_234));
    let report = Report { tally, time: Duration::from_millis(12) };
    let plan = Plan { connections: 2, depth: 32, ..plan(address, 1010) };
    let golden = |name| format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    testkit::golden(golden("load.txt"), &load::text(&plan, &report));
    testkit::golden(golden("load.json"), &(load::json(&plan, &report) + "\n"));
    let nothing = Report { tally: Tally::default(), time: Duration::from_millis(1) };
    assert!(load::text(&plan, &nothing).starts_with("0 answers in 1.00 ms, 0 a second; no conn"));
}
