//! The two lives of a stream, as RFC 9000 draws them: one for each direction.
//!
//! RFC 9000 §3.1, §3.2
//!
//! ```text
//!  sending part                                receiving part
//!        o                                           o
//!        │ open                                      │ anything comes for it
//!    ┌───▼───┐   send RESET_STREAM               ┌───▼───┐   recv RESET_STREAM
//!    │ Ready ├──────────────────────┐            │ Recv  ├──────────────────────┐
//!    └───┬───┘                      │            └───┬───┘                      │
//!        │ send STREAM              │                │ recv STREAM + FIN        │
//!    ┌───▼───┐   send RESET_STREAM  │            ┌───▼───┐   recv RESET_STREAM  │
//!    │ Send  ├─────────────────────►│            │ Size  ├─────────────────────►│
//!    └───┬───┘                      │            │ Known │                      │
//!        │ send STREAM + FIN        │            └───┬───┘                      │
//!    ┌───▼───┐   send RESET_STREAM  │                │ all octets came          │
//!    │ Data  ├─────────────────────►│            ┌───▼───┐                  ┌───▼───┐
//!    │ Sent  │                  ┌───▼───┐        │ Data  │                  │ Reset │
//!    └───┬───┘                  │ Reset │        │ Recvd │                  │ Recvd │
//!        │ recv all ACKs        │ Sent  │        └───┬───┘                  └───┬───┘
//!    ┌───▼───┐                  └───┬───┘            │ read                     │ read
//!    │ Data  │          recv ACK    │            ┌───▼───┐                  ┌───▼───┐
//!    │ Recvd │                  ┌───▼───┐        │ Data  │                  │ Reset │
//!    └───────┘                  │ Reset │        │ Read  │                  │ Read  │
//!                               │ Recvd │        └───────┘                  └───────┘
//!                               └───────┘
//! ```
//!
//! What is late changes nothing: a RESET_STREAM after all octets have come, or a FIN after a reset.
//!
//! Invariant: nothing leads out of `DataRecvd` and `ResetRecvd` of the sending part, nor out of
//! `DataRead` and `ResetRead` of the receiving part.
//!
//! Used by: [`SendStream`](super::SendStream), [`ReceiveStream`](super::ReceiveStream).

/// Where the sending part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendState {
    /// Nothing was sent.
    Ready,
    /// Octets were sent.
    Send,
    /// FIN was sent; some of it may have to be sent again.
    DataSent,
    /// Everything was acknowledged.
    DataRecvd,
    /// RESET_STREAM was sent.
    ResetSent,
    /// RESET_STREAM was acknowledged.
    ResetRecvd,
}

/// What happens to the sending part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendInput {
    /// STREAM without FIN goes out.
    Stream,
    /// STREAM with FIN goes out.
    Fin,
    /// RESET_STREAM goes out.
    Reset,
    /// All octets and the FIN are acknowledged.
    AllAcked,
    /// RESET_STREAM is acknowledged.
    ResetAcked,
}

impl SendState {
    /// Every state, for tables and tests.
    pub const ALL: [Self; 6] = [
        Self::Ready,
        Self::Send,
        Self::DataSent,
        Self::DataRecvd,
        Self::ResetSent,
        Self::ResetRecvd,
    ];

    // ANCHOR: send
    /// Where it is afterwards; `None` where this must not, or cannot, happen.
    pub const fn on(self, input: SendInput) -> Option<Self> {
        use SendInput::{AllAcked, Fin, Reset, ResetAcked, Stream};
        use SendState::{DataRecvd, DataSent, Ready, ResetRecvd, ResetSent, Send};
        match (self, input) {
            (Ready | Send, Stream) => Some(Send),
            (Ready | Send, Fin) => Some(DataSent),
            // Lost octets go again, and lost FINs.
            (DataSent, Stream | Fin) => Some(DataSent),
            (Ready | Send | DataSent, Reset) => Some(ResetSent),
            // A lost RESET_STREAM goes again.
            (ResetSent, Reset) => Some(ResetSent),
            (DataSent, AllAcked) => Some(DataRecvd),
            (ResetSent, ResetAcked) => Some(ResetRecvd),
            // All was there before the reset could matter; the RFC lets us call it either.
            (ResetSent, AllAcked) => Some(DataRecvd),
            (DataRecvd | ResetRecvd, AllAcked | ResetAcked) => Some(self),
            (Ready | Send, AllAcked | ResetAcked)
            | (DataSent, ResetAcked)
            | (ResetSent, Stream | Fin)
            | (DataRecvd | ResetRecvd, Stream | Fin | Reset) => None,
        }
    }
    // ANCHOR_END: send

