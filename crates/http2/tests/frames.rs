//! RFC 9113 §4.1 to §6.10 on the frames alone: which are wrong, with which code, and how much ends.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use http2::frame::{Frame, FrameHead};
use http2::{Error, ErrorCode, Scope, StreamId};
use wire::Reader;

fn octets(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap();
    let (kind, stream) = (http2::frame::FrameType(kind), StreamId::new(stream));
    let mut out = Vec::new();
    FrameHead { length, kind, flags, stream }.encode(&mut out);
    out.extend_from_slice(payload);
    out
}

fn verdict(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Result<(), (ErrorCode, Scope)> {
    let octets = octets(kind, flags, stream, payload);
    let mut reader = Reader::new(&octets);
    let told = |error: Error| (error.code(), error.scope());
    let head = FrameHead::parse(&mut reader, 16_384).map_err(told)?.unwrap();
    Frame::read(&head, &mut reader).map(|_| ()).map_err(told)
}

const PROTOCOL: Result<(), (ErrorCode, Scope)> =
    Err((ErrorCode::PROTOCOL_ERROR, Scope::Connection));
const SIZE: Result<(), (ErrorCode, Scope)> = Err((ErrorCode::FRAME_SIZE_ERROR, Scope::Connection));

#[test]
fn s4_2_a_frame_longer_than_announced() {
    let long = vec![0; 16_385];
    let stream = Scope::Stream(StreamId::new(1));
    assert_eq!(verdict(0, 0, 1, &long), Err((ErrorCode::FRAME_SIZE_ERROR, stream)));
    for kind in [1, 5, 9] {
        assert_eq!(verdict(kind, 0, 1, &long), SIZE);
    }
    assert_eq!(verdict(4, 0, 0, &long), SIZE);
    assert_eq!(verdict(0, 0, 1, &[0; 16_384]), Ok(()));
}

#[test]
fn s6_a_stream_s_frame_on_stream_0() {
    for (kind, length) in [(0, 0), (1, 0), (2, 5), (3, 4), (5, 4), (9, 0)] {
        assert_eq!(verdict(kind, 4, 0, &vec![0; length]), PROTOCOL, "type {kind}");
    }
}

#[test]
fn s6_the_connection_s_frame_on_a_stream() {
    for (kind, length) in [(4, 0), (6, 8), (7, 8), (16, 4)] {
        assert_eq!(verdict(kind, 0, 1, &vec![0; length]), PROTOCOL, "type {kind}");
    }
}

#[test]
fn s6_1_s6_2_s6_6_padding_longer_than_the_payload() {
    assert_eq!(verdict(0, 8, 1, &[6, 0, 0, 0, 0, 0]), PROTOCOL);
    assert_eq!(verdict(0, 8, 1, &[5, 0, 0, 0, 0, 0]), Ok(()));
    assert_eq!(verdict(1, 8 | 4, 1, &[2, 0]), PROTOCOL);
    assert_eq!(verdict(5, 8 | 4, 1, &[1, 0, 0, 0, 2]), PROTOCOL);
    assert_eq!(verdict(0, 8, 1, &[]), SIZE);
    assert_eq!(verdict(1, 0x20, 1, &[0; 4]), SIZE);
}

#[test]
fn s6_1_s6_2_s6_6_padding_is_of_zeros() {
    let (stream, promised, fragment) = (StreamId::new(1), StreamId::new(2), &b"\x82\x86"[..]);
    for frame in [
        Frame::Data { data: fragment, end: true },
        Frame::Headers { fragment, end: true, complete: true, dependency: None },
        Frame::PushPromise { promised, fragment, complete: true },
    ] {
        for padding in [0, 1, 7, u8::MAX] {
            let mut out = Vec::new();
            frame.encode_padded(stream, Some(padding), &mut out);
            let (before, padded) = out.split_at(out.len() - usize::from(padding));
            assert!(before.ends_with(fragment) && padded.iter().all(|octet| *octet == 0));
            let mut reader = Reader::new(&out);
            let head = FrameHead::parse(&mut reader, 16_384).unwrap().unwrap();
            assert_eq!(Frame::read(&head, &mut reader), Ok(frame));
        }
    }
}

#[test]
fn s6_3_priority_of_the_wrong_length_ends_its_stream() {
    let stream = Scope::Stream(StreamId::new(3));
    assert_eq!(verdict(2, 0, 3, &[0; 4]), Err((ErrorCode::FRAME_SIZE_ERROR, stream)));
}

#[test]
fn s6_4_to_s6_9_wrong_lengths_end_the_connection() {
    assert_eq!(verdict(3, 0, 1, &[0; 3]), SIZE);
    assert_eq!(verdict(4, 0, 0, &[0; 5]), SIZE);
    assert_eq!(verdict(4, 1, 0, &[0; 6]), SIZE);
    assert_eq!(verdict(6, 0, 0, &[0; 7]), SIZE);
    assert_eq!(verdict(7, 0, 0, &[0; 7]), SIZE);
    assert_eq!(verdict(8, 0, 0, &[0; 5]), SIZE);
}

#[test]
fn s6_9_an_increment_of_0() {
    let stream = Scope::Stream(StreamId::new(1));
    assert_eq!(verdict(8, 0, 1, &[0; 4]), Err((ErrorCode::PROTOCOL_ERROR, stream)));
    assert_eq!(verdict(8, 0, 0, &[0x80, 0, 0, 0]), PROTOCOL);
}

#[test]
fn s6_5_2_settings_out_of_range() {
    let code = |id, value| {
        http2::Settings::default().apply(id, value).map_err(|error| (error.code(), error.scope()))
    };
    assert_eq!(code(2, 2), PROTOCOL);
    assert_eq!(code(4, 1 << 31), Err((ErrorCode::FLOW_CONTROL_ERROR, Scope::Connection)));
    for size in [16_383, 1 << 24] {
        assert_eq!(code(5, size), PROTOCOL);
    }
    assert_eq!(code(0xff, 7), Ok(()));
}

#[test]
fn every_prefix_and_every_octet_changed() {
    let mut all = octets(1, 0x2c, 1, &[1, 0, 0, 0, 0, 9, 0x82, 0]);
    all.extend(octets(4, 0, 0, &[0, 5, 0, 0, 0x40, 0]));
    all.extend(octets(5, 4, 1, &[0, 0, 0, 2, 0x82]));
    for cut in 0..all.len() {
        http2::fuzzing::check_frames(all.get(..cut).unwrap());
        for octet in [0, 1, 0x7f, 0xff] {
            let mut changed = all.clone();
            *changed.get_mut(cut).unwrap() = octet;
            http2::fuzzing::check_frames(&changed);
        }
    }
}
