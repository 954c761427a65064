//! A connection's place in a loop: its socket, what waits to be written, and when to look at it.
//!
//! ```text
//!            read (64 KiB)         poll_transmit            write, writev, sendfile
//!  socket ─────────────────► link ─────────────────► out ─────────────────────► socket
//!     ▲                        │                      │ full
//!     └── not read while it says no ◄─────────────────┘
//! ```
//!
//! | what the peer owes us       | how long we wait                             | then    |
//! |-----------------------------|----------------------------------------------|---------|
//! | a request, content          | what the connection says                     | as that |
//! | to take what is written     | `stalled_write` after the last octet it took | a reset |
//! | a Pong, a Close             | a WebSocket's limits, after all was written  | as that |
//! | to close behind the last answer | `linger` after all is written            | a close |
//!
//! Invariant: a socket is watched for what we mean to do, and for nothing else: the poller is
//! level-triggered, and what nobody does it reports for ever.

use super::socket::Socket;
use crate::{
    Moment,
    core::{Cast, Link, State},
};
use sockets::Interest;
use std::{
    io::{self, IoSlice, Read, Write},
    time::Instant,
};
use websocket::Prepared;
use wire::{Output, Segment};

/// Octets that one connection may write before others have their turn: a reader as fast as we are,
/// on the loopback or behind a fat pipe, would otherwise keep the loop for a whole file.
const TURN: u64 = 1024 * 1024;

/// Reads of one turn, 256 KiB at the most.
const READS: u32 = 4;

/// How a turn of writing ended.
enum Wrote {
    /// Nothing is left.
    All,
    /// The kernel takes no more for now.
    Full,
    /// The turn is over.
    Enough,
}

/// What became of a slot after it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes on.
    Keep,
    /// Close the socket and forget it.
    Drop,
}

pub(super) struct Slot {
    pub(super) socket: Socket,
    pub(super) connection: Link,
    out: Output,
    /// What the poller watches for us.
    pub(super) interest: Interest,
    /// The earliest entry for us among the loop's timers.
    pub(super) armed: Option<Instant>,
    /// It is among those that the loop comes back to in its next turn.
    pub(super) again: bool,
    /// It is among those that letters came for in this turn.
    pub(super) touched: bool,
    /// When the peer last took something while something waited.
    stalled_since: Option<Instant>,
    read_closed: bool,
    /// We have said all that we had to say, and told the kernel so.
    shut: bool,
}

impl Slot {
    pub(super) fn new(socket: Socket, connection: Link, output_buffer: usize) -> Self {
        Self {
            socket,
            connection,
            out: Output::new(output_buffer.max(1)),
            interest: Interest::READ,
            armed: None,
            again: false,
            touched: false,
            stalled_since: None,
            read_closed: false,
            shut: false,
        }
    }

    // ANCHOR: readable
    /// Reads once; and a few times more while that fills the buffer and makes nothing to write, in
    /// the middle of a large message or upload. To read on for ever would let one fast peer starve
    /// the others; what is left makes the poller report the socket again.
    pub(super) fn on_readable(&mut self, scratch: &mut [u8], moment: &Moment) -> Fate {
        for _ in 0..READS {
            if self.read_closed || self.connection.has_more() || !self.connection.wants_receive() {
                break;
            }
            let best = self.connection.best_read(scratch.len());
            let room = scratch.get_mut(..best).unwrap_or_default();
            match self.socket.read(room) {
                Ok(0) => {
                    self.read_closed = true;
                    self.connection.receive_end(moment);
                }
                Ok(count) => {
                    crate::reading::count();
                    let input = room.get_mut(..count).unwrap_or_default();
                    self.connection.receive(input, moment);
                    if count < best {
                        break;
                    }
                    self.collect(moment);
                    if !self.out.is_empty() {
                        break;
                    }
                }
                Err(error) if is_passing(&error) => break,
                Err(_) => return Fate::Drop,
            }
        }
        self.advance(moment)
    }
    // ANCHOR_END: readable

    /// Takes what the connection has to say, while there is room for it.
    fn collect(&mut self, moment: &Moment) {
        if !self.out.is_full() {
            self.connection.poll_transmit(moment, &mut self.out);
        }
    }

    /// Writes what there is, lets the connection produce more, and begins the end when it is time.
    pub(super) fn advance(&mut self, moment: &Moment) -> Fate {
        let mut budget = TURN;
        let waited = !self.out.is_empty();
        loop {
            self.collect(moment);
            if self.out.is_empty() {
                break;
            }
            match self.write(&mut budget) {
                Ok(Wrote::All) => self.stalled_since = Some(moment.now),
                // What waits makes the poller report the socket in the next turn.
                Ok(Wrote::Enough) => return Fate::Keep,
                Ok(Wrote::Full) => {
                    self.stalled_since.get_or_insert(moment.now);
                    return Fate::Keep;
                }
                Err(_) => return Fate::Drop,
            }
            if self.connection.has_more() {
                self.stalled_since = None;
                return Fate::Keep;
            }
            // There is room again: the handler may go on.
            self.connection.process(moment);
        }
        self.stalled_since = None;
        if waited {
            self.connection.sent(moment);
        }
        match self.connection.state() {
            State::Open => Fate::Keep,
            // Upgraded, and nobody takes it over: a tunnel, which we do not offer.
            State::Closed | State::Upgraded => Fate::Drop,
            State::Closing => self.begin_end(moment),
        }
    }

