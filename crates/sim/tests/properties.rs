//! What the fuzz targets check, over inputs that `proptest` makes.

use proptest::{collection::vec, prelude::*};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_segment_and_no_call_breaks_an_endpoint(octets in vec(any::<u8>(), 0..600)) {
        sim::fuzzing::check_tcp(&octets);
    }

    #[test]
    fn whatever_is_lost_everything_arrives_in_the_end(octets in vec(any::<u8>(), 0..300)) {
        sim::fuzzing::check_tcp_transfer(&octets);
    }
}
