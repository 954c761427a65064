//! What the connection's loop does with an exchange: commands out, content in, the end.
//!
//! Invariant: nothing here waits, and no code of others is called under the lock.

use super::{Command, ContentError, Ending, Exchange, JOINED, ON_LOOP, Piece, State};
use crate::{Key, handler::contained};
use std::sync::{MutexGuard, PoisonError};

impl Exchange {
    /// Makes it fit for another request of the same connection; nobody else has a hold of it.
    pub(crate) fn renew(&mut self, key: Key) {
        self.key = key;
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.incoming.clear();
        state.commands.clear();
        (state.incoming_octets, state.consumed, state.command_octets) = (0, 0, 0);
        (state.ending, state.listener, state.room_listener) = (None, None, None);
        (state.wanted, state.inline, state.gone, state.refused) = (false, true, false, false);
    }

    /// The next command, when nobody else has a hold of the exchange.
    pub(crate) fn take_command(&mut self) -> Option<Command> {
        self.state.get_mut().unwrap_or_else(PoisonError::into_inner).commands.pop_front()
    }

    /// The handler has returned: from now on its commands must wake the loop.
    pub(crate) fn leave_inline(&self) {
        self.state().inline = false;
    }

    /// The next command; content only while `room` for it is left.
    pub(crate) fn next_command(&self, room: bool) -> Option<Command> {
        let mut state = self.state();
        loop {
            if !room && matches!(state.commands.front(), Some(Command::Data(_))) {
                return None;
            }
            let command = state.commands.pop_front();
            if let Some(Command::Data(octets)) = &command {
                state.command_octets = state.command_octets.saturating_sub(octets.len());
                self.room.notify_all();
            }
            if command.is_some() || !state.refused || state.room_listener.is_none() {
                return command;
            }
            state = self.tell_of_room(state);
        }
    }

    /// All that was said is taken, and somebody had more to say: now there is room for it.
    fn tell_of_room<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let Some(mut listener) = state.room_listener.take() else { return state };
        (state.refused, state.inline) = (false, true);
        // Called without the lock, since it will write; what it writes is looked at when it
        // returns. It must not wait for room, wherever this loop runs.
        drop(state);
        let before = ON_LOOP.replace(true);
        let returned = contained(&mut *listener);
        ON_LOOP.set(before);
        // One that panicked is dropped, and the writer that it may hold: that cuts the answer. It
        // says so through this very exchange, so not under the lock.
        let mut kept = returned.then_some(listener);
        let mut state = self.state();
        state.inline = false;
        if !state.gone && state.room_listener.is_none() {
            state.room_listener = kept.take();
            return state;
        }
        // Nobody wants it any more, or it has put another in its place.
        drop(state);
        drop(kept);
        self.state()
    }

    /// Whether the handler wants the content, or already has some of it.
    pub(crate) fn wants_content(&self) -> bool {
        self.state().wanted
    }

    /// Whether the peer counts what the handler takes: on a stream of its own it does.
    pub(super) fn is_counted(&self) -> bool {
        self.key.stream != Key::ALONE
    }

    /// Octets that the handler has taken since the last call.
    pub(crate) fn take_consumed(&self) -> usize {
        std::mem::take(&mut self.state().consumed)
    }

    /// Whether so much content waits for the handler that the peer must wait too.
    pub(crate) fn is_saturated(&self) -> bool {
        self.state().incoming_octets >= self.content_buffer()
    }

    /// The limit; one of nothing would let no octet through, ever.
    pub(super) fn content_buffer(&self) -> usize {
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
            if let (true, Ok(octets)) = (returned, &piece) {
                let mut state = self.state();
                state.listener = Some(listener);
                state.consumed += octets.len();
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
        let writer = state.room_listener.take();
        drop(state);
        drop(writer);
        if unfinished {
            self.deliver_end(Err(ContentError::Ended));
        }
        self.content.notify_all();
        self.room.notify_all();
    }
}
