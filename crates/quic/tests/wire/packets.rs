//! Heads: what is dropped, what is coalesced, and the numbers of packets.

use super::hex;
use quic::{
    connection_id::ConnectionId,
    error::TransportError,
    frame::Frame,
    packet::{
        Builder, Discard, Packet, PacketType, RESET_SHORTEST, encode_stateless_reset,
        encode_version_negotiation, number,
    },
    protection::{Keys, initial},
    version::Version,
};
use tls::{
    Role, Suite,
    schedule::{Hash, Secret},
};
use wire::Scripted;

fn id(octets: &[u8]) -> ConnectionId {
    ConnectionId::new(octets).unwrap()
}

fn keys() -> Keys {
    let secret = Secret::new(Hash::Sha256, &[5; 32]).unwrap();
    Keys::new(Version::V1.constants().unwrap(), Suite::Aes128GcmSha256, &secret).unwrap()
}

/// RFC 9000 appendix A.2, A.3
#[test]
fn packet_numbers_are_those_of_the_rfc() {
    assert_eq!(number::length(0xac5c02, Some(0xabe8b3)), 2);
    assert_eq!(number::length(0xace8fe, Some(0xabe8b3)), 3);
    assert_eq!(number::decode(0x9b32, 2, 0xa82f_30eb), 0xa82f_9b32);
}

#[test]
fn a_packet_number_is_found_again_wherever_it_is_in_flight() {
    for largest in [None, Some(0), Some(1), Some(126), Some(127), Some(70_000), Some(1 << 40)] {
        let next = largest.map_or(0, |largest| largest + 1);
        for ahead in [0, 1, 2, 63, 64, 126, 127, 128, 32_000, 33_000, 8_000_000, 9_000_000] {
            let sent = next + ahead;
            let length = number::length(sent, largest);
            let truncated = number::truncate(sent, length);
            for received in [next, next + ahead / 2, sent] {
                assert_eq!(number::decode(truncated, length, received), sent);
            }
        }
    }
}

/// RFC 9000 §12.2: as many packets in one datagram as fit; a short head is the last.
#[test]
fn packets_are_coalesced() {
    let (keys, ids) = (keys(), [&id(&[1; 8]), &id(&[2; 4])]);
    let mut out = Vec::new();
    for kind in [PacketType::Initial, PacketType::ZeroRtt, PacketType::Handshake] {
        let packet = Builder::long(&mut out, kind, Version::V1, ids, b"token", 7, None);
        assert!(packet.is_empty(&out));
        Frame::Ping.encode(&mut out);
        let length = packet.length(&out).max(45);
        packet.finish(&mut out, length, &keys);
    }
    let packet = Builder::short(&mut out, ids[0], 7, None, true, true);
    Frame::Ping.encode(&mut out);
    packet.finish(&mut out, 0, &keys);

    let (mut at, mut found) = (0, Vec::new());
    while at < out.len() {
        let Packet::Protected(head) = Packet::read_at(&out, at, 8).unwrap() else { panic!() };
        at = head.end;
        assert_eq!(head.destination, *ids[0]);
        let token = if head.kind == PacketType::Initial { &b"token"[..] } else { &[] };
        assert_eq!(&out[head.token.clone()], token);
        let opened = keys.unprotect(&mut out, &head, 0).unwrap();
        assert_eq!((opened.number, out[opened.payload.start]), (7, 1));
        found.push(head.kind);
    }
    let kinds = [PacketType::Initial, PacketType::ZeroRtt, PacketType::Handshake];
    assert_eq!(found[..3], kinds);
    assert_eq!(found[3..], [PacketType::OneRtt]);
}

/// RFC 9001 §5.4.2: four octets from the packet number on, and then a sample.
#[test]
fn a_packet_is_padded_for_its_sample() {
    for number in [0, 1 << 8, 1 << 16, 1 << 24] {
        let mut out = Vec::new();
        let packet = Builder::short(&mut out, &ConnectionId::EMPTY, number, Some(0), false, false);
        Frame::Ping.encode(&mut out);
        assert!(packet.finish(&mut out, 0, &keys()) >= 21);
        assert!(Packet::read_at(&out, 0, 0).is_ok());
    }
}

