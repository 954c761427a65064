//! The head of a packet, as far as anybody can read it.
//!
//! RFC 8999 §5, RFC 9000 §17.2, §17.3
//!
//! | packet              | behind the connection IDs                            | behind it  |
//! |---------------------|------------------------------------------------------|------------|
//! | Initial             | token length, token, length, packet number, payload  | a packet   |
//! | 0-RTT, Handshake    | length, packet number, payload                       | a packet   |
//! | Retry               | token, integrity tag                                 | nothing    |
//! | Version Negotiation | versions                                             | nothing    |
//! | 1-RTT               | packet number, payload                               | nothing    |
//!
//! What is found is places in the datagram, not slices of it: a packet is opened in place, and
//! nobody may borrow meanwhile.
//!
//! Invariant: all places lie in the datagram, `number < end`.
//!
//! Used by: the endpoint, which routes by it; the connection; `dissect`.

use super::{Discard, FIXED, LONG, PacketType};
use crate::{connection_id::ConnectionId, version::Version};
use std::ops::Range;
use wire::Reader;

/// A packet, its protection not yet removed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "the large one is nearly all of them")]
pub enum Packet {
    /// Initial, 0-RTT, Handshake, 1-RTT: there are keys for it.
    Protected(Head),
    /// To a client: come again with this token.
    Retry(Retry),
    /// To a client: the versions that the server speaks.
    VersionNegotiation(VersionNegotiation),
    /// A long head of a version that we do not speak.
    Unsupported(Unsupported),
}

/// The readable head of a packet that is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Initial, 0-RTT, Handshake or 1-RTT.
    pub kind: PacketType,
    /// The version; a short head does not say it.
    pub version: Option<Version>,
    /// To whom.
    pub destination: ConnectionId,
    /// From whom; empty in a short head, which does not say it.
    pub source: ConnectionId,
    /// Where an Initial packet's token is; empty elsewhere.
    pub token: Range<usize>,
    /// The packet's first octet in the datagram.
    pub start: usize,
    /// Where the packet number begins.
    pub number: usize,
    /// One past the packet's last octet.
    pub end: usize,
    /// Whether the fixed bit is one; else it is allowed only after `grease_quic_bit` (RFC 9287).
    pub fixed: bool,
}

/// A Retry packet (§17.2.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// The version.
    pub version: Version,
    /// The client's connection ID.
    pub destination: ConnectionId,
    /// What the client must use as destination from now on.
    pub source: ConnectionId,
    /// Where the packet is: the integrity tag covers all of it.
    pub place: Range<usize>,
    /// Where the token is.
    pub token: Range<usize>,
    /// The Retry integrity tag.
    pub tag: [u8; 16],
}

/// A Version Negotiation packet (§17.2.1). Its connection IDs may be longer than ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionNegotiation {
    /// Where the destination is.
    pub destination: Range<usize>,
    /// Where the source is.
    pub source: Range<usize>,
    /// Where the versions are: four octets each, one at least.
    pub versions: Range<usize>,
}

impl VersionNegotiation {
    /// The versions, from the datagram that the packet was read from.
    pub fn versions<'a>(&self, datagram: &'a [u8]) -> impl Iterator<Item = Version> + Clone + 'a {
        let octets = datagram.get(self.versions.clone()).unwrap_or_default();
        octets.as_chunks::<4>().0.iter().map(|version| Version(u32::from_be_bytes(*version)))
    }
}

/// A packet of a version that we do not speak; all that RFC 8999 promises about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// The version.
    pub version: Version,
    /// Where the destination is, up to 255 octets.
    pub destination: Range<usize>,
    /// Where the source is.
    pub source: Range<usize>,
}

impl Packet {
    // ANCHOR: read
    /// Reads the head of the packet at the reader, and passes over the whole packet: what follows
    /// is another one. A short head does not say how long its connection ID is: `id_length` does,
    /// the length of those that we issue. Places count from the outermost unit's start.
    ///
    /// # Errors
    /// [`Discard`]: the rest of the datagram is to be dropped.
    pub fn read(reader: &mut Reader<'_>, id_length: usize) -> Result<Self, Discard> {
        let start = reader.offset();
        match reader.rest().first() {
            Some(first) if first & LONG == 0 => short(reader, start, id_length),
            _ => long(reader, start),
        }
    }
    // ANCHOR_END: read

    /// As [`read`](Self::read), of the packet at octet `at` of a datagram.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_at(datagram: &[u8], at: usize, id_length: usize) -> Result<Self, Discard> {
        let mut reader = Reader::new(datagram);
        reader.skip(at);
        Self::read(&mut reader, id_length)
    }

    /// Where the next packet of the datagram begins, if there is one behind this.
    pub const fn next(&self) -> Option<usize> {
        match self {
            Self::Protected(head) => Some(head.end),
            _ => None,
        }
    }

    /// What it is for; `None` where the version does not tell us.
    pub const fn kind(&self) -> Option<PacketType> {
        match self {
            Self::Protected(head) => Some(head.kind),
            Self::Retry(_) => Some(PacketType::Retry),
            Self::VersionNegotiation(_) => Some(PacketType::VersionNegotiation),
            Self::Unsupported(_) => None,
        }
    }

    /// The destination's octets, from the datagram that the packet was read from.
    pub fn destination<'a>(&'a self, datagram: &'a [u8]) -> &'a [u8] {
        let place = match self {
            Self::Protected(head) => return head.destination.octets(),
            Self::Retry(retry) => return retry.destination.octets(),
            Self::VersionNegotiation(packet) => &packet.destination,
            Self::Unsupported(packet) => &packet.destination,
        };
        datagram.get(place.clone()).unwrap_or_default()
    }
}

