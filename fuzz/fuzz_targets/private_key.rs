//! Private keys, in every form that files have.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| x509::fuzzing::check_key(octets));
