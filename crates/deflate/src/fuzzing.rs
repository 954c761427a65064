//! Properties that hold for any octets: what the fuzz targets call, one line each.
//!
//! A property panics where it fails. They run on stable too, over the seeds and in the property
//! tests.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a property that does not hold panics, which is how a fuzzer hears of it"
)]

use crate::{Deflate, Error, Flush, Inflate, Level, Status, WindowBits, gzip, oracle, zlib};
use wire::{Notes, Reader};

/// Enough for every rule, little enough for a fuzzer's pace.
const BOUND: usize = 1 << 17;

/// What came out of a stream, and why it stopped.
pub type Outcome = (Vec<u8>, Result<Status, Error>);

/// Calls `decode` with pieces of `input` of `step` octets (0: the whole at once), each call with
/// room for `room` octets, until it ends, or `bound` octets came out.
fn in_pieces(
    input: &[u8],
    step: usize,
    room: usize,
    bound: usize,
    mut decode: impl FnMut(&mut &[u8], &mut Vec<u8>, usize) -> Result<Status, Error>,
) -> (Outcome, usize) {
    let mut out = Vec::new();
    let mut used = 0;
    let mut pieces = input.chunks(if step == 0 { input.len().max(1) } else { step }).peekable();
    loop {
        let whole = pieces.next().unwrap_or_default();
        let mut piece = whole;
        let verdict = loop {
            let room = room.min(bound - out.len());
            let before = (piece.len(), out.len());
            let verdict = decode(&mut piece, &mut out, room);
            assert!(out.len() - before.1 <= room, "the bound is kept");
            match verdict {
                Ok(Status::Full) => assert_eq!(out.len() - before.1, room, "full is full"),
                Ok(Status::Starved) => assert!(piece.is_empty(), "all is used"),
                Ok(Status::Ended) | Err(_) => {}
            }
            if verdict != Ok(Status::Full) || out.len() == bound {
                break verdict;
            }
        };
        used += whole.len() - piece.len();
        let more = pieces.peek().is_some();
        // A gzip file may go on behind the end of a member.
        if verdict == Ok(Status::Starved) && more
            || verdict == Ok(Status::Ended) && more && piece.is_empty()
        {
            continue;
        }
        return ((out, verdict), used);
    }
}

/// The first two octets choose the window, the pieces and the room; the rest is a stream.
fn choices(octets: &[u8]) -> (WindowBits, usize, usize, &[u8]) {
    let (first, rest) = octets.split_first().unwrap_or((&0, &[]));
    let (second, rest) = rest.split_first().unwrap_or((&0, &[]));
    let window = WindowBits::new(8 + (first & 7)).unwrap();
    let room = match second >> 5 {
        0 => BOUND,
        n => 1 << (2 * n - 2),
    };
    (window, usize::from(first >> 3), room + usize::from(second & 31), rest)
}

/// The fast decoder and the oracle agree: the same octets, the same verdict, the same bit; however
/// the input is split and the room is dealt out. An observer changes nothing.
pub fn check_inflate(octets: &[u8]) {
    let (window, step, room, input) = choices(octets);
    let expected = oracle::inflate(&mut Reader::new(input), window, BOUND);
    let mut inflate = Inflate::new(window);
    let (whole, used) =
        in_pieces(input, 0, BOUND, BOUND, |input, out, room| inflate.inflate(input, out, room));
    assert_eq!(whole, expected);
    if whole.1 == Ok(Status::Ended) {
        let mut reader = Reader::new(input);
        let _ = oracle::inflate(&mut reader, window, BOUND);
        assert_eq!(reader.offset(), used, "neither takes more than the stream");
    }
    inflate.release();
    assert_eq!(inflate.held(), 0);
    let (pieces, _) =
        in_pieces(input, step, room, BOUND, |input, out, room| inflate.inflate(input, out, room));
    assert_eq!(pieces, expected, "in pieces of {step}, with room for {room}");
    assert!(inflate.held() <= 64 * 1024);
    let notes = Notes::default();
    let observed = oracle::inflate(&mut Reader::observed(input, &notes), window, BOUND);
    assert_eq!(observed, expected);
}

/// As [`check_inflate`], of a zlib stream.
pub fn check_zlib(octets: &[u8]) {
    let (window, step, room, input) = choices(octets);
    let expected = zlib::dissect(&mut Reader::new(input), window, BOUND);
    for (step, room) in [(0, BOUND), (step, room)] {
        let mut decoder = zlib::Decoder::new(window);
        let (found, _) = in_pieces(input, step, room, BOUND, |input, out, room| {
            decoder.decode(input, out, room)
        });
        assert_eq!(found, expected, "in pieces of {step}, with room for {room}");
    }
}

/// As [`check_inflate`], of a gzip file.
pub fn check_gzip(octets: &[u8]) {
    let (_, step, room, input) = choices(octets);
    let limits = gzip::Limits { head: 512 };
    let expected = gzip::dissect(&mut Reader::new(input), limits, BOUND);
    for (step, room) in [(0, BOUND), (step, room)] {
        let mut decoder = gzip::Decoder::new(limits);
        let (found, _) = in_pieces(input, step, room, BOUND, |input, out, room| {
            decoder.decode(input, out, room)
        });
        assert_eq!(found, expected, "in pieces of {step}, with room for {room}");
    }
}

/// What goes in comes out, whatever the level, the window and the pieces, however often it is
/// flushed, forgotten and released in between; no flush costs more than storing would.
///
/// The input is a program: each operation an octet that says what and how much, then so many
/// octets to deflate.
pub fn check_round_trip(octets: &[u8]) {
    let (window, level, _, mut program) = choices(octets);
    let level = Level::new(u8::try_from(level % 10).unwrap()).unwrap();
    let mut deflate = Deflate::new(level, window);
    let (mut plain, mut deflated) = (Vec::new(), Vec::new());
    let (mut messages, mut finished) = (0, 0);
    while let Some((operation, rest)) = program.split_first() {
        let length = usize::from(operation >> 3) * 8;
        let (input, rest) = rest.split_at(length.min(rest.len()));
        program = rest;
        // Every other operation repeats its octets, or short inputs would never fill a window.
        let input = if operation & 1 == 1 { input.repeat(64) } else { input.to_vec() };
        plain.extend_from_slice(&input);
        messages += 1;
        match operation >> 1 & 3 {
            0 => deflate.deflate(&input, &mut deflated, Flush::None),
            1 => deflate.deflate(&input, &mut deflated, Flush::Sync),
            2 => {
                deflate.deflate(&input, &mut deflated, Flush::Sync);
                deflate.reset();
            }
            _ if operation >> 3 & 1 == 0 => {
                deflate.deflate(&input, &mut deflated, Flush::Sync);
                deflate.release();
                assert_eq!(deflate.held(), 0);
            }
            _ => {
                deflate.deflate(&input, &mut deflated, Flush::Finish);
                finished += 1;
            }
        }
    }
    deflate.deflate(&[], &mut deflated, Flush::Finish);
    assert!(deflate.held() <= 300 * 1024, "{}", deflate.held());
    let spare = 12 * (messages + 1) + plain.len() / 500;
    assert!(deflated.len() <= plain.len() + spare, "{} to {}", plain.len(), deflated.len());
    let (mut inflate, mut input, mut out) = (Inflate::new(window), deflated.as_slice(), Vec::new());
    for _ in 0..=finished {
        let status = inflate.inflate(&mut input, &mut out, usize::MAX);
        assert_eq!(status, Ok(Status::Ended));
        inflate.reset();
    }
    assert!(input.is_empty());
    assert_eq!(out, plain);
}
