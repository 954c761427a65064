//! The decoder: instructions in, and sections in; fields out, and acknowledgments.
//!
//! RFC 9204 §2.2
//!
//! ```text
//!   encoder stream ──► instructions ──► table ──┐
//!   section ──► prefix ──► enough entries? ─ yes ──► lines ──► fields ──► Section Acknowledgment
//!                          └─ no: blocked; the caller keeps the section and comes again
//! ```
//!
//! | file           | verb                                             |
//! |----------------|--------------------------------------------------|
//! | `instructions` | changes the table as the encoder says            |
//! | `lines`        | reads a section whose entries are there          |
//!
//! Invariant: at most [`blocked_streams`](Limits::blocked_streams) streams wait, each for an entry
//! that can still come; of an instruction whose rest has not come no more is kept than an entry of
//! the table can need.
//!
//! Used by: `http3`, once a connection; `dissect`, with somebody listening.

mod instructions;
mod lines;

use crate::{DecoderInstruction, Error, Field, Limits, prefix::Prefix, table::Table};
use std::collections::BTreeMap;
use wire::Reader;

/// What became of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It was read; the sink has its fields.
    Done,
    /// It needs entries that have not come. Keep it, and decode it again when
    /// [`poll_unblocked`](Decoder::poll_unblocked) names its stream.
    Blocked,
}

/// Decodes the sections of one connection's peer.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    table: Table,
    /// An instruction whose rest has not come.
    tail: Vec<u8>,
    /// Streams that wait, and for how many entries.
    blocked: BTreeMap<u64, u64>,
    /// The stream that is to be decoded again, and what it waited for.
    resumed: Option<(u64, u64)>,
    /// Entries of which the peer knows that they came.
    told: u64,
    /// What the decoder stream is to carry.
    out: Vec<u8>,
    /// Huffman strings, decoded.
    scratch: Vec<u8>,
}

impl Decoder {
    /// A decoder with an empty table, whose peer has been or will be told of `limits` in our
    /// settings.
    pub fn new(limits: &Limits) -> Self {
        Self {
            limits: limits.clone(),
            table: Table::default(),
            tail: Vec::new(),
            blocked: BTreeMap::new(),
            resumed: None,
            told: 0,
            out: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// The dynamic table as it is now.
    pub const fn table(&self) -> &Table {
        &self.table
    }

    // ANCHOR: decode
    /// Decodes a section of `stream`; its fields go to `sink` in order.
    ///
    /// # Errors
    /// [`Error`]. Where its scope is the stream, `sink` has got a part, the tables agree, and the
    /// section counts as read.
    pub fn decode(
        &mut self,
        stream: u64,
        section: &[u8],
        sink: impl FnMut(Field<'_>),
    ) -> Result<Status, Error> {
        self.read(stream, &mut Reader::new(section), sink)
    }

    /// As [`decode`](Self::decode), telling the reader's observer of each octet.
    ///
    /// # Errors
    /// As [`decode`](Self::decode).
    pub fn read(
        &mut self,
        stream: u64,
        reader: &mut Reader<'_>,
        sink: impl FnMut(Field<'_>),
    ) -> Result<Status, Error> {
        if reader.len() > self.limits.section {
            let (octets, limit) = (reader.len(), self.limits.section);
            // It is never read, so the encoder must not wait for us (§2.2.2.2).
            self.cancel(stream);
            return Err(Error::SectionTooLarge { octets, limit });
        }
        let prefix = Prefix::read(reader, self.table.inserted(), self.limits.table_capacity)?;
        if let Some((_, waited)) = self.resumed.take_if(|(resumed, _)| *resumed == stream)
            && waited != prefix.required
        {
            // The count went round while it waited: what it refers to was driven out (§2.1.1).
            return Err(Error::Evicted { stream, required: waited });
        }
        if prefix.required > self.table.inserted() {
            self.blocked.insert(stream, prefix.required);
            if self.blocked.len() as u64 > self.limits.blocked_streams {
                return Err(Error::TooManyBlocked { limit: self.limits.blocked_streams });
            }
            return Ok(Status::Blocked);
        }
        self.blocked.remove(&stream);
        let excess = self.read_lines(reader, prefix, sink)?;
        if prefix.required > 0 {
            // Section Acknowledgment (§4.4.1) says of the entries too that they came.
            DecoderInstruction::SectionAcknowledgment { stream }.encode(&mut self.out);
            self.told = self.told.max(prefix.required);
        }
        excess.map_or(Ok(Status::Done), Err)
    }
    // ANCHOR_END: decode

    /// The next stream that waited for entries which have come: decode its section again.
    pub fn poll_unblocked(&mut self) -> Option<u64> {
        let (stream, required) = self.unblocked()?;
        self.blocked.remove(&stream);
        self.resumed = Some((stream, required));
        Some(stream)
    }

    /// The first that waited for what has come, and for how much.
    fn unblocked(&self) -> Option<(u64, u64)> {
        let inserted = self.table.inserted();
        let ready = self.blocked.iter().find(|(_, required)| **required <= inserted);
        ready.map(|(stream, required)| (*stream, *required))
    }

    fn has_unblocked(&self) -> bool {
        self.unblocked().is_some()
    }

    /// Streams that wait.
    pub fn blocked(&self) -> usize {
        self.blocked.len()
    }

    /// A stream was reset or is not read to its end: its sections will not be acknowledged
    /// (§2.2.2.2).
    pub fn cancel(&mut self, stream: u64) {
        self.blocked.remove(&stream);
        // Without a table there is nothing to be kept for us.
        if self.limits.table_capacity > 0 {
            DecoderInstruction::StreamCancellation { stream }.encode(&mut self.out);
        }
    }

    /// Moves what the decoder stream is to carry to the end of `out`.
    pub fn take_instructions(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.out);
        let increment = self.table.inserted() - self.told;
        if increment > 0 {
            DecoderInstruction::InsertCountIncrement { increment }.encode(out);
            self.told = self.table.inserted();
        }
    }

    /// Octets in memory, the table left out.
    pub fn held(&self) -> usize {
        self.tail.len() + self.out.len() + self.scratch.len()
    }
}
