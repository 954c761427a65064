//! What can be wrong: with what a peer sent ([`Error`]), and with what a caller asked ([`Misuse`]).
//!
//! RFC 8446 §6.2
//!
//! An error is the peer's; it ends the connection, and the alert that says so stands in the table
//! below. A misuse is a bug in the program around this crate; it is refused before any octet is
//! written, so the wire never shows it.
//!
//! Invariant: every error names the rule that was broken and the alert that suits it; the table is
//! the only place where the three stand together.

use crate::{
    Alert, Level, NamedGroup, SignatureScheme,
    extension::{ExtensionType, Place},
    message::HandshakeType,
};
use wire::{TooLong, Truncated};

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident $({ $($field:ident: $type:ty),* })?
        $text:literal, $rule:literal, $alert:ident;)*) => {
        /// A rule that a peer broke, or what else ends a connection. Each one's documentation says
        /// which, [`rule`](Self::rule) where it stands and [`alert`](Self::alert) what the peer is
        /// told.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[non_exhaustive]
        pub enum Error {
            $($(#[$doc])* #[doc = concat!("\n\n", $rule)] #[error($text)] $name $({
                $(#[doc = "See the message."] $field: $type),*
            })?,)*
            /// The peer ended the connection: it says that we broke a rule, and is told nothing.
            ///
            /// RFC 8446 §6.2
            #[error("the peer says {alert}")]
            PeerAlert {
                /// What it says.
                alert: Alert,
            },
            /// Whoever verifies certificates does not believe this one. They choose the alert.
            ///
            /// RFC 8446 §4.4.2.4
            #[error("{refusal}")]
            CertificateRefused {
                /// Who, and why.
                refusal: crate::Refusal,
            },
        }

        impl Error {
            /// The RFC and the section.
            pub const fn rule(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $rule,)*
                    Self::PeerAlert { .. } => "RFC 8446 §6.2",
                    Self::CertificateRefused { .. } => "RFC 8446 §4.4.2.4",
                }
            }

            /// What the peer is told; for [`PeerAlert`](Self::PeerAlert), what it told us.
            pub const fn alert(&self) -> Alert {
                match self {
                    $(Self::$name { .. } => Alert::$alert,)*
                    Self::PeerAlert { alert } => *alert,
                    Self::CertificateRefused { refusal } => refusal.alert,
                }
            }

            /// The variant's name, for logs that machines read.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => stringify!($name),)*
                    Self::PeerAlert { .. } => "PeerAlert",
                    Self::CertificateRefused { .. } => "CertificateRefused",
                }
            }
        }
    };
}

