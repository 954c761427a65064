//! Content codings: what is asked for, what is undone, and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use client::{Adapter, Answer, Error, Prepared, Response, Session, core::coding::Limits};
use deflate::{Deflate, Flush, Level, WindowBits, gzip, zlib};
use http::{HeaderName, HeaderValue, StatusCode};
use std::{
    io::{Cursor, Read},
    sync::{Arc, Mutex},
};

/// Answers every request with the same octets, a few at a time, and remembers what was asked for.
struct Canned {
    coding: &'static str,
    content: Vec<u8>,
    /// Octets at a time.
    step: usize,
    asked: Mutex<Vec<String>>,
}

/// A reader that never gives more than some octets.
struct Slowly(Cursor<Vec<u8>>, usize);

impl Read for Slowly {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

impl Adapter for Canned {
    fn send(&self, request: &Prepared) -> Result<Answer, Error> {
        let asked = request.headers.combined(HeaderName::ACCEPT_ENCODING).unwrap_or_default();
        self.asked.lock().unwrap().push(String::from_utf8(asked.into_owned()).unwrap());
        let mut head = http::Response::new(StatusCode::OK);
        let length = self.content.len().to_string();
        for (name, value) in [
            (HeaderName::CONTENT_ENCODING, self.coding),
            (HeaderName::CONTENT_LENGTH, length.as_str()),
        ] {
            if !value.is_empty() {
                head.headers.append(name, HeaderValue::new(value).unwrap());
            }
        }
        Ok(Answer::new(head, Slowly(Cursor::new(self.content.clone()), self.step)))
    }
}

fn canned(coding: &'static str, content: Vec<u8>) -> Arc<Canned> {
    Arc::new(Canned { coding, content, step: 7, asked: Mutex::default() })
}

fn get(coding: &'static str, content: Vec<u8>, limits: Limits) -> Response {
    let session =
        Session::builder().compressed(limits).mount("http://", canned(coding, content)).build();
    session.get("http://example/").unwrap().send().unwrap()
}

fn read(coding: &'static str, content: Vec<u8>) -> Result<Vec<u8>, Error> {
    get(coding, content, Limits::DEFAULT).bytes(1 << 28)
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

fn text() -> Vec<u8> {
    (0..30_000).flat_map(|n| format!("line {n}\n").into_bytes()).collect()
}

#[test]
fn every_coding_is_undone() {
    let text = text();
    for (coding, content) in [
        ("gzip", gzipped(&text)),
        ("X-GZIP", gzipped(&text)),
        ("deflate", zlibbed(&text)),
        ("deflate", raw(&text)),
        ("identity", text.clone()),
        ("None", text.clone()),
        ("", text.clone()),
        ("deflate, gzip", gzipped(&zlibbed(&text))),
        ("gzip, deflate, gzip", gzipped(&raw(&gzipped(&text)))),
        ("gzip", [gzipped(&text[..1000]), gzipped(&text[1000..])].concat()),
    ] {
        assert!(read(coding, content).unwrap() == text, "{coding}");
    }
}

#[test]
fn it_is_asked_for_only_where_it_is_wanted() {
    let adapter = canned("gzip", gzipped(b"Hello"));
    let plain = Session::builder().mount("http://", adapter.clone()).build();
    let mut as_it_came = plain.get("http://example/").unwrap().send().unwrap();
    assert_eq!(as_it_came.content_length(), Some(adapter.content.len() as u64));
    let mut octets = Vec::new();
    as_it_came.copy_to(&mut octets).unwrap();
    assert_eq!(octets, adapter.content);
    let session =
        Session::builder().compressed(Limits::DEFAULT).mount("http://", adapter.clone()).build();
    let mut response = session.get("http://example/").unwrap().send().unwrap();
    // The head stays as it came; the length is not that of what is read.
    assert!(response.headers.contains(HeaderName::CONTENT_ENCODING));
    assert_eq!(response.content_length(), None);
    assert_eq!(response.text().unwrap(), "Hello");
    let own = session.get("http://example/").unwrap().header("Accept-Encoding", "gzip;q=0.5");
    assert_eq!(own.send().unwrap().text().unwrap(), "Hello");
    assert_eq!(*adapter.asked.lock().unwrap(), ["", "gzip, deflate", "gzip;q=0.5"]);
}

#[test]
fn no_content_has_no_coding_to_undo() {
    assert_eq!(read("gzip", Vec::new()).unwrap(), b"");
    assert_eq!(read("br", Vec::new()).unwrap(), b"");
    assert_eq!(read("gzip", gzipped(b"")).unwrap(), b"");
}

fn refused(coding: &'static str, content: Vec<u8>) -> (u8, String) {
    let error = read(coding, content).unwrap_err();
    (error.curl_exit_code(), error.to_string())
}

#[test]
fn what_cannot_be_undone_is_curls_61() {
    let (code, line) = refused("br", b"octets".to_vec());
    assert!(code == 61 && line.contains("\"br\""), "{line}");
    let (code, line) = refused("gzip, gzip, gzip, gzip, gzip, gzip", b"octets".to_vec());
    assert!(code == 61 && line.contains("more than 5"), "{line}");
    let (code, line) = refused("gzip", b"not gzip at all".to_vec());
    assert!(code == 61 && line.contains("1f 8b") && line.contains("octet 0"), "{line}");
    let mut wrong = gzipped(b"Hello");
    *wrong.last_mut().unwrap() ^= 1;
    let (code, line) = refused("gzip", wrong);
    assert!(code == 61 && line.contains("ISIZE"), "{line}");
}

#[test]
fn an_end_that_comes_too_early_or_too_late_is_an_error() {
    let text = text();
    for (coding, content) in [
        ("gzip", gzipped(&text)),
        ("deflate", zlibbed(&text)),
        ("deflate", raw(&text)),
        ("deflate, gzip", gzipped(&zlibbed(&text)[..500])),
    ] {
        let cut = match coding {
            "deflate, gzip" => content,
            _ => content[..content.len() - 1].to_vec(),
        };
        let (code, line) = refused(coding, cut);
        assert!(code == 61 && line.contains("cut short"), "{coding}: {line}");
    }
    let (code, line) = refused("deflate", [raw(&text), b"more".to_vec()].concat());
    assert!(code == 61 && line.contains("behind its end"), "{line}");
    assert_eq!(refused("gzip", [gzipped(&text), b"more than a head".to_vec()].concat()).0, 61);
    // One octet is neither zlib nor anything else.
    assert_eq!(refused("deflate", vec![0x78]).0, 61);
}

#[test]
fn a_bomb_is_stopped_before_it_fills_anything() {
    let limits = Limits { free: 100_000, ratio: 10, ..Limits::DEFAULT };
    let zeros = vec![0; 4 << 20];
    let twice = gzipped(&gzipped(&zeros));
    for (coding, content) in [("gzip", gzipped(&zeros)), ("gzip, gzip", twice)] {
        let mut response = get(coding, content, limits);
        let mut out = Vec::new();
        let error = response.copy_to(&mut out).unwrap_err();
        assert!(matches!(error, Error::Bomb { limit: 100_000, ratio: 10, .. }), "{error}");
        assert_eq!(error.curl_exit_code(), 63);
        assert!(out.len() as u64 <= limits.free + limits.ratio * 5000, "{}", out.len());
        // It is told with every read from then on.
        let again = response.copy_to(&mut out).unwrap_err();
        assert!(again.to_string().contains("becomes more than"), "{again}");
    }
    assert!(get("gzip", gzipped(&zeros), Limits::DEFAULT).bytes(1 << 28).is_ok());
}

#[test]
fn what_came_before_an_error_is_told_first_however_it_came() {
    let text = text();
    let mut wrong = gzipped(&text);
    *wrong.last_mut().unwrap() ^= 1;
    let behind = [gzipped(&text), vec![0; 20]].concat();
    for (content, rule) in [(wrong, "ISIZE"), (behind, "1f 8b")] {
        for step in [1, 1000, usize::MAX] {
            let canned =
                Canned { coding: "gzip", content: content.clone(), step, asked: Mutex::default() };
            let session = Session::builder().compressed(Limits::DEFAULT);
            let session = session.mount("http://", Arc::new(canned)).build();
            let mut out = Vec::new();
            let mut response = session.get("http://example/").unwrap().send().unwrap();
            let error = response.copy_to(&mut out).unwrap_err().to_string();
            assert!(error.contains(rule), "{step}: {error}");
            assert!(out == text, "{step}: {} of {} octets", out.len(), text.len());
        }
    }
}
