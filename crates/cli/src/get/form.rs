//! `multipart/form-data`: what a browser sends for a form with files.
//!
//! RFC 7578, RFC 2046 §5.1
//!
//! ```text
//! --boundary CRLF
//! Content-Disposition: form-data; name="a"; filename="f" CRLF
//! Content-Type: text/plain CRLF CRLF
//! octets CRLF
//! --boundary-- CRLF
//! ```
//!
//! Invariant: files are streamed, and the whole can be sent again: it is one seekable reader over
//! pieces whose lengths are known before the first octet goes.

use crate::args::{UsageError, as_text, read_file};
use std::{
    collections::hash_map::RandomState,
    ffi::OsStr,
    fmt::Write as _,
    fs::File,
    hash::{BuildHasher, Hasher},
    io::{self, Read, Seek, SeekFrom},
};

/// A form that is being put together.
#[derive(Debug, Default)]
pub(super) struct Form {
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    name: String,
    file_name: Option<String>,
    media_type: Option<String>,
    piece: Piece,
}

/// A run of octets whose length is known.
#[derive(Debug)]
enum Piece {
    Octets(Vec<u8>),
    File(File, u64),
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Self::Octets(octets) => octets.len() as u64,
            Self::File(_, length) => *length,
        }
    }
}

impl Form {
    /// Adds what `-F` says: `name=value`, `name=@file`, `name=<file`.
    ///
    /// # Errors
    /// No `=`, a file that cannot be opened, an attribute that nobody knows.
    pub(super) fn add(&mut self, flag: &'static str, value: &OsStr) -> Result<(), UsageError> {
        let text = as_text(flag, value)?;
        let Some((name, value)) = text.split_once('=') else {
            return Err(UsageError::value(flag, text, "it must be NAME=VALUE"));
        };
        let mut part = Part {
            name: name.to_owned(),
            file_name: None,
            media_type: None,
            piece: Piece::Octets(Vec::new()),
        };
        if flag == "form-string" {
            part.piece = Piece::Octets(value.as_bytes().to_vec());
            self.parts.push(part);
            return Ok(());
        }
        let mut attributes = value.split(';');
        let content = attributes.next().unwrap_or_default();
        for attribute in attributes {
            match attribute.trim_start().split_once('=') {
                Some(("type", value)) => part.media_type = Some(value.to_owned()),
                Some(("filename", value)) => {
                    part.file_name = Some(value.trim_matches('"').to_owned());
                }
                _ => {
                    let reason = format!("{attribute:?} is neither type= nor filename=");
                    return Err(UsageError::value(flag, text, reason));
                }
            }
        }
        if let Some(path) = content.strip_prefix('@') {
            part.file(flag, path)?;
        } else if let Some(path) = content.strip_prefix('<') {
            part.piece = Piece::Octets(read_file(flag, OsStr::new(path))?);
        } else {
            part.piece = Piece::Octets(content.as_bytes().to_vec());
        }
        self.parts.push(part);
        Ok(())
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The value of `Content-Type`, and the content.
    pub(super) fn finish(self) -> (String, Reader) {
        let boundary = boundary();
        let mut pieces = Vec::new();
        for part in self.parts {
            pieces.push(Piece::Octets(part.head(&boundary).into_bytes()));
            pieces.push(part.piece);
            pieces.push(Piece::Octets(b"\r\n".to_vec()));
        }
        pieces.push(Piece::Octets(format!("--{boundary}--\r\n").into_bytes()));
        (format!("multipart/form-data; boundary={boundary}"), Reader::new(pieces))
    }
}

impl Part {
    /// The part is a file.
    fn file(&mut self, flag: &'static str, path: &str) -> Result<(), UsageError> {
        let wrong = |error: io::Error| UsageError::value(flag, path, error);
        if path == "-" {
            self.piece = Piece::Octets(read_file(flag, OsStr::new(path))?);
        } else {
            let file = File::open(path).map_err(wrong)?;
            let about = file.metadata().map_err(wrong)?;
            self.piece = if about.is_file() {
                Piece::File(file, about.len())
            } else {
                // A pipe does not say how long it is.
                Piece::Octets(read_file(flag, OsStr::new(path))?)
            };
        }
        let last = path.rsplit('/').next().unwrap_or(path);
        self.file_name.get_or_insert_with(|| last.to_owned());
        // Without its charset, of which we know nothing.
        let guessed = http::media::for_path(path).split(';').next().unwrap_or_default();
        self.media_type.get_or_insert_with(|| guessed.to_owned());
        Ok(())
    }

