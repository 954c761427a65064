//! What a connection tells whoever listens: packets, frames, figures, decisions.
//!
//! | event             | way            | fields                                                  |
//! |-------------------|----------------|---------------------------------------------------------|
//! | `started`         | local          | role, version, addresses, source, destination, original |
//! | `version`         | local          | chosen                                                  |
//! | `parameters`      | sent, received | each transport parameter under the RFC's name           |
//! | `packet`          | sent, received | type, number, length, key_phase, spin, version, IDs     |
//! | `frame`           | sent, received | type, and the RFC's; the stream is the event's          |
//! | `datagram`        | sent, received | length, ecn, kept                                       |
//! | `packet_dropped`  | received       | trigger, reason                                         |
//! | `packet_buffered` | received       | type, length                                            |
//! | `packet_lost`     | local          | space, number                                           |
//! | `probe_timeout`   | local          | space, count                                            |
//! | `metrics`         | local          | window, flight, round trips, phase, mtu                 |
//! | `key_updated`     | local          | level, sender or generation, trigger                    |
//! | `key_discarded`   | local          | level                                                   |
//! | `state`           | local          | new: `handshake_complete`, `handshake_confirmed`        |
//! | `path`            | local          | new: `validated`, `failed`, `migrated`; local, remote   |
//! | `early_data`      | local          | outcome                                                 |
//! | `closed`          | local          | initiator, trigger, space, code, frame, reason          |
//!
//! A packet's frames come right behind it. A datagram comes behind its packets: those of its way
//! since the datagram before are what it carried. A `kept` one is a packet that had waited for its
//! keys. `path`, `state` and `early_data` are told as the application takes the events.
//!
//! Invariant: with no listener, a packet costs one branch, and nothing is made or formatted.
//!
//! Used by: `view`'s ladder and qlog, by way of [`wire::trace`].

mod frame;
mod news;

use super::Connection;
use crate::{
    acks::Ecn,
    connection_id::ConnectionId,
    packet::{Builder, Discard, Head, KEY_PHASE, LONG, PacketType, SPIN},
    protection::Opened,
    recovery::Space,
    version::Version,
};
use std::{fmt, sync::Arc};
use wire::{
    Reader,
    trace::{Direction, Field, Layer, Trace, Value},
};

type Listen = dyn Fn(&ConnectionId) -> Trace + Send + Sync;

/// Who listens to connections that begin under a configuration: asked once for each, with the
/// destination of the client's first packet, after which qlog's files are named.
#[derive(Clone, Default)]
pub struct Listeners(Option<Arc<Listen>>);

impl Listeners {
    /// `listen` finds the listener of a new connection.
    pub fn new(listen: impl Fn(&ConnectionId) -> Trace + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listen)))
    }

    /// The listener of a connection that begins; mostly nobody.
    pub(super) fn of(&self, original: &ConnectionId) -> Trace {
        self.0.as_ref().map_or_else(Trace::default, |listen| listen(original))
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listeners({})", if self.0.is_some() { "some" } else { "none" })
    }
}

const fn number(name: &str, value: u64) -> Field<'_> {
    Field { name, value: Value::Number(value) }
}

const fn text<'a>(name: &'a str, value: &'a str) -> Field<'a> {
    Field { name, value: Value::Text(value) }
}

const fn octets<'a>(name: &'a str, value: &'a [u8]) -> Field<'a> {
    Field { name, value: Value::Octets(value) }
}

/// What is told of a packet beside its frames.
#[derive(Debug, Clone, Copy)]
struct Told<'a> {
    way: Direction,
    kind: PacketType,
    number: Option<u64>,
    length: usize,
    /// The first octet, not masked.
    first: u8,
    version: Option<Version>,
    /// Destination and source.
    ids: Option<(&'a [u8], &'a [u8])>,
    /// Octets of the token.
    token: usize,
}

