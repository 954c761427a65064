//! Two honest ends, whose applications do anything.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http2::fuzzing::check_operations(octets));
