//! `get -Z`: several URLs at once, each to its own place.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{Site, get, get_in, nobody};
use http::{Response, StatusCode};
use server::{Reply, Request, Router};
use std::{
    fs,
    sync::{Arc, Barrier},
};
use testkit::TempDir;

/// Answers none before `count` are there.
fn meeting(count: usize) -> Site {
    let barrier = Arc::new(Barrier::new(count));
    Site::over(Router::new().get("/{name}", move |request: Request, reply: Reply| {
        barrier.wait();
        let path = request.head.target.to_string();
        reply.send(Response::new(StatusCode::OK), path.into_bytes());
    }))
}

#[test]
fn all_are_under_way_at_once_and_each_has_its_file() {
    for flags in [&["-Z"][..], &["--parallel", "--http2-prior-knowledge"]] {
        let (site, folder) = (meeting(4), TempDir::new("parallel"));
        let urls = ["/a", "/b", "/c", "/d"].map(|path| site.at(path));
        let mut all = flags.to_vec();
        all.extend(["-o", "first", "-O", "-O", "-O"]);
        all.extend(urls.iter().map(String::as_str));
        let ended = get_in(folder.path(), b"", &all);
        assert_eq!((ended.code, ended.err.as_str(), ended.out.as_str()), (0, "", ""));
        for (file, path) in [("first", "/a"), ("b", "/b"), ("c", "/c"), ("d", "/d")] {
            assert_eq!(fs::read_to_string(folder.path().join(file)).unwrap(), path);
        }
    }
}

#[test]
fn http2_needs_one_connection_for_all() {
    let site = meeting(8);
    let urls: Vec<_> = (0..8).map(|name| site.at(&format!("/{name}"))).collect();
    let format = "=%{num_connects}\n";
    let mut all = vec!["-Z", "--http2-prior-knowledge", "-w", format];
    all.extend(urls.iter().map(String::as_str));
    let ended = get(&all);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let made = ended.out.matches("=1").count();
    assert_eq!((made, ended.out.matches("=0").count()), (1, 7), "{}", ended.out);
}

#[test]
fn no_more_than_parallel_max_are_under_way() {
    // With one at a time they come in their order, as without -Z.
    let site = Site::new();
    let url = site.at("/hello");
    let ended = get(&["-Z", "--parallel-max", "1", "-w", "%{urlnum}\n", &url, &url, &url]);
    assert_eq!((ended.code, ended.out.as_str()), (0, "hello\n0\nhello\n1\nhello\n2\n"));
}

#[test]
fn a_failure_is_the_exit_code_wherever_it_stands() {
    let site = Site::new();
    let (good, bad) = (site.at("/hello"), nobody());
    let ended = get(&["-Z", &bad, &good]);
    assert_eq!((ended.code, ended.out.as_str()), (7, "hello\n"));
    assert_eq!(get(&["-Z", &good, &good]).code, 0);
}
