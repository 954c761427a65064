//! One test for each rule of RFC 1951: streams written by hand, bit after bit, to the fast decoder
//! in every split and to the oracle.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "common/bits.rs"]
mod bits;

use bits::{number, stream};
use deflate::{BitOffset, Error, Inflate, Status, Violation, WindowBits, oracle};
use wire::Reader;

type Outcome = (Vec<u8>, Result<Status, Error>);

/// What the oracle says, having made sure that the fast decoder says so in every split.
fn inflate_within(octets: &[u8], window: WindowBits) -> Outcome {
    let expected = oracle::inflate(&mut Reader::new(octets), window, 1 << 20);
    testkit::splits(octets, |pieces| {
        let (mut inflate, mut out) = (Inflate::new(window), Vec::new());
        let mut verdict = Ok(Status::Starved);
        for mut piece in pieces.iter().copied() {
            verdict = inflate.inflate(&mut piece, &mut out, 1 << 20);
            if verdict != Ok(Status::Starved) {
                break;
            }
        }
        assert_eq!((out, verdict), expected);
    });
    expected
}

fn inflate(octets: &[u8]) -> Outcome {
    inflate_within(octets, WindowBits::MAX)
}

/// What comes out of a whole stream.
fn plain(bits: &str) -> Vec<u8> {
    let (octets, verdict) = inflate(&stream(bits));
    assert_eq!(verdict, Ok(Status::Ended));
    octets
}

/// The rule that is broken, and at which bit.
fn broken(bits: &str) -> (Violation, u64) {
    let error = inflate(&stream(bits)).1.unwrap_err();
    assert!(error.to_string().contains("RFC 1951 §"), "{error}");
    (error.violation, error.at.0)
}

/// The head of a dynamic block up to the lengths of the two codes: HLIT and HDIST as they are,
/// the lengths of the code length code by symbol.
fn dynamic(hlit: u32, hdist: u32, lengths: &[(u8, u32)]) -> String {
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    let length = |symbol: &u8| lengths.iter().find(|(of, _)| of == symbol).map_or(0, |(_, n)| *n);
    let short: String = order.iter().map(|symbol| number(length(symbol), 3)).collect();
    format!("1 01 {} {} {} {short}", number(hlit, 5), number(hdist, 5), number(15, 4))
}

/// Where HLIT stands, where the code length code is said, and where the lengths begin.
const HLIT: u64 = 3;
const SHORT: u64 = HLIT + 14;
const LENGTHS: u64 = SHORT + 19 * 3;

/// A code length code of four symbols, two bits each: 0 is 00, 1 is 01, 2 is 10 and 18 is 11.
const FOUR: [(u8, u32); 4] = [(0, 2), (1, 2), (2, 2), (18, 2)];

/// Symbol 18 in that code: so many zeros.
fn zeros(times: u32) -> String {
    format!("11 {} ", number(times - 11, 7))
}

#[test]
fn a_stored_block_holds_octets_as_they_are() {
    let abc = |first: u8| [&[first, 3, 0, 0xfc, 0xff], b"abc".as_slice()].concat();
    assert_eq!(inflate(&abc(0b001)), (b"abc".to_vec(), Ok(Status::Ended)));
    // What is left of the octet behind BTYPE means nothing.
    assert_eq!(inflate(&abc(0b1111_1001)), (b"abc".to_vec(), Ok(Status::Ended)));
}

#[test]
fn a_stored_block_may_be_empty() {
    let octets = [0, 0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff];
    assert_eq!(inflate(&octets), (Vec::new(), Ok(Status::Ended)));
}

#[test]
fn nlen_is_the_complement_of_len() {
    let expected = Error { violation: Violation::StoredLength, at: BitOffset::of_octet(1) };
    assert_eq!(inflate(&[1, 3, 0, 0xfc, 0xfe]).1, Err(expected));
}

#[test]
fn the_fourth_type_of_block_is_reserved() {
    assert_eq!(broken("1 11"), (Violation::BlockType, 1));
}

#[test]
fn the_fixed_codes_need_not_be_said() {
    // The first and the last literal of 8 bits and of 9, then the end of the block of 7.
    let octets = plain("1 10  00110000 10111111  110010000 111111111  0000000");
    assert_eq!(octets, [0, 143, 144, 255]);
}

#[test]
fn a_reference_repeats_what_was_put_out() {
    // Literals a, b; symbol 257 (length 3), distance symbol 1 (2 back).
    assert_eq!(plain("1 10  10010001 10010010  0000001 00001  0000000"), b"ababa");
}

#[test]
fn lengths_and_distances_may_have_extra_bits() {
    // Symbol 265 (length 11 or 12), one extra bit; distance symbol 0 (1 back).
    assert_eq!(plain("1 10  10010001  0001001 1 00000  0000000"), [b'a'; 13]);
    // Symbol 285 is 258 and has none; symbol 284 with its extra bits says 258 as well.
    assert_eq!(plain("1 10  10010001  11000101 00000  0000000"), [b'a'; 259]);
    assert_eq!(plain("1 10  10010001  11000100 11111 00000  0000000"), [b'a'; 259]);
    // Distance symbol 4 (5 or 6 back), one extra bit.
    let six = "10010001 10010010 10010011 10010100 10010101 10010110";
    assert_eq!(plain(&format!("1 10 {six} 0000001 00100 1 0000000")), b"abcdefabc");
    assert_eq!(plain(&format!("1 10 {six} 0000001 00100 0 0000000")), b"abcdefbcd");
}

