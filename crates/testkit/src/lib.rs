//! What every layer's tests share: inputs cut to pieces, golden files, annotated octets, public
//! data.
//!
//! ```text
//!   splits, prefixes    the same octets in every portion a network may deliver
//!   golden              what was found against what a file says; BLESS=1 rewrites the file
//!   wire                the same for files of annotated octets
//!   data, skip          public vectors where they are; a loud skip where they are not
//!   TempDir             a folder that goes away with the test
//! ```
//!
//! Invariant: this crate imports nothing of ours, so that each layer can use it.
//!
//! Invariant: it is a dev-dependency; nothing here runs in a program. It panics freely, because a
//! test that panics has failed.
#![forbid(unsafe_code)]
#![allow(clippy::panic, reason = "a test that panics has failed, which is what it is for")]

mod data;
mod golden;
mod split;
mod temp;
mod wire;

pub use data::{data, skip};
pub use golden::golden;
pub use split::{prefixes, splits};
pub use temp::TempDir;
pub use wire::{octets_of_line, wire_files};
