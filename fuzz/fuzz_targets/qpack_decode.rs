//! Encoder streams and sections of any octets, in any order.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| qpack::fuzzing::check_decode(octets));
