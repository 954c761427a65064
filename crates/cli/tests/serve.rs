//! `serve` as a process: what it prints, what it serves, and how it ends.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{get, run, serving::Serving};
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
};
use testkit::TempDir;

fn folder() -> TempDir {
    let folder = TempDir::new("serve");
    fs::write(folder.path().join("hello.txt"), "hello\n").unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    folder
}

#[test]
fn files_are_served_and_one_line_says_where() {
    let folder = folder();
    let serving = Serving::new(folder.path(), &[]);
    assert!(serving.line.starts_with("wirebook: serving "), "{}", serving.line);
    assert_eq!(get(&[&serving.at("hello.txt")]).out, "hello\n");
    assert_eq!(get(&["-f", &serving.at("none")]).code, 22);
    serving.signal("TERM");
    let ended = serving.end();
    assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, "", ""));
}

#[test]
fn folders_are_listed_only_if_asked() {
    let folder = folder();
    let without = Serving::new(folder.path(), &[]);
    assert_eq!(get(&["-f", &without.at("")]).code, 22);
    let with = Serving::new(folder.path(), &["--listing"]);
    let page = get(&[&with.at("")]).out;
    assert!(page.contains("hello.txt") && page.contains("sub/"), "{page}");
}

#[test]
fn the_status_page_tells_how_one_got_there() {
    let folder = folder();
    let serving = Serving::new(folder.path(), &[]);
    let url = serving.at("_wirebook/");
    let page = get(&["-0", "-H", "X-Sharp: <b>&\"", &url]).out;
    for expected in ["HTTP/1.0", "127.0.0.1:", "GET /_wirebook/", "<td>1</td>"] {
        assert!(page.contains(expected), "{expected} in {page}");
    }
    assert!(page.contains("&lt;b&gt;&amp;&quot;") && !page.contains("<b>"), "{page}");
    let head = get(&["-I", &url]).out;
    assert!(head.contains("Content-Security-Policy: default-src 'none'"), "{head}");
    assert!(head.contains("Cache-Control: no-store"), "{head}");
}

#[test]
fn each_request_is_a_line_of_the_log() {
    let folder = folder();
    let serving = Serving::new(folder.path(), &["--access-log", "-"]);
    get(&["-A", "test \"quoted\"", &serving.at("hello.txt")]);
    serving.signal("INT");
    let ended = serving.end();
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert_eq!(ended.out.lines().count(), 1, "{}", ended.out);
    assert!(ended.out.contains("\"GET /hello.txt HTTP/1.1\" 200 6 "), "{}", ended.out);
    assert!(ended.out.contains("\\\"quoted\\\""), "{}", ended.out);

    let file = folder.path().join("log");
    fs::write(&file, "before\n").unwrap();
    let serving = Serving::new(folder.path(), &["--access-log", file.to_str().unwrap()]);
    get(&[&serving.at("none")]);
    serving.signal("TERM");
    serving.end();
    let log = fs::read_to_string(&file).unwrap();
    assert!(log.starts_with("before\n") && log.contains("\" 404 "), "{log}");
}

#[test]
fn a_port_in_use_is_told_in_one_line_that_names_who_has_it() {
    let folder = folder();
    let serving = Serving::new(folder.path(), &[]);
    let address = serving.url.trim_start_matches("http://").trim_end_matches('/');
    let ended = run(&["serve", "--http", address, folder.path().to_str().unwrap()]);
    assert_eq!((ended.code, ended.err.lines().count()), (1, 1), "{}", ended.err);
    let expected = format!("wirebook: cannot listen on {address}: the port is in use");
    assert!(ended.err.starts_with(&expected), "{}", ended.err);
    if cfg!(target_os = "linux") {
        let owner = format!("by wirebook (process {})", serving.child.id());
        assert!(ended.err.contains(&owner), "{}", ended.err);
    }
}

