//! A stream over a network that loses, repeats and reorders.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| quic::fuzzing::check_stream(octets));
