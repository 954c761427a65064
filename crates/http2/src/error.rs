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
use http::message::Malformed;
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
    /// RFC 9113 §3.4: the first octets are not the client's preface.
    #[error("the connection does not begin with the preface: octet {offset} (§3.4)")]
    Preface {
        /// The first octet that differs.
        offset: usize,
    },
    /// RFC 9113 §3.4: SETTINGS comes first.
    #[error("{frame} before SETTINGS (§3.4)")]
    SettingsFirst {
        /// The frame's name.
        frame: &'static str,
    },
    /// RFC 9113 §4.3: nothing comes between the frames of a field block.
    #[error("{frame} inside the field block of stream {stream} (§4.3)")]
    BlockInterrupted {
        /// The block's stream.
        stream: StreamId,
        /// The frame's name.
        frame: &'static str,
    },
    /// RFC 9113 §6.10: CONTINUATION where no field block is open.
    #[error("CONTINUATION on stream {stream}, where no field block is open (§6.10)")]
    NoBlock {
        /// The stream.
        stream: StreamId,
    },
    /// RFC 9113 §4.3: a field block that cannot be decoded.
    #[error("a field block that cannot be decoded: {0} (§4.3)")]
    Compression(hpack::Error),
    /// RFC 9113 §10.5.1: a field section that is more than we take.
    #[error("the field section of stream {stream} is too large (§10.5.1)")]
    SectionTooLarge {
        /// The stream.
        stream: StreamId,
    },
    /// RFC 9113 §8.1.1: a message that is malformed.
    #[error("stream {stream}: {malformed}")]
    Malformed {
        /// The stream.
        stream: StreamId,
        /// The rule.
        malformed: Malformed,
    },
    /// RFC 9113 §5.1.1: a stream that the peer cannot begin.
    #[error("{frame} begins stream {stream}, which is not the peer's to begin (§5.1.1)")]
    StreamParity {
        /// The stream.
        stream: StreamId,
        /// The frame's name.
        frame: &'static str,
    },
    /// RFC 9113 §5.1.1: identifiers only grow.
    #[error("stream {stream} is begun behind stream {last} (§5.1.1)")]
    StreamNotAbove {
        /// The stream.
        stream: StreamId,
        /// The last one that was begun.
        last: StreamId,
    },
    /// RFC 7540 §5.3.1, which RFC 9113 §5.3.2 leaves to the receiver: a stream depends on itself.
    #[error("stream {stream} depends on itself (§5.3)")]
    SelfDependency {
        /// The stream.
        stream: StreamId,
    },
    /// RFC 9113 §5.1.2: more streams than we take.
    #[error("stream {stream} is one more than the {limit} that are taken (§5.1.2)")]
    TooManyStreams {
        /// The stream.
        stream: StreamId,
        /// What we announced.
        limit: u32,
    },
    /// RFC 9113 §6.9: more DATA than the window admits.
    #[error("{length} octets of DATA are more than the window of stream {stream} admits (§6.9)")]
    WindowExceeded {
        /// The stream; 0 is the connection.
        stream: StreamId,
        /// The frame's length, which counts whole.
        length: u32,
    },
    /// RFC 9113 §6.9.1: a window above 2^31 - 1.
    #[error("the window of stream {stream} would be larger than 2^31 - 1 (§6.9.1)")]
    WindowOverflow {
        /// The stream; 0 is the connection.
        stream: StreamId,
        /// Whether a setting did it, which ends the connection (§6.9.2).
        fatal: bool,
    },
    /// RFC 9113 §8.4: a client never pushes, and a server not to a client that wants none.
    #[error("PUSH_PROMISE on stream {stream}: {reason} (§8.4)")]
    Push {
        /// The stream that carried it.
        stream: StreamId,
        /// What is wrong.
        reason: &'static str,
    },
    /// RFC 9113 §8.4: a promised request that a server may not make up.
    #[error("the request promised on stream {stream} {reason} (§8.4)")]
    Promise {
        /// The promised stream.
        stream: StreamId,
        /// What is wrong.
        reason: &'static str,
    },
    /// RFC 9218 §7.1: PRIORITY_UPDATE about a stream that it cannot be about, or by a server.
    #[error("PRIORITY_UPDATE about stream {stream} (RFC 9218 §7.1)")]
    PriorityUpdate {
        /// The stream.
        stream: StreamId,
    },
    /// RFC 9113 §6.8: the last stream of a GOAWAY is above that of an earlier one.
    #[error("GOAWAY names stream {last} after stream {before} (§6.8)")]
    GoAwayRaised {
        /// What it says.
        last: StreamId,
        /// What an earlier one said.
        before: StreamId,
    },
    /// RFC 9113 §10.5: more of something than an honest peer sends.
    #[error("too many {what} (§10.5)")]
    Flood {
        /// Of what.
        what: &'static str,
    },
    /// RFC 9113 §6.5.3: our settings were not acknowledged in time.
    #[error("our SETTINGS were not acknowledged in time (§6.5.3)")]
    SettingsTimeout,
    /// RFC 9113 §6.7: a PING was not answered in time.
    #[error("a PING was not answered in time (§6.7)")]
    PingTimeout,
    /// RFC 9113 §10.5: a frame or a field block that does not come to its end.
    #[error("a frame or a field block did not end in time (§10.5)")]
    BlockTimeout,
    /// RFC 9113 §10.5: the content of a request comes too slowly, though there is room for it.
    #[error("the content of stream {stream} comes too slowly (§10.5)")]
    Slow {
        /// The stream.
        stream: StreamId,
    },
    /// RFC 9113 §5.2.2: content waits for a window that does not open.
    #[error("the window of stream {stream} stays shut (§5.2.2)")]
    Stalled {
        /// The stream.
        stream: StreamId,
    },
}

