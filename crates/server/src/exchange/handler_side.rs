//! What a handler does with an exchange, on a worker or on the loop: commands in, content out.
//!
//! Invariant: a thread that is a loop's never waits here; it gets `WouldBlock`.

use super::{Command, Exchange, Listener, ON_LOOP, Piece, RoomListener, TOLD};
use crate::SendError;
use http::HeaderMap;
use std::{io, sync::PoisonError};

impl Exchange {
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
                state.refused = true;
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

    /// Queues content if there is room for it, without ever waiting.
    ///
    /// # Errors
    /// [`SendError`]; the octets are dropped.
    pub(crate) fn offer_data(&self, octets: Vec<u8>) -> Result<(), SendError> {
        let mut state = self.state();
        if state.gone {
            return Err(SendError::Gone);
        }
        if state.command_octets >= self.hub.limits.reply_buffer.max(1) {
            state.refused = true;
            return Err(SendError::Full);
        }
        state.command_octets += octets.len();
        state.commands.push_back(Command::Data(octets));
        self.tell(state);
        Ok(())
    }

    /// Has `listener` called on the loop each time there is room for what was refused before; the
    /// first time as soon as the loop looks.
    pub(crate) fn listen_for_room(&self, listener: RoomListener) {
        let mut state = self.state();
        if state.gone {
            drop(state);
            return drop(listener);
        }
        let old = state.room_listener.replace(listener);
        state.refused = true;
        self.tell(state);
        drop(old);
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
                state.consumed += octets.len();
                // Where the peer counts what was taken it hears of it in large steps, and at last.
                // Where it just is not read from, it is read from again.
                let told = if self.is_counted() {
                    state.consumed >= TOLD || state.incoming.is_empty()
                } else {
                    before >= limit && state.incoming_octets < limit
                };
                if told {
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
            state.consumed += octets.len();
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
}
