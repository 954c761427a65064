//! The next segment to send.
//!
//! RFC 9293 §3.8
//!
//! ```text
//!   RST  ►  data again, new data, FIN  ►  an acknowledgment alone
//! ```
//!
//! Invariant: every segment but the first SYN and a RST carries the latest acknowledgment, window
//! and blocks; one with data pays an acknowledgment that is due.

use super::Connection;
use crate::{
    Ecn,
    tcp::{Flags, Options, Segment, State, segment::on_wire, sender::Piece},
};
use std::time::Instant;

/// Blocks that fit the options' 40 octets.
const MOST_BLOCKS: usize = 4;

impl Connection {
    /// The next segment and its ECN bits.
    pub(crate) fn transmit(&mut self, now: Instant) -> Option<(Segment, Ecn)> {
        if let Some(segment) = self.first.take() {
            return Some((segment, Ecn::NotEct));
        }
        if self.state == State::Closed {
            return None;
        }
        self.after_pause(now);
        if let Some(piece) = self.choose(now) {
            return Some(self.send(piece, now));
        }
        if self.acks_due == 0 || self.theirs.is_none() {
            return None;
        }
        self.acks_due -= 1;
        let mut segment = self.blank(self.sender.next());
        self.acknowledging(&mut segment);
        self.figures.segments += 1;
        Some((segment, Ecn::NotEct))
    }

    fn after_pause(&mut self, now: Instant) {
        let idle = self.last_sent.is_some_and(|at| now >= at + self.rtt.timeout());
        if idle && !self.sender.has_outstanding() && self.sender.has_new() {
            self.control.idle();
        }
    }

    /// What to send, if anything may go.
    fn choose(&mut self, now: Instant) -> Option<Piece> {
        let handshake = !self.state.is_synchronized();
        if handshake && self.sender.next() > 0 && !self.sender.has_lost() {
            return None;
        }
        let window = self.control.window();
        match self.sender.piece(self.mss, window, self.edge, self.config.nagle) {
            Ok(piece) => Some(piece),
            Err(limited) => {
                // Growth is earned only by a window that was used (RFC 9438 §5.8).
                self.limited = limited || self.sender.pipe(self.mss) >= window;
                let stuck = self.sender.has_new() && !self.sender.has_outstanding();
                if stuck && self.timer.is_none() {
                    (self.probe, self.tail) = (true, false);
                    self.timer = Some(now + self.rtt.timeout());
                }
                None
            }
        }
    }

    fn send(&mut self, piece: Piece, now: Instant) -> (Segment, Ecn) {
        let mut segment = self.blank(piece.start);
        if piece.start == 0 {
            segment.flags.syn = true;
            segment.options = Options {
                mss: Some(self.config.mss),
                window_scale: (self.theirs.is_none() || self.scale_out > 0 || self.scale_in > 0)
                    .then_some(self.scale_out),
                sack_permitted: self.sack,
                sack: Vec::new(),
            };
            segment.flags.ece = self.ecn.on;
            segment.flags.cwr = self.ecn.on && self.theirs.is_none();
        } else {
            segment.data = self.sender.data(piece.start, piece.end);
            segment.flags.fin = self.sender.covers_fin(piece.end);
        }
        if self.theirs.is_some() {
            self.acks_due = self.acks_due.saturating_sub(1);
            self.acknowledging(&mut segment);
        }
        let data = !segment.data.is_empty();
        let ecn = if self.ecn.on && data && !piece.again { Ecn::Ect0 } else { Ecn::NotEct };
        if data && self.ecn.reduced {
            segment.flags.cwr = true;
            self.ecn.reduced = false;
        }
        self.sender.sent(piece, now);
        self.figures.segments += 1;
        self.figures.retransmissions += u64::from(piece.again);
        self.last_sent = Some(now);
        let postpones = self.tail && !piece.again;
        if self.timer.is_none() || self.probe || postpones {
            self.probe = false;
            self.arm(now);
        }
        (segment, ecn)
    }

    /// A segment that probes a closed window: an octet long acknowledged, of length nothing, which
    /// the peer must answer with its window (RFC 9293 §3.8.6.1).
    pub(super) fn send_probe(&mut self) {
        let mut segment = self.blank(self.sender.una().saturating_sub(1));
        self.acknowledging(&mut segment);
        self.figures.segments += 1;
        self.first = Some(segment);
    }

    fn blank(&self, offset: u64) -> Segment {
        Segment { sequence: on_wire(self.ours, offset), ..Segment::default() }
    }

    pub(super) fn reset_segment(&self) -> Segment {
        let mut segment = self.blank(self.sender.next());
        segment.flags = Flags { rst: true, ack: true, ..Flags::default() };
        if let Some(theirs) = self.theirs {
            segment.acknowledgment = on_wire(theirs, self.receiver.next());
        }
        segment
    }

    /// Adds what is expected next, the window and the blocks.
    fn acknowledging(&mut self, segment: &mut Segment) {
        let Some(theirs) = self.theirs else { return };
        segment.flags.ack = true;
        if !segment.flags.syn {
            segment.flags.ece = self.ecn.echo;
        }
        segment.acknowledgment = on_wire(theirs, self.receiver.next());
        let scale = if segment.flags.syn { 0 } else { self.scale_out };
        let window = self.receiver.window(self.mss) >> scale;
        segment.window = u16::try_from(window).unwrap_or(u16::MAX);
        if self.sack && !segment.flags.syn {
            let blocks = self.receiver.blocks(MOST_BLOCKS);
            let blocks = blocks.map(|one| (on_wire(theirs, one.start), on_wire(theirs, one.end)));
            segment.options.sack = blocks.collect();
        }
        (self.unacknowledged, self.ack_timer) = (0, None);
    }
}
