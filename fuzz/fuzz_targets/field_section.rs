//! Field lines up to the empty one.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http1::fuzzing::check_field_section(octets));
