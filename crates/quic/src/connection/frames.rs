//! Frames find who they are for.
//!
//! RFC 9000 §12.4, §13.1, §19
//!
//! Invariant: every frame of a packet is looked at before the packet is acknowledged, and a packet
//! with a frame that breaks a rule ends the connection.
//!
//! Used by: `receive`.

use super::{Connection, FourTuple, handshake::level};
use crate::{
    cids::Issued,
    error::{Error, TransportError},
    event::{Closed, Event},
    frame::{Close, Frame, Frames},
    packet::{Head, PacketType},
    recovery::Space,
};
use std::time::Instant;
use tls::{Handshake, Level, Role};

/// What was in a packet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) ack_eliciting: bool,
    /// Whether all frames were such as try a path out (§9.1).
    pub(super) probing: bool,
}

impl Connection {
    // ANCHOR: frames
    pub(super) fn frames(
        &mut self,
        head: &Head,
        payload: &[u8],
        path: FourTuple,
        now: Instant,
    ) -> Result<Seen, Error> {
        let mut seen = Seen { ack_eliciting: false, probing: true };
        let mut frames = Frames::new(payload, head.kind, self.role.peer());
        while let Some(frame) = frames.next() {
            let mut kind = None;
            let result = frame.and_then(|frame| {
                let info = frame.kind().info();
                kind = Some(*info.types.start());
                seen.ack_eliciting |= info.ack_eliciting;
                seen.probing &= info.probing;
                self.frame(&frame, head, path, now)
            });
            if let Err(error) = result {
                self.wrong_frame = kind.unwrap_or_else(|| frames.wrong_type());
                return Err(error);
            }
            if !self.state.receives() {
                break;
            }
        }
        Ok(seen)
    }
    // ANCHOR_END: frames

    fn frame(
        &mut self,
        frame: &Frame<'_>,
        head: &Head,
        path: FourTuple,
        now: Instant,
    ) -> Result<(), Error> {
        match frame {
            Frame::Padding(_) | Frame::Ping => {}
            Frame::Ack { largest, delay, ranges, ecn } => {
                if let Some(space) = head.kind.space() {
                    self.on_ack(space, *largest, *delay, ranges, *ecn, now)?;
                }
            }
            Frame::Crypto { offset, data } => self.on_crypto(head.kind, *offset, data, now)?,
            Frame::NewToken(token) => {
                if token.len() <= self.transport.limits.token {
                    self.events.push_back(Event::NewToken(token.to_vec()));
                }
            }
            Frame::NewConnectionId { sequence, retire_prior_to, id, token } => {
                let new = Issued { sequence: *sequence, id: *id, token: Some(*token) };
                self.on_new_connection_id(new, *retire_prior_to)?;
            }
            Frame::RetireConnectionId(sequence) => {
                if let Some(id) = self.local_ids.on_retire(*sequence, &head.destination)? {
                    self.routing.push_back(super::Routing::Retire(id));
                    self.issue_ids();
                }
            }
            Frame::PathChallenge(data) => {
                self.meet_path(path);
                self.paths.on_challenge(path, *data, self.transport.limits.path_responses);
            }
            Frame::PathResponse(data) => self.on_path_response(*data, now),
            Frame::Close(close) => self.on_close(close),
            Frame::HandshakeDone => self.confirm(now),
            Frame::Datagram(data) => self.on_datagram(data)?,
            _ => self.stream_frame(frame)?,
        }
        Ok(())
    }

    fn stream_frame(&mut self, frame: &Frame<'_>) -> Result<(), Error> {
        let (streams, events) = (&mut self.streams, &mut self.events);
        match frame {
            Frame::Stream { stream, offset, data, fin } => {
                streams.on_stream(*stream, *offset, data, *fin, events)?;
            }
            Frame::ResetStream { stream, code, final_size } => {
                streams.on_reset(*stream, *code, *final_size, events)?;
            }
            Frame::StopSending { stream, code } => streams.on_stop(*stream, *code, events)?,
            Frame::MaxData(limit) => streams.on_max_data(*limit),
            Frame::MaxStreamData { stream, limit } => {
                streams.on_max_stream_data(*stream, *limit, events)?;
            }
            Frame::MaxStreams { direction, limit } => {
                streams.on_max_streams(*direction, *limit, events);
            }
            Frame::StreamDataBlocked { stream, .. } => {
                streams.on_stream_data_blocked(*stream, events)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn on_crypto(
        &mut self,
        packet: PacketType,
        offset: u64,
        data: &[u8],
        now: Instant,
    ) -> Result<(), Error> {
        let Some(space) = packet.space() else { return Ok(()) };
        let new = self.spaces.get_mut(space).crypto.on_crypto(offset, data)?;
        if new && level(space) >= self.level() {
            self.on_crypto_ready(space, now)?;
            // Messages of a later level may have come before.
            if space == Space::Initial && !self.spaces.handshake.crypto.peek().is_empty() {
                self.on_crypto_ready(Space::Handshake, now)?;
            }
        }
        self.check_left_behind()
    }

    /// The level that TLS reads.
    fn level(&self) -> Level {
        self.tls.handshake.as_ref().map_or(Level::Initial, Handshake::level)
    }

    /// Handshake data behind the end of a level that is over, be it in order or behind a gap (RFC
    /// 9001 §4.1.3).
    fn check_left_behind(&self) -> Result<(), Error> {
        let spaces =
            [(Space::Initial, PacketType::Initial), (Space::Handshake, PacketType::Handshake)];
        for (space, packet) in spaces {
            if level(space) < self.level() && self.spaces.get(space).crypto.has_unread() {
                return Err(Error::CryptoUnexpected { packet });
            }
        }
        Ok(())
    }

    fn on_close(&mut self, close: &Close<'_>) {
        let kept = close.reason.len().min(self.transport.limits.reason);
        let reason = close.reason.get(..kept).unwrap_or_default().to_vec();
        let closed = match close.frame {
            Some(frame) => Closed::Transport { code: TransportError(close.code), frame, reason },
            None => Closed::Application { code: close.code, reason },
        };
        self.drain(closed);
    }

    fn on_datagram(&mut self, data: &[u8]) -> Result<(), Error> {
        let (length, limit) = (data.len() as u64, self.transport.max_datagram_frame_size);
        // The frame's own octets count (RFC 9221 §3): a type, and a length of up to 8.
        if limit == 0 || length + 1 > limit {
            return Err(Error::DatagramTooLong { length, limit });
        }
        let waits = |event: &Event| matches!(event, Event::Datagram(_));
        self.control.datagrams_held += data.len();
        while self.control.datagrams_held > self.transport.limits.datagrams
            && let Some(oldest) = self.events.iter().position(waits)
            && let Some(Event::Datagram(old)) = self.events.remove(oldest)
        {
            self.control.datagrams_held -= old.len();
        }
        self.events.push_back(Event::Datagram(data.to_vec()));
        Ok(())
    }

    /// Whether this end is a client.
    pub(super) fn is_client(&self) -> bool {
        self.role == Role::Client
    }
}
