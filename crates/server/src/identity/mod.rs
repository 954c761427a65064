//! Who the server is: a chain of certificates and the key that belongs to the first of them.
//!
//! RFC 5280, RFC 9525
//!
//! ```text
//!   --cert PEM, --key PEM        read, and held against each other
//!   nothing given                made here: P-256, localhost 127.0.0.1 ::1, 13 days, self-signed
//!                                kept: FOLDER/key.pem (0600), FOLDER/certificate.pem
//!                                renewed under the same key when a third of the time is left
//! ```
//!
//! A browser that was told to trust the key by its hash (Chromium's
//! `--ignore-certificate-errors-spki-list`) goes on doing so behind a renewal: the hash is the
//! key's, not the certificate's. Thirteen days: Chromium takes self-signed certificates over QUIC
//! for fourteen at the most.
//!
//! Invariant: a private key is written once, to a file that its owner alone can read, and never
//! replaced.
//!
//! Used by: [`Certificates`](crate::Certificates), `serve`, `cert`.

mod automatic;

pub use automatic::{automatic, folder};

use crate::random;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tls::CertifiedKey;
use wire::UnixTime;
use x509::{
    Certificate, GeneralName, ServerName, SigningKey, Validity,
    issue::{self, Serial},
};

/// For how many days a certificate is made.
const DAYS: u32 = 13;

/// The names in it: those of this machine that every machine has.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{}: {source}", path.display())]
    Content {
        /// Which one.
        path: PathBuf,
        /// What is wrong with it.
        source: x509::Error,
    },
    /// A file of certificates has none.
    #[error("{}: no certificate in it", path.display())]
    Empty {
        /// Which one.
        path: PathBuf,
    },
    /// The key is not the first certificate's: nobody could prove anything with the two.
    #[error("{key} is not the key of {certificate}", key = key.display(),
        certificate = certificate.display())]
    Mismatch {
        /// Where the certificate is.
        certificate: PathBuf,
        /// Where the key is.
        key: PathBuf,
    },
    /// A certificate cannot be made.
    #[error("a certificate cannot be made: {0}")]
    Make(#[from] x509::Error),
    /// A chain is too long for a handshake.
    #[error("the certificates cannot be shown: {0}")]
    Show(#[from] tls::Error),
    /// There are none at all.
    #[error("a server needs a certificate")]
    None,
}

impl IdentityError {
    fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { path: path.into(), source }
    }

    fn content(path: &Path) -> impl FnOnce(x509::Error) -> Self {
        move |source| Self::Content { path: path.into(), source }
    }
}

/// A chain of certificates, the server's own first, and that one's key.
#[derive(Debug)]
pub struct Identity {
    chain: Vec<Certificate>,
    key: SigningKey,
}

impl Identity {
    /// A new key, and a certificate of its own for this machine.
    ///
    /// # Errors
    /// [`IdentityError::Make`].
    pub fn generate(now: UnixTime) -> Result<Self, IdentityError> {
        Self::of_key(SigningKey::generate_p256()?, now)
    }

    /// A new certificate for this machine under a key that there is.
    ///
    /// # Errors
    /// [`IdentityError::Make`].
    pub fn of_key(key: SigningKey, now: UnixTime) -> Result<Self, IdentityError> {
        let names: Vec<ServerName> =
            NAMES.iter().filter_map(|name| ServerName::parse(name).ok()).collect();
        let (validity, serial) =
            (Validity::from_now(now, DAYS), Serial::random(&mut random::System));
        let certificate = issue::self_signed(&key, &names, validity, serial)?;
        Ok(Self { chain: vec![certificate], key })
    }

    /// Reads both from PEM files: the chain, and a key as PKCS #8, SEC 1 or PKCS #1 has it.
    ///
    /// # Errors
    /// [`IdentityError`], which names the file.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, IdentityError> {
        let text = fs::read(certificate).map_err(IdentityError::file(certificate))?;
        let chain = Certificate::from_pem(&text).map_err(IdentityError::content(certificate))?;
        let first =
            chain.first().ok_or_else(|| IdentityError::Empty { path: certificate.into() })?;
        let secret = read_key(key)?;
        if first.public_key().spki() != secret.public_key().spki() {
            let (certificate, key) = (certificate.into(), key.into());
            return Err(IdentityError::Mismatch { certificate, key });
        }
        Ok(Self { chain, key: secret })
    }

    /// The server's own certificate and those that lead to a root.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The key.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The names that the certificate is for, as people write them.
    pub fn names(&self) -> Vec<String> {
        self.chain.first().map(names_of).unwrap_or_default()
    }

    /// SHA-256 of the public key, in base64: what Chromium's flag and pins compare.
    pub fn spki_sha256(&self) -> String {
        self.key.public_key().spki_sha256()
    }

    /// When the certificate is no more valid.
    pub fn expires(&self) -> UnixTime {
        self.chain.first().map_or(UnixTime(i64::MIN), |own| own.validity().not_after)
    }

    /// As a handshake shows it.
    ///
    /// # Errors
    /// [`IdentityError::Show`].
    pub(crate) fn certified(self) -> Result<Arc<CertifiedKey>, IdentityError> {
        Ok(Arc::new(CertifiedKey::new(self.chain, Box::new(self.key))?))
    }
}

/// The hosts and addresses that a certificate is for.
pub(crate) fn names_of(certificate: &Certificate) -> Vec<String> {
    let text = |name: &GeneralName| match name {
        GeneralName::Dns(name) => Some(name.to_string()),
        GeneralName::Ip(address) => Some(address.to_string()),
        _ => None,
    };
    certificate.names().iter().filter_map(text).collect()
}

fn read_key(path: &Path) -> Result<SigningKey, IdentityError> {
    let text = fs::read(path).map_err(IdentityError::file(path))?;
    SigningKey::from_pem(&text).map_err(IdentityError::content(path))
}
