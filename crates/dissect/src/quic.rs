//! A datagram of QUIC: packets behind each other, opened where there are keys, with their frames.
//!
//! RFC 9000 §12.2, §17, §19; RFC 9001 §5
//!
//! ```text
//!   datagram ──► heads, and a try with each key ──► opened in place ──► read by the same parsers
//!                                                                       that a connection has
//! ```
//!
//! The keys of Initial packets are made of the client's first Destination Connection ID, which
//! everybody sees; all others are in a [`KeyLog`](crate::KeyLog). Of a packet that is opened, the
//! first octet and the packet number are shown as they were before they were masked, and CRYPTO
//! frames that begin a level's octets are shown as the messages of TLS that they hold.
//!
//! Invariant: every octet that is read stands in one field.
//!
//! Used by: [`dissect`](crate::dissect).

mod handshake;
mod keys;

use crate::{Dissection, Hints};
use ::quic::{
    connection_id::ConnectionId,
    frame::Frames,
    packet::{FIXED, Head, KEY_PHASE, Packet, PacketType, Retry, SPIN, TAG},
    protection::verify_retry,
};
use keys::{Inside, Ring};
use std::collections::BTreeMap;
use wire::{Note, Notes, Reader};

/// Octets of the longest datagram that UDP carries, as a transport parameter has it (RFC 9000
/// §18.2).
const LONGEST: usize = 65_527;

/// Octets of a connection ID in a short head, where nobody says so: those that this project's
/// endpoints issue.
const ID_LENGTH: usize = 8;

/// What a datagram says.
pub(crate) fn datagram(octets: &[u8], hints: &Hints) -> Dissection {
    if octets.len() > LONGEST {
        let error = format!("{} octets are more than a datagram of UDP holds", octets.len());
        return Dissection { notes: Vec::new(), read: 0, error: Some(error) };
    }
    let mut datagram = octets.to_vec();
    let (id_length, opened) = open(&mut datagram, hints);
    let listener = Notes::default();
    let mut walk = Walk { datagram: &datagram, listener: &listener, hints, notes: Vec::new() };
    let mut reader = Reader::observed(&datagram, &listener);
    let mut error = None;
    while !reader.is_empty() && error.is_none() {
        error = walk.packet(&mut reader, id_length, &opened).err();
    }
    let end = walk.notes.iter().rev().find_map(|note| match note {
        Note::Field { offset, octets, .. } => Some(offset + octets.len()),
        Note::Section { .. } => None,
    });
    let read = end.unwrap_or_default();
    Dissection { notes: walk.notes, read, error }
}

/// Opens, in place, what there are keys for; answers how long connection IDs in short heads are,
/// and what was found by where the packets begin.
fn open(datagram: &mut [u8], hints: &Hints) -> (usize, BTreeMap<usize, Inside>) {
    let mut ring = Ring::new(hints);
    let mut id_length = hints.id_length.unwrap_or(ID_LENGTH).min(ConnectionId::LONGEST);
    let (mut opened, mut at) = (BTreeMap::new(), 0);
    while let Ok(Packet::Protected(head)) = Packet::read_at(datagram, at, id_length) {
        if head.kind != PacketType::OneRtt && hints.id_length.is_none() {
            // Packets of one datagram have one destination (RFC 9000 §12.2).
            id_length = head.destination.len();
        }
        if let Some(packet) = datagram.get_mut(head.start..head.end)
            && let Some(inside) = ring.open(packet, &head, id_length)
        {
            opened.insert(at, inside);
        }
        at = head.end;
        if at >= datagram.len() {
            break;
        }
    }
    (id_length, opened)
}

/// The second time through the datagram, now for the notes.
struct Walk<'a> {
    datagram: &'a [u8],
    listener: &'a Notes,
    hints: &'a Hints,
    notes: Vec<Note>,
}

impl<'a> Walk<'a> {
    /// One packet.
    ///
    /// # Errors
    /// Why it cannot be read further, in words.
    fn packet(
        &mut self,
        reader: &mut Reader<'a>,
        id_length: usize,
        opened: &BTreeMap<usize, Inside>,
    ) -> Result<(), String> {
        let at = reader.offset();
        let read = Packet::read(reader, id_length);
        let from = self.notes.len();
        self.notes.extend(self.listener.take());
        let behind = if at == 0 { String::new() } else { format!(", in the packet at octet {at}") };
        let packet = read.map_err(|discard| format!("{discard}{behind}"))?;
        self.name(from, &packet, opened.get(&at));
        match packet {
            Packet::Protected(head) => match opened.get(&at) {
                Some(inside) => self.inside(&head, inside).map_err(|error| error + &behind),
                None => {
                    self.say_last(sealed(&head));
                    Ok(())
                }
            },
            Packet::Retry(retry) => {
                self.tag(&retry);
                Ok(())
            }
            Packet::VersionNegotiation(_) | Packet::Unsupported(_) => Ok(()),
        }
    }

