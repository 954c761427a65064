//! What a peer can do wrong, what it is told, and how much ends.
//!
//! RFC 9114 §8, RFC 9204 §6, RFC 9297 §2.1
//!
//! | scope      | what is sent                    | what ends                               |
//! |------------|---------------------------------|-----------------------------------------|
//! | connection | CONNECTION_CLOSE                | everything: shared state is in doubt    |
//! | stream     | RESET_STREAM and STOP_SENDING   | one exchange; the others feel nothing   |
//!
//! Invariant: a violation knows its code and its scope, so no caller chooses either by hand.
//!
//! Used by: every module of this crate.

use crate::StreamId;
use http::message::Malformed;
use std::fmt;

/// Why a stream or a connection ended (§8.1). Unknown codes are kept, and mean H3_NO_ERROR (§9).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ErrorCode(pub u64);

macro_rules! codes {
    ($($code:literal $name:ident $text:literal)*) => {
        impl ErrorCode {
            $(#[doc = $text] pub const $name: Self = Self($code);)*

            /// The RFC's name, or nothing for a code that it does not know.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some(stringify!($name)),)*
                    _ => None,
                }
            }
        }
    };
}

codes! {
    0x33 H3_DATAGRAM_ERROR "A datagram or a capsule cannot be read (RFC 9297)."
    0x100 H3_NO_ERROR "Not an error: a graceful end."
    0x101 H3_GENERAL_PROTOCOL_ERROR "A rule was broken that has no code of its own."
    0x102 H3_INTERNAL_ERROR "The sender failed, through no fault of its peer."
    0x103 H3_STREAM_CREATION_ERROR "A stream of a kind that its sender may not open, or twice."
    0x104 H3_CLOSED_CRITICAL_STREAM "A stream ended that lives as long as the connection."
    0x105 H3_FRAME_UNEXPECTED "A frame in a place where it must not be."
    0x106 H3_FRAME_ERROR "A frame's length or layout is wrong."
    0x107 H3_EXCESSIVE_LOAD "The peer makes more work than it should."
    0x108 H3_ID_ERROR "A stream's or a push's number is wrong."
    0x109 H3_SETTINGS_ERROR "The payload of SETTINGS is wrong."
    0x10a H3_MISSING_SETTINGS "The control stream does not begin with SETTINGS."
    0x10b H3_REQUEST_REJECTED "Nothing was done for this request: it may be tried again."
    0x10c H3_REQUEST_CANCELLED "The exchange is not needed any more."
    0x10d H3_REQUEST_INCOMPLETE "The request ended before it was one."
    0x10e H3_MESSAGE_ERROR "A message is malformed."
    0x10f H3_CONNECT_ERROR "The tunnel's connection was reset or closed abnormally."
    0x110 H3_VERSION_FALLBACK "This wants another version of HTTP."
    0x200 QPACK_DECOMPRESSION_FAILED "A field section cannot be decoded (RFC 9204)."
    0x201 QPACK_ENCODER_STREAM_ERROR "The encoder stream cannot be obeyed (RFC 9204)."
    0x202 QPACK_DECODER_STREAM_ERROR "The decoder stream cannot be obeyed (RFC 9204)."
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How much ends (§8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    Connection,
    /// One stream.
    Stream(StreamId),
}

/// A rule that the peer broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// RFC 9114 §7.1: the stream ends inside of a frame.
    #[error("stream {stream} ends inside of a frame (§7.1)")]
    FrameTruncated {
        /// The stream.
        stream: StreamId,
    },
    /// RFC 9114 §7.1: the payload's fields are not as long as the payload.
    #[error("a {frame} frame of {length} octets is not made of its fields (§{section})")]
    FrameLayout {
        /// The frame's name.
        frame: &'static str,
        /// Octets of its payload.
        length: u64,
        /// The section that says how it is made.
        section: &'static str,
    },
    /// RFC 9114 §10.5: a frame of the control stream that is longer than we take.
    #[error("a {frame} frame of {length} octets, where {limit} are taken (§10.5)")]
    FrameTooLong {
        /// The frame's name.
        frame: &'static str,
        /// Octets of its payload.
        length: u64,
        /// [`Limits::control_frame`](crate::Limits::control_frame).
        limit: u32,
    },
    /// RFC 9114 §7.2: a frame where none of its type may be.
    #[error("{frame} {place} (§7.2)")]
    FrameUnexpected {
        /// The frame's name.
        frame: &'static str,
        /// Where it came.
        place: &'static str,
    },
    /// RFC 9114 §6.2.1: the first frame of the control stream is SETTINGS.
    #[error("{frame} before SETTINGS (§6.2.1)")]
    SettingsMissing {
        /// The frame's name.
        frame: &'static str,
    },
    /// RFC 9114 §7.2.4, RFC 9220 §5, RFC 9297 §2.1.1: a setting that cannot be so.
    #[error("the setting {id:#x} {reason} (§7.2.4)")]
    Setting {
        /// Its identifier.
        id: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// RFC 9204 §3.2.3: another table than what 0-RTT relied on.
    #[error("a table of {capacity} octets, where 0-RTT relied on {remembered} (RFC 9204 §3.2.3)")]
    TableChanged {
        /// SETTINGS_QPACK_MAX_TABLE_CAPACITY as it came.
        capacity: u64,
        /// As it was remembered.
        remembered: u64,
    },
    /// RFC 9114 §6.1, §6.2: a stream that its sender may not open, or twice.
    #[error("{what} on stream {stream} (§6)")]
    StreamCreation {
        /// The stream.
        stream: StreamId,
        /// What it would be.
        what: &'static str,
    },
    /// RFC 9114 §6.2.1, RFC 9204 §4.2: a stream that ended too early.
    #[error("the {what} was closed (§6.2.1)")]
    CriticalClosed {
        /// Which.
        what: &'static str,
    },
    /// RFC 9114 §5.2, §7.2.3, §7.2.5, §7.2.7; RFC 9218 §7.2; RFC 9297 §2.1: a number that cannot
    /// be.
    #[error("{what} of {id}: {reason} (§8.1)")]
    Id {
        /// The frame, or the stream.
        what: &'static str,
        /// The number.
        id: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// RFC 9114 §7.2.5: two promises of one number that differ.
    #[error("push {push} was promised with another request before (§7.2.5)")]
    PromiseDiffers {
        /// The number.
        push: u64,
    },
    /// RFC 9114 §4.6: a promise of what a client could not have asked without consequences.
    #[error("the promised request of push {push} {reason} (§4.6)")]
    Promise {
        /// The number.
        push: u64,
        /// The stream that it came on.
        stream: StreamId,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// RFC 9114 §4.1: the request ends before its head.
    #[error("stream {stream} ends before its request does (§4.1)")]
    Incomplete {
        /// The stream.
        stream: StreamId,
    },
    /// RFC 9114 §4.1.2: a message that is malformed.
    #[error("the message on stream {stream} is malformed: {malformed}")]
    Malformed {
        /// The stream.
        stream: StreamId,
        /// Why.
        malformed: Malformed,
    },
    /// RFC 9114 §4.2.2: a field section that is more than we take.
    #[error("the field section of stream {stream} is too large (§4.2.2)")]
    SectionTooLarge {
        /// The stream.
        stream: StreamId,
    },
    /// RFC 9204 §6: fields that cannot be decoded, or instructions that cannot be obeyed.
    #[error(transparent)]
    Qpack(#[from] qpack::Error),
    /// RFC 9114 §6.1: more requests at once than we take.
    #[error("stream {stream} is one more than {limit} (§6.1)")]
    TooManyStreams {
        /// The stream.
        stream: StreamId,
        /// [`Limits::streams`](crate::Limits::streams).
        limit: u32,
    },
    /// RFC 9297 §2.1: a datagram that names no stream.
    #[error("a datagram that names no request (RFC 9297 §2.1)")]
    Datagram,
    /// RFC 9114 §10.5: a request that comes too slowly, or a peer that takes nothing of what we
    /// send.
    #[error("what is on stream {stream} moves too slowly (§10.5)")]
    Slow {
        /// The stream.
        stream: StreamId,
    },
    /// RFC 9114 §10.5: more of something than anybody needs.
    #[error("too many {what} (§10.5)")]
    Flood {
        /// What.
        what: &'static str,
    },
}

impl Error {
    /// What the peer is told.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::FrameTruncated { .. } | Self::FrameLayout { .. } => ErrorCode::H3_FRAME_ERROR,
            Self::FrameTooLong { .. } | Self::SectionTooLarge { .. } | Self::Flood { .. } => {
                ErrorCode::H3_EXCESSIVE_LOAD
            }
            Self::FrameUnexpected { .. } => ErrorCode::H3_FRAME_UNEXPECTED,
            Self::SettingsMissing { .. } => ErrorCode::H3_MISSING_SETTINGS,
            Self::Setting { .. } => ErrorCode::H3_SETTINGS_ERROR,
            Self::TableChanged { .. } => ErrorCode::QPACK_DECODER_STREAM_ERROR,
            Self::StreamCreation { .. } => ErrorCode::H3_STREAM_CREATION_ERROR,
            Self::CriticalClosed { .. } => ErrorCode::H3_CLOSED_CRITICAL_STREAM,
            Self::Id { .. } => ErrorCode::H3_ID_ERROR,
            Self::PromiseDiffers { .. } => ErrorCode::H3_GENERAL_PROTOCOL_ERROR,
            Self::Incomplete { .. } => ErrorCode::H3_REQUEST_INCOMPLETE,
            Self::Malformed { .. } | Self::Promise { .. } => ErrorCode::H3_MESSAGE_ERROR,
            Self::Qpack(error) => ErrorCode(error.code().value()),
            Self::TooManyStreams { .. } => ErrorCode::H3_REQUEST_REJECTED,
            Self::Datagram => ErrorCode::H3_DATAGRAM_ERROR,
            Self::Slow { .. } => ErrorCode::H3_REQUEST_CANCELLED,
        }
    }

    /// How much ends.
    pub const fn scope(&self) -> Scope {
        match self {
            Self::Incomplete { stream }
            | Self::Malformed { stream, .. }
            | Self::Promise { stream, .. }
            | Self::SectionTooLarge { stream }
            | Self::TooManyStreams { stream, .. }
            | Self::Slow { stream } => Scope::Stream(*stream),
            _ => Scope::Connection,
        }
    }

    /// The variant's name, for logs and counters.
    pub fn name(&self) -> String {
        let debug = format!("{self:?}");
        let end = debug.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(debug.len());
        debug.get(..end).unwrap_or_default().to_owned()
    }
}
