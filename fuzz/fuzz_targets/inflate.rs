//! The fast decoder and the oracle, in any pieces.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| deflate::fuzzing::check_inflate(octets));
