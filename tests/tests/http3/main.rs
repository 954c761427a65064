//! HTTP/3 between ours and other people's: each case, each peer, both roles.
//!
//! RFC 9114, RFC 9204, RFC 9220, RFC 9000 §9, RFC 8470, RFC 7838
//!
//! ```text
//!   aioquic, curl_cffi, niquests, quinn + h3, Chromium ──► our server in this process    place
//!   our client in this process ──► aioquic, quinn + h3, Caddy                            servers
//! ```
//!
//! `tests/interop/http3` runs all and prints the tables.
//!
//! Invariant: a cell passes if the client found what it asked for, octet for octet; what a peer
//! cannot do is told as such, by a list and not by its failing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod browser;
mod cases;
mod clients;
mod matrix;
#[path = "../interop/ours.rs"]
#[allow(dead_code, reason = "other tests start it without TLS")]
mod ours;
#[path = "../interop/peers.rs"]
#[allow(dead_code, reason = "other tests run other programs")]
mod peers;
mod place;
#[path = "../interop/program.rs"]
#[allow(dead_code, reason = "other tests serve folders")]
mod program;
mod servers;
#[path = "../interop/site.rs"]
#[allow(dead_code, reason = "other tests read its files")]
mod site;

use browser::Way;
use clients::Client;
use servers::Server;

#[test]
fn with_aioquic() {
    matrix::at_our_server(Client::Aioquic);
}

#[test]
fn with_curl_cffi() {
    matrix::at_our_server(Client::CurlCffi);
}

#[test]
fn with_niquests() {
    matrix::at_our_server(Client::Niquests);
}

/// Runs by `tests/interop/http3` alone, as its other half does: the peer takes long to build.
#[test]
fn with_quinn_and_h3() {
    matrix::at_our_server(Client::QuinnH3);
}

#[test]
fn with_chromium_that_is_told_to() {
    browser::at_our_server(Way::Forced);
}

#[test]
fn with_chromium_that_reads_alt_svc() {
    browser::at_our_server(Way::AltSvc);
}

#[test]
fn our_client_with_aioquic() {
    servers::asked_by_ours(Server::Aioquic);
}

#[test]
fn our_client_with_caddy() {
    servers::asked_by_ours(Server::Caddy);
}

#[test]
fn our_client_with_quinn_and_h3() {
    servers::asked_by_ours(Server::QuinnH3);
}
