//! One test for each rule of zlib (RFC 1950) and gzip (RFC 1952), in every split, and the same of
//! the dissector.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use deflate::{Error, Flush, Level, Status, Violation, WindowBits, gzip, zlib};
use wire::Reader;

type Outcome = (Vec<u8>, Result<Status, Error>);

fn split(
    octets: &[u8],
    expected: &Outcome,
    mut decoder: impl FnMut() -> Box<dyn FnMut(&mut &[u8], &mut Vec<u8>) -> Result<Status, Error>>,
) {
    testkit::splits(octets, |pieces| {
        let (mut decode, mut out) = (decoder(), Vec::new());
        let mut verdict = Ok(Status::Starved);
        for mut piece in pieces.iter().copied() {
            verdict = decode(&mut piece, &mut out);
            if verdict.is_err() || verdict == Ok(Status::Ended) && !piece.is_empty() {
                break;
            }
        }
        assert_eq!((&out, verdict), (&expected.0, expected.1));
    });
}

fn unzlib(octets: &[u8]) -> Outcome {
    let expected = zlib::dissect(&mut Reader::new(octets), WindowBits::MAX, 1 << 20);
    split(octets, &expected, || {
        let mut decoder = zlib::Decoder::new(WindowBits::MAX);
        Box::new(move |input, out| decoder.decode(input, out, 1 << 20))
    });
    expected
}

fn gunzip(octets: &[u8]) -> Outcome {
    let expected = gzip::dissect(&mut Reader::new(octets), gzip::Limits::DEFAULT, 1 << 20);
    split(octets, &expected, || {
        let mut decoder = gzip::Decoder::default();
        Box::new(move |input, out| decoder.decode(input, out, 1 << 20))
    });
    expected
}

fn error(outcome: Outcome) -> (Violation, u64, u64) {
    let error = outcome.1.unwrap_err();
    (error.violation, error.at.octet(), error.at.bit())
}

/// "Hello" by zlib: window 32 KiB, fixed codes.
const ZLIB: &[u8] = &[0x78, 0x9c, 0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x05, 0x8c, 0x01, 0xf5];
/// The same by gzip.
const GZIP: &[u8] = &[
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x82, 0x89, 0xd1,
    0xf7, 5, 0, 0, 0,
];

fn with(octets: &[u8], at: usize, value: u8) -> Vec<u8> {
    let mut octets = octets.to_vec();
    octets[at] = value;
    octets
}

/// "Hello" with these flags and fields.
fn with_fields(flags: u8, fields: &[u8]) -> Vec<u8> {
    [&with(GZIP, 3, flags)[..10], fields, &GZIP[10..]].concat()
}

fn hello() -> Outcome {
    (b"Hello".to_vec(), Ok(Status::Ended))
}

#[test]
fn zlib_wraps_a_stream() {
    assert_eq!(unzlib(ZLIB), hello());
    for length in 0..ZLIB.len() {
        assert_eq!(unzlib(&ZLIB[..length]).1, Ok(Status::Starved));
    }
    let mut encoder = zlib::Encoder::new(Level::DEFAULT, WindowBits::MAX);
    let mut out = Vec::new();
    encoder.encode(b"Hello", &mut out, Flush::Finish);
    assert_eq!(out, ZLIB);
}

#[test]
fn zlib_says_the_window() {
    for bits in 8..=15 {
        let window = WindowBits::new(bits).unwrap();
        let mut out = Vec::new();
        zlib::Encoder::new(Level::FAST, window).encode(b"Hello", &mut out, Flush::Finish);
        assert!(zlib::is_head([out[0], out[1]]));
        assert_eq!(unzlib(&out), hello());
        let less = WindowBits::new(bits - 1);
        let Some(less) = less else { continue };
        let mut decoder = zlib::Decoder::new(less);
        let error = decoder.decode(&mut out.as_slice(), &mut Vec::new(), 10).unwrap_err();
        assert_eq!(error.violation, Violation::ZlibWindow);
    }
}

#[test]
fn no_reference_passes_the_window_that_cinfo_says() {
    let mut text: Vec<u8> = (0..=255).collect();
    text.extend(0..100_u8);
    let mut out = Vec::new();
    let mut encoder = zlib::Encoder::new(Level::DEFAULT, WindowBits::MAX);
    encoder.encode(&text, &mut out, Flush::Finish);
    assert_eq!(unzlib(&out), (text.clone(), Ok(Status::Ended)));
    // 256 octets back is just what the smallest window holds, and 257 is not.
    let small = [&[0x08, 0x1d][..], &out[2..]].concat();
    assert_eq!(unzlib(&small), (text.clone(), Ok(Status::Ended)));
    text.insert(256, b'!');
    let mut out = Vec::new();
    let mut encoder = zlib::Encoder::new(Level::DEFAULT, WindowBits::MAX);
    encoder.encode(&text, &mut out, Flush::Finish);
    let small = [&[0x08, 0x1d][..], &out[2..]].concat();
    assert_eq!(error(unzlib(&small)).0, Violation::DistanceTooFar);
}

#[test]
fn cm_is_8() {
    assert_eq!(error(unzlib(&with(ZLIB, 0, 0x79))), (Violation::ZlibMethod, 0, 0));
    assert_eq!(error(gunzip(&with(GZIP, 2, 7))), (Violation::GzipMethod, 2, 0));
}

