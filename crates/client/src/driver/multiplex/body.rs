//! A response's content on its way from a stream to its reader.
//!
//! RFC 9113 §5.2, §6.9, §8.1
//!
//! ```text
//!   stream ──► call ──► piece ──► reader
//!   window ◄────────────── taken ───┘          opened again for what was read
//! ```
//!
//! Invariant: the end is told once the stream says that it is the end; a stream that ends otherwise
//! is an error, and so is every read after it.
//!
//! Invariant: a body that is dropped before its end resets its stream, and nothing else.
//!
//! Users: [`crate::Response`].

use super::{call::State, exchange::Exchange, mailbox::Wish, tunnel};
use crate::{
    Error, Timings,
    adapter::Incoming,
    core::timeouts::{Deadline, Phase, Timeouts},
    driver::{connection::Waits, upgrade::Upgraded},
    tls::Secured,
    trace,
};
use http::HeaderMap;
use std::{
    io::{self, BufRead, Read},
    sync::Arc,
    time::Instant,
};
use wire::trace::Direction;

/// Octets that are taken before the window is told: a quarter of a stream's first.
const TELL: usize = 64 * 1024;

/// A response's content.
#[derive(Debug)]
pub(super) struct StreamBody {
    exchange: Exchange,
    /// From `at` on, what is not handed out.
    piece: Vec<u8>,
    at: usize,
    /// Octets that the head announces, or a coding would have left.
    declared: Option<u64>,
    /// Octets handed out that the window was not told of.
    taken: usize,
    received: u64,
    /// The end, or a failure, was met.
    over: bool,
    trailers: Option<HeaderMap>,
    timings: Timings,
    started: Instant,
    failed: Option<(io::ErrorKind, String)>,
    /// The request's half stays open behind the head, for a tunnel; whether it was opened.
    tunnel: Option<bool>,
}

impl StreamBody {
    pub(super) fn new(exchange: Exchange, timings: Timings, declared: Option<u64>) -> Self {
        let started = exchange.waits.deadline.started();
        let (piece, at, taken, received) = Default::default();
        let (trailers, failed) = (None, None);
        let over = false;
        Self {
            exchange,
            piece,
            at,
            declared,
            taken,
            received,
            over,
            trailers,
            timings,
            started,
            failed,
            tunnel: None,
        }
    }

    /// An extended CONNECT was asked for, and granted or not.
    pub(super) fn set_tunnel(&mut self, asked: bool, opened: bool) {
        self.tunnel = asked.then_some(opened);
    }

    // ANCHOR: fill
    /// Makes `piece` hold the next octets, or nothing at the end.
    fn fill(&mut self) -> Result<(), Error> {
        while self.at == self.piece.len() && !self.over {
            let call = Arc::clone(&self.exchange.call);
            let mut state = call.lock();
            if let Some(piece) = state.content.pop_front() {
                let ended = state.ended;
                drop(state);
                self.received += piece.len() as u64;
                (self.piece, self.at) = (piece, 0);
                self.tell_taken(if ended { usize::MAX } else { TELL });
                return Ok(());
            }
            if state.ended {
                self.trailers = state.trailers.take();
                drop(state);
                self.finish();
                return Ok(());
            }
            if let Some(failure) = state.failed.take() {
                return Err(self.measured_error(failure.error));
            }
            drop(state);
            self.tell_taken(1);
            self.wait()?;
        }
        Ok(())
    }
    // ANCHOR_END: fill

    /// A connection that ended knows not how much of this was missing.
    fn measured_error(&self, error: Error) -> Error {
        match error {
            Error::Partial { .. } => {
                let missing = self.declared.map(|declared| declared.saturating_sub(self.received));
                Error::Partial { received: self.received, missing }
            }
            other => other,
        }
    }

    /// Opens the window again, if at least so many octets were taken.
    fn tell_taken(&mut self, least: usize) {
        if self.taken >= least {
            let taken = std::mem::take(&mut self.taken);
            self.exchange.line.wish(&self.exchange.call, Wish::Taken(taken));
        }
    }

    /// Waits for something to come; sends on meanwhile, if the request is not out yet.
    fn wait(&mut self) -> Result<(), Error> {
        if self.exchange.is_uploading() {
            return self.exchange.upload_some(something);
        }
        let call = Arc::clone(&self.exchange.call);
        let state = call.lock();
        if !something(&state) {
            let wait = self.exchange.waits.cap(Phase::Read)?;
            drop(call.wait(state, wait)?);
        }
        Ok(())
    }

    /// The response is whole. The server may want the rest of the request all the same.
    fn finish(&mut self) {
        while self.exchange.is_uploading() {
            if self.exchange.upload_some(|_| false).is_err() {
                self.exchange.cancel();
                break;
            }
        }
        self.over = true;
        self.timings = self.measured();
        let received = self.received;
        let trace = &self.exchange.trace;
        trace::BODY.tell(trace, Direction::Received, || [trace::number("octets", received)]);
    }

    fn fail(&mut self, error: Error) -> io::Error {
        let error = io::Error::from(error);
        self.failed = Some((error.kind(), error.to_string()));
        self.timings = self.measured();
        self.over = true;
        self.exchange.cancel();
        error
    }

    fn measured(&self) -> Timings {
        let (sent, received) = self.exchange.heads;
        Timings {
            sent: sent + self.exchange.uploaded(),
            received: received + self.received,
            uploaded: self.exchange.uploaded(),
            content: self.received,
            total: self.started.elapsed(),
            ..self.timings
        }
    }
}

fn something(state: &State) -> bool {
    !state.content.is_empty() || state.ended || state.failed.is_some()
}

impl BufRead for StreamBody {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some((kind, text)) = &self.failed {
            return Err(io::Error::new(*kind, text.clone()));
        }
        if let Err(error) = self.fill() {
            return Err(self.fail(error));
        }
        Ok(self.piece.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        let amount = amount.min(self.piece.len().saturating_sub(self.at));
        self.at += amount;
        self.taken += amount;
    }
}

impl Read for StreamBody {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let piece = self.fill_buf()?;
        let length = piece.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..length), piece.get(..length)) {
            to.copy_from_slice(from);
        }
        self.consume(length);
        Ok(length)
    }
}

impl Incoming for StreamBody {
    fn trailers(&self) -> Option<&HeaderMap> {
        self.trailers.as_ref()
    }

    fn secured(&self) -> Option<Arc<Secured>> {
        self.exchange.line.secured()
    }

    fn timings(&self) -> Timings {
        if self.over { self.timings } else { self.measured() }
    }

    fn upgrade(mut self: Box<Self>) -> Option<Upgraded> {
        if self.tunnel != Some(true) {
            return None;
        }
        // What goes through it is waited for as long as it takes.
        self.exchange.waits =
            Waits { timeouts: Timeouts::NONE, deadline: Deadline::new(self.started, None) };
        let (line, call) = (Arc::clone(&self.exchange.line), Arc::clone(&self.exchange.call));
        let (trace, timings) = (self.exchange.trace.clone(), self.measured());
        let name = line.status.name.clone();
        let stream = tunnel::open(*self, line, call).ok()?;
        Some(Upgraded { stream, rest: Vec::new(), name, trace, timings })
    }
}

impl Drop for StreamBody {
    fn drop(&mut self) {
        // Of a tunnel that was not opened our half is open still.
        if self.over && self.tunnel.is_none() {
            return;
        }
        let state = self.exchange.call.lock();
        let whole = state.ended && !self.exchange.is_uploading() && self.tunnel != Some(false);
        drop(state);
        if !whole {
            self.exchange.cancel();
        }
    }
}
