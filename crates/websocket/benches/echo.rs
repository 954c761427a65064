//! What a message costs: masking alone, and a server's whole echo, from the octets of a read to the
//! octets of a write.
//!
//! `cargo bench -p websocket`; the comparison with other libraries, over sockets, lives in
//! `tests/peers`, where peers may be dependencies.
#![allow(missing_docs, reason = "criterion's macros make public functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that panics has failed")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::{hint::black_box, time::Instant};
use websocket::{
    Connection, Event, Limits,
    frame::{Head, Opcode, mask},
    handshake::Agreed,
};
use wire::Output;

const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

fn masking(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mask");
    for size in [16, 64, 1024, 16 * 1024] {
        let mut octets = vec![0x55; size];
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| mask(black_box(&mut octets), black_box(KEY), 0));
        });
    }
    group.finish();
}

/// A client's frames, as many as fit in a read of 64 KiB.
fn pipeline(opcode: Opcode, size: usize) -> (Vec<u8>, u64) {
    let mut input = Vec::new();
    let mut count = 0;
    while count == 0 || input.len() + size + Head::LONGEST <= 64 * 1024 {
        let head = Head { fin: true, rsv1: false, opcode, mask: Some(KEY), length: size as u64 };
        head.encode(&mut input);
        let start = input.len();
        input.extend((0..size).map(|at| b'a' + u8::try_from(at % 26).unwrap()));
        mask(input.get_mut(start..).unwrap(), KEY, 0);
        count += 1;
    }
    (input, count)
}

fn echo(connection: &mut Connection, scratch: &mut [u8], now: Instant, out: &mut Output) {
    // As a driver does: reads of 64 KiB, then all events, then one write.
    for read in scratch.chunks_mut(64 * 1024) {
        connection.receive(read, now);
        while let Some(event) = connection.poll_event() {
            if let Event::Message(message) = event {
                connection.send(message).unwrap();
            }
        }
        connection.poll_transmit(now, out);
        black_box(out.len());
        out.clear();
    }
}

fn echoes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("echo");
    for (opcode, size) in [
        (Opcode::Text, 64),
        (Opcode::Binary, 64),
        (Opcode::Text, 1024),
        (Opcode::Text, 16 * 1024),
        (Opcode::Binary, 1 << 20),
        (Opcode::Text, 1 << 20),
    ] {
        let (input, count) = pipeline(opcode, size);
        group.throughput(Throughput::Elements(count));
        let mut scratch = input.clone();
        let now = Instant::now();
        let mut connection = Connection::server(&Agreed::default(), &Limits::default(), now);
        let mut out = Output::new(1 << 20);
        group.bench_function(BenchmarkId::new(opcode.name(), size), |bencher| {
            bencher.iter(|| {
                // The read itself: what the kernel would copy.
                scratch.copy_from_slice(&input);
                echo(&mut connection, &mut scratch, now, &mut out);
            });
        });
    }
    group.finish();
}

/// Small messages that come in one message's octets at a time, as without pipelining.
fn single(criterion: &mut Criterion) {
    let (mut input, _) = pipeline(Opcode::Text, 64);
    input.truncate(70);
    let mut scratch = input.clone();
    let now = Instant::now();
    let mut connection = Connection::server(&Agreed::default(), &Limits::default(), now);
    let mut out = Output::new(1 << 20);
    criterion.bench_function("echo one by one/64", |bencher| {
        bencher.iter(|| {
            scratch.copy_from_slice(&input);
            echo(&mut connection, &mut scratch, now, &mut out);
        });
    });
}

// Short: the figures are stable to some per cent, and a reader waits for them.
criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1));
    targets = masking, echoes, single
}
criterion_main!(benches);
