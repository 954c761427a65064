//! What a response carries, when all of it is known at once.
//!
//! A file is never read into memory whole: the connection counts its octets, and the driver lets
//! the kernel copy them from the page cache to the socket.

use std::{fs::File, sync::Arc};

/// A response's content.
#[derive(Debug, Default)]
pub enum Payload {
    /// None at all.
    #[default]
    Empty,
    /// Octets that live as long as the program.
    Static(&'static [u8]),
    /// Octets made for this response.
    Octets(Vec<u8>),
    /// Octets that many responses share.
    Shared(Arc<[u8]>),
    /// Several pieces one after another: parts of files, and octets between them.
    Parts(Vec<Part>),
}

/// A piece of a [`Payload::Parts`].
#[derive(Debug)]
pub enum Part {
    /// Octets in memory.
    Octets(Vec<u8>),
    /// Octets of a file.
    File(FilePart),
}

/// `length` octets of a file from `offset` on.
#[derive(Debug)]
pub struct FilePart {
    /// The open file. Its length may change while we send; then the connection is cut, since the
    /// length was promised already.
    pub file: Arc<File>,
    /// Where the rest begins.
    pub offset: u64,
    /// Octets left to send.
    pub length: u64,
}

impl Payload {
    /// Octets in all.
    pub fn len(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Static(octets) => octets.len() as u64,
            Self::Octets(octets) => octets.len() as u64,
            Self::Shared(octets) => octets.len() as u64,
            Self::Parts(parts) => parts.iter().map(Part::len).sum(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Part {
    /// Octets of this piece.
    pub fn len(&self) -> u64 {
        match self {
            Self::Octets(octets) => octets.len() as u64,
            Self::File(part) => part.length,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<()> for Payload {
    fn from((): ()) -> Self {
        Self::Empty
    }
}

impl From<&'static str> for Payload {
    fn from(text: &'static str) -> Self {
        Self::Static(text.as_bytes())
    }
}

impl From<&'static [u8]> for Payload {
    fn from(octets: &'static [u8]) -> Self {
        Self::Static(octets)
    }
}

impl From<String> for Payload {
    fn from(text: String) -> Self {
        Self::Octets(text.into_bytes())
    }
}

impl From<Vec<u8>> for Payload {
    fn from(octets: Vec<u8>) -> Self {
        Self::Octets(octets)
    }
}

impl From<Arc<[u8]>> for Payload {
    fn from(octets: Arc<[u8]>) -> Self {
        Self::Shared(octets)
    }
}

impl From<FilePart> for Payload {
    fn from(part: FilePart) -> Self {
        Self::Parts(vec![Part::File(part)])
    }
}
