//! The encoder stream: what the peer's encoder does to the table.
//!
//! RFC 9204 §4.3
//!
//! ```text
//!   1 T index (6+)   value               insert with name reference   §4.3.2
//!   0 1 H name (5+)  value               insert with literal name     §4.3.3
//!   0 0 1 capacity (5+)                  set dynamic table capacity   §4.3.1
//!   0 0 0 index (5+)                     duplicate                    §4.3.4
//! ```
//!
//! Invariant: an instruction changes the table when its last octet is there, and not before.

use super::Decoder;
use crate::{
    Error, ErrorCode, Field,
    table::FIXED,
    text::{self, NAME, Text, Texts, VALUE},
};
use hpack::integer;
use wire::Reader;

const PLACE: ErrorCode = ErrorCode::EncoderStream;

/// The entry whose name is used again.
#[derive(Debug, Clone, Copy)]
enum Named {
    Fixed(&'static [u8]),
    Dynamic(u64),
}

/// What the peer's encoder says.
#[derive(Debug, Clone, Copy)]
enum Instruction<'a> {
    InsertNamed(Named, Text<'a>),
    InsertLiteral(Text<'a>, Text<'a>),
    SetCapacity(usize),
    /// Of the entry with this absolute index.
    Duplicate(u64),
}

impl Decoder {
    /// Takes octets of the encoder stream.
    ///
    /// # Errors
    /// [`Error`], of the connection.
    pub fn receive_instructions(&mut self, octets: &[u8]) -> Result<(), Error> {
        let mut rest = octets;
        while !rest.is_empty() {
            let taken = self.receive_until_unblocked(rest)?;
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// Takes octets of the encoder stream, but none behind an instruction that brings a section
    /// what it waited for: [`poll_unblocked`](Self::poll_unblocked) names its stream, and what
    /// follows may push out what the section refers to. Answers how many were taken, all or some.
    ///
    /// # Errors
    /// [`Error`], of the connection.
    pub fn receive_until_unblocked(&mut self, octets: &[u8]) -> Result<usize, Error> {
        if self.tail.is_empty() {
            let mut reader = Reader::new(octets);
            if self.read_until(&mut reader, Self::has_unblocked)? {
                return Ok(octets.len() - reader.len());
            }
            self.tail.extend_from_slice(reader.rest());
            return Ok(octets.len());
        }
        let mut tail = std::mem::take(&mut self.tail);
        let before = tail.len();
        tail.extend_from_slice(octets);
        let mut reader = Reader::new(&tail);
        let unblocked = self.read_until(&mut reader, Self::has_unblocked)?;
        let read = tail.len() - reader.len();
        if unblocked {
            // What was kept is no whole instruction, so that one ended behind it.
            return Ok(read - before);
        }
        tail.drain(..read);
        self.tail = tail;
        Ok(octets.len())
    }

    /// Obeys all instructions that `reader` holds whole, and leaves it in front of the first that
    /// it does not.
    ///
    /// # Errors
    /// As [`receive_instructions`](Self::receive_instructions).
    pub fn read_instructions(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        self.read_until(reader, |_| false).map(drop)
    }

    /// The same, until `enough` is true behind an instruction; answers whether it was.
    fn read_until(
        &mut self,
        reader: &mut Reader<'_>,
        enough: fn(&Self) -> bool,
    ) -> Result<bool, Error> {
        while !reader.is_empty() {
            // A listener hears of whole instructions only, so it is read first where nobody does.
            let mut ahead = reader.unobserved();
            let verdict = self.parse(&mut ahead);
            if matches!(verdict, Err(Error::Truncated(_))) {
                return Ok(false);
            }
            let explained = reader.is_observed() && self.parse(reader).is_ok();
            if !explained {
                reader.skip(ahead.offset() - reader.offset());
            }
            self.obey(verdict?)?;
            if enough(self) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    // ANCHOR: instruction
    /// One instruction. What is wrong with a reference, a length or a capacity is found here.
    fn parse<'a>(&self, reader: &mut Reader<'a>) -> Result<Instruction<'a>, Error> {
        let first = reader.rest().first().copied().unwrap_or_default();
        let offset = reader.offset();
        let bad = |error| Error::primitive(error, PLACE);
        let texts = Texts { place: PLACE, most: self.table.capacity() };
        match first {
            0x80.. => {
                reader.section("insert with name reference", "RFC 9204 §4.3.2");
                let index = integer::decode::<62>(reader, "name index", 6).map_err(bad)?;
                // A name that is nowhere is wrong already, whatever value may come.
                let named = self.named(first & 0x40 != 0, index, offset)?;
                reader.explain(|| self.named_text(named, index));
                let value = texts.read(reader, 7, VALUE)?;
                reader.explain(|| value.to_string());
                Ok(Instruction::InsertNamed(named, value))
            }
            0x40.. => {
                reader.section("insert with literal name", "RFC 9204 §4.3.3");
                let name = texts.read(reader, 5, NAME)?;
                reader.explain(|| name.to_string());
                let value = texts.read(reader, 7, VALUE)?;
                reader.explain(|| value.to_string());
                Ok(Instruction::InsertLiteral(name, value))
            }
            0x20.. => {
                reader.section("set dynamic table capacity", "RFC 9204 §4.3.1");
                let capacity = integer::decode::<62>(reader, "capacity", 5).map_err(bad)?;
                reader.explain(|| capacity.to_string());
                let limit = self.limits.table_capacity;
                let allowed = usize::try_from(capacity).ok().filter(|capacity| *capacity <= limit);
                allowed.map(Instruction::SetCapacity).ok_or(Error::Capacity { capacity, limit })
            }
            _ => {
                reader.section("duplicate", "RFC 9204 §4.3.4");
                let index = integer::decode::<62>(reader, "index", 5).map_err(bad)?;
                let absolute = self.back_from_newest(index, offset)?;
                let (name, value) = self.table.get(absolute).unwrap_or_default();
                let field = Field::new(name, value);
                reader.explain(|| format!("relative {index}, entry {absolute}, {field}"));
                Ok(Instruction::Duplicate(absolute))
            }
        }
    }
    // ANCHOR_END: instruction

    // ANCHOR: obey
    /// Changes the table.
    fn obey(&mut self, instruction: Instruction<'_>) -> Result<(), Error> {
        match instruction {
            Instruction::InsertNamed(named, value) => {
                let (_, value) = text::decode(None, value, &mut self.scratch, PLACE)?;
                match named {
                    Named::Fixed(name) => {
                        self.table.check(name.len(), value.len())?;
                        self.table.insert(name, value);
                    }
                    Named::Dynamic(absolute) => {
                        let name = self.table.get(absolute).map_or(0, |(name, _)| name.len());
                        self.table.check(name, value.len())?;
                        self.table.insert_named(absolute, value);
                    }
                }
            }
            Instruction::InsertLiteral(name, value) => {
                let (name, value) = text::decode(Some(name), value, &mut self.scratch, PLACE)?;
                self.table.check(name.len(), value.len())?;
                self.table.insert(name, value);
            }
            Instruction::SetCapacity(capacity) => self.table.set_capacity(capacity),
            Instruction::Duplicate(absolute) => self.table.duplicate(absolute),
        }
        Ok(())
    }
    // ANCHOR_END: obey

    /// Where the name is that an instruction refers to.
    fn named(&self, fixed: bool, index: u64, offset: usize) -> Result<Named, Error> {
        if !fixed {
            return self.back_from_newest(index, offset).map(Named::Dynamic);
        }
        let entry = usize::try_from(index).ok().and_then(|index| FIXED.get(index));
        let (name, _) = entry.ok_or(Error::StaticIndex { index, offset, place: PLACE })?;
        Ok(Named::Fixed(name))
    }

    fn named_text(&self, named: Named, index: u64) -> String {
        match named {
            Named::Fixed(name) => format!("static {index}, {}", name.escape_ascii()),
            Named::Dynamic(absolute) => {
                let (name, _) = self.table.get(absolute).unwrap_or_default();
                format!("relative {index}, entry {absolute}, {}", name.escape_ascii())
            }
        }
    }

    /// §3.2.5: on this stream an index goes back from the newest entry.
    fn back_from_newest(&self, index: u64, offset: usize) -> Result<u64, Error> {
        let absolute = self.table.inserted().checked_sub(1).and_then(|n| n.checked_sub(index));
        let there = absolute.filter(|absolute| self.table.age(*absolute).is_some());
        there.ok_or(Error::DynamicIndex { index, offset, place: PLACE })
    }
}
