//! The driver's thread: all shared connections of a session, as they become ready.
//!
//! ```text
//!   wait ──► what callers want ──► read, tell, send ──► wait
//!    ▲ sockets, the waker, timers        one link at a time
//! ```
//!
//! Invariant: nothing here waits but [`Poller::wait`], so no connection waits for another.
//!
//! Users: [`super::mailbox`], which starts it.

use super::{
    calls::Calls,
    link::Link,
    mailbox::{Command, Mailbox, Wish},
    quic_link::QuicLink,
};
use sockets::{Events, Poller, Token};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

/// Octets read at a time. All links share the buffer.
const BUFFER: usize = 64 * 1024;

/// How long servers may take to say goodbye when the session ends, 250 ms: those who answer at all
/// take a round trip.
const GOODBYE: Duration = Duration::from_millis(250);

/// A connection that the thread drives, whatever it is made of.
pub(super) trait Driven {
    /// The socket has something, or room.
    fn ready(&mut self, event: sockets::Event);
    /// Whether the next turn has something to do for which nothing need be waited for.
    fn has_more(&self) -> bool;
    /// When it wants a turn, even if nothing happens.
    fn next_timeout(&self) -> Option<Instant>;
    /// Who waits for what.
    fn calls(&mut self) -> &mut Calls;
    /// What a call's owner wants.
    fn wish(&mut self, call: u64, wish: Wish);
    /// The machine has another network than before.
    fn network_changed(&mut self) {}
    /// No new requests; those under way are carried to their end.
    fn shut_down(&mut self);
    /// Reads, tells, sends. Answers whether the connection is over.
    fn turn(&mut self, buffer: &mut [u8], poller: &Poller) -> bool;
    /// The poller forgets the socket, and whoever still waits is told.
    fn leave(&mut self, poller: &Poller);
}

/// The thread's whole state.
pub(super) struct Loop {
    poller: Poller,
    mailbox: Arc<Mailbox>,
    letters: Vec<Command>,
    links: HashMap<u64, Box<dyn Driven>>,
    /// Links that have something to do.
    due: Vec<u64>,
    buffer: Vec<u8>,
    /// The session has ended: until then links may say goodbye.
    quitting: Option<Instant>,
}

impl Loop {
    pub(super) fn new(poller: Poller, mailbox: Arc<Mailbox>) -> Self {
        let (letters, due) = Default::default();
        let (links, buffer) = (HashMap::new(), vec![0; BUFFER]);
        Self { poller, mailbox, letters, links, due, buffer, quitting: None }
    }

    // ANCHOR: run
    /// Runs until it is told to quit.
    pub(super) fn run(mut self) {
        let mut events = Events::with_capacity(64);
        loop {
            self.obey();
            self.serve();
            let now = Instant::now();
            if self.quitting.is_some_and(|until| until <= now || self.links.is_empty()) {
                return;
            }
            let next =
                self.links.values().filter_map(|link| link.next_timeout()).chain(self.quitting);
            let next = next.min();
            let rest = match self.links.values().any(|link| link.has_more()) {
                true => Some(Duration::ZERO),
                false => next.map(|next| next.saturating_duration_since(now)),
            };
            // Waiting fails only in a broken program; then callers' own time-outs end their waits.
            if self.poller.wait(&mut events, rest).is_err() {
                return;
            }
            for event in events.iter() {
                if let Some(link) = self.links.get_mut(&event.token.0) {
                    link.ready(event);
                    self.due.push(event.token.0);
                }
            }
            let now = Instant::now();
            let late = self.links.iter().filter(|(_, link)| {
                link.has_more() || link.next_timeout().is_some_and(|next| next <= now)
            });
            self.due.extend(late.map(|(id, _)| *id));
        }
    }
    // ANCHOR_END: run

    /// Reads the mail.
    fn obey(&mut self) {
        let mut letters = std::mem::take(&mut self.letters);
        self.mailbox.take(&mut letters);
        for letter in letters.drain(..) {
            match letter {
                Command::Drive(handed) => {
                    let line = handed.line;
                    let link = Link::new(handed, &self.poller, Token(line));
                    self.links.insert(line, Box::new(link));
                    self.due.push(line);
                }
                Command::DriveQuic(handed) => {
                    let line = handed.line;
                    let link = QuicLink::new(*handed, &self.poller, Token(line));
                    self.links.insert(line, Box::new(link));
                    self.due.push(line);
                }
                Command::Ask(line, asked) => {
                    match self.links.get_mut(&line) {
                        Some(link) => link.calls().ask(asked),
                        // It has ended since: its status says so, and the caller looks again.
                        None => super::calls::refuse(&asked),
                    }
                    self.due.push(line);
                }
                Command::Wish(line, call, wish) => {
                    if let Some(link) = self.links.get_mut(&line) {
                        link.wish(call, wish);
                        self.due.push(line);
                    }
                }
                Command::Close(line) => {
                    if let Some(link) = self.links.get_mut(&line) {
                        link.shut_down();
                        self.due.push(line);
                    }
                }
                Command::NetworkChanged => {
                    self.links.values_mut().for_each(|link| link.network_changed());
                    self.due.extend(self.links.keys());
                }
                Command::Quit => {
                    self.quitting = Some(Instant::now() + GOODBYE);
                    self.links.values_mut().for_each(|link| link.shut_down());
                    self.due.extend(self.links.keys());
                }
            }
        }
        self.letters = letters;
    }

    /// Gives each link that has something to do its turn.
    fn serve(&mut self) {
        self.due.sort_unstable();
        self.due.dedup();
        for line in self.due.drain(..) {
            let Some(link) = self.links.get_mut(&line) else { continue };
            if link.turn(&mut self.buffer, &self.poller) {
                link.leave(&self.poller);
                self.links.remove(&line);
            }
        }
    }
}
