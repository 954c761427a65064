//! The Linux backend: the kernel keeps the list.
//!
//! epoll(7), eventfd(2)
//!
//! The waker's eventfd is registered edge-triggered and is never read: each write is an edge, and
//! its counter would take some centuries to overflow. That saves a read per wake.

use super::{Bell, Event, Events, Interest, Token, WAKER, event};
use crate::sys::linux::epoll::{
    CLOSED, Change, EDGE, EpollEvent, FAILED, READ, READABLE, WRITE, control, counter, create, wait,
};
use std::{
    fs::File,
    io::{self, Write},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::Arc,
    time::Duration,
};

#[derive(Debug)]
pub(super) struct Epoll {
    epoll: OwnedFd,
    /// Kept open as long as the poller: a closed one would leave the list.
    _counter: Arc<File>,
}

impl Bell for Arc<File> {
    fn ring(&self) {
        // Fails only where the counter is full, and then it is readable anyway.
        let _ = self.as_ref().write(&1_u64.to_ne_bytes());
    }
}

impl Epoll {
    pub(super) fn new() -> io::Result<(Self, Box<dyn Bell>)> {
        let epoll = create()?;
        let counter = Arc::new(counter()?);
        let event = EpollEvent { events: READABLE | EDGE, data: WAKER };
        control(epoll.as_fd(), Change::Add, counter.as_fd(), event)?;
        Ok((Self { epoll, _counter: counter.clone() }, Box::new(counter)))
    }

    pub(super) fn add(
        &self,
        source: BorrowedFd<'_>,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        control(self.epoll.as_fd(), Change::Add, source, asked(token, interest))
    }

    pub(super) fn modify(
        &self,
        source: BorrowedFd<'_>,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        control(self.epoll.as_fd(), Change::Modify, source, asked(token, interest))
    }

    pub(super) fn remove(&self, source: BorrowedFd<'_>) -> io::Result<()> {
        control(self.epoll.as_fd(), Change::Remove, source, EpollEvent::EMPTY)
    }

    // ANCHOR: epoll_wait
    pub(super) fn wait(&self, events: &mut Events, timeout: Option<Duration>) -> io::Result<()> {
        events.kernel.resize(events.capacity, EpollEvent::EMPTY);
        let count = wait(self.epoll.as_fd(), &mut events.kernel, timeout)?;
        for found in events.kernel.iter().take(count) {
            if found.data == WAKER {
                events.woken = true;
            } else {
                events.ready.push(answered(*found));
            }
        }
        Ok(())
    }
    // ANCHOR_END: epoll_wait
}

fn asked(token: Token, interest: Interest) -> EpollEvent {
    // The peer's half-close is asked for together with reading: who does not read is not told of
    // it, or a connection under backpressure would be reported for ever.
    let read = if interest.readable { READ } else { 0 };
    let write = if interest.writable { WRITE } else { 0 };
    EpollEvent { events: read | write, data: token.0 }
}

fn answered(found: EpollEvent) -> Event {
    let has = |bits: u32| found.events & bits != 0;
    event(found.data, has(READABLE), has(WRITE), has(FAILED), has(CLOSED))
}
