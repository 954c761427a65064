//! What a ClientHello must and must not be, whatever we would choose of it.
//!
//! RFC 8446 §4.1.2, §4.2.1, §4.2.8, §4.2.9, §9.2
//!
//! | there is            | then there must be                         | or else           |
//! |---------------------|--------------------------------------------|-------------------|
//! | anything            | `supported_versions` with TLS 1.3          | protocol_version  |
//! | no `pre_shared_key` | `signature_algorithms`, `supported_groups` | missing_extension |
//! | `supported_groups`  | `key_share`, and the other way round       | missing_extension |
//! | `pre_shared_key`    | `psk_key_exchange_modes`                   | missing_extension |
//! | `early_data`        | `pre_shared_key`                           | illegal_parameter |

use crate::{
    Error,
    exchange::RingExchange,
    extension::{ExtensionType, Extensions},
    message::{ClientHello, TLS13},
};

pub(super) fn hello(hello: &ClientHello, quic: bool) -> Result<(), Error> {
    version(hello)?;
    if hello.legacy_compression_methods != [0] {
        return Err(Error::Compression);
    }
    if quic && !hello.legacy_session_id.is_empty() {
        return Err(Error::SessionIdQuic);
    }
    let extensions = &hello.extensions;
    complete(extensions)?;
    shares(extensions)?;
    if extensions.has(ExtensionType::EARLY_DATA) && extensions.pre_shared_keys().is_none() {
        return Err(Error::EarlyDataAlone);
    }
    if quic && extensions.quic_transport_parameters().is_none() {
        let extension = ExtensionType::QUIC_TRANSPORT_PARAMETERS;
        return Err(Error::ExtensionMissing { extension });
    }
    Ok(())
}

fn version(hello: &ClientHello) -> Result<(), Error> {
    let version = hello.legacy_version;
    // Whoever says SSL 3.0 means it (§D.5).
    if version <= 0x0300 {
        return Err(Error::VersionUnsupported { version });
    }
    match hello.extensions.supported_versions() {
        Some(versions) if versions.contains(&TLS13) => Ok(()),
        Some(versions) => {
            let best = versions.iter().copied().filter(|one| !crate::suite::is_grease(*one)).max();
            Err(Error::VersionUnsupported { version: best.unwrap_or(version) })
        }
        None => Err(Error::VersionUnsupported { version }),
    }
}

fn complete(extensions: &Extensions) -> Result<(), Error> {
    let need = |kind: ExtensionType, because: bool| {
        if because && !extensions.has(kind) {
            return Err(Error::ExtensionMissing { extension: kind });
        }
        Ok(())
    };
    let (groups, shares) = (ExtensionType::SUPPORTED_GROUPS, ExtensionType::KEY_SHARE);
    let psk = extensions.has(ExtensionType::PRE_SHARED_KEY);
    need(ExtensionType::PSK_KEY_EXCHANGE_MODES, psk)?;
    need(ExtensionType::SIGNATURE_ALGORITHMS, !psk)?;
    need(groups, !psk || extensions.has(shares))?;
    need(shares, extensions.has(groups))
}

/// One share for a group, and only for listed groups. Looked at for the groups that we might use: a
/// hello can hold thousands of others.
fn shares(extensions: &Extensions) -> Result<(), Error> {
    let listed = extensions.supported_groups().unwrap_or_default();
    let shares = extensions.key_shares().unwrap_or_default();
    for group in RingExchange::GROUPS {
        let count = shares.iter().filter(|share| share.group == group).count();
        if count > 1 {
            return Err(Error::ShareRepeated { group });
        }
        if count == 1 && !listed.contains(&group) {
            return Err(Error::ShareUnlisted { group });
        }
    }
    Ok(())
}
