//! The cases of the QUIC interop runner, with aioquic, quinn, ngtcp2 and Caddy as the other side.
//!
//! RFC 9000, RFC 9001, RFC 9002, RFC 9369
//!
//! ```text
//!   client ──► relay (15 ms, 10 Mbit/s, 25 packets; loss and the like as the case says) ──► server
//! ```
//!
//! The quick ones run with every `cargo test`; `tests/interop/quic --all` runs all and prints the
//! table (`WIREBOOK_QUIC` says which cases: `all`, or a list with commas).
//!
//! Invariant: a cell passes if every file came whole and what the case wants was seen on the wire
//! or told by the client; what a peer cannot do is told as such, by a list and not by its failing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod cases;
mod link;
mod matrix;
mod over_http3;
mod papers;
#[path = "../interop/peers.rs"]
#[allow(dead_code, reason = "other tests run programs with an input")]
mod peers;
mod people;
#[path = "../interop/program.rs"]
#[allow(dead_code, reason = "other tests serve folders")]
mod program;
mod relay;

use cases::Case;
use people::Who;

/// What `WIREBOOK_QUIC` says, or the quick ones.
fn chosen() -> Vec<Case> {
    let wanted = std::env::var("WIREBOOK_QUIC").unwrap_or_default();
    let names: Vec<&str> = wanted.split(',').filter(|name| !name.is_empty()).collect();
    let chosen = cases::all().into_iter().filter(|case| match names[..] {
        [] => case.quick,
        ["all"] => true,
        _ => names.contains(&case.name),
    });
    chosen.collect()
}

fn play(pairs: &[(Who, Who)]) {
    if pairs.iter().any(|(client, server)| people::missing(*client) || people::missing(*server)) {
        return;
    }
    let failures = matrix::table(&chosen(), pairs);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn with_ourselves() {
    play(&[(Who::Ours, Who::Ours)]);
}

#[test]
fn with_aioquic() {
    play(&[(Who::Ours, Who::Aioquic), (Who::Aioquic, Who::Ours)]);
}

#[test]
fn with_quinn() {
    play(&[(Who::Ours, Who::Quinn), (Who::Quinn, Who::Ours)]);
}

#[test]
fn with_ngtcp2() {
    play(&[(Who::OursByHttp3, Who::Ngtcp2), (Who::Ngtcp2, Who::OursByHttp3)]);
}

#[test]
fn with_caddy() {
    play(&[(Who::OursByHttp3, Who::Caddy)]);
}

/// Where two others agree, a failure of ours with either is ours: the cases prove themselves.
#[test]
fn of_the_peers_with_each_other() {
    play(&[(Who::Aioquic, Who::Quinn), (Who::Quinn, Who::Aioquic)]);
}
