//! One request and the head of its response, on one connection.
//!
//! RFC 9110 §10.1.1 (Expect), RFC 9112 §9.5 (an answer in the middle of the content)
//!
//! ```text
//!   head ──► expects? ──no──────────────────────────► content ──► wait for the head ──► Answer
//!               │yes                                     ▲  │
//!               └─► wait 1 s ─── 100 or silence ─────────┘  └─ 3xx to 5xx meanwhile: stop
//!                        └────── a final answer: the content stays here
//! ```
//!
//! Invariant: a connection on which a request was not sent whole, or an answer not read whole, is
//! closed and never goes back to the pool.
//!
//! Users: [`super::pool`].

use super::{
    body::Body,
    connection::{Connection, Got, Waits},
    pool::Checkout,
    upgrade::Upgrade,
    upload::{Progress, Upload},
};
use crate::{
    Error, Timings,
    adapter::{Answer, Incoming, Prepared},
    core::{
        retry::Untouched,
        timeouts::{Phase, Wait},
        url,
    },
    trace,
};
use http::{Request, Response, Version};
use http1::{Content as Framed, Outgoing, client::Event};
use std::time::{Duration, Instant};
use wire::trace::{Direction, Trace};

/// Content up to this size is sent without asking whether the socket takes it: it does.
const SMALL: u64 = 64 * 1024;

/// An exchange under way.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) checkout: Checkout,
    pub(crate) waits: Waits,
    pub(crate) trace: Trace,
    /// Content that is still being sent while the response comes in.
    pub(crate) upload: Option<Upload>,
    /// The request did not go out whole, so nothing may follow it.
    pub(crate) cut: bool,
    uploaded: u64,
    head_at: Instant,
}

/// An exchange that came to nothing.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: Error,
    /// The connection broke or closed, as opposed to: time ran out, the caller was wrong.
    pub(crate) broken: bool,
    /// An octet of a response had come.
    pub(crate) response_begun: bool,
    /// It was not sent, or the server says that it has done nothing (RFC 9113 §8.7).
    pub(crate) untouched: Option<Untouched>,
}

