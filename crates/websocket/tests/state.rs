//! The closing handshake as a table: each phase, each input, either end; `tests/state/phases.txt`.
//!
//! A reader compares it with the figure in `state.rs` and with RFC 6455 §7.1; a change of one cell
//! fails here by name. `BLESS=1` rewrites it.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use std::fmt::Write;
use websocket::{
    Role, State,
    state::{Input, Phase},
};

#[test]
fn every_phase_answers_every_input() {
    let mut table = String::new();
    for phase in Phase::ALL {
        writeln!(table, "{}", phase.name()).unwrap();
        for input in Input::ALL {
            let [client, server] = [Role::Client, Role::Server].map(|role| {
                phase
                    .on(input, role)
                    .map_or_else(|misuse| misuse.to_string(), |next| next.name().to_string())
            });
            let outcome = if client == server {
                client
            } else {
                format!("{client} (a client), {server} (a server)")
            };
            writeln!(table, "  {:<20}{outcome}", input.name()).unwrap();
        }
    }
    testkit::golden(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/state/phases.txt"), &table);
}

#[test]
fn closed_is_the_end_and_nothing_leads_back() {
    for input in Input::ALL {
        for role in [Role::Client, Role::Server] {
            assert!(matches!(Phase::Closed.on(input, role), Ok(Phase::Closed) | Err(_)));
            for phase in Phase::ALL {
                assert_ne!(phase.on(input, role), Ok(Phase::Open));
            }
        }
    }
}

#[test]
fn a_driver_sees_three_states() {
    let states = Phase::ALL.map(Phase::state);
    use State::{Closed, Closing, Open};
    assert_eq!(states, [Open, Closing, Closing, Closing, Closed]);
}
