//! Ours and other people's programs over real sockets: curl, nc, a browser, nginx, and speakers of
//! WebSocket.
//!
//! ```text
//!   curl, nc, Chromium ──► our server       served_to_curl, served_to_nc, served_to_a_browser
//!   nginx ◄── our client and curl           get_like_curl, compressed
//!   Python, websocat, Chromium ──► our WebSocket server     socket_server
//!   Python, websocat ◄── our WebSocket client               socket_client
//!   OpenSSL, curl, nginx, Chromium, Python, rustls ◄─► our TLS       tls (a table there)
//!   curl, nghttp, h2load, nghttpd, nginx ◄─► our HTTP/2              http2 (a table there)
//! ```
//!
//! A program that is not installed is a skip that is printed, and a failure where `CI=true`;
//! `tests/interop/setup` installs them all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod compressed;
mod curl;
mod get_like_curl;
mod http2;
mod nginx;
mod ours;
mod peers;
#[allow(dead_code, reason = "the tests of weight need a server of its own process")]
mod program;
mod served_to_a_browser;
mod served_to_curl;
mod served_to_nc;
mod site;
mod socket_client;
mod socket_server;
mod tls;
