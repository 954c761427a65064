//! The state machines as tables: each state, each input; `tests/state/*.txt`.
//!
//! A reader compares them with the figures in `state.rs` and with RFC 8446 §A; a change of one cell
//! fails here by name. `BLESS=1` rewrites them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::fmt::Write;
use tls::{
    Error,
    handshake::state::{Answer, ClientInput, ClientState, ServerInput, ServerState},
    message::HandshakeType,
    record::{Input, Phase},
};

fn outcome<T>(result: Result<T, Error>, name: impl Fn(T) -> String) -> String {
    match result {
        Ok(next) => name(next),
        Err(error) => error.alert().name().to_owned(),
    }
}

/// All others, once.
fn others(special: &[HandshakeType]) -> impl Iterator<Item = HandshakeType> {
    HandshakeType::ALL.iter().copied().filter(|kind| !special.contains(kind))
}

#[test]
fn a_client() {
    let mut inputs = vec![
        ("ServerHello".to_owned(), ClientInput::ServerHello),
        ("HelloRetryRequest".to_owned(), ClientInput::HelloRetryRequest),
        (
            "EncryptedExtensions, resumed".to_owned(),
            ClientInput::EncryptedExtensions { resumed: true },
        ),
        ("EncryptedExtensions".to_owned(), ClientInput::EncryptedExtensions { resumed: false }),
    ];
    let special = [HandshakeType::ServerHello, HandshakeType::EncryptedExtensions];
    inputs.extend(others(&special).map(|kind| (kind.to_string(), ClientInput::Message(kind))));
    let mut table = String::new();
    for state in ClientState::ALL {
        writeln!(table, "{state:?}").unwrap();
        for (name, input) in &inputs {
            let next = outcome(state.on(*input), |next| format!("{next:?}"));
            writeln!(table, "  {name:<30}{next}").unwrap();
        }
    }
    testkit::golden(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/state/client.txt"), &table);
}

#[test]
fn a_server() {
    let mut inputs = vec![
        ("ClientHello, retry".to_owned(), ServerInput::ClientHello(Answer::Retry)),
        ("ClientHello, early data".to_owned(), ServerInput::ClientHello(Answer::EarlyData)),
        ("ClientHello, ask".to_owned(), ServerInput::ClientHello(Answer::AskCertificate)),
        ("ClientHello".to_owned(), ServerInput::ClientHello(Answer::Plain)),
        ("Certificate, empty".to_owned(), ServerInput::Certificate { empty: true }),
        ("Certificate".to_owned(), ServerInput::Certificate { empty: false }),
    ];
    let special = [HandshakeType::ClientHello, HandshakeType::Certificate];
    inputs.extend(others(&special).map(|kind| (kind.to_string(), ServerInput::Message(kind))));
    let mut table = String::new();
    for state in ServerState::ALL {
        writeln!(table, "{state:?}").unwrap();
        for (name, input) in &inputs {
            let next = outcome(state.on(*input), |next| format!("{next:?}"));
            writeln!(table, "  {name:<30}{next}").unwrap();
        }
    }
    testkit::golden(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/state/server.txt"), &table);
}

#[test]
fn a_connection() {
    let mut table = String::new();
    for phase in Phase::ALL {
        writeln!(table, "{}", phase.name()).unwrap();
        for input in Input::ALL {
            let next = phase.on(input);
            let next = next.map_or_else(|misuse| misuse.to_string(), |next| next.name().to_owned());
            writeln!(table, "  {:<26}{next}", input.name()).unwrap();
        }
    }
    testkit::golden(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/state/connection.txt"), &table);
}

#[test]
fn the_end_is_the_end_and_nothing_leads_back() {
    for input in Input::ALL {
        assert!(matches!(Phase::Closed.on(input), Ok(Phase::Closed) | Err(_)));
        for phase in Phase::ALL {
            let back = phase != Phase::Handshake && phase.on(input) == Ok(Phase::Handshake);
            assert!(!back, "{phase:?} {input:?}");
        }
    }
    // Messages after the handshake lead nowhere else.
    for kind in HandshakeType::ALL {
        let client = ClientState::Connected.on(ClientInput::Message(*kind));
        assert!(matches!(client, Ok(ClientState::Connected) | Err(_)));
        let server = ServerState::Connected.on(ServerInput::Message(*kind));
        assert!(matches!(server, Ok(ServerState::Connected) | Err(_)));
    }
}
