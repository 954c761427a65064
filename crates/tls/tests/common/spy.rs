//! Ends whose keys a test knows, so that it can write as their peer.

use super::pair::{Pair, drain, sent, violation};
use std::sync::{Arc, Mutex};
use tls::{
    Error, KeyLog, Misuse, Suite,
    fuzzing::stage::{Stage, moment},
    record::{Connection, ContentType, Event, Protection, State},
    schedule::{Hash, Secret},
};
use wire::hex;

/// A key log that a test reads.
#[derive(Default)]
pub(crate) struct Lines(Mutex<Vec<String>>);

impl KeyLog for Lines {
    fn line(&self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }
}

impl Lines {
    pub(crate) fn secret(&self, label: &str) -> Secret {
        let lines = self.0.lock().unwrap();
        let line = lines.iter().rev().find(|line| line.starts_with(label)).unwrap();
        let secret = hex::decode(line.split(' ').next_back().unwrap()).unwrap();
        Secret::new(Hash::Sha256, &secret).unwrap()
    }

    pub(crate) fn protection(&self, label: &str) -> Protection {
        Protection::new(Suite::Aes128GcmSha256, &self.secret(label)).unwrap()
    }
}

/// A pair whose keys the test knows.
pub(crate) fn spied(mut stage: Stage) -> (Pair, Arc<Lines>) {
    let lines = Arc::new(Lines::default());
    stage.client.key_log = Some(lines.clone());
    (Pair::new(&stage), lines)
}

/// A server whose handshake is done, and a way to write as its client.
pub(crate) fn as_client() -> (Connection, Protection) {
    let (mut pair, lines) = spied(Stage::plain());
    pair.run();
    (pair.server, lines.protection("CLIENT_TRAFFIC_SECRET_0"))
}

pub(crate) fn sealed(key: &mut Protection, kind: ContentType, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    key.seal(kind, content, 0, &mut out).unwrap();
    out
}

/// Gives octets, and answers the violation, which must be told as an alert and end it.
pub(crate) fn refused(connection: &mut Connection, mut octets: Vec<u8>) -> Error {
    let now = moment().instant;
    connection.receive(&mut octets, now);
    let error = violation(&drain(connection)).unwrap();
    assert_eq!(connection.state(), State::Closing);
    assert!(connection.wants_shutdown() && connection.wants_receive());
    assert!(!sent(connection, now).is_empty());
    // What follows is not read.
    connection.receive(&mut [22; 100], now);
    assert!(drain(connection).is_empty());
    assert_eq!(connection.send(b"x"), Err(Misuse::Closed));
    connection.receive_end(true, now);
    assert!(matches!(drain(connection)[..], [Event::Closed { clean: false }]));
    assert_eq!(connection.state(), State::Closed);
    error
}

pub(crate) fn plain(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[kind, 3, 3], &length[..], content].concat()
}
