//! A packet, frame by frame.
//!
//! RFC 9000 §12.4, §13.1, §13.2; RFC 9001 §4.9
//!
//! ```text
//!   head │ ACK │ PATH_… │ HANDSHAKE_DONE │ CRYPTO │ limits │ connection IDs │ DATAGRAM │ STREAM
//! ```
//!
//! Each frame is written to where it is sent from; what was written is remembered by a few words,
//! without the octets, until the packet has its end.
//!
//! Invariant: a packet of one frame or two allocates nothing.
//!
//! Used by: `send`.

use super::{Connection, path::PATH_FRAME};
use crate::{
    frame::{Frame, crypto_head_length, encode_ack, encode_crypto},
    packet::{Builder, PacketType, TAG},
    recovery::{SentPacket, Space},
    stream::{Direction, Piece, StreamId},
};
use std::time::Instant;

/// What a packet carried, as far as it matters later.
#[derive(Debug, Clone)]
pub(super) enum SentFrame {
    Stream {
        stream: StreamId,
        piece: Piece,
    },
    Crypto {
        offset: u64,
        length: u32,
    },
    ResetStream(StreamId),
    StopSending(StreamId),
    MaxData(u64),
    MaxStreamData(StreamId, u64),
    MaxStreams(Direction, u64),
    DataBlocked(u64),
    StreamDataBlocked(StreamId, u64),
    StreamsBlocked(Direction, u64),
    NewConnectionId(u64),
    RetireConnectionId(u64),
    HandshakeDone,
    #[allow(clippy::box_collection, reason = "rare, and a word less for all the others")]
    NewToken(Box<Vec<u8>>),
    Challenge,
    MtuProbe(u16),
}

/// The contents of a packet.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) space: Space,
    /// The largest number that its ACK frame told.
    pub(super) ack: Option<u64>,
    first: Option<SentFrame>,
    more: Vec<SentFrame>,
}

impl Content {
    pub(super) const fn new(space: Space) -> Self {
        Self { space, ack: None, first: None, more: Vec::new() }
    }

    pub(super) fn push(&mut self, frame: SentFrame) {
        if self.first.is_none() {
            self.first = Some(frame);
        } else {
            self.more.push(frame);
        }
    }

    pub(super) fn frames(&self) -> impl Iterator<Item = &SentFrame> {
        self.first.iter().chain(&self.more)
    }

    pub(super) fn drain(&mut self) -> impl Iterator<Item = SentFrame> {
        self.first.take().into_iter().chain(self.more.drain(..))
    }
}

/// A packet that is being written.
pub(super) struct Draft<'a> {
    pub(super) out: &'a mut Vec<u8>,
    /// Where its frames must end.
    pub(super) end: usize,
    pub(super) content: Content,
    pub(super) ack_eliciting: bool,
}

impl Draft<'_> {
    pub(super) const fn room(&self) -> usize {
        self.end.saturating_sub(self.out.len())
    }

    /// Writes a frame that fits, and remembers it.
    pub(super) fn put(&mut self, frame: &Frame<'_>, sent: SentFrame) {
        frame.encode(self.out);
        self.ack_eliciting = true;
        self.content.push(sent);
    }
}

/// How a packet is to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) space: Space,
    /// Where the datagram begins.
    pub(super) start: usize,
    /// Where it must end, the tag included.
    pub(super) end: usize,
    /// Whether the congestion window and the pacer let something go that counts.
    pub(super) allowed: bool,
    /// Whether the datagram must have 1,200 octets at least whatever is in this packet.
    pub(super) fill: bool,
}

/// Octets of the largest frame of those that are written one by one: NEW_CONNECTION_ID.
const SMALL: usize = 1 + 8 + 8 + 1 + 20 + 16;

impl Connection {
    pub(super) fn begin_packet(&mut self, space: Space, out: &mut Vec<u8>) -> Option<Builder> {
        let kind = match space {
            Space::Initial => PacketType::Initial,
            Space::Handshake => PacketType::Handshake,
            Space::Data => self.sealing_data()?,
        };
        let acked = self.recovery.largest_acked(space);
        let mut number = self.recovery.next_number(space);
        // Now and then one is left out, so that who acknowledges what it has not seen is found out
        // (§21.4).
        if space == Space::Data && number % 1021 == 1 + u64::from(self.paths.whim) {
            number += 1;
        }
        let destination = self.remote_ids.current().map(|issued| issued.id).unwrap_or_default();
        if kind == PacketType::OneRtt {
            let phase = self.keys.application.as_ref().is_some_and(|keys| keys.phase());
            let spin = self.paths.spin(self.transport.spin);
            return Some(Builder::short(out, &destination, number, acked, spin, phase));
        }
        let source = self.local_ids.iter().next().map(|issued| issued.id).unwrap_or_default();
        let version = match kind {
            PacketType::ZeroRtt => self.tls.first_version,
            _ => self.constants.version,
        };
        let token = if self.is_client() { self.token.as_slice() } else { &[] };
        let ids = [&destination, &source];
        Some(Builder::long(out, kind, version, ids, token, number, acked))
    }

