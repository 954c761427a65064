//! The four forms of a request target.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http::fuzzing::check_target(octets));
