//! What a request carries: octets at hand, or a reader that yields them as they are sent.
//!
//! RFC 9110 §6.4, RFC 9112 §6 and §7
//!
//! | made by             | framing              | can be sent again        |
//! |---------------------|----------------------|--------------------------|
//! | `Content::empty`    | none                 | yes                      |
//! | `Content::bytes`    | `Content-Length`     | yes                      |
//! | `Content::seekable` | `Content-Length`     | yes: rewinds             |
//! | `Content::sized`    | `Content-Length`     | no                       |
//! | `Content::reader`   | chunked              | no                       |
//!
//! "Again" matters more than it seems: a 307, a Digest challenge and a connection that died all ask
//! for the same content once more.
//!
//! Invariant: at most one buffer of a reader's octets is in memory at a time.

use crate::Error;
use std::{
    fmt,
    io::{self, Read, Seek, SeekFrom},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A request's content.
#[derive(Clone, Default)]
pub struct Content {
    kind: Kind,
}

#[derive(Clone, Default)]
enum Kind {
    #[default]
    Empty,
    Bytes(Arc<[u8]>),
    Stream {
        source: Arc<Mutex<Source>>,
        length: Option<u64>,
    },
}

/// A reader, and whether it can go back.
struct Source {
    reader: Reader,
    /// Octets were taken since it stood at its start.
    touched: bool,
}

enum Reader {
    Once(Box<dyn Read + Send>),
    Seekable(Box<dyn ReadSeek>, u64),
}

trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

impl Content {
    /// None at all: no `Content-Length`, no octets.
    pub fn empty() -> Self {
        Self::default()
    }

    /// These octets, which may be none: then `Content-Length: 0` says so.
    pub fn bytes(octets: impl Into<Arc<[u8]>>) -> Self {
        Self { kind: Kind::Bytes(octets.into()) }
    }

    /// Whatever `reader` yields until its end, in chunks.
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Self::stream(Reader::Once(Box::new(reader)), None)
    }

    /// Exactly `length` octets of `reader`; more or fewer are an error while sending.
    pub fn sized(reader: impl Read + Send + 'static, length: u64) -> Self {
        Self::stream(Reader::Once(Box::new(reader)), Some(length))
    }

    /// From where `reader` stands to its end, as often as needed: a file.
    ///
    /// # Errors
    /// What seeking answers: a pipe cannot.
    pub fn seekable(mut reader: impl Read + Seek + Send + 'static) -> io::Result<Self> {
        let start = reader.stream_position()?;
        let end = reader.seek(SeekFrom::End(0))?;
        reader.seek(SeekFrom::Start(start))?;
        let length = end.saturating_sub(start);
        Ok(Self::stream(Reader::Seekable(Box::new(reader), start), Some(length)))
    }

    fn stream(reader: Reader, length: Option<u64>) -> Self {
        let source = Source { reader, touched: false };
        Self { kind: Kind::Stream { source: Arc::new(Mutex::new(source)), length } }
    }

    /// How many octets there will be, if that is known.
    pub fn length(&self) -> Option<u64> {
        match &self.kind {
            Kind::Empty => Some(0),
            Kind::Bytes(octets) => Some(octets.len() as u64),
            Kind::Stream { length, .. } => *length,
        }
    }

    /// Whether there is none, as opposed to content of no octets.
    pub fn is_none(&self) -> bool {
        matches!(self.kind, Kind::Empty)
    }

    /// The octets, if they are at hand.
    pub(crate) fn as_bytes(&self) -> Option<&Arc<[u8]>> {
        match &self.kind {
            Kind::Bytes(octets) => Some(octets),
            _ => None,
        }
    }

    /// Whether it can be sent once more, now.
    pub fn is_replayable(&self) -> bool {
        match &self.kind {
            Kind::Empty | Kind::Bytes(_) => true,
            Kind::Stream { source, .. } => {
                let source = lock(source);
                !source.touched || matches!(source.reader, Reader::Seekable(..))
            }
        }
    }

    /// Goes back to the start, for whom `why` names.
    ///
    /// # Errors
    /// [`Error::NotReplayable`]; [`Error::Content`] where seeking fails.
    pub(crate) fn rewind(&self, why: &'static str) -> Result<(), Error> {
        let Kind::Stream { source, .. } = &self.kind else { return Ok(()) };
        let mut source = lock(source);
        if !source.touched {
            return Ok(());
        }
        match &mut source.reader {
            Reader::Once(_) => return Err(Error::NotReplayable { why }),
            Reader::Seekable(reader, start) => {
                reader.seek(SeekFrom::Start(*start)).map_err(Error::Content)?;
            }
        }
        source.touched = false;
        Ok(())
    }

    /// The next octets of a reader, at most as many as `buffer` holds; none at the end. For octets
    /// at hand there is `as_bytes`.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        let Kind::Stream { source, .. } = &self.kind else { return Ok(0) };
        let mut source = lock(source);
        source.touched = true;
        loop {
            let read = match &mut source.reader {
                Reader::Once(reader) => reader.read(buffer),
                Reader::Seekable(reader, _) => reader.read(buffer),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other.map_err(Error::Content),
            }
        }
    }
}

/// A reader that panicked in another thread has not harmed the flag beside it.
fn lock(source: &Mutex<Source>) -> MutexGuard<'_, Source> {
    source.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.kind, self.length()) {
            (Kind::Empty, _) => f.write_str("no content"),
            (_, Some(length)) => write!(f, "{length} octets"),
            (_, None) => f.write_str("a stream"),
        }
    }
}

macro_rules! from_octets {
    ($($kind:ty),*) => {
        $(impl From<$kind> for Content {
            fn from(octets: $kind) -> Self {
                Self::bytes(Arc::<[u8]>::from(Vec::<u8>::from(octets)))
            }
        })*
    };
}

from_octets!(&str, String, Vec<u8>, &[u8]);

impl<const N: usize> From<&[u8; N]> for Content {
    fn from(octets: &[u8; N]) -> Self {
        Self::bytes(Arc::<[u8]>::from(octets.as_slice()))
    }
}

impl From<Arc<[u8]>> for Content {
    fn from(octets: Arc<[u8]>) -> Self {
        Self::bytes(octets)
    }
}
