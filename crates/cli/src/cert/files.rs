//! Files that are written whole or not at all, and never over others by accident.
//!
//! Invariant: a file that holds a key has mode 0600 from its first octet on.

use crate::exit::Failure;
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process,
};

/// A file to be written.
pub(super) struct NewFile {
    pub(super) path: PathBuf,
    pub(super) text: String,
    /// Whether only its owner may read it.
    pub(super) private: bool,
}

/// Writes all of them into a folder, which is made if it is not there. With `force`, files that
/// have these names are replaced.
///
/// # Errors
/// [`Failure`] that names the file; what was written before is taken away again.
pub(super) fn write(folder: &Path, files: &[NewFile], force: bool) -> Result<(), Failure> {
    let failed =
        |path: &Path, error: &io::Error| Failure::new(1, format!("{}: {error}", path.display()));
    if !force && let Some(there) = files.iter().find(|file| file.path.symlink_metadata().is_ok()) {
        return Err(exists(&there.path));
    }
    if !folder.as_os_str().is_empty() {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    for (done, file) in files.iter().enumerate() {
        let Err(error) = one(file, force) else { continue };
        if !force {
            let before = files.iter().take(done);
            before.for_each(|file| drop(fs::remove_file(&file.path)));
        }
        // Somebody else was quicker.
        return Err(match error.kind() {
            io::ErrorKind::AlreadyExists => exists(&file.path),
            _ => failed(&file.path, &error),
        });
    }
    Ok(())
}

fn exists(path: &Path) -> Failure {
    let (folder, shown) = (path.with_file_name(""), path.display());
    let folder = folder.display();
    let other = if path.ends_with("ca-key.pem") {
        format!("; --ca-cert {folder}ca.pem --ca-key {folder}ca-key.pem signs with it")
    } else {
        String::new()
    };
    let line =
        format!("{shown}: there already{other}; --force replaces it, --out DIR goes elsewhere");
    Failure::new(1, line)
}

/// Under a name of its own first, so that nobody sees a part of it.
fn one(file: &NewFile, force: bool) -> io::Result<()> {
    let mut name = file.path.clone().into_os_string();
    name.push(format!(".{}", process::id()));
    let temporary = PathBuf::from(name);
    let mode = if file.private { 0o600 } else { 0o644 };
    let mut opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(&temporary)?;
    let written = opened.write_all(file.text.as_bytes()).and_then(|()| match force {
        true => fs::rename(&temporary, &file.path),
        // Unlike a renaming, a link does not replace what is there.
        false => fs::hard_link(&temporary, &file.path),
    });
    // Gone already where it was renamed.
    let _ = fs::remove_file(&temporary);
    written
}
