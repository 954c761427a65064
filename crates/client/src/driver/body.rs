//! A response's content on its way to the caller, and the connection's way back to its pool.
//!
//! RFC 9112 §6.3, §8, §9.3
//!
//! ```text
//!   socket ──► buffer ──► machine ──► Data ──► caller     what came with the head, and chunks
//!   socket ───────────────────────────────────► caller    a length, or until the close
//! ```
//!
//! Invariant: the end is told once the framing says that it is the end; a connection that closes
//! earlier is an error, and so is every read after it.
//!
//! Users: [`crate::Response`].

use super::{connection::Got, exchange::Exchange, upload::Progress};
use crate::{Error, Timings, adapter::Incoming, core::timeouts::Phase, tls::Secured, trace};
use http::HeaderMap;
use http1::{Content as Framed, client::Event};
use std::{
    io::{self, BufRead, Read},
    sync::Arc,
    time::Instant,
};
use wire::trace::Direction;

/// The rest of a body that is read rather than the connection closed, when a body is dropped early:
/// what one buffer holds, and only what has already arrived.
const REST: u64 = 64 * 1024;

/// The buffer of `fill_buf`, 64 KiB: what a socket usually holds. It is used again and again.
const CHUNK: usize = 64 * 1024;
/// A caller's buffer of at least this size is read into directly; smaller ones would cost a call to
/// the kernel each.
const WORTH: usize = 16 * 1024;

/// A response's content.
#[derive(Debug)]
pub(crate) struct Body {
    /// `None` once the exchange is over.
    exchange: Option<Exchange>,
    framed: Framed,
    /// What was received; `at..end` of it is not yet handed out.
    data: Vec<u8>,
    at: usize,
    end: usize,
    /// Octets of content received.
    received: u64,
    trailers: Option<HeaderMap>,
    timings: Timings,
    started: Instant,
    failed: Option<(io::ErrorKind, String)>,
    secured: Option<Arc<Secured>>,
}

impl Body {
    pub(crate) fn new(exchange: Exchange, framed: Framed, timings: Timings) -> Self {
        let started = exchange.waits.deadline.started();
        let secured = exchange.checkout.connection.secured();
        let mut body = Self {
            exchange: Some(exchange),
            framed,
            data: Vec::new(),
            at: 0,
            end: 0,
            received: 0,
            trailers: None,
            timings,
            started,
            failed: None,
            secured,
        };
        if framed == Framed::None {
            body.finish();
        }
        body
    }

    /// Measures, and gives the connection back.
    fn finish(&mut self) {
        self.measure();
        if let Some(mut exchange) = self.exchange.take() {
            // The server is done; whether it still reads is its own affair, and 2xx means it may.
            if exchange.upload.is_some() && self.failed.is_none() {
                exchange.cut |= finish_sending(&mut exchange).is_err();
                self.timings.uploaded = exchange.uploaded();
            }
            let received = self.received;
            trace::BODY
                .tell(&exchange.trace, Direction::Received, || [trace::number("octets", received)]);
            exchange.end();
        }
    }

    fn measure(&mut self) {
        if let Some(exchange) = &self.exchange {
            self.timings.sent = exchange.checkout.connection.sent;
            self.timings.received = exchange.checkout.connection.received;
            self.timings.uploaded = exchange.uploaded();
            self.timings.content = self.received;
            self.timings.total = self.started.elapsed();
        }
    }

    // ANCHOR: fill
    /// Makes `data` hold the next octets, or nothing at the end.
    fn fill(&mut self) -> Result<(), Error> {
        while self.at == self.end {
            let Some(exchange) = &mut self.exchange else { return Ok(()) };
            match exchange.connection().poll_event() {
                Some(Event::Data(data)) => {
                    self.received += data.len() as u64;
                    (self.at, self.end) = (0, data.len());
                    self.data = data;
                }
                // Only TLS can tell the end of the connection from a cut; there it must.
                Some(Event::End { .. })
                    if self.framed == Framed::UntilClose && exchange.connection().was_cut() =>
                {
                    return Err(Error::Truncated { received: self.received });
                }
                Some(Event::End { trailers }) => {
                    self.trailers = trailers;
                    self.finish();
                }
                Some(Event::Violation(error)) => return Err(self.violated(&error)),
                Some(Event::Closed { .. }) => return Err(self.cut_short()),
                Some(_) => {}
                None if exchange.connection().has_ended() => return Err(self.cut_short()),
                None if exchange.can_read_direct() => {
                    self.data.resize(CHUNK, 0);
                    let length = exchange.read_direct(&mut self.data)?;
                    self.received += length as u64;
                    (self.at, self.end) = (0, length);
                }
                None => listen(exchange)?,
            }
        }
        Ok(())
    }
    // ANCHOR_END: fill