    /// Says which packet it is, and what its first octet means.
    fn name(&mut self, from: usize, packet: &Packet, inside: Option<&Inside>) {
        let title = title(packet);
        let first = inside.map(|inside| inside.first);
        for note in self.notes.iter_mut().skip(from) {
            match note {
                Note::Section { name, rfc, .. } => (*name, *rfc) = title,
                Note::Field { name: "First octet", value, octets, .. } => {
                    let octet = octets.first().copied().unwrap_or_default();
                    *value = Some(first_octet(packet, octet, first.is_some()));
                }
                Note::Field { .. } => {}
            }
        }
    }

    fn say_last(&mut self, words: String) {
        if let Some(Note::Field { value, .. }) = self.notes.last_mut() {
            *value = Some(words);
        }
    }

    // ANCHOR: inside
    /// What stood under the protection: the number, the frames, and the tag behind them.
    fn inside(&mut self, head: &Head, inside: &Inside) -> Result<(), String> {
        // What was one field while it was sealed.
        self.notes.pop();
        let mut reader = Reader::observed(self.datagram, self.listener);
        reader.skip(head.number);
        let cut = |error: wire::Truncated| error.to_string();
        reader.take("Packet Number", inside.number_length).map_err(cut)?;
        reader.explain(|| format!("{}, opened by {}", inside.number, inside.secret));
        let length = (head.end - reader.offset()).saturating_sub(TAG);
        let payload = reader.within("Packet Payload", length).map_err(cut)?;
        payload.enter();
        let wrong = Frames::read(payload, head.kind, inside.sender).find_map(Result::err);
        payload.leave();
        if wrong.is_none() {
            reader.section("Authentication tag", "RFC 9001 §5.3");
            reader.take("Tag", TAG).map_err(cut)?;
        }
        let frames = self.listener.take();
        handshake::retell(self.datagram, self.listener, frames, inside.sender, &mut self.notes);
        wrong.map_or(Ok(()), |error| Err(error.to_string()))
    }
    // ANCHOR_END: inside

    /// Whether a Retry's tag is right can be said where the packet that it answers is known.
    fn tag(&mut self, retry: &Retry) {
        let original = self.hints.destination.as_deref().and_then(ConnectionId::new);
        let Some(original) = original else { return };
        let right = verify_retry(self.datagram, retry, &original);
        let words = if right { "right" } else { "wrong" };
        self.say_last(format!("{words}, if {original} was the client's first destination"));
    }
}

/// Why a packet stays sealed.
fn sealed(head: &Head) -> String {
    let keys = match head.kind {
        PacketType::Initial => "sealed; the client's first destination would open it",
        _ => "sealed; a key log would open it",
    };
    keys.into()
}

/// The RFC's name of a packet, and where it stands.
const fn title(packet: &Packet) -> (&'static str, &'static str) {
    match packet {
        Packet::Protected(head) => match head.kind {
            PacketType::Initial => ("Initial packet", "RFC 9000 §17.2.2"),
            PacketType::ZeroRtt => ("0-RTT packet", "RFC 9000 §17.2.3"),
            PacketType::Handshake => ("Handshake packet", "RFC 9000 §17.2.4"),
            _ => ("1-RTT packet", "RFC 9000 §17.3.1"),
        },
        Packet::Retry(_) => ("Retry packet", "RFC 9000 §17.2.5"),
        Packet::VersionNegotiation(_) => ("Version Negotiation packet", "RFC 8999 §6"),
        Packet::Unsupported(_) => ("packet of an unknown version", "RFC 8999 §5.1"),
    }
}

/// The bits of a first octet, as far as they can be read.
fn first_octet(packet: &Packet, octet: u8, unmasked: bool) -> String {
    let Some(kind) = packet.kind() else { return "long head".into() };
    if kind == PacketType::VersionNegotiation {
        return "long head; the other bits mean nothing".into();
    }
    let short = kind == PacketType::OneRtt;
    let mut words = String::from("short head");
    if !short {
        words = format!("long head, {}", kind.name());
    }
    if octet & FIXED == 0 {
        words += ", fixed bit 0";
    }
    if short && octet & SPIN != 0 {
        words += ", spin bit 1";
    }
    if kind.space().is_none() {
        return words;
    }
    if !unmasked {
        return words + &format!("; the last {} bits are masked", if short { 5 } else { 4 });
    }
    if short {
        words += &format!(", key phase {}", u8::from(octet & KEY_PHASE != 0));
    }
    let reserved = octet & if short { 0x18 } else { 0x0c };
    if reserved != 0 {
        words += ", reserved bits that are not 0";
    }
    let length = (octet & 3) + 1;
    let noun = if length == 1 { "octet" } else { "octets" };
    words + &format!(", {length} {noun} of packet number")
}
