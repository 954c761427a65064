//! One request and the head of its response on a shared connection, as its caller sees it.
//!
//! RFC 9113 §8.1, §8.7; RFC 9110 §10.1.1 (Expect)
//!
//! ```text
//!   head ──► (100?) ──► content, as the stream takes it ──► wait for the head ──► Answer
//!                           └─ a final head meanwhile: 3xx to 5xx, or a reset: stop
//! ```
//!
//! The caller's thread reads the content, since a reader may block, and waits; all else is the
//! driver's.
//!
//! Invariant: a call that is given up is cancelled: its stream is reset, its window given back.
//!
//! Users: `driver::pool`.

use super::{
    body::StreamBody,
    call::{Call, IN_FLIGHT, Kind, State},
    line::Line,
    mailbox::{Asked, Wish},
    told::again,
};
use crate::{
    Error, Timings,
    adapter::{Answer, Expect, Prepared},
    core::{timeouts::Phase, url},
    driver::{connection::Waits, exchange::Failed, pool::Opening},
    trace,
};
use http::{HeaderName, Method, Request, Response, Version, message::Outgoing};
use std::{
    sync::{Arc, MutexGuard},
    time::{Duration, Instant},
};
use wire::trace::{Direction, Trace};

/// How much of a reader is asked for at once.
const CHUNK: usize = 64 * 1024;

/// A call that is given up when its owner goes.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) line: Arc<Line>,
    pub(super) call: Arc<Call>,
    pub(super) waits: Waits,
    pub(super) trace: Trace,
    /// Content that is not sent yet.
    upload: Option<Upload>,
    uploaded: u64,
    /// Octets of the heads, as HTTP/1 would write them.
    pub(super) heads: (u64, u64),
}

#[derive(Debug)]
struct Upload {
    content: crate::Content,
    piece: Vec<u8>,
}

/// Sends `request` on `line` and waits for the head of its response.
///
/// # Errors
/// [`Failed`]; the call is cancelled then.
pub(crate) fn run(
    line: Arc<Line>,
    request: &Prepared,
    waits: Waits,
    opening: Opening,
) -> Result<Answer, Failed> {
    let trace = request.trace.with_connection(line.number);
    let head = head(request);
    line.status.pushed.belongs_to(&head);
    let started = Instant::now();
    let pushed = line.status.pushed.take(&head).filter(|_| request.content.is_none());
    let call = match &pushed {
        Some(call) => Arc::clone(call),
        None => Arc::new(Call::new(line.next())),
    };
    let sent = head_length(&head.headers, head.target.to_string().len());
    let (heads, upload) = ((sent, 0), None);
    let mut exchange = Exchange { line, call, waits, trace, upload, uploaded: 0, heads };
    if pushed.is_some() {
        let target = trace::shown(&exchange.trace, || head.target.to_string());
        trace::PUSHED.tell(&exchange.trace, Direction::Local, || [trace::text("target", &target)]);
    } else {
        exchange.ask(request, head);
    }
    match exchange.until_head(request) {
        Ok(response) => {
            exchange.tell_head(&response, started);
            exchange.heads.1 = head_length(&response.headers, 0);
            Ok(exchange.answer(request, response, opening))
        }
        Err(error) => Err(exchange.failed(error)),
    }
}

impl Exchange {
    fn ask(&mut self, request: &Prepared, head: Request) {
        let outgoing = match request.content.length() {
            _ if request.protocol.is_some() => Outgoing::Unknown,
            _ if request.content.is_none() => Outgoing::None,
            Some(length) => Outgoing::Length(length),
            None => Outgoing::Unknown,
        };
        let target = trace::shown(&self.trace, || head.target.to_string());
        trace::WRITE.tell(&self.trace, Direction::Sent, || {
            [trace::text("method", head.method.as_str()), trace::text("target", &target)]
        });
        let mut content = None;
        match request.content.as_bytes() {
            Some(octets) if !expects(request) => {
                self.uploaded = octets.len() as u64;
                content = Some(Arc::clone(octets));
            }
            // What goes through a tunnel comes later, and not from here.
            _ if request.protocol.is_some() => {}
            _ if outgoing != Outgoing::None => {
                let (content, piece) = (request.content.clone(), Vec::new());
                self.upload = Some(Upload { content, piece });
            }
            _ => {}
        }
        let call = Arc::clone(&self.call);
        let protocol = request.protocol;
        self.line.ask(Asked { call, head, outgoing, protocol, content });
    }

