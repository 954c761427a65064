//! What holds for any octets, on octets that proptest thinks of, and on changed good ones.

use proptest::prelude::*;
use tls::fuzzing::{check_connection, check_handshake, check_message, check_operations};

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn messages(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        check_message(&octets);
    }

    #[test]
    fn connections(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        check_connection(&octets);
    }

    /// Records of the right form, with anything in them.
    #[test]
    fn records(
        choice in any::<u8>(),
        records in proptest::collection::vec(
            (20_u8..25, proptest::collection::vec(any::<u8>(), 0..40)), 0..6),
    ) {
        let mut octets = vec![choice];
        for (kind, body) in records {
            octets.extend([kind, 3, 3, 0, u8::try_from(body.len()).unwrap_or(0)]);
            octets.extend(body);
        }
        check_connection(&octets);
    }

    #[test]
    fn handshakes(choice in any::<u8>(), changes in proptest::collection::vec(
        (0_u8..6, 0_u16..700, any::<u8>(), any::<u8>()), 0..4)) {
        let mut script = vec![choice];
        for (flight, at, kind, octet) in changes {
            let [high, low] = at.to_be_bytes();
            script.extend([flight, high, low, kind, octet]);
        }
        check_handshake(&script);
    }

    #[test]
    fn operations(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        check_operations(&octets);
    }
}
