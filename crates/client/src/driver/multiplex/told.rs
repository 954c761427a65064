//! What the connection tells, put where the call's owner finds it.
//!
//! RFC 9113 §5.4, §6.4, §6.8, §8.1, §8.4
//!
//! | event               | what becomes of it                                          |
//! |---------------------|-------------------------------------------------------------|
//! | head, content, end  | the call's                                                  |
//! | reset, `NO_ERROR`   | behind a whole answer: no more content is wanted (§8.1)     |
//! | reset               | the call has failed                                         |
//! | promise             | a call that nobody has asked for yet                        |
//! | GOAWAY              | its streams are told as reset; new ones go elsewhere        |
//!
//! Users: [`super::link`].

use super::{
    call::{Call, Failure, Kind, State},
    calls::{Calls, Lost, Ongoing, Upload},
};
use crate::{Error, core::retry::Untouched};
use http2::{Connection, ErrorCode, Event, Misuse, StreamId};
use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

impl Calls {
    /// Hands out what happened on a stream.
    pub(super) fn tell(&mut self, machine: &mut Connection, event: Event, now: Instant) {
        match event {
            Event::Informational { stream, response } => {
                self.with(stream, |state| state.interim.push(response.status.as_u16()));
            }
            Event::Response { stream, response, end } => {
                self.with(stream, |state| {
                    state.head = Some(*response);
                    state.head_at = Some(now);
                    state.ended = end;
                });
                if end {
                    self.answered(machine, stream);
                }
            }
            Event::Data { stream, octets, end } => self.content(machine, stream, octets, end),
            Event::Trailers { stream, trailers } => {
                self.with(stream, |state| {
                    state.trailers = Some(trailers);
                    state.ended = true;
                });
                self.answered(machine, stream);
            }
            Event::StreamReset { stream, code, error } => {
                // Those that GOAWAY leaves out come as refused, and it has been here before.
                let leaves = machine.can_request() == Err(Misuse::GoingAway);
                self.reset(stream, code, error.map(|error| error.to_string()), leaves);
            }
            Event::Writable(stream) => self.ready.push(stream),
            Event::PushPromise { stream, head, .. } => {
                self.promised(machine, stream, &head);
            }
            Event::Settings => self.introduced = true,
            // Whoever waits in line is looked at after each turn; the rest is the link's.
            _ => {}
        }
    }

    /// Lets `change` at what a stream's call knows.
    fn with(&mut self, stream: StreamId, change: impl FnOnce(&mut State)) {
        if let Some(ongoing) = self.ongoing.get(&stream) {
            change(&mut ongoing.call.lock());
            self.touched.push(Arc::clone(&ongoing.call));
        }
    }

    // ANCHOR: content
    fn content(&mut self, machine: &mut Connection, stream: StreamId, octets: Vec<u8>, end: bool) {
        let length = octets.len();
        let Some(ongoing) = self.ongoing.get_mut(&stream) else {
            // Its owner has just gone: the connection's window gets it back all the same.
            machine.release(stream, length);
            return;
        };
        ongoing.untaken += length;
        let mut state = ongoing.call.lock();
        if length > 0 {
            state.content.push_back(octets);
        }
        state.ended = end;
        drop(state);
        self.touched.push(Arc::clone(&ongoing.call));
        if end {
            self.answered(machine, stream);
        }
    }
    // ANCHOR_END: content

    /// A response is complete. What of it nobody has taken yet keeps no window shut: nothing more
    /// comes on this stream, and the others must not wait for a slow reader.
    fn answered(&mut self, machine: &mut Connection, stream: StreamId) {
        let Some(ongoing) = self.ongoing.get_mut(&stream) else { return };
        ongoing.answered = true;
        self.status.fruitful.store(true, Ordering::Release);
        let untaken = std::mem::take(&mut ongoing.untaken);
        if untaken > 0 {
            machine.release(stream, untaken);
        }
        if ongoing.upload.done {
            self.forget(stream);
        }
    }

