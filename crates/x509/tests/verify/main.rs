//! One test for each rule of verification, named after it (RFC 5280 §6, RFC 9525 §6).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod authorities;
mod budget;
mod common;
mod constraints;
mod leaves;
mod paths;
mod soundness;
