//! The compressor.

use crate::{Flush, Level, WindowBits, bits::BitWriter};

/// A compressor of one stream, which may be handed over in any pieces.
#[derive(Debug, Clone)]
pub struct Deflate {
    #[allow(dead_code, reason = "")]
    level: Level,
    #[allow(dead_code, reason = "")]
    window: WindowBits,
    bits: BitWriter,
}

impl Deflate {
    /// A compressor whose references reach 2^`window` octets back at most.
    pub fn new(level: Level, window: WindowBits) -> Self {
        Self { level, window, bits: BitWriter::default() }
    }

    /// Takes all of `input` and appends what can be said of it to `out`.
    pub fn deflate(&mut self, input: &[u8], out: &mut Vec<u8>, flush: Flush) {
        for chunk in input.chunks(65_535) {
            self.stored(chunk, out, false);
        }
        match flush {
            Flush::None => {}
            Flush::Sync => self.stored(&[], out, false),
            Flush::Finish => self.stored(&[], out, true),
        }
    }

    fn stored(&mut self, octets: &[u8], out: &mut Vec<u8>, last: bool) {
        self.bits.put(u64::from(last), 3);
        self.bits.align(out);
        // At most 65,535.
        let length = u16::try_from(octets.len()).unwrap_or(u16::MAX);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(octets);
    }

    /// Begins a new stream, or forgets the window within one; the memory is kept. What was not
    /// flushed is lost.
    pub fn reset(&mut self) {
        self.bits = BitWriter::default();
    }

    /// As [`reset`](Self::reset), and gives the memory back.
    pub fn release(&mut self) {
        self.reset();
    }

    /// Octets of memory taken beyond the value itself.
    pub fn held(&self) -> usize {
        0
    }
}
