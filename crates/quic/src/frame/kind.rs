//! The types of frames, and where each may stand: the RFC's table 3.
//!
//! RFC 9000 §12.4, RFC 9221 §4
//!
//! | column          | letter in the RFC | says                                              |
//! |-----------------|-------------------|---------------------------------------------------|
//! | `initial` …     | I, H, 0, 1        | in which packets it may stand                     |
//! | `ack_eliciting` | no N              | whether a packet with it must be acknowledged     |
//! | `counted`       | no C              | whether a packet of such frames counts in flight  |
//! | `probing`       | P                 | whether it may be sent to try a path              |
//! | `flow`          | F                 | whether flow control counts its octets            |
//! | `server`        | (§19.7, §19.20)   | whether only servers send it                      |
//!
//! Invariant: nothing else in this crate says what a frame may do.
//!
//! Used by: [`Frames`](super::Frames), the connection, `dissect`.

use crate::packet::PacketType;
use std::ops::RangeInclusive;

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a column of the RFC's table")]
pub struct FrameInfo {
    /// Which frame.
    pub kind: FrameKind,
    /// Its types on the wire: the lowest bits are flags where there are more than one.
    pub types: RangeInclusive<u64>,
    /// The RFC's name.
    pub name: &'static str,
    /// The RFC and the section.
    pub rfc: &'static str,
    /// May stand in an Initial packet.
    pub initial: bool,
    /// May stand in a Handshake packet.
    pub handshake: bool,
    /// May stand in a 0-RTT packet.
    pub zero_rtt: bool,
    /// May stand in a 1-RTT packet.
    pub one_rtt: bool,
    /// A packet with it must be acknowledged.
    pub ack_eliciting: bool,
    /// A packet with it counts as in flight.
    pub counted: bool,
    /// It may be sent to try a path.
    pub probing: bool,
    /// Flow control counts its octets.
    pub flow: bool,
    /// Only servers send it.
    pub server: bool,
}

macro_rules! info {
    ($kind:ident $types:expr, $name:literal, $rfc:literal, $packets:literal, $spec:literal) => {
        FrameInfo {
            kind: FrameKind::$kind,
            types: $types,
            name: $name,
            rfc: $rfc,
            initial: has($packets, b'I'),
            handshake: has($packets, b'H'),
            zero_rtt: has($packets, b'0'),
            one_rtt: has($packets, b'1'),
            ack_eliciting: !has($spec, b'N'),
            counted: !has($spec, b'C'),
            probing: has($spec, b'P'),
            flow: has($spec, b'F'),
            server: has($spec, b'S'),
        }
    };
}

macro_rules! table {
    ($($(#[$doc:meta])* $kind:ident $types:expr, $name:literal, $rfc:literal,
        $packets:literal, $spec:literal;)*) => {
        /// A type of frame; both of CONNECTION_CLOSE, since they may stand in different packets.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FrameKind { $($(#[$doc])* $kind,)* }

        /// The table, in the order of the types.
        pub static TABLE: &[FrameInfo] =
            &[$(info!($kind $types, $name, $rfc, $packets, $spec),)*];

        impl FrameKind {
            /// Its line in the table.
            pub const fn info(self) -> &'static FrameInfo {
                match self {
                    $(Self::$kind => {
                        static INFO: FrameInfo = info!($kind $types, $name, $rfc, $packets, $spec);
                        &INFO
                    })*
                }
            }
        }
    };
}

/// Whether a column has this letter.
const fn has(column: &str, letter: u8) -> bool {
    let mut rest = column.as_bytes();
    while let [first, behind @ ..] = rest {
        if *first == letter {
            return true;
        }
        rest = behind;
    }
    false
}

