//! Decoder streams of any octets.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| qpack::fuzzing::check_acknowledgments(octets));
