//! Which message may come now: the RFC's two diagrams.
//!
//! RFC 8446 §A.1, §A.2
//!
//! ```text
//!  a client                                      a server
//!
//!     (ClientHello goes out)                        Start
//!             │                                       │ ClientHello ◄──┐ with no key of use to us:
//!    WaitServerHello ◄──┐ HelloRetryRequest           ├────────────────┘ WaitSecondClientHello
//!             │ ───────►┘ (once: WaitSecondServerHello)
//!             │ ServerHello                           │ (ServerHello … Finished go out)
//!  WaitEncryptedExtensions                ┌───────────┼───────────────────┐
//!             ├──────────────┐            │ early     │ a certificate     │ neither
//!             │ a certificate│ a key      │ data      │ is asked for      │
//!             │ is due       │ from       ▼           │                   │
//!  WaitCertificateOrRequest  │ before  WaitEndOfEarlyData                 │
//!             │   │ Request  │            │ EndOfEarlyData                 │
//!             │   ▼          │            └───────────┼──────────────────┐│
//!             │ WaitCertificate                WaitCertificate           ││
//!             │   │          │                        │ Certificate       ││
//!             ▼   ▼          │                        ├── empty ─────────►││
//!     WaitCertificateVerify  │               WaitCertificateVerify       ││
//!             │              │                        │ CertificateVerify ││
//!             ▼              ▼                        ▼                   ▼▼
//!           WaitFinished                            WaitFinished
//!             │ Finished (ours goes out)              │ Finished
//!             ▼                                       ▼
//!           Connected: NewSessionTicket, KeyUpdate  Connected: KeyUpdate
//! ```
//!
//! The RFC's START, RECVD_CH, NEGOTIATED and WAIT_FLIGHT2 are passed through without a message, and
//! so are no states here.
//!
//! Invariant: what is not in the diagram is `unexpected_message`; no message is read twice or out
//! of turn, whatever the peer says of it.

use crate::{Error, message::HandshakeType};

/// What came, at a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientInput {
    /// A ServerHello that is one.
    ServerHello,
    /// A ServerHello that asks for another ClientHello.
    HelloRetryRequest,
    /// EncryptedExtensions.
    EncryptedExtensions {
        /// Whether a key from before was taken, so that no certificate is due.
        resumed: bool,
    },
    /// Any other message.
    Message(HandshakeType),
}

/// What a client waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientState {
    /// ServerHello, or HelloRetryRequest.
    WaitServerHello,
    /// ServerHello.
    WaitSecondServerHello,
    /// EncryptedExtensions.
    WaitEncryptedExtensions,
    /// Certificate, or CertificateRequest before it.
    WaitCertificateOrRequest,
    /// Certificate.
    WaitCertificate,
    /// CertificateVerify.
    WaitCertificateVerify,
    /// Finished.
    WaitFinished,
    /// Nothing: the handshake is done.
    Connected,
}

impl ClientState {
    /// All, for tables and tests.
    pub const ALL: [Self; 8] = [
        Self::WaitServerHello,
        Self::WaitSecondServerHello,
        Self::WaitEncryptedExtensions,
        Self::WaitCertificateOrRequest,
        Self::WaitCertificate,
        Self::WaitCertificateVerify,
        Self::WaitFinished,
        Self::Connected,
    ];

    // ANCHOR: client
    /// The state after `input`.
    ///
    /// # Errors
    /// [`Error::RetryTwice`], [`Error::MessageUnexpected`].
    pub fn on(self, input: ClientInput) -> Result<Self, Error> {
        use ClientInput::{EncryptedExtensions, HelloRetryRequest, Message, ServerHello};
        use ClientState::{
            Connected, WaitCertificate, WaitCertificateOrRequest, WaitCertificateVerify,
            WaitEncryptedExtensions, WaitFinished, WaitSecondServerHello, WaitServerHello,
        };
        Ok(match (self, input) {
            (WaitServerHello, HelloRetryRequest) => WaitSecondServerHello,
            (WaitSecondServerHello, HelloRetryRequest) => return Err(Error::RetryTwice),
            (WaitServerHello | WaitSecondServerHello, ServerHello) => WaitEncryptedExtensions,

            (WaitEncryptedExtensions, EncryptedExtensions { resumed: true }) => WaitFinished,
            (WaitEncryptedExtensions, EncryptedExtensions { resumed: false }) => {
                WaitCertificateOrRequest
            }
            (WaitCertificateOrRequest, Message(HandshakeType::CertificateRequest)) => {
                WaitCertificate
            }
            (WaitCertificateOrRequest | WaitCertificate, Message(HandshakeType::Certificate)) => {
                WaitCertificateVerify
            }
            (WaitCertificateVerify, Message(HandshakeType::CertificateVerify)) => WaitFinished,
            (WaitFinished, Message(HandshakeType::Finished)) => Connected,

            (Connected, Message(HandshakeType::NewSessionTicket | HandshakeType::KeyUpdate)) => {
                Connected
            }
            (state, input) => {
                return Err(Error::MessageUnexpected {
                    message: input.kind(),
                    state: state.name(),
                });
            }
        })
    }
    // ANCHOR_END: client

