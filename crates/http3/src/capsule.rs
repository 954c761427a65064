//! Capsules: messages within the content of an extended CONNECT.
//!
//! RFC 9297 §3.2
//!
//! ```text
//! Capsule = Capsule Type (i), Capsule Length (i), Capsule Value (..)
//! ```
//!
//! Type 0 is DATAGRAM: what a connection without datagrams, or an intermediary, puts in the stream
//! instead (§3.5). Other types are for the protocol that was asked for; who does not know one skips
//! it. They stand in DATA frames, and mean nothing to HTTP itself.
//!
//! Invariant: memory grows with the octets that came, up to a bound that the caller gives.
//!
//! Used by: applications of extended CONNECT.

use wire::{Reader, VarInt};

/// The type of a datagram in a stream.
pub const DATAGRAM: u64 = 0x00;

/// What is wrong with a capsule; the code for either is H3_DATAGRAM_ERROR (§3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// RFC 9297 §3.3: the stream ends inside of a capsule.
    #[error("the stream ends inside of a capsule (RFC 9297 §3.3)")]
    Truncated,
    /// RFC 9297 §3.3: longer than the caller takes.
    #[error("a capsule of {length} octets, where {limit} are taken (RFC 9297 §3.3)")]
    TooLong {
        /// Octets of its value.
        length: u64,
        /// What the caller takes.
        limit: usize,
    },
}

/// Appends a capsule to `out`. A type beyond 62 bits becomes the largest there is.
pub fn encode(kind: u64, value: &[u8], out: &mut Vec<u8>) {
    for number in [kind, value.len() as u64] {
        VarInt::new(number).unwrap_or(VarInt::MAX).encode(out);
    }
    out.extend_from_slice(value);
}

/// Cuts the octets of a stream into capsules.
#[derive(Debug, Default)]
pub struct Capsules {
    kept: Vec<u8>,
    /// What was told, in front.
    told: usize,
}

impl Capsules {
    /// More octets of the stream.
    pub fn receive(&mut self, octets: &[u8]) {
        self.kept.drain(..self.told.min(self.kept.len()));
        self.told = 0;
        self.kept.extend_from_slice(octets);
    }

    /// The next capsule that is whole: its type and its value, of at most `limit` octets.
    ///
    /// # Errors
    /// [`Error::TooLong`]
    pub fn next_capsule(&mut self, limit: usize) -> Result<Option<(u64, &[u8])>, Error> {
        let rest = self.kept.get(self.told..).unwrap_or_default();
        let mut reader = Reader::new(rest);
        let (Ok(kind), Ok(length)) =
            (reader.varint("Capsule Type"), reader.varint("Capsule Length"))
        else {
            return Ok(None);
        };
        let Some(size) = usize::try_from(length).ok().filter(|size| *size <= limit) else {
            return Err(Error::TooLong { length, limit });
        };
        let Ok(value) = reader.take("Capsule Value", size) else { return Ok(None) };
        self.told += reader.offset();
        Ok(Some((kind, value)))
    }

    /// The stream has ended.
    ///
    /// # Errors
    /// [`Error::Truncated`]
    pub fn end(&self) -> Result<(), Error> {
        if self.told == self.kept.len() { Ok(()) } else { Err(Error::Truncated) }
    }
}
