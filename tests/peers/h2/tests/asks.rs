//! h2's client at our server.
#![allow(missing_docs, reason = "tests say what they are by their names")]

use h2_peers::fetch;
use http_ours::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_theirs::Request;
use server::{Reply, Router, Running, Server};
use std::io::Write;

fn running() -> Running {
    let echo = |mut request: server::Request, reply: Reply| {
        let octets = request.body.read_all(64 << 20).unwrap();
        reply.send(Response::new(StatusCode::OK), octets);
    };
    let trailers = |_: server::Request, reply: Reply| {
        let mut writer = reply.stream(Response::new(StatusCode::OK), None);
        writer.write_all(b"content").unwrap();
        let mut fields = HeaderMap::new();
        fields.append(HeaderName::new("x-sum").unwrap(), HeaderValue::from_static("7"));
        writer.finish_with(fields).unwrap();
    };
    let router = Router::new()
        .post("/echo", echo)
        .get("/trailers", trailers)
        .get("/large", |_: server::Request, reply: Reply| {
            reply.send(Response::new(StatusCode::OK), vec![b'x'; 50 << 20]);
        })
        .get("/small", |_: server::Request, reply: Reply| reply.text(StatusCode::OK, "small"));
    Server::new(router).listen("127.0.0.1:0".parse().unwrap()).unwrap().start().unwrap()
}

fn request(method: &str, path: &str) -> Request<()> {
    let uri = format!("http://ours.example{path}");
    Request::builder().method(method).uri(uri).body(()).unwrap()
}

#[test]
fn many_at_once_on_one_connection() {
    let running = running();
    for count in [100, 100, 500] {
        let requests = (0..count).map(|_| (request("GET", "/small"), Vec::new())).collect();
        let fetched = fetch(running.addresses()[0], requests).unwrap();
        assert_eq!(fetched.len(), count);
        assert!(fetched.iter().all(|answer| answer.status == 200 && answer.content == b"small"));
    }
    running.stop().unwrap();
}

#[test]
fn fifty_mebibytes_each_way_beside_small_ones() {
    let running = running();
    let octets: Vec<u8> = (0..50_u32 << 20).map(|at| (at >> 3) as u8).collect();
    let requests = vec![
        (request("POST", "/echo"), octets.clone()),
        (request("GET", "/small"), Vec::new()),
        (request("POST", "/echo"), b"few".to_vec()),
        (request("GET", "/none"), Vec::new()),
    ];
    let fetched = fetch(running.addresses()[0], requests).unwrap();
    assert!(fetched[0].content == octets, "{} octets", fetched[0].content.len());
    assert_eq!(fetched[1].content, b"small");
    assert_eq!(fetched[2].content, b"few");
    assert_eq!(fetched[3].status, 404);
    // Alone: h2's connection has one small window, which a body that is not read yet shuts.
    let fetched = fetch(running.addresses()[0], vec![(request("GET", "/large"), Vec::new())]);
    assert_eq!(fetched.unwrap()[0].content.len(), 50 << 20);
    running.stop().unwrap();
}

#[test]
fn trailers_and_heads() {
    let running = running();
    let requests =
        vec![(request("GET", "/trailers"), Vec::new()), (request("HEAD", "/small"), Vec::new())];
    let fetched = fetch(running.addresses()[0], requests).unwrap();
    assert_eq!(fetched[0].content, b"content");
    assert_eq!(fetched[0].trailers.as_ref().unwrap()["x-sum"], "7");
    assert!(fetched[1].content.is_empty() && fetched[1].status == 200);
    running.stop().unwrap();
}
