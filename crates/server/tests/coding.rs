//! Answers that are compressed: who gets them, what their heads say, and that every octet comes
//! back.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{connect, get, start, start_with};
use deflate::{Status, WindowBits, gzip, zlib};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use server::{Coding, Compressed, Files, Limits, Payload, Reply, Request, Router, Running, inline};
use std::{
    fs,
    io::{Read, Write},
    net::Shutdown,
    sync::{Arc, Barrier},
};

/// A head as text and the content as it is.
struct Answer {
    head: String,
    content: Vec<u8>,
}

impl Answer {
    fn field(&self, name: &str) -> Option<&str> {
        common::field(&self.head, name)
    }

    fn status(&self) -> &str {
        common::status(&self.head)
    }

    /// The content behind its chunks and its coding.
    fn plain(&self) -> Vec<u8> {
        let octets = match self.field("Transfer-Encoding") {
            Some("chunked") => unchunked(&self.content),
            _ => self.content.clone(),
        };
        let (mut input, mut out) = (octets.as_slice(), Vec::new());
        let verdict = match self.field("Content-Encoding") {
            Some("gzip") => gzip::Decoder::default().decode(&mut input, &mut out, 1 << 24),
            Some("deflate") => {
                zlib::Decoder::new(WindowBits::MAX).decode(&mut input, &mut out, 1 << 24)
            }
            None => return octets,
            Some(other) => panic!("{other}?"),
        };
        assert_eq!((verdict, input.len()), (Ok(Status::Ended), 0));
        out
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let line = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        if size == 0 {
            return out;
        }
        out.extend_from_slice(&rest[line + 2..line + 2 + size]);
        rest = &rest[line + 2 + size + 2..];
    }
}

