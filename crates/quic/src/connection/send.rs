//! Datagrams, as many at once as may go.
//!
//! RFC 9000 §8.1, §12.2, §14; RFC 9002 §7
//!
//! ```text
//!   closing? ──► a CONNECTION_CLOSE, now and then
//!   a path to try? ──► PATH_CHALLENGE, alone in a datagram of 1,200 octets
//!   a size to try? ──► PING and PADDING, alone
//!   else ──► Initial, Handshake, 1-RTT in one datagram; again while the same size comes out
//! ```
//!
//! Invariant: to an address that is not validated, at most three times what came from it goes.
//!
//! Used by: the drivers.

use super::{
    Connection, Transmit,
    packets::{Content, SentFrame, Terms},
};
use crate::{
    acks::Ecn,
    frame::Frame,
    packet::{Builder, MIN_DATAGRAM, PacketType},
    recovery::Space,
};
use std::time::Instant;
use wire::trace::Direction as Way;

/// Octets of a datagram in which a few frames find room.
pub(super) const SHORTEST: usize = 64;

/// Probe timeouts in a row after which datagrams are small: the first is mostly a loss at the end.
const SUSPICIOUS: u32 = 2;

impl Connection {
    // ANCHOR: transmit
    /// What is to be sent now, on one path; `false` where there is nothing. Called until it says
    /// so.
    pub fn poll_transmit(&mut self, now: Instant, transmit: &mut Transmit) -> bool {
        self.now = now;
        transmit.clear(self.paths.current.tuple);
        if !self.is_open() {
            self.start_end(now);
            return self.transmit_close(now, transmit);
        }
        if let Err(error) = self.check_wear() {
            self.fail(error);
            self.start_end(now);
            return self.transmit_close(now, transmit);
        }
        if !self.transmit_probe(now, transmit) && !self.transmit_mtu_probe(now, transmit) {
            self.fill(now, transmit);
        }
        self.count(transmit);
        if !transmit.is_empty() {
            self.trace_metrics();
        }
        !transmit.is_empty()
    }
    // ANCHOR_END: transmit

    fn count(&mut self, transmit: &Transmit) {
        self.stats.octets_sent += transmit.octets.len() as u64;
        self.stats.datagrams_sent += transmit.segments().count() as u64;
    }

    /// Datagrams of one size.
    fn fill(&mut self, now: Instant, transmit: &mut Transmit) {
        let mtu = self.datagram_size();
        self.paths.marking = self.recovery.path().ecn.marks();
        self.paths.sending = self.recovery.path().number;
        transmit.ecn = if self.paths.marking { Ecn::Ect0 } else { Ecn::NotEct };
        self.timers.pacing = None;
        let mut limited = true;
        loop {
            let first = transmit.is_empty();
            let size = if first { mtu } else { transmit.segment };
            if !transmit.has_room(size) {
                limited = false;
                break;
            }
            if !first && self.recovery.path().ecn.marks() != self.paths.marking {
                limited = false;
                break;
            }
            let budget = self.paths.current.budget();
            // What goes to an address that is not known yet may be short, so that little from there
            // is enough to be asked (RFC 9000 §8.2.1); of a handshake nothing fits in less.
            let least = if self.tls.confirmed { SHORTEST } else { MIN_DATAGRAM };
            let blocked = budget < size.min(least);
            self.recovery.set_blocked(blocked, now);
            if blocked {
                break;
            }
            let size = size.min(budget);
            let start = transmit.octets.len();
            let held = self.datagram(&mut transmit.octets, size, now);
            let written = transmit.octets.len() - start;
            self.paths.current.on_sent(written);
            self.trace_datagram(Way::Sent, written, transmit.ecn, false);
            if first {
                transmit.segment = written;
            }
            if held {
                limited = false;
            }
            if written < size || size < mtu.min(transmit.segment) || written == 0 {
                break;
            }
        }
        // Whoever waits for the window or the pacer has data enough (RFC 9002 §7.8).
        self.recovery.set_limited(limited);
    }

    /// Octets of a datagram. Where probes time out again and again, what is lost may be what is
    /// large: then they have the size that every path carries, and whether they come through while
    /// others did not tells of a black hole (RFC 8899 §4.3).
    fn datagram_size(&self) -> usize {
        let size = usize::from(self.paths.current.pmtud.size());
        if self.recovery.pto_count() < SUSPICIOUS { size } else { size.min(MIN_DATAGRAM) }
    }

