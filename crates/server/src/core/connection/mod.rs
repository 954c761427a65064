//! One connection's requests, each with its handler and its answer.
//!
//! RFC 9112 §9.3
//!
//! ```text
//!   octets ──► http1::server::Connection ──► Request ──► Exchange ──► handler
//!   octets ◄──                           ◄── commands ◄──          ◄── Reply
//! ```
//!
//! Invariant: answers go out in the order of the requests. HTTP/1 has no other way, and the
//! protocol's `Connection` shows the next request only when the answer before it is whole.
//!
//! Three brakes keep what one peer can make us hold to a few hundred kilobytes:
//!
//! | what grows           | because                         | the brake                         |
//! |----------------------|---------------------------------|-----------------------------------|
//! | a request's content  | the handler reads it too slowly | the socket is not read            |
//! | an answer's content  | the peer takes it too slowly    | the handler waits in `write`      |
//! | answers, many of them | the peer asks on, takes none   | the next request is not looked at |
//!
//! Invariant: nothing here waits. A handler that must wait runs on a worker, and its exchange wakes
//! the driver, who calls [`Connection::process`].

mod answer;
mod upgrade;

use super::{Moment, Record, Service, session::Session};
use crate::{
    Body, Hub, Key, Peer, Reply, Request,
    endpoint::Opening,
    exchange::{ContentError, Exchange},
    handler::{contained, dispatch},
    limits::Limits,
    payload::FilePart,
};
use http::{HeaderMap, HeaderName, StatusCode};
use http1::{
    Content,
    server::{Connection as Http1, Event},
};
use std::{collections::VecDeque, sync::Arc, time::Instant};
use wire::Output;

pub use http1::State;

/// Events, which are requests and parts of their content, that a connection is given in one turn.
/// One read can bring thousands of requests, and each may cost a file's look-up.
const TURN: u32 = 64;

/// A connection from a client, whichever version it speaks.
pub struct Connection {
    http1: Http1,
    service: Arc<Service>,
    hub: Arc<Hub>,
    peer: Peer,
    number: u64,
    /// What the two ends agreed on, where there is TLS around this.
    tls: Option<Arc<tls::Summary>>,
    /// What comes now may have been recorded and sent again by somebody (RFC 8470 §1).
    early: bool,
    current: Option<Box<Current>>,
    /// The last request's, to be used again within a pipeline; an idle connection has none.
    spare: Option<Box<Current>>,
    /// Who has the stream behind an upgrade.
    session: Option<Box<Session>>,
    /// Over the cap: it gets a 503 and nothing else.
    refused: bool,
    /// The server stops: what is under way is the last.
    stopping: bool,
    /// The turn ended before the work did.
    more: bool,
    /// A head was sent that announced content: its end must be told.
    unended: bool,
    /// What the external parts of the output stand for, in their order.
    files: VecDeque<FilePart>,
}

/// The request that is being answered.
struct Current {
    exchange: Arc<Exchange>,
    /// The request's content has not ended yet.
    receiving: bool,
    /// We have asked the peer for the content.
    asked: bool,
    began: Instant,
    /// Boxed: most servers keep no log, and then it is one word.
    record: Option<Box<Record>>,
    /// An upgrade was agreed to: who gets the stream.
    opening: Option<Box<Opening>>,
}

impl Connection {
    /// A connection that has just been accepted. `number` is the driver's name for it.
    pub fn new(
        service: Arc<Service>,
        hub: Arc<Hub>,
        peer: Peer,
        number: u64,
        moment: &Moment,
    ) -> Self {
        let mut http1 = Http1::new(&service.limits.http1, moment.now);
        if service.trace.is_on() {
            http1.set_trace(service.trace.with_connection(number));
        }
        let (current, spare, files) = (None, None, VecDeque::new());
        Self {
            http1,
            service,
            hub,
            peer,
            number,
            tls: None,
            early: false,
            current,
            spare,
            session: None,
            refused: false,
            stopping: false,
            more: false,
            unended: false,
            files,
        }
    }

    /// Takes octets from the peer and does all that they make possible.
    pub fn receive(&mut self, input: &mut [u8], moment: &Moment) {
        if let Some(session) = &mut self.session {
            return session.receive(input, moment.now);
        }
        self.http1.set_date(*moment.date());
        self.http1.receive(input, moment.now);
        self.process(moment);
    }

    /// There is TLS around this; `early` says that what comes from here on came before its
    /// handshake was done.
    pub fn set_tls(&mut self, tls: Arc<tls::Summary>, early: bool) {
        (self.tls, self.early) = (Some(tls), early);
    }

