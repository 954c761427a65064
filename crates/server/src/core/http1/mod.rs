//! A connection that speaks HTTP/1: one request after another, each with its handler and answer.
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

mod carrier;
mod h2c;
mod upgrade;

use super::{
    Base, State,
    answer::Applied,
    session::{Cast, Session},
    underway::Underway,
};
use crate::{
    Key, Moment,
    endpoint::Opening,
    exchange::{Command, ContentError},
    handler::dispatch,
    payload::FilePart,
};
use carrier::Carrier;
pub(super) use h2c::Switch;
use http::{HeaderMap, StatusCode};
use http1::{Content, server::Event};
use std::{collections::VecDeque, time::Instant};
use websocket::Prepared;
use wire::Output;

/// Events, which are requests and parts of their content, that a connection is given in one turn.
/// One read can bring thousands of requests, and each may cost a file's look-up.
const TURN: u32 = 64;

/// A connection from a client that speaks HTTP/1.
pub(super) struct Connection {
    base: Base,
    http1: http1::server::Connection,
    current: Option<Box<Underway>>,
    /// The last request's, to be used again within a pipeline; an idle connection has none.
    spare: Option<Box<Underway>>,
    /// An upgrade was agreed to: who gets the stream.
    opening: Option<Box<Opening>>,
    /// HTTP/2 was agreed to: what it begins with.
    switch: Option<Box<Switch>>,
    /// Who has the stream behind an upgrade.
    session: Option<Box<Session>>,
    /// The turn ended before the work did.
    more: bool,
    /// What the external parts of the output stand for, in their order.
    files: VecDeque<FilePart>,
}

impl Connection {
    /// A connection that has just been accepted.
    pub(super) fn new(base: Base, moment: &Moment) -> Self {
        let mut http1 = http1::server::Connection::new(&base.service.limits.http1, moment.now);
        if base.service.trace.is_on() {
            http1.set_trace(base.trace());
        }
        let (current, spare, files) = (None, None, VecDeque::new());
        Self {
            base,
            http1,
            current,
            spare,
            opening: None,
            switch: None,
            session: None,
            more: false,
            files,
        }
    }

    pub(super) fn base(&self) -> &Base {
        &self.base
    }

    pub(super) fn base_mut(&mut self) -> &mut Base {
        &mut self.base
    }

    /// Takes octets from the peer and does all that they make possible.
    pub(super) fn receive(&mut self, input: &mut [u8], moment: &Moment) {
        if let Some(session) = &mut self.session {
            return session.receive(input, moment.now);
        }
        self.http1.set_date(*moment.date());
        self.http1.receive(input, moment.now);
        self.process(moment);
    }

    /// The peer will send no more; `clean` says that it said so itself, as far as what is below
    /// HTTP has a word for it.
    pub(super) fn receive_end(&mut self, clean: bool, moment: &Moment) {
        if let Some(session) = &mut self.session {
            return session.receive_end(clean, moment.now);
        }
        self.http1.receive_end(moment.now);
        self.process(moment);
    }

