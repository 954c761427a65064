//! What a flow gets of a link, alone and beside another: whole connections under virtual time.
//!
//! RFC 9438 §5.1 (fairness to Reno and among flows), RFC 9002 §7
//!
//! Every run is a function of its seed. The table that the note shows:
//!
//! ```text
//! FAIRNESS_SEEDS=20 cargo test --release -p quic --test fairness -- --nocapture
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod ends;
mod goodput;
mod shares;
