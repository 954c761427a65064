//! Each frame: written, read, cut short, in the wrong packet, and wrong in each way there is.

use super::hex;
use quic::{
    connection_id::ConnectionId,
    error::{Error, TransportError},
    frame::{
        AckRanges, Close, Frame, FrameKind, Frames, TABLE, encode_ack, encode_stream,
        stream_head_length,
    },
    packet::PacketType,
    recovery::EcnCounts,
    stream::{Direction, StreamId},
};
use tls::Role;

type Code = TransportError;

/// A row: octets, and the frame that they are.
fn rows() -> Vec<(&'static str, Frame<'static>)> {
    let stream = StreamId::new(4);
    let id = ConnectionId::new(&[1, 2, 3, 4]).unwrap();
    vec![
        ("00 00 00", Frame::Padding(3)),
        ("01", Frame::Ping),
        ("04 04 05 06", Frame::ResetStream { stream, code: 5, final_size: 6 }),
        ("05 04 05", Frame::StopSending { stream, code: 5 }),
        ("06 07 03 616263", Frame::Crypto { offset: 7, data: b"abc" }),
        ("07 03 616263", Frame::NewToken(b"abc")),
        ("0a 04 03 616263", Frame::Stream { stream, offset: 0, data: b"abc", fin: false }),
        ("0f 04 09 03 616263", Frame::Stream { stream, offset: 9, data: b"abc", fin: true }),
        ("10 4400", Frame::MaxData(1024)),
        ("11 04 4400", Frame::MaxStreamData { stream, limit: 1024 }),
        ("12 08", Frame::MaxStreams { direction: Direction::Bidirectional, limit: 8 }),
        ("13 08", Frame::MaxStreams { direction: Direction::Unidirectional, limit: 8 }),
        ("14 4400", Frame::DataBlocked(1024)),
        ("15 04 4400", Frame::StreamDataBlocked { stream, limit: 1024 }),
        ("16 08", Frame::StreamsBlocked { direction: Direction::Bidirectional, limit: 8 }),
        ("17 08", Frame::StreamsBlocked { direction: Direction::Unidirectional, limit: 8 }),
        (
            "18 02 01 04 01020304 07070707070707070707070707070707",
            Frame::NewConnectionId { sequence: 2, retire_prior_to: 1, id, token: [7; 16] },
        ),
        ("19 03", Frame::RetireConnectionId(3)),
        ("1a 0101010101010101", Frame::PathChallenge([1; 8])),
        ("1b 0101010101010101", Frame::PathResponse([1; 8])),
        ("1c 0a 06 02 6e6f", Frame::Close(Close { code: 10, frame: Some(6), reason: b"no" })),
        ("1d 4100 02 6e6f", Frame::Close(Close { code: 256, frame: None, reason: b"no" })),
        ("1e", Frame::HandshakeDone),
        ("31 03 616263", Frame::Datagram(b"abc")),
    ]
}

fn read_in(octets: &[u8], packet: PacketType, sender: Role) -> Result<(), Error> {
    Frames::new(octets, packet, sender).try_for_each(|frame| frame.map(drop))
}

/// The error of these octets in a 1-RTT packet of the server's.
fn code(text: &str) -> Code {
    read_in(&hex(text), PacketType::OneRtt, Role::Server).unwrap_err().code()
}

#[test]
fn each_frame_is_written_and_read() {
    for (text, frame) in rows() {
        let mut out = Vec::new();
        frame.encode(&mut out);
        assert_eq!(wire::hex::encode(&out), wire::hex::encode(&hex(text)), "{frame:?}");
        let read: Result<Vec<_>, _> = Frames::new(&out, PacketType::OneRtt, Role::Server).collect();
        assert_eq!(read, Ok(vec![frame]));
    }
}

#[test]
fn each_frame_cut_short_is_a_frame_encoding_error() {
    for (text, frame) in rows() {
        let octets = hex(text);
        for length in 1..octets.len() {
            let result = read_in(&octets[..length], PacketType::OneRtt, Role::Server);
            if matches!(frame, Frame::Padding(_)) {
                assert_eq!(result, Ok(()));
            } else {
                assert_eq!(result.unwrap_err().code(), Code::FRAME_ENCODING_ERROR, "{text}");
            }
        }
    }
}

