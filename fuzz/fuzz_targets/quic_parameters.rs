//! Transport parameters of either end.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| quic::fuzzing::check_parameters(octets));
