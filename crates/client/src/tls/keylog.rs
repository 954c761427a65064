//! A key log in a file, for Wireshark and its like.
//!
//! Whoever has the file reads the connections, so nobody but its owner may read it.
//!
//! Invariant: a line is written with one call, so that those of two programs do not mix.

use super::KeyLog;
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// A file to which the secrets of each connection are added.
#[derive(Debug)]
pub struct KeyLogFile(File);

impl KeyLogFile {
    /// Opens the file, or makes it (0600); what is in it stays.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true).mode(0o600).open(path).map(Self)
    }
}

impl KeyLog for KeyLogFile {
    fn line(&self, line: &str) {
        // A full disk is no reason to break the connection.
        let _ = (&self.0).write_all(format!("{line}\n").as_bytes());
    }
}
