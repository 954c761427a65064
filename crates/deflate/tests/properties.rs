//! What holds for any octets: random ones, and streams that were whole before something changed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use deflate::{Deflate, Flush, Level, WindowBits, fuzzing, gzip, zlib};
use proptest::prelude::*;

/// Text of few words, so that there is something to refer to.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let word =
        prop::sample::select(vec!["a", "stream", "of octets", "\n", " and ", "00000000", "é"]);
    prop::collection::vec(word, 0..400).prop_map(|words| words.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_octets(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        fuzzing::check_inflate(&octets);
        fuzzing::check_zlib(&octets);
        fuzzing::check_gzip(&octets);
        fuzzing::check_round_trip(&octets);
    }

    #[test]
    fn streams_in_which_some_bits_changed(
        text in text(),
        level in 0..10_u8,
        bits in 8..16_u8,
        choices in any::<[u8; 2]>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..8), 0..3),
    ) {
        let level = Level::new(level).unwrap();
        let window = WindowBits::new(bits).unwrap();
        let (mut raw, mut zlibbed, mut gzipped) = (vec![], vec![], vec![]);
        for out in [&mut raw, &mut zlibbed, &mut gzipped] {
            out.extend(choices);
        }
        Deflate::new(level, window).deflate(&text, &mut raw, Flush::Finish);
        zlib::Encoder::new(level, window).encode(&text, &mut zlibbed, Flush::Finish);
        gzip::Encoder::new(level).encode(&text, &mut gzipped, Flush::Finish);
        for (octets, check) in [
            (&mut raw, fuzzing::check_inflate as fn(&[u8])),
            (&mut zlibbed, fuzzing::check_zlib),
            (&mut gzipped, fuzzing::check_gzip),
        ] {
            for (place, bit) in &changes {
                let place = 2 + place.index(octets.len() - 2);
                octets[place] ^= 1_u8 << bit;
            }
            check(octets);
        }
    }

    #[test]
    fn messages_of_text(text in text(), choices in any::<[u8; 2]>(), every in 1..200_usize) {
        let mut program = choices.to_vec();
        for chunk in text.chunks(every) {
            program.push(choices[0].wrapping_mul(chunk[0]));
            program.extend(chunk);
        }
        fuzzing::check_round_trip(&program);
    }
}

#[test]
fn the_same_pieces_or_not() {
    for (name, octets) in common::corpora() {
        for level in [1, 3, 6, 9] {
            let level = Level::new(level).unwrap();
            let mut whole = Vec::new();
            Deflate::new(level, WindowBits::MAX).deflate(&octets, &mut whole, Flush::Finish);
            let mut deflate = Deflate::new(level, WindowBits::MAX);
            let mut pieces = Vec::new();
            for piece in octets.chunks(1009) {
                deflate.deflate(piece, &mut pieces, Flush::None);
            }
            deflate.deflate(&[], &mut pieces, Flush::Finish);
            let inflated = common::inflate_all(&pieces, WindowBits::MAX);
            assert!(inflated == Ok(octets.clone()), "{name}");
            assert!(pieces.len() <= whole.len() + whole.len() / 50 + 8, "{name}");
        }
    }
}

#[test]
fn a_reset_forgets_and_keeps_the_memory_and_a_release_gives_it_back() {
    for (name, octets) in common::corpora() {
        for level in 0..=9 {
            let new = || Deflate::new(Level::new(level).unwrap(), WindowBits::MAX);
            let mut first = Vec::new();
            let mut deflate = new();
            assert_eq!(deflate.held(), 0);
            deflate.deflate(&octets, &mut first, Flush::Sync);
            let held = deflate.held();
            assert!(held <= 300 * 1024, "{held}");
            deflate.reset();
            assert_eq!(deflate.held(), held);
            let mut again = Vec::new();
            deflate.deflate(&octets, &mut again, Flush::Sync);
            // It may cut its blocks elsewhere, but it names nothing from before.
            again.extend([3, 0]);
            assert!(
                common::inflate_all(&again, WindowBits::MAX) == Ok(octets.clone()),
                "{name} at level {level}"
            );
            deflate.release();
            assert_eq!(deflate.held(), 0);
            let mut third = Vec::new();
            deflate.deflate(&octets, &mut third, Flush::Sync);
            assert!(third == first, "{name} at level {level}");
        }
    }
}
