//! The encoder: fields in, a section out, and instructions for the table.
//!
//! RFC 9204 §2.1, §4.3, §4.5
//!
//! ```text
//!   field ──► in the static table, name and value? ── yes ──►  1 1 index
//!             │ no
//!             ├─ a secret ───────────────────────────────────►  literal, N
//!             ├─ in the dynamic table, and may be referred to ►  1 0 index, or post-base
//!             ├─ will come again, and there is room ─────────►  insert ··► the same, if allowed
//!             └─ else ───────────────────────────────────────►  literal
//! ```
//!
//! | file      | answers                                               |
//! |-----------|-------------------------------------------------------|
//! | `policy`  | which fields are secrets, which will come again       |
//! | `history` | what came before, and how well a name's values do     |
//! | `ledger`  | what the peer has confirmed, what must not be dropped |
//! | `lines`   | how a field is written                                |
//!
//! Invariant: no entry is dropped that is not confirmed, or that a section refers to which is not
//! acknowledged (§2.1.1).
//!
//! Invariant: a section refers to an entry that is not confirmed only where the peer's setting and
//! [`risk`](Limits::risk) leave a stream to be blocked (§2.1.2).
//!
//! Invariant: what is inserted and not confirmed fits into the table, for it cannot be dropped; so
//! the instructions of which the peer has said nothing are no more octets than the table's.
//!
//! Used by: `http3`, once a connection.

mod history;
mod ledger;
mod lines;
mod policy;

use crate::{DecoderInstruction, Error, Field, Limits, prefix::Prefix, table::Table};
use history::History;
use hpack::{integer, places::Places};
use ledger::Ledger;
use wire::Reader;

/// Encodes the sections for one connection's peer.
#[derive(Debug)]
pub struct Encoder {
    table: Table,
    /// Where the newest entry of a name is, and where that of a name and a value.
    names: Places,
    fields: Places,
    history: History,
    ledger: Ledger,
    limits: Limits,
    /// What the peer's settings allow: MaxTableCapacity, and streams that may be blocked.
    allowed: usize,
    blocked: u64,
    /// The capacity that the table is to have, where it cannot yet.
    wanted: Option<usize>,
    /// What the encoder stream is to carry.
    out: Vec<u8>,
    /// The lines of a section, before its prefix is known.
    scratch: Vec<u8>,
    /// The decoder stream's last instruction, whose rest has not come.
    tail: Vec<u8>,
}

/// What holds for the section that is being written.
#[derive(Debug, Clone, Copy)]
struct Section {
    /// The insert count at its start.
    base: u64,
    /// Entries that its references need.
    required: u64,
    /// The oldest entry that it refers to.
    oldest: u64,
    /// The oldest entry that any section refers to which is not acknowledged.
    floor: u64,
    /// Whether it may refer to entries that are not confirmed.
    risks: bool,
    /// Whether it may use the dynamic table at all.
    dynamic: bool,
}

impl Encoder {
    /// An encoder without a table, for the peer's settings are not there yet (§3.2.3).
    pub fn new(limits: &Limits) -> Self {
        Self {
            table: Table::default(),
            names: Places::new(limits.table_capacity),
            fields: Places::new(limits.table_capacity),
            history: History::default(),
            ledger: Ledger::default(),
            limits: limits.clone(),
            allowed: 0,
            blocked: 0,
            wanted: None,
            out: Vec::new(),
            scratch: Vec::new(),
            tail: Vec::new(),
        }
    }

    /// The peer's settings: the capacity that it allows, in octets, and how many streams may be
    /// blocked. The first instruction says what we make of it.
    pub fn set_peer(&mut self, capacity: usize, blocked: u64) {
        (self.allowed, self.blocked) = (capacity, blocked.min(self.limits.risk));
        self.set_capacity(self.limits.table_capacity);
    }

