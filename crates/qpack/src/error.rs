//! What a peer can do wrong, what it is told, and how much ends.
//!
//! RFC 9204 §6
//!
//! | where it stands    | code                         | what ends                    |
//! |--------------------|------------------------------|------------------------------|
//! | a field section    | `QPACK_DECOMPRESSION_FAILED` | the connection               |
//! | the encoder stream | `QPACK_ENCODER_STREAM_ERROR` | the connection               |
//! | the decoder stream | `QPACK_DECODER_STREAM_ERROR` | the connection               |
//! | a list too large   | none of QPACK's              | one stream; the tables agree |
//!
//! Invariant: a violation knows its code and its scope, so no caller chooses either by hand.

use wire::Truncated;

/// What a connection is closed with (§6, in the registry of HTTP/3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// 0x200: a field section cannot be decoded.
    DecompressionFailed,
    /// 0x201: an instruction of the encoder stream cannot be obeyed.
    EncoderStream,
    /// 0x202: an instruction of the decoder stream cannot be obeyed.
    DecoderStream,
}

impl ErrorCode {
    /// The number.
    pub const fn value(self) -> u64 {
        match self {
            Self::DecompressionFailed => 0x200,
            Self::EncoderStream => 0x201,
            Self::DecoderStream => 0x202,
        }
    }
}

/// What an error ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The two tables may differ, or the peer does not know the rules.
    Connection,
    /// One request or response: it is merely too much for us.
    Stream,
}

/// Something that is not taken. Offsets are octets from the start of the section; on the streams of
/// instructions, from the start of what was given last, or of the instruction whose beginning had
/// come before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A section ends inside a representation; §4.5.
    #[error("{0} (RFC 9204 §4.5)")]
    Truncated(#[from] Truncated),
    /// An integer or a string is not one; §4.1.
    #[error("{error} (RFC 9204 §4.1)")]
    Primitive {
        /// What is wrong with it.
        error: hpack::Error,
        /// Where it stands.
        place: ErrorCode,
    },
    /// An index beyond the static table; §3.1.
    #[error("static index {index} at octet {offset}, where 98 is the last (RFC 9204 §3.1)")]
    StaticIndex {
        /// The index.
        index: u64,
        /// Where the representation begins.
        offset: usize,
        /// Where it stands.
        place: ErrorCode,
    },
    /// An index of an entry that is not there, not any more or not yet; §3.2.4 to §3.2.6.
    #[error("index {index} at octet {offset} is no entry of the dynamic table (RFC 9204 §3.2)")]
    DynamicIndex {
        /// The index, relative or post-base, as it is written.
        index: u64,
        /// Where the representation begins.
        offset: usize,
        /// Where it stands.
        place: ErrorCode,
    },
    /// A section that waited refers to entries that were driven out meanwhile: RFC 9204 §2.1.1.
    #[error(
        "stream {stream} waited for {required} entries, which were driven out (RFC 9204 §2.1.1)"
    )]
    Evicted {
        /// The stream.
        stream: u64,
        /// Its Required Insert Count.
        required: u64,
    },
    /// The Required Insert Count is none that an encoder writes; §4.5.1.1.
    #[error("an encoded Required Insert Count of {encoded} (RFC 9204 §4.5.1.1)")]
    InsertCount {
        /// As it is written.
        encoded: u64,
    },
    /// The Base is below zero, or beyond what an integer holds; §4.5.1.2.
    #[error(
        "a Delta Base of {delta} below a Required Insert Count of {required} (RFC 9204 §4.5.1.2)"
    )]
    Base {
        /// The Required Insert Count.
        required: u64,
        /// The Delta Base.
        delta: u64,
    },
    /// A reference to an entry that the Required Insert Count does not cover, or a count that no
    /// reference needs; §2.2.3, §2.2.1.
    #[error("a Required Insert Count of {required}, where {needed} are needed (RFC 9204 §2.2.1)")]
    RequiredDiffers {
        /// What the section says.
        required: u64,
        /// What its references need, as far as it was read.
        needed: u64,
    },
    /// More streams wait than we have allowed; §2.1.2.
    #[error("more than {limit} streams are blocked (RFC 9204 §2.1.2)")]
    TooManyBlocked {
        /// The limit.
        limit: u64,
    },
    /// More capacity than we have allowed; §4.3.1.
    #[error("a capacity of {capacity}, where {limit} are allowed (RFC 9204 §4.3.1)")]
    Capacity {
        /// What the peer asks for, in octets.
        capacity: u64,
        /// What our settings allow, in octets.
        limit: usize,
    },
    /// An entry that is larger than the table; §3.2.2.
    #[error("an entry of {size} octets or more, where the table has {capacity} (RFC 9204 §3.2.2)")]
    EntryTooLarge {
        /// The entry's size, as far as it is known.
        size: usize,
        /// The table's capacity.
        capacity: usize,
    },
    /// An acknowledgment of a section that is not there; §4.4.1.
    #[error("stream {stream} has no section to be acknowledged (RFC 9204 §4.4.1)")]
    Acknowledgment {
        /// The stream.
        stream: u64,
    },
    /// An Insert Count Increment of 0, or beyond what was inserted; §4.4.3.
    #[error("an Insert Count Increment of {increment}{} (RFC 9204 §4.4.3)", unconfirmed(.most))]
    Increment {
        /// The increment.
        increment: u64,
        /// Entries that the peer has not confirmed, where that matters: 0 is always wrong.
        most: Option<u64>,
    },
    /// The section has more octets than [`Limits::section`](crate::Limits::section); §7.
    #[error("a section of {octets} octets, where {limit} are taken (RFC 9204 §7)")]
    SectionTooLarge {
        /// Octets of the section.
        octets: usize,
        /// The limit.
        limit: usize,
    },
    /// The list is larger than [`Limits::list_size`](crate::Limits::list_size); RFC 9114 §4.2.2.
    #[error("a list of more than {limit} octets (RFC 9114 §4.2.2)")]
    ListTooLarge {
        /// The limit.
        limit: usize,
    },
    /// The list has more fields than [`Limits::fields`](crate::Limits::fields); RFC 9114 §4.2.2.
    #[error("a list of more than {limit} fields (RFC 9114 §4.2.2)")]
    TooManyFields {
        /// The limit.
        limit: usize,
    },
}

impl Error {
    /// What it ends.
    pub const fn scope(&self) -> Scope {
        match self {
            Self::SectionTooLarge { .. }
            | Self::ListTooLarge { .. }
            | Self::TooManyFields { .. } => Scope::Stream,
            _ => Scope::Connection,
        }
    }

    /// What the connection is closed with, where the scope is that.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Primitive { place, .. }
            | Self::StaticIndex { place, .. }
            | Self::DynamicIndex { place, .. } => *place,
            Self::Capacity { .. } | Self::EntryTooLarge { .. } => ErrorCode::EncoderStream,
            Self::Acknowledgment { .. } | Self::Increment { .. } => ErrorCode::DecoderStream,
            _ => ErrorCode::DecompressionFailed,
        }
    }

    /// An error of an integer or a string, in its place.
    pub(crate) const fn primitive(error: hpack::Error, place: ErrorCode) -> Self {
        match error {
            hpack::Error::Truncated(truncated) => Self::Truncated(truncated),
            error => Self::Primitive { error, place },
        }
    }
}

/// What an increment can be at most, for a message.
fn unconfirmed(most: &Option<u64>) -> String {
    most.map(|most| format!(", where {most} entries are not confirmed")).unwrap_or_default()
}
