//! How a handler answers: all at once, or piece by piece, from any thread.
//!
//! Invariant: every request gets an answer. A [`Reply`] that is dropped without one is a 500, and a
//! [`BodyWriter`] that is dropped before its end cuts the connection, so that the peer sees that
//! something is missing.

use crate::{
    Events, Handler, Limits, Payload, Request, Workers,
    coding::{self, Agreed, Coder},
    endpoint::{Context, Opening},
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
    /// What the client can read, where a [`Compressed`](crate::Compressed) is around the handler.
    agreed: Option<Agreed>,
}

impl Reply {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange, answered: false, agreed: None }
    }

    /// Has the answer compressed as far as it is worth it.
    pub(crate) fn code(&mut self, agreed: Agreed) {
        self.agreed = Some(agreed);
    }

    /// Sends the whole answer.
    pub fn send(mut self, response: Response, payload: impl Into<Payload>) {
        match self.agreed.take() {
            Some(agreed) => coding::send(self, agreed, response, payload.into()),
            None => self.send_plain(response, payload.into()),
        }
    }

    /// As [`send`](Self::send), the octets as they are.
    pub(crate) fn send_plain(mut self, response: Response, payload: Payload) {
        self.answered = true;
        self.exchange.push(Command::Respond { response, payload });
    }

    /// Answers a HEAD whose GET would have a length that nobody knows.
    pub(crate) fn begin_and_end(mut self, response: Response) {
        self.answered = true;
        self.exchange.push(Command::Begin { response, length: None });
        self.exchange.push(Command::End { trailers: None });
    }

    /// Threads for what blocks.
    pub(crate) fn workers(&self) -> Arc<Workers> {
        self.exchange.hub().workers.clone()
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

    /// Tells the client, ahead of the answer, what it will need to show it: each link is a value of
    /// the field `Link`, such as `</style.css>; rel=preload; as=style` (103 Early Hints, RFC 8297).
    /// One that is no field's value is left out; HTTP/1.0 clients are told nothing.
    pub fn early_hints(&self, links: impl IntoIterator<Item = impl AsRef<str>>) {
        let mut response = Response::new(StatusCode::EARLY_HINTS);
        for link in links {
            if let Ok(value) = HeaderValue::new(link.as_ref()) {
                response.headers.append(HeaderName::LINK, value);
            }
        }
        if !response.headers.is_empty() {
            self.informational(response);
        }
    }

    /// Answers a request that the client has not sent yet and will: the server's handler gets it,
    /// as if it had come, and the answer goes along with this one (server push, RFC 9113 §8.4).
    /// [`Request::promise`] makes one. Nothing happens where it cannot be done: over HTTP/1, where
    /// the client wants no push, has as many streams as it wants, or where the promise is for
    /// anything but a GET or HEAD without content.
    pub fn push(&self, request: http::Request) {
        self.exchange.push(Command::Push(Box::new(request)));
    }

    /// Begins an answer that never ends by itself: server-sent events, from any thread.
    pub fn events(mut self) -> Events {
        self.answered = true;
        let length = None;
        self.exchange.push(Command::Begin { response: Events::head(), length });
        Events::new(self.exchange.clone())
    }

    /// Begins an answer whose content follows piece by piece. Without a `length` the content is
    /// chunked, or, to an HTTP/1.0 client, ends with the connection.
    pub fn stream(mut self, mut response: Response, mut length: Option<u64>) -> BodyWriter {
        self.answered = true;
        let mut coder = None;
        if let Some(mut agreed) = self.agreed.take() {
            let context = self.context().filter(|_| agreed.format.is_some() && !agreed.head);
            if context.is_none() && !agreed.head {
                agreed.format = None;
            }
            // Nothing is too long here, for it is never held.
            let sized = length.map(|length| length.min(agreed.options.most));
            if let Some(format) = agreed.prepare(&mut response, sized) {
                let promised = length.take();
                coder = context.map(|context| Coder::new(format, &agreed, promised, context));
            }
        }
        self.exchange.push(Command::Begin { response, length });
        BodyWriter { exchange: self.exchange.clone(), buffer: Vec::new(), finished: false, coder }
    }

    /// Agrees to switch protocols; the stream is the opening's from then on.
    pub(crate) fn upgrade(mut self, response: Response, opening: Box<Opening>) {
        self.answered = true;
        self.exchange.push(Command::Upgrade { response, opening });
    }

    /// The right to keep what compression remembers, while there are any.
    pub(crate) fn context(&self) -> Option<Context> {
        let hub = self.exchange.hub();
        hub.contexts.take(hub.limits.contexts)
    }

    /// The ceilings of the server.
    pub(crate) fn limits(&self) -> &Limits {
        &self.exchange.hub().limits
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
    /// What waits to be sent, compressed already if it is to be.
    buffer: Vec<u8>,
    finished: bool,
    coder: Option<Coder>,
}

impl BodyWriter {
    /// Small writes are gathered up to this many octets.
    const GATHER: usize = 16 * 1024;

    /// Ends the content.
    ///
    /// # Errors
    /// As [`Write::flush`]; `InvalidInput` where another length was promised, and the answer is
    /// compressed. (One that is not is cut off by its connection, which counts.)
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
        self.seal()?;
        self.flush()?;
        // Given back before anybody can see the end.
        self.coder = None;
        self.finished = true;
        self.exchange.push(Command::End { trailers });
        Ok(())
    }

    /// Writes the compressor's end, once; it still has to be sent.
    fn seal(&mut self) -> io::Result<()> {
        self.coder.as_mut().map_or(Ok(()), |coder| coder.seal(&mut self.buffer))
    }

    /// Whether the peer has gone.
    pub fn is_cancelled(&self) -> bool {
        self.exchange.is_gone()
    }

    /// Lets the loop write: calls `write` when there is room, until it returns `Ok`, which ends the
    /// content. `WouldBlock`, which [`Write`] answers on a loop instead of waiting, means that it
    /// wants to be called again; any other error cuts the answer off.
    ///
    /// `write` must never block, and must remember how far it got: of a call of
    /// [`write_all`](Write::write_all) with up to 256 KiB either all is taken or nothing.
    pub fn on_room(self, mut write: impl FnMut(&mut Self) -> io::Result<()> + Send + 'static) {
        let exchange = self.exchange.clone();
        let (mut writer, mut written) = (Some(self), false);
        exchange.listen_for_room(Box::new(move || {
            let Some(open) = &mut writer else { return };
            let result = if written { Ok(()) } else { write(open) };
            written = result.is_ok();
            let sealed = result.and_then(|()| open.seal());
            match sealed.and_then(|()| open.flush()) {
                Ok(()) => drop(writer.take().map(Self::finish)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => writer = None,
            }
        }));
    }
}

impl Write for BodyWriter {
    /// Takes `octets`; waits while too much is under way to the peer.
    ///
    /// # Errors
    /// `BrokenPipe` when the peer is gone; on a loop, `WouldBlock` instead of waiting.
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if let Some(coder) = &mut self.coder {
            if self.buffer.len() >= Self::GATHER {
                self.exchange.push_data(&mut self.buffer)?;
            }
            let most = octets.get(..octets.len().min(256 * 1024)).unwrap_or(octets);
            coder.write(most, &mut self.buffer);
            return Ok(most.len());
        }
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
        if let Some(coder) = &mut self.coder {
            coder.flush(&mut self.buffer);
        }
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
