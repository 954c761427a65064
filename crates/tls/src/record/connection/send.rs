//! Data out: octets become records, many in one vector.
//!
//! RFC 8446 §5.2, §5.5
//!
//! ```text
//!   data    │ 2^14 octets │ 2^14 octets │ rest │
//!   vector  │ head, sealed, tag │ head, sealed, tag │ head, sealed, tag │      one write
//! ```
//!
//! Invariant: a key seals at most [`Limits::records`](crate::Limits::records) records of data; the
//! next key is taken before that.

use super::Connection;
use crate::{
    Error, Level, Misuse,
    record::{ContentType, MAX_CONTENT, Phase, Protection},
};
use std::io::IoSlice;

/// Data that lies in several places, and how far it is sealed.
struct Pieces<'a> {
    parts: &'a [IoSlice<'a>],
    /// Octets of the first part that are done with.
    at: usize,
    /// Octets in all that are left.
    left: usize,
}

impl<'a> Pieces<'a> {
    fn new(parts: &'a [IoSlice<'a>], most: usize) -> Self {
        let left = parts.iter().map(|part| part.len()).sum::<usize>().min(most);
        Self { parts, at: 0, left }
    }

    /// The next octets, `most` at the most, that lie in one place.
    fn next(&mut self, most: usize) -> Option<&'a [u8]> {
        while let Some((first, others)) = self.parts.split_first() {
            let rest = first.get(self.at..).unwrap_or_default();
            let part = rest.get(..most.min(rest.len())).unwrap_or_default();
            self.at += part.len();
            self.left = self.left.saturating_sub(part.len());
            if self.at >= first.len() {
                (self.parts, self.at) = (others, 0);
            }
            if !part.is_empty() {
                return Some(part);
            }
        }
        None
    }
}

impl Connection {
    /// Sends data.
    ///
    /// # Errors
    /// [`Misuse::Closed`]; [`Misuse::HandshakeUnfinished`], where a server may send as soon as its
    /// own flight is out, a client only when all is done; [`Misuse::OutputFull`].
    pub fn send(&mut self, data: &[u8]) -> Result<(), Misuse> {
        self.send_slices(&[IoSlice::new(data)], data.len()).map(|_| ())
    }

    /// Sends the first `most` octets of data that lies in several places, in no more records than
    /// if it lay in one; answers how many octets that were.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_slices(&mut self, parts: &[IoSlice<'_>], most: usize) -> Result<usize, Misuse> {
        if !self.phase.sends() {
            return Err(Misuse::Closed);
        }
        if self.write_level != Level::Application {
            return Err(Misuse::HandshakeUnfinished);
        }
        if self.output.is_full() {
            return Err(Misuse::OutputFull);
        }
        self.answer_key_update();
        let data = Pieces::new(parts, most);
        let sent = data.left;
        self.seal(data).map(|()| sent)
    }

    /// Sends as much of `data` as the ticket still allows before the handshake is done; answers how
    /// much that was. Anybody may send it again (RFC 8446 §8): only for what may happen twice.
    ///
    /// # Errors
    /// [`Misuse::NoEarlyData`]; [`Misuse::Closed`]; [`Misuse::OutputFull`].
    pub fn send_early(&mut self, data: &[u8]) -> Result<usize, Misuse> {
        if !self.phase.sends() {
            return Err(Misuse::Closed);
        }
        let room = self.early_data_room();
        if room == 0 {
            return Err(Misuse::NoEarlyData);
        }
        if self.output.is_full() {
            return Err(Misuse::OutputFull);
        }
        let part = data.get(..room.min(data.len())).unwrap_or_default();
        self.seal(Pieces::new(&[IoSlice::new(part)], part.len()))?;
        self.early += part.len();
        Ok(part.len())
    }

    /// Octets of early data that may still be sent; 0 where none may.
    pub fn early_data_room(&self) -> usize {
        let limit = self
            .handshake
            .early_data_limit()
            .filter(|_| self.phase == Phase::Handshake && self.write_level == Level::EarlyData);
        let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(0);
        limit.saturating_sub(self.early)
    }

    /// Octets that can be sent before the application should wait until they were taken. At 0
    /// sending is refused.
    pub fn output_room(&self) -> usize {
        self.output.room()
    }

    /// Takes the next key for what we send; `request` asks the peer to do the same. It happens by
    /// itself before a key is worn out. A key that has sealed nothing is not replaced: a peer may
    /// take many updates without data for a flood.
    ///
    /// # Errors
    /// [`Misuse::Closed`], [`Misuse::HandshakeUnfinished`].
    pub fn key_update(&mut self, request: bool) -> Result<(), Misuse> {
        if !self.phase.sends() {
            return Err(Misuse::Closed);
        }
        let asks = request && !self.update_asked;
        if !asks && self.handshake.is_complete() && self.records_sealed() == 0 {
            return Ok(());
        }
        self.handshake.key_update(asks)?;
        if asks {
            self.update_asked = true;
            self.updates_due = self.updates_due.saturating_add(1);
        }
        self.drive();
        Ok(())
    }

    /// Seals data into records under the key there is.
    fn seal(&mut self, mut data: Pieces<'_>) -> Result<(), Misuse> {
        while data.left > 0 {
            self.update_asked = false;
            if self.write_level == Level::Application && self.records_left() == 0 {
                self.key_update(false)?;
            }
            // Under one key, as much as it is good for.
            let most = usize::try_from(self.records_left()).unwrap_or(usize::MAX);
            let part = data.left.min(most.saturating_mul(MAX_CONTENT));
            self.seal_part(&mut data, part).map_err(|_| Misuse::Cipher)?;
        }
        Ok(())
    }

    /// Records that the key is still good for; early data's key is never replaced.
    fn records_left(&self) -> u64 {
        match self.write_level {
            Level::Application => self.limits.records.max(1).saturating_sub(self.records_sealed()),
            _ => u64::MAX,
        }
    }

    fn records_sealed(&self) -> u64 {
        self.writing.as_ref().map_or(0, Protection::records)
    }

    // ANCHOR: bulk
    fn seal_part(&mut self, data: &mut Pieces<'_>, part: usize) -> Result<(), Error> {
        /// From here on a vector of its own: growing one would copy it.
        const LARGE: usize = 4096;
        let records = part.div_ceil(MAX_CONTENT);
        let content = |at: usize| part.saturating_sub(at * MAX_CONTENT).min(MAX_CONTENT);
        if self.trace.is_on() {
            for at in 0..records {
                self.tell_record(ContentType::ApplicationData, content(at), self.write_level);
            }
        }
        let Some(protection) = &mut self.writing else {
            data.left = 0;
            return Ok(());
        };
        let block = usize::from(self.padding.max(1));
        let length = part + records * (Protection::OVERHEAD + block - 1);
        let mut seal = |out: &mut Vec<u8>| {
            (0..records).try_for_each(|at| {
                let (content, kind) = (content(at), ContentType::ApplicationData);
                let padding = padding(content, block);
                protection.seal_from(kind, content, padding, out, |most| data.next(most))
            })
        };
        if length < LARGE {
            return self.output.write(seal);
        }
        let mut out = wire::spare::take(length).unwrap_or_else(|| Vec::with_capacity(length));
        seal(&mut out)?;
        self.output.put_vec(out);
        Ok(())
    }
    // ANCHOR_END: bulk
}

/// Zeros behind so many octets of content, up to a multiple of `block` or to what a record holds.
fn padding(content: usize, block: usize) -> usize {
    content.next_multiple_of(block).min(MAX_CONTENT).saturating_sub(content)
}