    fn reset(&mut self, stream: StreamId, code: ErrorCode, rule: Option<String>, leaves: bool) {
        let Some(ongoing) = self.ongoing.get_mut(&stream) else { return };
        if ongoing.answered {
            // The answer is whole; the rest of the request is not wanted (§8.1).
            ongoing.call.lock().enough = true;
            self.touched.push(Arc::clone(&ongoing.call));
            return self.forget(stream);
        }
        let refused = code == ErrorCode::REFUSED_STREAM && rule.is_none();
        let error = Error::Stream {
            from: self.status.name.clone(),
            code: code.0,
            reason: rule.unwrap_or_else(|| format!("the server reset the stream: {code}")),
        };
        // Too many before it was known how many: they may come again, and be too many again where
        // the connection is soon another one.
        let kind = match (refused, leaves || ongoing.early) {
            (false, _) => Kind::Final,
            (true, false) => Kind::Untouched(Untouched::Refused),
            (true, true) => Kind::Untouched(Untouched::Left),
        };
        self.fail(stream, Failure { error, kind });
    }

    /// A rule was broken; where that ends the connection, its calls are told why.
    pub(super) fn note(&mut self, error: &http2::Error) {
        if error.scope() == http2::Scope::Connection {
            self.broken.get_or_insert_with(|| (error.code().0, error.to_string()));
        }
    }

    /// The server has said goodbye. That is no failure yet: streams up to its last go on.
    pub(super) fn told_to_go(&mut self, code: ErrorCode, debug: &[u8]) {
        if code != ErrorCode::NO_ERROR {
            let words = match debug {
                [] => String::new(),
                words => format!(" ({})", words.escape_ascii()),
            };
            let reason = format!("the server ended the connection: {code}{words}");
            self.broken.get_or_insert((code.0, reason));
        }
    }

    // ANCHOR: lose
    /// The connection is gone, and with it all calls on it. Those that wait in line were not sent.
    pub(super) fn lose(&mut self, lost: &Lost) {
        for asked in std::mem::take(&mut self.waiting) {
            self.count_down();
            super::calls::refuse(&asked);
        }
        let streams: Vec<StreamId> = self.ongoing.keys().copied().collect();
        for stream in streams {
            let Some(ongoing) = self.ongoing.get(&stream) else { continue };
            if ongoing.answered {
                ongoing.call.lock().enough = true;
                self.touched.push(Arc::clone(&ongoing.call));
                self.forget(stream);
                continue;
            }
            let name = self.status.name.clone();
            let failure = match (&self.broken, lost) {
                (Some((code, reason)), _) => Failure {
                    error: Error::Http2 { with: name, code: *code, reason: reason.clone() },
                    kind: Kind::Final,
                },
                (None, Lost::Broken(error)) => {
                    Failure { error: again(error, name), kind: Kind::Broken }
                }
                (None, Lost::Ended) => ended(&ongoing.call, name),
            };
            self.fail(stream, failure);
        }
    }
    // ANCHOR_END: lose

    /// A server promises an answer to a request that it has made up (§8.4).
    fn promised(
        &mut self,
        machine: &mut Connection,
        stream: StreamId,
        head: &http::message::RequestHead,
    ) {
        // No number that a request can have.
        let call = Arc::new(Call::new(u64::MAX - u64::from(stream.value())));
        if let Err(code) = self.status.pushed.promise(&head.request, &call) {
            machine.reset(stream, code);
            return;
        }
        self.streams.insert(call.id, stream);
        let upload = Upload::none();
        let (untaken, answered, pushed, early) = (0, false, true, false);
        let ongoing = Ongoing { call, upload, untaken, answered, pushed, early };
        self.ongoing.insert(stream, ongoing);
    }
}

/// The connection ended in good order, or so it seems, in the middle of a call.
fn ended(call: &Call, name: String) -> Failure {
    let state = call.lock();
    let error = match state.head_at {
        None => Error::EmptyReply { to: name },
        // Its reader knows how much of it came.
        Some(_) => Error::Partial { received: 0, missing: None },
    };
    Failure { error, kind: Kind::Broken }
}

/// The same error for one more of those whom it concerns.
fn again(error: &Error, name: String) -> Error {
    match error {
        Error::TlsBroken { with, source } => {
            Error::TlsBroken { with: with.clone(), source: source.clone() }
        }
        Error::Receive { from, source } => {
            let source = io::Error::new(source.kind(), source.to_string());
            Error::Receive { from: from.clone(), source }
        }
        other => {
            let source = io::Error::other(other.to_string());
            Error::Receive { from: name, source }
        }
    }
}
