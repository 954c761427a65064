//! What the peer has confirmed, and what sections are on their way.
//!
//! RFC 9204 §2.1.1, §2.1.2, §2.1.4, §4.4
//!
//! ```text
//!   entries    0 … │ floor … │ known … │ inserted
//!              may be dropped │         │
//!                    referred to by a section that is on its way
//!                              └ confirmed ┘ not confirmed: a reference may block its stream
//! ```
//!
//! Invariant: the sections of a stream are acknowledged in the order in which they were sent.

use crate::Error;
use std::collections::{BTreeMap, VecDeque};

/// Sections that are not acknowledged, and the Known Received Count.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    streams: BTreeMap<u64, VecDeque<Sent>>,
    count: usize,
    /// How often each entry is the oldest of a section.
    oldest: BTreeMap<u64, usize>,
    known: u64,
}

#[derive(Debug, Clone, Copy)]
struct Sent {
    required: u64,
    oldest: u64,
}

impl Ledger {
    /// Entries that the peer has confirmed: the Known Received Count (§2.1.4).
    #[inline]
    pub(super) const fn known(&self) -> u64 {
        self.known
    }

    /// Sections that are not acknowledged.
    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// The oldest entry that one of them refers to.
    pub(super) fn floor(&self) -> u64 {
        self.oldest.first_key_value().map_or(u64::MAX, |(oldest, _)| *oldest)
    }

    /// Whether a section of `stream` may refer to what is not confirmed, where `most` streams may
    /// be blocked: those count that could be, for nobody tells us which are (§2.1.2).
    pub(super) fn may_block(&self, stream: u64, most: u64) -> bool {
        let at_risk =
            |sections: &VecDeque<Sent>| sections.iter().any(|sent| sent.required > self.known);
        if most == 0 {
            return false;
        }
        if self.streams.get(&stream).is_some_and(at_risk) {
            return true;
        }
        (self.streams.values().filter(|sections| at_risk(sections)).count() as u64) < most
    }

    pub(super) fn sent(&mut self, stream: u64, required: u64, oldest: u64) {
        self.streams.entry(stream).or_default().push_back(Sent { required, oldest });
        *self.oldest.entry(oldest).or_default() += 1;
        self.count += 1;
    }

    /// §4.4.1
    pub(super) fn acknowledge(&mut self, stream: u64) -> Result<(), Error> {
        let none = Error::Acknowledgment { stream };
        let sections = self.streams.get_mut(&stream).ok_or(none)?;
        let sent = sections.pop_front().ok_or(none)?;
        if sections.is_empty() {
            self.streams.remove(&stream);
        }
        self.known = self.known.max(sent.required);
        self.release(sent);
        Ok(())
    }

    /// §4.4.2: a stream with no section on its way may be named too.
    pub(super) fn cancel(&mut self, stream: u64) {
        for sent in self.streams.remove(&stream).unwrap_or_default() {
            self.release(sent);
        }
    }

    /// §4.4.3
    pub(super) fn confirm(&mut self, increment: u64, inserted: u64) -> Result<(), Error> {
        let most = inserted.saturating_sub(self.known);
        if increment > most {
            return Err(Error::Increment { increment, most: Some(most) });
        }
        self.known += increment;
        Ok(())
    }

    fn release(&mut self, sent: Sent) {
        self.count = self.count.saturating_sub(1);
        if let Some(times) = self.oldest.get_mut(&sent.oldest) {
            *times -= 1;
            if *times == 0 {
                self.oldest.remove(&sent.oldest);
            }
        }
    }
}
