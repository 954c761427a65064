//! Properties over random octets: what the fuzz targets check, in seconds.

use proptest::prelude::*;
use qpack::fuzzing::{check_acknowledgments, check_decode, check_operations};

/// Records of the shape that `check_decode` reads, of octets that mean something more often than
/// not.
fn records() -> impl Strategy<Value = Vec<u8>> {
    let octet = prop_oneof![
        0x80..=0x83_u8,
        0xc0..=0xff_u8,
        0x00..=0x08_u8,
        0x10..=0x13_u8,
        0x20..=0x23_u8,
        0x40..=0x43_u8,
        Just(0x3f),
        any::<u8>(),
    ];
    let record = (0..6_u8, prop::collection::vec(octet, 0..40)).prop_map(|(kind, octets)| {
        let length = u8::try_from(octets.len()).unwrap_or_default();
        [vec![kind, length], octets].concat()
    });
    // A table first, or little else would mean anything.
    (0..4_u8, prop::collection::vec(record, 0..20)).prop_map(|(choice, records)| {
        let capacity: &[u8] = match choice {
            0 => &[0, 3, 0x3f, 0xe1, 0x1f],
            2 => &[0, 2, 0x3f, 0x21],
            3 => &[0, 3, 0x3f, 0xbd, 0x01],
            _ => &[],
        };
        [&[choice], capacity, &records.concat()].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_streams_and_sections_keep_the_limits(octets in records()) {
        check_decode(&octets);
    }

    #[test]
    fn any_decoder_stream_is_taken_however_it_is_cut(
        octets in prop::collection::vec(
            prop_oneof![0x00..=0x08_u8, 0x40..=0x54_u8, 0x80..=0x94_u8, any::<u8>()], 0..40)
    ) {
        check_acknowledgments(&octets);
    }

    #[test]
    fn any_order_of_arrival_gives_the_lists_that_were_sent(
        octets in prop::collection::vec(any::<u8>(), 0..400)
    ) {
        check_operations(&octets);
    }
}
