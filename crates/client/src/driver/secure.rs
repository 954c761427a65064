//! TLS between a socket and whoever speaks through it: what is written is sealed, what is read was
//! opened.
//!
//! RFC 8446 §5, §6.1
//!
//! ```text
//!   write ──► seal ──► output ──────────► socket        plain ──► sealed
//!   read  ◄── left ◄── open ◄── input ◄── socket        plain ◄── sealed
//! ```
//!
//! A record is opened where it was read, and what is in it copied to whoever reads; `left` holds
//! what they had no room for. Sealed octets can never be taken back, so what the socket does not
//! take stays in `output`, and goes first the next time.
//!
//! Early data is a write before the handshake is done: it goes under the ticket's key, and is kept
//! until the server has said whether it counts. If not, it goes again, behind the handshake.
//!
//! Invariant: nothing is handed out before the handshake is done, and so before the server's
//! certificate is believed.
//!
//! Invariant: a violation is told once all that came before it was handed out, and then with every
//! read.
//!
//! Users: [`super::stream`].

use super::stream::Socket;
use crate::{Error, tls::Secured, trace};
use ::tls::{
    EarlyData, Error as TlsError, Misuse, Summary,
    record::{Connection, Event, MAX_CONTENT},
};
use std::{
    io::{self, IoSlice},
    sync::Arc,
    time::Instant,
};
use wire::{Output, trace::Trace};

/// Sealed octets are read so many at a time, at the most: four of the longest records.
const INPUT: usize = 66 * 1024;
/// Sealed octets that may wait before no more is sealed.
const ENOUGH: u64 = 64 * 1024;
/// Octets sealed at a time.
const MOST: usize = 256 * 1024;
/// Slices for one `writev`.
const SLICES: usize = 16;
/// Octets copied at a time. Some processors copy a long piece very slowly where it goes slightly
/// behind where it comes from, modulo a page; behind a record's head that is often so.
const PIECE: usize = 2048;

/// A connection's TLS.
#[derive(Debug)]
pub(super) struct Secure {
    connection: Connection,
    /// `host:port`, for messages.
    name: String,
    trace: Trace,
    /// Sealed, and not yet with the kernel.
    output: Output,
    /// Sealed, from the kernel; `at..end` of it is not yet opened.
    input: Vec<u8>,
    at: usize,
    end: usize,
    /// Opened, and not yet handed out, from `left_at` on.
    left: Vec<u8>,
    left_at: usize,
    early: Early,
    /// Whether chains are asked about.
    verifies: bool,
    /// What was agreed on, once it was.
    secured: Option<Arc<Secured>>,
    failed: Option<TlsError>,
    /// How the peer's octets ended, once they did.
    closed: Option<bool>,
}

/// What becomes of early data.
#[derive(Debug, Default)]
struct Early {
    /// What was sent, while it may have to go again.
    octets: Vec<u8>,
    sent: bool,
    rejected: bool,
}

impl Secure {
    /// TLS whose hello waits to be sent.
    pub(super) fn new(connection: Connection, name: String, verifies: bool, trace: Trace) -> Self {
        Self {
            connection,
            name,
            trace,
            output: Output::new(MOST),
            input: Vec::new(),
            at: 0,
            end: 0,
            left: Vec::new(),
            left_at: 0,
            early: Early::default(),
            verifies,
            secured: None,
            failed: None,
            closed: None,
        }
    }

    pub(super) fn listen(&mut self, trace: &Trace) {
        self.trace = trace.clone();
        self.connection.set_trace(trace.clone());
    }

    /// What was agreed on, once the handshake is done.
    pub(super) fn secured(&self) -> Option<&Arc<Secured>> {
        self.secured.as_ref()
    }

    /// Whether something that came is still here, so that the socket need not be waited for.
    pub(super) fn holds(&self) -> bool {
        self.left_at < self.left.len() || self.at < self.end
    }

    /// Whether the stream ended without a close_notify.
    pub(super) fn was_cut(&self) -> bool {
        self.closed == Some(false)
    }

    /// Octets that may go before the handshake is done.
    pub(super) fn early_room(&self) -> usize {
        self.connection.early_data_room()
    }

    /// Whether something was sent as early data, and the server has not said that it does not
    /// count.
    pub(super) fn sent_early(&self) -> bool {
        self.early.sent && !self.early.rejected
    }