    /// The peer will send no more; `clean` says that it said so itself, as far as what is below
    /// HTTP has a word for it.
    pub fn receive_end(&mut self, clean: bool, moment: &Moment) {
        if let Some(session) = &mut self.session {
            return session.receive_end(clean, moment.now);
        }
        self.http1.receive_end(moment.now);
        self.process(moment);
    }

    /// Whether octets from the peer are welcome now; if not, leave them in the kernel, which lets
    /// the peer know.
    pub fn wants_receive(&self) -> bool {
        match &self.session {
            Some(session) => session.wants_receive(),
            None => self.http1.wants_receive(),
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called.
    pub fn next_timeout(&self) -> Option<Instant> {
        match &self.session {
            Some(session) => session.next_timeout(),
            None => self.http1.next_timeout(),
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, moment: &Moment) {
        if let Some(session) = &mut self.session {
            return session.handle_timeout(moment.now);
        }
        self.http1.set_date(*moment.date());
        self.http1.handle_timeout(moment.now);
        self.process(moment);
    }

    /// Appends what the peer shall get to `out`.
    pub fn poll_transmit(&mut self, moment: &Moment, out: &mut Output) {
        self.http1.poll_transmit(moment.now, out);
        if let Some(session) = &mut self.session {
            session.poll_transmit(moment.now, out);
        }
    }

    /// The file part that the next external octets of the output come from.
    pub fn file(&mut self) -> Option<&mut FilePart> {
        while self.files.front().is_some_and(|part| part.length == 0) {
            self.files.pop_front();
        }
        self.files.front_mut()
    }

    /// Whether the connection goes on.
    pub fn state(&self) -> State {
        match &self.session {
            Some(session) => upgrade::state_of(session),
            None => self.http1.state(),
        }
    }

    /// Whether an answer is under way that an orderly close would end, as if it were complete.
    pub fn ends_with_connection(&self) -> bool {
        self.http1.ends_with_connection()
    }

    /// Whether an answer is under way, or was broken off.
    pub fn is_cut(&self) -> bool {
        self.session.is_none() && self.http1.sends_content()
    }

    /// Whether no request is under way: none is being answered, no part of one has come, and the
    /// last answer's peer is not still sending what nobody wants.
    pub fn is_idle(&self) -> bool {
        self.current.is_none() && self.session.is_none() && !self.http1.is_busy()
    }

    /// Whether the waits of a peer that has to take what we sent are counted from when it has taken
    /// it: between requests, behind the last of them, and on a WebSocket always.
    pub fn counts_from_sent(&self) -> bool {
        self.session.is_some() || self.state() == State::Closing || self.is_idle()
    }

    /// All that [`poll_transmit`](Self::poll_transmit) gave was handed to the kernel, some time
    /// later: what the peer does next is counted from now.
    pub fn sent(&mut self, moment: &Moment) {
        match &mut self.session {
            Some(session) => session.sent(moment.now),
            None => self.http1.sent(moment.now),
        }
    }

    /// Finish the request under way, if there is one, and take no other.
    pub fn shut_down(&mut self, moment: &Moment) {
        self.stopping = true;
        if let Some(session) = &mut self.session {
            return session.go_away();
        }
        self.http1.shut_down(moment.now);
        self.process(moment);
    }

    /// Answers 503 whatever is asked, and ends: there are too many connections.
    pub fn refuse(&mut self, moment: &Moment) {
        self.refused = true;
        self.http1.set_date(*moment.date());
        self.http1.refuse(StatusCode::SERVICE_UNAVAILABLE, moment.now);
    }

    /// Answers 400: this is HTTP in the clear where TLS is spoken.
    pub fn refuse_cleartext(&mut self, refused: bool, moment: &Moment) {
        self.refused = refused;
        self.http1.set_date(*moment.date());
        self.http1.refuse_with(
            StatusCode::BAD_REQUEST,
            "400 Bad Request: this port speaks TLS; ask for https://\n",
            moment.now,
        );
    }

    /// Whether it was [refused](Self::refuse).
    pub fn is_refused(&self) -> bool {
        self.refused
    }

    /// The ceilings of the server it belongs to.
    pub fn limits(&self) -> &Limits {
        &self.service.limits
    }

    /// The connection is gone: handlers that still write or read hear of it.
    pub fn disconnect(&mut self, moment: &Moment) {
        if let Some(mut current) = self.current.take() {
            current.exchange.disconnect();
            self.write_down(&mut current, moment);
        }
        self.session = None;
    }

    /// Tells the log of an exchange that is over, however it ended.
    fn write_down(&self, current: &mut Current, moment: &Moment) {
        let (Some(log), Some(mut record)) = (&self.service.log, current.record.take()) else {
            return;
        };
        record.time = moment.wall;
        record.took = moment.now.saturating_duration_since(current.began);
        contained(|| log.record(&record));
    }

    // ANCHOR: process
    /// Moves everything as far as it goes in one turn: commands of the handler to the peer, events
    /// of the peer to the handler. Where it [has more](Self::has_more) to do, the driver calls
    /// again when others have had their turn.
    pub fn process(&mut self, moment: &Moment) {
        if let Some(session) = &mut self.session {
            return session.process();
        }
        let mut turn = TURN;
        self.more = false;
        loop {
            self.apply_commands(moment);
            let receiving = self.current.as_ref().filter(|current| current.receiving);
            if receiving.is_some_and(|current| current.exchange.is_saturated()) {
                break;
            }
            // Requests are small and answers large: without this, a peer that asks and asks and
            // takes nothing would make us hold a thousand times what it sent. The driver calls
            // again when some of it has been taken.
            if self.current.is_none() && self.http1.output_room() == 0 {
                break;
            }
            if turn == 0 {
                self.more = true;
                break;
            }
            let Some(event) = self.http1.poll_event() else { break };
            turn -= 1;
            self.on_event(event, moment);
        }
        self.spare = None;
    }
    // ANCHOR_END: process

    /// Whether a turn ended before the work did.
    pub fn has_more(&self) -> bool {
        self.more || self.session.as_ref().is_some_and(|session| session.has_more())
    }

    fn on_event(&mut self, event: Event, moment: &Moment) {
        match event {
            Event::Request { request, content } => self.begin(request, content, moment),
            Event::Data(octets) => {
                if let Some(current) = &self.current {
                    current.exchange.deliver(octets);
                }
            }
            Event::End { trailers } => self.end_content(Ok(trailers)),
            Event::Violation(error) => {
                self.end_content(Err(ContentError::Malformed(error.to_string())));
                // The answer that says so is the protocol's own.
                let record = self.current.as_mut().and_then(|current| current.record.as_mut());
                if let Some(record) = record.filter(|record| !record.is_answered()) {
                    record.status = error.status();
                }
                self.disconnect(moment);
            }
            Event::Upgraded { rest } => {
                if !self.hand_over(rest, moment) {
                    self.disconnect(moment);
                }
            }
            Event::Closed { .. } => {
                self.end_content(Err(ContentError::Ended));
                self.disconnect(moment);
            }
        }
    }

    fn end_content(&mut self, ending: Result<Option<HeaderMap>, ContentError>) {
        if let Some(current) = self.current.as_mut().filter(|current| current.receiving) {
            current.receiving = false;
            current.exchange.deliver_end(ending);
        }
    }

    fn begin(&mut self, request: Box<http::Request>, content: Content, moment: &Moment) {
        let key = Key { connection: self.number, stream: 0 };
        let receiving = content != Content::None;
        let mut current = self.spare.take().unwrap_or_else(|| {
            let exchange = Arc::new(Exchange::new(self.hub.clone(), key));
            let (receiving, asked, began) = (false, false, moment.now);
            Box::new(Current { exchange, receiving, asked, began, record: None, opening: None })
        });
        (current.receiving, current.asked, current.began) = (receiving, false, moment.now);
        current.record =
            self.service.log.is_some().then(|| Box::new(record(self.peer, &request, moment)));
        // A proxy in front of us may have taken it as early data, and says so (RFC 8470 §5.1).
        let early = self.early || is_early(&request);
        let reply = Reply::new(current.exchange.clone());
        let body = if receiving { Body::of(current.exchange.clone()) } else { Body::default() };
        let request = Request {
            head: request,
            peer: self.peer,
            params: Vec::new(),
            body,
            tls: self.tls.clone(),
            early,
        };
        self.current = Some(current);
        dispatch(&self.service.handler, request, reply);
        self.after_inline(moment);
    }
}

/// However a connection ends, by a panic on its loop even, nobody waits for it any longer.
impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(current) = self.current.take() {
            current.exchange.disconnect();
        }
    }
}

/// Whether somebody on the way took the request as early data.
fn is_early(request: &http::Request) -> bool {
    // It has one value, and any other means the same.
    HeaderName::new("Early-Data").is_ok_and(|name| request.headers.get(name).is_some())
}

fn record(peer: Peer, request: &http::Request, moment: &Moment) -> Record {
    let text = |name| request.headers.get(name).map(|value| value.to_string());
    Record {
        peer,
        time: moment.wall,
        method: request.method.clone(),
        target: request.target.clone(),
        version: request.version,
        referer: text(HeaderName::REFERER),
        user_agent: text(HeaderName::USER_AGENT),
        status: Record::UNANSWERED,
        octets: 0,
        took: std::time::Duration::ZERO,
    }
}
