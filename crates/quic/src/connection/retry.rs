//! What a client hears before there is a connection: come again with a token, or in another
//! version.
//!
//! RFC 9000 §6.2, §17.2.1, §17.2.5.2; RFC 9001 §5.8
//!
//! Invariant: at most one Retry is followed, and none once the server was heard.
//!
//! Invariant: a list of versions is believed only where it answers our first packet, and does not
//! have the version of it.
//!
//! Used by: `receive`.

use super::Connection;
use crate::{
    error::Error,
    event::Closed,
    packet::{Discard, PacketType, Retry, VersionNegotiation},
    protection::{self, verify_retry},
    recovery::Space,
};
use std::time::Instant;
use tls::Role;

impl Connection {
    /// Whether nothing of the server was heard.
    fn is_fresh_client(&self) -> bool {
        self.role == Role::Client
            && self.tls.peer_source.is_none()
            && self.tls.retry_source.is_none()
    }

    // ANCHOR: retry
    pub(super) fn on_retry(
        &mut self,
        datagram: &[u8],
        retry: &Retry,
        now: Instant,
    ) -> Result<(), Error> {
        let right = self.is_fresh_client()
            && retry.version == self.constants.version
            && verify_retry(datagram, retry, &self.tls.original);
        if !right {
            self.drop_packet(Discard::Retry);
            return Ok(());
        }
        self.trace_unprotected(PacketType::Retry, retry.place.len(), 0);
        self.token = datagram.get(retry.token.clone()).unwrap_or_default().to_vec();
        self.tls.retry_source = Some(retry.source);
        self.remote_ids.replace_first(retry.source);
        self.keys.initial = Some(protection::initial(self.constants, &retry.source, self.role)?);
        // All goes again, under new numbers (RFC 9002 §6.2.3).
        self.recovery.discard(Space::Initial, now);
        self.spaces.initial.crypto.restart();
        for packet in self.recovery.discard(Space::Data, now) {
            self.resend(packet.content, now);
        }
        Ok(())
    }
    // ANCHOR_END: retry

    pub(super) fn on_version_negotiation(
        &mut self,
        datagram: &[u8],
        negotiation: &VersionNegotiation,
    ) {
        let ours = self.local_ids.iter().next().map(|issued| issued.id).unwrap_or_default();
        let to = datagram.get(negotiation.destination.clone()).unwrap_or_default();
        let from = datagram.get(negotiation.source.clone()).unwrap_or_default();
        let versions: Vec<_> = negotiation.versions(datagram).take(32).collect();
        let right = self.is_fresh_client()
            && to == ours.octets()
            && from == self.tls.original.octets()
            && !versions.contains(&self.constants.version);
        if right {
            self.trace_unprotected(PacketType::VersionNegotiation, datagram.len(), 0);
            self.vanish(Closed::Versions(versions));
        } else {
            self.drop_packet(Discard::Unexpected);
        }
    }
}
