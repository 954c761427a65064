//! What a peer can do wrong, and what it is told.
//!
//! RFC 9000 §11, §20.1; RFC 9001 §4.8; RFC 9368 §10.2
//!
//! | what is wrong                     | what happens                                         |
//! |-----------------------------------|------------------------------------------------------|
//! | a packet that is not authentic    | it is dropped ([`Discard`](crate::packet::Discard))  |
//! | an authentic one breaks a rule    | CONNECTION_CLOSE with the code of an [`Error`]       |
//! | the application wants no more     | RESET_STREAM, or CONNECTION_CLOSE of its own kind    |
//!
//! What anybody on the way could have written never ends a connection; hence the first line.
//!
//! Invariant: a violation knows its code, so no caller chooses one by hand.
//!
//! Used by: every module of this crate.

use crate::packet::PacketType;
use std::fmt;
use tls::{Role, message::HandshakeType};
use wire::Truncated;

/// Why a connection ends (§20.1). Unknown codes are kept, and mean nothing special.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TransportError(pub u64);

macro_rules! codes {
    ($($code:literal $name:ident $text:literal)*) => {
        impl TransportError {
            $(#[doc = $text] pub const $name: Self = Self($code);)*

            /// The RFC's name, or nothing for a code that it does not know.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some(stringify!($name)),)*
                    0x100..=0x1ff => Some("CRYPTO_ERROR"),
                    _ => None,
                }
            }
        }
    };
}

codes! {
    0x00 NO_ERROR "Not an error: a graceful end."
    0x01 INTERNAL_ERROR "The sender failed, through no fault of its peer."
    0x02 CONNECTION_REFUSED "The server does not want a connection now."
    0x03 FLOW_CONTROL_ERROR "More came than the window allowed."
    0x04 STREAM_LIMIT_ERROR "A stream beyond those that were allowed."
    0x05 STREAM_STATE_ERROR "A frame for a stream whose state does not allow it."
    0x06 FINAL_SIZE_ERROR "A stream's final size changed, or data came beyond it."
    0x07 FRAME_ENCODING_ERROR "A frame that is not well formed."
    0x08 TRANSPORT_PARAMETER_ERROR "Transport parameters that are not well formed, or not true."
    0x09 CONNECTION_ID_LIMIT_ERROR "More connection IDs than were allowed."
    0x0a PROTOCOL_VIOLATION "A rule was broken that has no code of its own."
    0x0b INVALID_TOKEN "An Initial packet's token is not one of ours."
    0x0c APPLICATION_ERROR "The application ended it, before its own code may be said."
    0x0d CRYPTO_BUFFER_EXCEEDED "More handshake data out of order than is kept."
    0x0e KEY_UPDATE_ERROR "Keys were updated wrongly."
    0x0f AEAD_LIMIT_REACHED "The keys are worn out."
    0x10 NO_VIABLE_PATH "The path cannot carry QUIC."
    0x11 VERSION_NEGOTIATION_ERROR "Somebody tampered with the choice of the version (RFC 9368)."
}

impl TransportError {
    /// CRYPTO_ERROR: a TLS alert (RFC 9001 §4.8).
    pub const fn crypto(alert: u8) -> Self {
        Self(0x100 | alert as u64)
    }

