//! Content comes, is counted, and waits for whoever reads it; datagrams beside it.
//!
//! RFC 9114 §4.1, §4.1.2, §10.5.1; RFC 9297 §2.1
//!
//! ```text
//!   transport ──► stream_input octets at most ──► Event::Data ──► application ──► release
//!       ▲ what is more stays here, and the peer's window shuts          │
//!       └──────────────── Event::Readable ◄─────────────────────────────┘
//! ```
//!
//! Invariant: of one stream's content no more than [`stream_input`](crate::Limits::stream_input)
//! octets are in memory here.

use super::{Connection, State};
use crate::{Error, Event, Misuse, Role, StreamId, stream::Phase};
use std::time::Instant;
use wire::{Reader, VarInt};

/// Frames with less content cost a token.
const TINY: u64 = 64;

/// So many of each message cost nothing: a short content, and an empty frame behind it.
const FREE: u8 = 2;

/// Octets up to which content joins what waits in the event before.
const JOIN: usize = 16_384;

impl Connection {
    // ANCHOR: data
    /// Content of a DATA frame; answers how many octets were taken.
    pub(super) fn on_data(&mut self, id: StreamId, data: &[u8]) -> Result<usize, Error> {
        let (limit, most) = (self.limits.content, self.limits.stream_input as usize);
        let Some(stream) = self.streams.get_mut(&id) else { return Ok(data.len()) };
        let receiving = &mut stream.receiving;
        let room = most.saturating_sub(receiving.held);
        let data = data.get(..room).unwrap_or(data);
        let counted = receiving.count(data.len() as u64, false, limit);
        counted.map_err(|malformed| Error::Malformed { stream: id, malformed })?;
        receiving.held += data.len();
        receiving.paused |= receiving.held >= most;
        self.tell_data(id, data);
        Ok(data.len())
    }
    // ANCHOR_END: data

    /// What a frame costs that carries little or nothing. It is asked of the length that its head
    /// says: how the transport cuts a long frame is not the peer's doing.
    pub(super) fn charge_data(&mut self, id: StreamId, length: u64) -> Result<(), Error> {
        if length >= TINY {
            return Ok(());
        }
        if let Some(stream) = self.streams.get_mut(&id)
            && stream.receiving.tiny < FREE
        {
            stream.receiving.tiny += 1;
            return Ok(());
        }
        if length == 0 {
            self.empty_data += 1;
            if self.empty_data > self.limits.empty_data {
                return Err(Error::Flood { what: "empty DATA frames" });
            }
        }
        match self.tiny.take(self.now) {
            true => Ok(()),
            false => Err(Error::Flood { what: "small DATA frames" }),
        }
    }

    /// Content that comes in many small pieces is told in few events.
    fn tell_data(&mut self, id: StreamId, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        if let Some(Event::Data { stream, octets, end: false }) = self.events.back_mut()
            && *stream == id
            && octets.len() + data.len() <= JOIN
        {
            octets.extend_from_slice(data);
        } else {
            self.events.push_back(Event::Data { stream: id, octets: data.to_vec(), end: false });
        }
    }

    /// The application has used `octets` of a stream's content: as many more are taken.
    pub fn release(&mut self, stream: StreamId, octets: usize) {
        let most = self.limits.stream_input as usize;
        let Some(record) = self.streams.get_mut(&stream) else { return };
        let receiving = &mut record.receiving;
        receiving.held = receiving.held.saturating_sub(octets);
        if receiving.paused && receiving.blocked.is_none() && receiving.held <= most / 2 {
            receiving.paused = false;
            self.events.push_back(Event::Readable(stream));
            self.watch_content(stream);
        }
    }

    /// Takes a datagram. What belongs to no exchange whose other half is open (RFC 9297 §2.1), or
    /// comes while nobody reads, is dropped; what belongs to a stream that there cannot be ends the
    /// connection.
    pub fn receive_datagram(&mut self, octets: &[u8], now: Instant) {
        self.tick(now);
        if self.state != State::Open {
            return;
        }
        let mut reader = Reader::new(octets);
        match reader.varint("Quarter Stream ID") {
            Ok(quarter) if quarter < 1 << 60 => {
                let stream = StreamId::new(quarter << 2);
                if self.role == Role::Server && self.is_beyond(stream) {
                    let (id, reason) = (stream.get(), "is beyond the limit of streams");
                    return self.violate(Error::Id { what: "a datagram", id, reason });
                }
                let record = self.streams.get(&stream);
                if record.is_some_and(|record| record.receiving.phase != Phase::Over)
                    && self.events.len() < self.limits.events as usize
                {
                    let octets = reader.rest().to_vec();
                    self.events.push_back(Event::Datagram { stream, octets });
                }
            }
            _ => self.violate(Error::Datagram),
        }
    }

    /// Sends a datagram of a request's stream, which may be lost (RFC 9297 §2.1). Where too many
    /// wait, the oldest is dropped.
    ///
    /// # Errors
    /// [`Misuse::NoDatagrams`], [`Misuse::NoStream`], [`Misuse::Closed`]; [`Misuse::WrongStream`]
    /// for that of a push, and [`Misuse::OutOfOrder`] behind the end of what we send.
    pub fn send_datagram(&mut self, stream: StreamId, payload: &[u8]) -> Result<(), Misuse> {
        let sending = &self.find(stream)?.sending;
        if !stream.is_request() {
            return Err(Misuse::WrongStream { stream });
        }
        if sending.finished || sending.over {
            return Err(Misuse::OutOfOrder { stream, input: "a datagram" });
        }
        if !(self.ours.h3_datagram && self.theirs.h3_datagram) {
            return Err(Misuse::NoDatagrams);
        }
        if self.datagrams.len() >= self.limits.datagrams as usize {
            self.datagrams.pop_front();
        }
        let mut octets = Vec::with_capacity(payload.len() + 8);
        VarInt::new(stream.get() >> 2).unwrap_or(VarInt::MAX).encode(&mut octets);
        octets.extend_from_slice(payload);
        self.datagrams.push_back(octets);
        Ok(())
    }
}
