//! A datagram comes: packets are found in it, opened in place, and their frames looked at.
//!
//! RFC 9000 §5.2, §12.2; RFC 9001 §5.5, §5.7
//!
//! ```text
//!   datagram ──► head ──► keys? ──► open ──► twice? ──► frames ──► to be acknowledged
//!                  │        └ not yet: kept for a while
//!                  └ Retry, Version Negotiation
//! ```
//!
//! Invariant: what does not open changes nothing but a counter, except that a stateless reset ends
//! the connection.
//!
//! Used by: the endpoint.

use super::{Connection, FourTuple};
use crate::{
    acks::Ecn,
    connection_id::ConnectionId,
    error::Error,
    packet::{Discard, Head, MIN_DATAGRAM, Packet, PacketType},
    protection::{self, Keys, Opened},
    version::Version,
};
use std::time::Instant;
use tls::Role;
use wire::{Reader, trace::Direction};

/// A packet whose keys are not there yet.
#[derive(Debug)]
pub(super) struct Undecryptable {
    path: FourTuple,
    ecn: Ecn,
    octets: Vec<u8>,
}

/// What became of a packet.
enum Fate {
    Opened(Opened),
    Dropped(Discard),
    /// There are no keys for it yet.
    Later,
}

impl Connection {
    // ANCHOR: receive
    /// A datagram came. It is opened in place.
    pub fn receive_datagram(
        &mut self,
        path: FourTuple,
        ecn: Ecn,
        datagram: &mut [u8],
        now: Instant,
    ) {
        self.now = now;
        self.stats.datagrams_received += 1;
        self.stats.octets_received += datagram.len() as u64;
        if !self.state.receives() {
            return self.on_late_datagram();
        }
        if self.role == Role::Client && !self.paths.knows(path.remote) {
            // A server is where it was, or where it said that it would be (§9).
            self.stats.packets_dropped += 1;
            return;
        }
        if !self.transport.migration && self.tls.complete && !self.paths.knows(path.remote) {
            // Who was told not to move has not moved (§18.2): a NAT has, and it is not followed.
            self.stats.packets_dropped += 1;
            return;
        }
        self.paths.on_received(path, datagram.len());
        if let Err(error) = self.packets(path, ecn, datagram, now) {
            self.violate(error);
        }
        self.trace_datagram(Direction::Received, datagram.len(), ecn, false);
        self.try_again(now);
        self.after_receive(now);
        self.trace_metrics();
    }
    // ANCHOR_END: receive

    fn packets(
        &mut self,
        path: FourTuple,
        ecn: Ecn,
        datagram: &mut [u8],
        now: Instant,
    ) -> Result<(), Error> {
        let (mut at, mut first) = (0, None);
        for _ in 0..self.transport.limits.coalesced {
            if at >= datagram.len() || !self.state.receives() {
                break;
            }
            let mut reader = Reader::new(datagram);
            reader.skip(at);
            let packet = match Packet::read(&mut reader, self.transport.id_length) {
                Ok(packet) => packet,
                Err(discard) => {
                    self.drop_packet(discard);
                    self.receive_reset(datagram);
                    break;
                }
            };
            match packet {
                Packet::Protected(head) => {
                    at = head.end;
                    // Packets of one datagram are for one connection (§12.2).
                    if *first.get_or_insert(head.destination) == head.destination {
                        self.protected(path, ecn, datagram, &head, now)?;
                    }
                }
                Packet::Retry(retry) => return self.on_retry(datagram, &retry, now),
                Packet::VersionNegotiation(negotiation) => {
                    self.on_version_negotiation(datagram, &negotiation);
                    break;
                }
                Packet::Unsupported(_) => break,
            }
        }
        Ok(())
    }

    fn protected(
        &mut self,
        path: FourTuple,
        ecn: Ecn,
        datagram: &mut [u8],
        head: &Head,
        now: Instant,
    ) -> Result<(), Error> {
        if !head.fixed && !self.transport.grease {
            self.drop_packet(Discard::FixedBit);
            return Ok(());
        }
        let other = |known: ConnectionId| head.version.is_some() && head.source != known;
        if self.tls.peer_source.is_some_and(other) {
            self.drop_packet(Discard::Source);
            return Ok(());
        }
        // Whoever fills its datagrams is worth an answer of three times as much (§14.1, §8.1).
        let length = datagram.len();
        let small = head.kind == PacketType::Initial && length < MIN_DATAGRAM;
        if small && self.role == Role::Server {
            self.drop_packet(Discard::Small { length });
            return Ok(());
        }
        match self.unseal(datagram, head)? {
            Fate::Opened(opened) => self.opened(path, ecn, datagram, head, &opened, now),
            Fate::Dropped(discard) => {
                self.drop_packet(discard);
                self.receive_reset(datagram);
                Ok(())
            }
            Fate::Later => {
                self.trace_buffered(head);
                let octets = datagram.get(head.start..head.end).unwrap_or_default();
                if self.paths.undecryptable.len() < self.transport.limits.undecryptable {
                    let octets = octets.to_vec();
                    self.paths.undecryptable.push(Undecryptable { path, ecn, octets });
                }
                Ok(())
            }
        }
    }

