//! How a handler answers: all at once, or piece by piece, from any thread.
//!
//! Invariant: every request gets an answer. A [`Reply`] that is dropped without one is a 500, and a
//! [`BodyWriter`] that is dropped before its end cuts the connection, so that the peer sees that
//! something is missing.

use crate::{
    Handler, Payload, Request,
    exchange::{Command, Exchange},
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use std::{
    io::{self, Write},
    sync::Arc,
};

/// The right, and the duty, to answer one request.
pub struct Reply {
    exchange: Arc<Exchange>,
    answered: bool,
}

impl Reply {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange, answered: false }
    }

    /// Sends the whole answer.
    pub fn send(mut self, response: Response, payload: impl Into<Payload>) {
        self.answered = true;
        self.exchange.push(Command::Respond { response, payload: payload.into() });
    }

    /// Sends a short text.
    pub fn text(self, status: StatusCode, text: impl Into<String>) {
        let mut response = Response::new(status);
        let kind = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers.append(HeaderName::CONTENT_TYPE, kind);
        self.send(response, text.into());
    }

    /// Sends a status and its phrase: for answers that need no words of their own.
    pub fn status(self, status: StatusCode) {
        if status.forbids_content() {
            return self.send(Response::new(status), ());
        }
        self.text(status, format!("{status} {}\n", status.reason()));
    }

    /// Sends a 1xx response ahead of the real one, such as 103 (Early Hints).
    pub fn informational(&self, response: Response) {
        self.exchange.push(Command::Informational(response));
    }

    /// Begins an answer whose content follows piece by piece. Without a `length` the content is
    /// chunked, or, to an HTTP/1.0 client, ends with the connection.
    pub fn stream(mut self, response: Response, length: Option<u64>) -> BodyWriter {
        self.answered = true;
        self.exchange.push(Command::Begin { response, length });
        BodyWriter { exchange: self.exchange.clone(), buffer: Vec::new(), finished: false }
    }

    /// Lets a worker thread run `handler`; for an inline handler that found out that it would
    /// block. When all workers are busy and the queue is full, the answer is a 503.
    pub fn offload(self, request: Request, handler: Arc<dyn Handler>) {
        let workers = self.exchange.hub().workers.clone();
        if let Err(job) = workers.submit((handler, request, self)) {
            let (_, _, reply) = *job;
            let mut response = Response::new(StatusCode::SERVICE_UNAVAILABLE);
            response.headers.append(HeaderName::RETRY_AFTER, HeaderValue::from_static("1"));
            reply.send(response, "503 Service Unavailable: every worker is busy\n");
        }
    }

    /// Whether the peer has gone, so that long work can stop.
    pub fn is_cancelled(&self) -> bool {
        self.exchange.is_gone()
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if !self.answered {
            self.answered = true;
            let response = Response::new(StatusCode::INTERNAL_SERVER_ERROR);
            let payload = Payload::Static(b"500 Internal Server Error\n");
            self.exchange.push(Command::Respond { response, payload });
        }
    }
}

/// Writes the content of an answer. Small writes are gathered; [`Write::flush`] sends what there
/// is.
pub struct BodyWriter {
    exchange: Arc<Exchange>,
    buffer: Vec<u8>,
    finished: bool,
}

impl BodyWriter {
    /// Small writes are gathered up to this many octets.
    const GATHER: usize = 16 * 1024;

    /// Ends the content.
    ///
    /// # Errors
    /// As [`Write::flush`].
    pub fn finish(self) -> io::Result<()> {
        self.end(None)
    }

    /// Ends the content with a trailer section; HTTP/1.0 peers and known lengths go without it.
    ///
    /// # Errors
    /// As [`Write::flush`].
    pub fn finish_with(self, trailers: HeaderMap) -> io::Result<()> {
        self.end(Some(trailers))
    }

    fn end(mut self, trailers: Option<HeaderMap>) -> io::Result<()> {
        self.flush()?;
        self.finished = true;
        self.exchange.push(Command::End { trailers });
        Ok(())
    }

    /// Whether the peer has gone.
    pub fn is_cancelled(&self) -> bool {
        self.exchange.is_gone()
    }
}

impl Write for BodyWriter {
    /// Takes `octets`; waits while too much is under way to the peer.
    ///
    /// # Errors
    /// `BrokenPipe` when the peer is gone; on a loop, `WouldBlock` instead of waiting.
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if octets.len() >= Self::GATHER {
            self.flush()?;
            let most = octets.get(..octets.len().min(256 * 1024)).unwrap_or(octets);
            self.exchange.push_data(&mut most.to_vec())?;
            return Ok(most.len());
        }
        if self.buffer.len() + octets.len() > Self::GATHER {
            self.flush()?;
        }
        self.buffer.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        // What could not be taken stays in the buffer: nothing that was accepted is lost.
        self.exchange.push_data(&mut self.buffer)
    }
}

impl Drop for BodyWriter {
    fn drop(&mut self) {
        if !self.finished {
            self.exchange.push(Command::Abort);
        }
    }
}
