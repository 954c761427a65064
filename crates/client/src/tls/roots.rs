//! Where a system keeps the certificates that it believes without proof.
//!
//! | place                                                | who has it there               |
//! |------------------------------------------------------|--------------------------------|
//! | `$SSL_CERT_FILE`                                     | whoever says so; no other then |
//! | `/etc/ssl/certs/ca-certificates.crt`                 | Debian, Ubuntu, Arch, Gentoo   |
//! | `/etc/pki/tls/certs/ca-bundle.crt`                   | Fedora, Red Hat                |
//! | `/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem`  | the same, newer                |
//! | `/etc/ssl/ca-bundle.pem`                             | openSUSE                       |
//! | `/etc/ssl/cert.pem`                                  | Alpine, OpenBSD, macOS         |
//! | `/usr/local/share/certs/ca-root-nss.crt`             | FreeBSD                        |
//!
//! Invariant: the system's roots are read at most once in a process, at the first handshake that
//! asks for them; a failure is not remembered.

use crate::Error;
use std::{
    env, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};
use x509::{Roots, Verifier};

/// Where to look, the first that is there counts.
const PLACES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// A verifier that believes the system's roots.
///
/// # Errors
/// [`Error::Roots`].
pub(super) fn system() -> Result<Arc<Verifier>, Error> {
    static SYSTEM: OnceLock<Arc<Verifier>> = OnceLock::new();
    if let Some(verifier) = SYSTEM.get() {
        return Ok(Arc::clone(verifier));
    }
    let verifier = Arc::new(Verifier::new(from_file(&place()?)?));
    // Two threads may both have read them; one of the two stays.
    Ok(Arc::clone(SYSTEM.get_or_init(|| verifier)))
}

fn place() -> Result<PathBuf, Error> {
    if let Some(file) = env::var_os("SSL_CERT_FILE").filter(|file| !file.is_empty()) {
        return Ok(file.into());
    }
    let found = PLACES.iter().map(Path::new).find(|place| place.is_file());
    found.map(Path::to_owned).ok_or_else(|| Error::Roots {
        place: "this system".into(),
        reason: "no file of root certificates is in any of the usual places".into(),
    })
}

/// The certificates of a PEM file. Those that cannot be read are passed over, for one bad root
/// among 150 is no reason to believe none.
///
/// # Errors
/// [`Error::Roots`] if the file cannot be read, or holds none that can.
pub fn from_file(path: &Path) -> Result<Roots, Error> {
    let wrong = |reason: String| Error::Roots { place: path.display().to_string(), reason };
    let text = fs::read(path).map_err(|error| wrong(said(&error)))?;
    let (roots, skipped) = Roots::from_pem(&text);
    if roots.is_empty() {
        return Err(wrong(match skipped.first() {
            Some(error) => format!("no certificate in it can be read: {error}"),
            None => "there is no certificate in it".to_owned(),
        }));
    }
    Ok(roots)
}

/// The certificates of all PEM files in a folder.
///
/// # Errors
/// [`Error::Roots`] if the folder cannot be read, or no file in it holds one that can.
pub fn from_directory(path: &Path) -> Result<Roots, Error> {
    let wrong = |reason: String| Error::Roots { place: path.display().to_string(), reason };
    let mut roots = Roots::new();
    for entry in fs::read_dir(path).map_err(|error| wrong(said(&error)))? {
        let entry = entry.map_err(|error| wrong(said(&error)))?;
        // What is no file, or no certificate, may lie there too.
        if let Ok(found) = from_file(&entry.path()) {
            roots.extend(found.iter().cloned());
        }
    }
    if roots.is_empty() {
        return Err(wrong("no file in it holds a certificate".to_owned()));
    }
    Ok(roots)
}

/// "No such file or directory (os error 2)": the number helps nobody.
pub(super) fn said(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}
