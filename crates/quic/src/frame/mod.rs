//! Frames: what a packet carries.
//!
//! RFC 9000 §12.4, §19; RFC 9221 §4
//!
//! ```text
//!   payload of a packet   ┌ type │ fields ┐┌ type │ fields ┐┌ 0 ┐┌ 0 ┐ …      one frame at least
//! ```
//!
//! There is no length in front of a frame: who does not know a type cannot pass over it, and the
//! connection ends.
//!
//! Invariant: a frame borrows from its packet; reading one allocates nothing, and an ACK's ranges
//! are counted before anybody walks over them.
//!
//! Used by: the connection, `dissect`.

mod ack;
mod encode;
mod kind;
mod read;

pub use ack::{AckRanges, encode_ack};
pub use encode::{crypto_head_length, encode_crypto, encode_stream, stream_head_length};
pub use kind::{FrameInfo, FrameKind, TABLE};
pub use read::Frames;

use crate::{
    connection_id::ConnectionId,
    recovery::EcnCounts,
    stream::{Direction, StreamId},
};

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame<'a> {
    /// So many octets of nothing, one frame each: to make a packet longer (§19.1).
    Padding(usize),
    /// Nothing but a packet that wants an acknowledgment (§19.2).
    Ping,
    /// Which packets were received (§19.3).
    Ack {
        /// The largest number that is acknowledged.
        largest: u64,
        /// How long it was held back, in units of 2^`ack_delay_exponent` microseconds.
        delay: u64,
        /// The ranges, descending.
        ranges: AckRanges<'a>,
        /// How many packets came with ECN marks, where the peer can see that.
        ecn: Option<EcnCounts>,
    },
    /// The sender gives up on its half of a stream (§19.4).
    ResetStream {
        /// The stream.
        stream: StreamId,
        /// The application's reason.
        code: u64,
        /// Octets that were sent on it.
        final_size: u64,
    },
    /// The receiver wants no more of a stream (§19.5).
    StopSending {
        /// The stream.
        stream: StreamId,
        /// The application's reason.
        code: u64,
    },
    /// A part of the handshake (§19.6).
    Crypto {
        /// Where in the level's octets it belongs.
        offset: u64,
        /// The octets.
        data: &'a [u8],
    },
    /// For the next connection's first packet (§19.7).
    NewToken(&'a [u8]),
    /// A part of a stream (§19.8).
    Stream {
        /// The stream.
        stream: StreamId,
        /// Where in the stream it belongs.
        offset: u64,
        /// The octets.
        data: &'a [u8],
        /// Whether the stream ends with them.
        fin: bool,
    },
    /// The connection's window (§19.9).
    MaxData(u64),
    /// A stream's window (§19.10).
    MaxStreamData {
        /// The stream.
        stream: StreamId,
        /// Up to which octet the peer may send.
        limit: u64,
    },
    /// How many streams the peer may begin, in all (§19.11).
    MaxStreams {
        /// Of which kind.
        direction: Direction,
        /// How many, 2^60 at the most.
        limit: u64,
    },
    /// The connection's window holds the sender up (§19.12).
    DataBlocked(u64),
    /// A stream's window holds the sender up (§19.13).
    StreamDataBlocked {
        /// The stream.
        stream: StreamId,
        /// The window's end.
        limit: u64,
    },
    /// The number of streams holds the sender up (§19.14).
    StreamsBlocked {
        /// Of which kind.
        direction: Direction,
        /// How many there may be.
        limit: u64,
    },
    /// Another name for the connection (§19.15).
    NewConnectionId {
        /// Its number.
        sequence: u64,
        /// Those with a lower number are to be retired.
        retire_prior_to: u64,
        /// The name, 1 to 20 octets.
        id: ConnectionId,
        /// What a stateless reset for it ends with.
        token: [u8; 16],
    },
    /// A name that is used no more (§19.16).
    RetireConnectionId(u64),
    /// Are you there? (§19.17)
    PathChallenge([u8; 8]),
    /// I am; the same octets (§19.18).
    PathResponse([u8; 8]),
    /// The end (§19.19).
    Close(Close<'a>),
    /// The server says that the handshake is confirmed (§19.20).
    HandshakeDone,
    /// Octets that are neither ordered nor sent again (RFC 9221).
    Datagram(&'a [u8]),
}

/// A CONNECTION_CLOSE frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Close<'a> {
    /// The code: of the transport (§20.1) or of the application.
    pub code: u64,
    /// Which type of frame was wrong, where the transport closes and knows; 0 else. `None` where
    /// the application closes.
    pub frame: Option<u64>,
    /// For a person, in UTF-8; not to be trusted to be.
    pub reason: &'a [u8],
}

impl Frame<'_> {
    /// Its line in the table.
    pub const fn kind(&self) -> FrameKind {
        match self {
            Self::Padding(_) => FrameKind::Padding,
            Self::Ping => FrameKind::Ping,
            Self::Ack { .. } => FrameKind::Ack,
            Self::ResetStream { .. } => FrameKind::ResetStream,
            Self::StopSending { .. } => FrameKind::StopSending,
            Self::Crypto { .. } => FrameKind::Crypto,
            Self::NewToken(_) => FrameKind::NewToken,
            Self::Stream { .. } => FrameKind::Stream,
            Self::MaxData(_) => FrameKind::MaxData,
            Self::MaxStreamData { .. } => FrameKind::MaxStreamData,
            Self::MaxStreams { .. } => FrameKind::MaxStreams,
            Self::DataBlocked(_) => FrameKind::DataBlocked,
            Self::StreamDataBlocked { .. } => FrameKind::StreamDataBlocked,
            Self::StreamsBlocked { .. } => FrameKind::StreamsBlocked,
            Self::NewConnectionId { .. } => FrameKind::NewConnectionId,
            Self::RetireConnectionId(_) => FrameKind::RetireConnectionId,
            Self::PathChallenge(_) => FrameKind::PathChallenge,
            Self::PathResponse(_) => FrameKind::PathResponse,
            Self::Close(Close { frame: Some(_), .. }) => FrameKind::TransportClose,
            Self::Close(_) => FrameKind::ApplicationClose,
            Self::HandshakeDone => FrameKind::HandshakeDone,
            Self::Datagram(_) => FrameKind::Datagram,
        }
    }

    /// Whether a packet with it must be acknowledged (§13.2).
    pub const fn is_ack_eliciting(&self) -> bool {
        self.kind().info().ack_eliciting
    }
}