    /// Gives up memory that an idle connection does not need.
    pub(super) fn rest(&mut self) {
        if !self.holds() {
            (self.input, self.at, self.end) = (Vec::new(), 0, 0);
            (self.left, self.left_at) = (Vec::new(), 0);
        }
    }

    // ANCHOR: read
    /// Reads into `buffer`; 0 is the end.
    pub(super) fn read(&mut self, socket: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut filled = self.take_left(buffer);
            while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
                match self.open(room) {
                    Some(opened) => filled += opened,
                    None => break,
                }
            }
            // What TLS has to say for itself. If the socket does not take it now, it goes with
            // what is written next; and if the socket is broken, reading tells.
            let _ = self.push(socket);
            if filled > 0 || buffer.is_empty() {
                return Ok(filled);
            }
            if self.has_ended()? {
                return Ok(0);
            }
            self.fill(socket)?;
        }
    }
    // ANCHOR_END: read

    /// What did not fit the last time.
    fn take_left(&mut self, buffer: &mut [u8]) -> usize {
        let left = self.left.get(self.left_at..).unwrap_or_default();
        let taken = copy(left, buffer);
        self.left_at += taken;
        if self.left_at == self.left.len() {
            self.left.clear();
            self.left_at = 0;
        }
        taken
    }

    /// Opens records up to the first data, which goes into `room`; answers how much that was.
    /// `None` where no octet is left to open.
    pub(super) fn open(&mut self, room: &mut [u8]) -> Option<usize> {
        let sealed = self.input.get_mut(self.at..self.end).filter(|sealed| !sealed.is_empty())?;
        let received = self.connection.receive_some(sealed, Instant::now());
        self.at += received.used;
        let taken = copy(received.data, room);
        for piece in received.data.get(taken..).unwrap_or_default().chunks(PIECE) {
            self.left.extend_from_slice(piece);
        }
        self.hear();
        Some(taken)
    }

    /// Does what the events ask for, and fetches what TLS wants sent.
    fn hear(&mut self) {
        while let Some(event) = self.connection.poll_event() {
            match event {
                Event::EarlyData(EarlyData::Rejected) => self.early.rejected = true,
                Event::HandshakeComplete(summary) => self.complete(*summary),
                Event::Violation(error) => self.failed = Some(error),
                Event::Closed { clean } => self.closed = Some(clean),
                // A ticket is in its store already; data comes from `receive_some`.
                _ => {}
            }
        }
        self.connection.poll_transmit(Instant::now(), &mut self.output);
    }

    /// The handshake is done. What was sent too early goes again.
    fn complete(&mut self, summary: Summary) {
        let octets = std::mem::take(&mut self.early.octets);
        if self.early.rejected
            && let Err(misuse) = self.connection.send(&octets)
        {
            self.failed.get_or_insert(refused(misuse));
        }
        let secured = Secured::new(summary, self.verifies);
        trace::secured(&self.trace, &secured);
        self.secured = Some(Arc::new(secured));
    }

    /// One step of the handshake on a socket that blocks: sends what waits, and reads once. Answers
    /// whether it is done, or with `early` whether something may be sent already.
    pub(super) fn step(&mut self, socket: &Socket, early: bool) -> io::Result<bool> {
        if self.secured.is_some() {
            return Ok(true);
        }
        if !self.push(socket)? {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.has_ended()?;
        if early && self.early_room() > 0 {
            return Ok(true);
        }
        self.fill(socket)?;
        while self.secured.is_none() && self.open(&mut []).is_some() {}
        Ok(self.secured.is_some())
    }

    /// Whether nothing more comes.
    ///
    /// # Errors
    /// A violation; an end before the handshake's.
    pub(super) fn has_ended(&self) -> io::Result<bool> {
        if let Some(error) = &self.failed {
            let error = Error::of_tls(&self.name, error.clone(), self.secured.is_some());
            return Err(error.into());
        }
        match (self.closed, &self.secured) {
            (None, _) => Ok(false),
            (Some(_), Some(_)) => Ok(true),
            (Some(_), None) => Err(self.cut("the server closed the connection")),
        }
    }

    fn cut(&self, reason: impl Into<String>) -> io::Error {
        Error::TlsCut { with: self.name.clone(), reason: reason.into() }.into()
    }

    /// Reads sealed octets from the socket, once.
    pub(super) fn fill(&mut self, socket: &Socket) -> io::Result<()> {
        self.input.resize(INPUT, 0);
        (self.at, self.end) = (0, 0);
        let best = self.connection.best_read(INPUT);
        loop {
            match socket.read(self.input.get_mut(..best).unwrap_or_default()) {
                Ok(0) => self.connection.receive_end(true, Instant::now()),
                Ok(length) => self.end = length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if super::connection::is_wait(&error) => return Err(error),
                Err(error) => {
                    self.connection.receive_end(false, Instant::now());
                    self.hear();
                    let done = self.secured.is_some();
                    return Err(if done { error } else { self.cut(error.to_string()) });
                }
            }
            self.hear();
            return Ok(());
        }
    }

    // ANCHOR: write
    /// Seals from the front of `slices`, and hands the socket what it takes; answers how many
    /// octets were sealed. They count as written, though the socket may not have all of them:
    /// [`push`](Self::push) goes on with those.
    pub(super) fn write(&mut self, socket: &Socket, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        if self.output.len() >= ENOUGH && !self.push(socket)? {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        if self.failed.is_some() {
            self.has_ended()?;
        }
        let mut gathered = Vec::new();
        let octets = first(slices, &mut gathered);
        if self.secured.is_none() {
            return self.write_early(socket, octets);
        }
        self.connection.send(octets).map_err(broken)?;
        self.connection.poll_transmit(Instant::now(), &mut self.output);
        self.push(socket)?;
        Ok(octets.len())
    }
    // ANCHOR_END: write

    /// A write before the handshake is done: as early data, if all of it may go so; otherwise once
    /// it is done. The socket blocks.
    fn write_early(&mut self, socket: &Socket, octets: &[u8]) -> io::Result<usize> {
        if self.early_room() < octets.len() {
            while !self.step(socket, false)? {}
            return self.write(socket, &[IoSlice::new(octets)]);
        }
        let sent = self.connection.send_early(octets).map_err(broken)?;
        self.early.sent = true;
        self.early.octets.extend_from_slice(octets.get(..sent).unwrap_or_default());
        self.connection.poll_transmit(Instant::now(), &mut self.output);
        self.push(socket)?;
        Ok(sent)
    }

    /// Hands the socket what waits; false if it took not all of it.
    pub(super) fn push(&mut self, socket: &Socket) -> io::Result<bool> {
        self.connection.poll_transmit(Instant::now(), &mut self.output);
        while !self.output.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let filled = self.output.slices(&mut slices);
            match socket.write_vectored(slices.get(..filled).unwrap_or_default()) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => self.output.advance(written as u64),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if super::connection::is_wait(&error) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Says that nothing more will be written (RFC 8446 §6.1), as far as the socket takes it now.
    pub(super) fn close(&mut self, socket: &Socket) -> io::Result<bool> {
        // Refused where it was said before, or an alert has said more.
        let _ = self.connection.close();
        self.push(socket)
    }
}

/// The octets that go first: a long slice as it is, short ones together.
fn first<'a>(slices: &'a [IoSlice<'_>], gathered: &'a mut Vec<u8>) -> &'a [u8] {
    /// From here on, one more record costs less than a copy.
    const LONG: usize = 4096;
    let mut filled = slices.iter().filter(|slice| !slice.is_empty());
    match (filled.next(), filled.next()) {
        (None, _) => &[],
        (Some(one), None) => one.get(..one.len().min(MOST)).unwrap_or_default(),
        (Some(one), Some(_)) if one.len() >= LONG => {
            one.get(..one.len().min(MOST)).unwrap_or_default()
        }
        (Some(_), Some(_)) => {
            for slice in slices {
                let room = MAX_CONTENT.saturating_sub(gathered.len()).min(slice.len());
                gathered.extend_from_slice(slice.get(..room).unwrap_or_default());
            }
            gathered
        }
    }
}

/// Copies as much as fits; answers how much that was.
fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let length = from.len().min(to.len());
    for (from, to) in from.chunks(PIECE).zip(to.chunks_mut(PIECE)) {
        let length = from.len().min(to.len());
        if let (Some(from), Some(to)) = (from.get(..length), to.get_mut(..length)) {
            to.copy_from_slice(from);
        }
    }
    length
}

fn refused(_: Misuse) -> TlsError {
    TlsError::Internal { what: "sending early data again" }
}

fn broken(misuse: Misuse) -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, misuse.to_string())
}
