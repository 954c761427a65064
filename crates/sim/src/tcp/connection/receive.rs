//! A segment arrived.
//!
//! RFC 9293 §3.10.7, in its order:
//!
//! ```text
//!   SYN-SENT:  acknowledgment acceptable?  RST?  SYN?
//!   else:      sequence acceptable?  RST?  SYN?  acknowledgment?  data?  FIN?
//! ```
//!
//! Invariant: a segment outside the window changes nothing; it is answered by an acknowledgment
//! (and a RST that is not exactly the next octet too: RFC 5961 §3.2).

use super::{Connection, Event};
use crate::{
    Ecn,
    tcp::{
        Error, Input, Segment, State,
        receiver::Brought,
        segment::{expand, on_wire},
    },
};
use std::time::Instant;

impl Connection {
    pub(crate) fn receive(&mut self, segment: Segment, ecn: Ecn, now: Instant) {
        if segment.damaged || self.state == State::Closed {
            return;
        }
        if self.theirs.is_none() {
            self.receive_syn_sent(&segment, now);
            return;
        }
        self.receive_synchronized(segment, ecn, now);
    }

    /// SYN-SENT (§3.10.7.3), and the endpoint's LISTEN, where no acknowledgment is acceptable.
    fn receive_syn_sent(&mut self, segment: &Segment, now: Instant) {
        let flags = segment.flags;
        let ours = segment.acknowledgment == on_wire(self.ours, 1);
        let sent = self.sender.next() > 0;
        if flags.ack && !(ours && sent) {
            if !flags.rst {
                self.first = Some(answer_to_stray(segment));
            }
            return;
        }
        if flags.rst {
            if flags.ack {
                self.end(Some(Error::Refused));
            }
            return;
        }
        if !flags.syn {
            return;
        }
        self.theirs = Some(segment.sequence);
        self.agree(segment);
        self.acks_due = self.acks_due.max(1);
        if flags.ack {
            // The window of a SYN is not scaled (RFC 7323 §2.2).
            self.edge = 1 + u64::from(segment.window);
            self.acknowledge(segment, 1, now);
        } else {
            self.edge = 1 + u64::from(segment.window);
            self.state = self.state.on(Input::Syn);
            self.sender.unsend_syn();
            self.timer = None;
        }
    }

    /// Takes over what the peer's SYN offers.
    fn agree(&mut self, segment: &Segment) {
        let options = &segment.options;
        // 536 octets where nothing is said (RFC 9293 §3.7.1).
        self.mss = self.mss.min(options.mss.unwrap_or(536)).max(1);
        self.control.agree(self.mss);
        self.sack &= options.sack_permitted;
        if self.sack {
            self.sender.with_sack();
        }
        match options.window_scale {
            Some(scale) => self.scale_in = scale.min(14),
            None => self.scale_out = 0,
        }
        // A SYN asks with both bits, its answer says yes with one.
        self.ecn.on &= segment.flags.ece && segment.flags.cwr != segment.flags.ack;
    }

    fn receive_synchronized(&mut self, segment: Segment, ecn: Ecn, now: Instant) {
        let Some(theirs) = self.theirs else { return };
        let flags = segment.flags;
        let start = expand(theirs, segment.sequence, self.receiver.next());
        let Some(start) = start.map(|start| start + u64::from(flags.syn)) else {
            self.acks_due = self.acks_due.max(1);
            return;
        };
        let length = segment.data.len() as u64 + u64::from(flags.fin);
        if !self.receiver.accepts(start, length) {
            // Old or far: tell what is expected. A peer in TIME-WAIT may have missed our last.
            if !flags.rst {
                self.acks_due = self.acks_due.max(1);
                self.unlisted_acknowledgment(&segment, start, now);
            }
            return;
        }
        if flags.rst {
            if start == self.receiver.next() {
                self.end(Some(Error::Reset));
            } else {
                self.acks_due = self.acks_due.max(1);
            }
            return;
        }
        if flags.syn && start != 1 {
            self.acks_due = self.acks_due.max(1);
            return;
        }
        if flags.syn {
            // The peer has not heard our acknowledgment of it; or both opened at once.
            self.acks_due = self.acks_due.max(1);
        }
        if !flags.ack || !self.acknowledge(&segment, start, now) {
            return;
        }
        if self.ecn.on {
            self.ecn.echo = (self.ecn.echo && !flags.cwr) || ecn == Ecn::Ce;
        }
        self.take(segment, start, now);
    }

    /// An old segment's acknowledgment may still be new: a retransmission carries the latest.
    fn unlisted_acknowledgment(&mut self, segment: &Segment, start: u64, now: Instant) {
        if segment.flags.ack && start < self.receiver.next() {
            self.acknowledge(segment, start, now);
        }
    }

