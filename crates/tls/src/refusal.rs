//! Why a certificate is not believed, and what its owner is told.
//!
//! RFC 8446 §4.4.2.4, §6.2

use crate::Alert;
use std::fmt;
use x509::Refused;

/// A verifier's no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What the peer is told.
    pub alert: Alert,
    /// What a person is told: which certificate, and why.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl From<&Refused> for Refusal {
    fn from(refused: &Refused) -> Self {
        let alert = match refused {
            Refused::Expired { .. } | Refused::NotYetValid { .. } => Alert::CERTIFICATE_EXPIRED,
            Refused::UnknownIssuer { .. } | Refused::SelfSigned { .. } => Alert::UNKNOWN_CA,
            Refused::UnsupportedKey { .. }
            | Refused::UnsupportedSignature { .. }
            | Refused::WeakKey { .. }
            | Refused::WeakSignature { .. }
            | Refused::WrongPurpose { .. }
            | Refused::UnknownCritical { .. } => Alert::UNSUPPORTED_CERTIFICATE,
            // Wrong names have no alert of their own; this one says that a certificate does not
            // hold.
            _ => Alert::BAD_CERTIFICATE,
        };
        Self { alert, reason: refused.to_string() }
    }
}