    fn unseal(&mut self, datagram: &mut [u8], head: &Head) -> Result<Fate, Error> {
        let Some(space) = head.kind.space() else {
            return Ok(Fate::Dropped(Discard::NotAuthentic));
        };
        let expected = self.spaces.get(space).expected;
        if head.kind == PacketType::OneRtt {
            // Nothing of the client's counts before its Finished (RFC 9001 §5.7).
            let Some(keys) = self.keys.application.as_mut().filter(|_| self.tls.complete) else {
                return Ok(Fate::Later);
            };
            let opened = keys.open(datagram, head, expected)?;
            if matches!(&opened, Ok(opened) if opened.updated) {
                self.trace_key_update("remote_update");
            }
            return Ok(opened.map_or_else(Fate::Dropped, |opened| Fate::Opened(opened.opened)));
        }
        if let Some(fate) = self.meet_version(datagram, head)? {
            return Ok(fate);
        }
        let dropped = Ok(Fate::Dropped(Discard::NotAuthentic));
        let gone = Ok(Fate::Dropped(Discard::KeysGone));
        let in_use = head.version == Some(self.constants.version);
        let keys: Option<&Keys> = match head.kind {
            PacketType::Initial if in_use => self.keys.initial.as_ref().map(|pair| &pair.remote),
            PacketType::Initial => self.keys.first_version.as_ref(),
            PacketType::Handshake if self.keys.handshake_gone => return gone,
            PacketType::Handshake if !in_use => return dropped,
            PacketType::Handshake => match &self.keys.handshake {
                Some(pair) => Some(&pair.remote),
                None => return Ok(Fate::Later),
            },
            _ if self.role == Role::Client => return dropped,
            _ if self.tls.confirmed => return gone,
            _ => match &self.keys.early {
                Some(keys) => Some(keys),
                None if self.keys.handshake.is_some() => return gone,
                None => return Ok(Fate::Later),
            },
        };
        let Some(keys) = keys else { return gone };
        let opened = keys.unprotect(datagram, head, expected);
        Ok(opened.map_or_else(Fate::Dropped, Fate::Opened))
    }

    // ANCHOR: version
    /// A server may answer in another of our versions (RFC 9368 §2.3): its first Initial packet
    /// that is authentic tells. `None` where this is none of that kind.
    fn meet_version(&mut self, datagram: &mut [u8], head: &Head) -> Result<Option<Fate>, Error> {
        let may = self.role == Role::Client
            && head.kind == PacketType::Initial
            && self.keys.handshake.is_none()
            && self.constants.version == self.tls.first_version;
        let new = head.version.filter(|version| {
            *version != self.constants.version && self.transport.versions.contains(version)
        });
        let Some(constants) = new.filter(|_| may).and_then(Version::constants) else {
            return Ok(None);
        };
        let pair = protection::initial(constants, &self.keyed(), self.role)?;
        let expected = self.spaces.initial.expected;
        let opened = pair.remote.unprotect(datagram, head, expected);
        if opened.is_ok() {
            self.switch_version(constants.version)?;
        }
        Ok(Some(opened.map_or_else(Fate::Dropped, Fate::Opened)))
    }
    // ANCHOR_END: version

    fn opened(
        &mut self,
        path: FourTuple,
        ecn: Ecn,
        datagram: &[u8],
        head: &Head,
        opened: &Opened,
        now: Instant,
    ) -> Result<(), Error> {
        let Some(space) = head.kind.space() else { return Ok(()) };
        let state = self.spaces.get_mut(space);
        if state.acks.is_duplicate(opened.number) {
            self.stats.packets_dropped += 1;
            self.trace_duplicate(head, opened);
            return Ok(());
        }
        opened.check_reserved(head.kind)?;
        let newest = opened.number >= state.expected;
        state.expected = state.expected.max(opened.number + 1);
        self.stats.packets_received += 1;
        let payload = datagram.get(opened.payload.clone()).unwrap_or_default();
        self.trace_received(head, opened, payload);
        self.meet(head, now)?;
        let seen = self.frames(head, payload, path, now)?;
        let acks = &mut self.spaces.get_mut(space).acks;
        acks.on_packet(opened.number, seen.ack_eliciting, ecn, now);
        self.restart_idle(now);
        if head.kind == PacketType::OneRtt && newest {
            self.paths.on_spin(self.role, opened.first & crate::packet::SPIN != 0);
            self.on_peer_address(path, seen.probing, now);
        }
        Ok(())
    }

    /// What the first packets of a kind mean.
    fn meet(&mut self, head: &Head, now: Instant) -> Result<(), Error> {
        let initial = head.kind == PacketType::Initial;
        if self.role == Role::Client && initial && !head.token.is_empty() {
            return Err(Error::TokenFromServer { length: head.token.len() });
        }
        if self.role == Role::Client && self.tls.peer_source.is_none() {
            // The server chose its own (RFC 9000 §7.2).
            self.tls.peer_source = Some(head.source);
            self.remote_ids.replace_first(head.source);
        }
        if self.role == Role::Server && head.kind == PacketType::Handshake {
            // Whoever seals with these has our ServerHello (§8.1).
            self.paths.current.validated = true;
            self.drop_initial_keys(now);
        }
        Ok(())
    }

    /// Packets that came before their keys: now?
    fn try_again(&mut self, now: Instant) {
        if self.paths.undecryptable.is_empty() || !self.state.receives() {
            return;
        }
        let ready = self.keys.handshake.is_some() || self.keys.early.is_some();
        if !ready {
            return;
        }
        for mut packet in std::mem::take(&mut self.paths.undecryptable) {
            let Undecryptable { path, ecn, octets } = &mut packet;
            self.paths.arrived = octets.len();
            let mut reader = Reader::new(octets);
            let Ok(Packet::Protected(head)) = Packet::read(&mut reader, self.transport.id_length)
            else {
                continue;
            };
            if let Err(error) = self.protected(*path, *ecn, octets, &head, now) {
                return self.violate(error);
            }
            self.trace_datagram(Direction::Received, packet.octets.len(), packet.ecn, true);
        }
    }

    pub(super) fn drop_packet(&mut self, discard: Discard) {
        self.stats.packets_dropped += 1;
        self.trace_dropped(&discard);
    }
}
