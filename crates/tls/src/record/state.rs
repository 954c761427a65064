//! How a connection begins, and how it ends so that both know it was the end.
//!
//! RFC 8446 §6
//!
//! ```text
//!   ┌───────────┐  Finished   ┌────────┐  their close_notify   ┌─────────────┐
//!   │ handshake ├────────────►│  open  ├──────────────────────►│ peer closed │
//!   └─────┬─────┘             └─┬────┬─┘                       └──────┬──────┘
//!         │  close_notify (ours)│    │ they break a rule           │ ours
//!         │    ┌────────────┐   │    │    ┌────────┐                  │
//!         └───►│ close sent │◄──┘    └───►│ failed │                  │
//!              └─────┬──────┘             └───┬────┘                  │
//!                    │ theirs                 │ the stream ends,      │
//!                    ▼                        ▼ or it takes too long  ▼
//!              ┌──────────────────────────────────────────────────────────┐
//!              │                          closed                          │
//!              └──────────────────────────────────────────────────────────┘
//! ```
//!
//! Each direction ends by itself: who has heard close_notify may still send. A stream that ends
//! without one was cut, by the peer's crash or by somebody in between, and is told as such. Failed
//! is for a peer that broke a rule: it was told which one; its octets are still read and dropped,
//! since a socket closed over unread octets is reset, and the reset can overtake the alert.
//!
//! Invariant: nothing leads from `Closed` to anything else, and none back to `Handshake`.

use crate::Misuse;

/// Where a connection is in its life, for the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The handshake is under way, or data goes either way.
    Open,
    /// The end is under way: send what there is, read on as long as
    /// [`wants_receive`](super::Connection::wants_receive) says so.
    Closing,
    /// Send the rest, then close the stream.
    Closed,
}

/// The same, step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Keys are not agreed on yet.
    Handshake,
    /// Data goes either way.
    Open,
    /// The peer has said that it sends nothing more.
    PeerClosed,
    /// We have.
    CloseSent,
    /// The peer broke a rule, and was told.
    Failed,
    /// Over.
    Closed,
}

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The handshake is done.
    Complete,
    /// The application closes.
    SendClose,
    /// The peer's close_notify.
    ReceiveClose,
    /// The peer broke a rule.
    Violation,
    /// The peer says that we did.
    PeerAlert,
    /// The stream's end: nothing more can come.
    End,
    /// It took too long, or it is not worth more octets.
    GiveUp,
}

impl Phase {
    /// Every phase, for tables and tests.
    pub const ALL: [Self; 6] = [
        Self::Handshake,
        Self::Open,
        Self::PeerClosed,
        Self::CloseSent,
        Self::Failed,
        Self::Closed,
    ];

    // ANCHOR: state
    /// The phase after `input`.
    ///
    /// # Errors
    /// [`Misuse::Closed`] for a second close_notify of ours.
    pub fn on(self, input: Input) -> Result<Self, Misuse> {
        use Phase::{CloseSent, Closed, Failed, Handshake, Open, PeerClosed};
        Ok(match (self, input) {
            (Handshake, Input::Complete) => Open,
            (Open | PeerClosed | CloseSent | Failed | Closed, Input::Complete) => self,

            (Handshake | Open, Input::SendClose) => CloseSent,
            (PeerClosed, Input::SendClose) => Closed,
            (CloseSent | Failed | Closed, Input::SendClose) => return Err(Misuse::Closed),

            (Open, Input::ReceiveClose) => PeerClosed,
            (Handshake | CloseSent, Input::ReceiveClose) => Closed,
            (PeerClosed | Failed | Closed, Input::ReceiveClose) => self,

            (Handshake | Open | PeerClosed, Input::Violation) => Failed,
            // Nothing is sent behind a close_notify, not even what was wrong.
            (CloseSent, Input::Violation) => Closed,
            (Failed | Closed, Input::Violation) => self,

            // What they have said is whole; what we say may still be of use.
            (PeerClosed, Input::End) => PeerClosed,
            (Handshake | Open | CloseSent | Failed | Closed, Input::End) => Closed,
            (_, Input::PeerAlert | Input::GiveUp) => Closed,
        })
    }
    // ANCHOR_END: state

    /// Whether what the peer sends is still read.
    pub const fn reads(self) -> bool {
        matches!(self, Self::Handshake | Self::Open | Self::CloseSent)
    }

    /// Whether we may still send.
    pub const fn sends(self) -> bool {
        matches!(self, Self::Handshake | Self::Open | Self::PeerClosed)
    }

    /// What the driver needs to know of it.
    pub const fn state(self) -> State {
        match self {
            Self::Handshake | Self::Open | Self::PeerClosed => State::Open,
            Self::CloseSent | Self::Failed => State::Closing,
            Self::Closed => State::Closed,
        }
    }

    /// The words for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Handshake => "handshake",
            Self::Open => "open",
            Self::PeerClosed => "peer closed",
            Self::CloseSent => "close sent",
            Self::Failed => "failed",
            Self::Closed => "closed",
        }
    }
}

impl Input {
    /// Every input, for tables and tests.
    pub const ALL: [Self; 7] = [
        Self::Complete,
        Self::SendClose,
        Self::ReceiveClose,
        Self::Violation,
        Self::PeerAlert,
        Self::End,
        Self::GiveUp,
    ];

    /// The words for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "the handshake is done",
            Self::SendClose => "we send close_notify",
            Self::ReceiveClose => "their close_notify comes",
            Self::Violation => "they break a rule",
            Self::PeerAlert => "their alert comes",
            Self::End => "the stream ends",
            Self::GiveUp => "it takes too long",
        }
    }
}
