//! Packets sealed and opened again, with any payload.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| quic::fuzzing::check_protected(octets));
