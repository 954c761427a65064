//! Octets to the peer: as many records as there is room for, each sealed where it is sent from.
//!
//! RFC 8446 §5.2
//!
//! ```text
//!   inner ─► plain │ head │ content │ a file's part │
//!                    └──────┴───┬─────┘      │ read
//!                       seal, 2^14 octets each, while `out` has room
//! ```
//!
//! Invariant: what waits sealed is less than the driver's output holds and a record; cleartext is
//! fetched from inside only when none is left.

use super::Secure;
use crate::Moment;
use std::{io::IoSlice, os::unix::fs::FileExt};
use tls::record::MAX_CONTENT;
use wire::{Output, Segment, spare};

/// Octets of a file read and sealed at a time.
const FILE_PIECE: usize = 4 * MAX_CONTENT;

/// Places that octets are sealed from at a time: heads and contents of eight of HTTP/2's frames.
const SLICES: usize = 16;

impl Secure {
    // ANCHOR: transmit
    /// Appends records to `out` while it has room.
    pub fn poll_transmit(&mut self, moment: &Moment, out: &mut Output) {
        self.tls.poll_transmit(moment.now, out);
        while !out.is_full() {
            if let Some(inner) = self.inner.as_mut().filter(|_| self.plain.is_empty()) {
                inner.poll_transmit(moment, &mut self.plain);
            }
            if self.plain.is_empty() {
                self.say_goodbye(moment);
                self.tls.poll_transmit(moment.now, out);
                return;
            }
            if !self.seal(out.room()) {
                self.plain.clear();
                self.broken = true;
            }
            self.tls.poll_transmit(moment.now, out);
        }
    }
    // ANCHOR_END: transmit

    /// Seals what fits in `room`, or a record where that is more; answers whether it could.
    fn seal(&mut self, room: usize) -> bool {
        // Whole records: each costs the same whatever is in it. A frame's head and its content lie
        // in two places and go into one.
        let most = (room / MAX_CONTENT).max(1) * MAX_CONTENT;
        let sealed = match self.plain.front() {
            None => return true,
            Some(Segment::Octets(_)) => {
                let mut slices = [IoSlice::new(&[]); SLICES];
                let filled = self.plain.slices(&mut slices);
                let parts = slices.get(..filled).unwrap_or_default();
                self.tls.send_slices(parts, most).ok().map(|sealed| sealed as u64)
            }
            Some(Segment::External(length)) => {
                let most = usize::try_from(length).unwrap_or(usize::MAX).min(most);
                self.seal_file(most.min(FILE_PIECE))
            }
        };
        self.plain.advance(sealed.unwrap_or(0));
        sealed.is_some()
    }

    /// Seals the next octets of a file, `most` of them at the most: the kernel cannot send it by
    /// itself, for it has not our keys.
    fn seal_file(&mut self, most: usize) -> Option<u64> {
        let part = self.inner.as_mut()?.file()?;
        let most = usize::try_from(part.length).unwrap_or(usize::MAX).min(most);
        let mut buffer = spare::take(FILE_PIECE).unwrap_or_else(|| Vec::with_capacity(FILE_PIECE));
        buffer.resize(most, 0);
        // A file that became shorter while it was sent ends the answer in the middle.
        let read = part.file.read_exact_at(&mut buffer, part.offset);
        let sealed = read.is_ok() && self.tls.send(&buffer).is_ok();
        spare::give(buffer);
        let count = most as u64;
        part.offset += count;
        part.length -= count;
        sealed.then_some(count)
    }
}