#[test]
fn literal_symbols_286_and_287_mean_nothing() {
    assert_eq!(broken("1 10  11000110"), (Violation::LiteralSymbol, 3));
    assert_eq!(broken("1 10  11000111"), (Violation::LiteralSymbol, 3));
}

#[test]
fn distance_symbols_30_and_31_mean_nothing() {
    assert_eq!(broken("1 10  10010001 0000001 11110"), (Violation::DistanceSymbol, 18));
    assert_eq!(broken("1 10  10010001 0000001 11111"), (Violation::DistanceSymbol, 18));
}

#[test]
fn a_distance_before_the_first_octet_is_refused() {
    assert_eq!(broken("1 10  10010001 0000001 00001"), (Violation::DistanceTooFar, 18));
}

#[test]
fn a_distance_beyond_the_window_is_refused() {
    // 257 octets, then a reference 257 back: distance symbol 16 with no extra bit set.
    let octets = stream("1 10  10010001 11000101 00000  0000001 10000 0000000  0000000");
    let small = WindowBits::new(8).unwrap();
    let error = inflate_within(&octets, small).1.unwrap_err();
    assert_eq!((error.violation, error.at), (Violation::DistanceTooFar, BitOffset(31)));
    let larger = WindowBits::new(9).unwrap();
    assert_eq!(inflate_within(&octets, larger), (vec![b'a'; 262], Ok(Status::Ended)));
}

#[test]
fn a_dynamic_block_says_its_codes() {
    // Codes: a 1 bit, end of block 2 bits, length 3 (symbol 257) 2 bits; distance 1: 1 bit.
    let codes = [dynamic(1, 0, &FOUR), zeros(97), "01 ".into(), zeros(138), zeros(20)].concat();
    assert_eq!(plain(&format!("{codes} 10 10 01  0 11 0 10")), b"aaaa");
}

#[test]
fn a_repetition_runs_from_one_code_into_the_other() {
    // 257 literals of which only 0 and 256 have a code; the zeros before 256 end there, and what
    // 16 repeats, three times, is the 1 of symbol 256: symbol 257 is the distance code's first.
    let short = [(0, 2), (1, 2), (16, 2), (18, 2)];
    let head = dynamic(0, 1, &short);
    // 0 is 00, 1 is 01, 16 is 10, 18 is 11.
    let lengths = format!("01 {}{}00 00 01", zeros(138), zeros(115));
    let before = format!("{head} {lengths}");
    // Three more, where two distances are left: one too many.
    assert_eq!(broken(&format!("{before} 10 00")).0, Violation::RepeatTooLong);
    let head = dynamic(0, 2, &short);
    // Three distances of one bit are too many codes; that they were read at all is what matters.
    assert_eq!(
        broken(&format!("{head} {lengths} 10 00")),
        (Violation::DistanceCodeOverfull, LENGTHS)
    );
}

#[test]
fn hlit_is_at_most_29() {
    assert_eq!(broken(&dynamic(30, 0, &FOUR)), (Violation::LiteralCodes, HLIT));
}

#[test]
fn hdist_is_at_most_29() {
    assert_eq!(broken(&dynamic(0, 30, &FOUR)), (Violation::DistanceCodes, HLIT + 5));
}

#[test]
fn the_code_length_code_must_be_complete() {
    let incomplete = Violation::CodeLengthCodeIncomplete;
    assert_eq!(broken(&dynamic(0, 0, &[(0, 1), (1, 2)])), (incomplete, SHORT));
    assert_eq!(broken(&dynamic(0, 0, &[(1, 1)])), (incomplete, SHORT));
    assert_eq!(broken(&dynamic(0, 0, &[])), (incomplete, SHORT));
}

#[test]
fn the_code_length_code_must_not_be_overfull() {
    let three = [(0, 1), (1, 1), (2, 1)];
    assert_eq!(broken(&dynamic(0, 0, &three)), (Violation::CodeLengthCodeOverfull, SHORT));
}

#[test]
fn a_repetition_needs_something_before_it() {
    let head = dynamic(0, 0, &[(0, 1), (16, 1)]);
    assert_eq!(broken(&format!("{head} 1 00")), (Violation::RepeatOfNothing, LENGTHS));
}

#[test]
fn the_end_of_the_block_must_have_a_code() {
    let lengths = format!("01 01 {}{}00 01", zeros(138), zeros(116));
    assert_eq!(
        broken(&format!("{} {lengths}", dynamic(0, 0, &FOUR))),
        (Violation::EndOfBlockMissing, LENGTHS)
    );
}