/// RFC 9001 §5.3
#[test]
fn a_changed_octet_is_not_authentic() {
    let mut out = Vec::new();
    let packet = Builder::short(&mut out, &id(&[3; 4]), 9, None, false, false);
    Frame::MaxData(77).encode(&mut out);
    packet.finish(&mut out, 0, &keys());
    for bit in 0..out.len() * 8 {
        let mut bad = out.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let Ok(Packet::Protected(head)) = Packet::read_at(&bad, 0, 4) else { continue };
        let opened = keys().unprotect(&mut bad, &head, 0);
        assert_eq!(opened, Err(Discard::NotAuthentic), "bit {bit}");
    }
}

#[test]
fn a_mask_is_put_back() {
    let mut out = Vec::new();
    let packet = Builder::short(&mut out, &id(&[3; 4]), 9, None, false, false);
    Frame::MaxData(77).encode(&mut out);
    packet.finish(&mut out, 0, &keys());
    let Ok(Packet::Protected(head)) = Packet::read_at(&out, 0, 4) else { panic!() };
    let before = out.clone();
    let unmasked = keys().unmask(&mut out, &head).unwrap();
    assert_ne!(out, before);
    keys().mask_again(&mut out, &head, &unmasked);
    assert_eq!(out, before);
}

/// RFC 9000 §17.2, §17.3.1
#[test]
fn reserved_bits_are_a_protocol_violation() {
    for (long, bits) in [(true, 0x04), (true, 0x08), (false, 0x08), (false, 0x10)] {
        let mut out = Vec::new();
        let ids = [&id(&[1; 8]), &id(&[2; 4])];
        let packet = if long {
            Builder::long(&mut out, PacketType::Handshake, Version::V1, ids, &[], 1, None)
        } else {
            Builder::short(&mut out, ids[0], 1, None, false, false)
        };
        out[0] |= bits;
        Frame::Padding(20).encode(&mut out);
        packet.finish(&mut out, 0, &keys());
        let Ok(Packet::Protected(head)) = Packet::read_at(&out, 0, 8) else { panic!() };
        let opened = keys().unprotect(&mut out, &head, 0).unwrap();
        let error = opened.check_reserved(head.kind).unwrap_err();
        assert_eq!(error.code(), TransportError::PROTOCOL_VIOLATION);
    }
}

#[test]
fn each_prefix_of_a_head_is_dropped() {
    let packet = hex(include_str!("vectors/client_initial_v1.hex"));
    for length in 0..packet.len() {
        assert!(Packet::read_at(&packet[..length], 0, 0).is_err(), "{length}");
    }
}

/// RFC 9000 §17.2
#[test]
fn a_length_beyond_the_datagram_is_dropped() {
    let head = hex("c000000001 00 00 00 4100 00000000");
    assert_eq!(Packet::read_at(&head, 0, 0), Err(Discard::Length { length: 256, rest: 4 }));
}

/// RFC 9001 §5.4.2
#[test]
fn too_short_for_a_sample_is_dropped() {
    for length in 0..25 {
        let result = Packet::read_at(&vec![0x40; 1 + 4 + length], 0, 4);
        assert_eq!(result.is_err(), length < 20);
        let mut long = hex("e000000001 00 00");
        long.push(u8::try_from(length).unwrap());
        long.resize(long.len() + length, 0);
        assert_eq!(Packet::read_at(&long, 0, 0).is_err(), length < 20);
    }
}