/// RFC 9000 §12.4, table 3.
#[test]
fn each_frame_stands_only_where_the_table_lets_it() {
    let packets =
        [PacketType::Initial, PacketType::Handshake, PacketType::ZeroRtt, PacketType::OneRtt];
    let mut table = String::new();
    let mut frames = rows();
    let ack = hex("02 05 00 00 00");
    let mut walk = Frames::new(&ack, PacketType::OneRtt, Role::Client);
    let ack_frame = walk.next().unwrap().unwrap();
    frames.push(("02 05 00 00 00", ack_frame));
    for (text, frame) in &frames {
        let octets = hex(text);
        let letters = ["I", "H", "0", "1"];
        let row: String = packets
            .iter()
            .zip(letters)
            .map(|(packet, letter)| match read_in(&octets, *packet, Role::Server) {
                Ok(()) => letter,
                Err(error) => {
                    assert_eq!(error.code(), Code::PROTOCOL_VIOLATION, "{error}");
                    "_"
                }
            })
            .collect();
        let line = format!("{} {row}\n", frame.kind().name());
        if !table.lines().any(|known| Some(known) == line.strip_suffix('\n')) {
            table.push_str(&line);
        }
    }
    let expected = "PADDING IH01\nPING IH01\nRESET_STREAM __01\nSTOP_SENDING __01\nCRYPTO IH_1\n\
        NEW_TOKEN ___1\nSTREAM __01\nMAX_DATA __01\nMAX_STREAM_DATA __01\nMAX_STREAMS __01\n\
        DATA_BLOCKED __01\nSTREAM_DATA_BLOCKED __01\nSTREAMS_BLOCKED __01\n\
        NEW_CONNECTION_ID __01\nRETIRE_CONNECTION_ID ___1\nPATH_CHALLENGE __01\n\
        PATH_RESPONSE ___1\nCONNECTION_CLOSE IH01\nCONNECTION_CLOSE __01\nHANDSHAKE_DONE ___1\n\
        DATAGRAM __01\nACK IH_1\n";
    assert_eq!(table, expected);
}

#[test]
fn the_table_says_what_is_acknowledged_and_what_probes() {
    let names = |wanted: fn(FrameKind) -> bool| -> Vec<&str> {
        TABLE.iter().filter(|info| wanted(info.kind)).map(|info| info.name).collect()
    };
    let not_acknowledged = names(|kind| !kind.info().ack_eliciting);
    assert_eq!(not_acknowledged, ["PADDING", "ACK", "CONNECTION_CLOSE", "CONNECTION_CLOSE"]);
    let probing = names(|kind| kind.info().probing);
    assert_eq!(probing, ["PADDING", "NEW_CONNECTION_ID", "PATH_CHALLENGE", "PATH_RESPONSE"]);
    assert_eq!(names(|kind| !kind.info().counted), ["ACK"]);
    assert_eq!(names(|kind| kind.info().flow), ["STREAM"]);
    assert!(TABLE.iter().all(|info| info.kind.info() == info));
}

/// RFC 9000 §19.7, §19.20
#[test]
fn a_client_sends_neither_new_token_nor_handshake_done() {
    for text in ["07 01 61", "1e"] {
        let error = read_in(&hex(text), PacketType::OneRtt, Role::Client).unwrap_err();
        assert_eq!(error.code(), Code::PROTOCOL_VIOLATION);
    }
}

/// RFC 9000 §12.4
#[test]
fn a_packet_without_frames_is_a_protocol_violation() {
    assert_eq!(code(""), Code::PROTOCOL_VIOLATION);
}

/// RFC 9000 §12.4
#[test]
fn an_unknown_frame_is_a_frame_encoding_error() {
    for text in ["1f", "21", "2f", "32", "40ff", "c0000000ffffffff"] {
        assert_eq!(code(text), Code::FRAME_ENCODING_ERROR, "{text}");
    }
}

/// RFC 9000 §12.4
#[test]
fn a_frame_type_in_too_many_octets_is_a_protocol_violation() {
    for text in ["4001", "80000001", "c000000000000006 00 00"] {
        assert_eq!(code(text), Code::PROTOCOL_VIOLATION, "{text}");
    }
}

/// RFC 9000 §19.3.1
#[test]
fn ack_ranges_below_packet_0_are_a_frame_encoding_error() {
    for text in [
        "02 05 00 00 06",
        "02 05 00 01 05 00 00",
        "02 05 00 01 00 02 02",
        "02 05 00 01 02 02 00",
        "02 05 00 01 00 ffffffffffffffff 00",
    ] {
        assert_eq!(code(text), Code::FRAME_ENCODING_ERROR, "{text}");
    }
}

/// RFC 9000 §19.3: a count that is a lie costs as little as the octets that are there.
#[test]
fn more_ack_ranges_than_octets_are_a_frame_encoding_error() {
    assert_eq!(code("02 4fff 00 ffffffffffffffff 00 00 00"), Code::FRAME_ENCODING_ERROR);
}

/// RFC 9000 §19.6, §19.8
#[test]
fn data_beyond_2_to_the_62_is_a_frame_encoding_error() {
    for text in ["06 ffffffffffffffff 01 61", "0e 04 ffffffffffffffff 01 61"] {
        assert_eq!(code(text), Code::FRAME_ENCODING_ERROR, "{text}");
    }
    let last = read_in(&hex("06 fffffffffffffffe 01 61"), PacketType::OneRtt, Role::Server);
    assert_eq!(last, Ok(()));
}

/// RFC 9000 §19.11, §19.14
#[test]
fn more_than_2_to_the_60_streams_are_a_frame_encoding_error() {
    for kind in ["12", "13", "16", "17"] {
        let limit = |number: &str| format!("{kind} {number}");
        assert_eq!(code(&limit("d000000000000001")), Code::FRAME_ENCODING_ERROR);
        let most = hex(&limit("d000000000000000"));
        assert_eq!(read_in(&most, PacketType::OneRtt, Role::Server), Ok(()));
    }
}

