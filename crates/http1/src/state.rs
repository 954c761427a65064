//! The life of a request, of a response, and of the connection that carries them.
//!
//! RFC 9112 §9; the shape of the two machines is that of the messages, not of the roles: a server
//! receives the first and sends the second, a client the other way round.
//!
//! ```text
//!  request                                     response
//!
//!  ┌──────┐  octet   ┌──────┐                  ┌──────┐ request ┌─────┐ 1xx
//!  │ idle ├─────────►│ head │                  │ idle ├────────►│ due ├────┐
//!  └──┬───┘          └──┬───┘                  └──────┘         └┬─┬─┬┘◄───┘
//!     │head             │head                       head+content │ │ │101, 2xx to CONNECT
//!     ▼                 ▼                             ┌──────────┘ │ └───────────┐
//!  ┌──────┐ content ┌─────────┐                       ▼            │head         ▼
//!  │(head)├────────►│ content │                  ┌─────────┐       │       ┌──────────┐
//!  └──┬───┘         └────┬────┘                  │ content │       │       │ switched │
//!     │none              │end                    └────┬────┘       │       └──────────┘
//!     ▼                  ▼                            │end         ▼
//!  ┌─────────────────────────┐                        │      ┌──────┐
//!  │          done           │                        └─────►│ done │
//!  └─────────────────────────┘                               └──────┘
//!            done + done: both go back to idle, and the next exchange begins
//! ```
//!
//! Two rules make the tables: what we send is ours to get right (a misuse is refused before any
//! octet is written), and what the peer sends only moves forward.
//!
//! Invariant: no input leads out of `Switched`: the octets that follow are another protocol's.

use crate::error::Misuse;

/// Where a connection is in its life, for the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Exchanges go on.
    Open,
    /// Nothing more will be said: send the rest, shut down writing, read and drop what still comes
    /// until the peer closes or the connection is [`Closed`](Self::Closed).
    Closing,
    /// Send the rest, then close.
    Closed,
    /// Another protocol has the stream from here on.
    Upgraded,
}

/// The life of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// There is none.
    Idle,
    /// A part of its head has come.
    Head,
    /// Its head is whole, its content is not.
    Content,
    /// It is whole.
    Done,
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestInput {
    /// The first octet of its head.
    Octet,
    /// The last octet of its head.
    Head {
        /// Whether content follows.
        content: bool,
    },
    /// A part of its content.
    Data,
    /// The end of its content.
    End,
    /// The exchange is over.
    Next,
}

/// The life of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    /// No request asks for one.
    Idle,
    /// A request waits for it; 1xx may have passed.
    Due,
    /// Its head is whole, its content is not.
    Content,
    /// It is whole.
    Done,
    /// It gave the connection to another protocol.
    Switched,
}

/// What happens to a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseInput {
    /// A request that it must answer.
    Request,
    /// A 1xx head other than 101.
    Informational,
    /// The final head.
    Head {
        /// Whether content follows.
        content: bool,
    },
    /// A part of its content.
    Data,
    /// The end of its content.
    End,
    /// 101, or 2xx to CONNECT.
    Switch,
    /// The exchange is over.
    Next,
}

impl Request {
    /// Every state, for tables and tests.
    pub const ALL: [Self; 4] = [Self::Idle, Self::Head, Self::Content, Self::Done];

    // ANCHOR: request
    /// The state after `input`.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] where the input cannot come.
    pub fn on(self, input: RequestInput) -> Result<Self, Misuse> {
        use Request::{Content, Done, Head, Idle};
        use RequestInput as On;
        match (self, input) {
            (Idle | Head, On::Octet) => Ok(Head),
            (Idle | Head, On::Head { content: true }) => Ok(Content),
            (Idle | Head, On::Head { content: false }) => Ok(Done),
            (Content, On::Data) => Ok(Content),
            (Content, On::End) => Ok(Done),
            (Done, On::Next) => Ok(Idle),
            (Idle | Head, On::Data | On::End | On::Next)
            | (Content, On::Octet | On::Head { .. } | On::Next)
            | (Done, On::Octet | On::Head { .. } | On::Data | On::End) => Err(self.refuse(input)),
        }
    }
    // ANCHOR_END: request

    fn refuse(self, input: RequestInput) -> Misuse {
        Misuse::OutOfOrder { message: "request", state: self.name(), input: input.name() }
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Head => "in its head",
            Self::Content => "in its content",
            Self::Done => "done",
        }
    }
}

impl RequestInput {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Octet => "an octet",
            Self::Head { content: true } => "a head with content",
            Self::Head { content: false } => "a head without content",
            Self::Data => "content",
            Self::End => "the end",
            Self::Next => "the next exchange",
        }
    }
}

impl Response {
    /// Every state, for tables and tests.
    pub const ALL: [Self; 5] = [Self::Idle, Self::Due, Self::Content, Self::Done, Self::Switched];

    // ANCHOR: response
    /// The state after `input`.
    ///
    /// # Errors
    /// [`Misuse::OutOfOrder`] where the input cannot come.
    pub fn on(self, input: ResponseInput) -> Result<Self, Misuse> {
        use Response::{Content, Done, Due, Idle, Switched};
        use ResponseInput as On;
        match (self, input) {
            (Idle, On::Request) => Ok(Due),
            (Due, On::Informational) => Ok(Due),
            (Due, On::Head { content: true }) => Ok(Content),
            (Due, On::Head { content: false }) => Ok(Done),
            (Due, On::Switch) => Ok(Switched),
            (Content, On::Data) => Ok(Content),
            (Content, On::End) => Ok(Done),
            (Done, On::Next) => Ok(Idle),
            (
                Idle,
                On::Informational | On::Head { .. } | On::Data | On::End | On::Switch | On::Next,
            )
            | (Due, On::Request | On::Data | On::End | On::Next)
            | (
                Content,
                On::Request | On::Informational | On::Head { .. } | On::Switch | On::Next,
            )
            | (
                Done,
                On::Request | On::Informational | On::Head { .. } | On::Data | On::End | On::Switch,
            )
            | (Switched, _) => Err(self.refuse(input)),
        }
    }
    // ANCHOR_END: response

    fn refuse(self, input: ResponseInput) -> Misuse {
        Misuse::OutOfOrder { message: "response", state: self.name(), input: input.name() }
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Due => "due",
            Self::Content => "in its content",
            Self::Done => "done",
            Self::Switched => "switched",
        }
    }
}

impl ResponseInput {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "a request",
            Self::Informational => "a 1xx head",
            Self::Head { content: true } => "a head with content",
            Self::Head { content: false } => "a head without content",
            Self::Data => "content",
            Self::End => "the end",
            Self::Switch => "an upgrade",
            Self::Next => "the next exchange",
        }
    }
}
