//! Two ends whose messages are changed on their way: not their records, which no change survives,
//! but what is inside, as a peer could send it that has all the keys and no manners.

use super::stage::{Stage, moment, name};
use crate::{Error, Event, Handshake, Level};
use std::sync::Arc;
use wire::Scripted;

/// One change, of five octets: which flight, where in it, and what.
struct Change {
    flight: u8,
    at: usize,
    kind: u8,
    octet: u8,
}

fn changes(script: &[u8]) -> Vec<Change> {
    let change = |five: &[u8]| match five {
        [flight, high, low, kind, octet] => Some(Change {
            flight: *flight,
            at: usize::from(u16::from_be_bytes([*high, *low])),
            kind: *kind,
            octet: *octet,
        }),
        _ => None,
    };
    script.chunks_exact(5).take(16).filter_map(change).collect()
}

/// The first octet chooses a stage; then come changes. Whatever they are: an error stays the same
/// error, and two ends that complete have the same keys.
#[doc(hidden)]
pub fn check_handshake(octets: &[u8]) {
    let (choice, script) = octets.split_first().unwrap_or((&0, &[]));
    let stage = match choice % 4 {
        0 => Stage::plain(),
        1 => Stage::retrying(),
        2 => Stage::asking(),
        _ => {
            let stage = Stage::resuming();
            play(&stage, 0, false, &[]);
            stage
        }
    };
    let changes = changes(script);
    play(&stage, 1, choice & 0x80 != 0, &changes);
}

fn play(stage: &Stage, number: u64, quic: bool, changes: &[Change]) {
    let parameters = |octet| quic.then(|| vec![octet; 4]);
    let (client, server) = (Arc::new(stage.client.clone()), Arc::new(stage.server.clone()));
    let random = Box::new(Scripted(number));
    let client = Handshake::client(client, name(), parameters(1), random, moment());
    let mut client = client.unwrap();
    let random = Box::new(Scripted(number + 100));
    let mut server = Handshake::server(server, parameters(2), random, moment());
    let mut flight = 0;
    for _ in 0..4 {
        for up in [true, false] {
            let (from, to) =
                if up { (&mut client, &mut server) } else { (&mut server, &mut client) };
            if pass(from, to, flight, changes).is_err() {
                return;
            }
            flight += 1;
        }
    }
    if client.is_complete() && server.is_complete() {
        let export = |end: &Handshake| {
            let mut out = [0; 16];
            end.export("fuzz", b"", &mut out).map(|()| out)
        };
        assert_eq!(export(&client), export(&server), "two ends, two handshakes");
        let agreed = |end: &Handshake| {
            let summary = end.summary().clone();
            (summary.suite, summary.group, summary.alpn, summary.resumed, summary.early_data)
        };
        assert_eq!(agreed(&client), agreed(&server));
    }
}

/// Carries what one end wants sent to the other.
fn pass(
    from: &mut Handshake,
    to: &mut Handshake,
    flight: u8,
    changes: &[Change],
) -> Result<(), Error> {
    let now = moment().instant;
    while let Some(event) = from.poll_event() {
        let Event::Send { level, mut octets } = event else { continue };
        for change in changes.iter().filter(|change| change.flight == flight) {
            apply(change, &mut octets);
        }
        if let Err(error) = to.receive(level, &octets, now) {
            assert!(!error.rule().is_empty());
            // Nothing makes it better.
            assert_eq!(to.receive(Level::Initial, &octets, now), Err(error.clone()));
            return Err(error);
        }
    }
    Ok(())
}

fn apply(change: &Change, octets: &mut Vec<u8>) {
    let at = change.at.min(octets.len());
    match change.kind % 6 {
        0 => {
            if let Some(octet) = octets.get_mut(at) {
                *octet ^= change.octet;
            }
        }
        1 => octets.insert(at, change.octet),
        2 => {
            if at < octets.len() {
                octets.remove(at);
            }
        }
        // Lengths are two octets often enough.
        3 => {
            if let Some(octet) = octets.get_mut(at) {
                *octet = octet.wrapping_add(1);
            }
        }
        4 => octets.truncate(at),
        _ => {
            let end = octets.len().min(at + usize::from(change.octet));
            let part: Vec<u8> = octets.get(at..end).unwrap_or_default().to_vec();
            octets.extend(part);
        }
    }
}
