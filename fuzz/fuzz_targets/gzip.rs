//! The gzip format.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| deflate::fuzzing::check_gzip(octets));