impl Error {
    // ANCHOR: code
    /// What RST_STREAM or GOAWAY carries.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::FrameTooLong { .. } | Self::FrameSize { .. } => ErrorCode::FRAME_SIZE_ERROR,
            Self::SettingInvalid { code, .. } | Self::NotAllowed { code, .. } => *code,
            Self::Compression(_) => ErrorCode::COMPRESSION_ERROR,
            Self::TooManyStreams { .. } => ErrorCode::REFUSED_STREAM,
            Self::WindowExceeded { .. } | Self::WindowOverflow { .. } => {
                ErrorCode::FLOW_CONTROL_ERROR
            }
            Self::Flood { .. } | Self::SectionTooLarge { .. } | Self::BlockTimeout => {
                ErrorCode::ENHANCE_YOUR_CALM
            }
            Self::SettingsTimeout => ErrorCode::SETTINGS_TIMEOUT,
            Self::Stalled { .. } | Self::Slow { .. } => ErrorCode::CANCEL,
            Self::PingTimeout => ErrorCode::NO_ERROR,
            Self::StreamMissing { .. }
            | Self::StreamForbidden { .. }
            | Self::PaddingTooLong { .. }
            | Self::IncrementZero { .. }
            | Self::Preface { .. }
            | Self::SettingsFirst { .. }
            | Self::BlockInterrupted { .. }
            | Self::NoBlock { .. }
            | Self::Malformed { .. }
            | Self::StreamParity { .. }
            | Self::StreamNotAbove { .. }
            | Self::SelfDependency { .. }
            | Self::Push { .. }
            | Self::Promise { .. }
            | Self::PriorityUpdate { .. }
            | Self::GoAwayRaised { .. } => ErrorCode::PROTOCOL_ERROR,
        }
    }

    /// Whether the connection or one stream ends.
    pub const fn scope(&self) -> Scope {
        match self {
            Self::FrameTooLong { stream, shared: false, .. }
            | Self::FrameSize { stream: Some(stream), .. }
            | Self::NotAllowed { stream, fatal: false, .. }
            | Self::SectionTooLarge { stream }
            | Self::Malformed { stream, .. }
            | Self::SelfDependency { stream }
            | Self::TooManyStreams { stream, .. }
            | Self::Promise { stream, .. }
            | Self::Slow { stream }
            | Self::Stalled { stream } => Scope::Stream(*stream),
            Self::IncrementZero { stream }
            | Self::WindowExceeded { stream, .. }
            | Self::WindowOverflow { stream, fatal: false }
                if !stream.is_connection() =>
            {
                Scope::Stream(*stream)
            }
            _ => Scope::Connection,
        }
    }
    // ANCHOR_END: code

    /// The violation's own name, for logs and machines.
    pub fn name(&self) -> String {
        let debug = format!("{self:?}");
        debug.split([' ', '(']).next().unwrap_or_default().into()
    }
}
