//! Properties that hold for any octets: what the fuzz targets call, one line each.
//!
//! A property panics where it fails; nothing else here may. They run on stable too, over the seeds
//! and in the property tests.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a property that does not hold panics, which is how a fuzzer hears of it"
)]

mod blocks;
pub mod model;
mod round_trip;

pub use blocks::check_decode;
pub use round_trip::check_round_trip;

use crate::{Error, huffman, integer};
use wire::Reader;

/// Huffman: the fast decoder and the oracle agree on any octets, and so do the encoders; a string
/// has one coded form.
#[doc(hidden)]
pub fn check_huffman(octets: &[u8]) {
    let slow = huffman::oracle::decode(octets);
    let mut fast = b"before".to_vec();
    let verdict = huffman::decode(octets, &mut fast);
    assert_eq!(&fast[..6], b"before");
    match slow {
        Ok(plain) => {
            assert_eq!((verdict, &fast[6..]), (Ok(()), plain.as_slice()));
            assert!(plain.len() <= huffman::decoded_bound(octets.len()));
            let mut coded = Vec::new();
            huffman::encode(&plain, &mut coded);
            assert_eq!(coded, octets, "one form");
        }
        Err(error) => assert_eq!((verdict, fast.len()), (Err(error), 6)),
    }
    let mut coded = Vec::new();
    huffman::encode(octets, &mut coded);
    assert_eq!(coded, huffman::oracle::encode(octets));
    assert_eq!(coded.len(), huffman::encoded_len(octets));
    let mut plain = Vec::new();
    assert_eq!(huffman::decode(&coded, &mut plain), Ok(()));
    assert_eq!(plain, octets);
}

/// Integers: what was read is written and read again the same, in no more octets; no beginning of
/// one is one.
#[doc(hidden)]
pub fn check_integer(octets: &[u8]) {
    for prefix in 1..=8 {
        check_integer_of::<32>(octets, prefix);
        check_integer_of::<62>(octets, prefix);
    }
}

fn check_integer_of<const BITS: u32>(octets: &[u8], prefix: u32) {
    let mut reader = Reader::new(octets);
    let verdict = integer::decode::<BITS>(&mut reader, "integer", prefix);
    let used = reader.offset();
    match verdict {
        Ok(value) => {
            assert!(value >> BITS == 0 && used <= 1 + BITS.div_ceil(7) as usize);
            let mut out = Vec::new();
            let above = !(0xff >> (8 - prefix));
            integer::encode(octets[0] & above, prefix, value, &mut out);
            assert!(out.len() <= used && out[0] == octets[0]);
            let again = integer::decode::<BITS>(&mut Reader::new(&out), "integer", prefix);
            assert_eq!(again, Ok(value));
            for cut in 0..used {
                let mut reader = Reader::new(&octets[..cut]);
                let short = integer::decode::<BITS>(&mut reader, "integer", prefix);
                assert!(matches!(short, Err(Error::Truncated(_))));
                assert_eq!(reader.offset(), 0);
            }
        }
        Err(Error::Truncated(_)) => {
            assert!(used == 0 && octets.len() <= BITS.div_ceil(7) as usize);
        }
        Err(error) => {
            assert_eq!(used, 0);
            assert!(matches!(error, Error::IntegerTooLarge { .. }));
        }
    }
}