    /// The TLS alert, of a CRYPTO_ERROR.
    pub const fn alert(self) -> Option<u8> {
        let [.., high, low] = self.0.to_be_bytes();
        if self.0 >> 16 == 0 && high == 1 { Some(low) } else { None }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name(), self.alert()) {
            (_, Some(alert)) => write!(f, "CRYPTO_ERROR ({alert})"),
            (Some(name), None) => f.write_str(name),
            (None, None) => write!(f, "{:#x}", self.0),
        }
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A rule that the peer broke, in a packet that is authentic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// RFC 9000 §12.4: a frame that ends before its fields do: FRAME_ENCODING_ERROR.
    #[error("a {frame} frame: {cut} (§12.4)")]
    FrameTruncated {
        /// The frame's name.
        frame: &'static str,
        /// Which field, and where.
        cut: Truncated,
    },
    /// RFC 9000 §12.4: a type that nobody agreed on: FRAME_ENCODING_ERROR.
    #[error("a frame of unknown type {kind:#x} at octet {offset} (§12.4)")]
    FrameUnknown {
        /// Its type.
        kind: u64,
        /// Where it begins in the payload.
        offset: usize,
    },
    /// RFC 9000 §12.4: a type in more octets than it needs: PROTOCOL_VIOLATION.
    #[error("the frame type {kind:#x} at octet {offset} is not in its shortest form (§12.4)")]
    FrameTypeLong {
        /// Its type.
        kind: u64,
        /// Where it begins in the payload.
        offset: usize,
    },
    /// RFC 9000 §12.4, table 3: a frame in a packet that must not carry it: PROTOCOL_VIOLATION.
    #[error("a {frame} frame in {packet} (§12.4)")]
    FrameForbidden {
        /// The frame's name.
        frame: &'static str,
        /// The packet's type.
        packet: PacketType,
    },
    /// RFC 9000 §19.7, §19.20: a frame that only servers send: PROTOCOL_VIOLATION.
    #[error("a {frame} frame from a {sender} (§19)")]
    FrameSender {
        /// The frame's name.
        frame: &'static str,
        /// Who sent it.
        sender: Role,
    },
    /// RFC 9000 §12.4: a packet without a frame: PROTOCOL_VIOLATION.
    #[error("{packet} without a frame (§12.4)")]
    PayloadEmpty {
        /// The packet's type.
        packet: PacketType,
    },
    /// RFC 9000 §17.2, §17.3.1: bits that are zero under the protection: PROTOCOL_VIOLATION.
    #[error("reserved bits {bits:#04x} in {packet} (§17)")]
    ReservedBits {
        /// The packet's type.
        packet: PacketType,
        /// The bits, in their place in the first octet.
        bits: u8,
    },
    /// RFC 9000 §17.2.2: only clients send tokens in Initial packets: PROTOCOL_VIOLATION.
    #[error("an Initial packet of a server with a token of {length} octets (§17.2.2)")]
    TokenFromServer {
        /// Octets of the token.
        length: usize,
    },
    /// RFC 9000 §19.3.1: ranges that go below packet 0: FRAME_ENCODING_ERROR.
    #[error("an ACK frame's {field} of {value} reaches below packet 0 (§19.3.1)")]
    AckRange {
        /// The field that does.
        field: &'static str,
        /// Its value.
        value: u64,
    },
    /// RFC 9000 §19.6, §19.8: data beyond octet 2^62 - 1: FRAME_ENCODING_ERROR.
    #[error("a {frame} frame of {length} octets at {offset} goes beyond 2^62 - 1 (§{section})")]
    OffsetTooLarge {
        /// The frame's name.
        frame: &'static str,
        /// Where its data begins.
        offset: u64,
        /// Octets of its data.
        length: u64,
        /// Where the rule stands.
        section: &'static str,
    },
    /// RFC 9000 §19.11, §19.14, §4.6: more than 2^60 streams: FRAME_ENCODING_ERROR.
    #[error("a {frame} frame says {value} streams, more than 2^60 (§4.6)")]
    StreamCount {
        /// The frame's name.
        frame: &'static str,
        /// The number.
        value: u64,
    },
    /// RFC 9000 §19.7: a NEW_TOKEN frame without a token: FRAME_ENCODING_ERROR.
    #[error("a NEW_TOKEN frame with an empty token (§19.7)")]
    TokenEmpty,
    /// RFC 9000 §19.15: an identifier of 1 to 20 octets it must be: FRAME_ENCODING_ERROR.
    #[error("a NEW_CONNECTION_ID frame with an identifier of {length} octets (§19.15)")]
    ConnectionIdLength {
        /// Octets that it has.
        length: usize,
    },
    /// RFC 9000 §19.15: what is to be retired is not older: FRAME_ENCODING_ERROR.
    #[error("NEW_CONNECTION_ID {sequence} retires all before {retire_prior_to} (§19.15)")]
    RetirePriorTo {
        /// Its sequence number.
        sequence: u64,
        /// Below which others are retired.
        retire_prior_to: u64,
    },
    /// RFC 9000 §19.15: identifiers for a peer that has an empty one: PROTOCOL_VIOLATION.
    #[error("a NEW_CONNECTION_ID frame, where connection IDs are empty (§19.15)")]
    ConnectionIdUnwanted,
    /// RFC 9000 §19.4, §19.5, §19.8, §19.10, §19.13: a frame for the wrong half of a stream, or a
    /// stream of ours that we did not begin: STREAM_STATE_ERROR.
    #[error("a {frame} frame for stream {stream}, which {why} (§19)")]
    StreamState {
        /// The frame's name.
        frame: &'static str,
        /// The stream's identifier.
        stream: u64,
        /// What is wrong with it.
        why: &'static str,
    },
    /// RFC 9221 §3: a DATAGRAM longer than we take, or where we take none: PROTOCOL_VIOLATION.
    #[error("a DATAGRAM frame of {length} octets, where {limit} are taken (RFC 9221 §3)")]
    DatagramTooLong {
        /// Octets of the frame.
        length: u64,
        /// Our `max_datagram_frame_size`.
        limit: u64,
    },
    /// RFC 9000 §18: parameters that end before a field does: TRANSPORT_PARAMETER_ERROR.
    #[error("transport parameter {parameter}: {cut} (§18)")]
    ParameterTruncated {
        /// The parameter's name.
        parameter: &'static str,
        /// Which field, and where.
        cut: Truncated,
    },
    /// RFC 9000 §18: a parameter with octets behind its value: TRANSPORT_PARAMETER_ERROR.
    #[error("transport parameter {parameter} has {length} octets more than its value (§18)")]
    ParameterLength {
        /// The parameter's name.
        parameter: &'static str,
        /// Octets that are too many.
        length: usize,
    },
    /// RFC 9000 §7.4: the same parameter again: TRANSPORT_PARAMETER_ERROR.
    #[error("transport parameter {id:#x} comes twice (§7.4)")]
    ParameterRepeated {
        /// Its number.
        id: u64,
    },
    /// RFC 9000 §18.2: a value out of its range: TRANSPORT_PARAMETER_ERROR.
    #[error("transport parameter {parameter} is {value} (§18.2)")]
    ParameterInvalid {
        /// The parameter's name.
        parameter: &'static str,
        /// Its value, or its length where that is wrong.
        value: u64,
    },
    /// RFC 9000 §18.2: a parameter that only servers send: TRANSPORT_PARAMETER_ERROR.
    #[error("transport parameter {parameter} from a client (§18.2)")]
    ParameterSender {
        /// The parameter's name.
        parameter: &'static str,
    },
    /// RFC 9000 §7.3: a connection ID that was not, or not rightly, confirmed:
    /// TRANSPORT_PARAMETER_ERROR.
    #[error("transport parameter {parameter} does not confirm the connection ID used (§7.3)")]
    ParameterConnectionId {
        /// The parameter's name.
        parameter: &'static str,
    },
    /// RFC 9000 §7.4.1: less than what was remembered, after 0-RTT was accepted:
    /// PROTOCOL_VIOLATION.
    #[error("transport parameter {parameter} is below what early data relied on (§7.4.1)")]
    ParameterReduced {
        /// The parameter's name.
        parameter: &'static str,
    },
    /// RFC 9001 §8.2: a handshake without transport parameters: missing_extension.
    #[error("a handshake without transport parameters (RFC 9001 §8.2)")]
    ParametersMissing,
    /// RFC 9368 §4: the version is not what both would have chosen: VERSION_NEGOTIATION_ERROR.
    #[error("{why} (RFC 9368 §4)")]
    VersionNegotiation {
        /// What does not fit.
        why: &'static str,
    },
    /// RFC 9000 §8.1.2: a Retry token that is not ours: INVALID_TOKEN.
    #[error("a Retry token that is not valid (§8.1.2)")]
    TokenInvalid,
    /// RFC 9001 §6.2, §6.4: new keys before the peer could have them, or old ones after new ones:
    /// KEY_UPDATE_ERROR.
    #[error("{why} (RFC 9001 §6)")]
    KeyUpdate {
        /// What is wrong.
        why: &'static str,
    },
    /// RFC 9001 §6.6: so many packets were not authentic, or so many were sent, that the keys are
    /// worn out: AEAD_LIMIT_REACHED.
    #[error("{packets} packets {what} under one key (RFC 9001 §6.6)")]
    AeadLimit {
        /// How many.
        packets: u64,
        /// What was done with them.
        what: &'static str,
    },
    /// RFC 9001 §4.1.3: handshake data at a level that is over, or none at all: PROTOCOL_VIOLATION.
    #[error("CRYPTO data in {packet}, which nobody waits for (RFC 9001 §4.1.3)")]
    CryptoUnexpected {
        /// The packet's type.
        packet: PacketType,
    },
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
    /// RFC 9001 §4.8: the handshake failed: CRYPTO_ERROR with TLS's alert.
    #[error(transparent)]
    Tls(#[from] tls::Error),
}

/// Whether the keys change behind a message: then it is the last of its level.
const fn is_last(message: HandshakeType) -> bool {
    use HandshakeType::{ClientHello, Finished, ServerHello};
    matches!(message, ClientHello | ServerHello | Finished)
}

impl Error {
    /// What the peer is told.
    pub const fn code(&self) -> TransportError {
        use TransportError as T;
        match self {
            Self::FrameTruncated { .. }
            | Self::FrameUnknown { .. }
            | Self::AckRange { .. }
            | Self::OffsetTooLarge { .. }
            | Self::StreamCount { .. }
            | Self::TokenEmpty
            | Self::ConnectionIdLength { .. }
            | Self::RetirePriorTo { .. } => T::FRAME_ENCODING_ERROR,
            Self::FrameTypeLong { .. }
            | Self::FrameForbidden { .. }
            | Self::FrameSender { .. }
            | Self::PayloadEmpty { .. }
            | Self::ReservedBits { .. }
            | Self::TokenFromServer { .. }
            | Self::ConnectionIdUnwanted
            | Self::DatagramTooLong { .. }
            | Self::ParameterReduced { .. }
            | Self::CryptoUnexpected { .. } => T::PROTOCOL_VIOLATION,
            Self::StreamState { .. } => T::STREAM_STATE_ERROR,
            Self::ParameterTruncated { .. }
            | Self::ParameterLength { .. }
            | Self::ParameterRepeated { .. }
            | Self::ParameterInvalid { .. }
            | Self::ParameterSender { .. }
            | Self::ParameterConnectionId { .. } => T::TRANSPORT_PARAMETER_ERROR,
            Self::ParametersMissing => T::crypto(109),
            Self::VersionNegotiation { .. } => T::VERSION_NEGOTIATION_ERROR,
            Self::TokenInvalid => T::INVALID_TOKEN,
            Self::KeyUpdate { .. } => T::KEY_UPDATE_ERROR,
            Self::AeadLimit { .. } => T::AEAD_LIMIT_REACHED,
            Self::StreamFlowControl { .. } | Self::ConnectionFlowControl { .. } => {
                T::FLOW_CONTROL_ERROR
            }
            Self::StreamLimit { .. } => T::STREAM_LIMIT_ERROR,
            Self::FinalSize { .. } => T::FINAL_SIZE_ERROR,
            Self::ConnectionIdLimit { .. } => T::CONNECTION_ID_LIMIT_ERROR,
            Self::AckOfUnsent { .. }
            | Self::ConnectionIdReused { .. }
            | Self::RetireOfUnknown { .. } => T::PROTOCOL_VIOLATION,
            Self::CryptoBuffer { .. } => T::CRYPTO_BUFFER_EXCEEDED,
            // What TLS alone would call an illegal parameter (RFC 9001 §8.4).
            Self::Tls(tls::Error::SessionIdQuic | tls::Error::EarlyDataQuic { .. }) => {
                T::PROTOCOL_VIOLATION
            }
            // One behind the handshake (RFC 9001 §4.4).
            Self::Tls(tls::Error::MessageUnexpected {
                message: HandshakeType::CertificateRequest,
                ..
            }) => T::PROTOCOL_VIOLATION,
            // Octets of a level that is over (RFC 9001 §4.1.3).
            Self::Tls(tls::Error::KeyChangeInside { message }) if is_last(*message) => {
                T::PROTOCOL_VIOLATION
            }
            Self::Tls(error) => T::crypto(error.alert().0),
        }
    }
}