impl Connection {
    pub(super) fn tell(&self, way: Direction, name: &'static str, fields: &[Field<'_>]) {
        self.trace.emit_slice(self.now, Layer::Quic, way, name, None, fields);
    }

    fn trace_packet(&self, told: &Told<'_>) {
        let version = told.version.map(|version| version.0.to_be_bytes());
        let mut fields = vec![text("type", told.kind.name())];
        fields.extend(told.number.map(|value| number("number", value)));
        fields.push(number("length", told.length as u64));
        if told.kind == PacketType::OneRtt {
            let flag = |name, bit| Field { name, value: Value::Flag(told.first & bit != 0) };
            fields.extend([flag("key_phase", KEY_PHASE), flag("spin", SPIN)]);
        }
        fields.extend(version.iter().map(|version| octets("version", version)));
        if let Some((destination, source)) = told.ids {
            fields.extend([octets("destination", destination), octets("source", source)]);
        }
        if told.token > 0 {
            fields.push(number("token", told.token as u64));
        }
        self.tell(told.way, "packet", &fields);
    }

    // ANCHOR: sent
    /// A packet is about to be sealed: its frames can still be read. `length` is what it is padded
    /// to.
    pub(super) fn trace_sent(&self, builder: &Builder, out: &[u8], length: usize) {
        if !self.trace.is_on() {
            return;
        }
        let packet = out.get(builder.start()..).unwrap_or_default();
        let first = packet.first().copied().unwrap_or_default();
        let mut reader = Reader::new(packet);
        let long = if first & LONG == 0 { None } else { long_head(&mut reader) };
        let version = long.map(|(version, ..)| version);
        let kind = version.and_then(Version::constants).map(|known| known.packet_type(first));
        let kind = kind.unwrap_or(PacketType::OneRtt);
        let end = builder.sealed_end(out, length);
        let told = Told {
            way: Direction::Sent,
            kind,
            number: Some(builder.number()),
            length: end - builder.start() + crate::packet::TAG,
            first,
            version,
            ids: long.map(|(_, destination, source)| (destination, source)),
            token: if kind == PacketType::Initial && self.is_client() {
                self.token.len()
            } else {
                0
            },
        };
        self.trace_packet(&told);
        let payload = out.get(builder.payload_at()..).unwrap_or_default();
        // Ours is the default (RFC 9000 §18.2).
        frame::tell_all(self, Direction::Sent, payload, 3);
        if let Some(count) = end.checked_sub(out.len()).filter(|count| *count > 0) {
            let padding = [text("type", "PADDING"), number("length", count as u64)];
            self.tell(Direction::Sent, "frame", &padding);
        }
    }
    // ANCHOR_END: sent

    /// A packet was opened.
    pub(super) fn trace_received(&self, head: &Head, opened: &Opened, payload: &[u8]) {
        if !self.trace.is_on() {
            return;
        }
        let long = head.version.is_some();
        self.trace_packet(&Told {
            way: Direction::Received,
            kind: head.kind,
            number: Some(opened.number),
            length: head.end - head.start,
            first: opened.first,
            version: head.version,
            ids: long.then(|| (head.destination.octets(), head.source.octets())),
            token: head.token.len(),
        });
        frame::tell_all(self, Direction::Received, payload, self.peer.ack_delay_exponent);
    }

    /// A Retry or a Version Negotiation packet came, and counts.
    pub(super) fn trace_unprotected(&self, kind: PacketType, length: usize, first: u8) {
        if self.trace.is_on() {
            let way = Direction::Received;
            let (number, version, ids, token) = (None, None, None, 0);
            self.trace_packet(&Told { way, kind, number, length, first, version, ids, token });
        }
    }

    /// All packets of a datagram have been told.
    pub(super) fn trace_datagram(&self, way: Direction, length: usize, ecn: Ecn, kept: bool) {
        if self.trace.is_on() && length > 0 {
            let ecn = match ecn {
                Ecn::NotEct => "Not-ECT",
                Ecn::Ect0 => "ECT(0)",
                Ecn::Ect1 => "ECT(1)",
                Ecn::Ce => "CE",
            };
            let kept = Field { name: "kept", value: Value::Flag(kept) };
            self.tell(way, "datagram", &[number("length", length as u64), text("ecn", ecn), kept]);
        }
    }

    /// A packet is thrown away.
    pub(super) fn trace_dropped(&self, discard: &Discard) {
        if !self.trace.is_on() {
            return;
        }
        let trigger = match discard {
            Discard::NotAuthentic => "decryption_failure",
            Discard::KeysGone => "key_unavailable",
            Discard::Unexpected | Discard::Retry => "unexpected_packet",
            _ => "invalid",
        };
        let reason = discard.to_string();
        let fields = [text("trigger", trigger), text("reason", &reason)];
        self.tell(Direction::Received, "packet_dropped", &fields);
    }

    /// A packet came for the second time.
    pub(super) fn trace_duplicate(&self, head: &Head, opened: &Opened) {
        if self.trace.is_on() {
            let fields = [
                text("trigger", "duplicate"),
                text("type", head.kind.name()),
                number("number", opened.number),
            ];
            self.tell(Direction::Received, "packet_dropped", &fields);
        }
    }

    /// A packet waits for its keys.
    pub(super) fn trace_buffered(&self, head: &Head) {
        if self.trace.is_on() {
            let length = (head.end - head.start) as u64;
            let fields = [text("type", head.kind.name()), number("length", length)];
            self.tell(Direction::Received, "packet_buffered", &fields);
        }
    }

    pub(super) fn trace_lost(&self, space: Space, lost: u64) {
        if self.trace.is_on() {
            let fields = [text("space", space.name()), number("number", lost)];
            self.tell(Direction::Local, "packet_lost", &fields);
        }
    }

    pub(super) fn trace_probe_timeout(&self, space: Space) {
        if self.trace.is_on() {
            let count = number("count", self.recovery.pto_count().into());
            self.tell(Direction::Local, "probe_timeout", &[text("space", space.name()), count]);
        }
    }
}

/// Version, destination and source of a long head.
fn long_head<'a>(reader: &mut Reader<'a>) -> Option<(Version, &'a [u8], &'a [u8])> {
    reader.skip(1);
    let version = Version(reader.u32("Version").ok()?);
    let mut id = || {
        let length = reader.u8("Connection ID Length").ok()?;
        reader.take("Connection ID", length.into()).ok()
    };
    Some((version, id()?, id()?))
}
