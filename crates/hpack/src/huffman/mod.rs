//! Huffman: octets that are common in fields take five bits, those that never come take thirty.
//!
//! RFC 7541 §5.2, Appendix B
//!
//! ```text
//!   'w'     'w'     'w'      '.'    'e' …               the end
//!   1111000 1111000 1111000  010111 00101 … 00101       1111      at most 7 ones, where EOS begins
//!   └──── f1 ───┴──── e3 ───┴──── c2 ───┴─ …                ┘
//! ```
//!
//! | module     | what it is                                                    |
//! |------------|---------------------------------------------------------------|
//! | `code`     | the lengths of Appendix B, and all that follows from them      |
//! | `decode`   | twelve bits at a look, up to two octets each                   |
//! | `encode`   | codes gathered in a word                                       |
//! | [`oracle`] | the same as §5.2 says it, a bit at a time, for tests to believe |
//!
//! Invariant: an octet string has one coded form; what [`decode`] takes, [`encode`] gives back.
//!
//! Used by: the strings of HPACK and of QPACK.

mod code;
mod decode;
mod encode;
pub mod oracle;

pub(crate) use decode::{SPARE, decode_to};
pub use decode::{decode, decoded_bound};
pub use encode::{encode, encoded_len};
