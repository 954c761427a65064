//! Our TLS and rustls speak to each other, whatever they agree on: each suite, each group, with a
//! second hello, resumed, with early data taken and refused, with clients that say who they are,
//! with keys changed under way, with each kind of key.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::sync::Arc;
use tls_peers::ours::Ours;
use tls_peers::stage::{ALPN, Stage};
use tls_peers::theirs::Theirs;
use tls_peers::{End, converse};
use x509::SigningKey;

const X25519: u16 = 0x001d;
const P256: u16 = 0x0017;

const KEYS: [(&str, &str); 3] = [
    ("Ed25519", include_str!("../../../../crates/x509/tests/keys/ed25519.pem")),
    ("P-384", include_str!("../../../../crates/x509/tests/keys/p384_sec1.pem")),
    ("RSA", include_str!("../../../../crates/x509/tests/keys/rsa2048.pem")),
];

fn p256() -> String {
    SigningKey::generate_p256().unwrap().to_pkcs8_pem()
}

/// Who is who.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cast {
    OurClient,
    OurServer,
}

/// Makes pairs of ends that share sessions.
struct Ends {
    client: Box<dyn Fn() -> Box<dyn End>>,
    server: Box<dyn Fn() -> Box<dyn End>>,
}

impl Ends {
    fn new(cast: Cast, stage: &Stage) -> Self {
        match cast {
            Cast::OurClient => {
                let (client, server) =
                    (Arc::new(stage.our_client()), Arc::new(stage.their_server()));
                Self {
                    client: Box::new(move || Box::new(Ours::client(&client))),
                    server: Box::new(move || Box::new(Theirs::server(&server))),
                }
            }
            Cast::OurServer => {
                let (client, server) =
                    (Arc::new(stage.their_client()), Arc::new(stage.our_server()));
                Self {
                    client: Box::new(move || Box::new(Theirs::client(&client))),
                    server: Box::new(move || Box::new(Ours::server(&server))),
                }
            }
        }
    }

    fn pair(&self) -> Pair {
        Pair { client: (self.client)(), server: (self.server)(), heard: Default::default() }
    }
}

/// Two ends, and what they have heard.
struct Pair {
    client: Box<dyn End>,
    server: Box<dyn End>,
    heard: [Vec<u8>; 2],
}

impl Pair {
    fn run(&mut self) {
        converse(&mut *self.client, &mut *self.server, &mut self.heard).unwrap();
    }

    /// The handshake, data both ways, other keys, data again, and the end.
    fn whole(&mut self, what: &str, early: &[u8]) {
        self.run();
        assert!(self.client.is_complete() && self.server.is_complete(), "{what}");
        let (at_client, at_server) = (self.client.agreed(), self.server.agreed());
        assert_eq!(at_client.suite, at_server.suite, "{what}");
        assert_eq!(at_client.group, at_server.group, "{what}");
        assert_eq!(at_client.alpn.as_deref(), Some(ALPN), "{what}");
        assert_eq!(at_server.alpn.as_deref(), Some(ALPN), "{what}");
        assert_eq!(at_client.resumed, at_server.resumed, "{what}");
        assert_eq!(at_client.chain, 1, "{what}");
        assert_eq!(self.client.export(), self.server.export(), "{what}");

        let long: Vec<u8> = (0..=255).cycle().take(50_000).collect();
        let mut expected = early.to_vec();
        for turn in 0..4 {
            self.client.send(&long);
            self.server.send(b"an answer");
            self.run();
            expected.extend_from_slice(&long);
            assert!(self.heard[1] == expected, "{what}: what the client sent, turn {turn}");
            assert_eq!(self.heard[0], b"an answer".repeat(turn + 1), "{what}");
            match turn {
                0 => self.client.key_update(),
                1 => self.server.key_update(),
                _ => {
                    self.client.key_update();
                    self.server.key_update();
                }
            }
            self.run();
        }
        self.client.close();
        self.run();
        assert!(self.server.is_closed(), "{what}");
        self.server.send(b"goodbye");
        self.server.close();
        self.run();
        assert!(self.client.is_closed() && self.heard[0].ends_with(b"goodbye"), "{what}");
    }
}

/// Calls `play` with every suite, group and direction.
fn every(mut play: impl FnMut(Cast, &Stage, bool, &str)) {
    let key = p256();
    let client = p256();
    for suite in [0x1301, 0x1302, 0x1303] {
        // With a public key in the first hello, and without.
        for (group, others) in [(X25519, P256), (P256, X25519)] {
            for (retried, groups) in [(false, vec![group, others]), (true, vec![others, group])] {
                for asks in [false, true] {
                    let stage = if asks { Stage::asking(&key, &client) } else { Stage::new(&key) };
                    let stage = Stage {
                        suite,
                        client_groups: groups.clone(),
                        server_groups: vec![group],
                        ..stage
                    };
                    for cast in [Cast::OurClient, Cast::OurServer] {
                        let what = format!(
                            "{cast:?}, suite {suite:#x}, group {group:#x}, retried {retried}, \
                             asks {asks}"
                        );
                        play(cast, &stage, retried, &what);
                    }
                }
            }
        }
    }
}

