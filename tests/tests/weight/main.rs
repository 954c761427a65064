//! What our server and client weigh under much: ten thousand connections, four gigabytes.
//!
//! ```text
//!   this process ── 10,000 connections ──► wirebook serve        memory of the server
//!   wirebook get ◄── 4 GiB ── wirebook serve                     memory of both
//!   wirebook get ── 4 GiB ──► a server in this process           memory of both
//! ```
//!
//! Invariant: nothing here is timed. A bound on memory is a bound on memory, on any machine.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod connections;
mod contents;
mod memory;
#[path = "../interop/program.rs"]
mod program;
