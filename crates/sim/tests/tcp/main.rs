//! The modelled TCP, over links good and bad.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a test that panics has failed, which is what it is for"
)]

mod fairness;
mod hostile;
mod pair;
mod rules;
