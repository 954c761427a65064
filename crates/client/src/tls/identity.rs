//! Who we are, if a server asks: a certificate, those above it, and the key that proves it.
//!
//! RFC 8446 §4.4.2, RFC 7468 (PEM)

use super::{CertifiedKey, roots::said};
use crate::Error;
use std::{fs, path::Path, sync::Arc};
use x509::{Certificate, SigningKey};

/// Reads a client's certificate and key from PEM files. The first certificate is ours; the others
/// go along. Without `key`, the key stands in the same file.
///
/// # Errors
/// [`Error::Identity`] if a file cannot be read, or holds no certificate or no key, or if the two
/// do not belong together.
pub fn identity(certificate: &Path, key: Option<&Path>) -> Result<Arc<CertifiedKey>, Error> {
    let key = key.unwrap_or(certificate);
    let chain = read(certificate, Certificate::from_pem)?;
    let signer = read(key, SigningKey::from_pem)?;
    let wrong = |path: &Path, reason: String| Error::Identity { place: shown(path), reason };
    let Some(own) = chain.first() else {
        return Err(wrong(certificate, "there is no certificate in it".to_owned()));
    };
    if own.public_key() != signer.public_key() {
        let reason = format!("its key is not that of the certificate in {}", shown(certificate));
        return Err(wrong(key, reason));
    }
    let paired = CertifiedKey::new(chain, Box::new(signer));
    paired.map(Arc::new).map_err(|error| wrong(certificate, error.to_string()))
}

fn read<T>(path: &Path, parse: impl Fn(&[u8]) -> Result<T, x509::Error>) -> Result<T, Error> {
    let wrong = |reason| Error::Identity { place: shown(path), reason };
    let text = fs::read(path).map_err(|error| wrong(said(&error)))?;
    parse(&text).map_err(|error| wrong(error.to_string()))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
