//! What can be wrong with a block, and whose matter it is.
//!
//! RFC 7541 §2.3.3, §4.2, §5, §6; RFC 9113 §4.3, §10.5.1
//!
//! | scope      | what it means                                            | HTTP/2 answers       |
//! |------------|----------------------------------------------------------|----------------------|
//! | connection | the two tables may differ from here on                   | `COMPRESSION_ERROR`  |
//! | stream     | the list is too much for us; it was read, the tables agree | 431, or a reset    |
//!
//! Invariant: an error of a stream is told after the whole block has been read, and only where the
//! block breaks no rule.

use wire::Truncated;

/// What an error ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The decoder is out of step with the peer's encoder and must not be used again.
    Connection,
    /// One request or response; the decoder goes on.
    Stream,
}

/// A block that is not taken. Offsets are octets from the start of the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The block ends inside a representation; RFC 7541 §6, RFC 9113 §4.3.
    #[error("{0} (RFC 7541 §6)")]
    Truncated(#[from] Truncated),
    /// An integer is larger than we keep, or written in more octets than that needs; §5.1.
    #[error("`{field}` at octet {offset} is no integer of {bits} bits or fewer (RFC 7541 §5.1)")]
    IntegerTooLarge {
        /// The integer's name in the RFC.
        field: &'static str,
        /// Where it begins.
        offset: usize,
        /// How many bits are kept.
        bits: u32,
    },
    /// A Huffman-coded string holds the code that means its end; §5.2.
    #[error("the string at octet {offset} holds the code EOS (RFC 7541 §5.2)")]
    HuffmanEos {
        /// Where the string begins.
        offset: usize,
    },
    /// A Huffman-coded string ends with more than 7 bits of padding, or with bits that are not the
    /// beginning of EOS; §5.2.
    #[error(
        "the string at octet {offset} is not padded with fewer than 8 bits, all ones \
         (RFC 7541 §5.2)"
    )]
    HuffmanPadding {
        /// Where the string begins.
        offset: usize,
    },
    /// The index 0 stands for no field; §6.1.
    #[error("the index at octet {offset} is 0 (RFC 7541 §6.1)")]
    IndexZero {
        /// Where the representation begins.
        offset: usize,
    },
    /// The index is beyond both tables; §2.3.3.
    #[error("index {index} at octet {offset}, where the tables end at {last} (RFC 7541 §2.3.3)")]
    IndexBeyondTables {
        /// The index.
        index: u64,
        /// The last one that stands for a field.
        last: usize,
        /// Where the representation begins.
        offset: usize,
    },
    /// A size update stands behind a field; §4.2.
    #[error(
        "the size update at octet {offset} does not stand at the block's start (RFC 7541 §4.2)"
    )]
    SizeUpdateLate {
        /// Where the representation begins.
        offset: usize,
    },
    /// A size update asks for more than we allow; §6.3.
    #[error(
        "the size update at octet {offset} says {size}, where {limit} is allowed (RFC 7541 §6.3)"
    )]
    SizeUpdateTooLarge {
        /// What the peer asks for, in octets.
        size: u64,
        /// What our settings allow, in octets.
        limit: usize,
        /// Where the representation begins.
        offset: usize,
    },
    /// Our settings made the table smaller, the peer acknowledged them, and its next block does not
    /// begin with an update that says so; §4.2, RFC 9113 §4.3.1.
    #[error("the block does not begin with a size update to at most {limit} (RFC 9113 §4.3.1)")]
    SizeUpdateMissing {
        /// The smallest size that was allowed since the last block.
        limit: usize,
    },
    /// The block has more octets than [`Limits::block`](crate::Limits::block); RFC 7541 §7.4. None
    /// of it was read, so the tables no longer agree.
    #[error("a block of {octets} octets, where {limit} are taken (RFC 7541 §7.4)")]
    BlockTooLarge {
        /// Octets of the block.
        octets: usize,
        /// The limit.
        limit: usize,
    },
    /// The list is larger than [`Limits::list_size`](crate::Limits::list_size); RFC 9113 §10.5.1.
    #[error("a list of more than {limit} octets (RFC 9113 §10.5.1)")]
    ListTooLarge {
        /// The limit.
        limit: usize,
    },
    /// The list has more fields than [`Limits::fields`](crate::Limits::fields); RFC 9113 §10.5.1.
    #[error("a list of more than {limit} fields (RFC 9113 §10.5.1)")]
    TooManyFields {
        /// The limit.
        limit: usize,
    },
}

impl Error {
    /// What it ends: the stream where the list was merely too much for us, the connection else.
    pub const fn scope(&self) -> Scope {
        match self {
            Self::ListTooLarge { .. } | Self::TooManyFields { .. } => Scope::Stream,
            _ => Scope::Connection,
        }
    }

    /// The same of a string that begins at `start`.
    pub const fn at(self, start: usize) -> Self {
        match self {
            Self::HuffmanEos { offset } => Self::HuffmanEos { offset: start + offset },
            Self::HuffmanPadding { offset } => Self::HuffmanPadding { offset: start + offset },
            other => other,
        }
    }
}
