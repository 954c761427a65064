//! Who waits on which stream, who waits for a stream, and what each of them is told.
//!
//! RFC 9113 §5.1.2 (how many at once), §8.7 (what may be sent again); RFC 9114 §4.1.1
//!
//! ```text
//!   asked ──► line ──► stream ──► head ──► content ──► end
//!              │ first come, first served, as many at once as the server takes
//! ```
//!
//! | how it ends                             | what is known                  |
//! |-----------------------------------------|--------------------------------|
//! | `REFUSED_STREAM`, above GOAWAY's last   | the server has not touched it  |
//! | another reset                           | it may have                    |
//! | the connection breaks                   | it may have                    |
//! | no stream any more on this connection   | it was never sent              |
//!
//! Invariant: each call is told its end or its failure exactly once, and then forgotten.
//!
//! Users: [`super::link`].

use super::{
    call::{Call, Failure, Kind},
    line::Status,
    machine::{Machine, Refusal},
    mailbox::{Asked, Wish},
};
use crate::{Error, core::retry::Untouched};
use http::{HeaderName, message::Outgoing};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

/// A call under way.
#[derive(Debug)]
pub(super) struct Ongoing {
    pub(super) call: Arc<Call>,
    pub(super) upload: Upload,
    /// Octets that came and that the window does not have back.
    pub(super) untaken: usize,
    /// The server has answered in full.
    pub(super) answered: bool,
    /// The server made it up.
    pub(super) pushed: bool,
    /// It was sent before the server could say how many streams it takes.
    pub(super) early: bool,
}

/// Content on its way from the mailbox to the stream.
#[derive(Debug, Default)]
pub(super) struct Upload {
    pieces: VecDeque<Piece>,
    /// Nothing follows `pieces`.
    last: bool,
    /// The machine has all of it, and knows.
    pub(super) done: bool,
}

#[derive(Debug)]
enum Piece {
    Owned(Vec<u8>),
    Shared(Arc<[u8]>),
}

impl Upload {
    /// There is nothing to send.
    pub(super) fn none() -> Self {
        Self { done: true, ..Self::default() }
    }
}

/// How a connection was lost.
pub(super) enum Lost {
    /// The socket or TLS says so.
    Broken(Error),
    /// It came to its end.
    Ended,
}

/// The calls of one connection.
#[derive(Debug)]
pub(super) struct Calls {
    pub(super) status: Arc<Status>,
    pub(super) waiting: VecDeque<Asked>,
    pub(super) ongoing: HashMap<u64, Ongoing>,
    pub(super) streams: HashMap<u64, u64>,
    /// Calls whose owners are to be woken.
    pub(super) touched: Vec<Arc<Call>>,
    /// Uploads that have something to send.
    pub(super) ready: Vec<u64>,
    /// The server's SETTINGS have come.
    pub(super) introduced: bool,
    /// The error that ended the connection: its code, and words for it.
    pub(super) broken: Option<(u64, String)>,
}

/// A request for a connection that is gone: it was never sent.
pub(super) fn refuse(asked: &Asked) {
    let call = &asked.call;
    let mut state = call.lock();
    if state.failed.is_none() {
        let host = asked.head.headers.get_only(HeaderName::HOST);
        let to = host.and_then(|host| host.to_str()).unwrap_or("the server").to_owned();
        let error = Error::EmptyReply { to };
        state.failed = Some(Failure { error, kind: Kind::Untouched(Untouched::Left) });
    }
    drop(state);
    call.wake();
}

