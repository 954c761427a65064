//! What a frame is: four bits.
//!
//! RFC 6455 §5.2, §11.8
//!
//! | opcode | frame        | kind    | may be fragmented |
//! |--------|--------------|---------|-------------------|
//! | 0x0    | continuation | data    | is a fragment     |
//! | 0x1    | text         | data    | yes               |
//! | 0x2    | binary       | data    | yes               |
//! | 0x8    | close        | control | no                |
//! | 0x9    | ping         | control | no                |
//! | 0xA    | pong         | control | no                |
//!
//! The other ten are reserved: whoever gets one fails the connection. The highest bit alone says
//! control frame, so that future ones could be told from data too.
//!
//! Invariant: an `Opcode` is one of the six.

use crate::Kind;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opcode {
    /// One more fragment of the message under way.
    Continuation = 0x0,
    /// A text message, or its first fragment.
    Text = 0x1,
    /// A binary message, or its first fragment.
    Binary = 0x2,
    /// The sender sends no more.
    Close = 0x8,
    /// "Are you there?"
    Ping = 0x9,
    /// "I am", with the Ping's octets.
    Pong = 0xa,
}

impl Opcode {
    /// All that are defined.
    pub const ALL: [Self; 6] =
        [Self::Continuation, Self::Text, Self::Binary, Self::Close, Self::Ping, Self::Pong];

    /// The opcode of these four bits; `None` where they are reserved.
    pub const fn new(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            _ => return None,
        })
    }

    /// The opcode of a message's first frame.
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text,
            Kind::Binary => Self::Binary,
        }
    }

    /// The four bits.
    pub const fn bits(self) -> u8 {
        self as u8
    }

    /// Whether it is Close, Ping or Pong: at most 125 octets, never fragmented, and allowed between
    /// the fragments of a message (§5.5).
    pub const fn is_control(self) -> bool {
        self.bits() & 0x8 != 0
    }

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Continuation => "continuation",
            Self::Text => "text",
            Self::Binary => "binary",
            Self::Close => "close",
            Self::Ping => "ping",
            Self::Pong => "pong",
        }
    }
}
