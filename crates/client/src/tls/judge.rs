//! Whether a server is believed: by its chain, by its key, or whatever it shows.
//!
//! RFC 8446 §4.4.2.4, RFC 7469 §2.4 (how a key is pinned: the hash of its SubjectPublicKeyInfo)
//!
//! Invariant: a pin is looked at even where every chain is believed; it says more than a chain.

use ::tls::{Alert, CertificateVerifier, Refusal};
use std::{fmt, sync::Arc};
use wire::{UnixTime, base64};
use x509::{Certificate, ServerName, Verifier};

/// What is said of a key that is not among the pins.
pub(crate) const NOT_PINNED: &str = "its key is none of those that are pinned";

/// The hash of a public key that a server must have, as curl writes it: `sha256//` and base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin(String);

impl Pin {
    /// Reads `sha256//…`; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let hash = text.strip_prefix("sha256//")?;
        let octets = base64::decode(hash).ok()?;
        (octets.len() == 32).then(|| Self(hash.to_owned()))
    }

    /// The pin of a certificate's key.
    pub fn of(certificate: &Certificate) -> Self {
        Self(certificate.spki_sha256())
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256//{}", self.0)
    }
}

/// Why a chain was not believed, as OpenSSL numbers it (`X509_V_ERR_…`): scripts know the numbers
/// from curl's `%{ssl_verify_result}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unbelieved(pub(crate) u8);

impl Unbelieved {
    /// What the alert says of the reason.
    pub(crate) const fn from_alert(alert: Alert) -> Self {
        Self(match alert {
            Alert::CERTIFICATE_EXPIRED => 10,
            Alert::UNKNOWN_CA => 20,
            _ => 1,
        })
    }
}

/// Decides.
pub(super) struct Judge {
    /// Who knows the roots; `None` believes every chain.
    pub(super) verifier: Option<Arc<Verifier>>,
    pub(super) pins: Vec<Pin>,
}

impl CertificateVerifier for Judge {
    fn verify_server(
        &self,
        chain: &[Certificate],
        name: &ServerName,
        time: UnixTime,
    ) -> Result<(), Refusal> {
        if let Some(verifier) = &self.verifier {
            CertificateVerifier::verify_server(&**verifier, chain, name, time)?;
        }
        let pinned = |leaf: &Certificate| self.pins.contains(&Pin::of(leaf));
        if self.pins.is_empty() || chain.first().is_some_and(pinned) {
            return Ok(());
        }
        Err(Refusal { alert: Alert::BAD_CERTIFICATE, reason: NOT_PINNED.to_owned() })
    }

    /// A client is asked by nobody.
    fn verify_client(&self, _: &[Certificate], _: UnixTime) -> Result<(), Refusal> {
        Err(Refusal { alert: Alert::INTERNAL_ERROR, reason: "this is a client".to_owned() })
    }
}
