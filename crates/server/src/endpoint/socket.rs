//! What an endpoint is given with each call: its socket, for as long as the call lasts.

use super::{Context, Line, SocketHandle};
use crate::{Hub, Key, Peer};
use std::sync::Arc;
use websocket::{CloseCode, Connection, Message, Misuse, Prepared};

/// What a session knows of its socket beside the protocol's state.
pub(crate) struct About {
    pub(crate) peer: Peer,
    pub(crate) key: Key,
    pub(crate) hub: Arc<Hub>,
    /// The subprotocol that both sides agreed on.
    pub(crate) protocol: Option<Box<str>>,
    /// The endpoint said goodbye, or somebody for it: it is told the end and nothing before.
    pub(crate) left: bool,
    /// What handles write to; most sockets have none.
    pub(crate) line: Option<Arc<Line>>,
    /// Held for as long as the socket is open.
    pub(crate) _context: Option<Context>,
}

impl About {
    /// A hold of the socket that outlasts the call.
    fn handle(&mut self) -> SocketHandle {
        let new = || Arc::new(Line::new(self.hub.clone(), self.key));
        SocketHandle::new(self.line.get_or_insert_with(new).clone())
    }
}

/// A socket, as its [`Endpoint`](super::Endpoint) sees it.
pub struct Socket<'a> {
    pub(crate) connection: &'a mut Connection,
    pub(crate) about: &'a mut About,
}

impl Socket<'_> {
    /// Sends a message. What is sent during one turn of the loop leaves in one write.
    ///
    /// # Errors
    /// [`Misuse::OutputFull`] when as much waits for the peer as may:
    /// [`Endpoint::drained`](super::Endpoint::drained) tells when there is room. Whoever only
    /// answers messages never sees it, for a peer that takes no answers is not listened to.
    /// [`Misuse::Closed`] behind [`close`](Self::close), or the peer's.
    pub fn send(&mut self, message: Message) -> Result<(), Misuse> {
        self.connection.send(message)
    }

    /// Sends a message that was framed once for many sockets.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_prepared(&mut self, message: &Prepared) -> Result<(), Misuse> {
        self.connection.send_prepared(message)
    }

    /// Asks whether the peer is there; see [`Endpoint::ponged`](super::Endpoint::ponged). That a
    /// silent peer is asked from time to time needs no call: see
    /// [`websocket::Limits::ping_interval`].
    ///
    /// # Errors
    /// As [`send`](Self::send), and for a payload of more than 125 octets.
    pub fn ping(&mut self, payload: &[u8]) -> Result<(), Misuse> {
        self.connection.send_ping(payload)
    }

    /// Says goodbye. What was sent before still goes out; what the peer still says is not told.
    ///
    /// # Errors
    /// [`Misuse`] where the code must not be sent, the reason is longer than 123 octets, or
    /// somebody said goodbye already.
    pub fn close(&mut self, code: CloseCode, reason: &str) -> Result<(), Misuse> {
        self.connection.close(code, reason)?;
        self.about.left = true;
        Ok(())
    }

    /// Whether as much waits for the peer as may.
    pub fn is_full(&self) -> bool {
        self.room() == 0
    }

    /// Octets that can be sent before [`is_full`](Self::is_full).
    pub fn room(&self) -> usize {
        self.connection.output_room()
    }

    /// Who is at the other end.
    pub fn peer(&self) -> Peer {
        self.about.peer
    }

    /// The subprotocol that was agreed on.
    pub fn protocol(&self) -> Option<&str> {
        self.about.protocol.as_deref()
    }

    /// A hold of this socket for other threads, for later, and for a [`Group`](super::Group).
    pub fn handle(&mut self) -> SocketHandle {
        self.about.handle()
    }
}
