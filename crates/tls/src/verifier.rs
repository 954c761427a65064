//! Who decides whether a certificate is believed.
//!
//! RFC 8446 §4.4.2.4, §4.4.3
//!
//! The handshake reads certificates and checks that the peer holds the first one's key; whether
//! that certificate means anything is asked of a [`CertificateVerifier`]. [`x509::Verifier`] is the
//! one that asks for a path to a root; [`Unverified`] is `get -k`.

use crate::{Refusal, SignatureScheme};
use wire::UnixTime;
use x509::{Certificate, PublicKey, Scheme, ServerName};

/// Decides whom to believe.
pub trait CertificateVerifier: Send + Sync {
    /// Whether this chain, the server's own certificate first, names `name` at `time`.
    ///
    /// # Errors
    /// Why not.
    fn verify_server(
        &self,
        chain: &[Certificate],
        name: &ServerName,
        time: UnixTime,
    ) -> Result<(), Refusal>;

    /// Whether this chain, the client's own certificate first, is one that we let in at `time`.
    ///
    /// # Errors
    /// Why not.
    fn verify_client(&self, chain: &[Certificate], time: UnixTime) -> Result<(), Refusal>;

    /// Whether `signature` over `message` is `key`'s. There is no reason to decide otherwise, but
    /// in a test whose key is older than the rules.
    fn verify_signature(
        &self,
        key: &PublicKey,
        scheme: SignatureScheme,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        Scheme::from_code(scheme.0)
            .is_some_and(|scheme| key.verify(scheme, message, signature).is_ok())
    }
}

impl CertificateVerifier for x509::Verifier {
    fn verify_server(
        &self,
        chain: &[Certificate],
        name: &ServerName,
        time: UnixTime,
    ) -> Result<(), Refusal> {
        x509::Verifier::verify_server(self, chain, name, time)
            .map(|_| ())
            .map_err(|refused| Refusal::from(&refused))
    }

    fn verify_client(&self, chain: &[Certificate], time: UnixTime) -> Result<(), Refusal> {
        x509::Verifier::verify_client(self, chain, time)
            .map(|_| ())
            .map_err(|refused| Refusal::from(&refused))
    }
}

/// Believes every certificate. The connection is private, but nobody knows with whom: for tests,
/// and for people who say `-k`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unverified;

impl CertificateVerifier for Unverified {
    fn verify_server(&self, _: &[Certificate], _: &ServerName, _: UnixTime) -> Result<(), Refusal> {
        Ok(())
    }

    fn verify_client(&self, _: &[Certificate], _: UnixTime) -> Result<(), Refusal> {
        Ok(())
    }
}
