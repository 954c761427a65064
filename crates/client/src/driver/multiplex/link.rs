//! A shared connection as its driver has it: a socket that does not block, a state machine, and who
//! waits for what.
//!
//! RFC 9113 §5.4.1, §6.8, §9.1
//!
//! ```text
//!   socket ──► buffer ──► machine ──► events ──► calls
//!   socket ◄── output ◄── machine ◄── wishes ◄── calls
//! ```
//!
//! Invariant: all that came is looked at before anything is sent; a turn reads at most [`TURN`]
//! buffers, so that a fast server does not keep the other connections waiting.
//!
//! Users: [`super::event_loop`].

use super::{
    calls::{Calls, Lost},
    event_loop::Driven,
    line::Status,
    machine::Machine,
    mailbox::{Handed, Wish},
};
use crate::{
    Error,
    driver::{connection::is_wait, stream::Stream},
    trace,
};
use ::http2::Connection;
use sockets::{Interest, Poller, Token};
use std::{
    io::{self, IoSlice, Read, Write},
    sync::{Arc, atomic::Ordering},
    time::Instant,
};
use wire::{
    Output,
    trace::{Direction, Trace},
};

/// Buffers read in one turn.
const TURN: usize = 16;
/// Slices for one `writev`.
const SLICES: usize = 16;
/// Octets of output that may wait for the socket.
const OUTPUT: usize = 256 * 1024;

/// A connection that is driven.
pub(super) struct Link {
    stream: Stream,
    machine: Box<Connection>,
    calls: Calls,
    status: Arc<Status>,
    trace: Trace,
    output: Output,
    token: Token,
    /// What the poller watches for; `None` where it does not watch.
    interest: Option<Interest>,
    readable: bool,
    /// The socket took not all.
    blocked: bool,
    /// Since when no call is open.
    idle_since: Option<Instant>,
    ended: bool,
    /// The server was told that nothing more comes.
    shut: bool,
}

impl Link {
    pub(super) fn new(handed: Handed, poller: &Poller, token: Token) -> Self {
        let Handed { stream, machine, status, trace, .. } = handed;
        let added = poller.add(&stream, token, Interest::READ);
        let mut link = Self {
            stream,
            machine,
            calls: Calls::new(Arc::clone(&status)),
            status,
            trace,
            output: Output::new(OUTPUT),
            token,
            interest: Some(Interest::READ),
            // TLS may have read more than its handshake.
            readable: true,
            blocked: false,
            idle_since: None,
            ended: false,
            shut: false,
        };
        if let Err(error) = added {
            link.interest = None;
            link.fail(error);
        }
        link
    }

    fn wants_read(&self) -> bool {
        !self.ended && self.machine.wants_receive()
    }

    /// Behind the last word only our half is closed, and what comes is read on: a socket that is
    /// closed over unread octets is reset, and the reset may overtake that word (RFC 9113 §5.4.1).
    fn shut(&mut self) {
        let over = self.machine.state() == http2::State::Closing && self.output.is_empty();
        if over && !self.blocked && !self.shut {
            self.shut = true;
            // Where it fails, the socket is gone.
            let _ = self.stream.shut_down_writing();
        }
    }

    fn read(&mut self, buffer: &mut [u8], now: Instant) {
        for _ in 0..TURN {
            if !self.readable || !self.wants_read() {
                return;
            }
            match self.stream.read(buffer) {
                Ok(0) => return self.end(!self.stream.was_cut(), now),
                Ok(length) => {
                    let octets = buffer.get_mut(..length).unwrap_or_default();
                    trace::octets(
                        &self.trace,
                        &trace::SHARED_RECEIVED,
                        Direction::Received,
                        octets,
                    );
                    self.machine.receive(octets, now);
                    // Less than a buffer: there is most likely no more, and the poller knows.
                    self.readable = length == buffer.len() || self.stream.holds();
                    self.tell(now);
                }
                Err(error) if is_wait(&error) => self.readable = false,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.fail(error),
            }
        }
    }

    /// The peer's octets have ended.
    fn end(&mut self, clean: bool, now: Instant) {
        (self.ended, self.readable) = (true, false);
        self.status.over.store(true, Ordering::Release);
        self.machine.receive_end(clean, now);
    }