#[test]
fn the_literal_code_must_be_complete_but_for_one_code_of_one_bit() {
    let ends = |last: &str| format!("{}{}{last}", zeros(138), zeros(118));
    let head = dynamic(0, 0, &FOUR);
    // One code of two bits.
    let incomplete = (Violation::LiteralCodeIncomplete, LENGTHS);
    assert_eq!(broken(&format!("{head} {} 00", ends("10"))), incomplete);
    // One code of one bit: 0 is the end of the block, 1 is nothing.
    assert_eq!(plain(&format!("{head} {} 00  0", ends("01"))), b"");
    let at = LENGTHS + 22;
    assert_eq!(broken(&format!("{head} {} 00  1", ends("01"))), (Violation::LiteralSymbol, at));
}

#[test]
fn the_literal_code_must_not_be_overfull() {
    let lengths = format!("01 01 {}{}01 01", zeros(138), zeros(116));
    assert_eq!(
        broken(&format!("{} {lengths}", dynamic(0, 0, &FOUR))),
        (Violation::LiteralCodeOverfull, LENGTHS)
    );
}

/// A literal code of a, the end of the block (both two bits) and length 3 (one bit): 10, 11, 0.
/// The lengths of `distances` follow.
fn with_distances(count: u32, distances: &str) -> String {
    let literals = [zeros(97), "10 ".into(), zeros(138), zeros(20), "10 01 ".into()].concat();
    format!("{} {literals} {distances}", dynamic(1, count - 1, &FOUR))
}

#[test]
fn no_distance_code_is_one_for_literals_alone() {
    assert_eq!(plain(&format!("{} 10 10 11", with_distances(1, "00"))), b"aa");
    let (violation, _) = broken(&format!("{} 10 0 0", with_distances(1, "00")));
    assert_eq!(violation, Violation::DistanceSymbol);
}

#[test]
fn one_distance_code_has_one_bit() {
    assert_eq!(plain(&format!("{} 10 0 0 11", with_distances(1, "01"))), b"aaaa");
    let (violation, _) = broken(&format!("{} 10 0 1 11", with_distances(1, "01")));
    assert_eq!(violation, Violation::DistanceSymbol);
    let (violation, _) = broken(&with_distances(1, "10"));
    assert_eq!(violation, Violation::DistanceCodeIncomplete);
}

#[test]
fn the_distance_code_must_be_complete_and_not_overfull() {
    let incomplete = (Violation::DistanceCodeIncomplete, LENGTHS);
    assert_eq!(broken(&with_distances(2, "01 10")), incomplete);
    let overfull = (Violation::DistanceCodeOverfull, LENGTHS);
    assert_eq!(broken(&with_distances(3, "01 01 01")), overfull);
}

#[test]
fn what_follows_the_final_block_is_not_part_of_the_stream() {
    let mut octets = stream("1 10  0000000");
    let length = octets.len();
    octets.extend(b"next");
    let (mut inflate, mut input) = (Inflate::new(WindowBits::MAX), octets.as_slice());
    let mut out = Vec::new();
    assert_eq!(inflate.inflate(&mut input, &mut out, 10), Ok(Status::Ended));
    assert_eq!(input, b"next");
    assert_eq!(inflate.inflate(&mut input, &mut out, 10), Ok(Status::Ended));
    assert_eq!(input, b"next");
    let mut reader = Reader::new(&octets);
    let _ = oracle::inflate(&mut reader, WindowBits::MAX, 10);
    assert_eq!(reader.offset(), length);
}

#[test]
fn the_bound_stops_a_bomb() {
    // A thousand octets of input that would be a million.
    let mut deflate = deflate::Deflate::new(deflate::Level::BEST, WindowBits::MAX);
    let mut bomb = Vec::new();
    deflate.deflate(&vec![0; 1 << 20], &mut bomb, deflate::Flush::Finish);
    assert!(bomb.len() < 1100);
    let (mut inflate, mut input) = (Inflate::new(WindowBits::MAX), bomb.as_slice());
    let mut came = 0;
    loop {
        let mut out = Vec::new();
        let status = inflate.inflate(&mut input, &mut out, 1000).unwrap();
        assert!(out.len() <= 1000 && out.capacity() <= 4096);
        came += out.len();
        if status == Status::Ended {
            break;
        }
        assert_eq!((status, out.len()), (Status::Full, 1000));
    }
    assert_eq!(came, 1 << 20);
}

#[test]
fn an_error_is_said_again() {
    let (mut inflate, mut out) = (Inflate::new(WindowBits::MAX), Vec::new());
    let error = inflate.inflate(&mut stream("1 11").as_slice(), &mut out, 10).unwrap_err();
    assert_eq!(inflate.inflate(&mut [0].as_slice(), &mut out, 10), Err(error));
    assert_eq!(
        error.to_string(),
        "BTYPE is 3, which no block has (RFC 1951 §3.2.3, octet 0, bit 1)"
    );
    inflate.reset();
    assert_eq!(inflate.inflate(&mut [3, 0].as_slice(), &mut out, 10), Ok(Status::Ended));
}
