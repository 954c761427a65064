//! A shared connection of HTTP/3 as its driver has it: a UDP socket, QUIC, a state machine, and who
//! waits for what.
//!
//! RFC 9114 §5.2, §5.3; RFC 9000 §9, §10
//!
//! ```text
//!   socket ──► Port ──► quic ──► machine ──► events ──► calls
//!   socket ◄── Port ◄── quic ◄── machine ◄── wishes ◄── calls
//! ```
//!
//! Each connection has a socket of its own: nobody on the way can tell that two connections are the
//! same client's. When the network changes, it moves on to another one.
//!
//! Invariant: all that came is looked at before anything is sent.
//!
//! Users: [`super::event_loop`].

use super::{
    calls::{Calls, Lost},
    event_loop::Driven,
    http3::Http3,
    line::Status,
    machine::{Machine, Told},
    mailbox::{HandedQuic, Wish},
    network::{Network, Stay},
};
use crate::{Error, quic::of_closed};
use port::Port;
use quic::{Event, FourTuple, Handle};
use sockets::{Interest, Poller, Token};
use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

/// A connection that is driven.
pub(super) struct QuicLink {
    port: Port,
    handle: Handle,
    machine: Http3,
    calls: Calls,
    status: Arc<Status>,
    token: Token,
    /// What the poller watches for; `None` where it does not watch.
    interest: Option<Interest>,
    readable: bool,
    touched: Vec<Handle>,
    idle_since: Option<Instant>,
    network: Network,
    /// The connection is gone.
    ended: bool,
}

impl QuicLink {
    pub(super) fn new(handed: HandedQuic, poller: &Poller, token: Token) -> Self {
        let HandedQuic { mut port, handle, machine, status, .. } = handed;
        let remote = port.get_mut(handle).map(|quic| quic.path().remote);
        let added = poller.add(&port, token, Interest::READ);
        let mut link = Self {
            port,
            handle,
            machine: *machine,
            calls: Calls::new(Arc::clone(&status)),
            status,
            token,
            interest: Some(Interest::READ),
            readable: true,
            touched: Vec::new(),
            idle_since: None,
            network: Network::new(remote, Instant::now()),
            ended: false,
        };
        if let Err(error) = added {
            link.interest = None;
            link.fail(error);
        }
        link
    }

    /// The socket is broken: nothing comes and nothing goes any more.
    fn fail(&mut self, error: io::Error) {
        let error = Error::from_read(error, &self.status.name);
        self.lose(&Lost::Broken(error));
    }

    fn lose(&mut self, lost: &Lost) {
        self.ended = true;
        self.status.over.store(true, Ordering::Release);
        self.calls.lose(lost);
    }

    /// Hands QUIC's events to HTTP/3.
    fn listen(&mut self, now: Instant) {
        while let Some(quic) = self.port.get_mut(self.handle)
            && let Some(event) = quic.poll_event()
        {
            let http3 = &mut self.machine.connection;
            match port::http3::take(event, http3, quic, now) {
                Some(Event::Connected(summary)) => {
                    self.machine.early = false;
                    self.status.connected(*summary);
                }
                Some(Event::EarlyData(told)) if told != tls::EarlyData::Accepted => {
                    self.machine.connection.reject_early_data();
                }
                Some(Event::Migrated(_)) => self.network.migrated(now),
                Some(Event::PathFailed(_)) => self.network.failed(),
                Some(Event::Closed(closed)) => {
                    let lost = match closed {
                        quic::Closed::Local { .. } => Lost::Ended,
                        quic::Closed::Application { code: 0x100, .. } => Lost::Ended,
                        closed => Lost::Broken(of_closed(&self.status.name, closed, true)),
                    };
                    self.lose(&lost);
                }
                _ => {}
            }
        }
    }

    /// Hands out what happened.
    fn tell(&mut self, now: Instant) {
        while let Some(told) = self.machine.poll() {
            match told {
                Told::Readable(stream) => {
                    if let Some(quic) = self.port.get_mut(self.handle) {
                        let id = quic::stream::StreamId::new(stream);
                        port::http3::resume(id, &mut self.machine.connection, quic, now);
                    }
                }
                // What was sent has been acknowledged: an answer came for each of it.
                Told::Drained => {
                    if let Some(quic) = self.port.get_mut(self.handle) {
                        quic.close(::http3::ErrorCode::H3_NO_ERROR.0, b"");
                    }
                }
                told => self.calls.tell(&mut self.machine, told, now),
            }
        }
    }

