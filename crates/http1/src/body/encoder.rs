//! Content on its way out, held to what the head announced.
//!
//! RFC 9112 §6.2, §7.1
//!
//! ```text
//! chunk      = chunk-size CRLF chunk-data CRLF
//! last-chunk = "0" CRLF trailer-section CRLF
//! ```

use crate::{
    error::Misuse,
    framing,
    head::encode::{field, hexadecimal},
};
use http::HeaderMap;
use std::sync::Arc;
use wire::Output;

/// Applies a framing to what is sent.
#[derive(Debug, Default)]
pub(crate) enum Encoder {
    /// Nothing may be sent.
    #[default]
    None,
    /// Octets left.
    Length(u64),
    /// Each call is a chunk.
    Chunked,
    /// The end of the connection is the end.
    UntilClose,
    /// The head answers a HEAD, or is a 304: what is sent is counted as if, and dropped.
    Dropped,
}

/// A part of the content in whichever form the caller has it.
#[derive(Debug)]
pub(crate) enum Part<'a> {
    Octets(&'a [u8]),
    Owned(Vec<u8>),
    Shared(Arc<[u8]>),
    External(u64),
}

impl Part<'_> {
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Octets(octets) => octets.len() as u64,
            Self::Owned(octets) => octets.len() as u64,
            Self::Shared(octets) => octets.len() as u64,
            Self::External(length) => *length,
        }
    }

    fn put(self, out: &mut Output) {
        match self {
            Self::Octets(octets) => out.put(octets),
            Self::Owned(octets) => out.put_vec(octets),
            Self::Shared(octets) => out.put_shared(octets),
            Self::External(length) => out.put_external(length),
        }
    }
}

impl Encoder {
    /// Appends a part of the content.
    ///
    /// # Errors
    /// [`Misuse::TooLong`] past the announced length; nothing is written then.
    pub(crate) fn data(&mut self, part: Part<'_>, out: &mut Output) -> Result<(), Misuse> {
        let length = part.len();
        match self {
            Self::None => return Err(Misuse::TooLong { length: 0 }),
            Self::Length(left) => {
                *left = left.checked_sub(length).ok_or(Misuse::TooLong { length: *left })?;
                part.put(out);
            }
            // A chunk of size 0 would be the last.
            Self::Chunked if length > 0 => {
                out.write(|out| {
                    hexadecimal(out, length);
                    out.extend_from_slice(b"\r\n");
                });
                part.put(out);
                out.put(b"\r\n");
            }
            Self::UntilClose => part.put(out),
            Self::Chunked | Self::Dropped => {}
        }
        Ok(())
    }

    /// Appends the end.
    ///
    /// # Errors
    /// [`Misuse::TooShort`] where octets are missing; trailers that cannot be sent. The encoder is
    /// then as it was.
    pub(crate) fn end(
        &mut self,
        trailers: Option<&HeaderMap>,
        out: &mut Output,
    ) -> Result<(), Misuse> {
        let trailers = trailers.filter(|trailers| !trailers.is_empty());
        if trailers
            .into_iter()
            .flatten()
            .any(|(name, _)| framing::is_forbidden_trailer(name.as_bytes()))
        {
            return Err(Misuse::TrailerForbidden);
        }
        match self {
            Self::Length(missing) if *missing > 0 => {
                return Err(Misuse::TooShort { missing: *missing });
            }
            Self::Length(_) if trailers.is_some() => return Err(Misuse::TrailersNeedChunks),
            Self::Chunked => out.write(|out| {
                out.extend_from_slice(b"0\r\n");
                for (name, value) in trailers.into_iter().flatten() {
                    field(out, name.as_bytes(), value.as_bytes());
                }
                out.extend_from_slice(b"\r\n");
            }),
            // An HTTP/1.0 client gets no trailers: it could not tell them from the content.
            Self::None | Self::Length(_) | Self::UntilClose | Self::Dropped => {}
        }
        *self = Self::None;
        Ok(())
    }
}
