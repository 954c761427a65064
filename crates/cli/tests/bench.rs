//! `wirebook bench` as a program: what it prints where, how it ends, and that Ctrl-C is no loss.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{Ended, fails, nobody, program, run, serving::Serving};
use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    process::{Command, Stdio},
};
use testkit::TempDir;

fn bench(arguments: &[&str]) -> Ended {
    let all: Vec<&str> = ["bench"].iter().chain(arguments).copied().collect();
    run(&all)
}

fn site() -> (TempDir, Serving) {
    let folder = TempDir::new("bench");
    fs::write(folder.path().join("a.txt"), "hello").unwrap();
    let serving = Serving::new(folder.path(), &[]);
    (folder, serving)
}

#[test]
fn both_versions_are_measured() {
    let (_folder, serving) = site();
    let url = serving.at("a.txt");
    for (flag, version) in [("--http1.1", "HTTP/1.1"), ("--http2-prior-knowledge", "HTTP/2")] {
        let ended = bench(&["-n", "300", "-c", "3", "-m", "5", flag, &url]);
        assert_eq!((ended.code, ended.err.as_str()), (0, ""));
        let first = ended.out.lines().next().unwrap();
        assert!(first.starts_with("300 answers in "), "{first}");
        assert!(first.ends_with(&format!("{version} on 3 connections")), "{first}");
        for word in ["statuses    200: 300", "latency     min ", "p99.9 ", "█"] {
            assert!(ended.out.contains(word), "{word}: {}", ended.out);
        }
    }
}

#[test]
fn json_is_one_object_with_seconds() {
    let (_folder, serving) = site();
    let ended = bench(&["-n", "50", "--format", "json", &serving.at("a.txt")]);
    let told: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((told["answers"].as_u64(), told["succeeded"].as_u64()), (Some(50), Some(50)));
    assert_eq!(told["statuses"]["200"].as_u64(), Some(50));
    assert_eq!(told["octets"]["content"].as_u64(), Some(250));
    let latency = |name: &str| told["latency"][name].as_f64().unwrap();
    assert!(0.0 < latency("min") && latency("min") <= latency("p50"), "{told}");
    assert!(latency("p50") <= latency("p99.9") && latency("p99.9") <= latency("max"), "{told}");
}

#[test]
fn content_and_fields_are_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/p?q", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        // The first connection finds out that somebody listens.
        drop(listener.accept().unwrap());
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = vec![0; 4096];
        let mut length = 0;
        while !request[..length].ends_with(b"abc") {
            length += stream.read(&mut request[length..]).unwrap();
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        String::from_utf8(request[..length].to_vec()).unwrap()
    });
    let fields = ["-H", "X-A: 1", "-H", "Host: other", "-A", ""];
    let ended = bench(&[&["-n", "1", "--data", "abc", &url], &fields[..]].concat());
    assert_eq!(ended.code, 0, "{}", ended.err);
    let request = server.join().unwrap();
    assert_eq!(
        request,
        "POST /p?q HTTP/1.1\r\nX-A: 1\r\nHost: other\r\nContent-Length: 3\r\n\r\nabc"
    );
}

#[test]
fn it_ends_with_a_code_that_says_whether_anything_succeeded() {
    let (_folder, serving) = site();
    let missing = bench(&["-n", "5", &serving.at("missing")]);
    assert_eq!(missing.code, 1);
    assert!(missing.out.contains("404: 5"), "{}", missing.out);
    fails(&bench(&[&nobody()]), 7, "refused");
    fails(&bench(&["http://a.invalid/"]), 6, "a.invalid");
    fails(&bench(&["ftp://a/"]), 1, "ftp");
    fails(&bench(&["--cacert", "/no/such", "https://127.0.0.1:1/"]), 77, "/no/such");
}

#[test]
fn a_signal_ends_it_and_what_there_is_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let mut command = program();
    command.args(["bench", "-n", "1000", &url]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    drop(listener.accept().unwrap());
    let (mut stream, _) = listener.accept().unwrap();
    let mut buffer = [0; 4096];
    assert!(stream.read(&mut buffer).unwrap() > 0);
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    // The second request shows that the first answer was counted.
    assert!(stream.read(&mut buffer).unwrap() > 0);
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.out.starts_with("1 answers in "), "{}", ended.out);
    assert!(ended.out.contains("not asked   999"), "{}", ended.out);
}
