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
//! it, however long it is. They stand in DATA frames, and mean nothing to HTTP itself.
//!
//! Invariant: memory grows with the octets that came, up to a bound that the caller gives.
//!
//! Used by: applications of extended CONNECT.

use wire::{Reader, VarInt};

/// The type of a datagram in a stream.
pub const DATAGRAM: u64 = 0x00;

/// What is wrong with a capsule. Either makes the message malformed (§3.3): reset its stream with
/// H3_MESSAGE_ERROR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// RFC 9297 §3.3: the stream ends inside of a capsule.
    #[error("the stream ends inside of a capsule (RFC 9297 §3.3)")]
    Truncated,
    /// RFC 9297 §3.3: longer than the caller takes. One of a type that the caller does not know is
    /// no error: [`Capsules::skip`] passes it by (§3.2).
    #[error("a capsule of {length} octets, where {limit} are taken (RFC 9297 §3.3)")]
    TooLong {
        /// Its type.
        kind: u64,
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
    /// Octets that are still to come of what is skipped.
    skipped: u64,
}

impl Capsules {
    /// More octets of the stream.
    pub fn receive(&mut self, octets: &[u8]) {
        self.kept.drain(..self.told.min(self.kept.len()));
        self.told = 0;
        let skipped = usize::try_from(self.skipped).unwrap_or(usize::MAX).min(octets.len());
        self.skipped -= skipped as u64;
        self.kept.extend_from_slice(octets.get(skipped..).unwrap_or_default());
    }

    /// Passes by the next capsule, whole or not, of which at least the type and the length came.
    pub fn skip(&mut self) {
        let mut reader = Reader::new(self.kept.get(self.told..).unwrap_or_default());
        let (Ok(_), Ok(length)) = (reader.varint("Capsule Type"), reader.varint("Capsule Length"))
        else {
            return;
        };
        let here = usize::try_from(length).unwrap_or(usize::MAX).min(reader.len());
        self.told += reader.offset() + here;
        self.skipped = length - here as u64;
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
            return Err(Error::TooLong { kind, length, limit });
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
        if self.told == self.kept.len() && self.skipped == 0 {
            Ok(())
        } else {
            Err(Error::Truncated)
        }
    }
}