    /// Sends a group's messages to this member, in one write where they fit. A member that has as
    /// much waiting as may is cut off: it could only be given less than the others, and would not
    /// know.
    pub(super) fn cast(&mut self, stream: u64, messages: &[Prepared], moment: &Moment) -> Fate {
        for message in messages {
            if self.connection.cast(stream, message) == Cast::Full {
                // Perhaps only because so much is said at once.
                let fate = self.advance(moment);
                if fate == Fate::Drop {
                    return Fate::Drop;
                }
                if self.connection.cast(stream, message) == Cast::Full {
                    if !self.connection.cut_off(stream, moment) {
                        return Fate::Drop;
                    }
                    break;
                }
            }
        }
        self.advance(moment)
    }

    /// Writes as long as there is something, the kernel takes it, and it is still our turn.
    fn write(&mut self, budget: &mut u64) -> io::Result<Wrote> {
        while let Some(front) = self.out.front() {
            if *budget == 0 {
                return Ok(Wrote::Enough);
            }
            let wrote = match front {
                Segment::External(_) => self.write_file(),
                Segment::Octets(octets) => {
                    let mut slices = [IoSlice::new(&[]); 32];
                    match self.out.slices(&mut slices) {
                        0 | 1 => self.socket.write(octets),
                        many => self.socket.write_vectored(slices.get(..many).unwrap_or_default()),
                    }
                    .map(|count| count as u64)
                }
            };
            match wrote {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => {
                    // However little it took, the peer is not stalled: a slow reader is no dead
                    // one.
                    self.stalled_since = None;
                    self.out.advance(count);
                    *budget = budget.saturating_sub(count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Wrote::Full),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Wrote::All)
    }

    fn write_file(&mut self) -> io::Result<u64> {
        let Some(part) = self.connection.file() else {
            return Err(io::Error::other("external output without a file"));
        };
        let count = part.length.min(TURN);
        match sockets::sendfile(&self.socket, &part.file, part.offset, count)? {
            0 => Err(io::Error::other("the file became shorter while it was sent")),
            sent => {
                part.offset += sent as u64;
                part.length = part.length.saturating_sub(sent as u64);
                Ok(sent as u64)
            }
        }
    }

    /// All is said. The peer may still be sending; were the socket closed now, the kernel would
    /// answer that with a reset, and a reset makes the peer's kernel forget our last answer
    /// (RFC 9112 §9.6). So only our half is closed, and the rest is read and dropped for a while.
    fn begin_end(&mut self, moment: &Moment) -> Fate {
        if !self.shut {
            self.shut = true;
            if self.read_closed || self.socket.shut_down_sending().is_err() {
                return Fate::Drop;
            }
            self.connection.sent(moment);
        }
        Fate::Keep
    }

    /// When somebody must look at this slot even if nothing happens.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let own = self.connection.next_timeout().filter(|_| !self.is_delivering());
        [own, self.stalled_until()].into_iter().flatten().min()
    }

    /// Whether there is nothing to wait for but that the peer takes its answer: the time for its
    /// next request, or for its close, has not begun. However long a download takes, the
    /// connection is as good as new behind it.
    fn is_delivering(&self) -> bool {
        self.connection.counts_from_sent() && !self.out.is_empty()
    }

    fn stalled_until(&self) -> Option<Instant> {
        // A span beyond the clock's end is no deadline.
        self.stalled_since?.checked_add(self.connection.limits().stalled_write)
    }

    /// The deadline has passed.
    pub(super) fn on_timeout(&mut self, moment: &Moment) -> Fate {
        if self.stalled_until().is_some_and(|until| until <= moment.now) {
            return Fate::Drop;
        }
        if !self.is_delivering() {
            self.connection.handle_timeout(moment);
        }
        self.advance(moment)
    }

    /// What the poller should watch now.
    pub(super) fn wanted_interest(&self) -> Interest {
        let readable = !self.read_closed && self.connection.wants_receive();
        Interest { readable, writable: !self.out.is_empty() }
    }

    /// Called before the socket is closed. Where an answer is cut off, the kernel is told to reset
    /// the connection: the peer of a close-delimited answer sees its end in nothing else, and what
    /// a stalled peer did not take need not stay in the kernel for minutes.
    pub(super) fn end(&self) {
        if !self.out.is_empty() || self.connection.ends_with_connection() {
            self.socket.reset_on_close();
        }
    }

    /// Whether a stop may close it at once: nothing was asked, and no answer is on its way.
    pub(super) fn is_quiet(&self) -> bool {
        self.connection.is_idle() && self.out.is_empty()
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

#[cfg(test)]
#[path = "slot_tests.rs"]
mod tests;