    /// The acknowledgment (§3.10.7.4, fifth). Answers whether the rest may be looked at.
    fn acknowledge(&mut self, segment: &Segment, start: u64, now: Instant) -> bool {
        let Some(ack) = expand(self.ours, segment.acknowledgment, self.sender.una()) else {
            return false;
        };
        if ack > self.sender.next() {
            self.acks_due = self.acks_due.max(1);
            return false;
        }
        self.unanswered = 0;
        let opened = self.take_window(segment, start, ack);
        let empty = segment.data.is_empty() && !segment.flags.fin && !segment.flags.syn;
        let una = self.sender.una();
        let duplicate = ack == una && empty && !opened && self.sender.has_outstanding();
        let near = self.sender.next();
        let block = |(start, end): &(u64, u64)| *start > ack && end > start && *end <= near;
        let blocks = segment.options.sack.iter().filter_map(|(start, end)| {
            Some((expand(self.ours, *start, una)?, expand(self.ours, *end, una)?))
        });
        let blocks = blocks.filter(block).collect::<Vec<_>>();
        let flight = self.sender.flight();
        let told = self.sender.told(ack, &blocks, duplicate, self.rtt.shortest(), now);
        if let Some(sample) = told.sample {
            self.rtt.sample(sample);
        }
        if told.loss {
            self.figures.recoveries += 1;
            self.control.reduce(flight);
        } else if told.octets > 0 && self.limited && self.sender.may_grow() {
            let rtt = self.rtt.smoothed().unwrap_or_default();
            self.control.acknowledged(told.octets, rtt, now);
        }
        if self.ecn.on && segment.flags.ece && !segment.flags.syn && self.sender.marked() {
            self.control.reduce(flight);
            self.ecn.reduced = true;
        }
        if told.advanced {
            self.advanced(now);
        } else if told.octets > 0 {
            // The peer is alive and the path works; only the hole is old.
            self.arm(now);
        }
        true
    }

    /// The peer's window, unless an older segment tells it (§3.10.7.4). Answers whether it
    /// changed.
    fn take_window(&mut self, segment: &Segment, start: u64, ack: u64) -> bool {
        if (start, ack) < self.edge_told {
            return false;
        }
        self.edge_told = (start, ack);
        let scale = if segment.flags.syn { 0 } else { self.scale_in };
        let edge = ack + (u64::from(segment.window) << scale);
        let changed = edge != self.edge;
        self.edge = self.edge.max(edge);
        if changed && self.probe {
            // Open again: the probes have done their work.
            (self.probe, self.timer) = (false, None);
            self.rtt.recovered();
        }
        changed
    }

    /// `una` moved.
    fn advanced(&mut self, now: Instant) {
        self.rtt.recovered();
        (self.timer, self.probe, self.tail_spent) = (None, false, false);
        self.arm(now);
        if matches!(self.state, State::SynSent | State::SynReceived) {
            self.state = self.state.on(Input::AckOfSyn);
            self.tell(Event::Connected);
        }
        if self.sender.is_finished() {
            self.state_on(Input::AckOfFin, now);
        }
        if self.wants_room && self.sender.room() > 0 {
            self.wants_room = false;
            self.tell(Event::Writable);
        }
    }

    /// Data and FIN (§3.10.7.4, seventh and eighth).
    fn take(&mut self, segment: Segment, start: u64, now: Instant) {
        let full = segment.data.len() >= usize::from(self.mss);
        let before = self.receiver.readable();
        let fin = segment.flags.fin;
        match self.receiver.receive(start, segment.data, fin) {
            Brought::Nothing => return,
            // Those still due would say the same number now, and look like duplicates.
            Brought::Filling => self.acks_due = 1,
            // One for each, for the peer counts them.
            Brought::Hole => self.acks_due = self.acks_due.saturating_add(1),
            Brought::Expected => {
                self.unacknowledged += 1;
                let second = self.unacknowledged >= 2 && full;
                if second || fin || self.unacknowledged > 2 || self.ecn.echo {
                    self.acks_due = self.acks_due.max(1);
                } else if self.ack_timer.is_none() {
                    self.ack_timer = Some(now + self.config.delayed_ack);
                }
            }
        }
        if self.receiver.readable() > before {
            self.tell(Event::Readable);
        }
        if self.receiver.is_finished() {
            self.acks_due = self.acks_due.max(1);
            self.state_on(Input::Fin, now);
            self.tell(Event::Finished);
        }
    }

    /// Moves the state, and begins or ends what hangs on it.
    fn state_on(&mut self, input: Input, now: Instant) {
        let before = self.state;
        let after = before.on(input);
        if after == State::Closed && before != after {
            self.end(None);
            return;
        }
        self.state = after;
        if after == State::TimeWait && before != after {
            self.time_wait = Some(now + self.config.time_wait);
            self.tell(Event::Closed(None));
        }
    }
}

/// The RST for a segment that belongs to no connection (§3.10.7.1).
pub(crate) fn answer_to_stray(segment: &Segment) -> Segment {
    let mut answer = Segment::default();
    answer.flags.rst = true;
    if segment.flags.ack {
        answer.sequence = segment.acknowledgment;
    } else {
        answer.flags.ack = true;
        let length =
            segment.data.len() as u64 + u64::from(segment.flags.syn) + u64::from(segment.flags.fin);
        answer.acknowledgment = on_wire(segment.sequence, length);
    }
    answer
}
