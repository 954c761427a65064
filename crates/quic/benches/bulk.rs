//! Two connections in memory: what a packet costs at both ends, the network left out.
#![allow(
    missing_docs,
    clippy::indexing_slicing,
    reason = "criterion's macros say nothing of themselves; two ends are two"
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quic::{
    ClientConfig, Connection, Event, FourTuple, ServerConfig, Transmit,
    acks::Ecn,
    connection::{Accepted, IdSource},
    connection_id::ConnectionId,
    packet::Packet,
    stream::{Direction, StreamId},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tls::{Moment, fuzzing::stage};
use wire::{Reader, Scripted, UnixTime};

struct Ids(Scripted);

impl IdSource for Ids {
    fn issue(&mut self) -> (ConnectionId, [u8; 16]) {
        let mut token = [0; 16];
        wire::Random::fill(&mut self.0, &mut token);
        (ConnectionId::random(8, &mut self.0), token)
    }
}

struct Pair {
    ends: [Connection; 2],
    transmit: Transmit,
    now: Instant,
}

impl Pair {
    fn new() -> Option<Self> {
        let now = Instant::now();
        let moment = Moment { instant: now, time: UnixTime(1_800_000_000) };
        let plain = stage::Stage::plain();
        let here = "10.0.0.1:5000".parse().ok()?;
        let there = "10.0.0.2:443".parse().ok()?;
        let config = ClientConfig::new(Arc::new(plain.client));
        let path = FourTuple { local: here, remote: there };
        let (ids, random) = (Box::new(Ids(Scripted(1))), Box::new(Scripted(2)));
        let name = stage::name();
        let mut client =
            Connection::new_client(&config, name, path, ids, Vec::new(), random, moment).ok()?;
        let mut transmit = Transmit::new(45);
        client.poll_transmit(now, &mut transmit);
        let packet = Packet::read(&mut Reader::new(&transmit.octets), 8).ok()?;
        let Packet::Protected(head) = packet else { return None };
        let accepted = Accepted {
            version: head.version?,
            destination: head.destination,
            source: head.source,
            original_destination: head.destination,
            retry_source: None,
            validated: true,
            path: FourTuple { local: there, remote: here },
        };
        let config = ServerConfig::new(Arc::new(plain.server));
        let (ids, random) = (Box::new(Ids(Scripted(3))), Box::new(Scripted(4)));
        let mut server = Connection::new_server(&config, &accepted, ids, random, moment).ok()?;
        server.receive_datagram(accepted.path, Ecn::NotEct, &mut transmit.octets, now);
        Some(Self { ends: [client, server], transmit, now })
    }

    /// One turn of each end, 100 µs.
    fn turn(&mut self) {
        self.now += Duration::from_micros(100);
        let [client, server] = &mut self.ends;
        for flip in [false, true] {
            let (from, to) =
                if flip { (&mut *server, &mut *client) } else { (&mut *client, &mut *server) };
            if from.next_timeout().is_some_and(|at| at <= self.now) {
                from.handle_timeout(self.now);
            }
            while from.poll_transmit(self.now, &mut self.transmit) {
                let path = FourTuple {
                    local: self.transmit.path.remote,
                    remote: self.transmit.path.local,
                };
                for datagram in self.transmit.octets.chunks_mut(self.transmit.segment.max(1)) {
                    to.receive_datagram(path, Ecn::NotEct, datagram, self.now);
                }
            }
        }
    }

    fn carry(&mut self, stream: StreamId, octets: &Arc<[u8]>) {
        let (mut sent, mut read) = (0, 0);
        while read < octets.len() {
            let [client, server] = &mut self.ends;
            sent += client.send_shared(stream, octets, sent).unwrap_or(0);
            while let Some(event) = server.poll_event() {
                if let Event::Readable(stream) = event
                    && let Ok(part) = server.read(stream, <[u8]>::len)
                {
                    read += part.octets;
                }
            }
            while client.poll_event().is_some() {}
            self.turn();
        }
    }
}

fn bulk(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bulk");
    let octets: Arc<[u8]> = vec![7; 4 << 20].into();
    group.throughput(Throughput::Bytes(octets.len() as u64));
    let Some(mut pair) = Pair::new() else { return };
    for _ in 0..100 {
        pair.turn();
    }
    let Some(stream) = pair.ends[0].open(Direction::Unidirectional) else { return };
    group.bench_function("4 MiB, both ends", |bencher| {
        bencher.iter(|| pair.carry(stream, &octets));
    });
    let stats = pair.ends[0].stats();
    println!("{stats:?}");
    group.finish();
}

criterion_group!(benches, bulk);
criterion_main!(benches);