    /// The words for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WaitServerHello => "wait for ServerHello",
            Self::WaitSecondServerHello => "wait for the second ServerHello",
            Self::WaitEncryptedExtensions => "wait for EncryptedExtensions",
            Self::WaitCertificateOrRequest => "wait for Certificate or CertificateRequest",
            Self::WaitCertificate => "wait for Certificate",
            Self::WaitCertificateVerify => "wait for CertificateVerify",
            Self::WaitFinished => "wait for Finished",
            Self::Connected => "are connected",
        }
    }
}

impl ClientInput {
    /// The message.
    pub const fn kind(self) -> HandshakeType {
        match self {
            Self::ServerHello | Self::HelloRetryRequest => HandshakeType::ServerHello,
            Self::EncryptedExtensions { .. } => HandshakeType::EncryptedExtensions,
            Self::Message(kind) => kind,
        }
    }
}

/// What a server does about a ClientHello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Asks for another one.
    Retry,
    /// Answers, and takes early data, whose end is a message.
    EarlyData,
    /// Answers, and asks for a certificate.
    AskCertificate,
    /// Answers.
    Plain,
}

/// What came, at a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerInput {
    /// ClientHello, and what is done about it.
    ClientHello(Answer),
    /// Certificate.
    Certificate {
        /// Whether it holds none, so that there is nothing to prove.
        empty: bool,
    },
    /// Any other message.
    Message(HandshakeType),
}

/// What a server waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerState {
    /// ClientHello.
    Start,
    /// The other ClientHello.
    WaitSecondClientHello,
    /// EndOfEarlyData.
    WaitEndOfEarlyData,
    /// Certificate.
    WaitCertificate,
    /// CertificateVerify.
    WaitCertificateVerify,
    /// Finished.
    WaitFinished,
    /// Nothing: the handshake is done.
    Connected,
}

impl ServerState {
    /// All, for tables and tests.
    pub const ALL: [Self; 7] = [
        Self::Start,
        Self::WaitSecondClientHello,
        Self::WaitEndOfEarlyData,
        Self::WaitCertificate,
        Self::WaitCertificateVerify,
        Self::WaitFinished,
        Self::Connected,
    ];

    // ANCHOR: server
    /// The state after `input`.
    ///
    /// # Errors
    /// [`Error::MessageUnexpected`]; [`Error::RetryIgnored`] where a second ClientHello would need
    /// a third.
    pub fn on(self, input: ServerInput) -> Result<Self, Error> {
        use ServerInput::{Certificate, ClientHello, Message};
        use ServerState::{
            Connected, Start, WaitCertificate, WaitCertificateVerify, WaitEndOfEarlyData,
            WaitFinished, WaitSecondClientHello,
        };
        Ok(match (self, input) {
            (Start, ClientHello(Answer::Retry)) => WaitSecondClientHello,
            (WaitSecondClientHello, ClientHello(Answer::Retry)) => {
                return Err(Error::RetryIgnored { field: "key share" });
            }
            // Early data needs a key from before, and with one no certificate is asked for.
            (Start, ClientHello(Answer::EarlyData)) => WaitEndOfEarlyData,
            (Start | WaitSecondClientHello, ClientHello(Answer::AskCertificate)) => WaitCertificate,
            (Start | WaitSecondClientHello, ClientHello(Answer::Plain)) => WaitFinished,

            (WaitEndOfEarlyData, Message(HandshakeType::EndOfEarlyData)) => WaitFinished,
            (WaitCertificate, Certificate { empty: true }) => WaitFinished,
            (WaitCertificate, Certificate { empty: false }) => WaitCertificateVerify,
            (WaitCertificateVerify, Message(HandshakeType::CertificateVerify)) => WaitFinished,
            (WaitFinished, Message(HandshakeType::Finished)) => Connected,

            (Connected, Message(HandshakeType::KeyUpdate)) => Connected,
            (state, input) => {
                return Err(Error::MessageUnexpected {
                    message: input.kind(),
                    state: state.name(),
                });
            }
        })
    }
    // ANCHOR_END: server

    /// The words for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "wait for ClientHello",
            Self::WaitSecondClientHello => "wait for the second ClientHello",
            Self::WaitEndOfEarlyData => "wait for EndOfEarlyData",
            Self::WaitCertificate => "wait for Certificate",
            Self::WaitCertificateVerify => "wait for CertificateVerify",
            Self::WaitFinished => "wait for Finished",
            Self::Connected => "are connected",
        }
    }
}

impl ServerInput {
    /// The message.
    pub const fn kind(self) -> HandshakeType {
        match self {
            Self::ClientHello(_) => HandshakeType::ClientHello,
            Self::Certificate { .. } => HandshakeType::Certificate,
            Self::Message(kind) => kind,
        }
    }
}