    // ANCHOR: until_head
    /// Sends what is to be sent, until the final head is there.
    fn until_head(&mut self, request: &Prepared) -> Result<Response, Error> {
        let asked = Instant::now();
        self.wait_for_stream()?;
        if self.upload.is_some() && expects(request) {
            self.wait_for_permission()?;
        }
        let mut began = asked;
        loop {
            let call = Arc::clone(&self.call);
            let mut state = call.lock();
            self.tell_interim(&mut state);
            if let Some(response) = state.head.take() {
                // A refusal, or a redirect: the content is wanted elsewhere, if at all.
                if response.status.as_u16() >= 300 {
                    self.upload = None;
                }
                return Ok(response);
            }
            if let Some(failure) = state.failed.take() {
                state.failed = Some(super::call::Failure { kind: failure.kind, error: told() });
                return Err(failure.error);
            }
            if self.upload.is_some() {
                drop(state);
                self.upload_some(|state| state.head.is_some())?;
                began = Instant::now();
                continue;
            }
            let wait = self.waits.cap_since(Phase::Head, began)?;
            drop(call.wait(state, wait)?);
        }
    }
    // ANCHOR_END: until_head

    /// Waits in the line of those for whom the server has no stream yet.
    fn wait_for_stream(&self) -> Result<(), Error> {
        let began = Instant::now();
        let mut state = self.call.lock();
        while state.begun.is_none() && state.failed.is_none() && state.head_at.is_none() {
            let wait = self.waits.cap_since(Phase::Pool, began)?;
            state = self.call.wait(state, wait)?;
        }
        Ok(())
    }

    /// Waits for `100 Continue`, a final answer or the end of our patience.
    fn wait_for_permission(&self) -> Result<(), Error> {
        let until = Instant::now() + self.waits.timeouts.expect;
        let mut state = self.call.lock();
        loop {
            let decided = state.interim.contains(&100) || state.head.is_some();
            let left = until.saturating_duration_since(Instant::now());
            if decided || state.failed.is_some() || left.is_zero() {
                return Ok(());
            }
            let cap = self.waits.cap(Phase::Head)?.limit.unwrap_or(left);
            state = self.call.pause(state, left.min(cap));
        }
    }

    /// Reads the next piece of the content and hands it over, or waits until there is room for
    /// it, or `came` says that there is something else to do.
    pub(super) fn upload_some(&mut self, came: impl Fn(&State) -> bool) -> Result<(), Error> {
        let call = Arc::clone(&self.call);
        let mut state = call.lock();
        while state.in_flight >= IN_FLIGHT {
            if came(&state) || state.failed.is_some() || state.enough {
                break;
            }
            let wait = self.waits.cap(Phase::Send)?;
            state = call.wait(state, wait)?;
        }
        if state.failed.is_some() || state.enough {
            self.upload = None;
            return Ok(());
        }
        if came(&state) {
            return Ok(());
        }
        drop(state);
        // The whole may be over though no wait was needed: a reader without end.
        self.waits.cap(Phase::Send)?;
        self.feed()
    }

    fn feed(&mut self) -> Result<(), Error> {
        let Some(upload) = &mut self.upload else { return Ok(()) };
        let octets = match upload.content.as_bytes() {
            // Asked for with `Expect`; now it may go.
            Some(octets) if self.uploaded == 0 => octets.to_vec(),
            Some(_) => Vec::new(),
            None => {
                upload.piece.resize(CHUNK, 0);
                let length = upload.content.read(&mut upload.piece)?;
                let mut piece = std::mem::take(&mut upload.piece);
                piece.truncate(length);
                piece
            }
        };
        self.uploaded += octets.len() as u64;
        let ended = octets.is_empty();
        if let Some(declared) = upload.content.length()
            && (self.uploaded > declared || (ended && self.uploaded < declared))
        {
            let found = self.uploaded.min(declared.saturating_add(1));
            return Err(Error::ContentLength { declared, found });
        }
        if !ended {
            self.call.lock().in_flight += octets.len();
            self.line.wish(&self.call, Wish::Content(octets));
            return Ok(());
        }
        self.upload = None;
        self.line.wish(&self.call, Wish::End);
        let uploaded = self.uploaded;
        trace::UPLOAD.tell(&self.trace, Direction::Sent, || [trace::number("octets", uploaded)]);
        Ok(())
    }

