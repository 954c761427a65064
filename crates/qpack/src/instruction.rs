//! What a decoder says to its encoder: read it, gave it up, have these entries.
//!
//! RFC 9204 §4.4
//!
//! ```text
//!     0   1   2   3   4   5   6   7
//!   +---+---+---+---+---+---+---+---+
//!   | 1 |      Stream ID (7+)       |     section acknowledgment    §4.4.1
//!   +---+---+-----------------------+
//!   | 0 | 1 |     Stream ID (6+)    |     stream cancellation       §4.4.2
//!   +---+---+-----------------------+
//!   | 0 | 0 |     Increment (6+)    |     insert count increment    §4.4.3
//!   +---+---+-----------------------+
//! ```
//!
//! Invariant: an instruction has at most ten octets; what is not one by then is an error.
//!
//! Used by: the decoder, which writes them, the encoder, which reads them, and `dissect`.

use crate::{Error, ErrorCode};
use hpack::integer;
use wire::Reader;

/// An instruction of the decoder stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecoderInstruction {
    /// The oldest section of a stream that refers to the dynamic table, and was not acknowledged,
    /// was read (§4.4.1).
    SectionAcknowledgment {
        /// The stream.
        stream: u64,
    },
    /// The sections of a stream that were not acknowledged will not be read (§4.4.2).
    StreamCancellation {
        /// The stream.
        stream: u64,
    },
    /// So many more entries have come (§4.4.3).
    InsertCountIncrement {
        /// Entries that were not told of before, at least one.
        increment: u64,
    },
}

impl DecoderInstruction {
    // ANCHOR: decoder_instruction
    /// Reads one; `None` is not all of it yet, and the reader stays where it was.
    ///
    /// # Errors
    /// [`Error::Primitive`] for an integer of more than 62 bits; [`Error::Increment`] for one of 0.
    pub fn parse(reader: &mut Reader<'_>) -> Result<Option<Self>, Error> {
        let mut ahead = reader.unobserved();
        match Self::read(&mut ahead) {
            Err(Error::Truncated(_)) => Ok(None),
            verdict if reader.is_observed() => Self::read(reader).and(verdict).map(Some),
            verdict => {
                reader.skip(ahead.offset() - reader.offset());
                verdict.map(Some)
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let first = reader.rest().first().copied().unwrap_or_default();
        let (unit, rfc, field, prefix) = match first {
            0x80.. => ("section acknowledgment", "RFC 9204 §4.4.1", "stream id", 7),
            0x40.. => ("stream cancellation", "RFC 9204 §4.4.2", "stream id", 6),
            _ => ("insert count increment", "RFC 9204 §4.4.3", "increment", 6),
        };
        reader.section(unit, rfc);
        let value = integer::decode::<62>(reader, field, prefix)
            .map_err(|error| Error::primitive(error, ErrorCode::DecoderStream))?;
        reader.explain(|| value.to_string());
        match first {
            0x80.. => Ok(Self::SectionAcknowledgment { stream: value }),
            0x40.. => Ok(Self::StreamCancellation { stream: value }),
            _ if value == 0 => Err(Error::Increment { increment: 0, most: None }),
            _ => Ok(Self::InsertCountIncrement { increment: value }),
        }
    }
    // ANCHOR_END: decoder_instruction

    /// Appends it.
    pub fn encode(self, out: &mut Vec<u8>) {
        match self {
            Self::SectionAcknowledgment { stream } => integer::encode(0x80, 7, stream, out),
            Self::StreamCancellation { stream } => integer::encode(0x40, 6, stream, out),
            Self::InsertCountIncrement { increment } => integer::encode(0x00, 6, increment, out),
        }
    }
}
