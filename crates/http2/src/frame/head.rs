//! The head of a frame: nine octets that say what follows, for whom, and how much.
//!
//! RFC 9113 §4.1
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-----------------------------------------------+---------------+
//! |                  Length (24)                  |   Type (8)    |
//! +---------------+-------------------------------+---------------+
//! |   Flags (8)   |
//! +-+-------------+-----------------------------------------------+
//! |R|                   Stream Identifier (31)                    |
//! +-+-------------------------------------------------------------+
//! ```
//!
//! Invariant: a head that was parsed admits no payload longer than we announced, so whoever holds
//! one may wait for the whole payload without fear for memory.
//!
//! Used by: the connection, which reads a head and then waits for its payload.

use crate::Error;
use std::fmt;
use wire::{Reader, Truncated, Writer};

/// What a client sends before its first frame (§3.4).
pub const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Eight booleans; the type says what they mean.
pub mod flags {
    /// DATA, HEADERS: the sender's last frame on this stream.
    pub const END_STREAM: u8 = 0x1;
    /// SETTINGS, PING: an answer.
    pub const ACK: u8 = 0x1;
    /// HEADERS, PUSH_PROMISE, CONTINUATION: the field block ends here.
    pub const END_HEADERS: u8 = 0x4;
    /// DATA, HEADERS, PUSH_PROMISE: octets without meaning stand at the end.
    pub const PADDED: u8 = 0x8;
    /// HEADERS: five octets of the deprecated priority tree stand in front.
    pub const PRIORITY: u8 = 0x20;
}

/// Whose frame it is: 31 bits; 0 is the connection itself, a client's are odd (§5.1.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StreamId(u32);

impl StreamId {
    /// The connection itself.
    pub const CONNECTION: Self = Self(0);

    /// The identifier in the lower 31 bits; the reserved one is ignored (§4.1).
    pub const fn new(id: u32) -> Self {
        Self(id & 0x7fff_ffff)
    }

    /// The number.
    pub const fn value(self) -> u32 {
        self.0
    }

    /// Whether it is the connection itself.
    pub const fn is_connection(self) -> bool {
        self.0 == 0
    }

    /// Whether a client begins this stream.
    pub const fn is_client_initiated(self) -> bool {
        self.0 % 2 == 1
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What a payload is. Unknown types are skipped, never refused (§5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameType(pub u8);

macro_rules! types {
    ($($code:literal $name:ident $rule:literal)*) => {
        impl FrameType {
            $(#[doc = $rule] pub const $name: Self = Self($code);)*

            /// The RFC's name; `UNKNOWN` for the others.
            pub const fn name(self) -> &'static str {
                match self.0 {
                    $($code => stringify!($name),)*
                    _ => "UNKNOWN",
                }
            }

            /// The section that describes it.
            pub const fn rule(self) -> &'static str {
                match self.0 {
                    $($code => $rule,)*
                    _ => "RFC 9113 §5.5",
                }
            }
        }
    };
}

types! {
    0x0 DATA "RFC 9113 §6.1"
    0x1 HEADERS "RFC 9113 §6.2"
    0x2 PRIORITY "RFC 9113 §6.3"
    0x3 RST_STREAM "RFC 9113 §6.4"
    0x4 SETTINGS "RFC 9113 §6.5"
    0x5 PUSH_PROMISE "RFC 9113 §6.6"
    0x6 PING "RFC 9113 §6.7"
    0x7 GOAWAY "RFC 9113 §6.8"
    0x8 WINDOW_UPDATE "RFC 9113 §6.9"
    0x9 CONTINUATION "RFC 9113 §6.10"
    0x10 PRIORITY_UPDATE "RFC 9218 §7.1"
}

/// The nine octets in front of each payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHead {
    /// Octets of payload, 24 bits; the head itself is not counted.
    pub length: u32,
    /// What the payload is.
    pub kind: FrameType,
    /// See [`flags`].
    pub flags: u8,
    /// Whose frame it is.
    pub stream: StreamId,
}

impl FrameHead {
    /// Octets on the wire.
    pub const LENGTH: usize = 9;

    // ANCHOR: parse
    /// Reads a head, or answers `None` and leaves the reader alone while fewer than nine octets are
    /// there. `limit` is the SETTINGS_MAX_FRAME_SIZE that we announced.
    ///
    /// # Errors
    /// [`Error::FrameTooLong`] as soon as the length is known, before any payload is awaited.
    pub fn parse(reader: &mut Reader<'_>, limit: u32) -> Result<Option<Self>, Error> {
        if reader.rest().len() < Self::LENGTH {
            return Ok(None);
        }
        let Ok(head) = Self::read(reader) else { return Ok(None) };
        if head.length > limit {
            let Self { length, stream, .. } = head;
            return Err(Error::FrameTooLong { stream, length, limit, shared: head.is_shared() });
        }
        Ok(Some(head))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Truncated> {
        reader.section("Frame header", "RFC 9113 §4.1");
        Ok(Self {
            length: reader.u24("Length")?,
            kind: FrameType(reader.u8("Type")?),
            flags: reader.u8("Flags")?,
            stream: StreamId::new(reader.u32("R, Stream Identifier")?),
        })
    }
    // ANCHOR_END: parse

    /// Whether an unread payload leaves in doubt what all streams share: field blocks change
    /// HPACK's table, SETTINGS and stream 0 everything (§4.2).
    fn is_shared(&self) -> bool {
        let blocks = [FrameType::HEADERS, FrameType::PUSH_PROMISE, FrameType::CONTINUATION];
        self.stream.is_connection()
            || self.kind == FrameType::SETTINGS
            || blocks.contains(&self.kind)
    }

    /// Whether all bits of `flag` are set.
    pub const fn has(&self, flag: u8) -> bool {
        self.flags & flag == flag
    }

    /// Appends the nine octets.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        writer.u24(self.length);
        writer.u8(self.kind.0);
        writer.u8(self.flags);
        writer.u32(self.stream.value());
    }
}
