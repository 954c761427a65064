//! The numbers of transport parameters.
//!
//! RFC 9000 §18.2, §22.3; RFC 9221 §3; RFC 9287 §3; RFC 9368 §3
//!
//! Used by: reading, writing, `dissect`.

/// A number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterId(pub u64);

macro_rules! ids {
    ($($id:literal $name:ident $text:literal $sender:literal $rfc:literal;)*) => {
        impl ParameterId {
            $(#[doc = concat!("`", $text, "`")] pub const $name: Self = Self($id);)*

            /// The RFC's name; what is there to be ignored is `GREASE`.
            pub const fn name(self) -> &'static str {
                match self.0 {
                    $($id => $text,)*
                    _ if self.is_reserved() => "GREASE",
                    _ => "unknown",
                }
            }

            /// Where it is described.
            pub const fn rfc(self) -> &'static str {
                match self.0 {
                    $($id => $rfc,)*
                    _ => "RFC 9000 §18.1",
                }
            }

            /// Whether only servers say it.
            pub const fn is_servers(self) -> bool {
                match self.0 {
                    $($id => matches!($sender.as_bytes(), b"server"),)*
                    _ => false,
                }
            }
        }
    };
}

ids! {
    0x00 ORIGINAL_DESTINATION "original_destination_connection_id" "server" "RFC 9000 §18.2";
    0x01 MAX_IDLE_TIMEOUT "max_idle_timeout" "both" "RFC 9000 §18.2";
    0x02 STATELESS_RESET_TOKEN "stateless_reset_token" "server" "RFC 9000 §18.2";
    0x03 MAX_UDP_PAYLOAD_SIZE "max_udp_payload_size" "both" "RFC 9000 §18.2";
    0x04 INITIAL_MAX_DATA "initial_max_data" "both" "RFC 9000 §18.2";
    0x05 STREAM_DATA_BIDI_LOCAL "initial_max_stream_data_bidi_local" "both" "RFC 9000 §18.2";
    0x06 STREAM_DATA_BIDI_REMOTE "initial_max_stream_data_bidi_remote" "both" "RFC 9000 §18.2";
    0x07 STREAM_DATA_UNI "initial_max_stream_data_uni" "both" "RFC 9000 §18.2";
    0x08 STREAMS_BIDI "initial_max_streams_bidi" "both" "RFC 9000 §18.2";
    0x09 STREAMS_UNI "initial_max_streams_uni" "both" "RFC 9000 §18.2";
    0x0a ACK_DELAY_EXPONENT "ack_delay_exponent" "both" "RFC 9000 §18.2";
    0x0b MAX_ACK_DELAY "max_ack_delay" "both" "RFC 9000 §18.2";
    0x0c DISABLE_ACTIVE_MIGRATION "disable_active_migration" "both" "RFC 9000 §18.2";
    0x0d PREFERRED_ADDRESS "preferred_address" "server" "RFC 9000 §18.2";
    0x0e ACTIVE_CONNECTION_ID_LIMIT "active_connection_id_limit" "both" "RFC 9000 §18.2";
    0x0f INITIAL_SOURCE "initial_source_connection_id" "both" "RFC 9000 §18.2";
    0x10 RETRY_SOURCE "retry_source_connection_id" "server" "RFC 9000 §18.2";
    0x11 VERSION_INFORMATION "version_information" "both" "RFC 9368 §3";
    0x20 MAX_DATAGRAM_FRAME_SIZE "max_datagram_frame_size" "both" "RFC 9221 §3";
    0x2ab2 GREASE_QUIC_BIT "grease_quic_bit" "both" "RFC 9287 §3";
}

impl ParameterId {
    /// Whether it is one of those that mean nothing, so that nobody forgets to ignore what it does
    /// not know: 31 × N + 27 (RFC 9000 §18.1).
    pub const fn is_reserved(self) -> bool {
        self.0 % 31 == 27
    }

    /// One that means nothing, made of any number.
    pub const fn reserved(number: u16) -> Self {
        Self(31 * number as u64 + 27)
    }
}
