//! Octets out: what the connection wants sent, and the socket that takes them when it can.
//!
//! Invariant: octets leave in the order in which the connection made them, whichever thread writes;
//! what the socket did not take stays for the next one.
//!
//! Users: [`super::socket`].

use crate::{driver::stream::Stream, trace};
use sockets::{Events, Interest, Poller, Token};
use std::{
    io::{self, IoSlice, Write},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};
use wire::{Output, trace::Trace};

/// Slices for one `writev`.
const SLICES: usize = 16;

/// How far a write came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrote {
    /// Nothing is left.
    All,
    /// The socket takes no more for now.
    Full,
}

/// The way out.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) output: Output,
    waiting: Option<Waiting>,
    /// What the socket said when it took its last octet.
    broken: Option<(io::ErrorKind, String)>,
}

impl Writer {
    /// A queue that is as long as the connection lets it become.
    pub(super) fn new(limit: usize) -> Self {
        Self { output: Output::new(limit), waiting: None, broken: None }
    }

    /// Writes what the socket takes now, and counts it.
    ///
    /// # Errors
    /// What the socket says, now and from then on.
    pub(super) fn write(
        &mut self,
        mut stream: &Stream,
        sent: &AtomicU64,
        trace: &Trace,
    ) -> io::Result<Wrote> {
        if let Some((kind, text)) = &self.broken {
            return Err(io::Error::new(*kind, text.clone()));
        }
        while !self.output.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let filled = self.output.slices(&mut slices);
            let slices = slices.get(..filled).unwrap_or_default();
            match stream.write_vectored(slices) {
                Ok(written) => {
                    trace::passed(trace, &trace::SENT, slices, written);
                    self.output.advance(written as u64);
                    sent.fetch_add(written as u64, Ordering::Relaxed);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Wrote::Full),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.broken = Some((error.kind(), error.to_string()));
                    self.output.clear();
                    return Err(error);
                }
            }
        }
        // What TLS has sealed must go, too.
        Ok(if stream.push()? { Wrote::All } else { Wrote::Full })
    }

    /// Waits until the socket takes more, or has something for us if `reads` asks for that too.
    /// Answers whether it has; `None` if nothing happened in time.
    ///
    /// # Errors
    /// No descriptor is left for the wait.
    pub(super) fn wait(
        &mut self,
        stream: &Stream,
        reads: bool,
        limit: Option<Duration>,
    ) -> io::Result<Option<bool>> {
        let interest = if reads { Interest::BOTH } else { Interest::WRITE };
        let waiting = Waiting::of(&mut self.waiting, stream)?;
        Ok(waiting.wait(stream, interest, limit)?.then(|| waiting.readable()))
    }
}

/// A wait for one socket.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) poller: Poller,
    events: Events,
    /// What the poller looks for: to tell it so again would cost a call to the kernel.
    interest: Interest,
}

impl Waiting {
    /// The one that is there, or a new one: most connections never wait to write.
    pub(super) fn of<'a>(place: &'a mut Option<Self>, stream: &Stream) -> io::Result<&'a mut Self> {
        match place {
            Some(waiting) => Ok(waiting),
            empty => {
                let poller = Poller::new()?;
                let interest = Interest::NONE;
                poller.add(stream, Token(0), interest)?;
                Ok(empty.insert(Self { poller, events: Events::with_capacity(1), interest }))
            }
        }
    }

    /// Whether something happened in time; a waker's call is no happening, but ends the wait.
    pub(super) fn wait(
        &mut self,
        stream: &Stream,
        interest: Interest,
        limit: Option<Duration>,
    ) -> io::Result<bool> {
        if self.interest != interest {
            self.poller.modify(stream, Token(0), interest)?;
            self.interest = interest;
        }
        let until = limit.and_then(|limit| Instant::now().checked_add(limit));
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            self.poller.wait(&mut self.events, left)?;
            if !self.events.is_empty() || self.events.woken() {
                return Ok(true);
            }
            // A signal may end a wait before its time.
            if until.is_some_and(|until| until <= Instant::now()) {
                return Ok(false);
            }
        }
    }

    fn readable(&self) -> bool {
        self.events.iter().any(|event| event.readable)
    }
}