    // ANCHOR: packet
    /// Writes one packet behind `out`; answers whether there was something to say.
    pub(super) fn packet(&mut self, out: &mut Vec<u8>, terms: Terms, now: Instant) -> bool {
        let Terms { space, start, end, allowed, fill } = terms;
        let Some(builder) = self.begin_packet(space, out) else { return false };
        let mut draft = Draft {
            out,
            end: end.saturating_sub(TAG),
            content: Content::new(space),
            ack_eliciting: false,
        };
        if draft.room() < 2 {
            builder.abandon(draft.out);
            return false;
        }
        self.put_ack(space, &mut draft, now);
        if allowed {
            self.put_frames(space, &mut draft, now);
        } else if space == Space::Data && self.paths.current.asks_anyway() {
            self.put_path_frames(&mut draft, now);
        }
        let state = self.spaces.get_mut(space);
        let wanted = state.ping || state.probes > 0 || (fill && builder.is_empty(draft.out));
        if allowed && wanted && !draft.ack_eliciting && draft.room() > 0 {
            Frame::Ping.encode(draft.out);
            draft.ack_eliciting = true;
        }
        if draft.ack_eliciting {
            state.ping = false;
        }
        let Draft { out, content, ack_eliciting, .. } = draft;
        if builder.is_empty(out) {
            builder.abandon(out);
            return false;
        }
        // Datagrams with an Initial packet are padded, in their last packet (RFC 9000 §14.1).
        let initial = space == Space::Initial && (self.is_client() || ack_eliciting);
        // So are challenges and answers to them, as far as three times what came allows (§8.2.1).
        let asks = content.frames().any(|frame| matches!(frame, SentFrame::Challenge));
        self.paths.current.small |= asks && end < start + crate::packet::MIN_DATAGRAM;
        let pad = initial || fill || (asks && end >= start + crate::packet::MIN_DATAGRAM);
        let least = crate::packet::MIN_DATAGRAM.saturating_sub(builder.start() - start);
        let pad = pad && !self.follows(space, out.len() + TAG, end, now);
        let padded = pad && builder.length(out) < least;
        let size = self.seal(space, builder, out, if pad { least } else { 0 });
        self.sent(space, builder.number(), size, ack_eliciting, padded, content, now);
        // Some servers end a connection whose first packet holds nothing of the handshake: should
        // the first probe be lost, the second is that packet.
        if space != Space::Data && self.spaces.get(space).probes > 0 {
            self.send_again(space, now);
        }
        true
    }
    // ANCHOR_END: packet

    /// Whether a packet of a later space will follow in this datagram, which ends at `end`.
    fn follows(&self, space: Space, at: usize, end: usize, now: Instant) -> bool {
        // Room for a long head and a few frames.
        let room = end.saturating_sub(at) > 128;
        let later = Space::ALL.into_iter().filter(|later| *later > space);
        room && later.into_iter().any(|later| self.can_seal(later) && self.wants(later, now))
    }

    pub(super) fn seal(
        &mut self,
        space: Space,
        builder: Builder,
        out: &mut Vec<u8>,
        length: usize,
    ) -> usize {
        if self.peer.grease_quic_bit && self.transport.grease && builder.number() % 4 == 3 {
            builder.grease_fixed_bit(out);
        }
        self.trace_sent(&builder, out, length);
        let keys = match space {
            Space::Initial => self.keys.initial.as_ref().map(|pair| &pair.local),
            Space::Handshake => self.keys.handshake.as_ref().map(|pair| &pair.local),
            Space::Data => match &mut self.keys.application {
                Some(keys) => Some(keys.local(builder.number())),
                None => self.keys.half.as_ref().or(self.keys.early.as_ref()),
            },
        };
        keys.map_or(0, |keys| builder.finish(out, length, keys))
    }

    #[allow(clippy::too_many_arguments, reason = "a packet's record has as many")]
    pub(super) fn sent(
        &mut self,
        space: Space,
        number: u64,
        size: usize,
        ack_eliciting: bool,
        padded: bool,
        content: Content,
        now: Instant,
    ) {
        let mtu_probe = content.frames().any(|frame| matches!(frame, SentFrame::MtuProbe(_)));
        if content.ack.is_some() && self.spaces.get_mut(space).acks.on_sent(ack_eliciting) {
            self.spaces.get_mut(space).ping = true;
        }
        let path = self.paths.sending;
        if ack_eliciting {
            // What tries a size or another path out answers no probe timeout of this one.
            let probes = !mtu_probe && path == self.recovery.path().number;
            let state = self.spaces.get_mut(space);
            state.probes = state.probes.saturating_sub(u8::from(probes));
            self.on_eliciting_sent(now);
        }
        self.stats.packets_sent += 1;
        let ect = self.paths.marking;
        self.recovery.on_sent(
            space,
            number,
            SentPacket {
                time: now,
                size: u16::try_from(size).unwrap_or(u16::MAX),
                ack_eliciting,
                in_flight: ack_eliciting || padded,
                ect,
                mtu_probe,
                path,
                content,
            },
        );
    }

