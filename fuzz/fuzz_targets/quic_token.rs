//! Tokens that somebody made up.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| quic::fuzzing::check_token(octets));
