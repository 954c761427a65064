//! Writing transport parameters.
//!
//! RFC 9000 §18
//!
//! Invariant: what has its default value is not said; one parameter that means nothing is.
//!
//! Used by: the connection.

use super::{ParameterId as Id, PreferredAddress, TransportParameters, VersionInformation};
use wire::VarInt;

impl TransportParameters {
    /// Appends the parameters. `grease` is any number: of it a parameter is made that means
    /// nothing.
    pub fn encode(&self, out: &mut Vec<u8>, grease: u16) {
        let default = Self::default();
        let ids = [
            (Id::ORIGINAL_DESTINATION, self.original_destination_connection_id),
            (Id::INITIAL_SOURCE, self.initial_source_connection_id),
            (Id::RETRY_SOURCE, self.retry_source_connection_id),
        ];
        for (id, value) in ids {
            if let Some(value) = value {
                put(out, id, value.octets());
            }
        }
        if let Some(token) = &self.stateless_reset_token {
            put(out, Id::STATELESS_RESET_TOKEN, token);
        }
        for ((id, value), (_, usual)) in self.numbers().into_iter().zip(default.numbers()) {
            if value != usual {
                let value = whole(value);
                head(out, id, value.length());
                value.encode(out);
            }
        }
        if self.disable_active_migration {
            put(out, Id::DISABLE_ACTIVE_MIGRATION, &[]);
        }
        if self.grease_quic_bit {
            put(out, Id::GREASE_QUIC_BIT, &[]);
        }
        if let Some(address) = &self.preferred_address {
            address.encode(out);
        }
        if let Some(versions) = &self.version_information {
            versions.encode(out);
        }
        let noise = grease.to_be_bytes();
        put(out, Id::reserved(grease), noise.get(..usize::from(grease & 1)).unwrap_or_default());
    }

    fn numbers(&self) -> [(Id, u64); 12] {
        let milliseconds =
            |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        [
            (Id::MAX_IDLE_TIMEOUT, self.max_idle_timeout.map_or(0, milliseconds)),
            (Id::MAX_UDP_PAYLOAD_SIZE, self.max_udp_payload_size),
            (Id::INITIAL_MAX_DATA, self.initial_max_data),
            (Id::STREAM_DATA_BIDI_LOCAL, self.initial_max_stream_data_bidi_local),
            (Id::STREAM_DATA_BIDI_REMOTE, self.initial_max_stream_data_bidi_remote),
            (Id::STREAM_DATA_UNI, self.initial_max_stream_data_uni),
            (Id::STREAMS_BIDI, self.initial_max_streams_bidi),
            (Id::STREAMS_UNI, self.initial_max_streams_uni),
            (Id::ACK_DELAY_EXPONENT, self.ack_delay_exponent.into()),
            (Id::MAX_ACK_DELAY, milliseconds(self.max_ack_delay)),
            (Id::ACTIVE_CONNECTION_ID_LIMIT, self.active_connection_id_limit),
            (Id::MAX_DATAGRAM_FRAME_SIZE, self.max_datagram_frame_size),
        ]
    }
}

impl PreferredAddress {
    fn encode(&self, out: &mut Vec<u8>) {
        head(out, Id::PREFERRED_ADDRESS, 4 + 2 + 16 + 2 + 1 + self.id.len() + 16);
        let (v4, port) = self.v4.map_or(([0; 4], 0), |v4| (v4.ip().octets(), v4.port()));
        out.extend_from_slice(&v4);
        out.extend_from_slice(&port.to_be_bytes());
        let (v6, port) = self.v6.map_or(([0; 16], 0), |v6| (v6.ip().octets(), v6.port()));
        out.extend_from_slice(&v6);
        out.extend_from_slice(&port.to_be_bytes());
        out.push(u8::try_from(self.id.len()).unwrap_or(0));
        out.extend_from_slice(self.id.octets());
        out.extend_from_slice(&self.token);
    }
}

impl VersionInformation {
    fn encode(&self, out: &mut Vec<u8>) {
        head(out, Id::VERSION_INFORMATION, 4 + 4 * self.available.len());
        for version in std::iter::once(&self.chosen).chain(&self.available) {
            out.extend_from_slice(&version.0.to_be_bytes());
        }
    }
}

fn put(out: &mut Vec<u8>, id: Id, value: &[u8]) {
    head(out, id, value.len());
    out.extend_from_slice(value);
}

fn head(out: &mut Vec<u8>, id: Id, length: usize) {
    whole(id.0).encode(out);
    whole(length as u64).encode(out);
}

fn whole(value: u64) -> VarInt {
    VarInt::new(value).unwrap_or(VarInt::MAX)
}
