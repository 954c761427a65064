//! What the connection tells, put where the call's owner finds it.
//!
//! RFC 9113 §5.4, §6.4, §6.8, §8.1, §8.4; RFC 9114 §4.1, §4.1.1, §5.2
//!
//! | event               | what becomes of it                                          |
//! |---------------------|-------------------------------------------------------------|
//! | head, content, end  | the call's                                                  |
//! | reset, `NO_ERROR`   | behind a whole answer: no more content is wanted (§8.1)     |
//! | reset               | the call has failed                                         |
//! | promise             | a call that nobody has asked for yet                        |
//! | GOAWAY              | its streams are told as reset; new ones go elsewhere        |
//!
//! Users: [`super::link`], [`super::quic_link`].

use super::{
    call::{Call, Failure, Kind, State},
    calls::{Calls, Lost, Ongoing, Upload},
    machine::{Machine, Reset, Told},
};
use crate::{Error, core::retry::Untouched};
use http::Version;
use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

impl Calls {
    /// Hands out what happened on a stream.
    pub(super) fn tell(&mut self, machine: &mut dyn Machine, told: Told, now: Instant) {
        match told {
            Told::Informational { stream, response } => {
                self.with(stream, |state| state.interim.push(response.status.as_u16()));
            }
            Told::Response { stream, response, end } => {
                self.with(stream, |state| {
                    state.head = Some(*response);
                    state.head_at = Some(now);
                    state.ended = end;
                });
                if end {
                    self.answered(machine, stream);
                }
            }
            Told::Data { stream, octets, end } => self.content(machine, stream, octets, end),
            Told::Trailers { stream, trailers } => {
                self.with(stream, |state| {
                    state.trailers = Some(trailers);
                    state.ended = true;
                });
                self.answered(machine, stream);
            }
            Told::Reset(reset) => {
                // Those that GOAWAY leaves out come as refused, and it has been here before.
                let leaves = machine.is_leaving();
                self.reset(reset, leaves);
            }
            Told::Enough(stream) => self.with(stream, |state| state.enough = true),
            Told::Writable(stream) => self.ready.push(stream),
            Told::Promise { stream, head } => self.promised(machine, stream, &head),
            Told::Introduced => self.introduced = true,
            Told::GoAway { served, why } => {
                if served {
                    self.status.fruitful.store(true, Ordering::Release);
                }
                self.status.over.store(true, Ordering::Release);
                // That is no failure yet: streams up to its last go on.
                if let Some(why) = why {
                    self.broken.get_or_insert(why);
                }
            }
            Told::Broken { code, text } => {
                self.broken.get_or_insert((code, text));
            }
            Told::Closed => {
                self.status.over.store(true, Ordering::Release);
                self.lose(&Lost::Ended);
            }
            // Whoever waits in line is looked at after each turn; the rest is the link's.
            _ => {}
        }
    }

    /// Lets `change` at what a stream's call knows.
    fn with(&mut self, stream: u64, change: impl FnOnce(&mut State)) {
        if let Some(ongoing) = self.ongoing.get(&stream) {
            change(&mut ongoing.call.lock());
            self.touched.push(Arc::clone(&ongoing.call));
        }
    }

    // ANCHOR: content
    fn content(&mut self, machine: &mut dyn Machine, stream: u64, octets: Vec<u8>, end: bool) {
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
    fn answered(&mut self, machine: &mut dyn Machine, stream: u64) {
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

    fn reset(&mut self, reset: Reset, leaves: bool) {
        let Reset { stream, code, name, refused, rule } = reset;
        let Some(ongoing) = self.ongoing.get_mut(&stream) else { return };
        if ongoing.answered {
            // The answer is whole; the rest of the request is not wanted (§8.1).
            ongoing.call.lock().enough = true;
            self.touched.push(Arc::clone(&ongoing.call));
            return self.forget(stream);
        }
        let refused = refused && rule.is_none();
        let error = Error::Stream {
            from: self.status.name.clone(),
            code,
            reason: rule.unwrap_or_else(|| format!("the server reset the stream: {name}")),
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

    // ANCHOR: lose
    /// The connection is gone, and with it all calls on it. Those that wait in line were not sent.
    pub(super) fn lose(&mut self, lost: &Lost) {
        if let Some(error) = self.cause(lost) {
            let _ = self.status.broken.set(error);
        }
        for asked in std::mem::take(&mut self.waiting) {
            self.count_down();
            super::calls::refuse(&asked);
        }
        let streams: Vec<u64> = self.ongoing.keys().copied().collect();
        for stream in streams {
            let Some(ongoing) = self.ongoing.get(&stream) else { continue };
            if ongoing.answered {
                ongoing.call.lock().enough = true;
                self.touched.push(Arc::clone(&ongoing.call));
                self.forget(stream);
                continue;
            }
            let failure = match self.cause(lost) {
                Some(error) if self.broken.is_some() => Failure { error, kind: Kind::Final },
                Some(error) => Failure { error, kind: Kind::Broken },
                None => ended(&ongoing.call, self.status.name.clone()),
            };
            self.fail(stream, failure);
        }
    }
    // ANCHOR_END: lose

    /// What broke the connection, if it did not come to its end in good order.
    fn cause(&self, lost: &Lost) -> Option<Error> {
        let with = self.status.name.clone();
        match (&self.broken, lost) {
            (Some((code, reason)), _) => {
                let (code, reason) = (*code, reason.clone());
                Some(match self.status.version {
                    Version::Http3 => Error::Http3 { with, code, reason },
                    _ => Error::Http2 { with, code, reason },
                })
            }
            (None, Lost::Broken(error)) => Some(again(error, with)),
            (None, Lost::Ended) => None,
        }
    }

    /// A server promises an answer to a request that it has made up (§8.4).
    fn promised(
        &mut self,
        machine: &mut dyn Machine,
        stream: u64,
        head: &http::message::RequestHead,
    ) {
        // No number that a request can have.
        let call = Arc::new(Call::new(u64::MAX - stream));
        if let Err(broken) = self.status.pushed.promise(&head.request, &call) {
            machine.refuse_promise(stream, broken);
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
pub(super) fn again(error: &Error, name: String) -> Error {
    match error {
        Error::TlsBroken { with, source } => {
            Error::TlsBroken { with: with.clone(), source: source.clone() }
        }
        Error::Receive { from, source } => {
            let source = io::Error::new(source.kind(), source.to_string());
            Error::Receive { from: from.clone(), source }
        }
        Error::Quic { reason, .. } => Error::Quic { with: name, reason: reason.clone() },
        Error::Http2 { code, reason, .. } => {
            Error::Http2 { with: name, code: *code, reason: reason.clone() }
        }
        Error::Http3 { code, reason, .. } => {
            Error::Http3 { with: name, code: *code, reason: reason.clone() }
        }
        other => {
            let source = io::Error::other(other.to_string());
            Error::Receive { from: name, source }
        }
    }
}