// ANCHOR: table
// S, which the RFC's table has not, stands for "only servers send it".
table! {
    /// Nothing (§19.1)
    Padding 0x00..=0x00, "PADDING", "RFC 9000 §19.1", "IH01", "NP";
    /// A packet to be acknowledged (§19.2)
    Ping 0x01..=0x01, "PING", "RFC 9000 §19.2", "IH01", "";
    /// Packets that were received (§19.3)
    Ack 0x02..=0x03, "ACK", "RFC 9000 §19.3", "IH_1", "NC";
    /// The sender gives up on a stream (§19.4)
    ResetStream 0x04..=0x04, "RESET_STREAM", "RFC 9000 §19.4", "__01", "";
    /// The receiver gives up on a stream (§19.5)
    StopSending 0x05..=0x05, "STOP_SENDING", "RFC 9000 §19.5", "__01", "";
    /// A part of the handshake (§19.6)
    Crypto 0x06..=0x06, "CRYPTO", "RFC 9000 §19.6", "IH_1", "";
    /// A token for the next connection (§19.7)
    NewToken 0x07..=0x07, "NEW_TOKEN", "RFC 9000 §19.7", "___1", "S";
    /// A part of a stream (§19.8)
    Stream 0x08..=0x0f, "STREAM", "RFC 9000 §19.8", "__01", "F";
    /// The connection's window (§19.9)
    MaxData 0x10..=0x10, "MAX_DATA", "RFC 9000 §19.9", "__01", "";
    /// A stream's window (§19.10)
    MaxStreamData 0x11..=0x11, "MAX_STREAM_DATA", "RFC 9000 §19.10", "__01", "";
    /// How many streams there may be (§19.11)
    MaxStreams 0x12..=0x13, "MAX_STREAMS", "RFC 9000 §19.11", "__01", "";
    /// Held up by the connection's window (§19.12)
    DataBlocked 0x14..=0x14, "DATA_BLOCKED", "RFC 9000 §19.12", "__01", "";
    /// Held up by a stream's window (§19.13)
    StreamDataBlocked 0x15..=0x15, "STREAM_DATA_BLOCKED", "RFC 9000 §19.13", "__01", "";
    /// Held up by the number of streams (§19.14)
    StreamsBlocked 0x16..=0x17, "STREAMS_BLOCKED", "RFC 9000 §19.14", "__01", "";
    /// Another name for the connection (§19.15)
    NewConnectionId 0x18..=0x18, "NEW_CONNECTION_ID", "RFC 9000 §19.15", "__01", "P";
    /// A name that is used no more (§19.16); before the handshake there is but one (§12.5)
    RetireConnectionId 0x19..=0x19, "RETIRE_CONNECTION_ID", "RFC 9000 §19.16", "___1", "";
    /// Is there a path? (§19.17)
    PathChallenge 0x1a..=0x1a, "PATH_CHALLENGE", "RFC 9000 §19.17", "__01", "P";
    /// There is (§19.18)
    PathResponse 0x1b..=0x1b, "PATH_RESPONSE", "RFC 9000 §19.18", "___1", "P";
    /// The transport ends it (§19.19)
    TransportClose 0x1c..=0x1c, "CONNECTION_CLOSE", "RFC 9000 §19.19", "IH01", "N";
    /// The application ends it (§19.19)
    ApplicationClose 0x1d..=0x1d, "CONNECTION_CLOSE", "RFC 9000 §19.19", "__01", "N";
    /// The handshake is confirmed (§19.20)
    HandshakeDone 0x1e..=0x1e, "HANDSHAKE_DONE", "RFC 9000 §19.20", "___1", "S";
    /// Octets that are not sent again (RFC 9221)
    Datagram 0x30..=0x31, "DATAGRAM", "RFC 9221 §4", "__01", "";
}
// ANCHOR_END: table

impl FrameKind {
    /// The frame of that type, if there is one.
    pub fn from_type(number: u64) -> Option<Self> {
        TABLE.iter().find(|info| info.types.contains(&number)).map(|info| info.kind)
    }

    /// The RFC's name.
    pub const fn name(self) -> &'static str {
        self.info().name
    }

    /// Whether it may stand in such a packet.
    pub const fn is_allowed_in(self, packet: PacketType) -> bool {
        let info = self.info();
        match packet {
            PacketType::Initial => info.initial,
            PacketType::Handshake => info.handshake,
            PacketType::ZeroRtt => info.zero_rtt,
            PacketType::OneRtt => info.one_rtt,
            PacketType::Retry | PacketType::VersionNegotiation => false,
        }
    }
}
