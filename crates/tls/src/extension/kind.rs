//! The extensions that have a name, and the messages in which each may stand.
//!
//! RFC 8446 §4.2
//!
//! The RFC's table, as data. An extension that we know and that stands where the table does not
//! have it is an `illegal_parameter`; one that we do not know is nobody's business in a request,
//! and a violation in an answer, since nobody asked for it.

use crate::suite::{is_grease, numbers};
use std::fmt;

numbers! {
    /// What an extension is about.
    ExtensionType
    /// The name of the server that a client means (RFC 6066 §3).
    SERVER_NAME = 0, "server_name";
    /// RFC 6066 §4; superseded
    MAX_FRAGMENT_LENGTH = 1, "max_fragment_length";
    /// Is the certificate still good? (RFC 6066 §8)
    STATUS_REQUEST = 5, "status_request";
    /// The groups that an end knows.
    SUPPORTED_GROUPS = 10, "supported_groups";
    /// The signatures that an end can verify.
    SIGNATURE_ALGORITHMS = 13, "signature_algorithms";
    /// RFC 5764
    USE_SRTP = 14, "use_srtp";
    /// RFC 6520
    HEARTBEAT = 15, "heartbeat";
    /// What is spoken inside (RFC 7301).
    ALPN = 16, "application_layer_protocol_negotiation";
    /// RFC 6962
    SIGNED_CERTIFICATE_TIMESTAMP = 18, "signed_certificate_timestamp";
    /// RFC 7250
    CLIENT_CERTIFICATE_TYPE = 19, "client_certificate_type";
    /// RFC 7250
    SERVER_CERTIFICATE_TYPE = 20, "server_certificate_type";
    /// Nothing, to be longer (RFC 7685).
    PADDING = 21, "padding";
    /// TLS 1.2 (RFC 7627); modern clients still send it.
    EXTENDED_MASTER_SECRET = 23, "extended_master_secret";
    /// RFC 8879
    COMPRESS_CERTIFICATE = 27, "compress_certificate";
    /// RFC 8449
    RECORD_SIZE_LIMIT = 28, "record_size_limit";
    /// TLS 1.2 (RFC 5077)
    SESSION_TICKET = 35, "session_ticket";
    /// Keys that both ends know already.
    PRE_SHARED_KEY = 41, "pre_shared_key";
    /// Data follows before the server has said a word.
    EARLY_DATA = 42, "early_data";
    /// The version, since the field of that name is frozen.
    SUPPORTED_VERSIONS = 43, "supported_versions";
    /// What the server wants to hear again.
    COOKIE = 44, "cookie";
    /// How a pre-shared key may be used.
    PSK_KEY_EXCHANGE_MODES = 45, "psk_key_exchange_modes";
    /// Who an end trusts.
    CERTIFICATE_AUTHORITIES = 47, "certificate_authorities";
    /// What a client's certificate must say.
    OID_FILTERS = 48, "oid_filters";
    /// A client that will prove who it is when asked later.
    POST_HANDSHAKE_AUTH = 49, "post_handshake_auth";
    /// The signatures that an end can verify in certificates.
    SIGNATURE_ALGORITHMS_CERT = 50, "signature_algorithms_cert";
    /// Public keys for the secret.
    KEY_SHARE = 51, "key_share";
    /// RFC 9001 §8.2
    QUIC_TRANSPORT_PARAMETERS = 0x39, "quic_transport_parameters";
    /// Encrypted Client Hello; clients without a key send noise in its place.
    ENCRYPTED_CLIENT_HELLO = 0xfe0d, "encrypted_client_hello";
    /// TLS 1.2 (RFC 5746)
    RENEGOTIATION_INFO = 0xff01, "renegotiation_info";
}

/// The messages that hold extensions. A HelloRetryRequest is a ServerHello in disguise, and holds
/// others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// CH
    ClientHello,
    /// SH
    ServerHello,
    /// HRR
    HelloRetryRequest,
    /// EE
    EncryptedExtensions,
    /// CR
    CertificateRequest,
    /// CT, one list for each certificate of the chain
    Certificate,
    /// NST
    NewSessionTicket,
}

impl Place {
    /// All, in the order of the RFC's legend.
    pub const ALL: [Self; 7] = [
        Self::ClientHello,
        Self::ServerHello,
        Self::EncryptedExtensions,
        Self::Certificate,
        Self::CertificateRequest,
        Self::NewSessionTicket,
        Self::HelloRetryRequest,
    ];

    /// The message's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientHello => "ClientHello",
            Self::ServerHello => "ServerHello",
            Self::HelloRetryRequest => "HelloRetryRequest",
            Self::EncryptedExtensions => "EncryptedExtensions",
            Self::CertificateRequest => "CertificateRequest",
            Self::Certificate => "Certificate",
            Self::NewSessionTicket => "NewSessionTicket",
        }
    }
}