    /// The socket, or TLS, is broken: nothing comes and nothing goes any more.
    fn fail(&mut self, error: io::Error) {
        self.calls.lose(&Lost::Broken(Error::from_read(error, &self.status.name)));
        self.output.clear();
        self.end(false, Instant::now());
    }

    fn write(&mut self) {
        while !self.output.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let filled = self.output.slices(&mut slices);
            let slices = slices.get(..filled).unwrap_or_default();
            match self.stream.write_vectored(slices) {
                Ok(written) => {
                    trace::passed(&self.trace, &trace::SHARED_SENT, slices, written);
                    self.output.advance(written as u64);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_wait(&error) => {
                    self.blocked = true;
                    return;
                }
                Err(error) => return self.fail(error),
            }
        }
        // What TLS has sealed goes on its own way.
        match self.stream.push() {
            Ok(true) => self.machine.sent(Instant::now()),
            Ok(false) => self.blocked = true,
            Err(error) => self.fail(error),
        }
    }

    /// Hands out what happened.
    fn tell(&mut self, now: Instant) {
        while let Some(told) = self.machine.poll() {
            self.calls.tell(&mut *self.machine, told, now);
        }
    }

    /// A connection without work is kept for a while, then closed.
    fn rest(&mut self, now: Instant) {
        if !self.calls.is_empty() {
            self.idle_since = None;
            return;
        }
        let since = *self.idle_since.get_or_insert(now);
        if now.saturating_duration_since(since) >= self.status.idle_time {
            self.shut_down();
        }
    }

    /// Tells the poller what to look out for.
    fn watch(&mut self, poller: &Poller) {
        let Some(known) = self.interest else { return };
        let interest = Interest { readable: self.wants_read(), writable: self.blocked };
        if interest != known && poller.modify(&self.stream, self.token, interest).is_ok() {
            self.interest = Some(interest);
        }
    }
}

impl Driven for Link {
    /// The socket has something, or room.
    fn ready(&mut self, event: sockets::Event) {
        self.readable |= event.readable;
        if event.writable {
            self.blocked = false;
        }
    }

    /// Whether the next turn has something to do for which nothing need be waited for.
    fn has_more(&self) -> bool {
        self.readable && self.wants_read()
    }

    fn next_timeout(&self) -> Option<Instant> {
        let idle = self.idle_since.and_then(|since| since.checked_add(self.status.idle_time));
        [self.machine.next_timeout(), idle].into_iter().flatten().min()
    }

    fn calls(&mut self) -> &mut Calls {
        &mut self.calls
    }

    fn wish(&mut self, call: u64, wish: Wish) {
        self.calls.wish(&mut *self.machine, call, wish);
    }

    /// No new requests; those under way are carried to their end.
    fn shut_down(&mut self) {
        self.status.over.store(true, Ordering::Release);
        self.machine.shut_down(Instant::now());
    }

    // ANCHOR: turn
    /// Reads, tells, sends. Answers whether the connection is over.
    fn turn(&mut self, buffer: &mut [u8], poller: &Poller) -> bool {
        let now = Instant::now();
        self.read(buffer, now);
        if self.machine.next_timeout().is_some_and(|next| next <= now) {
            self.machine.handle_timeout(now);
        }
        self.tell(now);
        self.rest(now);
        loop {
            self.calls.send(&mut *self.machine, now);
            self.machine.poll_transmit(now, &mut self.output);
            if self.output.is_empty() || self.blocked {
                break;
            }
            self.write();
            // Room for content may have come of it, and for those who wait in line.
            self.tell(now);
        }
        self.calls.wake();
        self.watch(poller);
        self.shut();
        match self.machine.state() {
            http2::State::Open | http2::State::Closing => self.ended,
            http2::State::Closed => self.output.is_empty() || self.ended,
        }
    }
    // ANCHOR_END: turn

    /// The poller forgets the socket, and whoever still waits is told.
    fn leave(&mut self, poller: &Poller) {
        if self.interest.take().is_some() {
            // It was added; and if not, there is nothing to remove.
            let _ = poller.remove(&self.stream);
        }
        self.status.over.store(true, Ordering::Release);
        self.calls.lose(&Lost::Ended);
        self.calls.wake();
    }
}
