//! HTTP/3 over any transport that gives `(StreamId, octets, fin)`.
//!
//! RFC 9114, RFC 9218, RFC 9220, RFC 9297
//!
//! Invariant: no input of a peer makes this crate panic, loop, or keep more than its limits say.
#![forbid(unsafe_code)]
