//! Streams, windows, identifiers: a test for each rule, and properties over scripts.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod buffers;
mod cids;
mod flow;
mod parts;
mod properties;
mod states;