#[test]
fn cinfo_is_at_most_7() {
    assert_eq!(error(unzlib(&with(ZLIB, 0, 0x88))), (Violation::ZlibWindow, 0, 4));
}

#[test]
fn cmf_and_flg_are_a_multiple_of_31() {
    assert_eq!(error(unzlib(&with(ZLIB, 1, 0x9d))), (Violation::ZlibCheck, 1, 0));
}

#[test]
fn a_preset_dictionary_is_refused() {
    assert_eq!(error(unzlib(&[0x78, 0xbb, 0, 0])), (Violation::ZlibDictionary, 1, 5));
}

#[test]
fn adler32_is_that_of_what_was_inflated() {
    assert_eq!(error(unzlib(&with(ZLIB, 12, 0xf4))), (Violation::Adler32, 9, 0));
}

#[test]
fn gzip_wraps_a_stream() {
    assert_eq!(gunzip(GZIP), hello());
    for length in 0..GZIP.len() {
        assert_eq!(gunzip(&GZIP[..length]).1, Ok(Status::Starved));
    }
    let mut out = Vec::new();
    gzip::Encoder::new(Level::DEFAULT).encode(b"Hello", &mut out, Flush::Finish);
    assert_eq!(out, with(GZIP, 9, 255));
}

#[test]
fn members_follow_one_another() {
    let both = [GZIP, &with_fields(1 << 3, b"a\0")].concat();
    assert_eq!(gunzip(&both), (b"HelloHello".to_vec(), Ok(Status::Ended)));
    assert_eq!(gunzip(&both[..GZIP.len() + 9]).1, Ok(Status::Starved));
    let behind = [GZIP, b"something else"].concat();
    assert_eq!(error(gunzip(&behind)), (Violation::GzipMagic, 25, 0));
    let wrong = [GZIP, &with(GZIP, 17, 0)].concat();
    assert_eq!(error(gunzip(&wrong)), (Violation::Crc32, 42, 0));
    let inside = [GZIP, &with(GZIP, 10, 7)].concat();
    assert_eq!(error(gunzip(&inside)), (Violation::BlockType, 35, 1));
}

#[test]
fn a_member_begins_with_its_magic_octets() {
    assert_eq!(error(gunzip(&with(GZIP, 0, 0x1e))), (Violation::GzipMagic, 0, 0));
    assert_eq!(error(gunzip(&with(GZIP, 1, 0x8c))), (Violation::GzipMagic, 0, 0));
}

#[test]
fn reserved_flags_are_refused() {
    for bit in 5..8 {
        assert_eq!(error(gunzip(&with(GZIP, 3, 1 << bit))), (Violation::GzipFlags, 3, 0));
    }
}

#[test]
fn every_optional_field_is_passed_over() {
    assert_eq!(gunzip(&with_fields(1, b"")), hello(), "FTEXT says nothing about the head");
    assert_eq!(gunzip(&with_fields(1 << 2, b"\x03\0abc")), hello());
    assert_eq!(gunzip(&with_fields(1 << 2, b"\0\0")), hello());
    assert_eq!(gunzip(&with_fields(1 << 3, b"name\0")), hello());
    assert_eq!(gunzip(&with_fields(1 << 4, b"comment\0")), hello());
    assert_eq!(gunzip(&with_fields(0b11100, b"\x01\0\0name\0\0")), hello());
}

/// CRC-32, bit after bit.
fn crc(octets: &[u8]) -> u32 {
    let mut rest = u32::MAX;
    for octet in octets {
        rest ^= u32::from(*octet);
        for _ in 0..8 {
            rest = (rest >> 1) ^ (0xedb8_8320 * (rest & 1));
        }
    }
    !rest
}

#[test]
fn crc16_is_that_of_the_head() {
    let head = [&with(GZIP, 3, 0b11110)[..10], b"\x02\0ab", b"n\0", b"c\0"].concat();
    let [low, high, ..] = crc(&head).to_le_bytes();
    let member = |low: u8| [&head, [low, high].as_slice(), &GZIP[10..]].concat();
    assert_eq!(gunzip(&member(low)), hello());
    assert_eq!(error(gunzip(&member(low ^ 1))), (Violation::GzipHeadCrc, 18, 0));
}

#[test]
fn a_head_that_does_not_end_is_refused() {
    let limits = gzip::Limits { head: 100 };
    let name = [&with(GZIP, 3, 1 << 3)[..10], &[b'n'; 91]].concat();
    let expected = gzip::dissect(&mut Reader::new(&name), limits, 10);
    assert_eq!(error(expected.clone()), (Violation::GzipHeadTooLong, 100, 0));
    split(&name, &expected, || {
        let mut decoder = gzip::Decoder::new(limits);
        Box::new(move |input, out| decoder.decode(input, out, 10))
    });
}

#[test]
fn crc32_and_isize_are_those_of_what_was_inflated() {
    assert_eq!(error(gunzip(&with(GZIP, 20, 0))), (Violation::Crc32, 17, 0));
    assert_eq!(error(gunzip(&with(GZIP, 21, 6))), (Violation::Size, 21, 0));
}

#[test]
fn raw_streams_are_told_from_zlib() {
    assert!(zlib::is_head([0x78, 0x9c]) && zlib::is_head([0x78, 0x01]));
    assert!(!zlib::is_head([0xf3, 0x48]) && !zlib::is_head([0x1f, 0x8b]));
}
