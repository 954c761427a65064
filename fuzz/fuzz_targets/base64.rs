//! Base64 text to octets and back.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| wire::fuzzing::check_base64(octets));
