//! What must hold for every input, on noise and on text that nearly is right.

use proptest::prelude::*;
use wire::fuzzing;

fn noise() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..100)
}

fn of(pattern: &'static str) -> impl Strategy<Value = Vec<u8>> {
    pattern.prop_map(String::into_bytes)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn hex_noise(octets in noise()) { fuzzing::check_hex(&octets) }

    #[test]
    fn hex_text(octets in of("([0-9a-fA-F]{2} ?){0,9}[g길]?")) { fuzzing::check_hex(&octets) }

    #[test]
    fn base64_noise(octets in noise()) { fuzzing::check_base64(&octets) }

    #[test]
    fn base64_text(octets in of("([A-Za-z0-9+/]{4}){0,3}[A-Z]{0,3}={0,3}")) {
        fuzzing::check_base64(&octets)
    }

    #[test]
    fn varint_noise(octets in noise()) { fuzzing::check_varint(&octets) }

    #[test]
    fn varint_small(first in 0_u8..4, rest in proptest::collection::vec(0_u8..3, 0..8)) {
        fuzzing::check_varint(&[&[first << 6][..], &rest].concat())
    }
}
