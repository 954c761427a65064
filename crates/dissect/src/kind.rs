//! The parsers that can be asked, by name.

use http::Method;
use std::{fmt, str::FromStr};
use wire::{Note, Notes, Reader};

/// What the octets are said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// HTTP/1.0 or 1.1 requests, one behind the other, as a server reads them.
    Http1Request,
    /// HTTP/1.0 or 1.1 responses to GET, one behind the other, as a client reads them.
    Http1Response,
}

impl Kind {
    /// Every kind, for help texts and tests.
    pub const ALL: [Self; 2] = [Self::Http1Request, Self::Http1Response];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http1Request => "http1-request",
            Self::Http1Response => "http1-response",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No parser has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing here reads `{0}`; there are http1-request and http1-response")]
pub struct UnknownKind(pub String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let known = Self::ALL.into_iter().find(|kind| kind.name() == name);
        known.ok_or_else(|| UnknownKind(name.into()))
    }
}

/// What a parser made of some octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dissection {
    /// What it read, in order.
    pub notes: Vec<Note>,
    /// Octets that it read.
    pub read: usize,
    /// Why it stopped before the end, if it did: the field, the offset and the rule.
    pub error: Option<String>,
}

/// Lets the parser of `kind` read `octets`, message after message.
pub fn dissect(kind: Kind, octets: &[u8]) -> Dissection {
    let notes = Notes::default();
    let mut reader = Reader::observed(octets, &notes);
    let limits = http1::Limits::default();
    let mut error = None;
    while !reader.is_empty() && error.is_none() {
        let before = reader.offset();
        let result = match kind {
            Kind::Http1Request => http1::head::dissect_request(&mut reader, &limits).map(|_| ()),
            Kind::Http1Response => {
                http1::head::dissect_response(&mut reader, &Method::Get, &limits).map(|_| ())
            }
        };
        error = result.err().map(|error| match before {
            0 => error.to_string(),
            // Parsers count from the start of what they parse.
            before => format!("{error}, in the message that begins at octet {before}"),
        });
        if error.is_none() && reader.offset() == before {
            break;
        }
    }
    Dissection { notes: notes.take(), read: reader.offset(), error }
}
