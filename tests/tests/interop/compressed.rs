//! Compressed content both ways: nginx's and other servers' by `get --compressed` beside curl's,
//! ours by curl.

use std::net::SocketAddr;
use std::process::Command;

use deflate::{Deflate, Flush, Level, WindowBits, gzip, zlib};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use server::{Coding, Compressed, Files, Reply, Router, Running, Server, inline};
use testkit::TempDir;

use crate::curl::curl;
use crate::get_like_curl::compare;
use crate::peers;
use crate::program::wirebook;

#[test]
fn what_nginx_compresses() {
    compare(&[
        &["--compressed", "/gzip"],
        &["/gzip"],
        &["-H", "Accept-Encoding: gzip", "/gzip"],
        &["--compressed", "-H", "Accept-Encoding: gzip", "-i", "/gzip"],
        &["--compressed", "-H", "Accept-Encoding: gzip", "-w", "%{size_download}", "/gzip"],
        &["--compressed", "-H", "Accept-Encoding:", "-i", "/gzip"],
        &["--compressed", "-o", "script.js", "-w", "%{http_code}", "/gzip"],
        &["--compressed", "-I", "-H", "Accept-Encoding: gzip", "/gzip"],
        &["--compressed", "-i", "/letters.txt"],
        &["--compressed", "/big.bin"],
        &["--compressed", "-r", "2-5", "/letters.txt"],
        &["--compressed", "/chunked"],
        &["--compressed", "-i", "/204"],
        &["--compressed", "/gzip", "/letters.txt", "/gzip"],
    ]);
}

#[test]
fn what_cannot_be_decompressed() {
    compare(&[
        &["--compressed", "/coded"],
        &["--compressed", "-i", "/coded"],
        &["--compressed", "-w", "%{http_code} %{exitcode}", "/coded"],
        &["--compressed", "-I", "/coded"],
        &["/coded"],
        &["--compressed", "/broken"],
        &["/broken"],
    ]);
}

fn text() -> Vec<u8> {
    (0..9000).flat_map(|line| format!("{line}: 소켓과 HTTP\n").into_bytes()).collect()
}

fn gzipped(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    gzip::Encoder::new(Level::DEFAULT).encode(octets, &mut out, Flush::Finish);
    out
}

fn zlibbed(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = zlib::Encoder::new(Level::DEFAULT, WindowBits::MAX);
    encoder.encode(octets, &mut out, Flush::Finish);
    out
}

fn raw(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Deflate::new(Level::DEFAULT, WindowBits::MAX).deflate(octets, &mut out, Flush::Finish);
    out
}

/// A server that stops when it is dropped.
struct Ours(Running);

impl Ours {
    fn start(router: impl server::Handler) -> Self {
        let server = Server::new(router).listen("127.0.0.1:0".parse().unwrap()).unwrap();
        Self(server.start().unwrap())
    }

    fn url(&self, path: &str) -> String {
        let address: SocketAddr = self.0.addresses()[0];
        format!("http://{address}{path}")
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        let _ = self.0.stop();
    }
}

#[test]
fn every_coding_that_a_server_may_send() {
    let coded = [
        ("/gzip", "gzip", gzipped(&text())),
        ("/x-gzip", "x-gzip", gzipped(&text())),
        ("/zlib", "deflate", zlibbed(&text())),
        ("/raw", "deflate", raw(&text())),
        ("/both", "deflate, gzip", gzipped(&zlibbed(&text()))),
        ("/identity", "identity", text()),
    ];
    let mut router = Router::new();
    for (path, coding, octets) in coded.clone() {
        let answer = move |_: server::Request, reply: Reply| {
            let mut response = Response::new(StatusCode::OK);
            let value = HeaderValue::from_static(coding);
            response.headers.append(HeaderName::CONTENT_ENCODING, value);
            reply.send(response, octets.clone());
        };
        router = router.get(path, inline(answer));
    }
    let ours = Ours::start(router);
    for (path, _, octets) in coded {
        let mut command = Command::new(wirebook());
        let output = peers::run(command.args(["get", "-sS", "--compressed", &ours.url(path)]), b"");
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout == text(), "{path}");
        // Nobody asked for it to be undone.
        let output =
            peers::run(Command::new(wirebook()).args(["get", "-sS", &ours.url(path)]), b"");
        assert!(output.stdout == octets, "{path}");
        let Some(seen) = curl(&["--compressed", &ours.url(path)]) else { continue };
        assert!(seen.code == 0 && seen.out == text(), "{path}: {}", seen.err);
    }
}

#[test]
fn what_we_compress_curl_reads() {
    let folder = TempDir::new("compressed");
    std::fs::write(folder.path().join("text.txt"), text()).unwrap();
    let ours = Ours::start(Compressed::new(Files::new(folder.path()).unwrap(), Coding::default()));
    let (url, length) = (ours.url("/text.txt"), text().len());
    let Some(seen) = curl(&["--compressed", &url]) else { return };
    assert!(seen.code == 0 && seen.out == text(), "{}", seen.err);
    for (coding, field) in [("gzip", "gzip"), ("deflate", "deflate"), ("deflate;q=0.1", "deflate")]
    {
        let asked = format!("Accept-Encoding: {coding}");
        let out = ["-H", &asked, "-w", "\n%{size_download} %header{content-encoding}"];
        let seen = curl(&[&["--compressed"], &out[..], &[&url]].concat()).unwrap();
        let said = seen.out.rsplit(|octet| *octet == b'\n').next().unwrap();
        let said = std::str::from_utf8(said).unwrap();
        let (size, found) = said.split_once(' ').unwrap();
        assert_eq!(found, field);
        assert!(size.parse::<usize>().unwrap() < length / 4, "{said} of {length}");
        assert!(seen.out.starts_with(&text()));
    }
    let seen = curl(&["--compressed", "-r", "0-2", "-w", " %{http_code}", &url]).unwrap();
    assert_eq!(seen.text(), "0:  206");
    let seen = curl(&["-I", "--compressed", &url]).unwrap();
    let head = seen.text().to_ascii_lowercase();
    assert!(head.contains("vary: accept-encoding") && head.contains("etag: w/"), "{head}");
}

#[test]
fn what_curl_has_compressed_is_not_sent_again() {
    let folder = TempDir::new("compressed-again");
    std::fs::write(folder.path().join("text.txt"), text()).unwrap();
    let ours = Ours::start(Compressed::new(Files::new(folder.path()).unwrap(), Coding::default()));
    let (url, tag) = (ours.url("/text.txt"), folder.path().join("tag"));
    let tag = tag.to_str().unwrap();
    let arguments = ["--compressed", "--etag-save", tag, "-o", "/dev/null", "-w", "%{http_code}"];
    let Some(seen) = curl(&[&arguments[..], &[&url]].concat()) else { return };
    assert_eq!(seen.text(), "200");
    assert!(std::fs::read_to_string(tag).unwrap().starts_with("W/"));
    let again = curl(&["--compressed", "--etag-compare", tag, "-w", "%{http_code}", &url]).unwrap();
    assert_eq!(again.text(), "304");
}
