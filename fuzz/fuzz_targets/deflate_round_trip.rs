//! What is deflated is inflated again.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| deflate::fuzzing::check_round_trip(octets));
