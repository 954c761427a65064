//! The life of a stream, as RFC 9113 §5.1 draws it.
//!
//! ```text
//!                             ┌────────┐
//!                   send PP   │        │   recv PP
//!                  ┌──────────┤  idle  ├──────────┐
//!                  ▼          └───┬────┘          ▼
//!          ┌──────────────┐       │ H     ┌───────────────┐
//!          │   reserved   │       ▼       │   reserved    │
//!          │   (local)    │   ┌────────┐  │   (remote)    │
//!          └───────┬──────┘   │  open  │  └───────┬───────┘
//!           send H │   recv ES└─┬────┬─┘send ES   │ recv H
//!                  ▼      ┌─────┘    └─────┐      ▼
//!          ┌──────────────┴┐              ┌┴──────────────┐
//!          │  half-closed  │              │  half-closed  │
//!          │   (remote)    │              │    (local)    │
//!          └───────┬───────┘              └───────┬───────┘
//!          send ES │                              │ recv ES
//!                  ▼          ┌────────┐          ▼
//!                  └─────────►│ closed │◄─────────┘      RST_STREAM leads there from all but idle
//!                             └────────┘
//!    H = HEADERS, PP = PUSH_PROMISE, ES = END_STREAM
//! ```
//!
//! Closed is three states to a receiver, for they say what the peer could know: frames behind
//! *our* reset were in flight and are dropped; behind *their* reset they are an error of the
//! stream; behind both ends' END_STREAM, of the connection.
//!
//! Invariant: no input leads out of a closed state.
//!
//! Used by: the connection, for each frame that has a stream, both ways.

use crate::{Error, ErrorCode, StreamId};

/// Where a stream is in its life, seen from our end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has used this identifier.
    Idle,
    /// We promised it; our HEADERS are still to come.
    ReservedLocal,
    /// The peer promised it; its HEADERS are still to come.
    ReservedRemote,
    /// Both ends may send.
    Open,
    /// We have sent END_STREAM.
    HalfClosedLocal,
    /// The peer has sent END_STREAM.
    HalfClosedRemote,
    /// Over.
    Closed(Cause),
}

/// How a stream was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Both ends have sent END_STREAM.
    Ended,
    /// We sent RST_STREAM.
    ResetByUs,
    /// The peer sent RST_STREAM.
    ResetByPeer,
}

/// What the peer sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// HEADERS; or trailers.
    Headers {
        /// The END_STREAM flag.
        end: bool,
    },
    /// DATA.
    Data {
        /// The END_STREAM flag.
        end: bool,
    },
    /// RST_STREAM.
    Reset,
    /// WINDOW_UPDATE.
    WindowUpdate,
}

/// What we send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// HEADERS; or trailers.
    Headers {
        /// The END_STREAM flag.
        end: bool,
    },
    /// DATA.
    Data {
        /// The END_STREAM flag.
        end: bool,
    },
    /// RST_STREAM.
    Reset,
}

impl Sent {
    /// Every one, for tables and tests.
    pub const ALL: [Self; 5] = [
        Self::Headers { end: false },
        Self::Headers { end: true },
        Self::Data { end: false },
        Self::Data { end: true },
        Self::Reset,
    ];
}

/// What comes of a frame that is no error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The stream is now here.
    To(State),
    /// It was in flight: drop it, but count it for HPACK and the connection's window.
    Ignore,
}

impl Input {
    /// Every input, for tables and tests.
    pub const ALL: [Self; 6] = [
        Self::Headers { end: false },
        Self::Headers { end: true },
        Self::Data { end: false },
        Self::Data { end: true },
        Self::Reset,
        Self::WindowUpdate,
    ];

    /// The frame's name, with its flag.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Headers { end: false } => "HEADERS",
            Self::Headers { end: true } => "HEADERS + END_STREAM",
            Self::Data { end: false } => "DATA",
            Self::Data { end: true } => "DATA + END_STREAM",
            Self::Reset => "RST_STREAM",
            Self::WindowUpdate => "WINDOW_UPDATE",
        }
    }
}

impl State {
    /// Every state, for tables and tests.
    pub const ALL: [Self; 9] = [
        Self::Idle,
        Self::ReservedLocal,
        Self::ReservedRemote,
        Self::Open,
        Self::HalfClosedLocal,
        Self::HalfClosedRemote,
        Self::Closed(Cause::Ended),
        Self::Closed(Cause::ResetByUs),
        Self::Closed(Cause::ResetByPeer),
    ];

