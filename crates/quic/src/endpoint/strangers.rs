//! Datagrams that belong to no connection.
//!
//! RFC 9000 §5.2.2, §6.1, §8.1.2, §10.3, §14.1
//!
//! | what comes                                | what goes                                     |
//! |-------------------------------------------|-----------------------------------------------|
//! | Initial in less than 1,200 octets         | nothing (§14.1)                               |
//! | Initial to an ID of less than 8 octets    | nothing (§7.2)                                |
//! | another version, 1,200 octets             | Version Negotiation (§6.1)                    |
//! | Initial, few are half open                | a connection                                  |
//! | Initial, many are                         | Retry, and nothing is kept (§8.1.2)           |
//! | Initial with a good token                 | a connection whose address is known           |
//! | Initial with a bad token of a Retry       | CONNECTION_CLOSE, INVALID_TOKEN (§8.1.3)      |
//! | Initial, and there is no room             | CONNECTION_CLOSE, CONNECTION_REFUSED (§20.1)  |
//! | a short head                              | stateless reset (§10.3)                       |
//! | all else                                  | nothing                                       |
//!
//! Invariant: what is answered without a connection costs two AEADs or one hash at the most, and is
//! shorter than what it answers.

use super::{Endpoint, ID_LENGTH, Received};
use crate::{
    acks::Ecn,
    connection::{Accepted, Connection, FourTuple, IdSource as _},
    connection_id::ConnectionId,
    error::{Error, TransportError},
    frame::{Close, Frame},
    packet::{
        Builder, Head, LONG, MIN_DATAGRAM, Packet, PacketType, Unsupported, encode_retry,
        encode_stateless_reset, encode_version_negotiation,
    },
    protection,
    token::{Token, TokenKey},
    version::Version,
};
use std::time::{Duration, Instant};
use tls::{Moment, Role};
use wire::Reader;

/// So many in each second, whatever was left of the last.
#[derive(Debug, Default)]
pub(super) struct Budget {
    since: Option<Instant>,
    spent: u32,
}

impl Budget {
    fn take(&mut self, most: u32, now: Instant) -> bool {
        let fresh = self
            .since
            .is_none_or(|since| now.saturating_duration_since(since) >= Duration::from_secs(1));
        if fresh {
            (self.since, self.spent) = (Some(now), 0);
        }
        self.spent = self.spent.saturating_add(1);
        self.spent <= most
    }
}

impl Endpoint {
    /// A datagram that no connection knows.
    pub(super) fn meet(
        &mut self,
        path: FourTuple,
        ecn: Ecn,
        datagram: &mut [u8],
        now: Moment,
        answer: &mut Vec<u8>,
    ) -> Received {
        if datagram.first().is_some_and(|first| first & LONG == 0) {
            if let Some(handle) = self.slots.reset(path.remote, datagram) {
                return Received::Connection(handle);
            }
            return self.reset(datagram, now.instant, answer);
        }
        if self.server.is_none() || datagram.len() < MIN_DATAGRAM {
            return Received::Dropped;
        }
        match Packet::read(&mut Reader::new(datagram), ID_LENGTH) {
            Ok(Packet::Protected(head)) if head.kind == PacketType::Initial => {
                self.greet(path, ecn, datagram, &head, now, answer)
            }
            Ok(Packet::Unsupported(packet)) => self.negotiate(datagram, &packet, now, answer),
            _ => Received::Dropped,
        }
    }

    /// §10.3: whoever knows the token at the end of it learns that we have forgotten.
    fn reset(&mut self, datagram: &[u8], now: Instant, answer: &mut Vec<u8>) -> Received {
        let Some(id) = datagram.get(1..=ID_LENGTH).and_then(ConnectionId::new) else {
            return Received::Dropped;
        };
        if !self.courtesies.take(self.limits.courtesies, now) {
            return Received::Dropped;
        }
        let token = self.key.stateless_reset(&id);
        match encode_stateless_reset(answer, datagram.len(), &token, &mut *self.random) {
            true => Received::Answered,
            false => Received::Dropped,
        }
    }

    /// §6.1
    fn negotiate(
        &mut self,
        datagram: &[u8],
        packet: &Unsupported,
        now: Moment,
        answer: &mut Vec<u8>,
    ) -> Received {
        let versions = self.server.as_ref().map(|server| server.transport.versions.clone());
        if !self.courtesies.take(self.limits.courtesies, now.instant) {
            return Received::Dropped;
        }
        let ids = [&packet.destination, &packet.source]
            .map(|place| datagram.get(place.clone()).unwrap_or_default());
        let versions = versions.unwrap_or_default();
        encode_version_negotiation(answer, ids, &versions, &mut *self.random);
        Received::Answered
    }

