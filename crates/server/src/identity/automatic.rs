//! The identity of a server that was given none: made once, kept, and renewed under the same key.
//!
//! | file               | mode | what                                                |
//! |--------------------|------|-----------------------------------------------------|
//! | `key.pem`          | 0600 | the key, for good                                   |
//! | `certificate.pem`  | 0644 | its certificate, replaced before it is over         |
//!
//! Several servers may start at the same time: a file appears under its name whole or not at all,
//! and of two keys the one that was there first stays.

use super::{Identity, IdentityError, NAMES, read_key};
use std::{
    env,
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};
use wire::UnixTime;
use x509::SigningKey;

/// Where the automatic identity is kept: `$XDG_DATA_HOME/wirebook`, or where that stands for
/// nothing, `~/.local/share/wirebook`. `None` for a user without a home.
pub fn folder() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))?;
    Some(data.join("wirebook"))
}

/// The identity that is kept in `folder`: made where there is none, with a new certificate under
/// the same key where a third or less of the old one's time is left at `now`.
///
/// # Errors
/// [`IdentityError`], which names the file. A key that cannot be read is never replaced.
pub fn automatic(folder: &Path, now: UnixTime) -> Result<Identity, IdentityError> {
    let (key_path, path) = (folder.join("key.pem"), folder.join("certificate.pem"));
    let key = match read_key(&key_path) {
        Err(IdentityError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            make_key(folder, &key_path)?
        }
        read => read?,
    };
    // Whatever is wrong with the certificate, another one helps.
    if let Ok(kept) = Identity::read(&path, &key_path)
        && kept.names() == NAMES
        && kept.chain().first().is_some_and(|own| {
            own.validity().not_before <= now && !own.validity().is_nearly_over(now)
        })
    {
        return Ok(kept);
    }
    let made = Identity::of_key(key, now)?;
    let text: String = made.chain().iter().map(x509::Certificate::to_pem).collect();
    let temporary = write_beside(&path, text.as_bytes(), 0o644)?;
    fs::rename(&temporary, &path).map_err(IdentityError::file(&path))?;
    Ok(made)
}

fn make_key(folder: &Path, path: &Path) -> Result<SigningKey, IdentityError> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(IdentityError::file(folder))?;
    let key = SigningKey::generate_p256()?;
    let temporary = write_beside(path, key.to_pkcs8_pem().as_bytes(), 0o600)?;
    // Unlike a renaming, a link does not replace what is there.
    let linked = fs::hard_link(&temporary, path);
    let _ = fs::remove_file(&temporary);
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read_key(path),
        Err(error) => Err(IdentityError::file(path)(error)),
    }
}

/// Writes a file of a name that nobody else takes, in the folder of `path`.
fn write_beside(path: &Path, octets: &[u8], mode: u32) -> Result<PathBuf, IdentityError> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let temporary = path.with_extension(format!("{}-{number}", process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(mode);
    let written = match options.open(&temporary) {
        // What an ended process of the same number left there.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(&temporary).and_then(|()| options.open(&temporary))
        }
        opened => opened,
    }
    .and_then(|mut file| file.write_all(octets).and_then(|()| file.sync_all()));
    written.map_err(IdentityError::file(&temporary))?;
    Ok(temporary)
}
