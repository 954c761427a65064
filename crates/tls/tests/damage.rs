//! What a network, or somebody on it, can do to a connection: cut it anywhere, end it anywhere,
//! change a bit anywhere.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "common/pair.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod pair;

use pair::{Pair, drain, sent, violation};
use tls::{
    fuzzing::stage::{Stage, moment},
    record::{Connection, Event},
};

/// What is done to the octets of one direction, each with its number: changed, or dropped from
/// there on.
#[derive(Clone, Copy)]
enum Damage {
    None,
    /// One octet, counted over the whole direction, is XORed.
    Flip {
        up: bool,
        at: usize,
        bits: u8,
    },
    /// The stream ends before that octet.
    End {
        up: bool,
        at: usize,
    },
}

/// A connection with data both ways, and its end.
struct Play {
    pair: Pair,
    up: usize,
    down: usize,
    damage: Damage,
}

impl Play {
    /// Octets on their way; answers whether they all arrive.
    fn harm(&self, octets: &mut Vec<u8>, is_up: bool, before: usize) -> bool {
        match self.damage {
            Damage::Flip { up, at, bits } if up == is_up => {
                if let Some(octet) = at.checked_sub(before).and_then(|at| octets.get_mut(at)) {
                    *octet ^= bits;
                }
                true
            }
            Damage::End { up, at } if up == is_up && at < before + octets.len() => {
                octets.truncate(at.saturating_sub(before));
                false
            }
            _ => true,
        }
    }

    fn carry(&mut self) {
        loop {
            let now = self.pair.now;
            let mut octets = sent(&mut self.pair.client, now);
            let up = octets.len();
            let whole = self.harm(&mut octets, true, self.up);
            self.pair.server.receive(&mut octets, now);
            if !whole {
                self.pair.server.receive_end(true, now);
            }
            self.pair.server_heard.extend(drain(&mut self.pair.server));
            let mut octets = sent(&mut self.pair.server, now);
            let down = octets.len();
            let whole = self.harm(&mut octets, false, self.down);
            self.pair.client.receive(&mut octets, now);
            if !whole {
                self.pair.client.receive_end(true, now);
            }
            self.pair.client_heard.extend(drain(&mut self.pair.client));
            self.up += up;
            self.down += down;
            if up + down == 0 {
                return;
            }
        }
    }
}

fn play(stage: &Stage, number: u64, damage: Damage) -> Play {
    let mut pair = Pair::number(stage, number);
    // What cannot be sent is not: that is the other tests' to see.
    let _ = pair.client.send_early(b"early");
    let mut play = Play { pair, up: 0, down: 0, damage };
    play.carry();
    let _ = play.pair.client.send(b"ping");
    let _ = play.pair.server.send(b"pong");
    play.carry();
    let _ = play.pair.client.close();
    let _ = play.pair.server.close();
    play.carry();
    play
}

/// What the application got to know: nothing of it may be another than without damage.
fn known(events: &[Event]) -> Vec<String> {
    let told = events.iter().filter(|event| {
        matches!(
            event,
            Event::Data { .. } | Event::HandshakeComplete(_) | Event::Closed { clean: true }
        )
    });
    told.map(|event| format!("{event:?}")).collect()
}

fn exported(connection: &Connection) -> Option<[u8; 32]> {
    let mut octets = [0; 32];
    connection.handshake().export("test", b"", &mut octets).ok()?;
    Some(octets)
}

