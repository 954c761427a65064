//! Heads become sections, and sections frames.
//!
//! RFC 9114 §4.2, §4.3, §7.2.2; RFC 9204 §2.1
//!
//! ```text
//!   head ──► Lines (what is said) ──► size: does the peer take it? ──► QPACK ──► HEADERS
//!                                                                        └─► encoder stream
//! ```
//!
//! Invariant: a section is encoded when it is certain to be sent: what QPACK learns from it, the
//! peer must learn too.

use super::Connection;
use crate::{
    Misuse, StreamId,
    frame::{FrameHead, FrameType},
};
use http::message::outgoing::Sink;
use qpack::Field;
use wire::{VarInt, trace::Direction};

/// Octets that each field counts more than its name and its value (§4.2.2).
const OVERHEAD: u64 = 32;

/// The fields of a head, on their way into a section.
#[derive(Debug, Default)]
pub(super) struct Lines {
    octets: Vec<u8>,
    /// Where each name and each value ends.
    ends: Vec<(usize, usize)>,
    /// The section that was made of the last ones.
    section: Vec<u8>,
}

impl Sink for Lines {
    fn field(&mut self, name: &[u8], value: &[u8]) {
        self.octets.extend_from_slice(name);
        let middle = self.octets.len();
        self.octets.extend_from_slice(value);
        self.ends.push((middle, self.octets.len()));
    }
}

impl Lines {
    fn clear(&mut self) {
        self.octets.clear();
        self.ends.clear();
        self.section.clear();
    }

    fn iter(&self) -> impl Iterator<Item = Field<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        starts.zip(&self.ends).map(|(start, (middle, end))| {
            let name = self.octets.get(start..*middle).unwrap_or_default();
            let value = self.octets.get(*middle..*end).unwrap_or_default();
            Field::new(name, value)
        })
    }

    /// Whether it is `:status` and nothing else.
    fn is_status(&self) -> bool {
        self.ends.len() == 1 && self.octets.starts_with(b":status")
    }

    /// Octets of the section as §4.2.2 counts them.
    fn size(&self) -> u64 {
        self.octets.len() as u64 + OVERHEAD * self.ends.len() as u64
    }
}

/// Which frame a section goes in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Carrier {
    Headers,
    /// Of this number.
    Promise(u64),
}

impl Connection {
    // ANCHOR: put_section
    /// Puts a section behind all that waits in the stream.
    pub(super) fn put_section(
        &mut self,
        id: StreamId,
        carrier: Carrier,
        fill: impl FnOnce(&mut Lines),
    ) -> Result<(), Misuse> {
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        fill(&mut lines);
        let size = lines.size();
        let limit = self.theirs.max_field_section_size.unwrap_or(u64::MAX);
        // §4.2.2 says SHOULD NOT, and of a peer that takes not even a status something must become.
        if size > limit && !lines.is_status() {
            self.lines = lines;
            return Err(Misuse::SectionTooLarge { size, limit });
        }
        let mut section = std::mem::take(&mut lines.section);
        self.encoder.encode(id.get(), lines.iter(), &mut section);
        let (kind, push) = match carrier {
            Carrier::Headers => (FrameType::HEADERS, None),
            Carrier::Promise(push) => (FrameType::PUSH_PROMISE, VarInt::new(push)),
        };
        let length = (section.len() + push.map_or(0, VarInt::length)) as u64;
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.sending.queue.put(|out| {
                FrameHead { kind, length }.encode(out);
                if let Some(push) = push {
                    push.encode(out);
                }
                out.extend_from_slice(&section);
            });
        }
        self.make_ready(id);
        if self.trace.is_on() {
            let numbers: Vec<_> = push.map(|push| ("push_id", push.get())).into_iter().collect();
            let told = lines.iter().map(|field| (field.name.to_vec(), field.value.to_vec()));
            let teller = self.teller(Direction::Sent);
            teller.frame(id, kind, length, &numbers);
            teller.section(id, &told.collect());
        }
        lines.section = section;
        self.lines = lines;
        Ok(())
    }
    // ANCHOR_END: put_section
}