/// RFC 9000 §17.2: 20 octets at the most, in versions that we speak; RFC 8999 §5.1: 255 in others.
#[test]
fn a_long_connection_id_is_dropped_in_our_versions_and_named_in_others() {
    let packet = |version: &str| hex(&format!("c0{version} 15 {} 01 07", "aa".repeat(21)));
    for ours in ["00000001", "6b3343cf"] {
        let result = Packet::read_at(&packet(ours), 0, 0);
        assert!(matches!(result, Err(Discard::ConnectionIdTooLong { length: 21, .. })));
    }
    let other = packet("0a0a0a0a");
    let read = Packet::read_at(&other, 0, 0).unwrap();
    assert_eq!(read.destination(&other), [0xaa; 21]);
    assert_eq!((read.kind(), read.next()), (None, None));
    let Packet::Unsupported(unsupported) = read else { panic!() };
    assert_eq!(&other[unsupported.source], [7]);
}

/// RFC 9000 §17.2.1
#[test]
fn version_negotiation_turns_the_connection_ids_round() {
    let mut out = Vec::new();
    let ids = [&[1; 30][..], &[2; 3]];
    encode_version_negotiation(&mut out, ids, &Version::ALL, &mut Scripted(1));
    let Packet::VersionNegotiation(packet) = Packet::read_at(&out, 0, 0).unwrap() else { panic!() };
    assert_eq!((&out[packet.destination.clone()], &out[packet.source.clone()]), (ids[1], ids[0]));
    let versions: Vec<Version> = packet.versions(&out).collect();
    assert_eq!(versions[..2], Version::ALL);
    assert!(versions[2].is_reserved() && !versions[2].is_supported());
    for length in 0..out.len() {
        let whole = packet.versions.contains(&(length - length.min(1)))
            && (length - packet.versions.start).is_multiple_of(4);
        assert_eq!(Packet::read_at(&out[..length], 0, 0).is_ok(), whole, "{length}");
    }
}

/// RFC 9000 §10.3.3
#[test]
fn a_stateless_reset_is_shorter_than_what_it_answers() {
    for received in 0..1500 {
        let mut out = Vec::new();
        let sent = encode_stateless_reset(&mut out, received, &[9; 16], &mut Scripted(3));
        assert_eq!(sent, received > RESET_SHORTEST);
        if sent {
            assert!(out.len() < received && out.len() >= RESET_SHORTEST);
            assert!(out.ends_with(&[9; 16]));
            assert_eq!(out[0] & 0xc0, 0x40, "it looks like a short head");
        } else {
            assert_eq!(out, []);
        }
    }
}

/// RFC 9000 §17.2.5.2
#[test]
fn a_retry_without_a_token_is_dropped() {
    let retry = hex(&format!("f000000001 00 00 {}", "00".repeat(16)));
    assert_eq!(Packet::read_at(&retry, 0, 0), Err(Discard::Retry));
}

/// RFC 9369 §3.2
#[test]
fn the_types_of_version_2_are_turned() {
    let v2 = Version::V2.constants().unwrap();
    let kinds = [0x00, 0x10, 0x20, 0x30].map(|first| v2.packet_type(first));
    let expected =
        [PacketType::Retry, PacketType::Initial, PacketType::ZeroRtt, PacketType::Handshake];
    assert_eq!(kinds, expected);
    assert_eq!(expected.map(|kind| v2.type_bits(kind)), [0x00, 0x10, 0x20, 0x30]);
}

#[test]
fn initial_keys_of_two_versions_do_not_open_each_other() {
    let destination = id(&[1; 8]);
    let keys = Version::ALL
        .map(|version| initial(version.constants().unwrap(), &destination, Role::Client).unwrap());
    let mut out = Vec::new();
    let ids = [&destination, &destination];
    let kind = PacketType::Initial;
    let packet = Builder::long(&mut out, kind, Version::V1, ids, &[], 0, None);
    packet.finish(&mut out, 1200, &keys[0].local);
    let Ok(Packet::Protected(head)) = Packet::read_at(&out, 0, 8) else { panic!() };
    assert_eq!(keys[1].local.unprotect(&mut out, &head, 0), Err(Discard::NotAuthentic));
}
