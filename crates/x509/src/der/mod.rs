//! DER: every value is a tag, a length and contents, and has exactly one form.
//!
//! X.690 §8 (the encoding), §10 and §11 (what DER takes away from BER's freedom)
//!
//! ```text
//!   tag       30          SEQUENCE, constructed: its contents are values themselves
//!   length    0d          13 octets follow; from 128 on: 81 nn, 82 nn nn, …
//!   contents  06 09 2a 86 48 86 f7 0d 01 01 0b     OBJECT IDENTIFIER 1.2.840.113549.1.1.11
//!             05 00                                NULL
//! ```
//!
//! A signature is over octets, so a value that could be written in two ways could be signed in one
//! and shown in another. That is why BER's other forms are refused and not mended.
//!
//! | module   | holds                                                     |
//! |----------|-----------------------------------------------------------|
//! | `tag`    | the identifier octet                                      |
//! | `reader` | the cursor: tag, length, contents, nesting                |
//! | `value`  | integers, booleans, bit strings, texts                    |
//! | `time`   | UTCTime and GeneralizedTime, and the days between         |
//! | `oid`    | object identifiers, and the table of those we know        |
//! | `writer` | the mirror of the reader                                  |
//!
//! Used by: every parser of this crate.

pub mod oid;
mod reader;
mod tag;
mod time;
mod value;
mod writer;

pub use oid::Oid;
pub use reader::Reader;
pub use tag::Tag;
pub use time::DateTime;
pub use value::BitString;
pub use writer::Writer;
