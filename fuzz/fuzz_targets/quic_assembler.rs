//! Octets that come in any order, against a plain copy.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| quic::fuzzing::check_assembler(octets));
