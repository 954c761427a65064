//! What a head costs: the scan that copies nothing, the whole parse to a `Request`, the oracle.
//!
//! `cargo bench -p http1`; the comparison with httparse, over the same three requests, lives in
//! `tests/peers`, where peers may be dependencies.
#![allow(missing_docs, reason = "criterion's macros make public functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that panics has failed")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use http1::{Limits, head};
use std::hint::black_box;

/// 720 octets: the request that most parsers' benchmarks use, a browser's of 2010.
const BROWSER: &[u8] = b"\
GET /wp-content/uploads/2010/03/hello-kitty-darth-vader-pink.jpg HTTP/1.1\r\n\
Host: www.kittyhell.com\r\n\
User-Agent: Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10.6; ja-JP-mac; rv:1.9.2.3) \
Gecko/20100401 Firefox/3.6.3 Pathtraq/0.9\r\n\
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
Accept-Language: ja,en-us;q=0.7,en;q=0.3\r\n\
Accept-Encoding: gzip,deflate\r\n\
Accept-Charset: Shift_JIS,utf-8;q=0.7,*;q=0.7\r\n\
Keep-Alive: 115\r\n\
Connection: keep-alive\r\n\
Cookie: wp_ozh_wsa_visits=2; wp_ozh_wsa_visit_lasttime=xxxxxxxxxx; \
__utma=xxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.x; \
__utmz=xxxxxxxxx.xxxxxxxxxx.x.x.utmccn=(referral)|utmcsr=reader.livedoor.com|\
utmcct=/reader/|utmcmd=referral|padding=under256\r\n\r\n";

/// 68 octets.
const SHORT: &[u8] =
    b"GET / HTTP/1.0\r\nHost: example.com\r\nCookie: session=60; user_id=1\r\n\r\n";

/// 42 octets: what a load generator sends.
const LEAST: &[u8] = b"GET /x HTTP/1.1\r\nHost: www.example.com\r\n\r\n";

fn heads(criterion: &mut Criterion) {
    let limits = Limits::default();
    for request in [BROWSER, SHORT, LEAST] {
        let mut group = criterion.benchmark_group(format!("{} octets", request.len()));
        group.throughput(Throughput::Bytes(request.len() as u64));
        group.bench_function("scan", |bencher| {
            let mut places = Vec::with_capacity(32);
            bencher.iter(|| {
                places.clear();
                let input = black_box(request);
                let (line, at) = head::scan::request_line(input).unwrap();
                let end = head::scan::fields(input, at, &limits, |name, value| {
                    places.push((name, value));
                });
                black_box((line, end.unwrap(), places.len()))
            });
        });
        group.bench_function("request", |bencher| {
            bencher.iter(|| head::parse_request(black_box(request), &limits).unwrap());
        });
        group.bench_function("oracle", |bencher| {
            bencher.iter(|| {
                head::oracle::request(&mut wire::Reader::new(black_box(request)), &limits).unwrap()
            });
        });
        group.finish();
    }
}

criterion_group!(benches, heads);
criterion_main!(benches);
