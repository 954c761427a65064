//! The public suite of WebSocket cases, Autobahn's, on our echo server and on our client.
//!
//! RFC 6455, RFC 7692
//!
//! ```text
//!   wstest fuzzingclient ──► examples/echo of `server`
//!   wstest fuzzingserver ◄── examples/autobahn of `client`
//! ```
//!
//! 517 cases stand in sections: 1 framing, 2 pings, 3 reserved bits, 4 opcodes, 5 fragments,
//! 6 UTF-8, 7 closing, 9 limits, 10 autofragment, 12 and 13 compression. The tests run sections
//! 1 to 10 whole and the first case of each part of 12 and 13, which take many minutes;
//! `tests/interop/autobahn --all` runs them all (`WIREBOOK_AUTOBAHN` says which cases, `all` or a
//! list with commas).
//!
//! Invariant: only OK and INFORMATIONAL pass, both for what was said and for how it ended. A case
//! that did not run is a failure.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "../interop/example.rs"]
mod example;
#[path = "../interop/peers.rs"]
#[allow(dead_code, reason = "other tests run programs with an input")]
mod peers;
#[path = "../interop/program.rs"]
#[allow(dead_code, reason = "other tests serve folders")]
mod program;
mod report;
mod suite;

use std::process::{Command, Stdio};

use suite::{Chosen, Suite};

#[test]
fn our_server_passes() {
    let Some(suite) = Suite::new("server") else { return };
    let server = example::Example::start("server", "echo", &["127.0.0.1:0"]);
    suite.client_tests(&server.url);
    report::judge(&suite, "server", "wirebook", Chosen::from_environment().count());
}

#[test]
fn our_client_passes() {
    let Some(suite) = Suite::new("client") else { return };
    let chosen = Chosen::from_environment();
    let server = suite.start_server();
    let mut client = Command::new(example::example("client", "autobahn"))
        .arg(&server.url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = suite::wait(&mut client, "our client");
    assert!(status.success(), "our client: {status}");
    drop(server);
    report::judge(&suite, "client", "wirebook", chosen.count());
}
