//! A form becomes extension data: the mirror of `read`.
//!
//! RFC 8446 §4.2, RFC 6066 §3, RFC 7301 §3.1

use super::{Extension, KeyShareEntry};
use crate::vector::{put8, put16};
use wire::{TooLong, Writer};

impl Extension {
    /// Writes type, length and data.
    pub(super) fn write(&self, out: &mut Writer<'_>) -> Result<(), TooLong> {
        let kind = self.kind();
        out.u16(kind.0);
        out.prefixed_u16(kind.name(), |out| self.data(out))
    }

    fn data(&self, out: &mut Writer<'_>) -> Result<(), TooLong> {
        match self {
            Self::ServerName(name) => out.prefixed_u16("server_name_list", |out| {
                out.u8(0);
                put16(out, "HostName", name)
            }),
            Self::ServerNameUsed | Self::EarlyData => Ok(()),
            Self::SupportedGroups(groups) => {
                numbers16(out, "named_group_list", groups.iter().map(|group| group.0))
            }
            Self::SignatureAlgorithms(schemes) | Self::SignatureAlgorithmsCert(schemes) => {
                let numbers = schemes.iter().map(|scheme| scheme.0);
                numbers16(out, "supported_signature_algorithms", numbers)
            }
            Self::Alpn(names) => out.prefixed_u16("protocol_name_list", |out| {
                names.iter().try_for_each(|name| put8(out, "ProtocolName", name))
            }),
            Self::KeyShares(shares) => out.prefixed_u16("client_shares", |out| {
                shares.iter().try_for_each(|entry| share(out, entry))
            }),
            Self::KeyShareGroup(group) => {
                out.u16(group.0);
                Ok(())
            }
            Self::KeyShare(entry) => share(out, entry),
            Self::PreSharedKeys(offered) => offered.write(out),
            Self::PreSharedKey(number) | Self::SupportedVersion(number) => {
                out.u16(*number);
                Ok(())
            }
            Self::PskModes(modes) => out.prefixed_u8("ke_modes", |out| {
                modes.iter().for_each(|mode| out.u8(mode.0));
                Ok(())
            }),
            Self::EarlyDataSize(size) => {
                out.u32(*size);
                Ok(())
            }
            Self::Cookie(cookie) => put16(out, "cookie", cookie),
            Self::SupportedVersions(versions) => out.prefixed_u8("versions", |out| {
                versions.iter().for_each(|version| out.u16(*version));
                Ok(())
            }),
            Self::CertificateAuthorities(names) => out.prefixed_u16("authorities", |out| {
                names.iter().try_for_each(|name| put16(out, "DistinguishedName", name))
            }),
            Self::QuicTransportParameters(data) | Self::Opaque { data, .. } => {
                out.put(data);
                Ok(())
            }
        }
    }
}

fn numbers16(
    out: &mut Writer<'_>,
    field: &'static str,
    numbers: impl Iterator<Item = u16>,
) -> Result<(), TooLong> {
    out.prefixed_u16(field, |out| {
        numbers.for_each(|number| out.u16(number));
        Ok(())
    })
}

fn share(out: &mut Writer<'_>, entry: &KeyShareEntry) -> Result<(), TooLong> {
    out.u16(entry.group.0);
    put16(out, "key_exchange", &entry.key_exchange)
}