// ANCHOR: errors
errors! {
    // Records.
    /// Not one of the four types that a record can have; often the peer speaks no TLS at all.
    RecordType { kind: u8 } "a record of type {kind}; the peer may not speak TLS",
        "RFC 8446 §5", UNEXPECTED_MESSAGE;
    /// Longer than 2^14 octets, or 2^14 + 256 sealed.
    RecordTooLong { length: usize, limit: usize } "a record of {length} octets, where {limit} are the most",
        "RFC 8446 §5.1, §5.2", RECORD_OVERFLOW;
    /// A handshake or alert record without an octet.
    RecordEmpty "a handshake or alert record is empty", "RFC 8446 §5.1", UNEXPECTED_MESSAGE;
    /// Too short for a tag, or the tag does not fit: it was changed, or the keys differ.
    RecordMac "a record cannot be deprotected", "RFC 8446 §5.2", BAD_RECORD_MAC;
    /// Nothing but padding.
    RecordPadding "a record holds nothing but padding", "RFC 8446 §5.4", UNEXPECTED_MESSAGE;
    /// Plain where keys are agreed on, or application data where none are.
    RecordProtection { kind: &'static str } "a record of {kind} is not protected as it must be",
        "RFC 8446 §5", UNEXPECTED_MESSAGE;
    /// A change_cipher_spec that is not the single octet 1, is protected, or comes before or after
    /// the handshake.
    ChangeCipherSpec "change_cipher_spec where it has no place", "RFC 8446 §5", UNEXPECTED_MESSAGE;
    /// An alert is two octets, in a record of its own.
    AlertLength { length: usize } "an alert of {length} octets, where it has two",
        "RFC 8446 §5.1", DECODE_ERROR;
    /// Another record between the parts of one handshake message.
    Interleaved { kind: &'static str } "{kind} inside a handshake message",
        "RFC 8446 §5.1", UNEXPECTED_MESSAGE;
    /// A message after which the keys change does not end its record.
    KeyChangeInside { message: HandshakeType } "octets follow {message} under the old keys",
        "RFC 8446 §5.1", UNEXPECTED_MESSAGE;
    /// Application data before the handshake is done.
    DataTooEarly "application data before the handshake is done",
        "RFC 8446 §2", UNEXPECTED_MESSAGE;
    /// More than the ticket allowed.
    EarlyDataTooLong { limit: usize } "more than {limit} octets of early data",
        "RFC 8446 §4.2.10", UNEXPECTED_MESSAGE;
    /// More than [`Limits::useless`](crate::Limits::useless) in a row.
    Useless { limit: u32 } "{limit} records in a row that bring nothing forward",
        "RFC 8446 §D.5", UNEXPECTED_MESSAGE;
    /// 2^64 records under one key.
    SequenceSpent "the sequence number is spent", "RFC 8446 §5.3", INTERNAL_ERROR;
    /// Longer than [`Limits::handshake`](crate::Limits::handshake).
    HandshakeTimeout "the handshake takes too long", "RFC 8446 §2", USER_CANCELED;

    // Messages, whatever their type.
    /// A field ends behind its message.
    Cut { field: &'static str, offset: usize } "`{field}` is cut short at octet {offset}",
        "RFC 8446 §6.2", DECODE_ERROR;
    /// A message is longer than its fields.
    Trailing { field: &'static str, offset: usize } "octets follow `{field}` at octet {offset}",
        "RFC 8446 §6.2", DECODE_ERROR;
    /// A list is shorter than its bounds allow, or no whole number of elements.
    Length { field: &'static str, length: usize } "`{field}` has {length} octets, which it cannot have",
        "RFC 8446 §3.4", DECODE_ERROR;
    /// Longer than [`Limits::message`](crate::Limits::message).
    MessageTooLong { message: HandshakeType, length: usize, limit: usize }
        "{message} of {length} octets, where {limit} are taken", "RFC 8446 §4", DECODE_ERROR;
    /// A type that no handshake message has.
    MessageUnknown { kind: u8 } "a handshake message of type {kind}", "RFC 8446 §4", UNEXPECTED_MESSAGE;
    /// A message that does not come now.
    MessageUnexpected { message: HandshakeType, state: &'static str } "{message} comes while we {state}",
        "RFC 8446 §4, §A", UNEXPECTED_MESSAGE;
    /// A message under keys that are not its own.
    LevelUnexpected { level: Level, expected: Level }
        "a handshake message at the level `{level}`, where `{expected}` is due", "RFC 9001 §4.1.3", UNEXPECTED_MESSAGE;

    // Extensions.
    /// Known, and in a message where the table of §4.2 does not have it.
    ExtensionMisplaced { extension: ExtensionType, place: Place } "{extension} stands in {place}",
        "RFC 8446 §4.2", ILLEGAL_PARAMETER;
    /// Twice in one list.
    ExtensionRepeated { extension: ExtensionType } "{extension} stands there twice",
        "RFC 8446 §4.2", ILLEGAL_PARAMETER;
    /// In an answer, and nobody asked.
    ExtensionUnasked { extension: ExtensionType } "{extension} answers what nobody asked",
        "RFC 8446 §4.2", UNSUPPORTED_EXTENSION;
    /// Not there, and nothing works without it.
    ExtensionMissing { extension: ExtensionType } "{extension} is missing",
        "RFC 8446 §9.2", MISSING_EXTENSION;

    // ClientHello.
    /// The peer speaks no TLS 1.3.
    VersionUnsupported { version: u16 } "the peer speaks {version:#06x} and not TLS 1.3",
        "RFC 8446 §4.2.1", PROTOCOL_VERSION;
    /// A ClientHello offers exactly the compression that is none.
    Compression "compression methods other than null", "RFC 8446 §4.1.2", ILLEGAL_PARAMETER;
    /// QUIC needs no disguise.
    SessionIdQuic "legacy_session_id is not empty, under QUIC", "RFC 9001 §8.4", ILLEGAL_PARAMETER;
    /// No cipher suite that both know.
    NoSuite "no cipher suite in common", "RFC 8446 §4.1.1", HANDSHAKE_FAILURE;
    /// No group that both know.
    NoGroup "no group in common", "RFC 8446 §4.1.1", HANDSHAKE_FAILURE;
    /// No signature scheme that both know, for the key that we have.
    NoScheme "no signature scheme in common", "RFC 8446 §4.4.3", HANDSHAKE_FAILURE;
    /// Nobody has a certificate for that name.
    NoCertificate "no certificate for the name that is asked for", "RFC 6066 §3", UNRECOGNIZED_NAME;
    /// No protocol that both know.
    NoProtocol "no application protocol in common", "RFC 7301 §3.2", NO_APPLICATION_PROTOCOL;
    /// More than one name of one kind, or one that is no name.
    HostName "server_name holds no host name, or two", "RFC 6066 §3", ILLEGAL_PARAMETER;
    /// Two shares for one group.
    ShareRepeated { group: NamedGroup } "two key shares for {group}", "RFC 8446 §4.2.8", ILLEGAL_PARAMETER;
    /// A share for a group that is not in supported_groups.
    ShareUnlisted { group: NamedGroup } "a key share for {group}, which is not in supported_groups",
        "RFC 8446 §4.2.8", ILLEGAL_PARAMETER;
    /// No point of the group, or one that makes a secret that everybody knows.
    ShareInvalid { group: NamedGroup } "the key share is no good point of {group}",
        "RFC 8446 §4.2.8.1, §7.4.2", ILLEGAL_PARAMETER;
    /// pre_shared_key is not the last extension: its binders would not cover what follows.
    PskNotLast "pre_shared_key is not the last extension", "RFC 8446 §4.2.11", ILLEGAL_PARAMETER;
    /// As many binders as identities.
    BinderCount { identities: usize, binders: usize } "{binders} binders for {identities} identities",
        "RFC 8446 §4.2.11", ILLEGAL_PARAMETER;
    /// A binder that does not verify: the client does not know the key.
    BinderWrong "a PSK binder does not verify", "RFC 8446 §4.2.11", DECRYPT_ERROR;
    /// A ticket that bounds early data, which QUIC's own windows do.
    EarlyDataQuic { size: u32 } "a ticket for {size} octets of early data, under QUIC",
        "RFC 9001 §4.6.1", ILLEGAL_PARAMETER;
    /// early_data with no key to protect it.
    EarlyDataAlone "early_data without pre_shared_key", "RFC 8446 §4.2.10", ILLEGAL_PARAMETER;
    /// The second ClientHello differs from the first in what may not change.
    HelloChanged { field: &'static str } "the second ClientHello has another {field}",
        "RFC 8446 §4.1.2", ILLEGAL_PARAMETER;
    /// The second ClientHello does not do what it was asked for.
    RetryIgnored { field: &'static str } "the second ClientHello lacks the {field} that was asked for",
        "RFC 8446 §4.1.4", ILLEGAL_PARAMETER;

    // ServerHello, HelloRetryRequest, EncryptedExtensions.
    /// A server that speaks TLS 1.3 and was made to speak less: somebody stands in between.
    Downgrade "somebody made the server speak an older version", "RFC 8446 §4.1.3", ILLEGAL_PARAMETER;
    /// A field that the server must repeat, or choose from what was offered.
    NotOffered { field: &'static str } "the server's {field} is not one of ours",
        "RFC 8446 §4.1.3", ILLEGAL_PARAMETER;
    /// A second HelloRetryRequest.
    RetryTwice "a second HelloRetryRequest", "RFC 8446 §4.1.4", UNEXPECTED_MESSAGE;
    /// A HelloRetryRequest that asks for nothing, or for what it has.
    RetryUseless "a HelloRetryRequest that changes nothing", "RFC 8446 §4.1.4", ILLEGAL_PARAMETER;
    /// Another suite than the HelloRetryRequest said.
    SuiteChanged "another cipher suite than in the HelloRetryRequest", "RFC 8446 §4.1.4", ILLEGAL_PARAMETER;
    /// The key was made for another hash.
    PskHash "the selected key does not go with the cipher suite", "RFC 8446 §4.2.11", ILLEGAL_PARAMETER;
    /// Early data taken under other parameters than those it was sent under.
    EarlyDataParameters { field: &'static str } "early data is accepted under another {field}",
        "RFC 8446 §4.2.10", ILLEGAL_PARAMETER;

    // Certificates and proofs.
    /// A server without a certificate.
    CertificateNone "the server has no certificate", "RFC 8446 §4.4.2.4", DECODE_ERROR;
    /// A client without a certificate, where one is required.
    CertificateRequired "the client has no certificate", "RFC 8446 §4.4.2.4", CERTIFICATE_REQUIRED;
    /// Octets that are no certificate.
    CertificateMalformed { index: usize, reason: String } "certificate {index} cannot be read: {reason}",
        "RFC 8446 §4.4.2", BAD_CERTIFICATE;
    /// More than [`Limits::chain`](crate::Limits::chain).
    ChainTooLong { limit: usize } "more than {limit} certificates", "RFC 8446 §4.4.2", BAD_CERTIFICATE;
    /// The context says which request an answer belongs to.
    CertificateContext "the certificate_request_context is another", "RFC 8446 §4.4.2", ILLEGAL_PARAMETER;
    /// A signature of a kind that nobody asked for, or that the key does not make.
    SchemeUnexpected { scheme: SignatureScheme } "a signature by {scheme}, which was not asked for",
        "RFC 8446 §4.4.3", ILLEGAL_PARAMETER;
    /// The peer does not hold the certificate's key, or saw another handshake.
    SignatureWrong "the handshake's signature does not verify", "RFC 8446 §4.4.3", DECRYPT_ERROR;
    /// The peer saw another handshake.
    FinishedWrong "Finished does not verify", "RFC 8446 §4.4.4", DECRYPT_ERROR;

    // Afterwards.
    /// A ticket that is to live longer than seven days.
    TicketLifetime { seconds: u32 } "a ticket for {seconds} s, where 604,800 are the most",
        "RFC 8446 §4.6.1", ILLEGAL_PARAMETER;
    /// KeyUpdate says 0 or 1.
    KeyUpdateRequest { value: u8 } "KeyUpdate asks for {value}", "RFC 8446 §4.6.3", ILLEGAL_PARAMETER;
    /// QUIC has its own.
    KeyUpdateQuic "KeyUpdate under QUIC", "RFC 9001 §6", UNEXPECTED_MESSAGE;

    // Our own faults.
    /// What we were given to send does not fit into its field.
    TooLong { field: &'static str, length: usize } "our `{field}` of {length} octets does not fit",
        "RFC 8446 §3.4", INTERNAL_ERROR;
    /// The key exchange, the signer or the cipher failed.
    Internal { what: &'static str } "{what} failed", "RFC 8446 §6.2", INTERNAL_ERROR;
}
// ANCHOR_END: errors

impl From<Truncated> for Error {
    fn from(cut: Truncated) -> Self {
        Self::Cut { field: cut.field, offset: cut.offset }
    }
}

impl From<TooLong> for Error {
    fn from(long: TooLong) -> Self {
        Self::TooLong { field: long.field, length: long.length }
    }
}

/// What a caller asked for and must not get. Nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// Our close_notify or an alert is sent: nothing may follow (RFC 8446 §6.1).
    #[error("the connection is closing or closed")]
    Closed,
    /// The handshake is not that far.
    #[error("the handshake is not done")]
    HandshakeUnfinished,
    /// What waits to be sent has reached [`Limits::output`](crate::Limits::output).
    #[error("too much waits to be sent")]
    OutputFull,
    /// There is no ticket that allows early data, or its time is over.
    #[error("no early data can be sent")]
    NoEarlyData,
    /// Under QUIC keys are updated by QUIC (RFC 9001 §6).
    #[error("QUIC updates its keys itself")]
    Quic,
    /// The cipher failed: it was asked for too much.
    #[error("the cipher failed")]
    Cipher,
}