    // ANCHOR: receive
    /// What comes of the peer's `input` on `stream`. Whether an idle stream is the peer's to begin
    /// is checked before (§5.1.1).
    ///
    /// # Errors
    /// [`Error::NotAllowed`] with the code and the scope that §5.1 asks for.
    pub fn receive(self, input: Input, stream: StreamId) -> Result<Step, Error> {
        use Cause::{Ended, ResetByPeer, ResetByUs};
        use Input::{Data, Headers, Reset, WindowUpdate};
        use State::{
            Closed, HalfClosedLocal, HalfClosedRemote, Idle, Open, ReservedLocal, ReservedRemote,
        };
        let to = |state| Ok(Step::To(state));
        let closed = ErrorCode::STREAM_CLOSED;
        match (self, input) {
            (Idle, Headers { end }) => to(if end { HalfClosedRemote } else { Open }),
            (ReservedRemote, Headers { end }) => {
                to(if end { Closed(Ended) } else { HalfClosedLocal })
            }
            (Open, Headers { end } | Data { end }) => to(if end { HalfClosedRemote } else { Open }),
            (HalfClosedLocal, Headers { end } | Data { end }) => {
                to(if end { Closed(Ended) } else { HalfClosedLocal })
            }
            // The peer said that it was done, and goes on: only this stream is lost.
            (HalfClosedRemote | Closed(ResetByPeer), Headers { .. } | Data { .. }) => {
                Err(self.refuse(input, stream, closed, false))
            }
            (Closed(Ended), Headers { .. } | Data { .. }) => {
                Err(self.refuse(input, stream, closed, true))
            }
            // The peer could not know of our reset when it sent this.
            (Closed(ResetByUs), _) | (Closed(_), Reset | WindowUpdate) => Ok(Step::Ignore),
            // A stream that nobody has begun, or that is not the peer's turn.
            (Idle, _)
            | (ReservedLocal, Headers { .. } | Data { .. })
            | (ReservedRemote, Data { .. } | WindowUpdate) => {
                Err(self.refuse(input, stream, ErrorCode::PROTOCOL_ERROR, true))
            }
            (_, Reset) => to(Closed(ResetByPeer)),
            (_, WindowUpdate) => to(self),
        }
    }
    // ANCHOR_END: receive

    // ANCHOR: send
    /// Where the stream is when we have sent this, or nothing where we must not.
    pub const fn send(self, sent: Sent) -> Option<Self> {
        use Cause::{Ended, ResetByUs};
        use Sent::{Data, Headers, Reset};
        use State::{
            Closed, HalfClosedLocal, HalfClosedRemote, Idle, Open, ReservedLocal, ReservedRemote,
        };
        match (self, sent) {
            (Idle, Headers { end }) => Some(if end { HalfClosedLocal } else { Open }),
            (ReservedLocal, Headers { end }) => {
                Some(if end { Closed(Ended) } else { HalfClosedRemote })
            }
            (Open, Headers { end } | Data { end }) => {
                Some(if end { HalfClosedLocal } else { Open })
            }
            (HalfClosedRemote, Headers { end } | Data { end }) => {
                Some(if end { Closed(Ended) } else { HalfClosedRemote })
            }
            (Idle | Closed(_), Reset) => None,
            (_, Reset) => Some(Closed(ResetByUs)),
            (Idle | ReservedLocal, Data { .. })
            | (ReservedRemote | HalfClosedLocal | Closed(_), Headers { .. } | Data { .. }) => None,
        }
    }
    // ANCHOR_END: send

    const fn refuse(self, input: Input, stream: StreamId, code: ErrorCode, fatal: bool) -> Error {
        Error::NotAllowed { stream, frame: input.name(), state: self.name(), code, fatal }
    }

    /// The RFC's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::ReservedLocal => "reserved (local)",
            Self::ReservedRemote => "reserved (remote)",
            Self::Open => "open",
            Self::HalfClosedLocal => "half-closed (local)",
            Self::HalfClosedRemote => "half-closed (remote)",
            Self::Closed(Cause::Ended) => "closed",
            Self::Closed(Cause::ResetByUs) => "closed (we reset it)",
            Self::Closed(Cause::ResetByPeer) => "closed (the peer reset it)",
        }
    }
}
