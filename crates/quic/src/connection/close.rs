//! The end: closing, draining, gone.
//!
//! RFC 9000 §10, §10.2, §10.3
//!
//! ```text
//!   open ── close, a violation ──► closing ── 3 PTO ──► closed
//!     │                              │ CONNECTION_CLOSE comes
//!     └── CONNECTION_CLOSE comes ──► draining ── 3 PTO ──► closed
//!     └── silence, a stateless reset ──────────────────────► closed
//! ```
//!
//! Invariant: an end that closes answers what still comes more and more rarely: after 1, 2, 4, 8 …
//! packets. One that drains says nothing.
//!
//! Invariant: [`Event::Closed`] is the last event, and comes once.
//!
//! Used by: all that finds something wrong; `send`.

use super::{
    Connection, Transmit,
    packets::{Content, Draft},
};
use crate::{
    acks::Ecn,
    error::{Error, TransportError},
    event::{Closed, Event},
    frame::{Close, Frame},
    packet::{MIN_DATAGRAM, TAG},
    recovery::Space,
};
use std::time::Instant;
use wire::trace::Direction;

/// What we say at the end.
#[derive(Debug, Clone)]
pub(super) struct Farewell {
    code: u64,
    /// The type of the frame that was wrong; `None` where the application closes.
    frame: Option<u64>,
    reason: Vec<u8>,
    /// Datagrams that came since.
    came: u64,
    /// Whether it waits to be said, for the first time or again.
    waits: bool,
}

/// Where a connection is in its life.
#[derive(Debug)]
pub(super) enum State {
    /// Everything goes.
    Open,
    /// We have said that it is over, or will at once.
    Closing(Box<Farewell>),
    /// The peer has said so.
    Draining,
    /// Nothing is left.
    Gone,
}

impl State {
    pub(super) const fn receives(&self) -> bool {
        matches!(self, Self::Open)
    }
}

impl Connection {
    /// Whether neither end has ended it.
    pub const fn is_open(&self) -> bool {
        self.state.receives()
    }

    /// Whether the endpoint can forget it.
    pub const fn is_gone(&self) -> bool {
        matches!(self.state, State::Gone)
    }

    /// Ends the connection: the peer's application gets `code` and `reason`.
    pub fn close(&mut self, code: u64, reason: &[u8]) {
        let kept = reason.len().min(self.transport.limits.reason);
        let reason = reason.get(..kept).unwrap_or_default().to_vec();
        self.part(code, None, reason, Closed::Local { code });
    }

    /// The peer broke a rule.
    pub(super) fn violate(&mut self, error: Error) {
        let (code, reason) = (error.code().0, error.to_string().into_bytes());
        let frame = Some(self.wrong_frame);
        self.part(code, frame, reason, Closed::Violation(error));
    }

    /// Something of ours failed.
    pub(super) fn fail(&mut self, error: Error) {
        let (code, reason) = (error.code().0, error.to_string().into_bytes());
        self.part(code, Some(0), reason, Closed::Internal(error));
    }

    fn part(&mut self, code: u64, frame: Option<u64>, reason: Vec<u8>, closed: Closed) {
        if self.is_open() {
            let farewell = Farewell { code, frame, reason, came: 0, waits: true };
            self.state = State::Closing(Box::new(farewell));
            self.over(closed);
        }
    }

    fn over(&mut self, closed: Closed) {
        self.trace_closed(&closed);
        self.events.push_back(Event::Closed(closed));
    }

    /// The peer ended it.
    pub(super) fn drain(&mut self, closed: Closed) {
        if self.is_open() {
            self.over(closed);
        }
        self.state = State::Draining;
    }

    /// Closing and draining last three probe timeouts from when they are first heard of: who closes
    /// does not say when it is, and the time last heard may be long ago.
    pub(super) fn start_end(&mut self, now: Instant) {
        if self.timers.close.is_none() && !self.is_gone() {
            self.timers.close = now.checked_add(self.three_ptos());
        }
    }

