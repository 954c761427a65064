//! The rules of the house, each a test: who may import whom, what may come from outside, how long a
//! file may be, and that the book shows the code that runs.
//!
//! ```text
//!   tree       the files that git knows
//!   source     Rust with its comments and strings blanked out
//!   ├── floors        which crate may import which
//!   ├── packages      ring, thiserror and nothing else
//!   ├── foreign       `unsafe` in one folder alone
//!   ├── sizes         files to 500 lines, functions to 70
//!   ├── leftovers     nothing unfinished, nothing skipped, no path of one machine
//!   ├── book          every include resolves, every page has its other language
//!   └── fuzzing       every target has seeds and is replayed
//! ```
//!
//! Invariant: each rule is a function from text to a list of faults, tried on small wrong texts
//! first and then on the tree itself, so a rule that can no longer fail is noticed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod book;
mod floors;
mod foreign;
mod fuzzing;
mod leftovers;
mod packages;
mod sizes;
mod source;
mod tree;

/// Fails with one fault on each line, so that one run names them all.
#[track_caller]
fn assert_none(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}:\n  {}\n", faults.join("\n  "));
}
