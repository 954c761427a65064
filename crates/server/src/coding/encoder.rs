//! The compressor behind one answer.

use super::{Coding, Format};
use crate::{Part, Payload};
use deflate::{Flush, WindowBits, gzip, zlib};
use std::{io, os::unix::fs::FileExt};

/// gzip or zlib.
pub(crate) enum Encoder {
    Gzip(gzip::Encoder),
    Zlib(zlib::Encoder),
}

/// Octets of a file that are read at once.
const PIECE: usize = 64 * 1024;

impl Encoder {
    pub(crate) fn new(format: Format, options: &Coding) -> Self {
        match format {
            Format::Gzip => Self::Gzip(gzip::Encoder::new(options.level)),
            Format::Deflate => Self::Zlib(zlib::Encoder::new(options.level, WindowBits::MAX)),
        }
    }

    /// Takes all of `input`; appends to `out`.
    pub(crate) fn encode(&mut self, input: &[u8], out: &mut Vec<u8>, flush: Flush) {
        match self {
            Self::Gzip(encoder) => encoder.encode(input, out, flush),
            Self::Zlib(encoder) => encoder.encode(input, out, flush),
        }
    }

    /// The whole of `payload`, compressed.
    ///
    /// # Errors
    /// Where a file cannot be read, or is shorter than it was.
    pub(crate) fn whole(mut self, payload: &Payload) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        match payload {
            Payload::Empty => {}
            Payload::Static(octets) => self.encode(octets, &mut out, Flush::None),
            Payload::Octets(octets) => self.encode(octets, &mut out, Flush::None),
            Payload::Shared(octets) => self.encode(octets, &mut out, Flush::None),
            Payload::Parts(parts) => {
                for part in parts {
                    self.part(part, &mut out)?;
                }
            }
        }
        self.encode(&[], &mut out, Flush::Finish);
        Ok(out)
    }

    fn part(&mut self, part: &Part, out: &mut Vec<u8>) -> io::Result<()> {
        let file = match part {
            Part::Octets(octets) => {
                self.encode(octets, out, Flush::None);
                return Ok(());
            }
            Part::File(file) => file,
        };
        let (mut at, end) = (file.offset, file.offset.saturating_add(file.length));
        let mut piece = vec![0; PIECE];
        while at < end {
            let left = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
            let place = piece.get_mut(..left).unwrap_or_default();
            file.file.read_exact_at(place, at)?;
            self.encode(place, out, Flush::None);
            at += left as u64;
        }
        Ok(())
    }
}