    /// Changes the capacity: to this many octets, or what is allowed. A table is made smaller when
    /// nobody needs what is dropped by that any more; until then it is not used, so that the time
    /// comes.
    pub fn set_capacity(&mut self, capacity: usize) {
        let capacity = capacity.min(self.limits.table_capacity).min(self.allowed);
        self.wanted = Some(capacity).filter(|capacity| *capacity != self.table.capacity());
        self.settle_capacity();
    }

    fn settle_capacity(&mut self) {
        let Some(capacity) = self.wanted else { return };
        if self.fits_in(capacity, self.ledger.floor()) {
            self.wanted = None;
            self.table.set_capacity(capacity);
            integer::encode(0x20, 5, capacity as u64, &mut self.out);
        }
    }

    /// The dynamic table as it is now.
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// Entries that the peer has confirmed: the Known Received Count (§2.1.4).
    pub const fn known_received_count(&self) -> u64 {
        self.ledger.known()
    }

    /// Sections that refer to the table and are not acknowledged.
    pub fn outstanding(&self) -> usize {
        self.ledger.len()
    }

    // ANCHOR: encode
    /// Appends the section of a list to `out`, to be sent on `stream`. What
    /// [`take_instructions`](Self::take_instructions) has then should be sent before it.
    pub fn encode<'a>(
        &mut self,
        stream: u64,
        fields: impl IntoIterator<Item = Field<'a>>,
        out: &mut Vec<u8>,
    ) {
        self.settle_capacity();
        let mut section = Section {
            base: self.table.inserted(),
            required: 0,
            oldest: u64::MAX,
            floor: self.ledger.floor(),
            risks: self.ledger.may_block(stream, self.blocked),
            dynamic: self.ledger.len() < self.limits.outstanding
                && self.table.capacity() > 0
                && self.wanted.is_none(),
        };
        let mut lines = std::mem::take(&mut self.scratch);
        for field in fields {
            self.write(&field, &mut section, &mut lines);
        }
        Prefix { required: section.required, base: section.base }.write(self.allowed, out);
        out.append(&mut lines);
        self.scratch = lines;
        if section.required > 0 {
            self.ledger.sent(stream, section.required, section.oldest);
        }
    }
    // ANCHOR_END: encode

    /// Moves what the encoder stream is to carry to the end of `out`.
    pub fn take_instructions(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.out);
    }

    // ANCHOR: acknowledge
    /// Takes octets of the decoder stream (§4.4).
    ///
    /// # Errors
    /// [`Error`], of the connection.
    pub fn receive_instructions(&mut self, octets: &[u8]) -> Result<(), Error> {
        // An instruction has at most ten octets, so no more than nine wait.
        self.tail.extend_from_slice(octets);
        let tail = std::mem::take(&mut self.tail);
        let mut reader = Reader::new(&tail);
        while let Some(instruction) = DecoderInstruction::parse(&mut reader)? {
            match instruction {
                DecoderInstruction::SectionAcknowledgment { stream } => {
                    self.ledger.acknowledge(stream)?;
                }
                DecoderInstruction::StreamCancellation { stream } => self.ledger.cancel(stream),
                DecoderInstruction::InsertCountIncrement { increment } => {
                    self.ledger.confirm(increment, self.table.inserted())?;
                }
            }
        }
        self.tail.extend_from_slice(reader.rest());
        self.settle_capacity();
        Ok(())
    }
    // ANCHOR_END: acknowledge

    /// Whether the oldest entries can be dropped until the rest fits in `capacity` octets.
    fn fits_in(&self, capacity: usize, floor: u64) -> bool {
        let floor = floor.min(self.ledger.known());
        let mut size = self.table.size();
        let mut oldest = self.table.oldest();
        while size > capacity {
            let Some((name, value)) = self.table.get(oldest).filter(|_| oldest < floor) else {
                return false;
            };
            size = size.saturating_sub(Field::new(name, value).size());
            oldest += 1;
        }
        true
    }
}