    /// One datagram; answers whether the window or the pacer held something back.
    fn datagram(&mut self, out: &mut Vec<u8>, size: usize, now: Instant) -> bool {
        let start = out.len();
        let end = start + size;
        let (mut held, mut fill, mut open) = (false, false, None);
        for space in Space::ALL {
            if !self.can_seal(space) || end.saturating_sub(out.len()) < 64 {
                continue;
            }
            if !self.wants(space, now) {
                continue;
            }
            let probing = self.spaces.get(space).probes > 0;
            let open = *open.get_or_insert_with(|| self.may_go(size, now));
            held |= !open && !probing;
            let allowed = open || probing;
            let terms = Terms { space, start, end, allowed, fill };
            let before = out.len();
            if self.packet(out, terms, now) {
                let initial = space == Space::Initial;
                fill |= initial && out.len() - start < MIN_DATAGRAM && out.len() > before;
            }
        }
        // A client that seals Handshake packets needs Initial ones no more (RFC 9001 §4.9.1).
        if self.is_client() && self.keys.handshake.is_some() && self.handshake_was_sent() {
            self.drop_initial_keys(now);
        }
        held
    }

    fn handshake_was_sent(&self) -> bool {
        self.recovery.next_number(Space::Handshake) > 0
    }

    /// Whether the congestion window and the pacer let a datagram of `size` octets go.
    fn may_go(&mut self, size: usize, now: Instant) -> bool {
        let path = self.recovery.path_mut();
        if path.room() < size as u64 {
            return false;
        }
        self.timers.pacing = path.wait(now);
        self.timers.pacing.is_none()
    }

    /// Whether there may be something to say in that space.
    pub(super) fn wants(&self, space: Space, now: Instant) -> bool {
        let state = self.spaces.get(space);
        let acks = state.acks.is_due(now) && (space != Space::Data || self.is_one_rtt());
        if acks || state.probes > 0 || state.ping {
            return true;
        }
        if space != Space::Data {
            return state.crypto.is_pending();
        }
        let control = self.is_one_rtt()
            && (state.crypto.is_pending()
                || self.control.handshake_done
                || !self.control.tokens.is_empty()
                || self.local_ids.is_pending()
                || self.remote_ids.is_retire_pending()
                || self.paths.current.wants());
        control || !self.control.datagrams.is_empty() || self.streams.wants()
    }

    fn is_one_rtt(&self) -> bool {
        self.sealing_data() == Some(PacketType::OneRtt)
    }

    /// A datagram that finds out whether the path carries larger ones (RFC 8899).
    fn transmit_mtu_probe(&mut self, now: Instant, transmit: &mut Transmit) -> bool {
        if !self.tls.confirmed || !self.paths.current.pmtud.is_pending(now) {
            return false;
        }
        // Nobody there has answered yet: three for one is too little for it (RFC 9000 §8.1).
        if self.paths.current.budget() < usize::MAX {
            return false;
        }
        // It counts in flight, and waits its turn.
        if self.recovery.path().room() < u64::from(self.transport.max_datagram) {
            return false;
        }
        let Some(size) = self.paths.current.pmtud.poll(now) else { return false };
        let destination = self.remote_ids.current().map(|issued| issued.id).unwrap_or_default();
        let acked = self.recovery.largest_acked(Space::Data);
        let number = self.recovery.next_number(Space::Data);
        let phase = self.keys.application.as_ref().is_some_and(|keys| keys.phase());
        let spin = self.paths.spin(self.transport.spin);
        let out = &mut transmit.octets;
        let builder = Builder::short(out, &destination, number, acked, spin, phase);
        Frame::Ping.encode(out);
        self.paths.marking = false;
        self.paths.sending = self.recovery.path().number;
        let mut content = Content::new(Space::Data);
        content.push(SentFrame::MtuProbe(size));
        let octets = self.seal(Space::Data, builder, out, size.into());
        self.sent(Space::Data, number, octets, true, true, content, now);
        self.trace_datagram(Way::Sent, octets, Ecn::NotEct, false);
        transmit.segment = octets;
        true
    }
}
