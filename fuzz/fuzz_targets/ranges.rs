//! Range and Content-Range against a length.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http::fuzzing::check_ranges(octets));
