//! What can be wrong: with what a peer sent ([`Violation`]), and with what a caller asked
//! ([`Misuse`]).
//!
//! RFC 6455 §7.1.7, §7.4.1
//!
//! A violation is the peer's; it fails the connection, and the Close frame that says so carries the
//! code that stands in the table below. A misuse is a bug in the program around this crate; it is
//! refused before any octet is written, so the wire never shows it.
//!
//! Invariant: every violation names the rule it breaks and the code that suits it; the table is the
//! only place where the three stand together.

use crate::CloseCode;

/// A violation, and where it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{violation} ({}, octet {offset})", violation.rule())]
pub struct Error {
    /// What is wrong.
    pub violation: Violation,
    /// Octets of the peer's stream before the first of the frame in which it was seen, counted from
    /// the handshake's end.
    pub offset: u64,
}

impl Error {
    /// The code that the Close frame carries.
    pub const fn close_code(&self) -> CloseCode {
        self.violation.close_code()
    }

    /// The RFC and the section that says so.
    pub const fn rule(&self) -> &'static str {
        self.violation.rule()
    }
}

macro_rules! violations {
    ($($(#[$doc:meta])* $name:ident $({ $($field:ident: $type:ty),* })?
        $text:literal, $rule:literal, $code:ident;)*) => {
        /// A rule that a peer broke. Each one's documentation says which, [`rule`](Self::rule)
        /// where it stands and [`close_code`](Self::close_code) what the Close frame says.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[non_exhaustive]
        pub enum Violation {
            $($(#[$doc])* #[doc = concat!("\n\n", $rule)] #[error($text)] $name $({
                $(#[doc = "See the message."] $field: $type),*
            })?,)*
        }

        impl Violation {
            /// The RFC and the section.
            pub const fn rule(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $rule,)*
                }
            }

            /// The code that the Close frame carries.
            pub const fn close_code(&self) -> CloseCode {
                match self {
                    $(Self::$name { .. } => CloseCode::$code,)*
                }
            }

            /// The variant's name, for logs that machines read.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => stringify!($name),)*
                }
            }
        }
    };
}

// ANCHOR: violations
violations! {
    // The first octet.
    /// A reserved bit is set, and no extension was agreed on that gives it a meaning.
    ReservedBits { bits: u8 } "the reserved bits are {bits:03b}, which nobody agreed on",
        "RFC 6455 §5.2", PROTOCOL_ERROR;
    /// One of the ten opcodes that mean nothing yet.
    OpcodeReserved { opcode: u8 } "opcode {opcode:#x} is reserved", "RFC 6455 §5.2", PROTOCOL_ERROR;
    /// RSV1 on a control frame or on a fragment that is not the first.
    CompressedBitMisplaced { frame: &'static str } "RSV1 is set on a {frame} frame",
        "RFC 7692 §6.1", PROTOCOL_ERROR;
    /// Close, Ping and Pong are one frame each.
    ControlFragmented "a control frame is fragmented", "RFC 6455 §5.5", PROTOCOL_ERROR;
    /// A control frame fits between any two fragments because it is small.
    ControlTooLong "a control frame has more than 125 octets", "RFC 6455 §5.5", PROTOCOL_ERROR;

    // Mask and length.
    /// A client masks each frame.
    MaskMissing "a client's frame is not masked", "RFC 6455 §5.1", PROTOCOL_ERROR;
    /// A server masks none.
    MaskForbidden "a server's frame is masked", "RFC 6455 §5.1", PROTOCOL_ERROR;
    /// A length is written in the fewest octets that can say it.
    LengthNotMinimal { length: u64 } "a length of {length} is written in more octets than it needs",
        "RFC 6455 §5.2", PROTOCOL_ERROR;
    /// The most significant bit of a 64-bit length is 0.
    LengthTopBit "the first bit of a 64-bit length is set", "RFC 6455 §5.2", PROTOCOL_ERROR;
    /// Longer than [`Limits::frame`](crate::Limits::frame).
    FrameTooLong { length: u64, limit: u64 } "a frame of {length} octets, where {limit} are taken",
        "RFC 6455 §10.4", TOO_BIG;

    // Messages.
    /// A continuation frame where no message is under way.
    ContinuationUnexpected "a continuation frame continues nothing",
        "RFC 6455 §5.4", PROTOCOL_ERROR;
    /// A text or binary frame where a message is under way: fragments of two messages never mix.
    MessageInterrupted { frame: &'static str } "a {frame} frame inside a fragmented message",
        "RFC 6455 §5.4", PROTOCOL_ERROR;
    /// Longer than [`Limits::message`](crate::Limits::message), all fragments together, inflated.
    MessageTooLong { limit: u64 } "a message of more than {limit} octets",
        "RFC 6455 §10.4", TOO_BIG;
    /// Text that is not UTF-8; or that ends inside a character.
    TextNotUtf8 { at: u64 } "a text message is not UTF-8 at its octet {at}",
        "RFC 6455 §8.1", INVALID_DATA;
    /// The payload of a compressed message is not DEFLATE.
    Inflate { error: deflate::Error } "a compressed message cannot be inflated: {error}",
        "RFC 7692 §7.2.2", INVALID_DATA;
    /// The payload of a compressed message ends inside a block.
    InflateUnfinished "a compressed message ends inside a block",
        "RFC 7692 §7.2.2", INVALID_DATA;

    // Close.
    /// The code has two octets, if it is there.
    CloseCodeCut "a Close frame has one octet, where a code has two", "RFC 6455 §5.5.1",
        PROTOCOL_ERROR;
    /// A code that must not be on the wire.
    CloseCodeInvalid { code: u16 } "close code {code} must not be sent", "RFC 6455 §7.4",
        PROTOCOL_ERROR;
    /// The reason is text.
    CloseReasonNotUtf8 "the reason of a Close frame is not UTF-8", "RFC 6455 §5.5.1", INVALID_DATA;

    // Time.
    /// Nothing came for [`Limits::ping_timeout`](crate::Limits::ping_timeout) behind our Ping.
    PongTimeout "nothing came behind a Ping for too long", "RFC 6455 §5.5.2", INTERNAL_ERROR;
}
// ANCHOR_END: violations

impl Violation {
    /// The violation, in the frame that begins at `offset`.
    pub(crate) const fn at(self, offset: u64) -> Error {
        Error { violation: self, offset }
    }
}

/// What a caller asked for and must not get. Nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// Our Close frame is sent, or the connection is over: nothing may follow (RFC 6455 §5.5.1).
    #[error("the connection is closing or closed")]
    Closed,
    /// What waits to be sent has reached [`Limits::output`](crate::Limits::output): the peer is
    /// slower than we are. Wait for [`output_room`](crate::Connection::output_room).
    #[error("too much waits to be sent")]
    OutputFull,
    /// A message sent in fragments is not finished, and fragments of two never mix (RFC 6455 §5.4).
    #[error("a fragmented message is not finished")]
    MessageUnfinished,
    /// Fragments of one message are of one kind.
    #[error("a fragment is not of its message's kind")]
    KindChanged,
    /// A text message must be UTF-8 (RFC 6455 §5.6).
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// A control frame has 125 octets at most; a Close frame's reason 123 (RFC 6455 §5.5).
    #[error("{length} octets do not fit in a control frame")]
    ControlTooLong {
        /// Octets that were given.
        length: usize,
    },
    /// A code that must not be on the wire (RFC 6455 §7.4).
    #[error("close code {code} must not be sent")]
    CloseCode {
        /// The code.
        code: CloseCode,
    },
}
