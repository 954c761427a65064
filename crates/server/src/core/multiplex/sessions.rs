//! WebSockets on streams.
//!
//! RFC 8441 §5, RFC 9220 §3
//!
//! ```text
//!   CONNECT, :protocol websocket ──► route ──► Command::Upgrade ──► 200
//!              DATA ◄──────────────────────────────────────────────► Session
//!              END_STREAM ◄─────────────────────────────────────────  the stream's end
//! ```
//!
//! Invariant: a session's stream is among the sessions, and among no others; each has its own room
//! and its own window.

use super::{
    Exchanges, Session,
    multiplexed::{Multiplexed, Reason},
    stream::{self, Stream},
};
use crate::{Moment, endpoint::Opening};
use http::{Response, message::Outgoing};
use wire::Output;

/// A WebSocket on a stream.
pub(super) struct Socket {
    pub(super) session: Session,
    /// Octets that the session has not room to look at.
    held: usize,
    /// The peer may say more.
    open: bool,
    /// We have said all.
    ended: bool,
}

impl<P: Multiplexed> Exchanges<P> {
    /// Agrees to what an extended CONNECT asks for.
    pub(super) fn open_session(
        &mut self,
        stream: &mut Stream,
        response: &Response,
        opening: Opening,
        moment: &Moment,
    ) {
        stream.underway.note_status(response.status);
        let accepted = self.protocol.send_response(stream.id, response, Outgoing::Unknown);
        stream.underway.finish(&self.base, moment);
        if accepted.is_err() {
            return self.protocol.reset(stream.id, Reason::Failed);
        }
        let mut session = self.base.session(opening, stream.id, moment);
        if !stream.open {
            session.receive_end(false, moment.now);
        }
        if self.base.stopping {
            // The handler agreed behind the stop: whoever was there before has been told.
            session.go_away();
        }
        let socket = Socket { session, held: 0, open: stream.open, ended: false };
        self.sessions.insert(stream.id, Box::new(socket));
    }

    /// Octets have come on a session's stream; `end` says that they are the last.
    pub(super) fn tell_session(&mut self, id: u64, octets: &mut [u8], end: bool, moment: &Moment) {
        let Some(socket) = self.sessions.get_mut(&id) else { return };
        socket.session.receive(octets, moment.now);
        socket.held += octets.len();
        if end {
            // The protocol's own goodbye stands before the stream's end, or it is none.
            socket.open = false;
            socket.session.receive_end(true, moment.now);
        }
    }

    /// Has the sessions go on that have room again.
    pub(super) fn process_sessions(&mut self) {
        for socket in self.sessions.values_mut() {
            socket.session.process();
        }
    }

    /// Moves what sessions have to say to their streams, as far as there is room, and lets their
    /// peers say more.
    pub(in crate::core) fn collect_sessions(&mut self, moment: &Moment) {
        let protocol = &mut self.protocol;
        self.sessions.retain(|id, socket| {
            let room = protocol.output_room(*id);
            if room > 0 && !socket.ended {
                let mut out = Output::new(room);
                socket.session.poll_transmit(moment.now, &mut out);
                // It fails where the stream is gone, and then a reset says so.
                if !out.is_empty() && protocol.send_vec(*id, out.take()).is_err() {
                    return false;
                }
            }
            if socket.held > 0 && socket.session.wants_receive() {
                stream::release(protocol, *id, std::mem::take(&mut socket.held));
            }
            let closed = socket.session.state() == websocket::State::Closed;
            if !socket.ended && room > 0 && (closed || socket.session.wants_shutdown()) {
                socket.ended = true;
                let _ = protocol.send_end(*id, None);
            }
            if closed {
                stream::release(protocol, *id, socket.held);
                if socket.open {
                    protocol.reset(*id, Reason::Enough);
                }
            }
            !closed
        });
    }

    /// The connection is over.
    pub(super) fn end_sessions(&mut self, clean: bool, moment: &Moment) {
        for socket in self.sessions.values_mut() {
            socket.session.receive_end(clean, moment.now);
        }
    }
}
