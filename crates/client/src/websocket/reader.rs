//! Octets in: one buffer that grows with what comes.
//!
//! Invariant: the kernel is asked to wait only when it has said, or shown by a short answer, that
//! nothing is there.
//!
//! Users: [`super::socket`].

use super::writer::Waiting;
use crate::{
    driver::stream::Stream,
    trace::{self, RECEIVED},
};
use sockets::{Interest, Waker};
use std::{
    io::{self, Read},
    time::Duration,
};
use wire::trace::{Direction, Trace};

/// The buffer of a connection on which little comes: 16 KiB.
const SMALL: usize = 16 * 1024;
/// The buffer of one on which much comes, 64 KiB: what a socket usually holds. Larger ones were
/// slower, for what is read no longer lies in the processor's near cache when it is looked at.
const LARGE: usize = 64 * 1024;

/// The way in.
#[derive(Debug, Default)]
pub(super) struct Reader {
    buffer: Vec<u8>,
    /// The last read left nothing in the socket, so the next may well wait for more first.
    pub(super) drained: bool,
    waiting: Option<Waiting>,
    /// Octets sent when that was last looked at.
    pub(super) sent: u64,
    /// How the connection ended, once that was told.
    pub(super) closed: Option<bool>,
}

impl Reader {
    /// Reads what is there, at once. An empty slice is the end of the stream, `None` means that
    /// nothing is there yet.
    ///
    /// # Errors
    /// What the socket says.
    pub(super) fn read(
        &mut self,
        mut stream: &Stream,
        trace: &Trace,
    ) -> io::Result<Option<&mut [u8]>> {
        if self.buffer.is_empty() {
            self.buffer.resize(SMALL, 0);
        }
        let length = loop {
            match stream.read(&mut self.buffer) {
                Ok(length) => break length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        if length == self.buffer.len() && length < LARGE {
            // All of it was used: there is more than it holds.
            self.buffer.resize(2 * length, 0);
        } else {
            self.drained = length > 0 && length < self.buffer.len() && !stream.holds();
        }
        let octets = self.buffer.get_mut(..length).unwrap_or_default();
        if length > 0 {
            trace::octets(trace, &RECEIVED, Direction::Received, octets);
        }
        Ok(Some(octets))
    }

    /// Waits until something happens to the socket, the waker is called or the time is over.
    ///
    /// # Errors
    /// No descriptor is left for the wait.
    pub(super) fn wait(
        &mut self,
        stream: &Stream,
        interest: Interest,
        limit: Option<Duration>,
    ) -> io::Result<()> {
        Waiting::of(&mut self.waiting, stream)?.wait(stream, interest, limit).map(|_| ())
    }

    /// A bell that ends the wait.
    ///
    /// # Errors
    /// No descriptor is left for it.
    pub(super) fn waker(&mut self, stream: &Stream) -> io::Result<Waker> {
        Ok(Waiting::of(&mut self.waiting, stream)?.poller.waker())
    }
}