    /// When closing or draining is over; at once where nobody has looked at the clock yet.
    pub(super) fn end_timeout(&self) -> Option<Instant> {
        self.timers.close.or_else(|| (!self.is_gone()).then_some(self.now))
    }

    /// It is over without a word.
    pub(super) fn vanish(&mut self, closed: Closed) {
        if self.is_open() {
            self.over(closed);
        }
        self.state = State::Gone;
        self.timers.close = None;
    }

    /// A datagram that may be a stateless reset (§10.3.1), for it could not be opened, or names no
    /// connection at all: the connection ID of a reset is noise. Answers whether it is one of this
    /// connection's peer; then the connection is over.
    pub fn receive_reset(&mut self, datagram: &[u8]) -> bool {
        let short = datagram.first().is_some_and(|first| first & crate::packet::LONG == 0);
        let long_enough = datagram.len() >= crate::packet::RESET_SHORTEST;
        let used = |sequence| self.uses_id(sequence);
        let known = datagram.last_chunk().is_some_and(|last| self.remote_ids.is_reset(last, used));
        if short && long_enough && known && self.is_open() {
            self.drain(Closed::StatelessReset);
            return true;
        }
        false
    }

    /// A datagram came though the end was said.
    pub(super) fn on_late_datagram(&mut self) {
        if let State::Closing(farewell) = &mut self.state {
            farewell.came += 1;
            farewell.waits |= farewell.came.is_power_of_two();
        }
    }

    // ANCHOR: close
    /// CONNECTION_CLOSE, in a packet of each kind that the peer may be able to open (§10.2.3).
    pub(super) fn transmit_close(&mut self, now: Instant, transmit: &mut Transmit) -> bool {
        let State::Closing(farewell) = &mut self.state else { return false };
        if !std::mem::take(&mut farewell.waits) {
            return false;
        }
        let farewell = farewell.clone();
        if self.paths.current.budget() < MIN_DATAGRAM {
            return false;
        }
        for space in Space::ALL {
            if self.can_seal(space) {
                self.put_farewell(space, &farewell, &mut transmit.octets, now);
            }
        }
        transmit.segment = transmit.octets.len();
        self.trace_datagram(Direction::Sent, transmit.segment, Ecn::NotEct, false);
        self.paths.current.on_sent(transmit.octets.len());
        self.stats.datagrams_sent += u64::from(!transmit.is_empty());
        !transmit.is_empty()
    }
    // ANCHOR_END: close

    fn put_farewell(&mut self, space: Space, farewell: &Farewell, out: &mut Vec<u8>, now: Instant) {
        let Some(builder) = self.begin_packet(space, out) else { return };
        let (mut code, mut frame) = (farewell.code, farewell.frame);
        let mut reason = farewell.reason.as_slice();
        if frame.is_none() && space != Space::Data {
            // The application's words are not for everybody (§10.2.3).
            (code, frame, reason) = (TransportError::APPLICATION_ERROR.0, Some(0), &[]);
        }
        // All of them fit one datagram.
        let reason = reason.get(..reason.len().min(256)).unwrap_or_default();
        let end = out.len() + MIN_DATAGRAM;
        let content = Content::new(space);
        let mut draft = Draft { out, end, content, ack_eliciting: false };
        Frame::Close(Close { code, frame, reason }).encode(draft.out);
        let Draft { out, content, .. } = &mut draft;
        let pad = if space == Space::Initial && self.is_client() && !self.follows_any(space) {
            MIN_DATAGRAM
        } else {
            0
        };
        let number = builder.number();
        let size = self.seal(space, builder, out, pad.max(TAG));
        let content = std::mem::replace(content, Content::new(space));
        self.paths.marking = false;
        self.sent(space, number, size, false, false, content, now);
    }

    fn follows_any(&self, space: Space) -> bool {
        Space::ALL.into_iter().any(|later| later > space && self.can_seal(later))
    }
}