use Place::{
    Certificate as CT, CertificateRequest as CR, ClientHello as CH, EncryptedExtensions as EE,
    HelloRetryRequest as HRR, NewSessionTicket as NST, ServerHello as SH,
};

// ANCHOR: places
/// Which extension may stand in which message.
pub const PLACES: &[(ExtensionType, &[Place])] = &[
    (ExtensionType::SERVER_NAME, &[CH, EE]),
    (ExtensionType::MAX_FRAGMENT_LENGTH, &[CH, EE]),
    (ExtensionType::STATUS_REQUEST, &[CH, CR, CT]),
    (ExtensionType::SUPPORTED_GROUPS, &[CH, EE]),
    (ExtensionType::SIGNATURE_ALGORITHMS, &[CH, CR]),
    (ExtensionType::USE_SRTP, &[CH, EE]),
    (ExtensionType::HEARTBEAT, &[CH, EE]),
    (ExtensionType::ALPN, &[CH, EE]),
    (ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP, &[CH, CR, CT]),
    (ExtensionType::CLIENT_CERTIFICATE_TYPE, &[CH, EE]),
    (ExtensionType::SERVER_CERTIFICATE_TYPE, &[CH, EE]),
    (ExtensionType::PADDING, &[CH]),
    (ExtensionType::KEY_SHARE, &[CH, SH, HRR]),
    (ExtensionType::PRE_SHARED_KEY, &[CH, SH]),
    (ExtensionType::PSK_KEY_EXCHANGE_MODES, &[CH]),
    (ExtensionType::EARLY_DATA, &[CH, EE, NST]),
    (ExtensionType::COOKIE, &[CH, HRR]),
    (ExtensionType::SUPPORTED_VERSIONS, &[CH, SH, HRR]),
    (ExtensionType::CERTIFICATE_AUTHORITIES, &[CH, CR]),
    (ExtensionType::OID_FILTERS, &[CR]),
    (ExtensionType::POST_HANDSHAKE_AUTH, &[CH]),
    (ExtensionType::SIGNATURE_ALGORITHMS_CERT, &[CH, CR]),
    (ExtensionType::QUIC_TRANSPORT_PARAMETERS, &[CH, EE]),
];
// ANCHOR_END: places

impl ExtensionType {
    /// Whether it may stand in `place`; `None` for one that the table does not have.
    pub fn belongs_in(self, place: Place) -> Option<bool> {
        let (_, places) = PLACES.iter().find(|(kind, _)| *kind == self)?;
        Some(places.contains(&place))
    }
}

impl ExtensionType {
    /// The document and the section that describe it.
    pub const fn rfc(self) -> &'static str {
        match self {
            Self::SERVER_NAME => "RFC 6066 §3",
            Self::MAX_FRAGMENT_LENGTH => "RFC 6066 §4",
            Self::STATUS_REQUEST => "RFC 6066 §8",
            Self::SUPPORTED_GROUPS => "RFC 8446 §4.2.7",
            Self::SIGNATURE_ALGORITHMS | Self::SIGNATURE_ALGORITHMS_CERT => "RFC 8446 §4.2.3",
            Self::USE_SRTP => "RFC 5764 §4.1",
            Self::HEARTBEAT => "RFC 6520 §2",
            Self::ALPN => "RFC 7301 §3.1",
            Self::SIGNED_CERTIFICATE_TIMESTAMP => "RFC 6962 §3.3.1",
            Self::CLIENT_CERTIFICATE_TYPE | Self::SERVER_CERTIFICATE_TYPE => "RFC 7250 §3",
            Self::PADDING => "RFC 7685 §3",
            Self::EXTENDED_MASTER_SECRET => "RFC 7627 §5.1",
            Self::COMPRESS_CERTIFICATE => "RFC 8879 §3",
            Self::RECORD_SIZE_LIMIT => "RFC 8449 §4",
            Self::SESSION_TICKET => "RFC 5077 §3.2",
            Self::PRE_SHARED_KEY => "RFC 8446 §4.2.11",
            Self::EARLY_DATA => "RFC 8446 §4.2.10",
            Self::SUPPORTED_VERSIONS => "RFC 8446 §4.2.1",
            Self::COOKIE => "RFC 8446 §4.2.2",
            Self::PSK_KEY_EXCHANGE_MODES => "RFC 8446 §4.2.9",
            Self::CERTIFICATE_AUTHORITIES => "RFC 8446 §4.2.4",
            Self::OID_FILTERS => "RFC 8446 §4.2.5",
            Self::POST_HANDSHAKE_AUTH => "RFC 8446 §4.2.6",
            Self::KEY_SHARE => "RFC 8446 §4.2.8",
            Self::QUIC_TRANSPORT_PARAMETERS => "RFC 9001 §8.2",
            Self::ENCRYPTED_CLIENT_HELLO => "RFC 9849 §5",
            Self::RENEGOTIATION_INFO => "RFC 5746 §3.2",
            _ => "RFC 8446 §4.2",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
