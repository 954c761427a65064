//! How long a field takes, in and out.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench that panics has failed")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use qpack::{Decoder, Encoder, Field, Limits};

const LIST: [(&[u8], &[u8]); 10] = [
    (b":method", b"GET"),
    (b":scheme", b"https"),
    (b":authority", b"www.example.com"),
    (b":path", b"/style/main.css"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"),
    (b"accept", b"text/css,*/*;q=0.1"),
    (b"accept-language", b"en-US,en;q=0.5"),
    (b"accept-encoding", b"gzip, deflate, br"),
    (b"referer", b"https://www.example.com/"),
    (b"cookie", b"session=0123456789abcdef0123456789abcdef"),
];

fn fields(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fields");
    group.throughput(Throughput::Elements(LIST.len() as u64));
    let list = || LIST.iter().map(|(name, value)| Field::new(name, value));
    group.bench_function("round trip", |bencher| {
        let limits = Limits::default();
        let (mut encoder, mut decoder) = (Encoder::new(&limits), Decoder::new(&limits));
        encoder.set_peer(4096, 16);
        let (mut section, mut instructions) = (Vec::new(), Vec::new());
        bencher.iter(|| {
            section.clear();
            instructions.clear();
            encoder.encode(0, list(), &mut section);
            encoder.take_instructions(&mut instructions);
            decoder.receive_instructions(&instructions).unwrap();
            let mut octets = 0;
            decoder.decode(0, &section, |field| octets += field.value.len()).unwrap();
            instructions.clear();
            decoder.take_instructions(&mut instructions);
            encoder.receive_instructions(&instructions).unwrap();
            octets
        });
    });
    group.bench_function("encode, static table alone", |bencher| {
        let mut encoder = Encoder::new(&Limits::default());
        let mut section = Vec::new();
        bencher.iter(|| {
            section.clear();
            encoder.encode(0, list(), &mut section);
            section.len()
        });
    });
    let mut section = Vec::new();
    Encoder::new(&Limits::default()).encode(0, list(), &mut section);
    group.bench_function("decode, literals", |bencher| {
        let mut decoder = Decoder::new(&Limits::default());
        bencher.iter(|| {
            let mut octets = 0;
            decoder.decode(0, &section, |field| octets += field.value.len()).unwrap();
            octets
        });
    });
    group.finish();
}

criterion_group!(benches, fields);
criterion_main!(benches);
