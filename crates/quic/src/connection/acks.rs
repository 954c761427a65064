//! What was sent is acknowledged, or lost, or asked about.
//!
//! RFC 9000 §13.3; RFC 9002 §6
//!
//! | frame                          | acknowledged              | lost                            |
//! |--------------------------------|---------------------------|---------------------------------|
//! | STREAM, CRYPTO                 | its octets are let go     | its octets wait to be sent      |
//! | ACK                            | what it told is forgotten | nothing: a later one tells more |
//! | MAX_…, …_BLOCKED               |                           | sent again if it is still true  |
//! | NEW_CONNECTION_ID, RETIRE_…    | done                      | sent again                      |
//! | RESET_STREAM, STOP_SENDING     | done                      | sent again while it matters     |
//! | PATH_…, PING, DATAGRAM, PADDING|                           | nothing                         |
//!
//! Used by: `frames`, `timers`.

use super::{Connection, packets::SentFrame};
use crate::{
    error::Error,
    frame::AckRanges,
    recovery::{Ack, EcnCounts, Outcome, Space, Timeout},
};
use std::time::{Duration, Instant};
use tls::Role;

/// Packets that a probe timeout lets go whatever the window says (RFC 9002 §6.2.4).
const PROBES: u8 = 2;

impl Connection {
    pub(super) fn on_ack(
        &mut self,
        space: Space,
        largest: u64,
        delay: u64,
        ranges: &AckRanges<'_>,
        ecn: Option<EcnCounts>,
        now: Instant,
    ) -> Result<(), Error> {
        let exponent = u32::from(self.peer.ack_delay_exponent.min(20));
        let delay = Duration::from_micros(delay.saturating_mul(1 << exponent));
        let ack = Ack { largest, delay, ecn };
        let mut outcome = std::mem::take(&mut self.outcome);
        let result = self.recovery.on_ack(space, &ack, ranges.clone(), now, &mut outcome);
        if result.is_ok() {
            if let (Space::Data, Some(keys)) = (space, &mut self.keys.application)
                && let Some(highest) = outcome.acked.iter().map(|(number, _)| *number).max()
            {
                keys.on_acked(highest);
            }
            self.settle(space, &mut outcome, now);
        }
        self.outcome = outcome;
        result
    }

    /// Tells everybody what became of what they sent.
    fn settle(&mut self, space: Space, outcome: &mut Outcome<super::Content>, now: Instant) {
        // What another path carries says nothing of this one.
        let ours = self.recovery.path().number;
        for (_, packet) in outcome.acked.drain(..) {
            if packet.path != ours && packet.mtu_probe {
                self.paths.forget_mtu_probe(packet.path);
                continue;
            }
            if packet.path == ours
                && !packet.mtu_probe
                && packet.ack_eliciting
                && self.paths.current.pmtud.on_acked(packet.size)
            {
                self.on_datagram_size();
            }
            let mut content = packet.content;
            if let Some(largest) = content.ack {
                self.spaces.get_mut(space).acks.on_acked(largest);
            }
            for frame in content.drain() {
                self.on_frame_acked(space, frame, now);
            }
        }
        for (number, packet) in outcome.lost.drain(..) {
            self.stats.packets_lost += 1;
            self.trace_lost(space, number);
            if packet.path != ours && packet.mtu_probe {
                self.paths.forget_mtu_probe(packet.path);
                continue;
            }
            if packet.path == ours
                && !packet.mtu_probe
                && packet.ack_eliciting
                && self.paths.current.pmtud.on_lost(packet.size)
            {
                self.on_datagram_size();
            }
            let mut content = packet.content;
            for frame in content.drain() {
                self.on_frame_lost(space, frame, now);
            }
        }
        self.stats.congestion_events += u64::from(outcome.congestion);
        outcome.clear();
    }

    /// The path's datagrams have another size now.
    fn on_datagram_size(&mut self) {
        let size = self.paths.current.pmtud.size();
        self.recovery.path_mut().congestion.on_datagram_size(size);
    }

