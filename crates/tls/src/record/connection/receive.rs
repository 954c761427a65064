//! Octets in: records are found, opened where they lie, and handed on.
//!
//! RFC 8446 §5.1, §5.2
//!
//! ```text
//!   input  │ record │ record │ reco          opened in place, one at a time
//!                            └──► tail       kept until the rest comes, then opened there
//! ```
//!
//! Invariant: at most one record is kept, and it grows with the octets that came.

use super::Connection;
use crate::{
    Error, Level,
    record::{ContentType, Event, Head, Phase},
    trace,
};
use std::{ops::Range, time::Instant};
use wire::{Reader, trace::Direction};

/// Octets copied at a time; see [`Protection::seal`](crate::record::Protection::seal).
const PIECE: usize = 2048;

/// From here on a record is long, and its copy worth being avoided.
const LONG: usize = 4096;

/// What [`Connection::receive_some`] found.
#[derive(Debug)]
pub struct Received<'a> {
    /// Octets of the input that are done with.
    pub used: usize,
    /// Data from the peer, or nothing.
    pub data: &'a mut [u8],
    /// Whether it came before the handshake was done.
    pub early: bool,
}

/// Where in a record its data lies.
type Data = Option<Range<usize>>;

impl Connection {
    /// Takes octets that the peer sent; they are changed by that. What they bring becomes events,
    /// data copied among them. Never fails: what is wrong becomes an event and an alert.
    pub fn receive(&mut self, input: &mut [u8], now: Instant) {
        let mut at = 0;
        while let Some(rest) = input.get_mut(at..).filter(|rest| !rest.is_empty()) {
            let received = self.receive_some(rest, now);
            let (used, early) = (received.used, received.early);
            if !received.data.is_empty() {
                let octets = received.data.to_vec();
                self.events.push_back(Event::Data { octets, early });
            }
            at += used;
        }
    }

    /// As [`receive`](Self::receive), but copies no data: reads up to the first data or event, and
    /// answers how many octets were used and where the data is. Whoever calls it again with the
    /// rest, and takes the events after each call, sees everything in order; events that wait after
    /// a call came before its data. It uses at least one octet, unless `input` is empty.
    pub fn receive_some<'a>(&'a mut self, input: &'a mut [u8], now: Instant) -> Received<'a> {
        self.timer.tick(now);
        self.opened = Vec::new();
        let early = self.read_level == Level::EarlyData;
        if !self.phase.reads() {
            self.discard(input.len());
            return Received { used: input.len(), data: &mut [], early: false };
        }
        if !self.tail.is_empty() {
            let (used, data) = self.complete_tail(input);
            let data = data.and_then(|data| self.opened.get_mut(data));
            return Received { used, data: data.unwrap_or_default(), early };
        }
        let (used, data) = self.records(input);
        let data = data.and_then(|data| input.get_mut(data)).unwrap_or_default();
        Received { used, data, early }
    }

    /// The peer's stream has ended: in good order (`clean`), or by a reset. Only a close_notify
    /// makes it a good end.
    pub fn receive_end(&mut self, clean: bool, now: Instant) {
        self.timer.tick(now);
        self.ended = true;
        if !clean {
            // Nobody is there to get it.
            self.output.clear();
            return self.leave(crate::record::Input::GiveUp);
        }
        self.leave(crate::record::Input::End);
    }

    /// Whether more octets would be of use. Where not, the driver must stop reading.
    pub fn wants_receive(&self) -> bool {
        !self.ended && (self.phase.reads() || self.phase == Phase::Failed)
    }

    // ANCHOR: best_read
    /// How many octets to ask the socket for, where there is room for `most`: so many that the last
    /// record of the read is whole, if the peer goes on with records as long as its last one. A
    /// record that is cut by the end of a read must be kept and copied, and in a bulk transfer
    /// that costs a fifth of all that receiving does. At least 1, unless `most` is 0.
    pub fn best_read(&self, most: usize) -> usize {
        let head = Head::parse(&mut Reader::new(&self.tail));
        let first = match head {
            Ok(Some(head)) => (Head::LENGTH + head.length).saturating_sub(self.tail.len()),
            // Where the record ends, nobody knows yet.
            _ if !self.tail.is_empty() => return most,
            _ => 0,
        };
        let room = most.saturating_sub(first);
        let whole = match room.checked_rem(self.stride) {
            Some(cut) if self.stride >= LONG => room - cut,
            _ => return most,
        };
        if first + whole == 0 { most } else { most.min(first + whole) }
    }
    // ANCHOR_END: best_read

    /// Reads records in place until there is something to tell, or no whole one; keeps the rest
    /// then. Answers what was used, and where in `input` data lies.
    fn records(&mut self, input: &mut [u8]) -> (usize, Data) {
        let (mut at, told) = (0, self.events.len());
        while self.phase.reads() && self.events.len() == told {
            let Some(rest) = input.get_mut(at..) else { break };
            let length = match Head::parse(&mut Reader::new(rest)) {
                Ok(Some(head)) => Head::LENGTH + head.length,
                Ok(None) => Head::LENGTH,
                Err(error) => {
                    self.violate(error);
                    return (input.len(), None);
                }
            };
            let Some(record) = rest.get_mut(..length) else {
                self.keep(at, input);
                return (input.len(), None);
            };
            let data = self.record(record);
            let start = at;
            at += length;
            if let Some(data) = data {
                self.stride = length;
                return (at, Some(start + data.start..start + data.end));
            }
        }
        (at, None)
    }

