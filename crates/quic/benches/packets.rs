//! What a packet of 1,200 octets costs: sealed, opened, and its frames read and written.
//!
//! `cargo bench -p quic`
#![allow(missing_docs, reason = "criterion's macros make public functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that panics has failed")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quic::{
    connection_id::ConnectionId,
    frame::{Frames, encode_ack, encode_stream},
    packet::{Builder, MIN_DATAGRAM, Packet, PacketType, TAG},
    protection::{ApplicationKeys, initial},
    stream::StreamId,
    version::Version,
};
use std::hint::black_box;
use tls::{Role, Suite, schedule::Secret};

/// One direction of a connection with itself.
fn keys(suite: Suite) -> ApplicationKeys {
    let octets = [7; 48];
    let secret = Secret::new(suite.hash(), octets.get(..suite.hash().length()).unwrap()).unwrap();
    ApplicationKeys::new(Version::V1.constants().unwrap(), suite, &secret, &secret).unwrap()
}

/// A packet with one STREAM frame that fills it.
fn write(keys: &mut ApplicationKeys, id: &ConnectionId, number: u64, out: &mut Vec<u8>) {
    const DATA: [u8; MIN_DATAGRAM] = [0x61; MIN_DATAGRAM];
    out.clear();
    let packet = Builder::short(out, id, number, number.checked_sub(50), false, false);
    encode_stream(out, StreamId::new(0), number * 1100, 0, false, true);
    let room = MIN_DATAGRAM - TAG - out.len();
    out.extend_from_slice(DATA.get(..room).unwrap());
    packet.finish(out, 0, keys.local(number));
}

fn packets(criterion: &mut Criterion) {
    let id = ConnectionId::new(&[3; 8]).unwrap();
    for suite in Suite::ALL {
        let mut group = criterion.benchmark_group(suite.name());
        group.throughput(Throughput::Bytes(MIN_DATAGRAM as u64));
        let (mut keys, mut out) = (keys(suite), Vec::with_capacity(2048));
        let mut number = 0;
        group.bench_function("write and seal", |bencher| {
            bencher.iter(|| {
                number += 1;
                write(&mut keys, &id, number, black_box(&mut out));
            });
        });
        write(&mut keys, &id, 77, &mut out);
        let mut copy = out.clone();
        group.bench_function("open and read", |bencher| {
            bencher.iter(|| {
                // What is opened in place must be put back: the copy is a part of the figure.
                copy.copy_from_slice(&out);
                let Ok(Packet::Protected(head)) = Packet::read_at(&copy, 0, 8) else { return 0 };
                let opened = keys.open(&mut copy, &head, 77).unwrap().unwrap().opened;
                let payload = copy.get(opened.payload).unwrap();
                Frames::new(payload, PacketType::OneRtt, Role::Client).count()
            });
        });
        group.finish();
    }
}

fn parts(criterion: &mut Criterion) {
    let id = ConnectionId::new(&[3; 8]).unwrap();
    let constants = Version::V1.constants().unwrap();
    criterion.bench_function("keys of an Initial", |bencher| {
        bencher.iter(|| initial(constants, black_box(&id), Role::Server).unwrap());
    });
    let ranges = (0..32_u64).rev().map(|number| number * 10..number * 10 + 3);
    let mut out = Vec::with_capacity(256);
    criterion.bench_function("ACK of 32 ranges, written", |bencher| {
        bencher.iter(|| {
            out.clear();
            encode_ack(&mut out, black_box(ranges.clone()), 8, None, 1000)
        });
    });
    criterion.bench_function("ACK of 32 ranges, read", |bencher| {
        bencher.iter(|| Frames::new(black_box(&out), PacketType::OneRtt, Role::Client).count());
    });
}

criterion_group!(benches, packets, parts);
criterion_main!(benches);