    /// Whether content is still to be sent.
    pub(super) fn is_uploading(&self) -> bool {
        self.upload.is_some()
    }

    pub(super) fn uploaded(&self) -> u64 {
        self.uploaded
    }

    /// Nobody waits for more of this.
    pub(super) fn cancel(&self) {
        self.line.wish(&self.call, Wish::Cancel);
    }

    fn failed(self, mut error: Error) -> Failed {
        let state = self.call.lock();
        let kind = state.failed.as_ref().map(|failure| failure.kind);
        let response_begun = state.head_at.is_some() || !state.interim.is_empty();
        drop(state);
        if kind.is_none() {
            self.cancel();
        }
        let mut untouched = match kind {
            Some(Kind::Untouched(how)) => Some(how),
            _ => None,
        };
        if let (Some(_), Some(cause)) = (untouched, self.line.status.broken.get()) {
            error = again(cause, self.line.status.name.clone());
            // Whom TLS refuses it refuses again.
            untouched = untouched.filter(|_| !matches!(error, Error::TlsBroken { .. }));
        }
        let broken = kind == Some(Kind::Broken);
        Failed { error, broken, response_begun, untouched }
    }

    fn tell_interim(&self, state: &mut MutexGuard<'_, State>) {
        for status in state.interim.drain(..) {
            trace::INTERIM.tell(&self.trace, Direction::Received, || {
                [trace::number("status", u64::from(status))]
            });
        }
    }

    fn tell_head(&self, response: &Response, started: Instant) {
        trace::READ.tell(&self.trace, Direction::Received, || {
            [
                trace::number("status", u64::from(response.status.as_u16())),
                trace::text("version", response.version.as_str()),
                trace::micros("after", started.elapsed()),
            ]
        });
    }

    fn answer(self, request: &Prepared, mut head: Response, opening: Opening) -> Answer {
        head.version = self.line.status.version;
        let started = request.deadline.started();
        let declared = head.headers.get_only(HeaderName::CONTENT_LENGTH);
        let declared = declared.and_then(|value| value.to_str()?.parse().ok());
        let head_at = self.call.lock().head_at;
        let since = |at: Instant| at.saturating_duration_since(started);
        let timings = Timings {
            waited: opening.waited,
            resolve: opening.resolve,
            connect: opening.connect,
            handshake: opening.handshake,
            first_byte: head_at.map_or(Duration::ZERO, since),
            reused: opening.reused,
            early: self.line.status.early,
            address: self.line.peer,
            local: self.line.local,
            ..Timings::default()
        };
        let opened = request.protocol.is_some() && head.status.is_success();
        let mut body = StreamBody::new(self, timings, declared);
        body.set_tunnel(request.protocol.is_some(), opened);
        Answer { head, content: Box::new(body) }
    }
}

/// Whether the content waits for a `100 Continue`. A stream's window keeps back most of what would
/// be sent in vain, so it does so only where the caller insists, as curl has it.
fn expects(request: &Prepared) -> bool {
    request.expect == Expect::Always && request.expect.applies(&request.content, Version::Http2)
}

/// What is left where an error was.
fn told() -> Error {
    Error::Request("the request has failed".into())
}

fn head(request: &Prepared) -> Request {
    // An extended CONNECT names a resource, as a GET does.
    let target = url::target(&request.method, &request.url, false);
    let method = match request.protocol {
        Some(_) => Method::Connect,
        None => request.method.clone(),
    };
    let mut head = Request::new(method, target);
    head.version = request.version.max(Version::Http2);
    head.headers = request.headers.clone();
    if expects(request) {
        // A constant that any map takes.
        let _ = head.headers.try_append("Expect", "100-continue");
    }
    head
}

/// Octets of a head as HTTP/1 would write it, which is what curl counts.
fn head_length(headers: &http::HeaderMap, target: usize) -> u64 {
    /// `HTTP/2 200 ` and two line ends.
    const LINES: usize = 15;
    let fields: usize = headers
        .into_iter()
        .map(|(name, value)| name.as_bytes().len() + value.as_bytes().len() + 4)
        .sum();
    (LINES + target + fields) as u64
}
