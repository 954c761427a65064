//! What a server says unasked: early hints, and answers to requests that were not sent yet.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{
    h2::{self, Client},
    start,
};
use http::{HeaderName, StatusCode};
use server::{Reply, Request, Router, inline};

#[test]
fn rfc8297_early_hints_come_before_the_answer() {
    let server = start(Router::new().get(
        "/",
        inline(|_, reply: Reply| {
            reply.early_hints(["</style.css>; rel=preload; as=style", "bad\r\nvalue"]);
            reply.text(StatusCode::OK, "page");
        }),
    ));
    let mut client = h2::connect(&server);
    let answer = client.fetch("/");
    let hints = &answer.informational[0];
    assert_eq!(hints.status.as_u16(), 103);
    let links: Vec<_> = hints.headers.get_all(HeaderName::LINK).collect();
    assert_eq!(links.len(), 1);
    assert_eq!(answer.text(), "page");
    let answer = common::ask(&server, common::get("/", ""));
    assert!(answer.starts_with("HTTP/1.1 103 Early Hints\r\nLink: </style.css>"), "{answer}");
    assert!(answer.contains("HTTP/1.1 200 OK\r\n"));
}

fn pushing() -> Router {
    Router::new()
        .get(
            "/",
            inline(|request: Request, reply: Reply| {
                reply.push(request.promise("/style.css"));
                reply.push(request.promise("/worker.js"));
                reply.text(StatusCode::OK, "page");
            }),
        )
        .get(
            "/style.css",
            inline(|request: Request, reply: Reply| {
                // What was pushed cannot push.
                reply.push(request.promise("/"));
                reply.text(StatusCode::OK, "style");
            }),
        )
        .get("/worker.js", |_: Request, reply: Reply| reply.text(StatusCode::OK, "script"))
}

#[test]
fn s8_4_a_push_is_answered_by_the_same_handlers() {
    let server = start(pushing());
    let mut client = Client::new(common::connect(&server), true);
    let page = client.fetch("/");
    assert_eq!(page.text(), "page");
    let paths: Vec<_> = page.promised.iter().map(|(_, request)| request.target.path()).collect();
    assert_eq!(paths, ["/style.css", "/worker.js"]);
    assert_eq!(page.promised[0].1.headers.get(HeaderName::HOST).unwrap(), "localhost");
    assert_eq!(client.answer(page.promised[0].0).text(), "style");
    assert_eq!(client.answer(page.promised[1].0).text(), "script");
}

#[test]
fn s8_4_who_wants_no_push_gets_none() {
    let server = start(pushing());
    let mut client = h2::connect(&server);
    let page = client.fetch("/");
    assert_eq!((page.text(), page.promised.len()), ("page", 0));
    assert_eq!(client.fetch("/worker.js").text(), "script");
    assert!(common::ask(&server, common::get("/", "")).ends_with("page"));
}
