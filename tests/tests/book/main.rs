//! The book's figures: each trace that a page prints is made here by a run, and compared.
//!
//! ```text
//!   a run ──► text ──► volatile parts replaced ──► docs/figures/NAME.txt
//!                                                        ▲
//!                              docs/en/*.md, docs/ko/*.md │ {{#include ../figures/NAME.txt}}
//! ```
//!
//! `BLESS=1 cargo test -p wirebook-tests --test book` rewrites the figures; read the difference
//! before you commit it. Ports, times and dates change from run to run: a figure shows `:8080` for
//! the server's port, `:50001`, `:50002` … for the clients', and the same date always.
//!
//! Invariant: a figure that no page shows, or that no test makes, is a failure.
//!
//! Invariant: nothing waits for a time; runs are brought into order by latches.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod figure;
mod http10_chapter;
mod http11_chapter;
mod http2_chapter;
mod http3_chapter;
mod messages;
mod ports;
mod programs;
mod requests_chapter;
mod sockets_chapter;
mod tls_chapter;
mod websocket_chapter;
