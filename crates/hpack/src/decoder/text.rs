//! Strings: a length, and that many octets, as they are or in Huffman's code.
//!
//! RFC 7541 §5.2
//!
//! ```text
//!     0   1   2   3   4   5   6   7
//!   +---+---+---+---+---+---+---+---+
//!   | H |    String Length (7+)     |      H: coded
//!   +---+---------------------------+
//!   |  String Data (Length octets)  |
//!   +-------------------------------+
//! ```
//!
//! Invariant: room for a decoded string is made after its octets were found to be there.

use crate::{Error, huffman, integer};
use wire::Reader;

/// A string that was read.
#[derive(Clone, Copy)]
pub(super) enum Text<'a> {
    /// As it stands in the block.
    Plain(&'a [u8]),
    /// From here to there in the buffer.
    Decoded(usize, usize),
}

impl<'a> Text<'a> {
    /// The string, where `scratch` is the buffer.
    #[inline]
    pub(super) fn octets(self, scratch: &'a [u8]) -> &'a [u8] {
        match self {
            Text::Plain(octets) => octets,
            Text::Decoded(start, end) => scratch.get(start..end).unwrap_or_default(),
        }
    }
}

/// Reads the strings of one field.
pub(super) struct Texts<'s> {
    pub(super) scratch: &'s mut Vec<u8>,
    /// Octets of `scratch` that hold strings of this field.
    pub(super) used: usize,
}

impl Texts<'_> {
    #[inline]
    pub(super) fn read<'a>(
        &mut self,
        reader: &mut Reader<'a>,
        length_name: &'static str,
        name: &'static str,
    ) -> Result<Text<'a>, Error> {
        let coded = reader.rest().first().is_some_and(|first| first & 0x80 != 0);
        let length = integer::decode::<32>(reader, length_name, 7)?;
        reader.explain(|| format!("{length}{}", if coded { ", Huffman" } else { "" }));
        let offset = reader.offset();
        let octets = reader.take(name, usize::try_from(length).unwrap_or(usize::MAX))?;
        if !coded {
            reader.explain(|| octets.escape_ascii().to_string());
            return Ok(Text::Plain(octets));
        }
        let start = self.used;
        let room = start + huffman::decoded_bound(octets.len()) + huffman::SPARE;
        if self.scratch.len() < room {
            self.scratch.resize(room, 0);
        }
        let into = self.scratch.get_mut(start..).unwrap_or_default();
        let decoded = huffman::decode_to(octets, into).map_err(|error| error.at(offset))?;
        self.used += decoded;
        let text = Text::Decoded(start, start + decoded);
        reader.explain(|| text.octets(self.scratch).escape_ascii().to_string());
        Ok(text)
    }
}