impl Calls {
    pub(super) fn new(status: Arc<Status>) -> Self {
        Self {
            status,
            waiting: VecDeque::new(),
            ongoing: HashMap::new(),
            streams: HashMap::new(),
            touched: Vec::new(),
            ready: Vec::new(),
            introduced: false,
            broken: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.ongoing.values().all(|ongoing| ongoing.pushed)
    }

    pub(super) fn ask(&mut self, asked: Asked) {
        self.waiting.push_back(asked);
    }

    /// Wakes everybody to whom something happened.
    pub(super) fn wake(&mut self) {
        self.touched.drain(..).for_each(|call| call.wake());
    }

    // ANCHOR: line
    /// Gives streams to those who wait, as far as the server takes them, and content to streams.
    pub(super) fn send(&mut self, machine: &mut dyn Machine, now: Instant) {
        while let Some(asked) = self.waiting.pop_front() {
            let sent = match asked.protocol {
                // Only the server's settings say whether it takes this (RFC 8441 §3).
                Some(_) if !self.introduced => Err(Refusal::Later),
                Some(protocol) => machine.send_connect(&asked.head, protocol),
                None => machine.send_request(&asked.head, asked.outgoing),
            };
            match sent {
                Ok(stream) => self.begin(stream, asked, now),
                Err(Refusal::Later) => {
                    self.waiting.push_front(asked);
                    break;
                }
                Err(Refusal::Gone) => {
                    self.count_down();
                    self.status.over.store(true, Ordering::Release);
                    refuse(&asked);
                }
                Err(Refusal::Wrong(why)) => {
                    self.count_down();
                    let error = Error::Request(why);
                    asked.call.lock().failed = Some(Failure { error, kind: Kind::Final });
                    self.touched.push(asked.call);
                }
            }
        }
        for stream in std::mem::take(&mut self.ready) {
            self.feed(machine, stream);
        }
    }
    // ANCHOR_END: line

    fn begin(&mut self, stream: u64, asked: Asked, now: Instant) {
        let Asked { call, content, outgoing, .. } = asked;
        call.lock().begun = Some((stream, now));
        self.touched.push(Arc::clone(&call));
        let mut upload = Upload { done: outgoing == Outgoing::None, ..Upload::default() };
        if let Some(octets) = content {
            upload.pieces.push_back(Piece::Shared(octets));
            upload.last = true;
        }
        if !upload.done {
            self.ready.push(stream);
        }
        self.streams.insert(call.id, stream);
        let (untaken, answered, pushed, early) = (0, false, false, !self.introduced);
        let ongoing = Ongoing { call, upload, untaken, answered, pushed, early };
        self.ongoing.insert(stream, ongoing);
    }

    pub(super) fn count_down(&self) {
        self.status.calls.fetch_sub(1, Ordering::Relaxed);
    }

    /// Hands the machine content, as much as it takes.
    fn feed(&mut self, machine: &mut dyn Machine, stream: u64) {
        let Some(ongoing) = self.ongoing.get_mut(&stream) else { return };
        let mut taken = 0;
        let mut failed = None;
        while !ongoing.upload.done && machine.output_room(stream) > 0 {
            let fed = match ongoing.upload.pieces.pop_front() {
                Some(Piece::Owned(octets)) => {
                    taken += octets.len();
                    machine.send_vec(stream, octets)
                }
                Some(Piece::Shared(octets)) => machine.send_shared(stream, octets),
                None if ongoing.upload.last => {
                    ongoing.upload.done = true;
                    machine.send_end(stream)
                }
                None => break,
            };
            if let Err(why) = fed {
                failed = Some(why);
                break;
            }
        }
        if taken > 0 {
            let mut state = ongoing.call.lock();
            state.in_flight = state.in_flight.saturating_sub(taken);
            drop(state);
            self.touched.push(Arc::clone(&ongoing.call));
        }
        if let Some(why) = failed {
            ongoing.upload.done = true;
            let error = Error::Request(why);
            self.fail(stream, Failure { error, kind: Kind::Final });
            machine.cancel(stream);
        } else if ongoing.upload.done && ongoing.answered {
            self.forget(stream);
        }
    }

    /// What a call's owner wants.
    pub(super) fn wish(&mut self, machine: &mut dyn Machine, call: u64, wish: Wish) {
        let Some(&stream) = self.streams.get(&call) else {
            // It waits in line, or is over.
            if matches!(wish, Wish::Cancel)
                && let Some(at) = self.waiting.iter().position(|asked| asked.call.id == call)
            {
                self.waiting.remove(at);
                self.count_down();
            }
            return;
        };
        let Some(ongoing) = self.ongoing.get_mut(&stream) else { return };
        match wish {
            Wish::Content(octets) => ongoing.upload.pieces.push_back(Piece::Owned(octets)),
            Wish::End => ongoing.upload.last = true,
            Wish::Taken(octets) => {
                let octets = octets.min(ongoing.untaken);
                ongoing.untaken -= octets;
                machine.release(stream, octets);
                return;
            }
            Wish::Cancel => {
                machine.release(stream, ongoing.untaken);
                machine.cancel(stream);
                self.forget(stream);
                return;
            }
        }
        self.ready.push(stream);
    }

    pub(super) fn forget(&mut self, stream: u64) {
        if let Some(ongoing) = self.ongoing.remove(&stream) {
            self.streams.remove(&ongoing.call.id);
            if !ongoing.pushed {
                self.count_down();
            }
        }
    }

    pub(super) fn fail(&mut self, stream: u64, failure: Failure) {
        if let Some(ongoing) = self.ongoing.get(&stream) {
            let mut state = ongoing.call.lock();
            if state.failed.is_none() && !state.ended {
                state.failed = Some(failure);
            }
            state.enough = true;
            drop(state);
            self.touched.push(Arc::clone(&ongoing.call));
            self.forget(stream);
        }
    }
}