    // ANCHOR: greet
    /// A client's first packet.
    fn greet(
        &mut self,
        path: FourTuple,
        ecn: Ecn,
        datagram: &mut [u8],
        head: &Head,
        now: Moment,
        answer: &mut Vec<u8>,
    ) -> Received {
        let Some(version) = head.version else { return Received::Dropped };
        if head.destination.len() < ConnectionId::SHORTEST_FIRST {
            return Received::Dropped;
        }
        if self.slots.len() >= self.limits.connections {
            return self.refuse(head, TransportError::CONNECTION_REFUSED, now.instant, answer);
        }
        let octets = datagram.get(head.token.clone()).unwrap_or_default();
        let token = self.key.open(octets, path.remote, version, now.time);
        // A token is good for the connection ID that came with it (§8.1.2).
        let fits = |token: &Token| match token {
            Token::Retry { retry_source, .. } => *retry_source == head.destination,
            Token::Before => true,
        };
        if TokenKey::is_from_retry(octets) && !token.as_ref().is_some_and(fits) {
            // Another Retry it would not follow: it must not wait for nothing.
            return self.refuse(head, Error::TokenInvalid.code(), now.instant, answer);
        }
        let mut accepted = Accepted {
            version,
            destination: head.destination,
            source: head.source,
            original_destination: head.destination,
            retry_source: None,
            validated: token.is_some(),
            path,
        };
        match token {
            Some(Token::Retry { original_destination, retry_source }) => {
                accepted.original_destination = original_destination;
                accepted.retry_source = Some(retry_source);
            }
            Some(Token::Before) => {}
            None if self.always_retry || self.slots.half_open() >= self.limits.half_open => {
                return self.retry(&accepted, now, answer);
            }
            None => {}
        }
        self.accept(&accepted, ecn, datagram, now)
    }
    // ANCHOR_END: greet

    /// §8.1.3, §20.1: an end without a beginning. There is no closing period, for nothing is kept.
    fn refuse(
        &mut self,
        head: &Head,
        code: TransportError,
        now: Instant,
        answer: &mut Vec<u8>,
    ) -> Received {
        let Some(constants) = head.version.and_then(Version::constants) else {
            return Received::Dropped;
        };
        let Ok(keys) = protection::initial(constants, &head.destination, Role::Server) else {
            return Received::Dropped;
        };
        if !self.courtesies.take(self.limits.courtesies, now) {
            return Received::Dropped;
        }
        let (source, _) = self.identifiers().issue();
        let (kind, ids) = (PacketType::Initial, [&head.source, &source]);
        let builder = Builder::long(answer, kind, constants.version, ids, &[], 0, None);
        let close = Close { code: code.0, frame: Some(0), reason: &[] };
        Frame::Close(close).encode(answer);
        builder.finish(answer, 0, &keys.local);
        Received::Answered
    }

    /// §8.1.2: "come again with this". All that we have to know is in the token.
    fn retry(&mut self, accepted: &Accepted, now: Moment, answer: &mut Vec<u8>) -> Received {
        let (source, _) = self.identifiers().issue();
        let original = accepted.destination;
        let token = Token::Retry { original_destination: original, retry_source: source };
        let (address, version) = (accepted.path.remote, accepted.version);
        let token = self.key.seal(&token, address, version, now.time, &mut *self.random);
        encode_retry(answer, version, [&accepted.source, &source], &original, &token);
        Received::Answered
    }

    fn accept(
        &mut self,
        accepted: &Accepted,
        ecn: Ecn,
        datagram: &mut [u8],
        now: Moment,
    ) -> Received {
        let (ids, random) = (self.identifiers(), (self.entropy)());
        let Some(server) = &self.server else { return Received::Dropped };
        let Ok(mut connection) = Connection::new_server(server, accepted, ids, random, now) else {
            return Received::Dropped;
        };
        connection.receive_datagram(accepted.path, ecn, datagram, now.instant);
        // It did not open: it was damaged, or never was a client's.
        if connection.stats().packets_received == 0 {
            return Received::Dropped;
        }
        let first = Some(accepted.destination);
        Received::Accepted(self.slots.insert(connection, first, !accepted.validated))
    }
}
