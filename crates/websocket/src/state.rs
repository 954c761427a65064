//! How two ends part without losing a word.
//!
//! RFC 6455 §5.5.1, §7.1
//!
//! ```text
//!                           ┌────────┐
//!            we send Close  │  open  │  their Close comes, ours goes back
//!         ┌─────────────────┤        ├──────────────────────┐
//!         ▼                 └──┬──┬──┘                      ▼
//!  ┌────────────┐  they break  │  │                  ┌────────────┐
//!  │ close sent ├─────────┐    │  │ the stream ends  │ exchanged  │
//!  └──┬──────┬──┘  a rule │    │  │                  │ (a client) │
//!     │      │            ▼    ▼  │                  └─────┬──────┘
//!     │      │          ┌────────┐│                        │
//!     │      │          │ failed ││                        │ the stream ends,
//!     │      │          └───┬────┘│                        │ or it takes too long
//!     │      │ their Close  │     │                        ▼
//!     │      └──────────────┼─────┼──────────────────► ┌────────┐
//!     └─────────────────────┴─────┴──────────────────► │ closed │
//!        the stream ends, or it takes too long         └────────┘
//! ```
//!
//! A server that has both Close frames is done at once, and ends the stream: so it is the server
//! that waits in TIME_WAIT, which costs it little, and not the client, which would like to connect
//! again (§7.1.1). A client first waits for that end.
//!
//! Failed is for a peer that broke a rule: it is told which one, and nothing it sends is believed
//! any more, not even a Close (§7.1.7). Its octets are still read and dropped, since a socket
//! closed over unread octets is reset, and the reset can overtake the Close frame.
//!
//! Invariant: no input leads from `Closed` to anything else, and none back to `Open`.

use crate::{Misuse, Role};

/// Where a connection is in its life, for the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Messages go either way.
    Open,
    /// The closing handshake is under way: send what there is, read on as long as
    /// [`wants_receive`](crate::Connection::wants_receive) says so. Where
    /// [`wants_shutdown`](crate::Connection::wants_shutdown) says so, shut down writing behind the
    /// last octet.
    Closing,
    /// Send the rest, then close the stream.
    Closed,
}

/// The closing handshake, step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// No Close frame has passed.
    Open,
    /// Ours is sent; messages may still come until theirs does.
    CloseSent,
    /// Both have passed; a client waits for the server to end the stream.
    Exchanged,
    /// The peer broke a rule; it was told, and is no longer listened to.
    Failed,
    /// Over.
    Closed,
}

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The application closes.
    SendClose,
    /// The peer's Close frame.
    ReceiveClose,
    /// The peer broke a rule.
    Violation,
    /// The stream's end: nothing more can come.
    End,
    /// It took too long, or it is not worth more octets.
    GiveUp,
}

impl Phase {
    /// Every phase, for tables and tests.
    pub const ALL: [Self; 5] =
        [Self::Open, Self::CloseSent, Self::Exchanged, Self::Failed, Self::Closed];

    // ANCHOR: state
    /// The phase after `input`, at this end.
    ///
    /// # Errors
    /// [`Misuse::Closed`] for a second Close frame of ours.
    pub fn on(self, input: Input, role: Role) -> Result<Self, Misuse> {
        use Phase::{CloseSent, Closed, Exchanged, Failed, Open};
        match (self, input) {
            (Open, Input::SendClose) => Ok(CloseSent),
            (CloseSent | Exchanged | Failed | Closed, Input::SendClose) => Err(Misuse::Closed),

            (Open | CloseSent, Input::ReceiveClose) => Ok(match role {
                Role::Server => Closed,
                Role::Client => Exchanged,
            }),
            (Open | CloseSent, Input::Violation) => Ok(Failed),
            // Nothing is read any more that could be a Close frame or a violation.
            (Exchanged | Failed | Closed, Input::ReceiveClose | Input::Violation) => Ok(self),

            (_, Input::End | Input::GiveUp) => Ok(Closed),
        }
    }
    // ANCHOR_END: state

    /// Whether what the peer sends is still read as frames.
    pub fn reads(self) -> bool {
        matches!(self, Self::Open | Self::CloseSent)
    }

    /// What the driver needs to know of it.
    pub fn state(self) -> State {
        match self {
            Self::Open => State::Open,
            Self::CloseSent | Self::Exchanged | Self::Failed => State::Closing,
            Self::Closed => State::Closed,
        }
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::CloseSent => "close sent",
            Self::Exchanged => "exchanged",
            Self::Failed => "failed",
            Self::Closed => "closed",
        }
    }
}

impl Input {
    /// Every input, for tables and tests.
    pub const ALL: [Self; 5] =
        [Self::SendClose, Self::ReceiveClose, Self::Violation, Self::End, Self::GiveUp];

    /// The words for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SendClose => "we send Close",
            Self::ReceiveClose => "their Close comes",
            Self::Violation => "they break a rule",
            Self::End => "the stream ends",
            Self::GiveUp => "it takes too long",
        }
    }
}
