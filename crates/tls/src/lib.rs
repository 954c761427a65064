//! TLS 1.3: two ends that never met agree on keys, and the server proves who it is.
//!
//! RFC 8446
#![forbid(unsafe_code)]
