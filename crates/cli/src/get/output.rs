//! Where the body goes: standard output, a file, or nowhere.
//!
//! ```text
//!   body ──► Output ──► file            made when the first octet comes, or at a good end
//!                  ├──► standard output nothing gathers on the way
//!                  └──► nowhere         -I
//! ```
//!
//! Invariant: a transfer that fails before its first octet leaves no file, and one that fails
//! behind it leaves one that the error message names.
//!
//! Invariant: what may be binary does not reach a terminal by accident.

use std::{
    ffi::OsString,
    fs::{File, OpenOptions},
    io::{self, IsTerminal, Write},
    os::fd::AsFd,
    path::PathBuf,
};

/// What was said about one URL's body; of most, nothing, and they go to standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// `-o -`: whatever it is.
    StdoutAnyway,
    /// `-o FILE`.
    File(PathBuf),
    /// `-O`.
    RemoteName,
}

impl Target {
    /// What `-o` says.
    pub(super) fn named(file: OsString) -> Self {
        if file == "-" { Self::StdoutAnyway } else { Self::File(file.into()) }
    }
}

/// A place that takes octets.
pub(super) struct Output {
    to: To,
    /// How many octets it took.
    pub(super) written: u64,
    guarded: bool,
}

enum To {
    Stdout(File),
    File { path: PathBuf, append: bool, file: Option<File> },
}

/// The refusal to write binary octets to a terminal.
#[derive(Debug, thiserror::Error)]
#[error("the body is binary and would garble the terminal: -o FILE saves it, -o - shows it anyway")]
pub(super) struct WouldGarble;

impl Output {
    /// Standard output; `anyway` lets binary octets through to a terminal.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn stdout(anyway: bool) -> io::Result<Self> {
        let stdout = io::stdout();
        let guarded = !anyway && stdout.is_terminal();
        // std's standard output gathers lines; here whole buffers go through as they are.
        let file = File::from(stdout.as_fd().try_clone_to_owned()?);
        Ok(Self { to: To::Stdout(file), written: 0, guarded })
    }

    /// A file that is made when it is needed; `append` goes on behind what is there.
    pub(super) fn file(path: PathBuf, append: bool) -> Self {
        Self { to: To::File { path, append, file: None }, written: 0, guarded: false }
    }

    /// The file, if it is one and has been made.
    pub(super) fn made(&self) -> Option<&std::path::Path> {
        match &self.to {
            To::File { path, file: Some(_), .. } => Some(path),
            _ => None,
        }
    }

    /// The name of the place, for messages.
    pub(super) fn name(&self) -> String {
        match &self.to {
            To::Stdout(_) => "standard output".into(),
            To::File { path, .. } => path.display().to_string(),
        }
    }

    /// Writes heads; a terminal gets no control characters that a peer chose.
    ///
    /// # Errors
    /// What writing answers.
    pub(super) fn write_head(&mut self, heads: &[u8]) -> io::Result<()> {
        if !self.guarded {
            return self.write_all(heads);
        }
        for line in heads.split_inclusive(|octet| *octet == b'\n') {
            let line = view::visible_octets(line.trim_ascii_end());
            self.write_all(format!("{line}\r\n").as_bytes())?;
        }
        Ok(())
    }

    /// The transfer has come to a good end: a file is there, even if nothing was in it.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.open()?.flush()
    }

    fn open(&mut self) -> io::Result<&mut File> {
        match &mut self.to {
            To::Stdout(file) => Ok(file),
            To::File { file: Some(file), .. } => Ok(file),
            To::File { path, append, file } => {
                let mut options = OpenOptions::new();
                options.create(true).append(*append).write(true).truncate(!*append);
                Ok(file.insert(options.open(path)?))
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.guarded && octets.contains(&0) {
            return Err(io::Error::other(WouldGarble));
        }
        let written = self.open()?.write(octets)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The last part of the URL's path as somebody typed it, which names the file for `-O`.
pub(super) fn remote_name(url: &str) -> Option<&str> {
    let behind = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = behind.split(['?', '#']).next().unwrap_or_default();
    let (_, name) = path.rsplit_once('/')?;
    // Such a name is no file, or one in another folder.
    (!matches!(name, "" | "." | "..") && !name.contains('\0')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_of_the_path_is_the_name() {
        assert_eq!(remote_name("http://a/b/c.txt?q=/x#y"), Some("c.txt"));
        assert_eq!(remote_name("a/길"), Some("길"));
        for none in ["http://a", "a", "http://a/", "http://a/b/", "http://a/..", "http://a/?b/c"] {
            assert_eq!(remote_name(none), None, "{none}");
        }
    }

    #[test]
    fn a_file_is_made_when_it_is_needed() {
        let folder = testkit::TempDir::new("output");
        let path = folder.path().join("file");
        let mut output = Output::file(path.clone(), false);
        assert!(!path.exists() && output.made().is_none());
        output.finish().unwrap();
        assert!(path.exists());
        output.write_all(b"abc").unwrap();
        assert_eq!((output.written, output.made()), (3, Some(path.as_path())));
        Output::file(path.clone(), true).write_all(b"def").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"abcdef");
        Output::file(path.clone(), false).write_all(b"x").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
    }
}