    fn give(&mut self, now: Instant) {
        if let Some(quic) = self.port.get_mut(self.handle) {
            port::http3::give(&mut self.machine.connection, quic, now);
            self.machine.stock(quic);
        }
    }

    // ANCHOR: roam
    /// Moves on to another network where there is one, and off the one from before.
    fn roam(&mut self, poller: &Poller, now: Instant) {
        match self.network.stay {
            Stay::Failed => {
                // It was added; and if not, there is nothing to remove.
                let _ = poller.remove(&self.port);
                self.port.go_back();
                self.network.stay = Stay::Settled;
            }
            Stay::Leaving(until) if until <= now => self.settle_here(poller),
            _ => {}
        }
        let busy = !self.calls.is_empty();
        let Some(quic) = self.port.get_mut(self.handle) else { return };
        let remote = quic.path().remote;
        if !self.network.is_another(remote, busy, now) {
            return;
        }
        self.settle_here(poller);
        if self.port.reopen().is_err() {
            return;
        }
        let path = FourTuple { local: self.port.local(), remote };
        let added = poller.add(&self.port, self.token, self.interest.unwrap_or(Interest::READ));
        let quic = self.port.get_mut(self.handle);
        // A server may forbid it: then the kernel's routes have to do.
        if added.is_ok() && quic.is_some_and(|quic| quic.migrate(path).is_ok()) {
            self.network.stay = Stay::Trying;
        } else {
            let _ = poller.remove(&self.port);
            self.port.go_back();
        }
    }
    // ANCHOR_END: roam

    /// Nothing comes to the socket from before any more.
    fn settle_here(&mut self, poller: &Poller) {
        if let Some(former) = self.port.former() {
            let _ = poller.remove(former);
        }
        self.port.forget_former();
        self.network.stay = Stay::Settled;
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
}

impl Driven for QuicLink {
    fn ready(&mut self, event: sockets::Event) {
        self.readable |= event.readable;
        if event.writable {
            self.port.unblock();
        }
    }

    fn has_more(&self) -> bool {
        false
    }

    fn next_timeout(&self) -> Option<Instant> {
        let idle = self.idle_since.and_then(|since| since.checked_add(self.status.idle_time));
        let network = self.network.next_timeout(!self.calls.is_empty());
        [self.machine.connection.next_timeout(), self.port.next_timeout(), idle, network]
            .into_iter()
            .flatten()
            .min()
    }

    fn calls(&mut self) -> &mut Calls {
        &mut self.calls
    }

    fn wish(&mut self, call: u64, wish: Wish) {
        self.calls.wish(&mut self.machine, call, wish);
    }

    fn network_changed(&mut self) {
        self.network.tell();
    }

    fn shut_down(&mut self) {
        self.status.over.store(true, Ordering::Release);
        self.machine.connection.shut_down(Instant::now());
    }

    // ANCHOR: turn
    fn turn(&mut self, _: &mut [u8], poller: &Poller) -> bool {
        let now = port::moment();
        if std::mem::take(&mut self.readable)
            && let Err(error) = self.port.receive(now, &mut |_| None, &mut |_, _| {})
        {
            self.fail(error);
        }
        self.port.expire(now.instant);
        let mut touched = std::mem::take(&mut self.touched);
        self.port.take_touched(&mut touched);
        self.touched = touched;
        if self.machine.connection.next_timeout().is_some_and(|next| next <= now.instant) {
            self.machine.connection.handle_timeout(now.instant);
        }
        self.listen(now.instant);
        self.give(now.instant);
        self.tell(now.instant);
        self.rest(now.instant);
        self.roam(poller, now.instant);
        self.calls.send(&mut self.machine, now.instant);
        self.give(now.instant);
        self.tell(now.instant);
        if !self.port.settle(self.handle, now) {
            self.listen(now.instant);
            self.ended = true;
        }
        self.calls.wake();
        let wanted = if self.port.is_blocked() { Interest::BOTH } else { Interest::READ };
        if self.interest.is_some_and(|known| known != wanted)
            && poller.modify(&self.port, self.token, wanted).is_ok()
        {
            if let Some(former) = self.port.former() {
                let _ = poller.modify(former, self.token, wanted);
            }
            self.interest = Some(wanted);
        }
        self.ended
    }
    // ANCHOR_END: turn

    fn leave(&mut self, poller: &Poller) {
        if self.interest.take().is_some() {
            // It was added; and if not, there is nothing to remove.
            let _ = poller.remove(&self.port);
            self.settle_here(poller);
        }
        self.lose(&Lost::Ended);
        self.calls.wake();
    }
}
