//! What fuzz targets hold a dissector to.

use crate::{Dissection, Hints, KeyLog, Kind, dissect_hinted, json, text};
use ::quic::{
    connection_id::ConnectionId,
    packet::{Builder, PacketType},
    protection::{Keys, initial},
    version::Version,
};
use tls::{
    Role, Suite,
    schedule::{Hash, Secret},
};
use wire::{Note, hex};

/// The one destination, and the one secret.
const DESTINATION: [u8; 8] = *b"wirebook";
const SECRET: [u8; 32] = [0x5e; 32];

/// A datagram as it lies (the first octet is even), or as the frames of an Initial, a Handshake and
/// a 1-RTT packet, which open: then every octet stands in one field, up to the error, if there is
/// one. A clean dissection has read all of it.
pub fn check_quic(octets: &[u8]) {
    let (mode, octets) = octets.split_first().unwrap_or((&0, &[]));
    let secret = hex::encode(&SECRET);
    let lines = ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0"];
    let lines = lines.map(|label| format!("{label} {} {secret}\n", "00".repeat(32)));
    let hints = Hints {
        keys: KeyLog::read(&lines.concat()).unwrap_or_default(),
        destination: (mode & 2 != 0).then(|| DESTINATION.to_vec()),
        id_length: (mode & 4 != 0).then_some(usize::from(mode >> 3)),
        number: (mode & 8 != 0).then_some(u64::MAX >> mode.min(&60)),
        ..Hints::default()
    };
    if mode & 1 == 0 {
        return check(octets, &dissect_hinted(Kind::QuicPacket, octets, &hints));
    }
    let hints = Hints { destination: Some(DESTINATION.to_vec()), id_length: None, ..hints };
    for kind in [PacketType::Initial, PacketType::Handshake, PacketType::OneRtt] {
        let packet = seal(kind, octets.get(..octets.len().min(16_000)).unwrap_or_default());
        let found = dissect_hinted(Kind::QuicPacket, &packet, &hints);
        check(&packet, &found);
        let number = found.notes.iter().any(|note| match note {
            Note::Field { name, .. } => *name == "Packet Number",
            Note::Section { .. } => false,
        });
        assert!(number, "{kind} did not open: {}", text(&found));
    }
}

fn check(octets: &[u8], found: &Dissection) {
    assert!(!text(found).is_empty() && json(found).starts_with('{'));
    let mut at = 0;
    for note in &found.notes {
        if let Note::Field { offset, octets, name, .. } = note {
            assert_eq!(*offset, at, "{name}");
            at += octets.len();
        }
    }
    assert_eq!(at, found.read);
    assert!(at <= octets.len() && (found.error.is_some() || at == octets.len()));
}

/// A packet of these frames; `octets` are at most 16,000.
fn seal(kind: PacketType, octets: &[u8]) -> Vec<u8> {
    let (mut out, id) = (Vec::new(), ConnectionId::new(&DESTINATION).unwrap_or_default());
    let Some(constants) = Version::V1.constants() else { return out };
    let keys = match kind {
        PacketType::Initial => initial(constants, &id, Role::Client).map(|pair| pair.local).ok(),
        _ => Secret::new(Hash::Sha256, &SECRET)
            .and_then(|secret| Keys::new(constants, Suite::Aes128GcmSha256, &secret).ok()),
    };
    let Some(keys) = keys else { return out };
    let builder = match kind {
        PacketType::OneRtt => Builder::short(&mut out, &id, 0, None, false, false),
        kind => Builder::long(&mut out, kind, Version::V1, [&id, &id], &[], 0, None),
    };
    out.extend_from_slice(octets);
    builder.finish(&mut out, 0, &keys);
    out
}
