//! What the two ends say to each other, and what a connection tells of it.
//!
//! RFC 6455 §5.6, §5.5

use crate::{CloseCode, Error};

/// Which end of the connection; the two differ in who masks (RFC 6455 §5.1) and in who ends the
/// stream (§7.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Opened the connection; masks what it sends.
    Client,
    /// Accepted it; ends the stream when both Close frames have passed.
    Server,
}

/// What a message holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// Any octets.
    Binary,
}

/// A whole message: what applications send and get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Text, as UTF-8 on the wire.
    Text(String),
    /// Octets whose meaning is the application's.
    Binary(Vec<u8>),
}

impl Message {
    /// Whether it is text or binary.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Binary(_) => Kind::Binary,
        }
    }

    /// The octets of either kind.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(octets) => octets,
        }
    }

    /// Its length in octets.
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether it has no octets; such a message is a message all the same.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The octets, without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Binary(octets) => octets,
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A whole message.
    Message(Message),
    /// The peer asked whether we are there; it has been answered already.
    Ping(Vec<u8>),
    /// The peer answered a Ping of ours, or just says that it is there.
    Pong(Vec<u8>),
    /// The peer's Close frame: it sends no more. It has been answered already.
    Close {
        /// Why; `None` where the frame is empty (an application may call it 1005).
        code: Option<CloseCode>,
        /// Why, in words; at most 123 octets.
        reason: String,
    },
    /// The peer broke a rule. For the log: our Close frame is queued.
    Violation(Error),
    /// The last event, told once: send the rest, then close the stream.
    Closed {
        /// Whether both Close frames have passed (RFC 6455 §7.1.4). Where not, and no `Close` was
        /// told, an application may call it 1006.
        clean: bool,
    },
}
