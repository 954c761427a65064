//! Connections over a simulated network: a test for each rule, and properties over seeds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod endings;
mod handshakes;
mod hostile;
mod moves;
mod pair;
mod places;
mod qlog;
mod rulebook;
mod rules;
mod told;