    /// Whether nothing more will be sent or is awaited.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::DataRecvd | Self::ResetRecvd)
    }

    /// The RFC's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Send => "Send",
            Self::DataSent => "Data Sent",
            Self::DataRecvd => "Data Recvd",
            Self::ResetSent => "Reset Sent",
            Self::ResetRecvd => "Reset Recvd",
        }
    }
}

impl SendInput {
    /// Every input, for tables and tests.
    pub const ALL: [Self; 5] =
        [Self::Stream, Self::Fin, Self::Reset, Self::AllAcked, Self::ResetAcked];
}

/// Where the receiving part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiveState {
    /// Octets come.
    Recv,
    /// FIN has come; octets before it are missing.
    SizeKnown,
    /// Everything has come.
    DataRecvd,
    /// Everything has been read.
    DataRead,
    /// RESET_STREAM has come.
    ResetRecvd,
    /// The application knows of the reset.
    ResetRead,
}

/// What happens to the receiving part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiveInput {
    /// STREAM without FIN comes.
    Stream,
    /// STREAM with FIN comes.
    Fin,
    /// The last octet that was missing has come.
    AllReceived,
    /// RESET_STREAM comes.
    Reset,
    /// The application has read everything, and the end.
    DataRead,
    /// The application has been told of the reset.
    ResetRead,
}

impl ReceiveState {
    /// Every state, for tables and tests.
    pub const ALL: [Self; 6] = [
        Self::Recv,
        Self::SizeKnown,
        Self::DataRecvd,
        Self::DataRead,
        Self::ResetRecvd,
        Self::ResetRead,
    ];

    // ANCHOR: receive
    /// Where it is afterwards; `None` where this cannot happen. What a peer sends always can: it is
    /// late at worst.
    pub const fn on(self, input: ReceiveInput) -> Option<Self> {
        use ReceiveInput as On;
        use ReceiveState::{DataRead, DataRecvd, Recv, ResetRead, ResetRecvd, SizeKnown};
        match (self, input) {
            (Recv, On::Stream) => Some(Recv),
            (Recv | SizeKnown, On::Fin) | (SizeKnown, On::Stream) => Some(SizeKnown),
            (SizeKnown, On::AllReceived) => Some(DataRecvd),
            (Recv | SizeKnown, On::Reset) => Some(ResetRecvd),
            // Everything is here: the reset came too late to take it away (§3.2).
            (DataRecvd, On::Reset) => Some(DataRecvd),
            (DataRecvd, On::DataRead) => Some(DataRead),
            (ResetRecvd, On::ResetRead) => Some(ResetRead),
            (DataRecvd | DataRead | ResetRecvd | ResetRead, On::Stream | On::Fin)
            | (DataRead | ResetRecvd | ResetRead, On::Reset) => Some(self),
            (Recv, On::AllReceived)
            | (DataRecvd | DataRead | ResetRecvd | ResetRead, On::AllReceived)
            | (Recv | SizeKnown | DataRead | ResetRecvd | ResetRead, On::DataRead)
            | (Recv | SizeKnown | DataRecvd | DataRead | ResetRead, On::ResetRead) => None,
        }
    }
    // ANCHOR_END: receive

    /// Whether nothing more will be read.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::DataRead | Self::ResetRead)
    }

    /// The RFC's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recv => "Recv",
            Self::SizeKnown => "Size Known",
            Self::DataRecvd => "Data Recvd",
            Self::DataRead => "Data Read",
            Self::ResetRecvd => "Reset Recvd",
            Self::ResetRead => "Reset Read",
        }
    }
}

impl ReceiveInput {
    /// Every input, for tables and tests.
    pub const ALL: [Self; 6] =
        [Self::Stream, Self::Fin, Self::AllReceived, Self::Reset, Self::DataRead, Self::ResetRead];
}
