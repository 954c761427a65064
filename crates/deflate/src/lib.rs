//! DEFLATE, and its wrappers zlib and gzip: repetition becomes references, frequent octets short
//! codes.
//!
//! RFC 1951, RFC 1950, RFC 1952
//!
//! ```text
//!   octets ──► LZ77: what came before is named by ⟨length, distance⟩
//!          ──► Huffman: frequent symbols get short codes
//!          ──► blocks: 3 bits of head, codes, symbols, end of block
//! ```
//!
//! | module      | what it is                                                             |
//! |-------------|------------------------------------------------------------------------|
//! | [`oracle`]  | inflate as RFC 1951 tells it, bit after bit, every field named: read it first |
//! | [`Inflate`] | the same, fast, resumable at any octet, its output bounded             |
//! | [`Deflate`] | the compressor: levels 0 to 9, windows of 2^8 to 2^15 octets           |
//! | [`zlib`], [`gzip`] | a head before it and a checksum behind it                       |
//!
//! Invariant: nothing here allocates for what a peer declares; memory is what came, a window at
//! most, and tables of fixed size.
//!
//! Invariant: output never passes the bound that the caller gives with each call, so a small input
//! that would become a large output (a bomb) is stopped where the caller says.
//!
//! Used by: `websocket` (permessage-deflate), `server` and `client` (Content-Encoding), `dissect`.
#![forbid(unsafe_code)]

mod bits;
mod checksum;
mod compress;
mod error;
mod framed;
#[doc(hidden)]
pub mod fuzzing;
pub mod gzip;
mod huffman;
mod inflate;
mod options;
pub mod oracle;
mod symbols;
pub mod zlib;

pub use compress::Deflate;
pub use error::{BitOffset, Error, Violation};
pub use inflate::{Inflate, Status};
pub use options::{Flush, Level, WindowBits};
