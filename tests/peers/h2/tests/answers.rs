//! Our client at h2's server.
#![allow(missing_docs, reason = "tests say what they are by their names")]

use client::{Content, Session, core::timeouts::Timeouts};
use h2_peers::{Served, serve};
use http_ours::Method;
use std::{io::Read, sync::atomic::Ordering, thread, time::Duration};

fn session() -> Session {
    let timeouts = Timeouts { total: Some(Duration::from_secs(60)), ..Timeouts::NONE };
    Session::builder().prior_knowledge(true).timeouts(timeouts).build()
}

fn url(served: &Served, path: &str) -> String {
    format!("http://{}{path}", served.address)
}

#[test]
fn thirty_two_threads_on_one_connection() {
    let (served, session) = (serve(0, usize::MAX).unwrap(), session());
    thread::scope(|scope| {
        for number in 0..32 {
            let (served, session) = (&served, &session);
            scope.spawn(move || {
                for turn in 0..50 {
                    let path = format!("/{number}/{turn}");
                    let mut response = session.get(&url(served, &path)).unwrap().send().unwrap();
                    assert_eq!(response.text().unwrap(), path);
                }
            });
        }
    });
    assert_eq!(served.connections.load(Ordering::SeqCst), 1);
}

/// Each connection says goodbye after twenty requests, with two GOAWAYs; nothing is lost.
#[test]
fn goodbyes_in_the_middle_of_use() {
    let (served, session) = (serve(0, 20).unwrap(), session());
    thread::scope(|scope| {
        for number in 0..32 {
            let (served, session) = (&served, &session);
            scope.spawn(move || {
                for turn in 0..25 {
                    let text = format!("{number} {turn}");
                    let request = session.post(&url(served, "/echo")).unwrap();
                    let mut response = request.body(text.clone().into_bytes()).send().unwrap();
                    assert_eq!(response.text().unwrap(), text);
                }
            });
        }
    });
    assert!(served.connections.load(Ordering::SeqCst) > 1);
}

#[test]
fn large_content_each_way() {
    let (served, session) = (serve(50 << 20, usize::MAX).unwrap(), session());
    let large = session.get(&url(&served, "/large")).unwrap().send().unwrap();
    let octets = large.bytes(64 << 20).unwrap();
    assert!(octets.len() == 50 << 20 && octets.iter().all(|octet| *octet == b'x'));
    let octets: Vec<u8> = (0..8_u32 << 20).map(|at| (at >> 3) as u8).collect();
    for content in
        [Content::bytes(octets.clone()), Content::reader(std::io::Cursor::new(octets.clone()))]
    {
        let request = session.request(Method::Put, &url(&served, "/echo")).unwrap().body(content);
        assert!(request.send().unwrap().bytes(9 << 20).unwrap() == octets);
    }
    assert_eq!(served.connections.load(Ordering::SeqCst), 1);
}

#[test]
fn trailers_and_a_refused_stream() {
    let (served, session) = (serve(0, usize::MAX).unwrap(), session());
    let mut response = session.get(&url(&served, "/trailers")).unwrap().send().unwrap();
    let mut content = String::new();
    response.read_to_string(&mut content).unwrap();
    assert_eq!(content, "content");
    let (name, value) = response.trailers().unwrap().into_iter().next().unwrap();
    assert_eq!((name.as_str(), value.as_bytes()), ("x-sum", &b"7"[..]));
    let mut response = session.post(&url(&served, "/refused")).unwrap().body("x").send().unwrap();
    assert_eq!(response.text().unwrap(), "/refused");
    assert_eq!(served.connections.load(Ordering::SeqCst), 1);
}
