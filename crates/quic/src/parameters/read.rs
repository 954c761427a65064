//! Reading transport parameters.
//!
//! RFC 9000 §18, §18.2
//!
//! Invariant: memory grows with the octets that are there, and time not faster than sorting.
//!
//! Used by: the connection, `dissect`.

use super::{ParameterId, PreferredAddress, TransportParameters, VersionInformation};
use crate::{connection_id::ConnectionId, error::Error, packet::MIN_DATAGRAM, version::Version};
use std::{
    net::{SocketAddrV4, SocketAddrV6},
    time::Duration,
};
use tls::Role;
use wire::{Reader, Truncated};

impl TransportParameters {
    // ANCHOR: read
    /// Reads the parameters that `sender` sent.
    ///
    /// # Errors
    /// TRANSPORT_PARAMETER_ERROR, mostly.
    pub fn read(reader: &mut Reader<'_>, sender: Role) -> Result<Self, Error> {
        let mut parameters = Self::default();
        let mut seen = Vec::new();
        while !reader.is_empty() {
            let cut = |parameter| move |cut| Error::ParameterTruncated { parameter, cut };
            if reader.is_observed()
                && let Ok(id) = Reader::new(reader.rest()).varint("ID")
            {
                reader.section(ParameterId(id).name(), ParameterId(id).rfc());
            }
            let id = ParameterId(reader.varint("ID").map_err(cut("ID"))?);
            reader.explain(|| id.name().into());
            let length = reader.varint("Length").map_err(cut(id.name()))?;
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let mut value = reader.within("Value", length).map_err(cut(id.name()))?;
            seen.push(id.0);
            if id.is_servers() && sender == Role::Client {
                return Err(Error::ParameterSender { parameter: id.name() });
            }
            parameters.set(id, &mut value)?;
            if !value.is_empty() {
                let length = value.len();
                return Err(Error::ParameterLength { parameter: id.name(), length });
            }
        }
        seen.sort_unstable();
        match seen.windows(2).find(|pair| pair.first() == pair.last()) {
            Some([id, ..]) => Err(Error::ParameterRepeated { id: *id }),
            _ => Ok(parameters),
        }
    }
    // ANCHOR_END: read

    fn set(&mut self, id: ParameterId, value: &mut Reader<'_>) -> Result<(), Error> {
        type Id = ParameterId;
        const STREAMS: u64 = 1 << 60;
        let any = 0..=u64::MAX;
        match id {
            Id::ORIGINAL_DESTINATION => {
                self.original_destination_connection_id = Some(connection_id(id, value)?);
            }
            Id::MAX_IDLE_TIMEOUT => {
                let milliseconds = number(id, value, any)?;
                self.max_idle_timeout =
                    (milliseconds > 0).then(|| Duration::from_millis(milliseconds));
            }
            Id::STATELESS_RESET_TOKEN => self.stateless_reset_token = Some(token(id, value)?),
            Id::MAX_UDP_PAYLOAD_SIZE => {
                self.max_udp_payload_size = number(id, value, MIN_DATAGRAM as u64..=u64::MAX)?;
            }
            Id::INITIAL_MAX_DATA => self.initial_max_data = number(id, value, any)?,
            Id::STREAM_DATA_BIDI_LOCAL => {
                self.initial_max_stream_data_bidi_local = number(id, value, any)?;
            }
            Id::STREAM_DATA_BIDI_REMOTE => {
                self.initial_max_stream_data_bidi_remote = number(id, value, any)?;
            }
            Id::STREAM_DATA_UNI => self.initial_max_stream_data_uni = number(id, value, any)?,
            Id::STREAMS_BIDI => self.initial_max_streams_bidi = number(id, value, 0..=STREAMS)?,
            Id::STREAMS_UNI => self.initial_max_streams_uni = number(id, value, 0..=STREAMS)?,
            Id::ACK_DELAY_EXPONENT => {
                let exponent = number(id, value, 0..=20)?;
                self.ack_delay_exponent = u8::try_from(exponent).unwrap_or(20);
            }
            Id::MAX_ACK_DELAY => {
                self.max_ack_delay = Duration::from_millis(number(id, value, 0..=(1 << 14) - 1)?);
            }
            Id::DISABLE_ACTIVE_MIGRATION => self.disable_active_migration = true,
            Id::PREFERRED_ADDRESS => self.preferred_address = Some(preferred(id, value)?),
            Id::ACTIVE_CONNECTION_ID_LIMIT => {
                self.active_connection_id_limit = number(id, value, 2..=u64::MAX)?;
            }
            Id::INITIAL_SOURCE => {
                self.initial_source_connection_id = Some(connection_id(id, value)?);
            }
            Id::RETRY_SOURCE => self.retry_source_connection_id = Some(connection_id(id, value)?),
            Id::MAX_DATAGRAM_FRAME_SIZE => self.max_datagram_frame_size = number(id, value, any)?,
            Id::GREASE_QUIC_BIT => self.grease_quic_bit = true,
            Id::VERSION_INFORMATION => self.version_information = Some(versions(id, value)?),
            _ => {
                let length = value.len();
                value.take("Value", length).map_err(|cut| truncated(id, cut))?;
            }
        }
        Ok(())
    }
}

