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
    Error, ErrorCode,
    table::FIXED,
    text::{self, NAME, Texts, VALUE},
};
use hpack::integer;
use wire::Reader;

const PLACE: ErrorCode = ErrorCode::EncoderStream;

/// The entry whose name is used again.
enum Named {
    Fixed(&'static [u8]),
    Dynamic(u64),
}

impl Decoder {
    /// Takes octets of the encoder stream.
    ///
    /// # Errors
    /// [`Error`], of the connection.
    pub fn receive_instructions(&mut self, octets: &[u8]) -> Result<(), Error> {
        if self.tail.is_empty() {
            let mut reader = Reader::new(octets);
            self.read_instructions(&mut reader)?;
            self.tail.extend_from_slice(reader.rest());
            return Ok(());
        }
        let mut tail = std::mem::take(&mut self.tail);
        tail.extend_from_slice(octets);
        let mut reader = Reader::new(&tail);
        self.read_instructions(&mut reader)?;
        let read = tail.len() - reader.len();
        tail.drain(..read);
        self.tail = tail;
        Ok(())
    }

    /// Obeys all instructions that `reader` holds whole, and leaves it in front of the first that
    /// it does not.
    ///
    /// # Errors
    /// As [`receive_instructions`](Self::receive_instructions).
    pub fn read_instructions(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        while !reader.is_empty() {
            let mut ahead = Reader::new(reader.rest());
            match self.read_instruction(&mut ahead, false) {
                Err(Error::Truncated(_)) => return Ok(()),
                // Once more, so that a listener hears of whole instructions only.
                Ok(()) if reader.is_observed() => self.read_instruction(reader, true)?,
                Ok(()) => reader.skip(ahead.offset()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    // ANCHOR: instruction
    /// One instruction; with `explain` it is only told of, for it was obeyed already.
    fn read_instruction(&mut self, reader: &mut Reader<'_>, explain: bool) -> Result<(), Error> {
        let first = reader.rest().first().copied().unwrap_or_default();
        let offset = reader.offset();
        let (unit, rfc) = match first {
            0x80.. => ("insert with name reference", "RFC 9204 §4.3.2"),
            0x40.. => ("insert with literal name", "RFC 9204 §4.3.3"),
            0x20.. => ("set dynamic table capacity", "RFC 9204 §4.3.1"),
            _ => ("duplicate", "RFC 9204 §4.3.4"),
        };
        reader.section(unit, rfc);
        let bad = |error| Error::primitive(error, PLACE);
        let texts = Texts { place: PLACE, most: self.table.capacity() };
        match first {
            0x80.. => {
                let index = integer::decode::<62>(reader, "name index", 6).map_err(bad)?;
                let fixed = first & 0x40 != 0;
                if !explain {
                    // A name that is nowhere is wrong already, whatever value may come.
                    self.named(fixed, index, offset)?;
                }
                let value = texts.read(reader, 7, VALUE)?;
                if !explain {
                    let mut scratch = std::mem::take(&mut self.scratch);
                    let (_, value) = text::decode(None, value, &mut scratch, PLACE)?;
                    self.insert_named(fixed, index, value, offset)?;
                    self.scratch = scratch;
                }
            }
            0x40.. => {
                let name = texts.read(reader, 5, NAME)?;
                let value = texts.read(reader, 7, VALUE)?;
                if !explain {
                    let (name, value) = text::decode(Some(name), value, &mut self.scratch, PLACE)?;
                    self.table.check(name.len(), value.len())?;
                    self.table.insert(name, value);
                }
            }
            0x20.. => {
                let capacity = integer::decode::<62>(reader, "capacity", 5).map_err(bad)?;
                let limit = self.limits.table_capacity;
                match usize::try_from(capacity) {
                    Ok(capacity) if capacity <= limit => self.table.set_capacity(capacity),
                    _ => return Err(Error::Capacity { capacity, limit }),
                }
            }
            _ => {
                let index = integer::decode::<62>(reader, "index", 5).map_err(bad)?;
                if !explain {
                    let absolute = self.back_from_newest(index, offset)?;
                    self.table.duplicate(absolute);
                }
            }
        }
        Ok(())
    }
    // ANCHOR_END: instruction

    fn insert_named(
        &mut self,
        fixed: bool,
        index: u64,
        value: &[u8],
        offset: usize,
    ) -> Result<(), Error> {
        match self.named(fixed, index, offset)? {
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
        Ok(())
    }

    /// Where the name is that an instruction refers to.
    fn named(&self, fixed: bool, index: u64, offset: usize) -> Result<Named, Error> {
        if !fixed {
            return self.back_from_newest(index, offset).map(Named::Dynamic);
        }
        let entry = usize::try_from(index).ok().and_then(|index| FIXED.get(index));
        let (name, _) = entry.ok_or(Error::StaticIndex { index, offset, place: PLACE })?;
        Ok(Named::Fixed(name))
    }

    /// §3.2.5: on this stream an index goes back from the newest entry.
    fn back_from_newest(&self, index: u64, offset: usize) -> Result<u64, Error> {
        let absolute = self.table.inserted().checked_sub(1).and_then(|n| n.checked_sub(index));
        let there = absolute.filter(|absolute| self.table.age(*absolute).is_some());
        there.ok_or(Error::DynamicIndex { index, offset, place: PLACE })
    }
}