    /// Reads straight into the caller's buffer, if it is worth it and nothing waits before.
    fn read_direct(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        if self.at < self.end || buffer.len() < WORTH {
            return Ok(None);
        }
        let Some(exchange) = &mut self.exchange else { return Ok(None) };
        if !exchange.can_read_direct() {
            return Ok(None);
        }
        match exchange.read_direct(buffer) {
            // The end of the connection is judged where all ends are: in `fill`.
            Ok(0) => Ok(None),
            Ok(length) => {
                self.received += length as u64;
                Ok(Some(length))
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    fn violated(&self, error: &http1::Error) -> Error {
        match error.violation {
            http1::Violation::EndInContent { .. } | http1::Violation::EndInChunks => {
                self.cut_short()
            }
            http1::Violation::ContentTooLarge => Error::TooLarge { limit: self.limit() },
            _ => Error::MalformedBody { from: self.from(), reason: error.to_string() },
        }
    }

    fn cut_short(&self) -> Error {
        let missing = match self.framed {
            Framed::Length(length) => Some(length.saturating_sub(self.received)),
            Framed::None | Framed::Chunked | Framed::UntilClose => None,
        };
        Error::Partial { received: self.received, missing }
    }

    fn limit(&self) -> u64 {
        self.exchange.as_ref().map(|e| e.checkout.connection.content_limit).unwrap_or_default()
    }

    fn from(&self) -> String {
        self.exchange.as_ref().map(|e| e.checkout.connection.name.clone()).unwrap_or_default()
    }

    /// An error is told with every read from then on: a caller that overlooks it once must not take
    /// what it has for the whole.
    fn fail(&mut self, error: Error) -> io::Error {
        let error = io::Error::from(error);
        self.failed = Some((error.kind(), error.to_string()));
        self.measure();
        if let Some(mut exchange) = self.exchange.take() {
            exchange.cut = true;
            exchange.end();
        }
        error
    }

    /// Reads the rest if it is here already, so that the connection can be used again.
    fn drain(&mut self) {
        let left = match self.framed {
            Framed::Length(length) => length.saturating_sub(self.received),
            Framed::Chunked => 0,
            Framed::None | Framed::UntilClose => return,
        };
        let Some(exchange) = &mut self.exchange else { return };
        if left > REST || exchange.upload.is_some() || exchange.cut {
            return;
        }
        let connection = exchange.connection();
        if connection.set_nonblocking(true).is_err() {
            return;
        }
        let mut read = 0;
        let ended = loop {
            match connection.poll_event() {
                Some(Event::Data(data)) => read += data.len() as u64,
                Some(Event::End { .. }) => break true,
                Some(_) => break false,
                None if read > REST => break false,
                None => match connection.read_some(None) {
                    Ok(Got::Octets) => {}
                    Ok(Got::End | Got::Nothing) | Err(_) => break false,
                },
            }
        };
        if ended && connection.set_nonblocking(false).is_ok() {
            self.finish();
        }
    }
}

/// Waits for octets; sends on meanwhile, if the request is not out yet.
fn listen(exchange: &mut Exchange) -> Result<(), Error> {
    if exchange.upload.is_some() {
        return match exchange.upload_more() {
            Ok(Progress::Answered) => Ok(()),
            Ok(Progress::Done) => exchange.finish_upload(),
            // The peer reads no more; what it says may still be worth reading.
            Err(Error::Send { .. }) => {
                exchange.cut = true;
                exchange.finish_upload()
            }
            Err(error) => Err(error),
        };
    }
    let wait = exchange.waits.cap(Phase::Read)?;
    let _: Got = exchange.connection().read_more(wait)?;
    Ok(())
}

/// Sends the rest of a request whose response is complete already.
fn finish_sending(exchange: &mut Exchange) -> Result<(), Error> {
    while let Progress::Answered = exchange.upload_more()? {
        if exchange.connection().has_ended() {
            return Err(Error::EmptyReply { to: exchange.connection().name.clone() });
        }
    }
    exchange.finish_upload()
}

impl BufRead for Body {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some((kind, text)) = &self.failed {
            return Err(io::Error::new(*kind, text.clone()));
        }
        if let Err(error) = self.fill() {
            return Err(self.fail(error));
        }
        Ok(self.data.get(self.at..self.end).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at = self.at.saturating_add(amount).min(self.end);
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if let Some(length) = self.read_direct(buffer)? {
            return Ok(length);
        }
        let data = self.fill_buf()?;
        let length = data.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..length), data.get(..length)) {
            to.copy_from_slice(from);
        }
        self.consume(length);
        Ok(length)
    }
}

impl Incoming for Body {
    fn trailers(&self) -> Option<&HeaderMap> {
        self.trailers.as_ref()
    }

    fn secured(&self) -> Option<Arc<Secured>> {
        self.secured.clone()
    }

    fn timings(&self) -> Timings {
        let mut timings = self.timings;
        if let Some(exchange) = &self.exchange {
            timings.sent = exchange.checkout.connection.sent;
            timings.received = exchange.checkout.connection.received;
            timings.uploaded = exchange.uploaded();
            timings.content = self.received;
            timings.total = self.started.elapsed();
        }
        timings
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.drain();
        if let Some(mut exchange) = self.exchange.take() {
            exchange.cut = true;
            exchange.end();
        }
    }
}
