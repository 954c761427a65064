//! QPACK: field sections compressed so that a lost packet need not hold up the others.
//!
//! RFC 9204
//!
//! Invariant: no input of a peer makes this crate panic, loop, or keep more than its limits say.
#![forbid(unsafe_code)]
