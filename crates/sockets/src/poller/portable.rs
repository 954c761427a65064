//! The portable backend: poll(2) and a list that we keep.
//!
//! The list is handed to the kernel as it stands, so `wait` copies nothing; a table finds a
//! descriptor's place. The waker is a pair of connected sockets, the reading end always in place 0.
//!
//! Invariant: `list` and `tokens` have the same length, and `places` maps each descriptor but the
//! waker's to its index in both.

use super::{Bell, Events, Interest, Token, WAKER, event, number};
use crate::sys::poll::{self, PollFd};
use std::{
    collections::HashMap,
    ffi::c_short,
    io::{self, Read, Write},
    os::{
        fd::{AsFd, BorrowedFd, RawFd},
        unix::net::UnixStream,
    },
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

#[derive(Debug)]
pub(super) struct Portable {
    /// Behind a lock only so that `add` may take `&self`, as epoll's does; nobody ever waits for
    /// it.
    registered: Mutex<Registered>,
    reading: UnixStream,
}

#[derive(Debug)]
struct Registered {
    list: Vec<PollFd>,
    tokens: Vec<u64>,
    places: HashMap<RawFd, usize>,
    /// Where the next scan starts, so that full events do not always favour the first sockets.
    turn: usize,
}

impl Bell for UnixStream {
    fn ring(&self) {
        // Fails only where the pipe is full, and then it is readable anyway.
        let mut end = self;
        let _ = end.write(&[1]);
    }
}

impl Portable {
    pub(super) fn new() -> io::Result<(Self, Box<dyn Bell>)> {
        let (reading, writing) = UnixStream::pair()?;
        reading.set_nonblocking(true)?;
        writing.set_nonblocking(true)?;
        let bell = PollFd { descriptor: number(reading.as_fd()), asked: poll::IN, answered: 0 };
        let registered =
            Registered { list: vec![bell], tokens: vec![WAKER], places: HashMap::new(), turn: 0 };
        Ok((Self { registered: Mutex::new(registered), reading }, Box::new(writing)))
    }

    pub(super) fn add(
        &self,
        source: BorrowedFd<'_>,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        let descriptor = number(source);
        let mut registered = self.lock();
        if registered.places.contains_key(&descriptor) {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "registered already"));
        }
        let place = registered.list.len();
        registered.places.insert(descriptor, place);
        registered.list.push(PollFd { descriptor, asked: asked(interest), answered: 0 });
        registered.tokens.push(token.0);
        Ok(())
    }

    pub(super) fn modify(
        &self,
        source: BorrowedFd<'_>,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        let mut guard = self.lock();
        let registered = &mut *guard;
        let place = registered.places.get(&number(source)).copied().ok_or_else(unknown)?;
        let entry = registered.list.get_mut(place).ok_or_else(unknown)?;
        entry.asked = asked(interest);
        *registered.tokens.get_mut(place).ok_or_else(unknown)? = token.0;
        Ok(())
    }

    pub(super) fn remove(&self, source: BorrowedFd<'_>) -> io::Result<()> {
        let mut guard = self.lock();
        let registered = &mut *guard;
        let place = registered.places.remove(&number(source)).ok_or_else(unknown)?;
        registered.list.swap_remove(place);
        registered.tokens.swap_remove(place);
        // The last entry took the free place.
        if let Some(moved) = registered.list.get(place) {
            registered.places.insert(moved.descriptor, place);
        }
        Ok(())
    }

    pub(super) fn wait(
        &mut self,
        events: &mut Events,
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        let registered = self.registered.get_mut().unwrap_or_else(PoisonError::into_inner);
        poll::wait(&mut registered.list, timeout)?;
        let count = registered.list.len();
        let first = registered.turn % count.max(1);
        let all = registered.list.iter().zip(&registered.tokens).enumerate();
        for (place, (entry, &token)) in all.clone().skip(first).chain(all.take(first)) {
            if entry.answered == 0 {
                continue;
            }
            if token == WAKER {
                events.woken = true;
            } else if events.ready.len() == events.capacity {
                registered.turn = place;
                break;
            } else {
                events.ready.push(answered(token, entry.answered));
            }
        }
        if events.woken {
            drain(&self.reading);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Registered> {
        self.registered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn drain(mut end: &UnixStream) {
    let mut octets = [0; 64];
    while matches!(end.read(&mut octets), Ok(read) if read == octets.len()) {}
}

fn unknown() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "not registered with this poller")
}

fn asked(interest: Interest) -> c_short {
    let read = if interest.readable { poll::IN | poll::RDHUP } else { 0 };
    let write = if interest.writable { poll::OUT } else { 0 };
    read | write
}

fn answered(token: u64, bits: c_short) -> super::Event {
    let has = |asked: c_short| bits & asked != 0;
    let failed = has(poll::ERR | poll::HUP | poll::NVAL);
    event(token, has(poll::IN), has(poll::OUT), failed, has(poll::RDHUP))
}