#[test]
fn a_full_handshake() {
    every(|cast, stage, retried, what| {
        let mut pair = Ends::new(cast, stage).pair();
        pair.whole(what, b"");
        let (client, server) = (pair.client.agreed(), pair.server.agreed());
        assert_eq!((client.suite, client.group), (stage.suite, stage.server_groups[0]), "{what}");
        assert_eq!((client.retried, client.resumed), (retried, false), "{what}");
        assert_eq!((server.retried, server.resumed), (retried, false), "{what}");
        assert_eq!(server.chain, usize::from(stage.client.is_some()), "{what}");
    });
}

#[test]
fn a_resumed_one() {
    every(|cast, stage, retried, what| {
        let ends = Ends::new(cast, &Stage { tickets: true, ..stage.clone() });
        ends.pair().whole(what, b"");
        // Two tickets, each for once.
        for _ in 0..2 {
            let mut pair = ends.pair();
            pair.whole(what, b"");
            let (client, server) = (pair.client.agreed(), pair.server.agreed());
            assert!(client.resumed && server.resumed, "{what}");
            assert_eq!(client.retried, retried && cast == Cast::OurClient || client.retried);
            assert_eq!(server.chain, usize::from(stage.client.is_some()), "{what}");
        }
    });
}

#[test]
fn early_data() {
    every(|cast, stage, _, what| {
        let stage = Stage { tickets: true, early_data: 10_000, ..stage.clone() };
        let ends = Ends::new(cast, &stage);
        ends.pair().whole(what, b"");
        let mut pair = ends.pair();
        assert_eq!(pair.client.send_early(&[b'e'; 6000]), 6000, "{what}");
        pair.run();
        let taken = pair.client.took_early_data();
        assert_eq!(pair.server.took_early_data(), taken, "{what}");
        // A second hello ends it; without one it is taken.
        assert_eq!(taken, !pair.client.agreed().retried, "{what}");
        let early = if taken { &[b'e'; 6000][..] } else { b"" };
        pair.whole(what, early);
        assert!(pair.client.agreed().resumed, "{what}");
    });
}

/// A server that took some when it made the ticket, and takes none any more, passes it over.
#[test]
fn early_data_refused() {
    every(|cast, stage, _, what| {
        let stage = Stage { tickets: true, early_data: 10_000, ..stage.clone() };
        let mut ends = match cast {
            Cast::OurClient => {
                let before = stage.their_server();
                let mut after = before.clone();
                after.max_early_data_size = 0;
                let (before, after) = (Arc::new(before), Arc::new(after));
                let (client, first) = (Arc::new(stage.our_client()), std::cell::Cell::new(true));
                Ends {
                    client: Box::new(move || Box::new(Ours::client(&client))),
                    server: Box::new(move || {
                        let config = if first.replace(false) { &before } else { &after };
                        Box::new(Theirs::server(config))
                    }),
                }
            }
            Cast::OurServer => {
                let before = stage.our_server();
                let mut after = before.clone();
                after.early_data = 0;
                let (before, after) = (Arc::new(before), Arc::new(after));
                let (client, first) = (Arc::new(stage.their_client()), std::cell::Cell::new(true));
                Ends {
                    client: Box::new(move || Box::new(Theirs::client(&client))),
                    server: Box::new(move || {
                        let config = if first.replace(false) { &before } else { &after };
                        Box::new(Ours::server(config))
                    }),
                }
            }
        };
        ends.pair().whole(what, b"");
        let mut pair = ends.pair();
        assert_eq!(pair.client.send_early(&[b'e'; 6000]), 6000, "{what}");
        pair.whole(what, b"");
        assert!(!pair.client.took_early_data() && pair.client.agreed().resumed, "{what}");
        let _ = &mut ends;
    });
}

#[test]
fn every_kind_of_key() {
    for (server, server_key) in KEYS {
        for (client, client_key) in KEYS {
            for cast in [Cast::OurClient, Cast::OurServer] {
                let stage = Stage::asking(server_key, client_key);
                let what = format!("{cast:?}, a server's {server} and a client's {client}");
                Ends::new(cast, &stage).pair().whole(&what, b"");
            }
        }
    }
}
