//! The compressor behind an answer that is written piece by piece.
//!
//! A length that was promised is gone from the head, for nobody knows what the octets will become.
//! It still binds: a handler that writes fewer octets, or more, has failed in the middle, and the
//! peer must see that here as it would see it plain.
//!
//! Invariant: an end is written behind the promised octets, or where none were promised; otherwise
//! the answer is cut off.
//!
//! Invariant: as many of these are there at once as [`Limits::contexts`](crate::Limits::contexts)
//! allows, for each holds a window and its tables for as long as the peer takes to read.

use super::{Agreed, Encoder, Format};
use crate::endpoint::Context;
use deflate::Flush;
use std::io;

/// Compresses what is written.
pub(crate) struct Coder {
    encoder: Encoder,
    /// Octets that the handler said it would write, if it did, and those that it wrote.
    promised: Option<u64>,
    written: u64,
    /// Octets came since the last flush, so another one would show something.
    unflushed: bool,
    /// The end was written.
    sealed: bool,
    _context: Context,
}

impl Coder {
    pub(crate) fn new(
        format: Format,
        agreed: &Agreed,
        promised: Option<u64>,
        context: Context,
    ) -> Self {
        let encoder = Encoder::new(format, &agreed.options);
        Self { encoder, promised, written: 0, unflushed: false, sealed: false, _context: context }
    }

    /// Takes all of `octets`; what they become waits in `out`, or still in the compressor.
    pub(crate) fn write(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        self.encoder.encode(octets, out, Flush::None);
        self.written += octets.len() as u64;
        self.unflushed = true;
    }

    /// Makes all that was written readable from `out`.
    pub(crate) fn flush(&mut self, out: &mut Vec<u8>) {
        if self.unflushed {
            self.encoder.encode(&[], out, Flush::Sync);
            self.unflushed = false;
        }
    }

    /// Writes the end, once.
    ///
    /// # Errors
    /// `InvalidInput` where other than the promised octets were written.
    pub(crate) fn seal(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if self.promised.is_some_and(|promised| promised != self.written) {
            let reason = "the content is not of the length that was promised";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        if !self.sealed {
            self.encoder.encode(&[], out, Flush::Finish);
            (self.sealed, self.unflushed) = (true, false);
        }
        Ok(())
    }
}
