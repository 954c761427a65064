//! Where a handler and its connection meet: one request, its content, and the answer.
//!
//! ```text
//!   the connection's loop                Exchange                      the handler, any thread
//!     Data, End of the request  ──►  incoming (bounded)  ──► read()
//!     to the wire               ◄──  commands (bounded)  ◄── send(), write(), finish()
//!                               ◄──  wake                ◄── when the loop has something to do
//! ```
//!
//! Both directions are bounded: a peer that sends faster than the handler reads is not read from,
//! and a handler that writes faster than the peer takes waits in `write`.
//!
//! Invariant: the loop never waits for a handler; it only ever holds the lock for a push or a pop.
//!
//! Invariant: whoever waits is woken when the other side goes away.

use crate::{Payload, driver::Workers, handler::contained, limits::Limits};
use http::{HeaderMap, Response};
use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

/// Which request of which connection: what a loop needs to find it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The connection, as its driver numbers them.
    pub connection: u64,
    /// The stream on it; 0 where there is but one.
    pub stream: u64,
}

/// A loop that can be told that one of its connections has something to do.
pub trait Wake: Send + Sync {
    /// May be called from any thread, also from the loop's own.
    fn wake(&self, key: Key);
}

/// What all exchanges of one loop share.
pub struct Hub {
    /// The loop.
    pub wake: Arc<dyn Wake>,
    /// Threads for handlers that block.
    pub workers: Arc<Workers>,
    /// Ceilings.
    pub limits: Arc<Limits>,
}

/// What a handler asks its connection to do, in order.
pub(crate) enum Command {
    Informational(Response),
    Respond {
        response: Response,
        payload: Payload,
    },
    Begin {
        response: Response,
        length: Option<u64>,
    },
    Data(Vec<u8>),
    End {
        trailers: Option<HeaderMap>,
    },
    /// The handler broke off in the middle of the content; the peer must be able to tell.
    Abort,
}

/// Why a request's content ended before its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// The peer broke a rule; the connection has answered already.
    #[error("the request's content is malformed: {0}")]
    Malformed(String),
    /// The connection is gone.
    #[error("the connection ended inside the request's content")]
    Ended,
    /// More than the handler was willing to take.
    #[error("the request's content is longer than {0} octets")]
    TooLong(usize),
}

impl From<ContentError> for io::Error {
    fn from(error: ContentError) -> Self {
        let kind = match error {
            ContentError::Malformed(_) | ContentError::TooLong(_) => io::ErrorKind::InvalidData,
            ContentError::Ended => io::ErrorKind::UnexpectedEof,
        };
        Self::new(kind, error)
    }
}