    pub(super) fn wants_receive(&self) -> bool {
        match &self.session {
            Some(session) => session.wants_receive(),
            None => self.http1.wants_receive(),
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        match &self.session {
            Some(session) => session.next_timeout(),
            None => self.http1.next_timeout(),
        }
    }

    pub(super) fn handle_timeout(&mut self, moment: &Moment) {
        if let Some(session) = &mut self.session {
            return session.handle_timeout(moment.now);
        }
        self.http1.set_date(*moment.date());
        self.http1.handle_timeout(moment.now);
        self.process(moment);
    }

    pub(super) fn poll_transmit(&mut self, moment: &Moment, out: &mut Output) {
        self.http1.poll_transmit(moment.now, out);
        if let Some(session) = &mut self.session {
            session.poll_transmit(moment.now, out);
        }
    }

    pub(super) fn file(&mut self) -> Option<&mut FilePart> {
        while self.files.front().is_some_and(|part| part.length == 0) {
            self.files.pop_front();
        }
        self.files.front_mut()
    }

    pub(super) fn state(&self) -> State {
        match &self.session {
            Some(session) => upgrade::state_of(session),
            None => self.http1.state(),
        }
    }

    /// Whether an answer is under way that an orderly close would end, as if it were complete.
    pub(super) fn ends_with_connection(&self) -> bool {
        self.http1.ends_with_connection()
    }

    /// Whether an answer is under way, or was broken off.
    pub(super) fn is_cut(&self) -> bool {
        self.session.is_none() && self.http1.sends_content()
    }

    /// Whether no request is under way: none is being answered, no part of one has come, and the
    /// last answer's peer is not still sending what nobody wants.
    pub(super) fn is_idle(&self) -> bool {
        self.current.is_none() && self.session.is_none() && !self.http1.is_busy()
    }

    /// Whether the waits of a peer that has to take what we sent are counted from when it has taken
    /// it: between requests, behind the last of them, and on a WebSocket always.
    pub(super) fn counts_from_sent(&self) -> bool {
        self.session.is_some() || self.state() == State::Closing || self.is_idle()
    }

    pub(super) fn sent(&mut self, moment: &Moment) {
        match &mut self.session {
            Some(session) => session.sent(moment.now),
            None => self.http1.sent(moment.now),
        }
    }

    pub(super) fn shut_down(&mut self, moment: &Moment) {
        self.base.stopping = true;
        if let Some(session) = &mut self.session {
            return session.go_away();
        }
        self.http1.shut_down(moment.now);
        self.process(moment);
    }

    /// Answers 503 whatever is asked, and ends: there are too many connections.
    pub(super) fn refuse(&mut self, moment: &Moment) {
        self.base.refused = true;
        self.http1.set_date(*moment.date());
        self.http1.refuse(StatusCode::SERVICE_UNAVAILABLE, moment.now);
    }

    /// Answers 400: this is HTTP in the clear where TLS is spoken.
    pub(super) fn refuse_cleartext(&mut self, refused: bool, moment: &Moment) {
        self.base.refused = refused;
        self.http1.set_date(*moment.date());
        self.http1.refuse_with(
            StatusCode::BAD_REQUEST,
            "400 Bad Request: this port speaks TLS; ask for https://\n",
            moment.now,
        );
    }

    /// Gives a group's message to the session that is a member.
    pub(super) fn cast(&mut self, _stream: u64, message: &Prepared) -> Cast {
        self.session.as_mut().map_or(Cast::Gone, |session| session.cast(message))
    }

    /// The session is all there is: without it the connection is over.
    pub(super) fn cut_off(&mut self, _stream: u64, moment: &Moment) -> bool {
        self.disconnect(moment);
        false
    }

    /// There is but one stream.
    pub(super) fn touch(&mut self, _stream: u64, moment: &Moment) {
        self.process(moment);
    }

    pub(super) fn disconnect(&mut self, moment: &Moment) {
        if let Some(mut current) = self.current.take() {
            current.disconnect(&self.base, moment);
        }
        self.session = None;
    }

    // ANCHOR: process
    /// Moves everything as far as it goes in one turn: commands of the handler to the peer, events
    /// of the peer to the handler. Where it [has more](Self::has_more) to do, the driver calls
    /// again when others have had their turn.
    pub(super) fn process(&mut self, moment: &Moment) {
        if let Some(session) = &mut self.session {
            return session.process();
        }
        let mut turn = TURN;
        self.more = false;
        loop {
            self.apply_commands(moment);
            if self.current.as_ref().is_some_and(|current| current.is_saturated()) {
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
    pub(super) fn has_more(&self) -> bool {
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
                if let Some(switch) = &mut self.switch {
                    switch.rest = Some(rest);
                } else if !self.hand_over(rest, moment) {
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
        if let Some(current) = &mut self.current {
            current.end_content(ending);
        }
    }

    fn begin(&mut self, request: Box<http::Request>, content: Content, moment: &Moment) {
        if content == Content::None && self.agree_to_http2(&request) {
            return self.prepare_switch(request);
        }
        let (spare, content) = (self.spare.take(), content != Content::None);
        let (current, request, reply) =
            self.base.begin(request, None, content, Key::ALONE, spare, moment);
        self.current = Some(current);
        dispatch(&self.base.service.handler, request, reply);
        while let Some(current) = &mut self.current
            && let Some(command) = current.inline_command()
        {
            self.apply(command, moment);
        }
    }

    fn apply_commands(&mut self, moment: &Moment) {
        while let Some(current) = &mut self.current {
            if current.asks_for_content() {
                self.http1.read_body();
            }
            let room = self.http1.output_room() > 0;
            let Some(command) = current.exchange.next_command(room) else { return };
            self.apply(command, moment);
        }
    }

    fn apply(&mut self, command: Command, moment: &Moment) {
        let Some(current) = &mut self.current else { return };
        let mut carrier = Carrier { http1: &mut self.http1, files: &mut self.files, moment };
        match current.apply(command, &mut carrier) {
            // HTTP/1 cannot answer what was not asked.
            Applied::GoesOn | Applied::Push(_) => {}
            Applied::Ended => self.finish(moment),
            Applied::Broken => self.abort(moment),
            Applied::Upgrade(response, opening) => {
                self.accept_upgrade(&response, opening, moment);
            }
        }
    }

    fn finish(&mut self, moment: &Moment) {
        let Some(mut current) = self.current.take() else { return };
        if current.is_receiving() {
            self.http1.discard_body();
        }
        current.finish(&self.base, moment);
        if current.is_free() {
            self.spare = Some(current);
        }
    }

    fn abort(&mut self, moment: &Moment) {
        self.http1.abort();
        self.disconnect(moment);
    }
}