fn short(reader: &mut Reader<'_>, start: usize, id_length: usize) -> Result<Packet, Discard> {
    reader.section("1-RTT packet", "RFC 9000 §17.3.1");
    let first = reader.u8("First octet")?;
    let destination = reader.take("Destination Connection ID", id_length)?;
    // Nobody issues longer ones than fit.
    let destination = ConnectionId::new(destination).unwrap_or_default();
    let number = reader.offset();
    let end = body(reader, number, reader.len())?;
    Ok(Packet::Protected(Head {
        kind: PacketType::OneRtt,
        version: None,
        destination,
        source: ConnectionId::EMPTY,
        token: number..number,
        start,
        number,
        end,
        fixed: first & FIXED != 0,
    }))
}

/// The protected part: it must be long enough for a sample (RFC 9001 §5.4.2).
fn body(reader: &mut Reader<'_>, number: usize, length: usize) -> Result<usize, Discard> {
    if length < 4 + 16 {
        return Err(Discard::TooShort { length });
    }
    reader.take("Protected payload", length)?;
    Ok(number + length)
}

fn long(reader: &mut Reader<'_>, start: usize) -> Result<Packet, Discard> {
    reader.section("long header packet", "RFC 8999 §5.1");
    let first = reader.u8("First octet")?;
    // What its bits mean, the version behind it says.
    reader.explain(|| named(first, reader));
    let version = Version(reader.u32("Version")?);
    reader.explain(|| version.to_string());
    let destination = id(reader, version, "Destination Connection ID")?;
    let source = id(reader, version, "Source Connection ID")?;
    let (to, from) = (place(&destination), place(&source));
    let Some(constants) = version.constants() else {
        if version != Version::NEGOTIATION {
            reader.take("Version-specific data", reader.len())?;
            return Ok(Packet::Unsupported(Unsupported { version, destination: to, source: from }));
        }
        return versions(reader, to, from);
    };
    let [destination, source] =
        [destination, source].map(|id| ConnectionId::new(id.rest()).unwrap_or_default());
    let kind = constants.packet_type(first);
    if kind == PacketType::Retry {
        return retry(reader, version, destination, source, start);
    }
    let mut token = reader.offset()..reader.offset();
    if kind == PacketType::Initial {
        let length = usize::try_from(reader.varint("Token Length")?).unwrap_or(usize::MAX);
        let from = reader.offset();
        reader.take("Token", length)?;
        token = from..reader.offset();
    }
    let length = reader.varint("Length")?;
    let number = reader.offset();
    let rest = reader.len();
    let inside = usize::try_from(length).ok().filter(|length| *length <= rest);
    let end = body(reader, number, inside.ok_or(Discard::Length { length, rest })?)?;
    let (version, fixed) = (Some(version), first & FIXED != 0);
    Ok(Packet::Protected(Head {
        kind,
        version,
        destination,
        source,
        token,
        start,
        number,
        end,
        fixed,
    }))
}

/// The type of a packet, for a listener.
fn named(first: u8, rest: &Reader<'_>) -> String {
    let version = Reader::new(rest.rest()).u32("Version").ok().map(Version);
    let constants = version.and_then(Version::constants);
    constants.map_or("long head", |known| known.packet_type(first).name()).into()
}

/// A connection ID behind its length. Versions that we do not speak may have up to 255 octets.
fn id<'a>(
    reader: &mut Reader<'a>,
    version: Version,
    field: &'static str,
) -> Result<Reader<'a>, Discard> {
    let length = reader.u8("Connection ID Length")?;
    if usize::from(length) > ConnectionId::LONGEST && version.is_supported() {
        return Err(Discard::ConnectionIdTooLong { length, version });
    }
    // Seen twice: by the listener, whole, and by us.
    let mut seen = *reader;
    reader.take(field, length.into())?;
    Ok(seen.within(field, length.into())?)
}

/// Where a part of the datagram is.
fn place(part: &Reader<'_>) -> Range<usize> {
    part.offset()..part.offset() + part.len()
}

fn versions(
    reader: &mut Reader<'_>,
    destination: Range<usize>,
    source: Range<usize>,
) -> Result<Packet, Discard> {
    let versions = place(reader);
    let length = reader.len();
    if length == 0 || !length.is_multiple_of(4) {
        return Err(Discard::Versions { length });
    }
    while !reader.is_empty() {
        let version = Version(reader.u32("Supported Version")?);
        reader.explain(|| version.to_string());
    }
    Ok(Packet::VersionNegotiation(VersionNegotiation { destination, source, versions }))
}

fn retry(
    reader: &mut Reader<'_>,
    version: Version,
    destination: ConnectionId,
    source: ConnectionId,
    start: usize,
) -> Result<Packet, Discard> {
    // A token of nothing is no token (§17.2.5.2).
    let length = reader.len().checked_sub(16).filter(|length| *length > 0);
    let from = reader.offset();
    reader.take("Retry Token", length.ok_or(Discard::Retry)?)?;
    let token = from..reader.offset();
    let tag = reader.octets("Retry Integrity Tag")?;
    let place = start..reader.offset();
    Ok(Packet::Retry(Retry { version, destination, source, place, token, tag }))
}
