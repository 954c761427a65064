//! Strings: a length in what is left of an octet, and that many octets, plain or in Huffman's code.
//!
//! RFC 9204 §4.1.2
//!
//! ```text
//!     0   1   2   3   4   5   6   7
//!   +---+---+---+---+---+---+---+---+
//!   | ?   ?   ? | H |  length (4+)  |     here a prefix of 5 bits: H, and 4 of the length
//!   +---+---+---+---+---------------+
//!   |   string, `length` octets     |
//!   +-------------------------------+
//! ```
//!
//! HPACK's strings begin with an octet; here what stands above may be another's.
//!
//! Invariant: nothing is decoded before all octets of both strings of a field are there, so a
//! beginning that comes again and again is not decoded again and again.

use crate::{Error, ErrorCode};
use hpack::{huffman, integer};
use std::fmt;
use wire::Reader;

/// A string as it stands in the input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    octets: &'a [u8],
    coded: bool,
    offset: usize,
}

impl fmt::Display for Text<'_> {
    /// What it stands for, as far as that can be said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut plain = Vec::new();
        match self.coded {
            false => write!(f, "{}", self.octets.escape_ascii()),
            true => match huffman::decode(self.octets, &mut plain) {
                Ok(()) => write!(f, "{}", plain.escape_ascii()),
                Err(_) => f.write_str("not Huffman's code"),
            },
        }
    }
}

/// Where strings stand, and how long they may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Texts {
    pub(crate) place: ErrorCode,
    /// Octets of the longest string that can be of use.
    pub(crate) most: usize,
}

/// What a string is called: its length and its octets.
pub(crate) type Names = (&'static str, &'static str);

/// A field's name.
pub(crate) const NAME: Names = ("name length", "name string");
/// A field's value.
pub(crate) const VALUE: Names = ("value length", "value string");

/// The shortest codes have 5 bits, the longest 30: a coded string is at most so many times as long
/// as what it stands for.
const LONGEST: usize = 4;

impl Texts {
    /// Reads a string whose length has `prefix` bits, and H above them.
    #[inline]
    pub(crate) fn read<'a>(
        &self,
        reader: &mut Reader<'a>,
        prefix: u32,
        (length_name, name): Names,
    ) -> Result<Text<'a>, Error> {
        let coded = reader.rest().first().is_some_and(|first| first >> prefix & 1 == 1);
        let length = integer::decode::<62>(reader, length_name, prefix)
            .map_err(|error| Error::primitive(error, self.place))?;
        reader.explain(|| format!("{length}{}", if coded { ", Huffman" } else { "" }));
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let most = if coded { self.most.saturating_mul(LONGEST) } else { self.most };
        if length > most {
            return Err(Error::EntryTooLarge { size: length, capacity: self.most });
        }
        let offset = reader.offset();
        let octets = reader.take(name, length)?;
        Ok(Text { octets, coded, offset })
    }
}

/// Both strings of a field, decoded behind each other in `scratch`.
#[inline]
pub(crate) fn decode<'a>(
    name: Option<Text<'a>>,
    value: Text<'a>,
    scratch: &'a mut Vec<u8>,
    place: ErrorCode,
) -> Result<(&'a [u8], &'a [u8]), Error> {
    scratch.clear();
    let mut unfold = |text: Text<'a>| {
        if text.coded {
            let decoded = huffman::decode(text.octets, scratch);
            decoded.map_err(|error| Error::primitive(error.at(text.offset), place))?;
        }
        Ok::<_, Error>(scratch.len())
    };
    let middle = name.map_or(Ok(0), &mut unfold)?;
    let end = unfold(value)?;
    let scratch: &'a [u8] = scratch;
    let pick = |text: Text<'a>, range| match text.coded {
        true => scratch.get(range).unwrap_or_default(),
        false => text.octets,
    };
    let name = name.map_or(&[][..], |name| pick(name, 0..middle));
    Ok((name, pick(value, middle..end)))
}

/// Appends a string: `first` stands above a prefix of `prefix` bits and H, in Huffman's code where
/// that is shorter.
#[inline]
pub(crate) fn write(first: u8, prefix: u32, plain: &[u8], out: &mut Vec<u8>) {
    let coded = huffman::encoded_len(plain);
    if coded < plain.len() {
        integer::encode(first | 1 << prefix, prefix, coded as u64, out);
        huffman::encode(plain, out);
    } else {
        integer::encode(first, prefix, plain.len() as u64, out);
        out.extend_from_slice(plain);
    }
}
