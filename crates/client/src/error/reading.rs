//! Errors on their way through [`Read`](io::Read).

use super::Error;
use std::io;

/// For [`Read`](io::Read), which knows only `io::Error`. The kind says what a caller can act upon;
/// [`Error::from_read`] gets the whole back.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Timeout(_) => io::ErrorKind::TimedOut,
            Error::Partial { .. }
            | Error::EmptyReply { .. }
            | Error::PartialHead { .. }
            | Error::TlsCut { .. }
            | Error::Truncated { .. } => io::ErrorKind::UnexpectedEof,
            Error::Malformed { .. }
            | Error::MalformedBody { .. }
            | Error::Http2 { .. }
            | Error::Http3 { .. }
            | Error::Quic { .. }
            | Error::Tls { .. }
            | Error::TlsBroken { .. }
            | Error::Certificate { .. }
            | Error::Coding { .. }
            | Error::Bomb { .. } => io::ErrorKind::InvalidData,
            Error::Send { source, .. } | Error::Receive { source, .. } => source.kind(),
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}
