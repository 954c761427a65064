//! A connection of QUIC, recorded off the wire and opened again with its key log: RFC 9001 §5, §6.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use dissect::{Dissection, Hints, KeyLog, Kind, dissect, dissect_hinted, text};
use quic::{
    ClientConfig, Endpoint, EndpointLimits, FourTuple, Handle, ServerConfig, Transmit, acks::Ecn,
    packet::Packet, stream::Direction, token::TokenKey,
};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tls::{
    Moment,
    fuzzing::stage::{self, Stage},
};
use wire::{Note, Random, Scripted, UnixTime};

/// Keeps the lines of a key log.
#[derive(Default)]
struct Lines(Mutex<String>);

impl tls::KeyLog for Lines {
    fn line(&self, line: &str) {
        *self.0.lock().unwrap() += &format!("{line}\n");
    }
}

fn endpoint(seed: u64) -> Endpoint {
    let mut seed = Scripted(seed);
    let entropy = Box::new(move || {
        let one: Box<dyn Random + Send> = Box::new(Scripted(seed.next_u64()));
        one
    });
    let key = Arc::new(TokenKey::new(&[7; 32]).unwrap());
    Endpoint::new(key, EndpointLimits::default(), entropy)
}

/// Two endpoints and whoever writes down what they say.
struct Tap {
    ends: [Endpoint; 2],
    handles: [Option<Handle>; 2],
    addresses: [SocketAddr; 2],
    now: Instant,
    datagrams: Vec<Vec<u8>>,
}

impl Tap {
    /// A client's and a server's end, and the log of both.
    fn new(always_retry: bool) -> (Self, [Arc<Lines>; 2]) {
        let logs = [Arc::new(Lines::default()), Arc::new(Lines::default())];
        let mut stage = Stage::plain();
        stage.client.key_log = Some(logs[0].clone());
        stage.server.key_log = Some(logs[1].clone());
        let mut ends = [endpoint(1), endpoint(2)];
        ends[1].serve(ServerConfig::new(Arc::new(stage.server)), always_retry);
        let addresses = [([10, 0, 0, 1], 5000), ([10, 0, 0, 2], 443)].map(SocketAddr::from);
        let path = FourTuple { local: addresses[0], remote: addresses[1] };
        let config = ClientConfig::new(Arc::new(stage.client));
        let now = Instant::now();
        let moment = Moment { instant: now, time: UnixTime(stage::moment().time.0) };
        let handle = ends[0].connect(&config, stage::name(), path, Vec::new(), moment).unwrap();
        let handles = [Some(handle), None];
        (Self { ends, handles, addresses, now, datagrams: Vec::new() }, logs)
    }

    fn client(&mut self) -> &mut quic::Connection {
        self.ends[0].get_mut(self.handles[0].unwrap()).unwrap()
    }

    /// Lets both talk for a second.
    fn talk(&mut self) {
        for _ in 0..100 {
            self.now += Duration::from_millis(10);
            for from in [0, 1] {
                self.say(from);
            }
        }
    }

    fn say(&mut self, from: usize) {
        let Some(handle) = self.handles[from] else { return };
        let (now, to) = (self.now, 1 - from);
        let moment = Moment { instant: now, time: UnixTime(stage::moment().time.0) };
        let mut transmit = Transmit::new(1);
        let Some(connection) = self.ends[from].get_mut(handle) else { return };
        if connection.next_timeout().is_some_and(|at| at <= now) {
            connection.handle_timeout(now);
        }
        while let Some(connection) = self.ends[from].get_mut(handle)
            && connection.poll_transmit(now, &mut transmit)
        {
            self.datagrams.push(transmit.octets.clone());
            let path = FourTuple { local: self.addresses[to], remote: self.addresses[from] };
            let mut answer = Vec::new();
            let octets = &mut transmit.octets;
            let received = self.ends[to].receive(path, Ecn::NotEct, octets, moment, &mut answer);
            match received {
                quic::Received::Accepted(new) => self.handles[to] = Some(new),
                quic::Received::Answered => {
                    self.datagrams.push(answer.clone());
                    let path = FourTuple { local: path.remote, remote: path.local };
                    let mut none = Vec::new();
                    self.ends[from].receive(path, Ecn::NotEct, &mut answer, moment, &mut none);
                }
                _ => {}
            }
            if let Some(other) = self.handles[to].filter(|_| received != quic::Received::Answered) {
                while let Some(connection) = self.ends[to].get_mut(other)
                    && connection.poll_event().is_some()
                {}
                self.ends[to].settle(other, moment);
            }
        }
        self.ends[from].settle(handle, moment);
    }
}