fn ask(server: &Running, request: &str) -> Answer {
    let mut stream = connect(server);
    stream.write_all(request.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut octets = Vec::new();
    stream.read_to_end(&mut octets).unwrap();
    let end = octets.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let head = String::from_utf8(octets[..end].to_vec()).unwrap();
    Answer { head, content: octets[end..].to_vec() }
}

fn text(length: usize) -> String {
    let line = "so war es, und so wird es wieder sein. ";
    line.chars().cycle().take(length).collect()
}

fn typed(kind: &'static str) -> Response {
    let mut response = Response::new(StatusCode::OK);
    response.headers.append(HeaderName::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

const GZIP: &str = "Accept-Encoding: gzip\r\n";

/// Answers `text(length)` of the type `text/html`.
fn page(length: usize) -> Running {
    start(Compressed::new(
        inline(move |_: Request, reply: Reply| reply.send(typed("text/html"), text(length))),
        Coding::default(),
    ))
}

#[test]
fn a_client_gets_the_coding_it_likes_best() {
    let server = page(5000);
    for (asked, coding) in [
        ("gzip", Some("gzip")),
        ("gzip, deflate, br", Some("gzip")),
        ("deflate", Some("deflate")),
        ("gzip;q=0.5, deflate", Some("deflate")),
        ("br", None),
        ("identity", None),
        ("gzip;q=0", None),
        ("*", Some("gzip")),
        ("", None),
    ] {
        let answer = ask(&server, &get("/", &format!("Accept-Encoding: {asked}\r\n")));
        assert_eq!(answer.field("Content-Encoding"), coding, "{asked}");
        assert_eq!(answer.field("Vary"), Some("Accept-Encoding"), "{asked}");
        assert_eq!(answer.plain(), text(5000).into_bytes(), "{asked}");
        let length = answer.content.len().to_string();
        assert_eq!(answer.field("Content-Length"), Some(length.as_str()));
        assert_eq!(answer.content.len() < 500, coding.is_some());
    }
    let answer = ask(&server, &get("/", ""));
    assert_eq!((answer.field("Content-Encoding"), answer.content.len()), (None, 5000));
}

#[test]
fn short_and_long_answers_stay_as_they_are() {
    let Coding { least, most, inline, .. } = Coding::default();
    let cases = [(least - 1, None), (least, Some("gzip")), (inline, Some("gzip"))];
    for (length, coding) in cases.into_iter().chain([
        (inline + 1, Some("gzip")),
        (most, Some("gzip")),
        (most + 1, None),
    ]) {
        let server = page(usize::try_from(length).unwrap());
        let answer = ask(&server, &get("/", GZIP));
        assert_eq!(answer.field("Content-Encoding"), coding, "{length}");
        assert_eq!(answer.plain().len() as u64, length);
        let vary = (least..=most).contains(&length).then_some("Accept-Encoding");
        assert_eq!(answer.field("Vary"), vary, "{length}");
    }
}

#[test]
fn what_is_not_text_or_is_finished_stays_as_it_is() {
    let mut coded = typed("text/plain");
    coded.headers.append(HeaderName::CONTENT_ENCODING, HeaderValue::from_static("br"));
    let mut kept = typed("text/plain");
    kept.headers
        .append(HeaderName::CACHE_CONTROL, HeaderValue::from_static("private, no-transform"));
    let mut part = typed("text/plain");
    part.status = StatusCode::PARTIAL_CONTENT;
    let mut all = vec![typed("image/png"), Response::new(StatusCode::OK), coded, kept, part];
    // Each of them is of the octets as they are sent, or as they lie behind a coding.
    for (name, value) in [
        ("Content-Digest", "sha-256=:AA==:"),
        ("Repr-Digest", "sha-256=:AA==:"),
        ("Digest", "sha-256=AA=="),
        ("Content-MD5", "AA=="),
        ("Trailer", "Expires, repr-digest"),
    ] {
        let mut digest = typed("text/plain");
        digest.headers.append(HeaderName::new(name).unwrap(), HeaderValue::from_static(value));
        all.push(digest);
    }
    for response in all {
        let before = response.headers.get(HeaderName::CONTENT_ENCODING).is_some();
        let of = response.clone();
        let server = start(Compressed::new(
            inline(move |_: Request, reply: Reply| reply.send(of.clone(), text(5000))),
            Coding::default(),
        ));
        let answer = ask(&server, &get("/", GZIP));
        assert_eq!(answer.field("Content-Encoding"), before.then_some("br"), "{response:?}");
        assert_eq!(answer.content.len(), 5000, "{response:?}");
    }
}

#[test]
fn head_is_told_what_get_would_be() {
    let server = page(5000);
    let request = get("/", GZIP).replacen("GET", "HEAD", 1);
    let answer = ask(&server, &request);
    assert_eq!(answer.field("Content-Encoding"), Some("gzip"));
    assert_eq!((answer.field("Content-Length"), answer.content.len()), (None, 0));
    let plain = ask(&server, &get("/", "").replacen("GET", "HEAD", 1));
    assert_eq!(plain.field("Content-Length"), Some("5000"));
    assert_eq!(plain.field("Content-Encoding"), None);
}

fn site() -> testkit::TempDir {
    let place = testkit::TempDir::new("coding");
    fs::write(place.path().join("page.html"), text(40_000)).unwrap();
    fs::write(place.path().join("large.html"), text(700_000)).unwrap();
    fs::write(place.path().join("huge.html"), text(2 << 20)).unwrap();
    fs::write(place.path().join("picture.png"), text(5000)).unwrap();
    place
}

#[test]
fn files_are_compressed_and_their_validators_still_match() {
    let place = site();
    let files = Files::new(place.path()).unwrap();
    let server = start(Compressed::new(Router::new().fallback(files), Coding::default()));
    for (path, length, coding) in [
        ("/page.html", 40_000, Some("gzip")),
        ("/large.html", 700_000, Some("gzip")),
        ("/huge.html", 2 << 20, None),
        ("/picture.png", 5000, None),
    ] {
        let answer = ask(&server, &get(path, GZIP));
        assert_eq!(answer.field("Content-Encoding"), coding, "{path}");
        assert_eq!(answer.plain(), text(length).into_bytes(), "{path}");
        assert_eq!(answer.field("Accept-Ranges").is_some(), coding.is_none(), "{path}");
        let etag = answer.field("ETag").unwrap();
        assert_eq!(etag.starts_with("W/"), coding.is_some(), "{path}");
        // The plain form has the strong tag of the same thing.
        let plain = ask(&server, &get(path, ""));
        let strong = plain.field("ETag").unwrap();
        assert_eq!(etag.trim_start_matches("W/"), strong);
        for (known, accept) in [(etag, GZIP), (strong, GZIP), (etag, ""), (strong, "")] {
            let more = format!("{accept}If-None-Match: {known}\r\n");
            let again = ask(&server, &get(path, &more));
            assert_eq!((again.status(), again.content.len()), ("304", 0), "{path} {more}");
            // It is about what the client has: a strong tag that it holds stays one.
            let weak = !accept.is_empty() && known.starts_with("W/");
            let tag = again.field("ETag").unwrap();
            assert_eq!((tag.starts_with("W/"), tag.ends_with(strong)), (weak, true), "{more}");
            assert_eq!(again.field("Vary"), Some("Accept-Encoding"));
        }
    }
}

#[test]
fn ranges_are_of_the_octets_as_they_are() {
    let place = site();
    let server = start(Compressed::new(Files::new(place.path()).unwrap(), Coding::default()));
    let answer = ask(&server, &get("/page.html", &format!("{GZIP}Range: bytes=3-5\r\n")));
    assert_eq!((answer.status(), answer.field("Content-Encoding")), ("206", None));
    assert_eq!(answer.content, &text(40_000).as_bytes()[3..6]);
    assert!(!answer.field("ETag").unwrap().starts_with("W/"));
    // What came compressed has a weak tag, and a part does not fit to it: the whole again.
    let weak = ask(&server, &get("/page.html", GZIP)).field("ETag").unwrap().to_owned();
    let more = format!("{GZIP}Range: bytes=3-5\r\nIf-Range: {weak}\r\n");
    let whole = ask(&server, &get("/page.html", &more));
    assert_eq!((whole.status(), whole.plain().len()), ("200", 40_000));
}

#[test]
fn a_streamed_answer_is_compressed_as_it_comes() {
    let flushed = Arc::new(Barrier::new(2));
    let shown = flushed.clone();
    let server = start(Compressed::new(
        move |_: Request, reply: Reply| {
            let mut body = reply.stream(typed("application/json"), None);
            body.write_all(text(3000).as_bytes()).unwrap();
            body.flush().unwrap();
            // Only when the client has read this much does the rest follow.
            shown.wait();
            for _ in 0..40 {
                body.write_all(text(30_000).as_bytes()).unwrap();
            }
            body.finish().unwrap();
        },
        Coding::default(),
    ));
    let mut stream = connect(&server);
    stream.write_all(get("/", GZIP).as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut octets = Vec::new();
    let (mut out, mut decoder) = (Vec::new(), gzip::Decoder::default());
    while out.len() < 3000 {
        let mut piece = [0; 1024];
        let read = stream.read(&mut piece).unwrap();
        octets.extend_from_slice(&piece[..read]);
        // One chunk so far: its octets stand behind the head and the chunk's size.
        let head = octets.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        let Some(size) = octets[head..].windows(2).position(|two| two == b"\r\n") else { continue };
        out.clear();
        decoder = gzip::Decoder::default();
        let mut input = &octets[head + size + 2..];
        let _ = decoder.decode(&mut input, &mut out, 3000).unwrap();
    }
    drop(decoder);
    flushed.wait();
    stream.read_to_end(&mut octets).unwrap();
    let end = octets.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let head = String::from_utf8(octets[..end].to_vec()).unwrap();
    let answer = Answer { head, content: octets[end..].to_vec() };
    assert_eq!(answer.field("Vary"), Some("Accept-Encoding"));
    assert_eq!(answer.plain().len(), 3000 + 40 * 30_000);
}

#[test]
fn an_old_client_is_answered_compressed_too() {
    let old = |method: &str| format!("{method} / HTTP/1.0\r\nHost: a\r\n{GZIP}\r\n");
    let whole = ask(&page(5000), &old("GET"));
    assert_eq!(whole.plain(), text(5000).into_bytes());
    assert_eq!(whole.field("Content-Length"), Some(whole.content.len().to_string().as_str()));
    // The connection's end is that of the content, and gzip's own end tells that it is all.
    let server = promising(5000, 5000);
    let streamed = ask(&server, &old("GET"));
    let framing = (streamed.field("Content-Length"), streamed.field("Transfer-Encoding"));
    assert_eq!((streamed.field("Content-Encoding"), framing), (Some("gzip"), (None, None)));
    assert_eq!(streamed.plain(), text(5000).into_bytes());
    let head = ask(&server, &old("HEAD"));
    assert_eq!((head.field("Content-Encoding"), head.content.len()), (Some("gzip"), 0));
}

/// Streams a page of which it says `said` octets, and writes `written` and the end.
fn promising(said: u64, written: usize) -> Running {
    start(Compressed::new(
        move |_: Request, reply: Reply| {
            let mut body = reply.stream(typed("text/html"), Some(said));
            let _ = body.write_all(text(written).as_bytes()).and_then(|()| body.finish());
        },
        Coding::default(),
    ))
}

#[test]
fn a_promised_length_is_kept_behind_a_coding_too() {
    // However long: what is streamed is never held.
    for length in [5000, 3 << 20] {
        let kept = ask(&promising(length as u64, length), &get("/", GZIP));
        assert_eq!(kept.field("Content-Encoding"), Some("gzip"));
        assert!(kept.plain() == text(length).into_bytes());
    }
    for written in [4999, 5001] {
        let server = promising(5000, written);
        for accept in ["", GZIP] {
            let answer = ask(&server, &get("/", accept));
            let whole = match answer.field("Transfer-Encoding") {
                Some(_) => answer.content.ends_with(b"0\r\n\r\n"),
                None => answer.content.len() == 5000,
            };
            assert!(!whole, "{written} of 5000 octets, {accept:?}");
        }
    }
}

#[test]
fn with_every_context_taken_a_stream_goes_out_plain() {
    let limits = Limits { contexts: 1, ..Limits::default() };
    let (enter, leave) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (entered, left) = (enter.clone(), leave.clone());
    let router = Router::new()
        .get("/slow", move |_: Request, reply: Reply| {
            let mut body = reply.stream(typed("text/html"), None);
            entered.wait();
            left.wait();
            body.write_all(text(5000).as_bytes()).unwrap();
            body.finish().unwrap();
        })
        .get("/", |_: Request, reply: Reply| {
            let mut body = reply.stream(typed("text/html"), None);
            body.write_all(text(5000).as_bytes()).unwrap();
            body.finish().unwrap();
        });
    let server = start_with(Compressed::new(router, Coding::default()), limits);
    let coding = |answer: &Answer| answer.field("Content-Encoding").map(str::to_owned);
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| ask(&server, &get("/slow", GZIP)));
        enter.wait();
        let answer = ask(&server, &get("/", GZIP));
        assert_eq!((coding(&answer), answer.plain().len()), (None, 5000));
        assert_eq!(answer.field("Vary"), Some("Accept-Encoding"));
        leave.wait();
        let slow = slow.join().unwrap();
        assert_eq!((coding(&slow).as_deref(), slow.plain().len()), (Some("gzip"), 5000));
    });
    assert_eq!(coding(&ask(&server, &get("/", GZIP))).as_deref(), Some("gzip"));
}

#[test]
fn an_answer_written_on_the_loop_is_compressed_too() {
    // Much more than may wait for the connection at once: it is written whenever there is room.
    const PIECES: usize = 400;
    let server = start(Compressed::new(
        inline(|_: Request, reply: Reply| {
            let mut done = 0;
            reply.stream(typed("text/css"), None).on_room(move |body| {
                while done < PIECES {
                    let number = (done as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    let piece: String = (0..1000).map(|n| format!("{:x};", number ^ n)).collect();
                    body.write_all(piece.as_bytes())?;
                    done += 1;
                }
                Ok(())
            });
        }),
        Coding::default(),
    ));
    let (coded, plain) = (ask(&server, &get("/", GZIP)), ask(&server, &get("/", "")));
    assert_eq!(coded.field("Content-Encoding"), Some("gzip"));
    assert!(coded.plain() == plain.plain());
    assert!(coded.content.len() < plain.content.len() / 2);
}

#[test]
fn with_every_worker_busy_an_answer_goes_out_plain() {
    let limits = Limits { workers: 1, worker_queue: 0, ..Limits::default() };
    let (enter, leave) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (entered, left) = (enter.clone(), leave.clone());
    let router = Router::new()
        .get("/busy", move |_: Request, reply: Reply| {
            entered.wait();
            left.wait();
            reply.text(StatusCode::OK, "busy");
        })
        .get("/", inline(|_, reply| reply.send(typed("text/html"), text(100_000))));
    let server = start_with(Compressed::new(router, Coding::default()), limits);
    std::thread::scope(|scope| {
        let busy = scope.spawn(|| ask(&server, &get("/busy", "")));
        enter.wait();
        let answer = ask(&server, &get("/", GZIP));
        assert_eq!((answer.status(), answer.field("Content-Encoding")), ("200", None));
        assert_eq!(answer.content.len(), 100_000);
        // A cache must not take it for the only form.
        assert_eq!(answer.field("Vary"), Some("Accept-Encoding"));
        leave.wait();
        assert_eq!(busy.join().unwrap().content, b"busy");
    });
    let later = ask(&server, &get("/", GZIP));
    assert_eq!(later.plain().len(), 100_000);
}

#[test]
fn shared_and_static_octets_are_compressed_and_stay_whole() {
    static STATIC: &str = concat!(
        "0123456789012345678901234567890123456789012345678901234567890123456789",
        "0123456789012345678901234567890123456789012345678901234567890123456789"
    );
    let shared: Arc<[u8]> = text(9000).into_bytes().into();
    let router = Router::new()
        .get("/static", inline(|_, reply| reply.send(typed("text/plain"), STATIC)))
        .get(
            "/shared",
            inline(move |_, reply| {
                reply.send(typed("text/plain"), Payload::Shared(shared.clone()));
            }),
        );
    let coding = Coding { least: 100, ..Coding::default() };
    let server = start(Compressed::new(router, coding));
    assert_eq!(ask(&server, &get("/static", GZIP)).plain(), STATIC.as_bytes());
    for _ in 0..2 {
        assert_eq!(ask(&server, &get("/shared", GZIP)).plain(), text(9000).into_bytes());
    }
}