    fn on_frame_acked(&mut self, space: Space, frame: SentFrame, now: Instant) {
        match frame {
            SentFrame::Stream { stream, piece } => {
                self.streams.on_acked(stream, &piece, &mut self.events);
            }
            SentFrame::Crypto { offset, length } => {
                let crypto = &mut self.spaces.get_mut(space).crypto;
                crypto.on_acked(offset..offset + u64::from(length));
            }
            SentFrame::ResetStream(stream) => self.streams.on_reset_acked(stream),
            SentFrame::RetireConnectionId(sequence) => self.remote_ids.on_retire_acked(sequence),
            SentFrame::NewConnectionId(sequence) => self.local_ids.on_acked(sequence),
            SentFrame::HandshakeDone => self.control.on_handshake_done_heard(),
            SentFrame::NewToken(token) => self.control.tokens.retain(|waits| *waits != *token),
            SentFrame::MtuProbe(size) if self.paths.current.pmtud.on_probe_acked(size, now) => {
                self.on_datagram_size();
            }
            _ => {}
        }
    }

    fn on_frame_lost(&mut self, space: Space, frame: SentFrame, now: Instant) {
        match frame {
            SentFrame::Stream { stream, piece } => self.streams.on_lost(stream, &piece),
            SentFrame::Crypto { offset, length } => {
                let crypto = &mut self.spaces.get_mut(space).crypto;
                crypto.on_lost(offset..offset + u64::from(length));
            }
            // A copy of it may have been acknowledged meanwhile.
            SentFrame::HandshakeDone => {
                self.control.handshake_done = !self.control.handshake_done_heard;
            }
            SentFrame::NewToken(token) => self.control.tokens.push_back(*token),
            SentFrame::NewConnectionId(sequence) => self.local_ids.on_lost(sequence),
            SentFrame::RetireConnectionId(sequence) => self.remote_ids.on_retire_lost(sequence),
            SentFrame::MtuProbe(size) => self.paths.current.pmtud.on_probe_lost(size, now),
            SentFrame::Challenge => {}
            frame => self.streams.on_control_lost(&frame),
        }
    }

    /// What a packet carried goes again.
    pub(super) fn resend(&mut self, mut content: super::Content, now: Instant) {
        let space = content.space;
        for frame in content.drain() {
            self.on_frame_lost(space, frame, now);
        }
    }

    // ANCHOR: timeout
    /// The recovery timer may have run out.
    pub(super) fn on_recovery_timeout(&mut self, now: Instant) {
        let mut outcome = std::mem::take(&mut self.outcome);
        let timeout = self.recovery.on_timeout(now, &mut outcome);
        match timeout {
            Some(Timeout::Loss) => {
                // The timer does not say in which space: the packets' contents go to their own.
                self.settle_by_space(&mut outcome, now);
            }
            Some(Timeout::Probe(space)) => self.probe(space, now),
            None => {}
        }
        self.outcome = outcome;
    }
    // ANCHOR_END: timeout

    fn settle_by_space(&mut self, outcome: &mut Outcome<super::Content>, now: Instant) {
        let space = outcome.lost.first().map_or(Space::Data, |(_, packet)| packet.content.space);
        self.settle(space, outcome, now);
    }

    /// Something ack-eliciting goes in `space`, and wherever else the handshake may hang.
    fn probe(&mut self, space: Space, now: Instant) {
        self.stats.probe_timeouts += 1;
        self.trace_probe_timeout(space);
        for each in Space::ALL {
            let awaiting = self.recovery.is_awaiting(each) && each != Space::Data;
            if each != space && !awaiting {
                continue;
            }
            self.spaces.get_mut(each).probes = PROBES;
            self.send_again(each, now);
        }
        if self.role == Role::Client && self.tls.complete && !self.tls.confirmed {
            // The server may have confirmed it, and thrown the keys of all else away; and where a
            // NAT forgot meanwhile, only a 1-RTT packet shows it the way back.
            self.spaces.data.probes = PROBES;
            self.send_again(Space::Data, now);
        }
        if self.role == Role::Client && !self.can_seal(space) {
            self.spaces.initial.probes = PROBES;
        }
    }

    /// What is outstanding goes again, should there be nothing new: of a handshake all of it, for
    /// each datagram may be the only one that comes through.
    pub(super) fn send_again(&mut self, space: Space, now: Instant) {
        let most = if space == Space::Data { usize::from(PROBES) } else { usize::MAX };
        let oldest: Vec<SentFrame> = self
            .recovery
            .outstanding(space)
            .filter(|(_, packet)| packet.ack_eliciting && !packet.mtu_probe)
            .take(most)
            .flat_map(|(_, packet)| packet.content.frames().cloned())
            .collect();
        for frame in oldest {
            self.on_frame_lost(space, frame, now);
        }
    }
}
