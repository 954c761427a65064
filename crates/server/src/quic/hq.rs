//! HTTP/0.9 over QUIC: a line for a question, a file for an answer, a stream for each.
//!
//! RFC 1945 §4.1 (Simple-Request); `hq-interop`, by which implementers test QUIC without HTTP/3
//!
//! ```text
//! stream  = "GET" SP path CRLF              client to server, then its end
//!         / *OCTET                          server to client: the file, then its end
//! ```
//!
//! There is no status. A file that is not there is answered with a reset, so that nobody takes
//! nothing for an empty file.
//!
//! Invariant: at most [`LINE`] octets are kept of a question, and nothing of an answer: what the
//! connection does not take is read from the file again when it does.

use super::Application;
use crate::files::{Root, Symlinks};
use quic::{Connection, Event, Handle, connection::ReadEnd, stream::StreamId};
use std::{collections::HashMap, fs::File, io, os::unix::fs::FileExt, path::Path};

/// What is spoken, as ALPN says it.
pub const ALPN: &[u8] = b"hq-interop";

/// Octets of a question.
const LINE: usize = 4096;

/// Octets read from a file at once.
const PIECE: usize = 64 * 1024;

/// The code of a reset: there is none in HTTP/0.9.
const REFUSED: u64 = 1;

/// What happens on a stream.
enum Stage {
    /// The question is not all here.
    Asked(Vec<u8>),
    /// The answer goes out.
    Answered { file: File, sent: u64, length: u64 },
}

/// Serves the files below a folder.
pub struct Hq {
    root: Root,
    streams: HashMap<(Handle, StreamId), Stage>,
    piece: Vec<u8>,
}

impl Hq {
    /// Serves what lies below `folder`.
    ///
    /// # Errors
    /// Where `folder` is not there, or is not a folder.
    pub fn new(folder: impl AsRef<Path>) -> io::Result<Self> {
        let root = Root::new(folder, Symlinks::Within)?;
        Ok(Self { root, streams: HashMap::new(), piece: vec![0; PIECE] })
    }

    /// Takes more of a question; answers it where it is whole.
    fn hear(&mut self, handle: Handle, connection: &mut Connection, stream: StreamId) {
        let key = (handle, stream);
        let stage = self.streams.entry(key).or_insert_with(|| Stage::Asked(Vec::new()));
        let Stage::Asked(line) = stage else {
            // Behind the line nothing is asked.
            let _ = connection.read(stream, |octets| octets.len());
            return;
        };
        let read = connection.read(stream, |octets| {
            line.extend_from_slice(octets.get(..LINE.min(octets.len())).unwrap_or_default());
            octets.len()
        });
        let ended = match read.map(|read| read.end) {
            Ok(ReadEnd::Open) => false,
            Ok(ReadEnd::End) => true,
            Ok(ReadEnd::Reset(_)) | Err(_) => {
                self.streams.remove(&key);
                let _ = connection.reset(stream, REFUSED);
                return;
            }
        };
        if !ended && !line.contains(&b'\n') && line.len() <= LINE {
            return;
        }
        match asked(line).and_then(|path| self.root.open(path).ok()) {
            Some((file, length)) => {
                self.streams.insert(key, Stage::Answered { file, sent: 0, length });
                self.answer(handle, connection, stream);
            }
            None => {
                self.streams.remove(&key);
                let _ = connection.reset(stream, REFUSED);
            }
        }
    }

    /// Sends as much of an answer as the connection takes.
    fn answer(&mut self, handle: Handle, connection: &mut Connection, stream: StreamId) {
        let key = (handle, stream);
        let Some(Stage::Answered { file, sent, length }) = self.streams.get_mut(&key) else {
            return;
        };
        while sent < length {
            let left = usize::try_from(*length - *sent).unwrap_or(PIECE).min(PIECE);
            let room = self.piece.get_mut(..left).unwrap_or_default();
            // A file that shrank, or cannot be read: the peer learns that this is not all of it.
            let Ok(read @ 1..) = file.read_at(room, *sent) else {
                let _ = connection.reset(stream, REFUSED);
                self.streams.remove(&key);
                return;
            };
            let Ok(taken) = connection.send(stream, room.get(..read).unwrap_or_default()) else {
                self.streams.remove(&key);
                return;
            };
            *sent += taken as u64;
            if taken < read {
                return;
            }
        }
        let _ = connection.finish(stream);
        self.streams.remove(&key);
    }
}

/// The path of a question.
fn asked(line: &[u8]) -> Option<&str> {
    let line = line.split(|octet| *octet == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?.strip_prefix("GET ")?;
    line.split_ascii_whitespace().next().filter(|path| path.starts_with('/'))
}

impl Application for Hq {
    fn event(&mut self, handle: Handle, connection: &mut Connection, event: Event) {
        match event {
            Event::Readable(stream)
                if stream.direction() == quic::stream::Direction::Bidirectional =>
            {
                self.hear(handle, connection, stream);
            }
            Event::Readable(stream) => {
                let _ = connection.stop_sending(stream, REFUSED);
            }
            Event::Writable(stream) => self.answer(handle, connection, stream),
            Event::Reset { stream, .. } | Event::Stopped { stream, .. } => {
                self.streams.remove(&(handle, stream));
            }
            _ => {}
        }
    }

    fn gone(&mut self, handle: Handle) {
        self.streams.retain(|(connection, _), _| *connection != handle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_a_line() {
        assert_eq!(asked(b"GET /a/b\r\n"), Some("/a/b"));
        assert_eq!(asked(b"GET /a\n/b"), Some("/a"));
        assert_eq!(asked(b"GET /a"), Some("/a"));
        for wrong in
            [&b"POST /a\r\n"[..], b"GET a\r\n", b"GET \r\n", b"\r\n", b"", b"GET /\xff\r\n"]
        {
            assert_eq!(asked(wrong), None);
        }
    }
}
