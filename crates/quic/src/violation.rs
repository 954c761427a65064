//! What a peer can do wrong in what these modules keep.
//!
//! RFC 9000 §20.1
//!
//! Invariant: each variant is one rule.

/// A rule that the peer broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// An ACK frame acknowledges a packet that was never sent: PROTOCOL_VIOLATION (RFC 9000 §13.1).
    #[error("ACK acknowledges packet {number}, which was never sent")]
    AckOfUnsent {
        /// The packet number.
        number: u64,
    },
    /// More came than a stream's window allows: FLOW_CONTROL_ERROR (RFC 9000 §4.1).
    #[error("stream {stream} reaches octet {end}, its window ends at {limit}")]
    StreamFlowControl {
        /// The stream's identifier.
        stream: u64,
        /// One past the last octet.
        end: u64,
        /// The window's end.
        limit: u64,
    },
    /// More came on all streams than the connection's window allows: FLOW_CONTROL_ERROR (§4.1).
    #[error("streams reach {end} octets in all, the connection's window ends at {limit}")]
    ConnectionFlowControl {
        /// Octets of all streams.
        end: u64,
        /// The window's end.
        limit: u64,
    },
    /// A stream's final size changed, or octets came behind it: FINAL_SIZE_ERROR (RFC 9000 §4.5).
    #[error("stream {stream} ends at {was}, and now something says {now}")]
    FinalSize {
        /// The stream's identifier.
        stream: u64,
        /// The final size that was said, or the octets that came already.
        was: u64,
        /// What the frame says.
        now: u64,
    },
    /// A stream beyond our limit: STREAM_LIMIT_ERROR (RFC 9000 §4.6).
    #[error("stream {stream} is beyond the {limit} streams allowed")]
    StreamLimit {
        /// The stream's identifier.
        stream: u64,
        /// How many streams of its kind we allow.
        limit: u64,
    },
    /// CRYPTO octets too far ahead: CRYPTO_BUFFER_EXCEEDED (RFC 9000 §7.5).
    #[error("CRYPTO octets up to {end} do not fit a buffer that ends at {limit}")]
    CryptoBuffer {
        /// One past the last octet.
        end: u64,
        /// The buffer's end.
        limit: u64,
    },
    /// More connection IDs than we allow: CONNECTION_ID_LIMIT_ERROR (RFC 9000 §5.1.1).
    #[error("the peer's connection IDs in use would exceed the {limit} allowed")]
    ConnectionIdLimit {
        /// Our `active_connection_id_limit`.
        limit: u64,
    },
    /// A NEW_CONNECTION_ID contradicts an earlier one: PROTOCOL_VIOLATION (RFC 9000 §19.15).
    #[error("NEW_CONNECTION_ID {sequence} contradicts an earlier one")]
    ConnectionIdReused {
        /// Its sequence number.
        sequence: u64,
    },
    /// A connection ID retired that was never issued, or by a packet that used it:
    /// PROTOCOL_VIOLATION (RFC 9000 §19.16).
    #[error("RETIRE_CONNECTION_ID {sequence} names one that cannot be retired so")]
    RetireOfUnknown {
        /// Its sequence number.
        sequence: u64,
    },
}

impl Error {
    /// The transport error code that the connection is closed with (RFC 9000 §20.1).
    pub const fn code(&self) -> u64 {
        match self {
            Self::StreamFlowControl { .. } | Self::ConnectionFlowControl { .. } => 0x03,
            Self::StreamLimit { .. } => 0x04,
            Self::FinalSize { .. } => 0x06,
            Self::ConnectionIdLimit { .. } => 0x09,
            Self::AckOfUnsent { .. }
            | Self::ConnectionIdReused { .. }
            | Self::RetireOfUnknown { .. } => 0x0a,
            Self::CryptoBuffer { .. } => 0x0d,
        }
    }
}
