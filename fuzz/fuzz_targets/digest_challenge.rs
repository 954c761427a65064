//! A challenge, and the credentials that answer it.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| client::fuzzing::check_challenge(octets));
