//! One thread, many connections: wait, read, answer, write, and around again.
//!
//! ```text
//!            ┌──────────────────────────── wait (epoll) ◄───────────────┐
//!            ▼                    ▼                  ▼                  │
//!       a listener           a connection       the mailbox          timers
//!       accept, deal out     read, advance      finished work,       look again
//!            │                    │             words to groups         │
//!            └────────────────────┴──────────────────┴──────────────────┘
//! ```
//!
//! Invariant: nothing in a turn waits, so the slowest peer delays nobody else by more than the work
//! of its own octets.
//!
//! Invariant: one system call reads and one writes for each turn of a busy connection; the poller
//! is told only when what we want to know has changed.

use super::{
    Shared,
    accept::Acceptor,
    cast::Cast,
    mailbox::{Mail, Mailbox},
    slab::{Number, Slab},
    slot::{Fate, Slot},
    socket::Arrival,
};
use crate::{
    Hub, Key,
    core::{Connection, Link, Moment, Secure},
    handler::contained,
};
use sockets::{Events, Interest, Poller, Timers, Token};
use std::{
    collections::VecDeque,
    io,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

/// Octets read at once, at the most: four of TLS's longest records. One buffer serves all
/// connections of a loop, so an idle one holds none.
const SCRATCH: usize = 66 * 1024;

/// The listeners' tokens count down from here; connections' numbers never get so high.
pub(super) const LISTENERS: u64 = u64::MAX - 1024;

pub(super) struct EventLoop {
    pub(super) poller: Poller,
    pub(super) shared: Arc<Shared>,
    hub: Arc<Hub>,
    mailbox: Arc<Mailbox>,
    slots: Slab<Slot>,
    timers: Timers<Number>,
    pub(super) moment: Moment,
    scratch: Box<[u8]>,
    pub(super) acceptor: Acceptor,
    /// Connections whose turn ended before their work did.
    again: Vec<Number>,
    /// Connections whose handlers said something in this turn.
    touched: Vec<Number>,
    /// What was said to groups and has not reached all members here, in order.
    pub(super) casts: VecDeque<Cast>,
    /// Set by a stop: when whoever is still here is cut off.
    stopping: Option<Instant>,
}

impl EventLoop {
    pub(super) fn new(
        poller: Poller,
        mailbox: Arc<Mailbox>,
        shared: Arc<Shared>,
        acceptor: Acceptor,
    ) -> Self {
        let hub = Arc::new(shared.hub(mailbox.clone()));
        Self {
            poller,
            shared,
            hub,
            mailbox,
            slots: Slab::new(),
            timers: Timers::new(),
            moment: Moment::new(Instant::now(), SystemTime::now().into()),
            scratch: vec![0; SCRATCH].into_boxed_slice(),
            acceptor,
            again: Vec::new(),
            touched: Vec::new(),
            casts: VecDeque::new(),
            stopping: None,
        }
    }

    /// Runs until a stop is asked for and the last connection has ended, or its grace has.
    pub(super) fn run(mut self) -> io::Result<()> {
        crate::exchange::enter_loop();
        let result = self.turns();
        // Closed in this order, so that a connection that another loop hands over meanwhile is
        // dropped by whoever comes second.
        self.mailbox.close();
        for number in self.slots.numbers() {
            self.close(number);
        }
        result
    }

    fn turns(&mut self) -> io::Result<()> {
        self.acceptor.register(&self.poller)?;
        let (mut events, mut letters) = (Events::with_capacity(256), Vec::new());
        while !self.has_ended() {
            let patience = self.patience();
            self.poller.wait(&mut events, patience)?;
            self.moment.advance(Instant::now(), SystemTime::now().into());
            for event in events.iter() {
                match event.token.0 {
                    token if token >= LISTENERS => self.accept(token),
                    number => self.on_socket(number, event.readable, event.closed),
                }
            }
            self.mailbox.collect(&mut letters);
            for letter in letters.drain(..) {
                self.on_mail(letter);
            }
            self.answer_letters();
            self.on_timers();
            self.go_on();
            self.cast();
            if let Some(log) = &self.shared.service.log {
                contained(|| log.flush());
            }
        }
        Ok(())
    }

    fn has_ended(&self) -> bool {
        self.stopping.is_some_and(|until| self.slots.len() == 0 || until <= self.moment.now)
    }

    /// How long there is nothing to do unless something happens.
    fn patience(&self) -> Option<Duration> {
        if !self.again.is_empty() || !self.casts.is_empty() {
            return Some(Duration::ZERO);
        }
        let wake = [self.timers.next(), self.stopping, self.acceptor.resumes()];
        let next = wake.into_iter().flatten().min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    fn accept(&mut self, token: u64) {
        // A bounded number per turn: connections that are there already come first.
        for _ in 0..64 {
            match self.acceptor.accept(token, &self.poller, &self.moment) {
                Some(arrival) => self.deal(arrival),
                None => return,
            }
        }
    }

    /// Gives a new connection to the loop whose turn it is.
    fn deal(&mut self, arrival: Arrival) {
        match self.shared.next_loop() {
            Some(other) if !Arc::ptr_eq(other, &self.mailbox) => {
                other.post(Mail::Accepted(arrival));
            }
            _ => self.adopt(arrival),
        }
    }

    fn adopt(&mut self, Arrival { socket, peer, tls }: Arrival) {
        if self.stopping.is_some() {
            // Dealt out before the stop, arrived behind it: nothing of it was read.
            return;
        }
        let admitted = self.shared.admit();
        let refused = match admitted {
            super::Admission::Welcome => false,
            super::Admission::Refused => true,
            super::Admission::Ignored => return,
        };
        let (service, hub) = (self.shared.service.clone(), self.hub.clone());
        let (poller, moment) = (&self.poller, &self.moment);
        let mut added = Ok(());
        let number = self.slots.insert(|number| {
            added = poller.add(&socket, Token(number), Interest::READ);
            let buffer = service.limits.output_buffer;
            let mut link = match tls {
                None => {
                    let connection = Connection::new(service, hub, peer, number, moment);
                    Link::Clear(Box::new(connection))
                }
                Some(tls) => {
                    Link::Tls(Box::new(Secure::new(tls, service, hub, peer, number, moment)))
                }
            };
            if refused {
                link.refuse(moment);
            }
            Slot::new(socket, link, buffer)
        });
        match added {
            Ok(()) if refused => self.after(number, |slot, _, moment| slot.advance(moment)),
            Ok(()) => self.after(number, |_, _, _| Fate::Keep),
            Err(_) => self.close(number),
        }
    }

    fn on_socket(&mut self, number: Number, readable: bool, closed: bool) {
        self.after(number, |slot, scratch, moment| {
            // A failure is reported whether we want to read or not, and again until we close.
            if closed && !slot.interest.readable {
                return Fate::Drop;
            }
            if readable { slot.on_readable(scratch, moment) } else { slot.advance(moment) }
        });
    }

    fn on_mail(&mut self, letter: Mail) {
        match letter {
            Mail::Touched(key) => self.touch(key),
            Mail::Said(share) => self.casts.push_back(Cast::Waiting(share)),
            Mail::Accepted(arrival) => self.adopt(arrival),
            Mail::Stop => self.begin_stop(),
        }
    }

    /// Has a stream's handler heard; what it says is written with what its neighbours say.
    fn touch(&mut self, key: Key) {
        let Some(slot) = self.slots.get_mut(key.connection) else { return };
        crate::reading::count();
        if !contained(|| slot.connection.touch(key.stream, &self.moment)) {
            return self.close(key.connection);
        }
        if !slot.touched {
            slot.touched = true;
            self.touched.push(key.connection);
        }
    }

    /// Writes for those that letters came for, once for each however many there were.
    fn answer_letters(&mut self) {
        let mut touched = std::mem::take(&mut self.touched);
        for number in touched.drain(..) {
            self.after(number, |slot, _, moment| {
                slot.touched = false;
                slot.advance(moment)
            });
        }
        self.touched = touched;
    }

    /// Gives those their next turn who had more to do than fits in one.
    fn go_on(&mut self) {
        for number in std::mem::take(&mut self.again) {
            self.after(number, |slot, _, moment| {
                slot.again = false;
                slot.connection.process(moment);
                slot.advance(moment)
            });
        }
    }

    fn begin_stop(&mut self) {
        self.acceptor.close(&self.poller);
        // Whoever sets a grace beyond the clock's end means for ever; a year is as long.
        let (now, year) = (self.moment.now, Duration::from_secs(365 * 24 * 3600));
        self.stopping = now.checked_add(self.shared.service.limits.grace).or(Some(now + year));
        for number in self.slots.numbers() {
            self.after(number, |slot, _, moment| {
                if slot.is_quiet() {
                    return Fate::Drop;
                }
                slot.connection.shut_down(moment);
                slot.advance(moment)
            });
        }
    }

    fn on_timers(&mut self) {
        while let Some(number) = self.timers.pop_expired(self.moment.now) {
            let Some(slot) = self.slots.get_mut(number) else { continue };
            // An entry that was overtaken by an earlier one, which has been here already.
            if slot.armed.is_none_or(|armed| armed > self.moment.now) {
                continue;
            }
            slot.armed = None;
            let expired = slot.deadline().is_some_and(|deadline| deadline <= self.moment.now);
            self.after(
                number,
                |slot, _, moment| {
                    if expired { slot.on_timeout(moment) } else { Fate::Keep }
                },
            );
        }
        self.acceptor.resume(&self.poller, &self.moment);
    }

    /// Does `work` on a slot, then puts the poller and the timers in step with what it wants.
    pub(super) fn after(
        &mut self,
        number: Number,
        work: impl FnOnce(&mut Slot, &mut [u8], &Moment) -> Fate,
    ) {
        let Some(slot) = self.slots.get_mut(number) else { return };
        let mut fate = Fate::Drop;
        // Handlers, listeners and logs are contained where they are called. A panic that gets here
        // is a bug of this stack, or a trace listener's: it costs this connection and no other.
        contained(|| fate = work(slot, &mut self.scratch, &self.moment));
        if fate == Fate::Drop {
            return self.close(number);
        }
        if slot.connection.has_more() && !slot.again {
            slot.again = true;
            self.again.push(number);
        }
        let wanted = slot.wanted_interest();
        if wanted != slot.interest {
            if self.poller.modify(&slot.socket, Token(number), wanted).is_err() {
                return self.close(number);
            }
            slot.interest = wanted;
        }
        // Timers are only ever set earlier; a later deadline is found when the earlier entry is
        // due.
        if let Some(deadline) = slot.deadline()
            && slot.armed.is_none_or(|armed| deadline < armed)
        {
            slot.armed = Some(deadline);
            self.timers.set(deadline, number);
        }
    }

    fn close(&mut self, number: Number) {
        if let Some(mut slot) = self.slots.remove(number) {
            // An error here means that the descriptor was never watched; closing it is all we want.
            let _ = self.poller.remove(&slot.socket);
            slot.end();
            slot.connection.disconnect(&self.moment);
            self.shared.release(slot.connection.is_refused());
            self.forget_reminders();
        }
    }

    /// Reminders of connections that are gone stay among the timers until they are due. With a
    /// connection for each request that is a minute's worth of requests; so when they are the most
    /// by far, the list is made anew of those that count.
    fn forget_reminders(&mut self) {
        const FEW: usize = 1024;
        if self.timers.len() <= FEW + 4 * self.slots.len() {
            return;
        }
        self.timers = Timers::new();
        for number in self.slots.numbers() {
            if let Some(armed) = self.slots.get_mut(number).and_then(|slot| slot.armed) {
                self.timers.set(armed, number);
            }
        }
    }
}

#[cfg(test)]
#[path = "event_loop_tests.rs"]
mod tests;
