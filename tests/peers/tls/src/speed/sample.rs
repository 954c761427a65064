//! One stack in one process: handshakes by the thousand, then data, and what each costs.
//!
//! The end that is measured speaks to rustls in handshakes, whoever it is, so that both are asked
//! the same; data goes between two ends of one stack.

use std::hint::black_box;
use std::sync::Arc;
use tls_peers::End;
use tls_peers::line::Line;
use tls_peers::ours::Ours;
use tls_peers::stage::Stage;
use tls_peers::theirs::{Reading, Theirs};
use x509::SigningKey;

/// What is measured, in the order of [`Sample`].
pub const NAMES: [&str; 10] = [
    "server, full handshakes / s",
    "server, resumed handshakes / s",
    "client, full handshakes / s",
    "client, resumed handshakes / s",
    "send, 4 records at a time, GB / s",
    "send, 1 MiB at a time, GB / s",
    "receive, 4 records at a time, GB / s",
    "receive, 1 MiB at a time, GB / s",
    "the same, rustls by `fill_buf`, 4 records",
    "the same, rustls by `fill_buf`, 1 MiB",
];

/// A figure for each of [`NAMES`]; NaN where it was not asked for.
pub type Sample = [f64; NAMES.len()];

/// Makes ends.
struct Makers {
    client: Box<dyn Fn() -> Box<dyn End>>,
    server: Box<dyn Fn() -> Box<dyn End>>,
}

impl Makers {
    fn ours(stage: &Stage) -> Self {
        let (client, server) = (Arc::new(stage.our_client()), Arc::new(stage.our_server()));
        Self {
            client: Box::new(move || Box::new(Ours::client(&client))),
            server: Box::new(move || Box::new(Ours::server(&server))),
        }
    }

    fn theirs(stage: &Stage, reading: Reading) -> Self {
        let (client, server) = (Arc::new(stage.their_client()), Arc::new(stage.their_server()));
        Self {
            client: Box::new(move || Box::new(Theirs::client(&client).reading(reading))),
            server: Box::new(move || Box::new(Theirs::server(&server).reading(reading))),
        }
    }

    fn of(name: &str, stage: &Stage) -> Self {
        if name == "ours" { Self::ours(stage) } else { Self::theirs(stage, Reading::Seen) }
    }
}

/// Measures the stack of that name; `scale` is 1 for some seconds of it.
pub fn measure(name: &str, scale: f64, wanted: &[usize]) -> Sample {
    let key = SigningKey::generate_p256().expect("the system has randomness").to_pkcs8_pem();
    let full = Stage::new(&key);
    let resumed = Stage { tickets: true, ..full.clone() };
    let count = ((1000.0 * scale) as usize).max(4);
    let mut sample = [f64::NAN; NAMES.len()];
    for (index, stage) in [&full, &resumed].into_iter().enumerate() {
        let (mine, peers) = (Makers::of(name, stage), Makers::theirs(stage, Reading::Seen));
        if wanted.contains(&index) {
            sample[index] = handshakes(&peers.client, &mine.server, count)[1];
        }
        if wanted.contains(&(2 + index)) {
            sample[2 + index] = handshakes(&mine.client, &peers.server, count)[0];
        }
    }
    let octets = (1e9 * scale) as usize;
    for (index, burst) in [4 * 16_384, 1 << 20].into_iter().enumerate() {
        for (at, reading) in [(6, Reading::Copied), (8, Reading::Seen)] {
            if !wanted.iter().any(|one| [4 + index, at + index].contains(one)) {
                continue;
            }
            let makers = match name {
                "ours" => Makers::ours(&full),
                _ => Makers::theirs(&full, reading),
            };
            let [send, receive] = data(&makers, burst, octets);
            (sample[4 + index], sample[at + index]) = (send, receive);
        }
    }
    sample
}

/// Handshakes in a second of each end's processor time: client, server.
fn handshakes(
    client: &dyn Fn() -> Box<dyn End>,
    server: &dyn Fn() -> Box<dyn End>,
    count: usize,
) -> [f64; 2] {
    let mut spent = [0.0; 2];
    // The first brings the tickets, where there are any.
    handshake(client, server, &mut [0.0; 2]);
    for _ in 0..count {
        handshake(client, server, &mut spent);
    }
    spent.map(|seconds| count as f64 / seconds)
}

fn handshake(
    client: &dyn Fn() -> Box<dyn End>,
    server: &dyn Fn() -> Box<dyn End>,
    [at_client, at_server]: &mut [f64; 2],
) {
    let mut line = Line::default();
    let (mut one, mut other) = (None, None);
    *at_client += line.time(|_| one = Some(client()));
    *at_server += line.time(|_| other = Some(server()));
    let (Some(mut client), Some(mut server)) = (one, other) else { return };
    *at_client += line.time(|line| client.transmit(line));
    // Hello and answer, then the client's Finished and tickets.
    for _ in 0..2 {
        *at_server += line.time(|line| take(&mut *server, line));
        *at_client += line.time(|line| take(&mut *client, line));
    }
    assert!(client.is_complete() && server.is_complete());
    *at_client += line.time(|_| drop(client));
    *at_server += line.time(|_| drop(server));
}

fn take(end: &mut dyn End, line: &mut Line) {
    end.receive(line, &mut |_| {}).expect("a good peer");
    end.transmit(line);
}

/// Gigabytes in a second of processor time: sent, received.
fn data(makers: &Makers, burst: usize, octets: usize) -> [f64; 2] {
    let (mut client, mut server) = ((makers.client)(), (makers.server)());
    tls_peers::converse(&mut *client, &mut *server, &mut [Vec::new(), Vec::new()])
        .expect("a good peer");
    let content = vec![7; burst];
    let (mut line, mut heard) = (Line::default(), 0);
    let [mut sending, mut receiving] = [0.0; 2];
    let bursts = (octets / burst).max(2);
    for turn in 0..=bursts {
        let sent = line.time(|line| {
            client.send(&content);
            client.transmit(line);
        });
        let received = line.time(|line| {
            let mut hear = |data: &[u8]| heard += black_box(data).len();
            server.receive(line, &mut hear).expect("a good peer");
        });
        // The first finds no memory yet.
        if turn > 0 {
            sending += sent;
            receiving += received;
        }
    }
    assert_eq!(heard, (bursts + 1) * burst, "what was sent has come");
    [sending, receiving].map(|seconds| (bursts * burst) as f64 / seconds / 1e9)
}