/// RFC 9000 §19.7
#[test]
fn an_empty_token_is_a_frame_encoding_error() {
    assert_eq!(code("07 00"), Code::FRAME_ENCODING_ERROR);
}

/// RFC 9000 §19.15
#[test]
fn a_connection_id_has_1_to_20_octets() {
    let frame = |length: usize| {
        let id = vec![9; length];
        [&[0x18, 1, 0, u8::try_from(length).unwrap()], id.as_slice(), &[7; 16]].concat()
    };
    for length in 0..30 {
        let result = read_in(&frame(length), PacketType::OneRtt, Role::Server);
        match length {
            1..=20 => assert_eq!(result, Ok(())),
            _ => assert_eq!(result.unwrap_err().code(), Code::FRAME_ENCODING_ERROR),
        }
    }
}

/// RFC 9000 §19.15
#[test]
fn what_is_retired_is_older_than_what_is_new() {
    let text = "18 02 03 04 01020304 07070707070707070707070707070707";
    assert_eq!(code(text), Code::FRAME_ENCODING_ERROR);
}

/// RFC 9000 §19.4, §19.5, §19.8, §19.10, §19.13: stream 2 is the client's to send on, 3 the
/// server's.
#[test]
fn a_frame_for_the_wrong_half_of_a_stream_is_a_stream_state_error() {
    let of_sender = ["04 {} 05 06", "0a {} 01 61", "15 {} 05"];
    let of_receiver = ["05 {} 05", "11 {} 05"];
    for (sender, own, other) in [(Role::Client, "02", "03"), (Role::Server, "03", "02")] {
        let read = |text: &str, stream: &str| {
            let octets = hex(&text.replace("{}", stream));
            read_in(&octets, PacketType::OneRtt, sender).map_err(|error| error.code())
        };
        for text in of_sender {
            assert_eq!(read(text, own), Ok(()));
            assert_eq!(read(text, other), Err(Code::STREAM_STATE_ERROR), "{text}");
        }
        for text in of_receiver {
            assert_eq!(read(text, other), Ok(()));
            assert_eq!(read(text, own), Err(Code::STREAM_STATE_ERROR), "{text}");
        }
    }
}

#[test]
fn nothing_behind_a_wrong_frame_is_read() {
    let octets = hex("01 07 00 01");
    let mut frames = Frames::new(&octets, PacketType::OneRtt, Role::Server);
    assert_eq!(frames.next(), Some(Ok(Frame::Ping)));
    assert_eq!(frames.next(), Some(Err(Error::TokenEmpty)));
    assert_eq!(frames.wrong_type(), 7);
    assert_eq!(frames.next(), None);
}

#[test]
fn a_stream_frame_may_reach_to_the_end() {
    let stream = StreamId::new(400);
    let mut out = Vec::new();
    encode_stream(&mut out, stream, 70_000, 3, true, true);
    assert_eq!(out.len(), stream_head_length(stream, 70_000, 3, true));
    out.extend_from_slice(b"abc");
    let frame = Frame::Stream { stream, offset: 70_000, data: b"abc", fin: true };
    let read = Frames::new(&out, PacketType::OneRtt, Role::Server).next();
    assert_eq!(read, Some(Ok(frame)));
}

fn ranges(ack: &Frame<'_>) -> Vec<std::ops::RangeInclusive<u64>> {
    let Frame::Ack { ranges, .. } = ack else { panic!("an ACK") };
    let ranges: AckRanges<'_> = ranges.clone();
    ranges.collect()
}

/// RFC 9000 §19.3.1
#[test]
fn ack_ranges_are_gaps_and_lengths() {
    let octets = hex("03 0c 05 02 00 01 01 01 02 01 02 03");
    let mut reader = wire::Reader::new(&octets);
    let frame = Frame::read(&mut reader).unwrap();
    assert!(reader.is_empty());
    assert_eq!(ranges(&frame), [12..=12, 8..=9, 3..=5]);
    let Frame::Ack { largest: 12, delay: 5, ecn, .. } = frame else { panic!("an ACK") };
    assert_eq!(ecn, Some(EcnCounts { ect0: 1, ect1: 2, ce: 3 }));
    let mut out = Vec::new();
    frame.encode(&mut out);
    assert_eq!(out, octets);
}

#[test]
fn an_ack_has_as_many_ranges_as_fit() {
    let all: Vec<_> = (0..1000).rev().map(|number| number * 10..number * 10 + 3).collect();
    for room in 0..200 {
        let mut out = Vec::new();
        let largest = encode_ack(&mut out, all.iter().cloned(), 8, None, room);
        assert!(out.len() <= room);
        let Some(largest) = largest else { continue };
        assert_eq!(largest, 9992);
        let frame = Frame::read(&mut wire::Reader::new(&out)).unwrap();
        let found = ranges(&frame);
        assert!(found.len() * 2 + 10 >= room.min(100), "{room} {}", found.len());
        for (found, wanted) in found.into_iter().zip(&all) {
            assert_eq!(found, wanted.start..=wanted.end - 1);
        }
    }
}
