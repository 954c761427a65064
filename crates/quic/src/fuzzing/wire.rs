//! Octets of packets, frames, transport parameters and tokens.

use crate::{
    connection_id::ConnectionId,
    frame::{Frame, Frames},
    packet::{Builder, Packet, PacketType},
    parameters::TransportParameters,
    protection::{Keys, initial},
    token::TokenKey,
    version::Version,
};
use ::wire::{Notes, Reader, UnixTime};
use std::net::{Ipv4Addr, SocketAddr};
use tls::{Role, Suite, schedule::Secret};

/// The packets of a datagram: places lie inside of it, each packet is behind the one before, and a
/// listener changes nothing. Opening them does no harm.
pub fn check_packets(octets: &[u8]) {
    let (length, octets) = octets.split_first().unwrap_or((&0, &[]));
    let id_length = usize::from(length % 21);
    let mut datagram = octets.to_vec();
    let mut at = 0;
    while at < datagram.len() {
        let packet = Packet::read_at(&datagram, at, id_length);
        let notes = Notes::default();
        let mut observed = Reader::observed(&datagram, &notes);
        observed.skip(at);
        assert_eq!(Packet::read(&mut observed, id_length), packet);
        let Ok(packet) = packet else { return };
        assert!(packet.destination(&datagram).len() <= 255);
        let Packet::Protected(head) = packet else { return };
        assert!(head.start == at && head.number + 20 <= head.end && head.end <= datagram.len());
        assert!(head.start < head.token.end && head.token.end <= head.number);
        let version = head.version.unwrap_or(Version::V1);
        let keys = version.constants().map(|c| initial(c, &head.destination, Role::Server));
        if let Some(Ok(keys)) = keys {
            let opened = keys.remote.unprotect(&mut datagram, &head, 5);
            if let Ok(opened) = opened {
                let frames =
                    Frames::new(octets_of(&datagram, &opened.payload), head.kind, Role::Client);
                frames.for_each(drop);
            }
        }
        at = head.end;
    }
}

fn octets_of<'a>(datagram: &'a [u8], place: &std::ops::Range<usize>) -> &'a [u8] {
    datagram.get(place.clone()).unwrap_or_default()
}

/// Frames: what was read is written, and what is written is read again.
pub fn check_frames(octets: &[u8]) {
    let kinds =
        [PacketType::Initial, PacketType::Handshake, PacketType::ZeroRtt, PacketType::OneRtt];
    for kind in kinds {
        for sender in [Role::Client, Role::Server] {
            let mut frames = Frames::new(octets, kind, sender);
            let mut count = 0;
            for frame in &mut frames {
                count += 1;
                if let Ok(frame) = frame {
                    check_frame(&frame);
                }
            }
            assert!(count <= octets.len() + 1 && frames.next().is_none());
        }
    }
}

fn check_frame(frame: &Frame<'_>) {
    let mut out = Vec::new();
    frame.encode(&mut out);
    let mut reader = Reader::new(&out);
    assert_eq!(Frame::read(&mut reader).as_ref(), Ok(frame));
    assert!(reader.is_empty() && !out.is_empty());
    if let Frame::Ack { largest, ranges, .. } = frame {
        let mut above = largest.saturating_add(2);
        for range in ranges.clone() {
            assert!(range.start() <= range.end() && *range.end() < above.saturating_sub(1));
            above = *range.start();
        }
    }
}

/// Transport parameters: what was read is written, and what is written is read again.
pub fn check_parameters(octets: &[u8]) {
    for sender in [Role::Client, Role::Server] {
        let Ok(parameters) = TransportParameters::read(&mut Reader::new(octets), sender) else {
            continue;
        };
        let mut out = Vec::new();
        parameters.encode(&mut out, u16::try_from(octets.len()).unwrap_or(0));
        let again = TransportParameters::read(&mut Reader::new(&out), sender);
        assert_eq!(again.as_ref(), Ok(&parameters));
        assert_eq!(parameters.confirm_remembered(&parameters.remembered()), Ok(()));
    }
}

/// A packet that carries the octets: what was sealed opens, whatever the numbers.
pub fn check_protected(octets: &[u8]) {
    let Some((choice, octets)) = octets.split_first() else { return };
    let Some((number, payload)) = octets.split_first_chunk::<8>() else { return };
    let number = u64::from_be_bytes(*number) >> 2;
    let suites = Suite::ALL;
    let suite = suites.iter().cycle().nth(usize::from(choice % 3)).copied();
    let Some(suite) = suite else { return };
    let secret = Secret::new(suite.hash(), [7; 48].get(..suite.hash().length()).unwrap_or(&[]));
    let version = if choice & 0x40 == 0 { Version::V1 } else { Version::V2 };
    let (Some(secret), Some(constants)) = (secret, version.constants()) else { return };
    let Ok(keys) = Keys::new(constants, suite, &secret) else { return };
    let id = ConnectionId::new(payload.get(..usize::from(choice % 9)).unwrap_or(&[]));
    let id = id.unwrap_or_default();
    // At most half of what the length tells apart is in flight.
    let acked = number.checked_sub(1 + (u64::from(*choice) << 8));
    let mut out = vec![0xaa; 3];
    let packet = if choice & 0x80 == 0 {
        Builder::short(&mut out, &id, number, acked, true, false)
    } else {
        let kind = PacketType::Initial;
        Builder::long(
            &mut out,
            kind,
            version,
            [&id, &id],
            payload.get(..4).unwrap_or(&[]),
            number,
            acked,
        )
    };
    out.extend(payload.iter().take(1400));
    packet.finish(&mut out, 0, &keys);
    let read = Packet::read_at(&out, 3, id.len());
    let Ok(Packet::Protected(head)) = read else { return assert!(read.is_ok(), "{read:?}") };
    assert_eq!((head.destination, head.end), (id, out.len()));
    let expected = acked.map_or(0, |acked| acked + 1);
    let opened = keys.unprotect(&mut out, &head, expected);
    assert_eq!(opened.as_ref().map(|opened| opened.number), Ok(number));
    let found = opened.map(|opened| octets_of(&out, &opened.payload).to_vec()).unwrap_or_default();
    assert!(found.starts_with(payload.get(..payload.len().min(1400)).unwrap_or_default()));
    let frames = Frames::new(&found, head.kind, Role::Client);
    frames.for_each(drop);
}

/// A token that somebody made up is none.
pub fn check_token(octets: &[u8]) {
    let Some(key) = TokenKey::new(&[3; 32]) else { return };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 4433));
    assert_eq!(key.open(octets, address, Version::V1, UnixTime(0)), None);
}
