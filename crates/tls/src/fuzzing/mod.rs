//! Properties that hold for any octets: what the fuzz targets call, one line each; and what tests
//! need to have two ends that say the same each time.
//!
//! A property panics where it fails; nothing else here may. They run on stable too, over the seeds
//! and in the property tests.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a property that does not hold panics, which is how a fuzzer hears of it"
)]

pub mod stage;
