//! Small files that are asked for again and again, kept in memory; asked after, never trusted.
//!
//! ```text
//!   path ──► kept? ── no ──────────────────────────► resolve, open, read ──► kept
//!              │ yes                                       ▲
//!              ▼                                           │ another length, time, inode …
//!            looked at since the request was read? ── no ──► stat ── the same ──► answer
//!              └── yes ─────────────────────────────────────────────────────────► answer
//! ```
//!
//! Opening, asking and reading cost eight calls of the kernel; a look costs one, and serves all
//! requests that were read with it: each of them was sent before the look, so that each answer was
//! true after its request was sent. Whoever changes a file and then asks gets the new one.
//!
//! | what grows      | the brake                                                                 |
//! |-----------------|---------------------------------------------------------------------------|
//! | octets, entries | half as many as may be begin a new generation; what nobody asks for goes  |
//!
//! Invariant: what is kept was read between two looks that saw the same, and had not changed for
//! [`SETTLED`] before.
//!
//! Used by: [`Files`](super::Files), where links may be followed.

use super::send::Described;
use std::{
    collections::HashMap,
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use wire::UnixTime;

/// Octets that all kept files may have, with what is said of them. 8 MiB: the pages, styles and
/// scripts of a site, and nothing that a machine would miss.
pub(super) const MOST: usize = 8 * 1024 * 1024;

/// Octets that an entry costs beside its content, about.
const ENTRY: usize = 1024;

/// Seconds since its last change before a file is kept: one that has just changed may change again
/// within the same tick of the file system's clock, and no look would see that.
const SETTLED: i64 = 2;

/// What tells a file from another, and from itself before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Looks {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Looks {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether its last change is long enough ago.
    pub(super) fn is_settled(&self, now: UnixTime) -> bool {
        self.modified.0 < now.0.saturating_sub(SETTLED)
    }
}

/// A file whose content is in memory.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) place: PathBuf,
    pub(super) looks: Looks,
    pub(super) described: Described,
    /// When it was last looked at, as [`reading`](crate::reading) counts.
    pub(super) seen: AtomicU64,
}

impl Kept {
    // ANCHOR: fresh
    /// Whether the file is still what is kept of it.
    fn is_true(&self) -> bool {
        let reading = crate::reading::current();
        if reading.is_some_and(|reading| self.seen.load(Ordering::Acquire) >= reading) {
            return true;
        }
        let same = fs::metadata(&self.place).is_ok_and(|found| Looks::of(&found) == self.looks);
        if let (true, Some(reading)) = (same, reading) {
            self.seen.fetch_max(reading, Ordering::AcqRel);
        }
        same
    }
    // ANCHOR_END: fresh

    fn cost(&self, path: &str) -> usize {
        let content = usize::try_from(self.looks.length).unwrap_or(usize::MAX);
        content.saturating_add(2 * path.len() + ENTRY)
    }
}

type Generation = HashMap<Box<str>, Arc<Kept>>;

#[derive(Debug, Default)]
struct Generations {
    young: Generation,
    old: Generation,
    /// What the young cost.
    octets: usize,
}

/// The files that are kept, by the path that was asked for.
#[derive(Debug)]
pub(super) struct Memory {
    most: usize,
    generations: Mutex<Generations>,
}

impl Memory {
    /// Room for so many octets; none keeps nothing.
    pub(super) fn new(most: usize) -> Self {
        Self { most, generations: Mutex::default() }
    }

    pub(super) const fn most(&self) -> usize {
        self.most
    }

    /// What is kept for a path, if it is still true.
    pub(super) fn find(&self, path: &str) -> Option<Arc<Kept>> {
        if self.most == 0 {
            return None;
        }
        let kept = {
            let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
            match generations.young.get(path) {
                Some(kept) => kept.clone(),
                None => {
                    let (path, kept) = generations.old.remove_entry(path)?;
                    self.add(&mut generations, path, kept.clone());
                    kept
                }
            }
        };
        // Looked at without the lock: other loops have their own.
        kept.is_true().then_some(kept)
    }

    /// Keeps a file for the next who asks for `path`.
    pub(super) fn keep(&self, path: &str, kept: Arc<Kept>) {
        if kept.cost(path) <= self.most / 4 {
            let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
            self.add(&mut generations, path.into(), kept);
        }
    }

    fn add(&self, generations: &mut Generations, path: Box<str>, kept: Arc<Kept>) {
        let cost = kept.cost(&path);
        if generations.octets + cost > self.most / 2 {
            // Who was not asked for since the last time is dropped here.
            generations.old = std::mem::take(&mut generations.young);
            generations.octets = 0;
        }
        generations.old.remove(&path);
        generations.octets += cost;
        if let Some(before) = generations.young.insert(path.clone(), kept) {
            generations.octets = generations.octets.saturating_sub(before.cost(&path));
        }
    }
}

#[cfg(test)]
#[path = "memory_tests.rs"]
mod tests;
