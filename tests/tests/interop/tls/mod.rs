//! TLS 1.3 between ours and other people's programs: who speaks to whom, and what was tried.
//!
//! | client          | server          | handshakes | and                                 |
//! |-----------------|-----------------|------------|-------------------------------------|
//! | OpenSSL         | `serve`         | F H R E C  | KeyUpdate, ALPN, SNI, SIGHUP        |
//! | `get`           | OpenSSL         | F H R E C  | KeyUpdate, ALPN, SNI, padding       |
//! | curl            | `serve`, ours   | F H R C    | ALPN, ranges, 40 MB down, 20 MB up  |
//! | `get`, sessions | nginx           | F H R E C  | ALPN, SNI, 425, early data refused  |
//! | Chromium        | `serve`         | F          | the printed command, wss            |
//! | Python `ssl`    | `serve`         | F          | wss                                 |
//! | `ws`            | Python `ssl`    | F          | wss                                 |
//! | rustls          | ours, in memory | F H R E C  | KeyUpdate, ALPN (`tests/peers/tls`) |
//! | ours, in memory | rustls          | F H R E C  | KeyUpdate, ALPN (`tests/peers/tls`) |
//! | `get`, curl     | OpenSSL         | refused    | ten chains, exit codes              |
//! | `get`           | `serve`         | F R E      | tshark reads it by either key log   |
//!
//! F full, H with a HelloRetryRequest, R resumed, E with early data, C with a client's certificate.
//! F with OpenSSL and rustls is each group, each suite and each kind of key that the two can agree
//! on. The test in `table` says which test tries what, and fails if one is not in it:
//!
//! ```text
//! cargo test -p wirebook-tests --test interop table -- --nocapture
//! ```
//!
//! Those of `tests/peers/tls` are run by `tests/peers/run tls`, which `.ci/run` calls.
//!
//! Not tried: curl 7.88 sends no early data; what Chromium resumes is not looked at; websocat is
//! built without TLS.

mod browser;
mod capture;
mod curl_asks;
mod nginx;
mod openssl_answers;
mod openssl_asks;
pub(crate) mod papers;
mod refusals;
mod relay;
mod sockets;
mod table;
mod talk;