/// Stages, each with whether a connection goes before.
type Named = (&'static str, fn() -> Stage);

fn stages() -> Vec<Named> {
    vec![
        ("plain", Stage::plain),
        ("retry", Stage::retrying),
        ("client certificate", Stage::asking),
        ("resumption", || {
            let stage = Stage::resuming();
            Pair::connected(&stage);
            stage
        }),
    ]
}

#[test]
fn cut_anywhere_it_is_the_same() {
    for (name, stage) in stages() {
        let told = |size: usize| {
            let mut pair = Pair::number(&stage(), 1);
            let _ = pair.client.send_early(b"early");
            pair.run_in(size);
            pair.client.send(&[b'c'; 20_000]).unwrap();
            pair.server.send(&[b's'; 20_000]).unwrap();
            pair.run_in(size);
            pair.client.close().unwrap();
            pair.run_in(size);
            pair.server.close().unwrap();
            pair.run_in(size);
            [pair.client_heard, pair.server_heard].map(|heard| format!("{heard:?}"))
        };
        let whole = told(usize::MAX);
        for size in [1, 2, 3, 5, 7, 16, 333, 1024, 16_384] {
            assert!(told(size) == whole, "{name}, {size} octets at a time");
        }
    }
}

/// Without copies: each octet is used once, data and events come in order, wherever the cut is.
#[test]
fn in_place_it_is_the_same() {
    for size in [1, 5, 100, 16_384, 50_000, usize::MAX] {
        let mut pair = Pair::connected(&Stage::plain());
        let data: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        pair.client.send(&data).unwrap();
        pair.client.close().unwrap();
        let mut octets = sent(&mut pair.client, pair.now);
        let mut heard = Vec::new();
        for piece in octets.chunks_mut(size) {
            let mut at = 0;
            while at < piece.len() {
                let received = pair.server.receive_some(&mut piece[at..], pair.now);
                assert!(received.used > 0 && !received.early);
                heard.extend_from_slice(received.data);
                at += received.used;
            }
        }
        assert!(heard == data, "{size}");
        assert!(matches!(drain(&mut pair.server)[..], [Event::Closed { clean: true }]));
        assert_eq!(pair.server.held(), 0);
    }
}

#[test]
fn a_stream_that_ends_anywhere_is_no_clean_end() {
    for (name, stage) in stages() {
        let clean = play(&stage(), 1, Damage::None);
        assert!(clean.pair.is_complete(), "{name}");
        let all = [(true, clean.up), (false, clean.down)];
        for (up, length) in all {
            for at in 0..length {
                let ended = play(&stage(), 1, Damage::End { up, at });
                let (heard, whole) = if up {
                    (&ended.pair.server_heard, &clean.pair.server_heard)
                } else {
                    (&ended.pair.client_heard, &clean.pair.client_heard)
                };
                let closed = heard.iter().filter_map(|event| match event {
                    Event::Closed { clean } => Some(*clean),
                    _ => None,
                });
                assert_eq!(closed.collect::<Vec<_>>(), [false], "{name}: up {up} at {at}");
                assert!(known(whole).starts_with(&known(heard)), "{name}: up {up} at {at}");
            }
        }
    }
}

/// Each ends in an alert, in waiting, or in what it would have been; and what either end was told
/// is what it would have been told.
#[test]
fn a_bit_that_flips_anywhere_is_seen() {
    for (name, stage) in stages() {
        let clean = play(&stage(), 1, Damage::None);
        for (up, length) in [(true, clean.up), (false, clean.down)] {
            for at in 0..length {
                for bits in [1 << (at % 8), 0x80 >> (at % 7)] {
                    let played = play(&stage(), 1, Damage::Flip { up, at, bits });
                    judge(&clean.pair, &played.pair, &format!("{name}: up {up} at {at} ^ {bits}"));
                }
            }
        }
    }
}

fn judge(clean: &Pair, played: &Pair, what: &str) {
    for (whole, heard) in
        [(&clean.client_heard, &played.client_heard), (&clean.server_heard, &played.server_heard)]
    {
        assert!(known(whole).starts_with(&known(heard)), "{what}: {heard:?}");
    }
    if played.is_complete() {
        let [client, server] = [&played.client, &played.server].map(exported);
        assert_eq!(client, server, "{what}: two ends, two handshakes");
        assert_eq!(client, exported(&clean.client), "{what}: another handshake");
    }
    let violations =
        violation(&played.client_heard).is_some() || violation(&played.server_heard).is_some();
    let same = known(&clean.client_heard) == known(&played.client_heard)
        && known(&clean.server_heard) == known(&played.server_heard);
    // Nobody has an error, and something is missing: then somebody waits, until the time is over.
    if !violations && !same {
        let waits = played.client.wants_receive() || played.server.wants_receive();
        assert!(waits, "{what}: {:?} {:?}", played.client_heard, played.server_heard);
    }
}

#[test]
fn who_waits_too_long_gives_up() {
    for end in [Stage::plain().connect(), Stage::plain().accept(0)] {
        let mut end = end;
        let due = end.next_timeout().unwrap();
        assert_eq!(due, moment().instant + std::time::Duration::from_secs(10));
        end.handle_timeout(due);
        let error = violation(&drain(&mut end)).unwrap();
        assert_eq!(error, tls::Error::HandshakeTimeout);
        let due = end.next_timeout().unwrap();
        end.handle_timeout(due);
        assert!(matches!(drain(&mut end)[..], [Event::Closed { clean: false }]));
        assert_eq!(end.next_timeout(), None);
    }
}
