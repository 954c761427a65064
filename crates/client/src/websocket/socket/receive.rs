//! What comes: read, told, and answered where the protocol answers by itself.
//!
//! ```text
//!   an event that waits? ──yes──► told
//!        │no
//!   octets in the socket? ──yes──► connection ──► what it answers is sent ──► again
//!        │no
//!   a timer due? ──yes──► connection ──► again
//!        │no
//!   wait: for octets, for room if something is unsent, for a timer, for a waker
//! ```

use super::{WebSocket, lock};
use crate::{
    Error,
    websocket::{Event, reader::Reader},
};
use ::websocket::State;
use sockets::Interest;
use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

/// How often a receiver whose timer is due looks whether a sender still comes on.
const LOOK: Duration = Duration::from_secs(1);

impl WebSocket {
    // ANCHOR: receive
    /// The next thing that happened; `None` if nothing did for `timeout` (`None`: as long as it
    /// takes; zero: only what is there). Once [`Event::Closed`] was told, it is told again.
    ///
    /// Pings that come are answered here, and ours are sent. What the peer did wrong is an
    /// [`Event::Violation`].
    ///
    /// # Errors
    /// [`Error::Receive`] if an open connection broke; then [`Event::Closed`] follows.
    pub fn receive(&self, timeout: Option<Duration>) -> Result<Option<Event>, Error> {
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut reader = lock(&self.reader);
        loop {
            if let Some(event) = self.next_event(&mut reader) {
                return Ok(Some(event));
            }
            let over = |now| until.is_some_and(|until| until <= now);
            let waits = std::mem::take(&mut reader.drained) && !over(Instant::now());
            if !waits && self.read(&mut reader)? {
                self.send_some();
                continue;
            }
            let unsent = self.send_some();
            let now = Instant::now();
            let connection = lock(&self.connection);
            let interest = Interest { readable: connection.wants_receive(), writable: unsent };
            let due = connection.next_timeout();
            drop(connection);
            let due = match due {
                Some(due) if due <= now => match self.moves(&mut reader) {
                    true => now.checked_add(LOOK),
                    false => {
                        lock(&self.connection).handle_timeout(now);
                        continue;
                    }
                },
                due => due,
            };
            if over(now) {
                return Ok(None);
            }
            let next = due.into_iter().chain(until).min();
            if interest == Interest::NONE && next.is_none() {
                // Nothing can happen any more; an open connection always reads.
                return Ok(Some(Event::Closed { clean: false }));
            }
            let wait = next.map(|next| next.saturating_duration_since(now));
            self.wait(&mut reader, interest, wait)?;
        }
    }
    // ANCHOR_END: receive

    fn next_event(&self, reader: &mut Reader) -> Option<Event> {
        if let Some(clean) = reader.closed {
            return Some(Event::Closed { clean });
        }
        let event = lock(&self.connection).poll_event();
        if let Some(Event::Closed { clean }) = event {
            reader.closed = Some(clean);
            self.tell_closed();
            // The answer to the peer's Close may still be here.
            self.send_some();
        }
        event
    }

    /// Whether a sender is in the middle of a long message and has come on since this was last
    /// asked. Then the peer is there, though all that it hears is that message: a Ping would wait
    /// behind it.
    fn moves(&self, reader: &mut Reader) -> bool {
        let sent = self.sent.load(Ordering::Relaxed);
        let moved = std::mem::replace(&mut reader.sent, sent) != sent;
        moved && self.state() == State::Open && self.writer.try_lock().is_err()
    }

    /// Reads once, if anything is there; false if nothing is.
    fn read(&self, reader: &mut Reader) -> Result<bool, Error> {
        if !lock(&self.connection).wants_receive() {
            return Ok(false);
        }
        let order = self.in_order();
        let read = reader.read(&self.stream, &self.trace);
        drop(order);
        let (mut connection, now) = (lock(&self.connection), Instant::now());
        match read {
            Ok(None) => return Ok(false),
            Ok(Some([])) => connection.receive_end(true, now),
            Ok(Some(octets)) => {
                self.received.fetch_add(octets.len() as u64, Ordering::Relaxed);
                connection.receive(octets, now);
            }
            Err(source) => {
                let open = connection.state() == State::Open;
                connection.receive_end(false, now);
                if open {
                    return Err(Error::from_read(source, &self.name));
                }
            }
        }
        Ok(true)
    }

    fn wait(
        &self,
        reader: &mut Reader,
        interest: Interest,
        wait: Option<Duration>,
    ) -> Result<(), Error> {
        let failed = |source| Error::Receive { from: self.name.clone(), source };
        if self.waker.get().is_none() {
            let waker = reader.waker(&self.stream).map_err(failed)?;
            let _ = self.waker.set(waker);
        }
        reader.wait(&self.stream, interest, wait).map_err(failed)
    }

    /// Reads in the place of a receiver, if there is none. What breaks is told to the next one.
    pub(super) fn read_meanwhile(&self) -> bool {
        let Ok(mut reader) = self.reader.try_lock() else { return false };
        self.read(&mut reader).unwrap_or(false)
    }
}