    /// Keeps what follows `at`.
    fn keep(&mut self, at: usize, input: &[u8]) {
        let octets = input.get(at..).unwrap_or_default();
        self.tail.reserve_exact(self.room_for(octets));
        for piece in octets.chunks(PIECE) {
            self.tail.extend_from_slice(piece);
        }
    }

    /// What to make room for at the end of `tail`: the whole record, so that it need not move when
    /// its rest comes; but not more than twice what has come, whatever the head declares.
    fn room_for(&self, octets: &[u8]) -> usize {
        let front = if self.tail.is_empty() { octets } else { &self.tail };
        let whole = match Head::parse(&mut Reader::new(front)) {
            Ok(Some(head)) => Head::LENGTH + head.length,
            _ => 0,
        };
        let come = self.tail.len() + octets.len();
        whole.min(2 * come).saturating_sub(self.tail.len()).max(octets.len())
    }

    /// Adds to the record that waits what it lacks; answers what was used of `input`, and where in
    /// `opened` data lies.
    fn complete_tail(&mut self, input: &[u8]) -> (usize, Data) {
        let mut used = 0;
        loop {
            let whole = match Head::parse(&mut Reader::new(&self.tail)) {
                Ok(Some(head)) => Head::LENGTH + head.length,
                Ok(None) => Head::LENGTH,
                Err(error) => {
                    self.violate(error);
                    return (input.len(), None);
                }
            };
            let missing = whole.saturating_sub(self.tail.len());
            if missing == 0 {
                let mut record = std::mem::take(&mut self.tail);
                let data = self.record(&mut record);
                if data.is_some() {
                    self.stride = whole;
                    self.opened = record;
                }
                return (used, data);
            }
            let rest = input.get(used..).unwrap_or_default();
            let more = rest.get(..missing.min(rest.len())).unwrap_or_default();
            if more.is_empty() {
                return (used, None);
            }
            used += more.len();
            self.keep(0, more);
        }
    }

    /// One whole record: answers where in it data lies, if it is data.
    fn record(&mut self, record: &mut [u8]) -> Data {
        let result = self.open(record).and_then(|opened| {
            let Some((kind, length)) = opened else { return Ok(None) };
            let content = record.get(Head::LENGTH..Head::LENGTH + length).unwrap_or_default();
            trace::record(
                &self.trace,
                self.timer.now(),
                Direction::Received,
                kind.name(),
                content.len(),
                self.read_level,
            );
            let data = self.content(kind, content)?;
            Ok(data.then_some(Head::LENGTH..Head::LENGTH + length))
        });
        result.unwrap_or_else(|error| {
            self.violate(error);
            None
        })
    }

    /// Opens a record in place, if it is sealed: answers what it carries, and how many octets
    /// behind the head are that. `None` where it is to be passed over.
    fn open(&mut self, record: &mut [u8]) -> Result<Option<(ContentType, usize)>, Error> {
        let Some((head, body)) = record.split_first_chunk_mut::<{ Head::LENGTH }>() else {
            return Ok(None);
        };
        let kind = ContentType::from_number(head[0])?;
        let keyless = self.may_be_keyless();
        let unprotected = Error::RecordProtection { kind: kind.name() };
        match (kind, &mut self.reading) {
            (ContentType::ChangeCipherSpec, _) => {
                self.change_cipher_spec(body)?;
                Ok(None)
            }
            (ContentType::ApplicationData, None) => {
                // Early data, before the second ClientHello that a server asked for.
                if self.skip.is_none() {
                    return Err(unprotected);
                }
                self.skip(body.len())?;
                Ok(None)
            }
            (ContentType::ApplicationData, Some(protection)) => {
                match protection.open(*head, body) {
                    Err(Error::RecordMac) if self.skip.is_some() => {
                        self.skip(body.len())?;
                        Ok(None)
                    }
                    opened => {
                        let opened = opened?;
                        (self.skip, self.heard) = (None, true);
                        Ok(Some(opened))
                    }
                }
            }
            (_, None) => Ok(Some((kind, body.len()))),
            // A client that cannot make its keys from our hello has no other way to say so.
            (ContentType::Alert, Some(_)) if keyless => Ok(Some((kind, body.len()))),
            (_, Some(_)) => Err(unprotected),
        }
    }

    fn may_be_keyless(&self) -> bool {
        self.role == crate::Role::Server && !self.handshake.is_complete() && !self.heard
    }

    /// Passes over a record of early data that we do not take.
    fn skip(&mut self, octets: usize) -> Result<(), Error> {
        let limit = self.limits.skipped;
        let left = self.skip.unwrap_or(0).checked_sub(octets);
        self.skip = Some(left.ok_or(Error::EarlyDataTooLong { limit })?);
        Ok(())
    }
}
