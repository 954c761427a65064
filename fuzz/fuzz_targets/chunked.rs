//! Chunked content, cut anywhere.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http1::fuzzing::check_chunked(octets));