impl Exchange {
    // ANCHOR: run
    /// Sends `request` and waits for the head of its response.
    ///
    /// # Errors
    /// [`Failed`]; the connection is closed then.
    pub(crate) fn run(
        mut checkout: Checkout,
        request: &Prepared,
        waits: Waits,
        expects: bool,
    ) -> Result<Answer, Failed> {
        let trace = request.trace.with_connection(checkout.connection.number);
        checkout.connection.listen(&trace);
        let head_at = Instant::now();
        let mut exchange =
            Self { checkout, waits, trace, upload: None, cut: false, uploaded: 0, head_at };
        exchange.connection().begin();
        let early = exchange.send(request, expects);
        match early.and_then(|early| early.map_or_else(|| exchange.read_head(), Ok)) {
            Ok((response, framed)) => Ok(exchange.answer(request, response, framed)),
            Err(error) => Err(exchange.failed(error)),
        }
    }
    // ANCHOR_END: run

    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.checkout.connection
    }

    fn failed(self, error: Error) -> Failed {
        let broken =
            matches!(error, Error::Send { .. } | Error::Receive { .. } | Error::EmptyReply { .. });
        let response_begun = self.checkout.connection.received > 0;
        Failed { error, broken, response_begun, untouched: None }
    }

    /// Head and content. Answers the response's head if it came before all was sent.
    fn send(
        &mut self,
        request: &Prepared,
        expects: bool,
    ) -> Result<Option<(Response, Framed)>, Error> {
        if let Some(protocol) = request.protocol {
            let reason = format!("the server speaks HTTP/1.1, where {protocol} has no stream");
            return Err(Error::Request(reason));
        }
        let outgoing = match request.content.length() {
            _ if request.content.is_none() => Outgoing::None,
            Some(length) => Outgoing::Length(length),
            None => Outgoing::Unknown,
        };
        let head = head(request, expects);
        let target = trace::shown(&self.trace, || head.target.to_string());
        trace::WRITE.tell(&self.trace, Direction::Sent, || {
            [trace::text("method", head.method.as_str()), trace::text("target", &target)]
        });
        let sent = self.connection().machine.send_request(&head, outgoing);
        sent.map_err(|misuse| Error::Request(misuse.to_string()))?;
        if outgoing == Outgoing::None {
            return self.flush();
        }
        if expects {
            let mut early = self.flush()?;
            if early.is_none() {
                early = self.wait_for_permission()?;
            }
            if let Some(early) = early {
                self.cut = true;
                return Ok(Some(early));
            }
        }
        let mut upload = Upload::new(request.content.clone());
        if request.content.as_bytes().is_some()
            && request.content.length().is_some_and(|length| length <= SMALL)
        {
            let waits = self.waits;
            let sent = upload.send_small(self.connection(), &waits);
            self.uploaded = upload.sent();
            return self.unless_answered(sent);
        }
        self.upload = Some(upload);
        self.connection().set_nonblocking(true)?;
        self.upload_until_answer()
    }

    fn flush(&mut self) -> Result<Option<(Response, Framed)>, Error> {
        let waits = self.waits;
        let flushed = self.connection().flush(&waits);
        self.unless_answered(flushed)
    }

    /// A peer that closes while we send may have said why before: look, and tell that instead.
    fn unless_answered(
        &mut self,
        sent: Result<(), Error>,
    ) -> Result<Option<(Response, Framed)>, Error> {
        match sent {
            Err(error @ Error::Send { .. }) => {
                self.cut = true;
                self.upload = None;
                let _ = self.connection().set_nonblocking(false);
                self.read_head().map(Some).map_err(|read| match read {
                    // The alert says why nothing more was taken.
                    Error::Tls { .. } | Error::TlsBroken { .. } => read,
                    _ => error,
                })
            }
            Err(error) => Err(error),
            Ok(()) => Ok(None),
        }
    }

    /// Sends content until all is sent or a final head came. What is left of the upload stays in
    /// `self.upload`, to go on while the body is read.
    fn upload_until_answer(&mut self) -> Result<Option<(Response, Framed)>, Error> {
        loop {
            match self.upload_more() {
                Ok(Progress::Done) => {
                    self.finish_upload()?;
                    return Ok(None);
                }
                Ok(Progress::Answered) => {
                    let Some((response, framed)) = self.next_head()? else { continue };
                    // A refusal, or a redirect: the content is wanted elsewhere, if at all, and
                    // its reader must be free to start again for that.
                    if response.status.as_u16() >= 300 {
                        self.cut = true;
                        self.finish_upload()?;
                    }
                    return Ok(Some((response, framed)));
                }
                Err(error) => return self.unless_answered(Err(error)),
            }
        }
    }

    /// Goes on with the upload until it is done or something came.
    pub(crate) fn upload_more(&mut self) -> Result<Progress, Error> {
        let Some(mut upload) = self.upload.take() else { return Ok(Progress::Done) };
        let progress = upload.send(&mut self.checkout.connection, &self.waits);
        self.uploaded = upload.sent();
        self.upload = Some(upload);
        progress
    }

    /// The upload is over, one way or the other: back to blocking reads.
    pub(crate) fn finish_upload(&mut self) -> Result<(), Error> {
        if self.upload.take().is_some() {
            let uploaded = self.uploaded;
            trace::UPLOAD
                .tell(&self.trace, Direction::Sent, || [trace::number("octets", uploaded)]);
            self.connection().set_nonblocking(false)?;
        }
        Ok(())
    }

    /// Waits for `100 Continue`, a final answer or the end of our patience (RFC 9110 §10.1.1).
    fn wait_for_permission(&mut self) -> Result<Option<(Response, Framed)>, Error> {
        let began = Instant::now();
        loop {
            while let Some(event) = self.connection().poll_event() {
                match event {
                    Event::Informational(response) => {
                        self.tell_informational(&response);
                        if response.status.as_u16() == 100 {
                            return Ok(None);
                        }
                    }
                    event => {
                        if let Some(head) = self.final_head(event)? {
                            return Ok(Some(head));
                        }
                    }
                }
            }
            let left = self.waits.timeouts.expect.saturating_sub(began.elapsed());
            let wait = self.waits.cap(Phase::Head)?;
            let shorter = wait.limit.map_or(left, |limit| limit.min(left));
            if shorter.is_zero() {
                return Ok(None);
            }
            let wait = Wait { limit: Some(shorter), ..wait };
            self.connection().read_some(Some(wait))?;
        }
    }

    /// Reads until the final head is there. All reads together have the time of the head, however
    /// many interim responses and single octets come meanwhile.
    fn read_head(&mut self) -> Result<(Response, Framed), Error> {
        let began = Instant::now();
        loop {
            if let Some(head) = self.next_head()? {
                return Ok(head);
            }
            if self.connection().has_ended() {
                return Err(self.connection().silence());
            }
            let wait = self.waits.cap_since(Phase::Head, began)?;
            let _: Got = self.connection().read_more(wait)?;
        }
    }

    /// The final head, if what was read so far has it.
    fn next_head(&mut self) -> Result<Option<(Response, Framed)>, Error> {
        while let Some(event) = self.connection().poll_event() {
            if let Some(head) = self.final_head(event)? {
                return Ok(Some(head));
            }
        }
        Ok(None)
    }

    fn final_head(&mut self, event: Event) -> Result<Option<(Response, Framed)>, Error> {
        match event {
            Event::Informational(response) => {
                self.tell_informational(&response);
                Ok(None)
            }
            Event::Response { response, content } => {
                trace::READ.tell(&self.trace, Direction::Received, || {
                    [
                        trace::number("status", u64::from(response.status.as_u16())),
                        trace::text("version", response.version.as_str()),
                        trace::micros("after", self.head_at.elapsed()),
                    ]
                });
                Ok(Some((response, content)))
            }
            Event::Violation(error) => Err(self.connection().violated(&error)),
            Event::Closed { .. } => Err(self.connection().silence()),
            // Content before a head cannot be; neither can a switch that nobody asked for.
            Event::Data(_) | Event::End { .. } | Event::Upgraded { .. } => Ok(None),
        }
    }

    fn tell_informational(&self, response: &Response) {
        trace::INTERIM.tell(&self.trace, Direction::Received, || {
            [trace::number("status", u64::from(response.status.as_u16()))]
        });
    }

    fn answer(self, request: &Prepared, head: Response, framed: Framed) -> Answer {
        let started = request.deadline.started();
        let since = |at: Instant| at.saturating_duration_since(started);
        let (checkout, opening) = (&self.checkout, self.checkout.opening);
        let timings = Timings {
            waited: opening.waited,
            resolve: opening.resolve,
            connect: opening.connect,
            handshake: opening.handshake,
            early: checkout.connection.sent_early(),
            first_byte: checkout.connection.first_octet.map_or(Duration::ZERO, since),
            reused: opening.reused,
            address: checkout.connection.peer(),
            local: checkout.connection.local(),
            ..Timings::default()
        };
        let switched = checkout.connection.machine.state() == http1::State::Upgraded;
        let content: Box<dyn Incoming> = match switched {
            true => Box::new(Upgrade::new(self, timings)),
            false => Box::new(Body::new(self, framed, timings)),
        };
        Answer { head, content }
    }

    /// Octets of content sent so far.
    pub(crate) fn uploaded(&self) -> u64 {
        self.uploaded
    }

    /// Whether the next octets are content for certain, and nothing else is to be done meanwhile.
    pub(crate) fn can_read_direct(&self) -> bool {
        self.upload.is_none() && self.checkout.connection.machine.direct() > 0
    }

    /// Content straight into `buffer`; see [`Connection::read_direct`].
    pub(crate) fn read_direct(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let waits = self.waits;
        self.connection().read_direct(buffer, &waits)
    }

    /// The exchange is complete: the connection goes back, if it can.
    pub(crate) fn end(self) {
        let connection = &self.checkout.connection;
        let reusable = !self.cut && self.upload.is_none() && connection.is_reusable();
        let step = if reusable { trace::RELEASE } else { trace::CLOSE };
        step.tell(&self.trace, Direction::Local, || {
            [
                trace::number("octets sent", connection.sent),
                trace::number("octets received", connection.received),
            ]
        });
        if reusable {
            self.checkout.release();
        }
    }
}

/// The request as it goes on the wire.
fn head(request: &Prepared, expects: bool) -> Request {
    let forwarded = request.route.forward_proxy().is_some();
    let target = url::target(&request.method, &request.url, forwarded);
    let mut head = Request::new(request.method.clone(), target);
    head.version = request.version.min(Version::Http11);
    head.headers = request.headers.clone();
    if expects {
        // A constant that any map takes.
        let _ = head.headers.try_append("Expect", "100-continue");
    }
    head
}
