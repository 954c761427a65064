//! The parser of heads against httparse's: nanoseconds for one request, the least of many runs.
//!
//! ```text
//!   httparse        slices of the input, in an array on the stack
//!   spans           our scan alone: where each name and value stands, in an array; copies nothing
//!   owned           what a connection uses: a request that outlives the input, framing facts known
//! ```
//!
//! `httparse / spans` compares like with like; `owned` does what a user of httparse does next.

use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::time::Instant;

use http1::{Limits, head};

/// As a browser sends it: 9 fields, cookies and all, 720 octets.
const BROWSER: &str = "GET /lectures/2025/network/08-sockets-and-http-from-the-wire-up.html HTTP/1.1\r\n\
    Host: www.university.example\r\n\
    User-Agent: Mozilla/5.0 (X11; U; Linux x86_64; ko-KR; rv:1.9.2.3) \
    Gecko/20100401 Browser/3.6.3\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    Accept-Language: ko-KR,ko;q=0.7,en;q=0.3\r\n\
    Accept-Encoding: gzip,deflate\r\n\
    Accept-Charset: EUC-KR,utf-8;q=0.7,*;q=0.7\r\n\
    Keep-Alive: 115\r\n\
    Connection: keep-alive\r\n\
    Cookie: lecture_visits=2; session=xxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.x; \
    campaign=xxxxxxxxx.xxxxxxxxxx.x.x.source=(direct)|name=(direct)|medium=(none); \
    theme=dark; reading=chapter-08; position=0000000; \
    token=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

const SMALL: &str = "GET / HTTP/1.1\r\nHost: example.com\r\nCookie: a=60; user=1; theme=0\r\n\r\n";

const LEAST: &str = "GET /ab HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";

fn ours_spans(input: &[u8], limits: &Limits, spans: &mut [(Range<usize>, Range<usize>)]) -> usize {
    let Some((_, at)) = head::scan::request_line(input) else { return 0 };
    let mut count = 0;
    let end = head::scan::fields(input, at, limits, |name, value| {
        if let Some(span) = spans.get_mut(count) {
            *span = (name, value);
        }
        count += 1;
    });
    if end == Some(input.len()) { count } else { 0 }
}

fn theirs(input: &[u8]) -> usize {
    let mut fields = [const { MaybeUninit::uninit() }; 64];
    let mut request = httparse::Request::new(&mut []);
    match request.parse_with_uninit_headers(input, &mut fields) {
        Ok(httparse::Status::Complete(_)) => black_box(&request).headers.len(),
        _ => 0,
    }
}

/// The least time of one call, over rounds of `turns` calls each.
fn least(rounds: usize, turns: u32, mut call: impl FnMut() -> usize) -> f64 {
    assert!(call() > 0, "the parser takes this request");
    let mut least = f64::INFINITY;
    for _ in 0..rounds {
        let start = Instant::now();
        for _ in 0..turns {
            black_box(call());
        }
        least = least.min(start.elapsed().as_secs_f64() * 1e9 / f64::from(turns));
    }
    least
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 20 } else { 400 };
    let limits = Limits::default();
    let browser = format!("{BROWSER}\r\n\r\n");
    println!("| request, octets | httparse, ns | ours: spans, ns | ratio | ours: owned, ns |");
    println!("|---|---|---|---|---|");
    for request in [browser.as_str(), SMALL, LEAST] {
        let input = request.as_bytes();
        let mut spans = vec![(0..0, 0..0); 64];
        let (mut peer, mut scan, mut owned) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
        // In turn, so that a slow moment of the machine falls on all three.
        for _ in 0..5 {
            peer = peer.min(least(rounds, 2_000, || theirs(black_box(input))));
            scan = scan.min(least(rounds, 2_000, || {
                ours_spans(black_box(input), &limits, black_box(&mut spans))
            }));
            owned = owned.min(least(rounds, 2_000, || {
                match head::parse_request(black_box(input), &limits) {
                    Ok(Some((head, _))) => black_box(head).request.headers.len(),
                    _ => 0,
                }
            }));
        }
        let ratio = scan / peer;
        println!("| {} | {peer:.1} | {scan:.1} | **{ratio:.2}** | {owned:.1} |", input.len());
    }
}
