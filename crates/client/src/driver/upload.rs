//! A request's content on its way out, with an eye on what comes back meanwhile.
//!
//! RFC 9112 §9.5: a client that sends content watches for a response, and stops sending where the
//! server says that it does not want more.
//!
//! ```text
//!   content ──64 KiB──► machine ──► socket        while the socket takes it
//!                          ▲          │
//!                          └── head ◄─┘           an answer in the middle: 413, say
//! ```
//!
//! Invariant: at most one buffer of a reader's content waits in memory; the reader is asked for
//! more only when the socket has taken what it gave before.
//!
//! Users: [`super::exchange`], [`super::body`].

use super::connection::{Connection, Got, Waits};
use crate::{Content, Error, core::timeouts::Phase};
use std::sync::Arc;

/// How much of a reader is asked for at once.
const CHUNK: usize = 64 * 1024;
/// After so many octets sent without a pause, look whether an answer has come.
const LOOK: u64 = 512 * 1024;

/// Content that is being sent.
#[derive(Debug)]
pub(crate) struct Upload {
    content: Content,
    sent: u64,
    /// Nothing is left to hand to the machine.
    handed: bool,
    /// What `connection.sent` was when the peer was last listened to.
    looked: u64,
}

/// How far an upload has come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// All of it is with the kernel.
    Done,
    /// Something came back; see what before sending more.
    Answered,
}

impl Upload {
    pub(crate) fn new(content: Content) -> Self {
        Self { content, sent: 0, handed: false, looked: 0 }
    }

    /// Octets of content handed over so far.
    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    /// Hands the next piece to the machine.
    fn feed(&mut self, connection: &mut Connection) -> Result<(), Error> {
        if self.handed {
            return Ok(());
        }
        let misuse = |error: http1::Misuse| Error::Request(error.to_string());
        if let Some(octets) = self.content.as_bytes() {
            self.sent = octets.len() as u64;
            connection.machine.send_shared(Arc::clone(octets)).map_err(misuse)?;
        } else {
            let mut piece = vec![0; CHUNK];
            let length = self.content.read(&mut piece)?;
            if length > 0 {
                self.sent += length as u64;
                self.check(false)?;
                piece.truncate(length);
                return connection.machine.send_vec(piece).map_err(misuse);
            }
        }
        self.check(true)?;
        self.handed = true;
        connection.machine.send_end(None).map_err(misuse)
    }

    /// The reader must yield what was declared; the wire has no way to take a length back.
    fn check(&self, ended: bool) -> Result<(), Error> {
        let Some(declared) = self.content.length() else { return Ok(()) };
        if self.sent > declared || (ended && self.sent < declared) {
            return Err(Error::ContentLength {
                declared,
                found: self.sent.min(declared.saturating_add(1)),
            });
        }
        Ok(())
    }

    /// Sends all of it, the socket blocking: for content so small that the kernel takes it at once.
    pub(crate) fn send_small(
        &mut self,
        connection: &mut Connection,
        waits: &Waits,
    ) -> Result<(), Error> {
        while !self.handed {
            self.feed(connection)?;
        }
        connection.flush(waits)
    }

    // ANCHOR: send
    /// Sends until all is sent or something came back. The socket must not block.
    pub(crate) fn send(
        &mut self,
        connection: &mut Connection,
        waits: &Waits,
    ) -> Result<Progress, Error> {
        loop {
            // Also where no wait is needed: a reader without end and a socket that takes all must
            // not outlast the whole.
            let wait = waits.cap(Phase::Send)?;
            if connection.write_now()? {
                if self.handed {
                    return Ok(Progress::Done);
                }
                // All taken: the socket is fast. Look now and then, not each time.
                if connection.sent.saturating_sub(self.looked) >= LOOK {
                    self.looked = connection.sent;
                    if connection.read_some(None)? != Got::Nothing {
                        return Ok(Progress::Answered);
                    }
                }
                self.feed(connection)?;
            } else {
                // The socket is full: wait until it takes more or the peer says something.
                connection.wait(true, wait)?;
                if connection.read_some(None)? != Got::Nothing {
                    return Ok(Progress::Answered);
                }
            }
        }
    }
    // ANCHOR_END: send
}
