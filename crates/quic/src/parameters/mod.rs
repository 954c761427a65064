//! Transport parameters: what each end says about itself during the handshake.
//!
//! RFC 9000 §7.4, §18; RFC 9221 §3; RFC 9287 §3; RFC 9368 §3
//!
//! ```text
//!   a TLS extension, and in it:   ┌ id │ length │ value ┐┌ id │ length │ value ┐ …
//! ```
//!
//! They are authentic once the handshake is complete, and so they also confirm what was not: the
//! connection IDs of the first packets, and the version.
//!
//! Invariant: values are in their ranges, and none came twice.
//!
//! Used by: the connection; `tls` carries the octets and does not look at them.

mod check;
mod id;
mod read;
mod write;

pub use check::Confirmed;
pub use id::ParameterId;

use crate::{connection_id::ConnectionId, version::Version};
use std::{
    net::{SocketAddrV4, SocketAddrV6},
    time::Duration,
};

/// What one end says. The defaults are those of an end that says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportParameters {
    /// The destination of the client's very first packet; servers say it.
    pub original_destination_connection_id: Option<ConnectionId>,
    /// After so long without a packet the connection is gone; `None` is never.
    pub max_idle_timeout: Option<Duration>,
    /// For the connection ID of the handshake; servers say it.
    pub stateless_reset_token: Option<[u8; 16]>,
    /// Octets of the largest datagram that is taken: 1,200 at least.
    pub max_udp_payload_size: u64,
    /// The connection's window, in octets.
    pub initial_max_data: u64,
    /// The window of each bidirectional stream that the sayer begins.
    pub initial_max_stream_data_bidi_local: u64,
    /// The window of each bidirectional stream that the other end begins.
    pub initial_max_stream_data_bidi_remote: u64,
    /// The window of each unidirectional stream that the other end begins.
    pub initial_max_stream_data_uni: u64,
    /// How many bidirectional streams the other end may begin, 2^60 at the most.
    pub initial_max_streams_bidi: u64,
    /// How many unidirectional streams the other end may begin, 2^60 at the most.
    pub initial_max_streams_uni: u64,
    /// The unit of ACK delays is 2 to this power, in microseconds; 20 at the most.
    pub ack_delay_exponent: u8,
    /// How long an acknowledgment is held back at the most, below 2^14 ms.
    pub max_ack_delay: Duration,
    /// The other end shall not migrate (to what is not a preferred address).
    pub disable_active_migration: bool,
    /// Where the server would rather be.
    pub preferred_address: Option<PreferredAddress>,
    /// How many connection IDs of the other end are kept: 2 at least.
    pub active_connection_id_limit: u64,
    /// The source of the sayer's first packet.
    pub initial_source_connection_id: Option<ConnectionId>,
    /// The source of the Retry packet; servers that sent one say it.
    pub retry_source_connection_id: Option<ConnectionId>,
    /// Octets of the largest DATAGRAM frame that is taken; 0 is none (RFC 9221).
    pub max_datagram_frame_size: u64,
    /// The fixed bit may be zero (RFC 9287).
    pub grease_quic_bit: bool,
    /// Which version, and which else (RFC 9368).
    pub version_information: Option<VersionInformation>,
}

/// Where a server would rather be found (RFC 9000 §9.6, §18.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreferredAddress {
    /// By version 4 of IP, if at all.
    pub v4: Option<SocketAddrV4>,
    /// By version 6 of IP, if at all.
    pub v6: Option<SocketAddrV6>,
    /// Connection ID 1, not empty.
    pub id: ConnectionId,
    /// Its stateless reset token.
    pub token: [u8; 16],
}

/// The version in use, and those that could be (RFC 9368 §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionInformation {
    /// That of the packet that carries this.
    pub chosen: Version,
    /// A client's: those that its first flight can be taken for. A server's: all that it speaks.
    pub available: Vec<Version>,
}

impl Default for TransportParameters {
    fn default() -> Self {
        Self {
            original_destination_connection_id: None,
            max_idle_timeout: None,
            stateless_reset_token: None,
            max_udp_payload_size: 65_527,
            initial_max_data: 0,
            initial_max_stream_data_bidi_local: 0,
            initial_max_stream_data_bidi_remote: 0,
            initial_max_stream_data_uni: 0,
            initial_max_streams_bidi: 0,
            initial_max_streams_uni: 0,
            ack_delay_exponent: 3,
            max_ack_delay: Duration::from_millis(25),
            disable_active_migration: false,
            preferred_address: None,
            active_connection_id_limit: 2,
            initial_source_connection_id: None,
            retry_source_connection_id: None,
            max_datagram_frame_size: 0,
            grease_quic_bit: false,
            version_information: None,
        }
    }
}