fn truncated(id: ParameterId, cut: Truncated) -> Error {
    Error::ParameterTruncated { parameter: id.name(), cut }
}

/// A value of no octets at all is not a number either.
fn number(
    id: ParameterId,
    value: &mut Reader<'_>,
    range: std::ops::RangeInclusive<u64>,
) -> Result<u64, Error> {
    let number = value.varint("Value").map_err(|cut| truncated(id, cut))?;
    if range.contains(&number) {
        return Ok(number);
    }
    Err(Error::ParameterInvalid { parameter: id.name(), value: number })
}

fn connection_id(id: ParameterId, value: &mut Reader<'_>) -> Result<ConnectionId, Error> {
    let length = value.len();
    let octets = value.take("Connection ID", length).map_err(|cut| truncated(id, cut))?;
    let invalid = Error::ParameterInvalid { parameter: id.name(), value: length as u64 };
    ConnectionId::new(octets).ok_or(invalid)
}

fn token(id: ParameterId, value: &mut Reader<'_>) -> Result<[u8; 16], Error> {
    value.octets("Stateless Reset Token").map_err(|cut| truncated(id, cut))
}

/// An address of zeros is none (§18.2).
fn preferred(id: ParameterId, value: &mut Reader<'_>) -> Result<PreferredAddress, Error> {
    let cut = |cut| truncated(id, cut);
    let v4: [u8; 4] = value.octets("IPv4 Address").map_err(cut)?;
    let v4 = SocketAddrV4::new(v4.into(), value.u16("IPv4 Port").map_err(cut)?);
    let v6: [u8; 16] = value.octets("IPv6 Address").map_err(cut)?;
    let v6 = SocketAddrV6::new(v6.into(), value.u16("IPv6 Port").map_err(cut)?, 0, 0);
    let length = value.u8("Connection ID Length").map_err(cut)?;
    let octets = value.take("Connection ID", length.into()).map_err(cut)?;
    // One without octets cannot be told from the one in use (§18.2).
    let name = ConnectionId::new(octets).filter(|name| !name.is_empty());
    let invalid = Error::ParameterInvalid { parameter: id.name(), value: length.into() };
    Ok(PreferredAddress {
        v4: Some(v4).filter(|v4| !v4.ip().is_unspecified() && v4.port() != 0),
        v6: Some(v6).filter(|v6| !v6.ip().is_unspecified() && v6.port() != 0),
        id: name.ok_or(invalid)?,
        token: token(id, value)?,
    })
}

/// Version 0 is none, wherever it stands (RFC 9368 §3).
fn versions(id: ParameterId, value: &mut Reader<'_>) -> Result<VersionInformation, Error> {
    let next = |field: &'static str, value: &mut Reader<'_>| {
        let version = Version(value.u32(field).map_err(|cut| truncated(id, cut))?);
        value.explain(|| version.to_string());
        if version == Version::NEGOTIATION {
            return Err(Error::ParameterInvalid { parameter: id.name(), value: 0 });
        }
        Ok(version)
    };
    let chosen = next("Chosen Version", value)?;
    let mut available = Vec::new();
    while !value.is_empty() {
        available.push(next("Available Version", value)?);
    }
    Ok(VersionInformation { chosen, available })
}
