//! Certificates: who says that this key is that name's, and why we should believe it.
//!
//! RFC 5280, RFC 9525
#![forbid(unsafe_code)]
