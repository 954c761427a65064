//! Loss recovery, congestion control, acknowledgments and path MTU: a test for each rule.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod acks;
mod common;
mod congestion;
mod ecn;
mod link;
mod loss;
mod paths;
mod pmtud;
mod pto;
mod ranges;
mod rtt;
