//! DEFLATE, and its wrappers zlib and gzip: repetition becomes references, frequent octets short codes.
//!
//! RFC 1951, RFC 1950, RFC 1952
#![forbid(unsafe_code)]
