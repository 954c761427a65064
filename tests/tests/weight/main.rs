//! What our server and client weigh under much: ten thousand connections, four gigabytes.
//!
//! ```text
//!   this process ── 10,000 connections ──► wirebook serve        memory of the server
//!   this process ── 2,000 of TLS, idle ──► wirebook serve         memory of the server
//!   this process ── 10,000 WebSockets ──► this program again     memory, and who hears what
//!   wirebook get ◄── 4 GiB ── wirebook serve                     memory of both
//!   wirebook get ── 4 GiB ──► this program again                 memory of both
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
mod sockets;
mod tls;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The right to open so many sockets, one test at a time; `None`, and a line that says so, where
/// the system does not let us.
fn descriptors(count: usize) -> Option<MutexGuard<'static, ()>> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let most = ::sockets::tcp::raise_descriptor_limit().unwrap();
    if most < count as u64 + 100 {
        testkit::skip(&format!("only {most} descriptors may be open"));
        return None;
    }
    Some(turn)
}
