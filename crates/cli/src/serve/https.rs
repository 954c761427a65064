//! What `serve` shows to whoever comes by TLS, and how it changes while it runs.
//!
//! | identity                | on SIGHUP                        | by itself                       |
//! |-------------------------|----------------------------------|---------------------------------|
//! | `--cert`, `--key`       | the files are read again         | nothing                         |
//! | none given, kept        | as by itself                     | renewed, under the same key     |
//! | none given, not kept    | as by itself                     | renewed, under the same key     |
//!
//! Invariant: what is wrong with new files is said, and the old certificates stay.

use super::flags::HttpsOptions;
use crate::{exit::Failure, terminal::say};
use client::tls::KeyLogFile;
use server::{
    Certificates, Tls,
    identity::{self, Identity, IdentityError},
};
use std::{
    fs,
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, SystemTime},
};
use tls::ClientAuth;
use x509::{Roots, SigningKey, Verifier};

/// Octets of early data that are taken: a few requests. They are answered early only where a file
/// is read.
const EARLY_DATA: u32 = 16 * 1024;

/// How often the automatic certificate's age is looked at. Sleeping machines make long spans
/// longer, and a look costs nothing.
const LOOK: Duration = Duration::from_secs(3600);

/// Where the certificates come from.
#[derive(Clone)]
enum Source {
    Files(Vec<(PathBuf, PathBuf)>),
    /// Made here, and kept in a folder.
    Kept(PathBuf),
    /// Made here, and kept nowhere: the key as PKCS #8 has it.
    Fleeting(Vec<u8>),
}

/// TLS for `serve`.
pub(super) struct Https {
    pub(super) tls: Arc<Tls>,
    certificates: Arc<Certificates>,
    source: Source,
    /// The line that says what is shown.
    pub(super) line: String,
}

impl Https {
    /// Reads or makes the certificates.
    ///
    /// # Errors
    /// [`Failure`] with one line.
    pub(super) fn new(options: &HttpsOptions) -> Result<Self, Failure> {
        let failed = |error: IdentityError| Failure::new(1, format!("cannot serve https: {error}"));
        let (source, note) = source(options).map_err(failed)?;
        let identities = source.read().map_err(failed)?;
        let line = shown(&identities) + &note;
        let certificates = Certificates::of(identities).map_err(failed)?;
        let mut config = Tls::config_for(certificates.clone());
        config.early_data = EARLY_DATA;
        if let Some(file) = &options.client_ca {
            config.client_auth = ClientAuth::Required(Arc::new(verifier(file)?));
        }
        if let Some(file) = &options.key_log {
            let opened = KeyLogFile::open(file).map_err(|error| {
                Failure::new(1, format!("cannot write {}: {error}", file.display()))
            })?;
            config.key_log = Some(Arc::new(opened));
        }
        Ok(Self { tls: Tls::with(config), certificates, source, line })
    }

    /// Reads or makes them again; says what came of it.
    pub(super) fn reload(&self) {
        let read = self.source.read();
        let line = read.as_ref().map(|identities| shown(identities)).unwrap_or_default();
        match read.and_then(|identities| self.certificates.replace(identities)) {
            Ok(()) => say(&line),
            Err(error) => say(&format!("the old certificates stay: {error}")),
        }
    }

    /// Renews what was made here, as long as the program runs.
    pub(super) fn keep_fresh(&self) {
        if matches!(self.source, Source::Files(_)) {
            return;
        }
        let (source, certificates) = (self.source.clone(), self.certificates.clone());
        let watch = move || {
            loop {
                thread::sleep(LOOK);
                let renewed = source.read().and_then(|new| certificates.replace(new));
                if let Err(error) = renewed {
                    say(&format!("the certificate cannot be renewed: {error}"));
                }
            }
        };
        if let Err(error) = thread::Builder::new().name("certificate".into()).spawn(watch) {
            say(&format!("the certificate will not be renewed: {error}"));
        }
    }
}

/// The certificates of the command line, or our own; and what is to be said of them.
fn source(options: &HttpsOptions) -> Result<(Source, String), IdentityError> {
    if !options.pairs.is_empty() {
        return Ok((Source::Files(options.pairs.clone()), String::new()));
    }
    let now = SystemTime::now().into();
    let fleeting = |why: &str| {
        let key = Identity::generate(now)?.key().to_pkcs8().to_vec();
        Ok((Source::Fleeting(key), format!("; it is not kept: {why}")))
    };
    let Some(folder) = identity::folder() else { return fleeting("there is no home folder") };
    match identity::automatic(&folder, now) {
        // A home that cannot be written, in a container say, is no reason not to serve.
        Err(error @ IdentityError::File { .. }) if !folder.join("key.pem").exists() => {
            fleeting(&error.to_string())
        }
        Err(error) => Err(error),
        Ok(_) => Ok((Source::Kept(folder), String::new())),
    }
}

impl Source {
    fn read(&self) -> Result<Vec<Identity>, IdentityError> {
        let now = SystemTime::now().into();
        match self {
            Self::Files(pairs) => {
                pairs.iter().map(|(certificate, key)| Identity::read(certificate, key)).collect()
            }
            Self::Kept(folder) => Ok(vec![identity::automatic(folder, now)?]),
            Self::Fleeting(key) => {
                let key = SigningKey::from_pkcs8(key)?;
                Ok(vec![Identity::of_key(key, now)?])
            }
        }
    }
}

/// `certificate for localhost, 127.0.0.1, ::1 until …; SPKI sha256 …`
fn shown(identities: &[Identity]) -> String {
    let one = |identity: &Identity| {
        let until = http::date::format(identity.expires());
        let names = identity.names().join(", ");
        format!(
            "certificate for {names}, until {}; its key's SHA-256: {}",
            until.as_str(),
            identity.spki_sha256()
        )
    };
    identities.iter().map(one).collect::<Vec<_>>().join("\nwirebook: ")
}

/// Believes clients that a certificate of `file` leads to.
fn verifier(file: &PathBuf) -> Result<Verifier, Failure> {
    let failed = |why: String| Failure::new(1, format!("cannot use {}: {why}", file.display()));
    let text = fs::read(file).map_err(|error| failed(error.to_string()))?;
    let (roots, skipped) = Roots::from_pem(&text);
    if roots.is_empty() {
        let why = skipped.first().map_or("no certificate in it".into(), ToString::to_string);
        return Err(failed(why));
    }
    Ok(Verifier::new(roots))
}
