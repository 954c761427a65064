//! What a peer does on all its streams.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http3::fuzzing::check_connection(octets));