#[test]
fn a_folder_that_is_none_is_told() {
    let folder = folder();
    let file = folder.path().join("hello.txt");
    for path in [file.to_str().unwrap(), "/no/such/folder"] {
        let ended = run(&["serve", "--http", "127.0.0.1:0", path]);
        assert_eq!((ended.code, ended.err.lines().count()), (1, 1), "{}", ended.err);
        assert!(ended.err.contains(path), "{}", ended.err);
    }
    let ended = run(&["serve", "--http", "192.0.2.1:0", folder.path().to_str().unwrap()]);
    assert!(ended.code == 1 && ended.err.contains("cannot listen on 192.0.2.1:0"), "{}", ended.err);
}

#[test]
fn several_addresses_may_be_served() {
    let folder = folder();
    let serving = Serving::new(folder.path(), &["--http", "127.0.0.1:0", "--threads", "2"]);
    let urls: Vec<&str> =
        serving.line.split_whitespace().filter(|word| word.starts_with("http://")).collect();
    assert_eq!(urls.len(), 2, "{}", serving.line);
    for url in urls {
        assert_eq!(get(&[&format!("{url}hello.txt")]).out, "hello\n");
    }
}

#[test]
fn connections_over_the_cap_are_told_so() {
    let folder = folder();
    let serving = Serving::new(folder.path(), &["--max-connections", "1"]);
    let mut first = serving.connect();
    first.write_all(b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    // Its answer shows that it counts.
    assert_eq!(first.read(&mut [0; 9]).unwrap(), 9);
    let ended = get(&["-w", "%{http_code}", "-o", "/dev/null", &serving.at("hello.txt")]);
    assert_eq!(ended.out, "503", "{}", ended.err);
}

/// More than the buffers of both ends hold, so that whoever does not read keeps the answer under
/// way.
const LARGE: u64 = 64 << 20;

/// A server with an answer that is under way, and the stream that it goes to.
fn under_way(folder: &Path) -> (Serving, TcpStream) {
    fs::File::create(folder.join("large")).unwrap().set_len(LARGE).unwrap();
    let serving = Serving::new(folder, &["--grace", "600"]);
    let mut stream = serving.connect();
    stream.write_all(b"GET /large HTTP/1.0\r\nHost: a\r\n\r\n").unwrap();
    let mut answer = [0; 15];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    (serving, stream)
}

/// Waits until nobody new is served, which is how one sees that a signal has arrived.
fn stops_listening(serving: &Serving) {
    let address = serving.url.trim_start_matches("http://").trim_end_matches('/');
    while TcpStream::connect(address).is_ok() {
        std::thread::yield_now();
    }
}

#[test]
fn what_is_under_way_comes_to_its_end_after_a_signal() {
    let folder = folder();
    let (serving, mut stream) = under_way(folder.path());
    serving.signal("TERM");
    stops_listening(&serving);
    let rest = std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
    assert!(rest > LARGE, "{rest}");
    let ended = serving.end();
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    for (name, code) in [("TERM", 143), ("INT", 130)] {
        let folder = folder();
        let (serving, stream) = under_way(folder.path());
        serving.signal(name);
        stops_listening(&serving);
        serving.signal(name);
        assert_eq!(serving.end().code, code);
        drop(stream);
    }
}

#[test]
fn after_the_first_signal_nobody_new_is_served() {
    let folder = folder();
    let serving = Serving::new(folder.path(), &[]);
    let url = serving.at("hello.txt");
    assert_eq!(get(&[&url]).code, 0);
    serving.signal("TERM");
    assert_eq!(serving.end().code, 0);
    assert_eq!(get(&["-s", &url]).code, 7);
}

#[test]
fn a_unix_socket_is_served_and_goes_with_the_server() {
    let folder = folder();
    let path = folder.path().join("socket");
    let serving = Serving::new(folder.path(), &["--unix", path.to_str().unwrap()]);
    assert!(serving.line.contains(" and the socket "), "{}", serving.line);
    let ended = get(&["--unix-socket", path.to_str().unwrap(), "http://any.test/hello.txt"]);
    assert_eq!(ended.out, "hello\n", "{}", ended.err);
    serving.signal("TERM");
    assert_eq!(serving.end().code, 0);
    assert!(!path.exists());
}