/// A piece of a request's content, for a handler that runs on the loop.
#[derive(Debug)]
pub enum Piece<'a> {
    /// The next octets.
    Octets(&'a [u8]),
    /// All was received; the trailer section, if there was one.
    End(Option<&'a HeaderMap>),
    /// There will be no end.
    Failed(&'a ContentError),
}

/// Called on the loop with each piece; must never block.
pub(crate) type Listener = Box<dyn FnMut(Piece<'_>) + Send>;

/// Pieces of content that wait are joined up to this length.
const JOINED: usize = 16 * 1024;

type Ending = Result<Option<HeaderMap>, ContentError>;

#[derive(Default)]
struct State {
    incoming: VecDeque<Vec<u8>>,
    incoming_octets: usize,
    ending: Option<Ending>,
    /// The handler has asked for the content: time for 100 (Continue), if that was expected.
    wanted: bool,
    listener: Option<Listener>,
    commands: VecDeque<Command>,
    command_octets: usize,
    /// The loop runs the handler itself right now and looks at the commands when it returns.
    inline: bool,
    /// The connection is gone: nothing that is said will be heard.
    gone: bool,
}

/// One request and its answer, shared by the connection and the handler.
pub(crate) struct Exchange {
    state: Mutex<State>,
    content: Condvar,
    room: Condvar,
    key: Key,
    hub: Arc<Hub>,
}

thread_local! {
    static ON_LOOP: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Declares the current thread to be a loop's, on which waiting is an error.
pub(crate) fn enter_loop() {
    ON_LOOP.set(true);
}

impl Exchange {
    pub(crate) fn new(hub: Arc<Hub>, key: Key) -> Self {
        let state = Mutex::new(State { inline: true, ..State::default() });
        Self { state, content: Condvar::new(), room: Condvar::new(), key, hub }
    }

    pub(crate) fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Makes it fit for another request of the same connection; nobody else has a hold of it.
    pub(crate) fn renew(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.incoming.clear();
        state.commands.clear();
        (state.incoming_octets, state.command_octets) = (0, 0);
        (state.ending, state.listener) = (None, None);
        (state.wanted, state.inline, state.gone) = (false, true, false);
    }

    /// The next command, when nobody else has a hold of the exchange.
    pub(crate) fn take_command(&mut self) -> Option<Command> {
        self.state.get_mut().unwrap_or_else(PoisonError::into_inner).commands.pop_front()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A handler that panicked while it held the lock left a state that is whole: each change
        // below is one push or one store.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // ---- the loop's side ----------------------------------------------------------------------

    /// The handler has returned: from now on its commands must wake the loop.
    pub(crate) fn leave_inline(&self) {
        self.state().inline = false;
    }

    /// The next command; content only while `room` for it is left.
    pub(crate) fn next_command(&self, room: bool) -> Option<Command> {
        let mut state = self.state();
        if !room && matches!(state.commands.front(), Some(Command::Data(_))) {
            return None;
        }
        let command = state.commands.pop_front();
        if let Some(Command::Data(octets)) = &command {
            state.command_octets = state.command_octets.saturating_sub(octets.len());
            self.room.notify_all();
        }
        command
    }

    /// Whether the handler wants the content, or already has some of it.
    pub(crate) fn wants_content(&self) -> bool {
        self.state().wanted
    }

    /// Whether so much content waits for the handler that the peer must wait too.
    pub(crate) fn is_saturated(&self) -> bool {
        self.state().incoming_octets >= self.content_buffer()
    }

    /// The limit; one of nothing would let no octet through, ever.
    fn content_buffer(&self) -> usize {
        self.hub.limits.content_buffer.max(1)
    }

    /// Hands content to the handler.
    pub(crate) fn deliver(&self, octets: Vec<u8>) {
        self.deliver_piece(Ok(octets));
    }

    /// Says that the content has ended, well or badly.
    pub(crate) fn deliver_end(&self, ending: Ending) {
        self.deliver_piece(Err(ending));
    }

    fn deliver_piece(&self, piece: Result<Vec<u8>, Ending>) {
        let mut state = self.state();
        if let Some(mut listener) = state.listener.take() {
            // Called without the lock: it may well answer.
            drop(state);
            let returned = contained(|| match &piece {
                Ok(octets) => listener(Piece::Octets(octets)),
                Err(Ok(trailers)) => listener(Piece::End(trailers.as_ref())),
                Err(Err(error)) => listener(Piece::Failed(error)),
            });
            // Behind the end nothing comes. One that panicked is dropped, and with it the reply it
            // may hold: that is a 500.
            if returned && piece.is_ok() {
                self.state().listener = Some(listener);
            }
            return;
        }
        match piece {
            Ok(octets) => {
                state.incoming_octets += octets.len();
                match state.incoming.back_mut() {
                    // Octet by octet, the vectors would cost a hundred times what is in them.
                    Some(last) if last.len() + octets.len() <= JOINED => last.extend(octets),
                    _ => state.incoming.push_back(octets),
                }
            }
            Err(ending) => {
                state.ending.get_or_insert(ending);
            }
        }
        self.content.notify_all();
    }

    /// The connection is gone.
    pub(crate) fn disconnect(&self) {
        let mut state = self.state();
        state.gone = true;
        state.commands.clear();
        let unfinished = state.ending.is_none();
        drop(state);
        if unfinished {
            self.deliver_end(Err(ContentError::Ended));
        }
        self.content.notify_all();
        self.room.notify_all();
    }

    // ---- the handler's side -------------------------------------------------------------------

    /// Whether anyone still listens to the answer.
    pub(crate) fn is_gone(&self) -> bool {
        self.state().gone
    }

    /// Queues a command and wakes the loop if it is not looking anyway.
    pub(crate) fn push(&self, command: Command) {
        let mut state = self.state();
        if state.gone {
            return;
        }
        if let Command::Data(octets) = &command {
            state.command_octets += octets.len();
        }
        state.commands.push_back(command);
        self.tell(state);
    }

    /// Queues content, waiting while too much of it waits already; `octets` is empty afterwards
    /// unless there was an error.
    ///
    /// # Errors
    /// `BrokenPipe` when the connection is gone; `WouldBlock` instead of waiting on a loop.
    pub(crate) fn push_data(&self, octets: &mut Vec<u8>) -> io::Result<()> {
        let mut state = self.state();
        while !state.gone && state.command_octets >= self.hub.limits.reply_buffer.max(1) {
            if ON_LOOP.get() {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.gone {
            return Err(io::Error::new(io::ErrorKind::BrokenPipe, "the peer is gone"));
        }
        state.command_octets += octets.len();
        state.commands.push_back(Command::Data(std::mem::take(octets)));
        self.tell(state);
        Ok(())
    }

    /// The next octets of the content, or `None` at its end.
    ///
    /// # Errors
    /// See [`ContentError`]; `WouldBlock` instead of waiting on a loop.
    pub(crate) fn take_content(&self) -> io::Result<Option<Vec<u8>>> {
        let mut state = self.state();
        loop {
            if let Some(octets) = state.incoming.pop_front() {
                let limit = self.content_buffer();
                let before = state.incoming_octets;
                state.incoming_octets = before.saturating_sub(octets.len());
                if before >= limit && state.incoming_octets < limit {
                    self.tell(state);
                }
                return Ok(Some(octets));
            }
            match &state.ending {
                Some(Ok(_)) => return Ok(None),
                Some(Err(error)) => return Err(error.clone().into()),
                None if ON_LOOP.get() => return Err(io::ErrorKind::WouldBlock.into()),
                None => {}
            }
            if !state.wanted {
                state.wanted = true;
                self.tell(state);
                state = self.state();
                continue;
            }
            state = self.content.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The trailer section, once the content has been read to its end.
    pub(crate) fn trailers(&self) -> Option<HeaderMap> {
        match &self.state().ending {
            Some(Ok(trailers)) => trailers.clone(),
            _ => None,
        }
    }

    /// Hears of each piece on the loop, those that are here already first.
    pub(crate) fn listen(&self, mut listener: Listener) {
        let mut state = self.state();
        state.wanted = true;
        while let Some(octets) = state.incoming.pop_front() {
            state.incoming_octets = state.incoming_octets.saturating_sub(octets.len());
            drop(state);
            listener(Piece::Octets(&octets));
            state = self.state();
        }
        match state.ending.take() {
            Some(ending) => {
                drop(state);
                match ending {
                    Ok(trailers) => listener(Piece::End(trailers.as_ref())),
                    Err(error) => listener(Piece::Failed(&error)),
                }
            }
            None => {
                state.listener = Some(listener);
                self.tell(state);
            }
        }
    }

    fn tell(&self, state: MutexGuard<'_, State>) {
        let inline = state.inline;
        drop(state);
        if !inline {
            self.hub.wake.wake(self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Asleep;

    impl Wake for Asleep {
        fn wake(&self, _: Key) {}
    }

    #[test]
    fn content_that_comes_octet_by_octet_waits_in_few_pieces() {
        let limits = Arc::new(Limits::default());
        let hub = Hub { wake: Arc::new(Asleep), workers: Workers::new(1, 1), limits };
        let exchange = Exchange::new(Arc::new(hub), Key { connection: 0, stream: 0 });
        let sent: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        for octet in &sent {
            exchange.deliver(vec![*octet]);
        }
        exchange.deliver_end(Ok(None));
        assert!(exchange.state().incoming.len() <= sent.len() / JOINED + 1);
        let mut read = Vec::new();
        while let Some(octets) = exchange.take_content().unwrap() {
            read.extend(octets);
        }
        assert!(read == sent);
        assert_eq!(exchange.state().incoming_octets, 0);
    }
}
