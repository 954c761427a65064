//! What transport parameters prove: the connection IDs, the version, and what early data relied on.
//!
//! RFC 9000 §7.3, §7.4.1; RFC 9368 §4
//!
//! ```text
//!   client  Initial  dcid=S1 scid=C1 ───►
//!           ◄─── Retry  scid=S2 ────────  server        the server's parameters must say:
//!   client  Initial  dcid=S2 scid=C1 ───►                 original_destination  S1
//!           ◄─── Initial  scid=S3 ──────  server          retry_source          S2
//!                                                         initial_source        S3
//! ```
//!
//! Without this, whoever can write packets could make two ends believe different things about
//! where they began.
//!
//! Used by: the connection, when it gets the peer's parameters.

use super::TransportParameters;
use crate::{connection_id::ConnectionId, error::Error, version::Version};
use tls::Role;

/// What this end saw in the first packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmed {
    /// The destination of the client's very first packet.
    pub original_destination: ConnectionId,
    /// The source of the peer's first packet.
    pub initial_source: ConnectionId,
    /// The source of the Retry packet, if there was one.
    pub retry_source: Option<ConnectionId>,
}

impl TransportParameters {
    /// Whether the peer, being `sender`, confirms what was seen (§7.3).
    ///
    /// # Errors
    /// [`Error::ParameterConnectionId`], TRANSPORT_PARAMETER_ERROR.
    pub fn confirm(&self, sender: Role, seen: &Confirmed) -> Result<(), Error> {
        let wrong = |parameter| Err(Error::ParameterConnectionId { parameter });
        if self.initial_source_connection_id != Some(seen.initial_source) {
            return wrong("initial_source_connection_id");
        }
        if sender == Role::Client {
            return Ok(());
        }
        if self.original_destination_connection_id != Some(seen.original_destination) {
            return wrong("original_destination_connection_id");
        }
        if self.retry_source_connection_id != seen.retry_source {
            return wrong("retry_source_connection_id");
        }
        // An empty connection ID cannot be replaced by a preferred one (§18.2).
        if self.preferred_address.is_some() && seen.initial_source.is_empty() {
            return Err(Error::ParameterInvalid { parameter: "preferred_address", value: 0 });
        }
        Ok(())
    }

    /// Whether the version in use is the one that a server, not tampered with, would have chosen
    /// (RFC 9368 §4). `wished` are ours in the order in which we like them; `negotiated` says
    /// whether a Version Negotiation packet was believed.
    ///
    /// # Errors
    /// [`Error::VersionNegotiation`], VERSION_NEGOTIATION_ERROR.
    pub fn confirm_version(
        &self,
        sender: Role,
        in_use: Version,
        wished: &[Version],
        negotiated: bool,
    ) -> Result<(), Error> {
        let wrong = |why| Err(Error::VersionNegotiation { why });
        let Some(information) = &self.version_information else {
            // An end that knows only version 1 says nothing; then nothing may have been chosen.
            let silent = negotiated && sender == Role::Server;
            return if silent {
                wrong("no version_information after a negotiation")
            } else {
                Ok(())
            };
        };
        if information.chosen != in_use {
            return wrong("the chosen version is not the one in use");
        }
        if sender == Role::Client {
            let listed = information.available.contains(&information.chosen);
            return if listed { Ok(()) } else { wrong("the chosen version is not available") };
        }
        // What would we have chosen, had this list been in the packet that was believed?
        let would = wished.iter().find(|version| information.available.contains(version));
        if negotiated && would != Some(&in_use) {
            return wrong("a version was negotiated that is not the best");
        }
        Ok(())
    }

    /// What a client remembers for early data: neither what is this connection's alone, nor what
    /// says nothing about limits (§7.4.1).
    #[must_use]
    pub fn remembered(&self) -> Self {
        let default = Self::default();
        Self {
            original_destination_connection_id: None,
            initial_source_connection_id: None,
            retry_source_connection_id: None,
            stateless_reset_token: None,
            preferred_address: None,
            version_information: None,
            ack_delay_exponent: default.ack_delay_exponent,
            max_ack_delay: default.max_ack_delay,
            ..self.clone()
        }
    }

    /// A server that accepts early data may not fall below what it said before (§7.4.1).
    ///
    /// # Errors
    /// [`Error::ParameterReduced`], PROTOCOL_VIOLATION.
    pub fn confirm_remembered(&self, remembered: &Self) -> Result<(), Error> {
        for ((parameter, now), (_, before)) in self.limits().into_iter().zip(remembered.limits()) {
            if now < before {
                return Err(Error::ParameterReduced { parameter });
            }
        }
        Ok(())
    }

    fn limits(&self) -> [(&'static str, u64); 8] {
        [
            ("active_connection_id_limit", self.active_connection_id_limit),
            ("initial_max_data", self.initial_max_data),
            ("initial_max_stream_data_bidi_local", self.initial_max_stream_data_bidi_local),
            ("initial_max_stream_data_bidi_remote", self.initial_max_stream_data_bidi_remote),
            ("initial_max_stream_data_uni", self.initial_max_stream_data_uni),
            ("initial_max_streams_bidi", self.initial_max_streams_bidi),
            ("initial_max_streams_uni", self.initial_max_streams_uni),
            ("max_datagram_frame_size", self.max_datagram_frame_size),
        ]
    }
}
