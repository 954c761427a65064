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
use std::collections::BTreeMap;

/// Sections that are not acknowledged, and the Known Received Count.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// By the stream, and the number of the section among all.
    sections: BTreeMap<(u64, u64), Sent>,
    next: u64,
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
    pub(super) fn len(&self) -> usize {
        self.sections.len()
    }

    /// The oldest entry that one of them refers to.
    pub(super) fn floor(&self) -> u64 {
        self.oldest.first_key_value().map_or(u64::MAX, |(oldest, _)| *oldest)
    }

    /// Whether a section of `stream` may refer to what is not confirmed, where `most` streams may
    /// be blocked: those count that could be, for nobody tells us which are (§2.1.2).
    pub(super) fn may_block(&self, stream: u64, most: u64) -> bool {
        if most == 0 {
            return false;
        }
        let (mut count, mut last) = (0, None);
        for ((of, _), sent) in &self.sections {
            if sent.required > self.known && last != Some(*of) {
                if *of == stream {
                    return true;
                }
                (count, last) = (count + 1, Some(*of));
            }
        }
        count < most
    }

    pub(super) fn sent(&mut self, stream: u64, required: u64, oldest: u64) {
        self.sections.insert((stream, self.next), Sent { required, oldest });
        self.next += 1;
        *self.oldest.entry(oldest).or_default() += 1;
    }

    /// §4.4.1
    pub(super) fn acknowledge(&mut self, stream: u64) -> Result<(), Error> {
        let sent = self.take(stream).ok_or(Error::Acknowledgment { stream })?;
        self.known = self.known.max(sent.required);
        Ok(())
    }

    /// §4.4.2: a stream with no section on its way may be named too.
    pub(super) fn cancel(&mut self, stream: u64) {
        while self.take(stream).is_some() {}
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

    /// The first section of a stream.
    fn take(&mut self, stream: u64) -> Option<Sent> {
        let (key, _) = self.sections.range((stream, 0)..=(stream, u64::MAX)).next()?;
        let sent = self.sections.remove(&key.clone())?;
        if let Some(times) = self.oldest.get_mut(&sent.oldest) {
            *times -= 1;
            if *times == 0 {
                self.oldest.remove(&sent.oldest);
            }
        }
        Some(sent)
    }
}
