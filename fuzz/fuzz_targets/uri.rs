//! URI references: parsed, resolved, normalised.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http::fuzzing::check_uri(octets));