    fn head(&self, boundary: &str) -> String {
        let mut head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
            quoted(&self.name)
        );
        // Writing to a `String` cannot fail.
        if let Some(file_name) = &self.file_name {
            let _ = write!(head, "; filename=\"{}\"", quoted(file_name));
        }
        if let Some(media_type) = &self.media_type {
            let _ = write!(head, "\r\nContent-Type: {}", media_type.replace(['\r', '\n'], " "));
        }
        head.push_str("\r\n\r\n");
        head
    }
}

/// A name inside quotes as browsers write it (RFC 7578 §4.2, and the HTML standard): three octets
/// are percent-encoded, all others, Korean as well, stay.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A line that none of the parts holds: 64 random bits make sure of that.
fn boundary() -> String {
    let random = RandomState::new().build_hasher().finish();
    format!("------------------------{random:016x}")
}

/// All pieces one after the other.
#[derive(Debug)]
pub(super) struct Reader {
    pieces: Vec<Piece>,
    at: u64,
}

impl Reader {
    fn new(pieces: Vec<Piece>) -> Self {
        Self { pieces, at: 0 }
    }

    fn length(&self) -> u64 {
        self.pieces.iter().map(Piece::length).sum()
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut begin = 0;
        for piece in &mut self.pieces {
            let end = begin + piece.length();
            if self.at >= end {
                begin = end;
                continue;
            }
            let inside = self.at - begin;
            let most = usize::try_from(end - self.at).unwrap_or(usize::MAX).min(buffer.len());
            let room = buffer.get_mut(..most).unwrap_or_default();
            let read = match piece {
                Piece::Octets(octets) => {
                    let from = usize::try_from(inside).unwrap_or(usize::MAX);
                    octets.get(from..).unwrap_or_default().read(room)?
                }
                Piece::File(file, _) => {
                    file.seek(SeekFrom::Start(inside))?;
                    file.read(room)?
                }
            };
            if read == 0 && most > 0 {
                let why = "a file of the form became shorter while it was sent";
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
            }
            self.at += read as u64;
            return Ok(read);
        }
        Ok(0)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(parts: &[(&'static str, &str)]) -> (String, String) {
        let mut form = Form::default();
        for (flag, value) in parts {
            form.add(flag, OsStr::new(value)).unwrap();
        }
        let (media_type, mut reader) = form.finish();
        let boundary = media_type.split_once("boundary=").unwrap().1.to_owned();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text.len() as u64, reader.length());
        // The same again after going back.
        reader.rewind().unwrap();
        let mut again = String::new();
        reader.read_to_string(&mut again).unwrap();
        assert_eq!(text, again);
        (boundary.clone(), text.replace(&boundary, "B"))
    }

    #[test]
    fn fields_and_files_are_parts() {
        let folder = testkit::TempDir::new("form");
        let path = folder.path().join("길.txt");
        std::fs::write(&path, "hello").unwrap();
        let (boundary, text) = made(&[
            ("form", "a=1"),
            ("form", &format!("f=@{}", path.display())),
            ("form", &format!("t=<{};type=text/x", path.display())),
            ("form-string", "raw=@x;type=y"),
            ("form", "q\"=v;filename=n"),
        ]);
        assert_eq!(boundary.len(), 40);
        assert_eq!(
            text,
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
             --B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"길.txt\"\r\n\
             Content-Type: text/plain\r\n\r\nhello\r\n\
             --B\r\nContent-Disposition: form-data; name=\"t\"\r\nContent-Type: text/x\r\n\r\nhello\r\n\
             --B\r\nContent-Disposition: form-data; name=\"raw\"\r\n\r\n@x;type=y\r\n\
             --B\r\nContent-Disposition: form-data; name=\"q%22\"; filename=\"n\"\r\n\r\nv\r\n\
             --B--\r\n"
        );
    }

    #[test]
    fn what_is_no_part_is_said() {
        let error = |value: &str| Form::default().add("form", OsStr::new(value)).unwrap_err();
        assert!(error("a").to_string().contains("NAME=VALUE"));
        assert!(error("a=b;colour=red").to_string().contains("neither type= nor filename="));
        assert!(error("a=@/nowhere/at/all").to_string().contains("/nowhere/at/all"));
    }

    #[test]
    fn two_boundaries_differ() {
        assert_ne!(boundary(), boundary());
    }
}
