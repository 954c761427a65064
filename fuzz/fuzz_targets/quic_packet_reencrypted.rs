//! Packets with any frames, sealed with the real keys of a live connection.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| quic::fuzzing::check_forged(octets));
