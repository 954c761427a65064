//! Two honest ends, whose applications do anything, over streams that overtake each other.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http3::fuzzing::check_operations(octets));
