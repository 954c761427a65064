//! What a server does for each request, or each second: nanoseconds apiece.
#![allow(missing_docs, reason = "criterion's macro makes a public function")]
#![allow(clippy::unwrap_used, reason = "a benchmark that panics has failed")]

use criterion::{Criterion, criterion_group, criterion_main};
use http::{
    Authority, HeaderMap, HeaderName, Method, Target, conditional, date, etag::ETag, media, ranges,
};
use std::hint::black_box;
use wire::UnixTime;

const NOW: UnixTime = UnixTime(1_767_225_600);

/// The fields that a browser sends.
fn browser() -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in [
        ("Host", "www.example.com"),
        ("Connection", "keep-alive"),
        ("sec-ch-ua-mobile", "?0"),
        ("sec-ch-ua-platform", "\"Linux\""),
        ("Upgrade-Insecure-Requests", "1"),
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"),
        ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
        ("Sec-Fetch-Site", "none"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Accept-Encoding", "gzip, deflate, br"),
        ("Accept-Language", "ko-KR,ko;q=0.9,en-US;q=0.8"),
        ("If-None-Match", "\"68a1b2c3-1f40\""),
    ] {
        map.try_append(name, value).unwrap();
    }
    map
}

fn fields(criterion: &mut Criterion) {
    let mut bench = |name: &str, run: &mut dyn FnMut()| {
        criterion.bench_function(name, |bencher| bencher.iter(&mut *run));
    };
    bench("date/format", &mut || {
        black_box(date::format(black_box(NOW)));
    });
    let text = date::format(NOW);
    bench("date/parse", &mut || {
        let _ = black_box(date::parse(black_box(&*text), NOW));
    });
    let map = browser();
    bench("map/get, twelve fields, the last", &mut || {
        black_box(black_box(&map).get(HeaderName::IF_NONE_MATCH));
    });
    bench("map/get, twelve fields, none", &mut || {
        black_box(black_box(&map).get(HeaderName::RANGE));
    });
    bench("target/origin", &mut || {
        drop(black_box(Target::parse(&Method::Get, black_box(b"/assets/page.html?v=12"))));
    });
    bench("host/check", &mut || {
        let _ = black_box(Authority::check_host(black_box(b"www.example.com:8080")));
    });
    let etag = ETag::strong("68a1b2c3-1f40");
    let there = conditional::Validators { exists: true, etag, last_modified: Some(NOW) };
    bench("conditional/evaluate", &mut || {
        black_box(conditional::evaluate(&Method::Get, &there, black_box(&map), NOW));
    });
    bench("ranges/select one", &mut || {
        drop(black_box(ranges::select(black_box(b"bytes=100-199"), 4096)));
    });
    bench("media/for_path", &mut || {
        black_box(media::for_path(black_box("/assets/page.html")));
    });
}

criterion_group!(benches, fields);
criterion_main!(benches);
