//! Hexadecimal digits to octets and back.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| wire::fuzzing::check_hex(octets));
