//! What a peer can do wrong, what it is told, and how much ends.
//!
//! RFC 9113 §5.4, §7
//!
//! | scope      | what is sent | what ends                               |
//! |------------|--------------|-----------------------------------------|
//! | connection | GOAWAY       | everything: shared state is in doubt    |
//! | stream     | RST_STREAM   | one stream; the others feel nothing     |
//!
//! Invariant: a violation knows its code and its scope, so no caller chooses either by hand.
//!
//! Used by: every module of this crate.

use crate::StreamId;
use std::fmt;

/// Why a stream or a connection ended (§7). Unknown codes are kept, and mean nothing special.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ErrorCode(pub u32);

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
    0x0 NO_ERROR "Not an error: a graceful end."
    0x1 PROTOCOL_ERROR "A rule was broken that has no code of its own."
    0x2 INTERNAL_ERROR "The sender failed, through no fault of its peer."
    0x3 FLOW_CONTROL_ERROR "More came than the window allowed."
    0x4 SETTINGS_TIMEOUT "Settings were not acknowledged in time."
    0x5 STREAM_CLOSED "A frame came for a stream that is half-closed or closed."
    0x6 FRAME_SIZE_ERROR "A frame's length is wrong."
    0x7 REFUSED_STREAM "Nothing was done for this stream: it may be tried again."
    0x8 CANCEL "The stream is not needed any more."
    0x9 COMPRESSION_ERROR "The field section compression state cannot be kept."
    0xa CONNECT_ERROR "The tunnel's connection was reset or closed abnormally."
    0xb ENHANCE_YOUR_CALM "The peer makes more work than it should."
    0xc INADEQUATE_SECURITY "The transport is not secure enough."
    0xd HTTP_1_1_REQUIRED "This wants HTTP/1.1."
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

/// How much ends (§5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything: GOAWAY, then close.
    Connection,
    /// One stream: RST_STREAM.
    Stream(StreamId),
}

/// A rule that the peer broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// RFC 9113 §4.2: longer than the SETTINGS_MAX_FRAME_SIZE that we announced.
    #[error("a frame of {length} octets on stream {stream}, where {limit} are taken (§4.2)")]
    FrameTooLong {
        /// Whose frame it is.
        stream: StreamId,
        /// What its head declares, in octets.
        length: u32,
        /// What we announced, in octets.
        limit: u32,
        /// Whether it changes state that the whole connection shares.
        shared: bool,
    },
    /// RFC 9113 §6: a length that this type of frame never has.
    #[error("a {frame} frame of {length} octets (§{section})")]
    FrameSize {
        /// The frame's name.
        frame: &'static str,
        /// Octets of its payload.
        length: usize,
        /// The section that says which lengths are right.
        section: &'static str,
        /// The stream, where it alone ends: PRIORITY (§6.3).
        stream: Option<StreamId>,
    },
    /// RFC 9113 §6: a stream's frame on stream 0.
    #[error("a {frame} frame on stream 0 (§{section})")]
    StreamMissing {
        /// The frame's name.
        frame: &'static str,
        /// The section that asks for a stream.
        section: &'static str,
    },
    /// RFC 9113 §6: the connection's frame on a stream.
    #[error("a {frame} frame on stream {stream} (§{section})")]
    StreamForbidden {
        /// The frame's name.
        frame: &'static str,
        /// The stream.
        stream: StreamId,
        /// The section that asks for stream 0.
        section: &'static str,
    },
    /// RFC 9113 §6.1, §6.2, §6.6: as much padding as payload, or more.
    #[error("{padding} octets of padding in a {frame} frame with room for {room} (§6.1)")]
    PaddingTooLong {
        /// The frame's name.
        frame: &'static str,
        /// Octets of padding that it declares.
        padding: usize,
        /// Octets behind the fields in front of it.
        room: usize,
    },
    /// RFC 9113 §6.5.2: a setting's value is out of its range.
    #[error("{setting} is {value} (§6.5.2)")]
    SettingInvalid {
        /// The setting's name.
        setting: &'static str,
        /// What the peer sent.
        value: u32,
        /// The code that §6.5.2 asks for.
        code: ErrorCode,
    },
    /// RFC 9113 §6.9: a window must grow by one octet at least.
    #[error("WINDOW_UPDATE by 0 on stream {stream} (§6.9)")]
    IncrementZero {
        /// The stream; 0 is the connection.
        stream: StreamId,
    },
    /// RFC 9113 §5.1: a frame that the stream's state does not allow.
    #[error("{frame} on stream {stream}, which is {state} (§5.1)")]
    NotAllowed {
        /// The stream.
        stream: StreamId,
        /// The frame's name.
        frame: &'static str,
        /// The state's name.
        state: &'static str,
        /// The code that §5.1 asks for.
        code: ErrorCode,
        /// Whether the whole connection ends.
        fatal: bool,
    },
}

impl Error {
    /// What RST_STREAM or GOAWAY carries.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::FrameTooLong { .. } | Self::FrameSize { .. } => ErrorCode::FRAME_SIZE_ERROR,
            Self::SettingInvalid { code, .. } | Self::NotAllowed { code, .. } => *code,
            Self::StreamMissing { .. }
            | Self::StreamForbidden { .. }
            | Self::PaddingTooLong { .. }
            | Self::IncrementZero { .. } => ErrorCode::PROTOCOL_ERROR,
        }
    }

    /// Whether the connection or one stream ends.
    pub const fn scope(&self) -> Scope {
        match self {
            Self::FrameTooLong { stream, shared: false, .. }
            | Self::FrameSize { stream: Some(stream), .. }
            | Self::NotAllowed { stream, fatal: false, .. } => Scope::Stream(*stream),
            Self::IncrementZero { stream } if !stream.is_connection() => Scope::Stream(*stream),
            _ => Scope::Connection,
        }
    }
}
