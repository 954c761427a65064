//! The journal tells what was sent and what became of it, as a page that a person reads and a test
//! compares.
//!
//! ```text
//!   client → server  5 octets
//!   advance 15ms
//!   client → server  7 octets  drop: loss
//! ```
//!
//! A line is written when a datagram enters its way, and amended when it is lost; arrivals are
//! kept as entries and not printed, for they follow from the link.
//!
//! Invariant: it is off until asked for, and then bounded by
//! [`Limits::journal`](crate::Limits::journal).
//!
//! Used by: scenario files, failing tests, `lab`'s pictures.

use crate::Drop;
use std::{collections::BTreeMap, fmt, time::Duration};

/// What happened to a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// A node sent it.
    Sent,
    /// It was lost, and so.
    Dropped(Drop),
    /// A router marked it CE.
    Marked,
    /// It was damaged.
    Corrupted,
    /// A second copy was made.
    Duplicated,
    /// It was held back so that others overtake it.
    HeldBack,
    /// A node received it.
    Received,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent => f.write_str("sent"),
            Self::Dropped(why) => write!(f, "drop: {why}"),
            Self::Marked => f.write_str("CE"),
            Self::Corrupted => f.write_str("corrupt"),
            Self::Duplicated => f.write_str("twice"),
            Self::HeldBack => f.write_str("held back"),
            Self::Received => f.write_str("received"),
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Since the network began.
    pub time: Duration,
    /// Which datagram, counted from 0 as they were sent.
    pub datagram: u64,
    /// The sender's name.
    pub from: String,
    /// The receiver's name.
    pub to: String,
    /// What happened.
    pub what: What,
    /// Octets on the wire.
    pub length: usize,
    /// What the payload says of itself.
    pub text: String,
}

/// What happened so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Journal {
    entries: Vec<Entry>,
    limit: usize,
    left_out: u64,
}

impl Journal {
    pub(crate) fn new(limit: usize) -> Self {
        Self { entries: Vec::new(), limit, left_out: 0 }
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        if self.entries.len() < self.limit {
            self.entries.push(entry);
        } else {
            self.left_out += 1;
        }
    }

    /// All entries, in the order in which they happened.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many came after the journal was full.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Takes the entries out, for a test that reads them in portions.
    pub fn take(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.entries)
    }

    /// A line for each datagram sent, with its fate, and when it was sent.
    pub fn lines(&self) -> Vec<(Duration, String)> {
        // Gathered in one pass: looking each fate up from its line would be quadratic.
        let mut fates: BTreeMap<u64, String> = BTreeMap::new();
        for entry in &self.entries {
            if !matches!(entry.what, What::Sent | What::Received) {
                let fate = fates.entry(entry.datagram).or_default();
                fate.push_str("  ");
                fate.push_str(&entry.what.to_string());
            }
        }
        let sent = self.entries.iter().filter(|entry| entry.what == What::Sent);
        let line = |entry: &Entry| {
            let fate = fates.get(&entry.datagram).map_or("", String::as_str);
            format!("{} → {}  {}{fate}", entry.from, entry.to, entry.text)
        };
        sent.map(|entry| (entry.time, line(entry))).collect()
    }
}

/// The page: a line for each datagram sent, with its fate; `advance` where time passes.
impl fmt::Display for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = Duration::ZERO;
        for (time, line) in self.lines() {
            let passed = time.saturating_sub(told);
            if !passed.is_zero() {
                writeln!(f, "advance {passed:?}")?;
            }
            told = time;
            writeln!(f, "{line}")?;
        }
        if self.left_out > 0 {
            writeln!(f, "… and {} more", self.left_out)?;
        }
        Ok(())
    }
}