    fn put_ack(&mut self, space: Space, draft: &mut Draft<'_>, now: Instant) {
        // 0-RTT packets carry none (§12.4).
        if space == Space::Data && self.sealing_data() != Some(PacketType::OneRtt) {
            return;
        }
        let acks = &self.spaces.get(space).acks;
        if !acks.is_due(now) && !acks.is_waiting() {
            return;
        }
        let Some(ranges) = acks.ranges() else { return };
        let micros = u64::try_from(acks.delay(now).as_micros()).unwrap_or(0);
        let delay = if space == Space::Data { micros >> 3 } else { 0 };
        // A datagram to an address that is not known yet is short: the question has its place.
        let kept = space == Space::Data && self.paths.current.asks_anyway();
        let kept = if kept { 2 * PATH_FRAME } else { 0 };
        let (ecn, room) = (acks.ecn(), draft.room().saturating_sub(kept));
        draft.content.ack = encode_ack(draft.out, ranges.iter().rev(), delay, ecn, room);
    }

    fn put_frames(&mut self, space: Space, draft: &mut Draft<'_>, now: Instant) {
        if let Some((_, raw)) = self.control.raw.take_if(|(wanted, _)| *wanted == space) {
            draft.out.extend_from_slice(&raw);
            draft.ack_eliciting = true;
        }
        if space == Space::Data {
            let one_rtt = self.sealing_data() == Some(PacketType::OneRtt);
            if one_rtt {
                self.put_path_frames(draft, now);
                self.put_control(draft);
                self.put_crypto(space, draft);
            }
            self.streams.put_control(draft, now, self.recovery.path().rtt.smoothed(), one_rtt);
            self.put_datagrams(draft);
            self.streams.put_streams(draft);
        } else {
            self.put_crypto(space, draft);
        }
    }

    fn put_crypto(&mut self, space: Space, draft: &mut Draft<'_>) {
        let crypto = &mut self.spaces.get_mut(space).crypto;
        while crypto.is_pending() {
            let room = draft.room();
            let head = crypto_head_length(crypto.next_offset(), room);
            if room <= head {
                return;
            }
            let Some(range) = crypto.poll(room - head) else { return };
            let length = u32::try_from(range.end - range.start).unwrap_or(0);
            let offset = range.start;
            encode_crypto(draft.out, offset, usize::try_from(length).unwrap_or(0));
            crypto.copy(range, draft.out);
            draft.ack_eliciting = true;
            draft.content.push(SentFrame::Crypto { offset, length });
        }
    }

    fn put_control(&mut self, draft: &mut Draft<'_>) {
        if self.control.handshake_done && draft.room() > 1 {
            self.control.handshake_done = false;
            draft.put(&Frame::HandshakeDone, SentFrame::HandshakeDone);
        }
        while draft.room() > SMALL
            && let Some((issued, retire_prior_to)) = self.local_ids.poll()
        {
            let (sequence, id) = (issued.sequence, issued.id);
            let token = issued.token.unwrap_or_default();
            let frame = Frame::NewConnectionId { sequence, retire_prior_to, id, token };
            draft.put(&frame, SentFrame::NewConnectionId(sequence));
        }
        while draft.room() > SMALL
            && let Some(sequence) = self.remote_ids.poll_retire()
        {
            let sent = SentFrame::RetireConnectionId(sequence);
            draft.put(&Frame::RetireConnectionId(sequence), sent);
        }
        while let Some(token) = self.control.tokens.front()
            && draft.room() > token.len() + 9
            && let Some(token) = self.control.tokens.pop_front()
        {
            let frame = Frame::NewToken(&token);
            frame.encode(draft.out);
            draft.ack_eliciting = true;
            draft.content.push(SentFrame::NewToken(Box::new(token)));
        }
    }

    fn put_datagrams(&mut self, draft: &mut Draft<'_>) {
        let most = self.max_datagram().unwrap_or_default();
        while let Some(octets) = self.control.datagrams.front() {
            // The path carried more when it was given to us: it may be lost, and so it is.
            let fits = octets.len() <= most;
            if fits && draft.room() < octets.len() + 9 {
                return;
            }
            if fits {
                Frame::Datagram(octets).encode(draft.out);
                draft.ack_eliciting = true;
            }
            self.control.datagram_octets -= octets.len().min(self.control.datagram_octets);
            self.control.datagrams.pop_front();
        }
    }
}
