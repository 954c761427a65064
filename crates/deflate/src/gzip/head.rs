//! The head of a gzip member, part by part.
//!
//! RFC 1952 §2.3
//!
//! ```text
//!   ID1 1f  ID2 8b  CM 8  FLG  MTIME (4)  XFL  OS      always; numbers least significant first
//!   FEXTRA     XLEN (2), XLEN octets                   FLG bit 2
//!   FNAME      octets up to a zero                     FLG bit 3
//!   FCOMMENT   octets up to a zero                     FLG bit 4
//!   FHCRC      CRC16 (2): the lower half of the CRC-32 of all of these     FLG bit 1
//! ```
//!
//! Each [`Part`] reads itself whole or not at all, but for the three that have any length: those
//! take what is there. So the decoder walks through the parts as octets come, the dissector walks
//! through them over octets that are all there, and neither keeps more than ten.
//!
//! Invariant: parts follow in this order and each once, so a head ends.

use super::Limits;
use crate::{BitOffset, Error, Violation, checksum::Crc32};
use wire::Reader;

const FHCRC: u8 = 1 << 1;
const FEXTRA: u8 = 1 << 2;
const FNAME: u8 = 1 << 3;
const FCOMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// What is to be read next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The ten octets that are always there.
    Fixed,
    /// XLEN.
    ExtraLength,
    /// Octets of FEXTRA.
    Extra(u16),
    /// FNAME.
    Name,
    /// FCOMMENT.
    Comment,
    /// CRC16.
    Crc16,
    /// The deflated octets.
    Body,
}

impl Part {
    /// Octets that must be here before it can be read.
    pub(super) const fn least(self) -> usize {
        match self {
            Self::Fixed => 10,
            Self::ExtraLength | Self::Crc16 => 2,
            Self::Extra(_) | Self::Name | Self::Comment => 1,
            Self::Body => 0,
        }
    }
}

/// A head that is being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) part: Part,
    flags: u8,
    crc: Crc32,
    /// Octets read.
    length: usize,
}

impl Head {
    pub(super) fn new() -> Self {
        Self { part: Part::Fixed, flags: 0, crc: Crc32::default(), length: 0 }
    }

    /// Whether not one octet was read.
    pub(super) fn is_fresh(&self) -> bool {
        self.length == 0
    }

    // ANCHOR: part
    /// Reads the next part, or as much of it as is here; `reader` has the octets it must have.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, limits: &Limits) -> Result<(), Error> {
        let octets = reader.rest();
        let start = reader.offset();
        let at = BitOffset::of_octet(start as u64);
        let before = self.crc;
        match self.part {
            Part::Fixed => {
                self.flags = fixed(reader, at)?;
                self.part = self.behind(Part::Fixed);
            }
            Part::ExtraLength => {
                let length = u16::from_le_bytes(reader.octets("XLEN").unwrap_or_default());
                reader.explain(|| format!("{length} octets"));
                self.part = Part::Extra(length);
            }
            Part::Extra(left) => {
                let here = reader.len().min(usize::from(left));
                let _ = reader.take("FEXTRA", here);
                // At most `left`.
                self.part = Part::Extra(left - u16::try_from(here).unwrap_or(left));
            }
            Part::Name => self.text(reader, "FNAME"),
            Part::Comment => self.text(reader, "FCOMMENT"),
            Part::Crc16 => {
                let found = u16::from_le_bytes(reader.octets("CRC16").unwrap_or_default());
                if u32::from(found) != before.value() & 0xffff {
                    return Err(Violation::GzipHeadCrc.at(at));
                }
                self.part = Part::Body;
            }
            Part::Body => {}
        }
        if self.part == Part::Extra(0) {
            self.part = self.behind(self.part);
        }
        let read = reader.offset() - start;
        self.crc.update(octets.get(..read).unwrap_or_default());
        // The same place, however many pieces a name came in.
        let room = limits.head.saturating_sub(self.length);
        self.length += read;
        if read > room {
            return Err(Violation::GzipHeadTooLong.at(BitOffset::of_octet((start + room) as u64)));
        }
        Ok(())
    }
    // ANCHOR_END: part

    /// A text up to its zero, or as much of it as is here.
    fn text(&mut self, reader: &mut Reader<'_>, field: &'static str) {
        let zero = reader.rest().iter().position(|octet| *octet == 0);
        let length = zero.map_or(reader.len(), |zero| zero + 1);
        let text = reader.take(field, length).unwrap_or_default();
        reader
            .explain(|| format!("\"{}\"", text.strip_suffix(&[0]).unwrap_or(text).escape_ascii()));
        if zero.is_some() {
            self.part = self.behind(self.part);
        }
    }

    /// The part that follows, as the flags say.
    fn behind(&self, part: Part) -> Part {
        let has = |flag: u8| self.flags & flag != 0;
        match part {
            Part::Fixed if has(FEXTRA) => Part::ExtraLength,
            Part::Fixed | Part::ExtraLength | Part::Extra(_) if has(FNAME) => Part::Name,
            Part::Fixed | Part::ExtraLength | Part::Extra(_) | Part::Name if has(FCOMMENT) => {
                Part::Comment
            }
            Part::Crc16 | Part::Body => Part::Body,
            _ if has(FHCRC) => Part::Crc16,
            _ => Part::Body,
        }
    }
}

/// The ten octets that are always there; answers FLG.
fn fixed(reader: &mut Reader<'_>, at: BitOffset) -> Result<u8, Error> {
    let octet = |n: u64| BitOffset(at.0 + n * 8);
    reader.section("gzip member", "RFC 1952 §2.3");
    let magic: [u8; 2] = reader.octets("ID1 ID2").unwrap_or_default();
    if magic != [0x1f, 0x8b] {
        return Err(Violation::GzipMagic.at(at));
    }
    if reader.u8("CM").unwrap_or_default() != 8 {
        return Err(Violation::GzipMethod.at(octet(2)));
    }
    reader.explain(|| "8: deflate".into());
    let flags = reader.u8("FLG").unwrap_or_default();
    reader.explain(|| flag_names(flags));
    if flags & RESERVED != 0 {
        return Err(Violation::GzipFlags.at(octet(3)));
    }
    let time = u32::from_le_bytes(reader.octets("MTIME").unwrap_or_default());
    reader.explain(|| match time {
        0 => "no time".into(),
        _ => format!("{time} s after 1970"),
    });
    let extra = reader.u8("XFL").unwrap_or_default();
    reader.explain(|| match extra {
        2 => "2: the smallest".into(),
        4 => "4: the fastest".into(),
        _ => extra.to_string(),
    });
    let system = reader.u8("OS").unwrap_or_default();
    reader.explain(|| match system {
        0 => "0: FAT".into(),
        3 => "3: Unix".into(),
        255 => "255: unknown".into(),
        _ => system.to_string(),
    });
    Ok(flags)
}

fn flag_names(flags: u8) -> String {
    let names = [
        (1, "FTEXT"),
        (FHCRC, "FHCRC"),
        (FEXTRA, "FEXTRA"),
        (FNAME, "FNAME"),
        (FCOMMENT, "FCOMMENT"),
        (RESERVED, "reserved bits"),
    ];
    let set: Vec<&str> =
        names.into_iter().filter(|(flag, _)| flags & flag != 0).map(|(_, name)| name).collect();
    if set.is_empty() { "none".into() } else { set.join(", ") }
}
