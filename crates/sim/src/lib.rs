//! A network of which every run can be had again: virtual time, links that delay, lose and reorder.
//!
//! Invariant: a run is a function of its seed; nothing here reads a clock or asks for randomness.
#![forbid(unsafe_code)]
