//! From a request to its answer's end, on one stream.
//!
//! RFC 9113 §8.1, §8.4; RFC 9114 §4.1, §4.6
//!
//! | how an answer ends        | while the request still comes         | else             |
//! |---------------------------|---------------------------------------|------------------|
//! | whole                     | its end, then "enough" ([`Reason`])   | its end          |
//! | its handler breaks it off | the stream is reset                   | the same         |
//!
//! In HTTP/2 the reset comes some time after, for what is left of most requests is under way
//! already ([`rest_timeout`](::http2::Limits::rest_timeout)).
//!
//! Invariant: what a handler on the loop answers at once never gets among the streams that wait.

use super::{
    Exchanges,
    carrier::Carrier,
    multiplexed::{Multiplexed, Reason},
    stream::Stream,
};
use crate::{Moment, core::answer::Applied, exchange::Command, handler::dispatch};
use http::{
    HeaderName, Response, StatusCode,
    message::{Outgoing, Protocol, RequestHead, Scheme},
};

/// Exchanges whose memory is kept within a turn.
const SPARE: usize = 64;

/// What became of a stream that was looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It waits: for its handler, its peer, or room.
    Waits,
    /// It is none of ours any more.
    Over,
}

impl<P: Multiplexed> Exchanges<P> {
    pub(super) fn on_request(&mut self, id: u64, head: RequestHead, end: bool, moment: &Moment) {
        if self.base.refused {
            let busy = Response::new(StatusCode::SERVICE_UNAVAILABLE);
            // Where it cannot be sent, nobody is there to read it.
            let _ = self.protocol.send_response(id, &busy, Outgoing::None);
            return;
        }
        let RequestHead { request, protocol, .. } = head;
        self.begin(id, request, protocol, !end, moment);
    }

    /// Answers what handlers promised. A promise is kept by the same handler as a request.
    pub(super) fn answer_promised(&mut self, moment: &Moment) {
        while let Some((id, request)) = self.promised.pop() {
            self.begin(id, request, None, false, moment);
        }
    }

    // ANCHOR: begin
    /// Gives a request to its handler; `open` says that the peer may send more on the stream.
    fn begin(
        &mut self,
        id: u64,
        head: Box<http::Request>,
        protocol: Option<Protocol>,
        open: bool,
        moment: &Moment,
    ) {
        // What comes behind an extended CONNECT is another protocol's.
        let content = open && protocol.is_none();
        let expects = content && is_awaiting(&head);
        let (spare, number) = (self.spare.pop(), id);
        let (underway, request, reply) =
            self.base.begin(head, protocol, content, number, spare, moment);
        let mut stream = Stream::new(id, underway, open, expects);
        dispatch(&self.base.service.handler, request, reply);
        while let Some(command) = stream.underway.inline_command() {
            if self.apply(&mut stream, command, moment) == Fate::Over {
                return self.forget(stream);
            }
        }
        self.work_on(stream, moment);
    }
    // ANCHOR_END: begin

    /// Moves a stream that waited.
    pub(super) fn advance(&mut self, id: u64, moment: &Moment) {
        if let Some(stream) = self.streams.remove(&id) {
            self.work_on(stream, moment);
        }
    }

    fn work_on(&mut self, mut stream: Stream, moment: &Moment) {
        match self.work(&mut stream, moment) {
            Fate::Waits => drop(self.streams.insert(stream.id, stream)),
            Fate::Over => self.forget(stream),
        }
    }

    /// Moves a stream as far as it goes.
    fn work(&mut self, stream: &mut Stream, moment: &Moment) -> Fate {
        stream.release(&mut self.protocol);
        if stream.underway.asks_for_content() && stream.expects {
            stream.expects = false;
            let _ =
                self.protocol.send_informational(stream.id, &Response::new(StatusCode::CONTINUE));
        }
        loop {
            match stream.pump(&mut self.protocol) {
                Err(_) => return self.break_off(stream, moment),
                Ok(false) => return Fate::Waits,
                Ok(true) if stream.whole => return self.finish(stream, moment),
                Ok(true) => {}
            }
            let room = self.protocol.output_room(stream.id) > 0;
            let Some(command) = stream.underway.exchange.next_command(room) else {
                return Fate::Waits;
            };
            if self.apply(stream, command, moment) == Fate::Over {
                return Fate::Over;
            }
        }
    }

    /// Does what the handler says.
    fn apply(&mut self, stream: &mut Stream, command: Command, moment: &Moment) -> Fate {
        let mut carrier = Carrier {
            protocol: &mut self.protocol,
            id: stream.id,
            expects: &mut stream.expects,
            waiting: &mut stream.waiting,
            ending: &mut stream.ending,
        };
        match stream.underway.apply(command, &mut carrier) {
            Applied::GoesOn => Fate::Waits,
            Applied::Ended if stream.waiting.is_empty() => self.finish(stream, moment),
            Applied::Ended => {
                stream.whole = true;
                Fate::Waits
            }
            Applied::Broken => self.break_off(stream, moment),
            Applied::Push(request) => {
                self.promise(stream.id, request);
                Fate::Waits
            }
            Applied::Upgrade(response, opening) => {
                self.open_session(stream, &response, *opening, moment);
                Fate::Over
            }
        }
    }

    fn promise(&mut self, parent: u64, request: Box<http::Request>) {
        let secure = self.base.tls.is_some();
        self.protocol.set_scheme(if secure { Scheme::Https } else { Scheme::Http });
        // A peer that wants none gets none; it will ask for what it needs.
        if !self.base.stopping
            && let Ok(id) = self.protocol.push(parent, &request)
        {
            self.promised.push((id, request));
        }
    }

    /// The answer is whole.
    fn finish(&mut self, stream: &mut Stream, moment: &Moment) -> Fate {
        if stream.open {
            // Nobody reads the rest of the request (§8.1).
            self.protocol.reset(stream.id, Reason::Enough);
        }
        stream.underway.finish(&self.base, moment);
        Fate::Over
    }

    /// The answer cannot be whole, and the peer must see it.
    fn break_off(&mut self, stream: &mut Stream, moment: &Moment) -> Fate {
        self.protocol.reset(stream.id, Reason::Failed);
        stream.underway.disconnect(&self.base, moment);
        Fate::Over
    }

    fn forget(&mut self, mut stream: Stream) {
        stream.release_all(&mut self.protocol);
        if self.spare.len() < SPARE && stream.underway.is_free() {
            self.spare.push(stream.underway);
        }
    }
}

/// Whether the peer waits for 100 before it sends content (RFC 9110 §10.1.1).
fn is_awaiting(request: &http::Request) -> bool {
    let expect = request.headers.get(HeaderName::EXPECT);
    expect.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}
