//! Lists, quoted strings, comments, parameters.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http::fuzzing::check_field_values(octets));