fn destination_of(datagram: &[u8]) -> Vec<u8> {
    Packet::read_at(datagram, 0, 8).unwrap().destination(datagram).to_vec()
}

fn names(found: &Dissection) -> Vec<&'static str> {
    let names = found.notes.iter().map(|note| match note {
        Note::Field { name, .. } | Note::Section { name, .. } => *name,
    });
    names.collect()
}

/// What a recorded connection says, with either end's log.
fn opened(tap: &Tap, log: &Lines, destination: &[u8]) -> String {
    let keys = KeyLog::read(&log.0.lock().unwrap()).unwrap();
    let hints = Hints { keys, destination: Some(destination.to_vec()), ..Hints::default() };
    let mut story = String::new();
    for (at, datagram) in tap.datagrams.iter().enumerate() {
        let found = dissect_hinted(Kind::QuicPacket, datagram, &hints);
        let told = text(&found);
        assert_eq!((found.read, &found.error), (datagram.len(), &None), "datagram {at}:\n{told}");
        assert!(!names(&found).contains(&"Protected payload"), "datagram {at}:\n{told}");
        let octets = found.notes.iter().map(|note| match note {
            Note::Field { octets, .. } => octets.len(),
            Note::Section { .. } => 0,
        });
        assert_eq!(octets.sum::<usize>(), datagram.len());
        story += &told;
    }
    story
}

#[test]
fn a_key_log_opens_every_packet_of_a_recorded_connection() {
    let (mut tap, logs) = Tap::new(false);
    tap.talk();
    for _ in 0..2 {
        let stream = tap.client().open(Direction::Bidirectional).unwrap();
        tap.client().send(stream, b"a secret that is none").unwrap();
        tap.client().finish(stream).unwrap();
        tap.talk();
        tap.client().update_keys().unwrap();
    }
    tap.client().close(0, b"done");
    tap.talk();
    let destination = destination_of(&tap.datagrams[0]);
    for log in logs {
        let story = opened(&tap, &log, &destination);
        for words in [
            "Initial packet",
            "Handshake packet",
            "1-RTT packet",
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            "SERVER_TRAFFIC_SECRET_0",
            "updated 2 times",
            "HANDSHAKE_DONE, RFC 9000",
            "\"a secret that is none\"",
            "CONNECTION_CLOSE, RFC 9000",
        ] {
            assert!(story.contains(words), "{words}");
        }
    }
}

#[test]
fn behind_a_retry_the_servers_choice_opens_initial_packets() {
    let (mut tap, logs) = Tap::new(true);
    tap.talk();
    let first = destination_of(&tap.datagrams[0]);
    let retry = dissect_hinted(
        Kind::QuicPacket,
        &tap.datagrams[1],
        &Hints { destination: Some(first), ..Hints::default() },
    );
    assert!(text(&retry).contains("right, if "), "{}", text(&retry));
    let second = destination_of(&tap.datagrams[2]);
    tap.datagrams.drain(..2);
    assert!(opened(&tap, &logs[0], &second).contains("HANDSHAKE_DONE"));
}

#[test]
fn without_keys_only_the_clients_initial_packets_open() {
    let (mut tap, _) = Tap::new(false);
    tap.talk();
    for (at, datagram) in tap.datagrams.iter().enumerate() {
        let found = dissect(Kind::QuicPacket, datagram);
        assert_eq!(found.error, None);
        assert_eq!(names(&found).contains(&"Protected payload"), at > 0, "{}", text(&found));
    }
}

#[test]
fn damage_is_told_and_never_panics() {
    let (mut tap, logs) = Tap::new(false);
    tap.talk();
    let keys = KeyLog::read(&logs[0].0.lock().unwrap()).unwrap();
    let destination = Some(destination_of(&tap.datagrams[0]));
    let hints = Hints { keys, destination, ..Hints::default() };
    for datagram in &tap.datagrams {
        for at in (0..datagram.len()).step_by(1 + datagram.len() / 97) {
            let mut bad = datagram.clone();
            bad[at] ^= 0x55;
            let _ = text(&dissect_hinted(Kind::QuicPacket, &bad, &hints));
            let _ = text(&dissect_hinted(Kind::QuicPacket, &bad[..at], &hints));
        }
    }
}
