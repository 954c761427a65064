//! RFC 9297 §3.2, §3.3: capsules, however their octets arrive.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use http3::capsule::{Capsules, DATAGRAM, Error, encode};

/// An unknown type, so that it is to be skipped.
const UNKNOWN: u64 = 0x1234;

/// All that are whole, where no more than `limit` octets of one are taken.
fn all(capsules: &mut Capsules, limit: usize, out: &mut Vec<(u64, Vec<u8>)>) {
    loop {
        match capsules.next_capsule(limit) {
            Ok(Some((kind, value))) => out.push((kind, value.to_vec())),
            Ok(None) => return,
            Err(Error::TooLong { kind: UNKNOWN, .. }) => capsules.skip(),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn s3_2_capsules_are_the_same_however_they_are_cut() {
    let mut octets = Vec::new();
    encode(DATAGRAM, b"one", &mut octets);
    encode(UNKNOWN, &[7; 300], &mut octets);
    encode(DATAGRAM, b"", &mut octets);
    encode(UNKNOWN, b"short", &mut octets);
    encode(DATAGRAM, b"two", &mut octets);
    let wanted =
        [(DATAGRAM, &b"one"[..]), (DATAGRAM, b""), (UNKNOWN, b"short"), (DATAGRAM, b"two")]
            .map(|(kind, value)| (kind, value.to_vec()));
    for size in [1, 2, 3, 7, 100, 1000] {
        let (mut capsules, mut got) = (Capsules::default(), Vec::new());
        for part in octets.chunks(size) {
            capsules.receive(part);
            all(&mut capsules, 100, &mut got);
        }
        assert_eq!((got.as_slice(), capsules.end()), (wanted.as_slice(), Ok(())), "{size}");
    }
}

#[test]
fn s3_2_one_that_is_too_long_is_said_before_it_comes() {
    let mut octets = Vec::new();
    encode(DATAGRAM, &[0; 101], &mut octets);
    let mut capsules = Capsules::default();
    capsules.receive(octets.get(..3).unwrap());
    let told = capsules.next_capsule(100);
    assert_eq!(told, Err(Error::TooLong { kind: DATAGRAM, length: 101, limit: 100 }));
}

#[test]
fn s3_3_an_end_inside_of_a_capsule_is_an_error() {
    let mut octets = Vec::new();
    encode(UNKNOWN, &[0; 101], &mut octets);
    for skips in [false, true] {
        for end in 1..octets.len() {
            let (mut capsules, mut got) = (Capsules::default(), Vec::new());
            capsules.receive(octets.get(..end).unwrap());
            all(&mut capsules, if skips { 100 } else { 200 }, &mut got);
            assert_eq!((got.len(), capsules.end()), (0, Err(Error::Truncated)), "{end} {skips}");
        }
    }
}
