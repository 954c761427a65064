//! Extension data becomes a form.
//!
//! RFC 8446 §4.2, RFC 6066 §3, RFC 7301 §3.1

use super::{Extension, ExtensionType, KeyShareEntry, OfferedPsks, Place, PskMode};
use crate::{
    Error, NamedGroup, SignatureScheme,
    vector::{end, numbers, opaque8, opaque16, rest, vector8, vector16},
};
use wire::Reader;

impl Extension {
    /// Reads the data of an extension that may stand in `place`.
    ///
    /// # Errors
    /// What the form of the data can break.
    pub(super) fn read(
        kind: ExtensionType,
        place: Place,
        reader: &mut Reader<'_>,
    ) -> Result<Self, Error> {
        use ExtensionType as T;
        let extension = match (kind, place) {
            (T::SERVER_NAME, Place::ClientHello) => Self::ServerName(host_name(reader)?),
            (T::SERVER_NAME, _) => Self::ServerNameUsed,
            (T::SUPPORTED_GROUPS, _) => Self::SupportedGroups(groups(reader)?),
            (T::SIGNATURE_ALGORITHMS, _) => Self::SignatureAlgorithms(schemes(reader)?),
            (T::SIGNATURE_ALGORITHMS_CERT, _) => Self::SignatureAlgorithmsCert(schemes(reader)?),
            (T::ALPN, _) => Self::Alpn(protocols(reader, place)?),
            (T::KEY_SHARE, Place::ClientHello) => Self::KeyShares(shares(reader)?),
            (T::KEY_SHARE, Place::HelloRetryRequest) => Self::KeyShareGroup(group(reader)?),
            (T::KEY_SHARE, _) => Self::KeyShare(share(reader)?),
            (T::PRE_SHARED_KEY, Place::ClientHello) => {
                Self::PreSharedKeys(OfferedPsks::read(reader)?)
            }
            (T::PRE_SHARED_KEY, _) => {
                let index = reader.u16("selected_identity")?;
                reader.explain(|| format!("number {index}, counted from 0"));
                Self::PreSharedKey(index)
            }
            (T::PSK_KEY_EXCHANGE_MODES, _) => {
                let modes = opaque8(reader, "ke_modes", 1)?;
                let modes: Vec<_> = modes.into_iter().map(PskMode).collect();
                reader.explain(|| {
                    modes.iter().map(PskMode::to_string).collect::<Vec<_>>().join(", ")
                });
                Self::PskModes(modes)
            }
            (T::EARLY_DATA, Place::NewSessionTicket) => {
                let size = reader.u32("max_early_data_size")?;
                reader.explain(|| format!("{size} octets"));
                Self::EarlyDataSize(size)
            }
            (T::EARLY_DATA, _) => Self::EarlyData,
            (T::COOKIE, _) => Self::Cookie(opaque16(reader, "cookie", 1)?),
            (T::SUPPORTED_VERSIONS, Place::ClientHello) => {
                let list = vector8(reader, "versions", 2)?;
                Self::SupportedVersions(numbers(list, "version", version)?)
            }
            (T::SUPPORTED_VERSIONS, _) => {
                let number = reader.u16("selected_version")?;
                reader.explain(|| version(number));
                Self::SupportedVersion(number)
            }
            (T::CERTIFICATE_AUTHORITIES, _) => {
                let mut list = vector16(reader, "authorities", 3)?;
                let mut names = Vec::new();
                while !list.is_empty() {
                    names.push(opaque16(&mut list, "DistinguishedName", 1)?);
                }
                Self::CertificateAuthorities(names)
            }
            (T::QUIC_TRANSPORT_PARAMETERS, _) => {
                Self::QuicTransportParameters(rest(reader, "quic_transport_parameters")?)
            }
            (kind, _) => Self::Opaque { kind, data: rest(reader, "extension_data")? },
        };
        end(reader, kind.name())?;
        Ok(extension)
    }
}

/// What a version is called.
pub(crate) fn version(number: u16) -> String {
    match number {
        0x0304 => "TLS 1.3".to_owned(),
        0x0303 => "TLS 1.2".to_owned(),
        0x0302 => "TLS 1.1".to_owned(),
        0x0301 => "TLS 1.0".to_owned(),
        number if crate::suite::is_grease(number) => "GREASE".to_owned(),
        number => format!("{number:#06x}"),
    }
}

/// The host name. The list could hold names of other types, if there were any; RFC 6066 forbids two
/// of one type.
fn host_name(reader: &mut Reader<'_>) -> Result<Vec<u8>, Error> {
    let mut list = vector16(reader, "server_name_list", 1)?;
    let mut host = None;
    while !list.is_empty() {
        let kind = list.u8("name_type")?;
        list.explain(|| if kind == 0 { "host_name" } else { "" }.to_owned());
        let name = opaque16(&mut list, "HostName", 1)?;
        list.explain(|| String::from_utf8_lossy(&name).escape_debug().to_string());
        if kind != 0 || host.is_some() || name.contains(&0) || !name.is_ascii() {
            return Err(Error::HostName);
        }
        host = Some(name);
    }
    host.ok_or(Error::HostName)
}

fn groups(reader: &mut Reader<'_>) -> Result<Vec<NamedGroup>, Error> {
    let list = vector16(reader, "named_group_list", 2)?;
    let list = numbers(list, "NamedGroup", |number| NamedGroup(number).to_string())?;
    Ok(list.into_iter().map(NamedGroup).collect())
}

fn schemes(reader: &mut Reader<'_>) -> Result<Vec<SignatureScheme>, Error> {
    let list = vector16(reader, "supported_signature_algorithms", 2)?;
    let list = numbers(list, "SignatureScheme", |number| SignatureScheme(number).to_string())?;
    Ok(list.into_iter().map(SignatureScheme).collect())
}

fn protocols(reader: &mut Reader<'_>, place: Place) -> Result<Vec<Vec<u8>>, Error> {
    const FIELD: &str = "protocol_name_list";
    let mut list = vector16(reader, FIELD, 2)?;
    let length = list.len();
    let mut names = Vec::new();
    while !list.is_empty() {
        let name = opaque8(&mut list, "ProtocolName", 1)?;
        list.explain(|| name.escape_ascii().to_string());
        names.push(name);
    }
    // A server's answer is one name (RFC 7301 §3.1).
    if place != Place::ClientHello && names.len() != 1 {
        return Err(Error::Length { field: FIELD, length });
    }
    Ok(names)
}

fn group(reader: &mut Reader<'_>) -> Result<NamedGroup, Error> {
    let group = NamedGroup(reader.u16("group")?);
    reader.explain(|| group.to_string());
    Ok(group)
}

fn share(reader: &mut Reader<'_>) -> Result<KeyShareEntry, Error> {
    let group = group(reader)?;
    Ok(KeyShareEntry { group, key_exchange: opaque16(reader, "key_exchange", 1)? })
}

fn shares(reader: &mut Reader<'_>) -> Result<Vec<KeyShareEntry>, Error> {
    let mut list = vector16(reader, "client_shares", 0)?;
    let mut shares = Vec::new();
    while !list.is_empty() {
        shares.push(share(&mut list)?);
    }
    Ok(shares)
}
