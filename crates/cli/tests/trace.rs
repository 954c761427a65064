//! What `get` tells while it works, word for word; times and ports are masked. `BLESS=1` rewrites
//! the texts.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{Peer, Site, get, golden, peer};
use std::io::{Read, Write};

/// The same text with what differs from run to run replaced.
fn masked(text: &str, url: &str) -> String {
    let port = url.trim_end_matches('/').rsplit(':').next().unwrap();
    text.lines().map(|line| line_masked(line, port) + "\n").collect()
}

/// Numbers with a fraction become `#`, as wide as they were so that columns stay.
fn line_masked(line: &str, port: &str) -> String {
    let line =
        line.replace(&format!(":{port}"), ":PORT").replace(&format!("port {port}"), "port PORT");
    let mut out = String::new();
    for (index, word) in line.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let digits = word.trim_end_matches(',');
        let fraction = digits.contains('.') && digits.parse::<f64>().is_ok();
        out.push_str(&if fraction { word.replace(digits, "#") } else { word.to_owned() });
    }
    // How wide a time was shall not matter either.
    match out.split_once('#') {
        Some((before, after)) if before.trim().is_empty() => format!("#{after}"),
        _ => out,
    }
}

/// A server of one connection, whose answers never change.
fn page() -> Peer {
    peer(|stream| {
        let body = b"HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n";
        stream.write_all(body).unwrap();
        stream.write_all(b"Content-Length: 6\r\n\r\nhello\n").unwrap();
        // Until the program closes.
        let _ = stream.read(&mut [0]);
    })
}

#[test]
fn verbose_shows_the_heads() {
    let page = page();
    let ended = get(&["-v", "-A", "test", &page.url]);
    assert_eq!(ended.out, "hello\n");
    testkit::golden(golden("verbose.txt"), &masked(&ended.err, &page.url));
    // What was shown is what the server got.
    let shown = ended.err.lines().filter_map(|line| line.strip_prefix('>')).map(str::trim_start);
    let shown: String = shown.map(|line| format!("{line}\r\n")).collect();
    assert_eq!(shown, page.head());
}

#[test]
fn more_verbose_shows_times_connections_and_pieces() {
    let site = Site::new();
    let ended = get(&["-vv", "-L", "-d", "a=1", "-A", "test", &site.at("/echo")]);
    let text = masked(&ended.err, &site.url);
    assert!(text.contains("# ms #1 > POST /echo HTTP/1.1\n"), "{text}");
    assert!(text.contains("# ms #1 > (3 octets)\n"), "{text}");
    assert!(text.contains("# ms #1 < HTTP/1.1 200 OK\n"), "{text}");
    assert!(text.lines().all(|line| line.starts_with("# ms ")), "{text}");
    let ended = get(&["-vvv", "-d", "a=1", &site.at("/echo")]);
    assert!(ended.err.contains("    0000  61 3d 31  "), "{}", ended.err);
}

#[test]
fn the_walk_names_every_floor_and_who_does_it_in_python() {
    let page = page();
    let ended = get(&["--trace", "-A", "test", &page.url]);
    assert_eq!(ended.out, "hello\n");
    testkit::golden(golden("walk.txt"), &masked(&ended.err, &page.url));
}

#[test]
fn the_walk_tells_a_pool_miss_from_a_hit_and_the_addresses_that_were_tried() {
    let site = Site::new();
    let ended = get(&["--trace", "-s", &site.at("/hello"), &site.at("/hello")]);
    let text = masked(&ended.err, &site.url);
    let at = |name: &str| text.find(name).unwrap_or_else(|| panic!("{name} in {text}"));
    assert!(at("ConnectionPool.miss") < at("sockets.dial"), "{text}");
    assert!(at("sockets.dial") < at("ConnectionPool.release"), "{text}");
    assert!(at("ConnectionPool.release") < at("ConnectionPool.hit"), "{text}");
    assert!(text.contains("address 127.0.0.1:PORT, outcome connected"), "{text}");
    assert_eq!(text.matches("sockets.dial").count(), 1, "{text}");
    let ended = get(&["--trace", &common::nobody()]);
    assert!(ended.err.contains("connection refused"), "{}", ended.err);
}

#[test]
fn a_redirect_is_a_step_of_the_walk() {
    let site = Site::new();
    let ended = get(&["--trace", "-L", &site.at("/redirect/0")]);
    assert!(ended.err.contains("Session.redirect"), "{}", ended.err);
    assert!(ended.err.contains("requests.Session.resolve_redirects"), "{}", ended.err);
}
