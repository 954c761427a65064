//! Each way in which `get` can fail: one clear line, curl's exit code, and no part of a file that
//! nobody hears of.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{Ended, Site, answering, fails, get, get_in, nobody, peer, program};
use std::{
    fs,
    io::{Read, Write},
    process::Stdio,
};
use testkit::TempDir;

#[test]
fn a_scheme_that_nobody_speaks_is_1() {
    fails(&get(&["gopher://a/"]), 1, "\"gopher\"");
}

#[test]
fn a_url_that_is_none_is_3() {
    fails(&get(&["http://[::1/"]), 3, "RFC 3986");
    fails(&get(&["http://a:99999999/"]), 3, "malformed");
    // A password stays out of the message.
    let ended = get(&["http://me:secret@[/"]);
    assert!(ended.code == 3 && !ended.err.contains("secret"), "{}", ended.err);
}

#[test]
fn an_unknown_host_is_6_and_an_unknown_proxy_5() {
    // RFC 6761 §6.4: this name never is.
    fails(&get(&["http://nowhere.invalid/"]), 6, "nowhere.invalid");
    fails(&get(&["-x", "http://nowhere.invalid:1", "http://a/"]), 5, "nowhere.invalid");
}

#[test]
fn a_refused_port_is_7() {
    fails(&get(&[&nobody()]), 7, "refused");
    fails(&get(&["--unix-socket", "/no/such/socket", "http://a/"]), 7, "/no/such/socket");
}

#[test]
fn what_is_not_http_is_8() {
    fails(&get(&[&answering(b"SSH-2.0-OpenSSH\r\n\r\n").url]), 8, "malformed response");
}

#[test]
fn a_body_cut_short_is_18_and_the_file_is_named() {
    let cut = || answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234");
    fails(&get(&[&cut().url]), 18, "4 octets arrived, 6 are missing");
    let folder = TempDir::new("cut");
    let ended = get_in(folder.path(), b"", &["-o", "part", &cut().url]);
    fails(&ended, 18, "part holds the first 4 octets");
    assert_eq!(fs::read(folder.path().join("part")).unwrap(), b"1234");
    let chunked = answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    fails(&get(&[&chunked.url]), 18, "the end is missing");
}

#[test]
fn a_status_of_400_or_more_is_22_if_asked() {
    let site = Site::new();
    let url = site.at("/status/404");
    let plain = get(&[&url]);
    assert_eq!((plain.code, plain.out.as_str()), (0, "status 404\n"));
    let ended = get(&["-f", &url]);
    fails(&ended, 22, "404 Not Found");
    assert_eq!(ended.out, "");
    let ended = get(&["--fail-with-body", &url]);
    fails(&ended, 22, "404 Not Found");
    assert_eq!(ended.out, "status 404\n");
    let folder = TempDir::new("fail");
    get_in(folder.path(), b"", &["-f", "-o", "none", &url]);
    assert!(!folder.path().join("none").exists());
    assert_eq!(get(&["-f", &site.at("/status/399")]).code, 0);
}

#[test]
fn a_full_disk_is_23() {
    let site = Site::new();
    let ended = get(&["-o", "/dev/full", &site.at("/hello")]);
    fails(&ended, 23, "writing to /dev/full failed");
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = program().args(["get", &site.at("/hello")]).stdout(full).output().unwrap();
    fails(&output.into(), 23, "standard output failed");
    let ended = get(&["-o", "/no/such/folder/file", &site.at("/hello")]);
    fails(&ended, 23, "/no/such/folder/file");
    fails(&get(&["-c", "/dev/full", &site.at("/hello")]), 23, "/dev/full");
    fails(&get(&["-O", &site.at("/")]), 23, "no name that -O could use");
}

#[test]
fn a_reader_that_goes_is_23_without_a_word() {
    let script = peer(|stream| {
        // Without end: the program ends it.
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        while stream.write_all(&[b'a'; 4096]).is_ok() {}
    });
    let mut command = program();
    command.args(["get", &script.url]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0]).unwrap();
    drop(out);
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!((ended.code, ended.err.as_str()), (23, ""));
}

#[test]
fn time_that_runs_out_is_28() {
    let (done, waits) = std::sync::mpsc::channel::<()>();
    let script = peer(move |_| {
        // The connection stays open until the program has given up.
        let _ = waits.recv();
    });
    fails(&get(&["-m", "0.2", &script.url]), 28, "timed out");
    drop(done);
}

#[test]
fn redirects_without_end_are_47() {
    let site = Site::new();
    fails(&get(&["-L", "--max-redirs", "3", &site.at("/loop")]), 47, "more than 3 redirects");
    fails(&get(&["-L", "--max-redirs", "0", &site.at("/loop")]), 47, "more than 0 redirects");
    fails(&get(&["-L", &site.at("/loop")]), 47, "more than 50 redirects");
}

#[test]
fn no_answer_is_52_and_half_a_head_56() {
    fails(&get(&[&answering(b"").url]), 52, "without an answer");
    fails(&get(&[&answering(b"HTTP/1.1 200 OK\r\nCont").url]), 56, "middle of the response's head");
    let broken = answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    fails(&get(&[&broken.url]), 56, "malformed body");
}

#[test]
fn a_field_that_cannot_be_sent_is_43() {
    let site = Site::new();
    fails(&get(&["-H", "Content-Length: 5", &site.at("/hello")]), 43, "Content-Length");
}

#[test]
fn silence_is_kept_and_broken_as_asked() {
    let url = nobody();
    assert_eq!(get(&["-s", &url]).err, "");
    fails(&get(&["-sS", &url]), 7, "refused");
}

#[test]
fn the_last_url_decides_and_each_failure_is_told() {
    let site = Site::new();
    let (good, bad) = (site.at("/hello"), nobody());
    let ended = get(&[&bad, &good]);
    assert_eq!((ended.code, ended.out.as_str()), (0, "hello\n"));
    assert!(ended.err.starts_with("wirebook: (7) "), "{}", ended.err);
    fails(&get(&[&good, &bad]), 7, "refused");
}

#[test]
fn write_out_is_printed_after_a_failure_too() {
    let ended = get(&["-s", "-w", "%{http_code} %{exitcode}", &nobody()]);
    assert_eq!((ended.code, ended.out.as_str()), (7, "000 7"));
}
