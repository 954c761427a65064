//! The stream that a connection travels in: in the clear, or sealed by TLS.
//!
//! ```text
//!   socket ──► Link::Clear ───────────────────────────► Connection
//!   socket ──► Link::Tls ──► records, handshake, ALPN ─► Connection
//! ```
//!
//! A driver sees no difference: octets in, octets out, deadlines, the end. What it cannot do over
//! TLS is to let the kernel send a file by itself, so no external octets come out of a sealed link.
//!
//! Used by: the driver's slots, the laboratory.

use super::{Cast, Connection, Moment, Secure, State};
use crate::{limits::Limits, payload::FilePart};
use std::time::Instant;
use websocket::Prepared;
use wire::Output;

/// A stream from a client.
pub enum Link {
    /// What the peer sends is read as it is.
    Clear(Box<Connection>),
    /// What the peer sends is opened first.
    Tls(Box<Secure>),
}

/// Calls the same method of whichever it is.
macro_rules! of {
    ($link:expr, $inner:ident => $call:expr) => {
        match $link {
            Link::Clear($inner) => $call,
            Link::Tls($inner) => $call,
        }
    };
}

impl Link {
    /// Takes octets from the peer, which are changed by that, and does all that they make possible.
    pub fn receive(&mut self, input: &mut [u8], moment: &Moment) {
        if let Self::Tls(secure) = self
            && secure.is_cleartext(input)
        {
            *self = Self::Clear(Box::new(secure.clear_answer(moment)));
        }
        of!(self, inner => inner.receive(input, moment));
    }

    /// The peer's stream has ended in good order.
    pub fn receive_end(&mut self, moment: &Moment) {
        match self {
            Self::Clear(connection) => connection.receive_end(true, moment),
            Self::Tls(secure) => secure.receive_end(moment),
        }
    }

    /// Whether octets from the peer are welcome now; if not, leave them in the kernel.
    pub fn wants_receive(&self) -> bool {
        of!(self, inner => inner.wants_receive())
    }

    /// How many octets to ask the socket for, where there is room for `most`: inside TLS, as many
    /// as end where a record does.
    pub fn best_read(&self, most: usize) -> usize {
        match self {
            Self::Clear(_) => most,
            Self::Tls(secure) => secure.best_read(most),
        }
    }

    /// Moves everything as far as it goes in one turn.
    pub fn process(&mut self, moment: &Moment) {
        of!(self, inner => inner.process(moment));
    }

    /// Does what the handler of this stream, or somebody who has its socket, asks for.
    pub fn touch(&mut self, stream: u64, moment: &Moment) {
        of!(self, inner => inner.touch(stream, moment));
    }

    /// Whether a turn ended before the work did.
    pub fn has_more(&self) -> bool {
        of!(self, inner => inner.has_more())
    }

    /// Appends what the peer shall get to `out`, which has room.
    pub fn poll_transmit(&mut self, moment: &Moment, out: &mut Output) {
        of!(self, inner => inner.poll_transmit(moment, out));
    }

    /// The file part that the next external octets of the output come from.
    pub fn file(&mut self) -> Option<&mut FilePart> {
        match self {
            Self::Clear(connection) => connection.file(),
            Self::Tls(_) => None,
        }
    }

    /// All that [`poll_transmit`](Self::poll_transmit) gave was handed to the kernel.
    pub fn sent(&mut self, moment: &Moment) {
        of!(self, inner => inner.sent(moment));
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called.
    pub fn next_timeout(&self) -> Option<Instant> {
        of!(self, inner => inner.next_timeout())
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, moment: &Moment) {
        of!(self, inner => inner.handle_timeout(moment));
    }

    /// Whether the waits for what the peer does next are counted from [`sent`](Self::sent).
    pub fn counts_from_sent(&self) -> bool {
        of!(self, inner => inner.counts_from_sent())
    }

    /// Whether the stream goes on.
    pub fn state(&self) -> State {
        of!(self, inner => inner.state())
    }

    /// Whether an answer is under way that an orderly close would end, as if it were complete.
    pub fn ends_with_connection(&self) -> bool {
        of!(self, inner => inner.ends_with_connection())
    }

    /// Whether a stop may close the stream at once, without a word.
    pub fn is_idle(&self) -> bool {
        of!(self, inner => inner.is_idle())
    }

    /// Finish the request under way, if there is one, and take no other.
    pub fn shut_down(&mut self, moment: &Moment) {
        of!(self, inner => inner.shut_down(moment));
    }

    /// Answers 503 whatever is asked, and ends: there are too many connections.
    pub fn refuse(&mut self, moment: &Moment) {
        of!(self, inner => inner.refuse(moment));
    }

    /// Whether it was [refused](Self::refuse).
    pub fn is_refused(&self) -> bool {
        of!(self, inner => inner.is_refused())
    }

    /// Gives a group's message to the session that is a member.
    pub fn cast(&mut self, stream: u64, message: &Prepared) -> Cast {
        of!(self, inner => inner.cast(stream, message))
    }

    /// The member of a group does not take what is said, and is cut off for that. Answers whether
    /// the connection goes on without it.
    pub fn cut_off(&mut self, stream: u64, moment: &Moment) -> bool {
        of!(self, inner => inner.cut_off(stream, moment))
    }

    /// The ceilings of the server it belongs to.
    pub fn limits(&self) -> &Limits {
        of!(self, inner => inner.limits())
    }

    /// The stream is gone: handlers that still write or read hear of it.
    pub fn disconnect(&mut self, moment: &Moment) {
        of!(self, inner => inner.disconnect(moment));
    }
}
