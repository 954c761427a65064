//! Properties over random octets: what the fuzz targets check, in seconds.

use hpack::fuzzing::{check_decode, check_huffman, check_integer, check_round_trip};
use proptest::prelude::*;

/// Octets of representations more often than not, so that blocks are taken now and then.
fn blocks() -> impl Strategy<Value = Vec<u8>> {
    let octet = prop_oneof![
        0x80..=0xc0_u8,
        0x40..=0x7f_u8,
        0x00..=0x08_u8,
        Just(0x10),
        0x20..=0x3f_u8,
        240..=255_u8,
        any::<u8>(),
    ];
    prop::collection::vec(octet, 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_octets_decode_as_the_model_does(octets in blocks()) {
        check_decode(&octets);
    }

    #[test]
    fn any_list_comes_back(octets in prop::collection::vec(any::<u8>(), 0..400)) {
        check_round_trip(&octets);
    }

    #[test]
    fn the_fast_huffman_decoder_agrees_with_the_oracle(
        octets in prop::collection::vec(any::<u8>(), 0..64)
    ) {
        check_huffman(&octets);
    }

    #[test]
    fn codes_of_common_octets_agree_too(text in "[ -~]{0,80}", cut in 0_usize..80, end: u8) {
        let mut coded = Vec::new();
        hpack::huffman::encode(text.as_bytes(), &mut coded);
        coded.truncate(cut);
        coded.push(end);
        check_huffman(&coded);
    }

    #[test]
    fn an_integer_comes_back(octets in prop::collection::vec(
        prop_oneof![Just(0xff_u8), Just(0x80), any::<u8>()], 0..12)
    ) {
        check_integer(&octets);
    }
}
