//! Lists of any fields, written and read again.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| hpack::fuzzing::check_round_trip(octets));
