//! An alert: two octets that end a connection, and say why.
//!
//! RFC 8446 §6
//!
//! | octets | field                                              |
//! |--------|----------------------------------------------------|
//! | 1      | level: 1 warning, 2 fatal; ignored since TLS 1.3   |
//! | 1      | description                                        |
//!
//! Since TLS 1.3 the level says nothing that the description does not: `close_notify` and
//! `user_canceled` are the two that are no error, whatever their level, and all others are fatal,
//! those included that nobody has heard of yet.
//!
//! Invariant: an [`Alert`] holds any octet, so that one we do not know can still be shown.
//!
//! Used by: [`Error::alert`](crate::Error::alert), the record layer; QUIC, which adds 0x0100 to it
//! (RFC 9001 §4.8).

use std::fmt;

/// The description of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alert(pub u8);

macro_rules! alerts {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $text:literal;)*) => {
        impl Alert {
            $($(#[$doc])* pub const $name: Self = Self($number);)*

            /// Those that RFC 8446 and its extensions name, in order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The RFC's word for it, or `unknown`.
            pub const fn name(self) -> &'static str {
                match self.0 {
                    $($number => $text,)*
                    _ => "unknown",
                }
            }
        }
    };
}

alerts! {
    /// Nothing more will be sent; what was sent is complete (§6.1).
    CLOSE_NOTIFY = 0, "close_notify";
    /// A message came that does not belong here.
    UNEXPECTED_MESSAGE = 10, "unexpected_message";
    /// A record cannot be deprotected: somebody changed it, or the keys differ.
    BAD_RECORD_MAC = 20, "bad_record_mac";
    /// A record is longer than any may be.
    RECORD_OVERFLOW = 22, "record_overflow";
    /// The two have no parameters in common.
    HANDSHAKE_FAILURE = 40, "handshake_failure";
    /// A certificate is corrupt, or its signature is wrong.
    BAD_CERTIFICATE = 42, "bad_certificate";
    /// A certificate of a kind that is not understood.
    UNSUPPORTED_CERTIFICATE = 43, "unsupported_certificate";
    /// A certificate that its signer took back.
    CERTIFICATE_REVOKED = 44, "certificate_revoked";
    /// A certificate of yesterday, or of tomorrow.
    CERTIFICATE_EXPIRED = 45, "certificate_expired";
    /// Something else is wrong with a certificate.
    CERTIFICATE_UNKNOWN = 46, "certificate_unknown";
    /// A field contradicts another, or is out of its range.
    ILLEGAL_PARAMETER = 47, "illegal_parameter";
    /// The chain of certificates ends at nobody that is trusted.
    UNKNOWN_CA = 48, "unknown_ca";
    /// The certificate is good, and still not welcome.
    ACCESS_DENIED = 49, "access_denied";
    /// Octets that do not form the message they claim to be.
    DECODE_ERROR = 50, "decode_error";
    /// A signature, a Finished or a binder that does not verify.
    DECRYPT_ERROR = 51, "decrypt_error";
    /// A version that is known and not spoken.
    PROTOCOL_VERSION = 70, "protocol_version";
    /// The parameters are too weak for the one who refuses.
    INSUFFICIENT_SECURITY = 71, "insufficient_security";
    /// A fault at this end, no fault of the peer's.
    INTERNAL_ERROR = 80, "internal_error";
    /// A client retries with a lower version than it needs to (RFC 7507).
    INAPPROPRIATE_FALLBACK = 86, "inappropriate_fallback";
    /// Somebody changed their mind; a close_notify follows.
    USER_CANCELED = 90, "user_canceled";
    /// An extension is not there that must be.
    MISSING_EXTENSION = 109, "missing_extension";
    /// An extension stands in an answer that nobody asked for.
    UNSUPPORTED_EXTENSION = 110, "unsupported_extension";
    /// No such server here.
    UNRECOGNIZED_NAME = 112, "unrecognized_name";
    /// An OCSP response that does not hold.
    BAD_CERTIFICATE_STATUS_RESPONSE = 113, "bad_certificate_status_response";
    /// A PSK identity that nobody knows, where one is required.
    UNKNOWN_PSK_IDENTITY = 115, "unknown_psk_identity";
    /// A client without a certificate, where one is required.
    CERTIFICATE_REQUIRED = 116, "certificate_required";
    /// No protocol in common (RFC 7301 §3.2).
    NO_APPLICATION_PROTOCOL = 120, "no_application_protocol";
}

impl Alert {
    /// Whether it says that something went wrong; the other two announce an end in good order.
    pub const fn is_error(self) -> bool {
        !matches!(self, Self::CLOSE_NOTIFY | Self::USER_CANCELED)
    }

    /// The level that goes with it on the wire: what older versions would have expected.
    pub const fn level(self) -> u8 {
        if self.is_error() { 2 } else { 1 }
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.0)
    }
}
