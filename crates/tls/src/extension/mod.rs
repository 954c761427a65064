//! Extensions: all that a hello says beyond what TLS 1.2's hello had fields for.
//!
//! RFC 8446 §4.2
//!
//! | octets | field                                                   |
//! |--------|---------------------------------------------------------|
//! | 2      | extension_type                                          |
//! | 2      | length of extension_data                                |
//! | n      | extension_data, whose form depends on the message too   |
//!
//! One list serves all messages; a variant of [`Extension`] is one *form* of the data, so that
//! `key_share` has three. What we do not read stays [`Extension::Opaque`], octet for octet: a list
//! that was read is written as it came.
//!
//! Invariant: a list that was read holds no type twice, and none that the table of §4.2 does not
//! allow there.
//!
//! Used by: [`message`](crate::message).

mod kind;
mod list;
mod psk;
mod read;
mod write;

use crate::{NamedGroup, SignatureScheme};

pub use kind::{ExtensionType, PLACES, Place};
pub use list::Extensions;
pub use psk::{OfferedPsks, PskIdentity, PskMode};
pub(crate) use read::version;

/// A public key for one group (RFC 8446 §4.2.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyShareEntry {
    /// The group.
    pub group: NamedGroup,
    /// The key, in the group's own form (§4.2.8.2 for curves).
    pub key_exchange: Vec<u8>,
}

/// One extension, in the form that its message gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extension {
    /// ClientHello: the host name that the client means (RFC 6066 §3).
    ServerName(Vec<u8>),
    /// EncryptedExtensions: the server used it.
    ServerNameUsed,
    /// ClientHello, EncryptedExtensions: groups, the best first (§4.2.7).
    SupportedGroups(Vec<NamedGroup>),
    /// ClientHello, CertificateRequest: signatures that can be verified (§4.2.3).
    SignatureAlgorithms(Vec<SignatureScheme>),
    /// The same, for certificates.
    SignatureAlgorithmsCert(Vec<SignatureScheme>),
    /// ClientHello: protocols, the best first. EncryptedExtensions: the one (RFC 7301).
    Alpn(Vec<Vec<u8>>),
    /// ClientHello: a public key for each group that the server will likely take (§4.2.8).
    KeyShares(Vec<KeyShareEntry>),
    /// HelloRetryRequest: the group that the server wants a key for.
    KeyShareGroup(NamedGroup),
    /// ServerHello: its public key.
    KeyShare(KeyShareEntry),
    /// ClientHello: keys that the client has from before (§4.2.11).
    PreSharedKeys(OfferedPsks),
    /// ServerHello: the one, counted from 0.
    PreSharedKey(u16),
    /// ClientHello: how a key from before may be used (§4.2.9).
    PskModes(Vec<PskMode>),
    /// ClientHello: early data follows. EncryptedExtensions: it is taken (§4.2.10).
    EarlyData,
    /// NewSessionTicket: so many octets of it may be sent with this ticket.
    EarlyDataSize(u32),
    /// HelloRetryRequest: to be repeated; ClientHello: repeated (§4.2.2).
    Cookie(Vec<u8>),
    /// ClientHello: the versions, the best first (§4.2.1).
    SupportedVersions(Vec<u16>),
    /// ServerHello, HelloRetryRequest: the one.
    SupportedVersion(u16),
    /// ClientHello, CertificateRequest: names of authorities, in DER (§4.2.4).
    CertificateAuthorities(Vec<Vec<u8>>),
    /// ClientHello, EncryptedExtensions: what QUIC has to say (RFC 9001 §8.2).
    QuicTransportParameters(Vec<u8>),
    /// What is not read here, or not known.
    Opaque {
        /// What it is about.
        kind: ExtensionType,
        /// Its data.
        data: Vec<u8>,
    },
}

impl Extension {
    /// What it is about.
    pub fn kind(&self) -> ExtensionType {
        match self {
            Self::ServerName(_) | Self::ServerNameUsed => ExtensionType::SERVER_NAME,
            Self::SupportedGroups(_) => ExtensionType::SUPPORTED_GROUPS,
            Self::SignatureAlgorithms(_) => ExtensionType::SIGNATURE_ALGORITHMS,
            Self::SignatureAlgorithmsCert(_) => ExtensionType::SIGNATURE_ALGORITHMS_CERT,
            Self::Alpn(_) => ExtensionType::ALPN,
            Self::KeyShares(_) | Self::KeyShareGroup(_) | Self::KeyShare(_) => {
                ExtensionType::KEY_SHARE
            }
            Self::PreSharedKeys(_) | Self::PreSharedKey(_) => ExtensionType::PRE_SHARED_KEY,
            Self::PskModes(_) => ExtensionType::PSK_KEY_EXCHANGE_MODES,
            Self::EarlyData | Self::EarlyDataSize(_) => ExtensionType::EARLY_DATA,
            Self::Cookie(_) => ExtensionType::COOKIE,
            Self::SupportedVersions(_) | Self::SupportedVersion(_) => {
                ExtensionType::SUPPORTED_VERSIONS
            }
            Self::CertificateAuthorities(_) => ExtensionType::CERTIFICATE_AUTHORITIES,
            Self::QuicTransportParameters(_) => ExtensionType::QUIC_TRANSPORT_PARAMETERS,
            Self::Opaque { kind, .. } => *kind,
        }
    }
}
